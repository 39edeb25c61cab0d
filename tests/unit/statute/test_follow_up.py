"""Follow-up of a child's situation (SoL 23 kap.)."""

from datetime import date

import pytest

from statute.ages import ADULT
from statute.answers import Allowed, Refusal, Task
from statute.consent import Consents
from statute.follow_up import (
    AFTER_INVESTIGATION,
    AFTER_PLACEMENT,
    CONTACTS_IN_FOLLOW_UP,
    FOLLOW_UP_CONSENT,
    FOLLOW_UP_ENDS,
    INFORM_OF_FOLLOW_UP,
    Ended,
    inform_of_follow_up,
    may_follow_up,
    must_end_follow_up,
)

DAY = date(2026, 3, 16)
SEVEN, FIFTEEN, EIGHTEEN = date(2018, 9, 1), date(2011, 3, 16), date(2008, 3, 16)
PARENTS = frozenset({"mother", "father"})
NOBODY = Consents(person=False, guardians=PARENTS)
PARENTS_AGREE = Consents(person=False, guardians=PARENTS, consenting=PARENTS)
ALL_AGREE = Consents(person=True, guardians=PARENTS, consenting=PARENTS)
CLOSED = Ended.INVESTIGATION_WITHOUT_SUPPORT


def test_special_need_is_enough_without_anyones_consent() -> None:
    answer = may_follow_up(SEVEN, DAY, CLOSED, NOBODY, special_need=True, lvu_applies=False)
    assert answer == Allowed((AFTER_INVESTIGATION, CONTACTS_IN_FOLLOW_UP))


@pytest.mark.parametrize(("need", "lvu"), [(False, False), (True, True), (False, True)])
def test_without_special_need_or_where_lvu_applies_consent_is_needed(need: bool, lvu: bool) -> None:
    refused = may_follow_up(SEVEN, DAY, CLOSED, NOBODY, special_need=need, lvu_applies=lvu)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.rule) == ("follow-up-needs-consent", AFTER_INVESTIGATION)


def test_with_consent_no_special_need_is_asked_for_and_from_15_the_childs_own_counts() -> None:
    young = may_follow_up(SEVEN, DAY, CLOSED, PARENTS_AGREE, special_need=False, lvu_applies=False)
    unwilling = may_follow_up(FIFTEEN, DAY, CLOSED, PARENTS_AGREE, special_need=False, lvu_applies=False)
    willing = may_follow_up(FIFTEEN, DAY, CLOSED, ALL_AGREE, special_need=False, lvu_applies=False)
    assert young == willing == Allowed((AFTER_INVESTIGATION, FOLLOW_UP_CONSENT, CONTACTS_IN_FOLLOW_UP))
    assert isinstance(unwilling, Refusal)


def test_a_placement_that_ended_may_be_followed_up_too() -> None:
    answer = may_follow_up(SEVEN, DAY, Ended.PLACEMENT, NOBODY, special_need=True, lvu_applies=False)
    assert isinstance(answer, Allowed)
    assert answer.rules[0] == AFTER_PLACEMENT


def test_an_investigation_that_led_to_support_is_not_followed_up_by_this_chapter() -> None:
    ended = Ended.INVESTIGATION_WITH_SUPPORT
    refused = may_follow_up(SEVEN, DAY, ended, ALL_AGREE, special_need=True, lvu_applies=False)
    assert isinstance(refused, Refusal)
    assert refused.code == "support-was-decided"


def test_only_a_child_is_followed_up() -> None:
    assert may_follow_up(EIGHTEEN, DAY, CLOSED, ALL_AGREE, special_need=True, lvu_applies=False) == Refusal(
        "not-a-child", ADULT
    )


def test_guardians_are_told_and_from_15_the_child_too() -> None:
    assert inform_of_follow_up(SEVEN, DAY).tasks == (Task.INFORM_GUARDIANS_OF_FOLLOW_UP,)
    told = inform_of_follow_up(FIFTEEN, DAY)
    assert told.tasks == (Task.INFORM_CHILD_OF_FOLLOW_UP, Task.INFORM_GUARDIANS_OF_FOLLOW_UP)
    assert told.rules[0] == INFORM_OF_FOLLOW_UP


@pytest.mark.parametrize(("new", "over", "ends"), [(True, False, True), (False, True, True), (False, False, False)])
def test_it_ends_with_its_time_or_with_a_new_investigation(new: bool, over: bool, ends: bool) -> None:
    assert must_end_follow_up(new_investigation=new, time_is_over=over, day=DAY) == (FOLLOW_UP_ENDS if ends else None)
