"""Investigations, of children above all."""

from datetime import date

import pytest

from statute.answers import Allowed, Alternative, Refusal, Task
from statute.investigations import (
    CHILD_DECIDES_TALK,
    CHILD_HEARD,
    HAND_OVER,
    INFORM_CONCERNED,
    OPEN_AT_ONCE,
    QUALIFIED,
    TALK_WITH_CHILD,
    QualifiedTask,
    Setting,
    may_ask_for_information,
    may_close_child_investigation,
    may_handle,
    may_talk_with_child,
    open_child_investigation,
)
from statute.reports import Reporter

DAY = date(2026, 3, 2)
BY_LAW = {Setting.CHILD_INVESTIGATION, Setting.CUSTODY_TRANSFER, Setting.FOLLOW_UP}


@pytest.mark.parametrize("task", QualifiedTask)
def test_matters_of_children_and_youth_need_the_qualification(task: QualifiedTask) -> None:
    assert may_handle(task, child_or_youth=True, qualified=False, day=DAY) == Refusal(
        "not-qualified", QUALIFIED, (Alternative.HAND_OVER_TO_QUALIFIED,)
    )
    assert may_handle(task, child_or_youth=True, qualified=True, day=DAY) == Allowed((QUALIFIED,))
    assert may_handle(task, child_or_youth=False, qualified=False, day=DAY) == Allowed((QUALIFIED,))


def test_opening_leaves_the_task_to_inform_unless_special_reasons_speak_against_it() -> None:
    rules = (OPEN_AT_ONCE, INFORM_CONCERNED)
    told = open_child_investigation(reasons_against_informing=False, day=DAY)
    untold = open_child_investigation(reasons_against_informing=True, day=DAY)
    assert told == Allowed(rules, (Task.INFORM_THOSE_CONCERNED,))
    assert untold == Allowed(rules)


def test_the_school_hands_over_what_it_knows_once_an_investigation_is_open() -> None:
    bound = may_ask_for_information(Reporter.SCHOOL, investigation_open=True, day=DAY)
    before = may_ask_for_information(Reporter.SCHOOL, investigation_open=False, day=DAY)
    neighbour = may_ask_for_information(Reporter.ANYONE, investigation_open=True, day=DAY)
    assert isinstance(bound, Allowed)
    assert bound.rules[0] == HAND_OVER
    assert before == Refusal("no-investigation-open", HAND_OVER, (Alternative.OPEN_INVESTIGATION,))
    assert isinstance(neighbour, Refusal)
    assert neighbour.code == "source-not-bound"


@pytest.mark.parametrize("setting", Setting)
def test_a_talk_without_the_guardian_has_three_settings_by_law(setting: Setting) -> None:
    alone = may_talk_with_child(setting, guardians_consent=False, child_decides=False, day=DAY)
    assert alone == (
        Allowed((TALK_WITH_CHILD,))
        if setting in BY_LAW
        else Refusal(
            "talk-needs-guardian", TALK_WITH_CHILD, (Alternative.GUARDIAN_CONSENTS, Alternative.OPEN_INVESTIGATION)
        )
    )


def test_elsewhere_the_guardian_or_a_child_that_wants_to_talk_opens_the_door() -> None:
    setting = Setting.PRELIMINARY_ASSESSMENT
    with_guardian = may_talk_with_child(setting, guardians_consent=True, child_decides=False, day=DAY)
    by_the_child = may_talk_with_child(setting, guardians_consent=False, child_decides=True, day=DAY)
    assert with_guardian == Allowed((TALK_WITH_CHILD,))
    assert by_the_child == Allowed((CHILD_DECIDES_TALK,))


@pytest.mark.parametrize(
    ("heard", "reason", "closes"), [(True, False, True), (False, True, True), (False, False, False)]
)
def test_an_investigation_closes_when_the_child_was_heard_or_a_reason_is_written(
    heard: bool, reason: bool, closes: bool
) -> None:
    answer = may_close_child_investigation(child_heard=heard, reason_not_heard=reason, day=DAY)
    assert answer == (
        Allowed((CHILD_HEARD,)) if closes else Refusal("child-not-heard", CHILD_HEARD, (Alternative.GIVE_REASON,))
    )
