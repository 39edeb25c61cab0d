"""Whose yes it takes for what a direct support knows to go along to an application (OSL 10:1, 12:2)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.statute.test_consent import BOTH, CONSENTS, DAY, DAYS, ONE_OF_TWO, aged

from statute.ages import OWN_VOICE, age_on
from statute.answers import Allowed, Alternative, Refusal
from statute.consent import ASSESSED_CHILD_CONSENTS, GUARDIAN_OVERRULED, GUARDIANS_TOGETHER, Consents
from statute.handing_over import HANDED_OVER_BY_CONSENT, SPEAKS_FOR_THE_CHILD, may_hand_over

SILENT = Consents(person=False)
OWN = Consents(person=True)


@pytest.mark.parametrize("age", [15, 17, 40])
def test_from_15_it_takes_the_persons_own_yes_and_nobody_else_can_give_it(age: int) -> None:
    assert may_hand_over(aged(age), DAY, OWN) == Allowed((HANDED_OVER_BY_CONSENT, OWN_VOICE))
    guardians = Consents(person=False, guardians=BOTH.guardians, consenting=BOTH.consenting)
    refused = Refusal("no-yes-to-hand-over", HANDED_OVER_BY_CONSENT, (Alternative.ASK_THE_PERSON,))
    assert may_hand_over(aged(age), DAY, guardians) == refused


def test_for_a_child_both_guardians_speak_or_one_since_the_other_cannot_stop_the_assessed_way() -> None:
    rules = (HANDED_OVER_BY_CONSENT, SPEAKS_FOR_THE_CHILD)
    assert may_hand_over(aged(10), DAY, BOTH) == Allowed((*rules, GUARDIANS_TOGETHER))
    assert may_hand_over(aged(10), DAY, ONE_OF_TWO) == Allowed((*rules, GUARDIAN_OVERRULED))


def test_from_12_the_child_can_say_yes_and_under_12_not() -> None:
    twelve = may_hand_over(aged(12), DAY, OWN)
    assert twelve == Allowed((HANDED_OVER_BY_CONSENT, SPEAKS_FOR_THE_CHILD, ASSESSED_CHILD_CONSENTS))
    eleven = may_hand_over(aged(11), DAY, OWN)
    instead = (Alternative.TALK_WITH_US, Alternative.GUARDIAN_CONSENTS)
    assert eleven == Refusal("no-yes-for-the-child", SPEAKS_FOR_THE_CHILD, instead)


@given(st.dates(date(1940, 1, 1), date(2025, 6, 30)), DAYS, CONSENTS)
def test_nothing_is_ever_handed_over_without_a_yes_from_somebody_who_speaks_for_the_person(
    born: date, day: date, said: Consents
) -> None:
    answer = may_hand_over(born, day, said)
    guardian_said = bool(said.guardians & said.consenting)
    by_age = {15: said.person, 12: said.person or guardian_said, 0: guardian_said}
    expected = next(yes for youngest, yes in by_age.items() if age_on(born, day) >= youngest)
    assert isinstance(answer, Allowed) is expected
    if isinstance(answer, Refusal):
        assert answer.instead
