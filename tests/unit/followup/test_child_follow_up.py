"""The follow-up of a child's situation ends in time, whoever forgets it (SoL 23:5)."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from tests.given import fold, given

from contracts import followup as published
from contracts.assessment import FollowUpDecided
from contracts.followup import FollowUpEnd
from followup.decide import END, WARN, EndAfterLastDay, EndFollowUp, StartFollowUp, WarnOfLastDay, command_of_timer
from followup.model import (
    ChildFollowUpEnded,
    ChildFollowUpStarted,
    EndApproached,
    Event,
    ImpossibleHistory,
    State,
    evolve,
    initial,
)
from followup.store import FOLLOW_UPS
from followup.translate import publish, starting

BOARD, CASE, CHILD = (UUID(int=number) for number in (1, 2, 3))
DECIDED = datetime(2026, 3, 9, 9, 30, tzinfo=UTC)
CLOSED_ON = date(2026, 3, 2)
LAST_DAY = date(2026, 9, 2)
WARNED = datetime(2026, 8, 2, 22, 0, tzinfo=UTC)
OVER = datetime(2026, 9, 2, 22, 0, tzinfo=UTC)
"""Midnight in Stockholm after the last day, in summer time."""

START = StartFollowUp(board=BOARD, case=CASE, person=CHILD, at=DECIDED, investigation_closed_on=CLOSED_ON)
STARTED = ChildFollowUpStarted(
    board=BOARD, case=CASE, person=CHILD, started_at=DECIDED, last_day=LAST_DAY, warn_at=WARNED, ends_at=OVER
)
APPROACHED = EndApproached(at=WARNED)
DONE = ChildFollowUpEnded(ended_at=DECIDED + timedelta(days=60), reason=FollowUpEnd.DONE)


def story(*events: Event) -> State:
    """The state after these events."""
    return fold(FOLLOW_UPS, events, initial)


def test_the_six_months_run_from_the_end_of_the_investigation_not_from_the_decision() -> None:
    given(FOLLOW_UPS).when(START).then(STARTED)


def test_a_follow_up_starts_once() -> None:
    given(FOLLOW_UPS, STARTED).when(START).refused("follow-up-already-started")
    given(FOLLOW_UPS, STARTED, DONE).when(START).refused("follow-up-already-started")


def test_no_follow_up_begins_when_its_time_is_over() -> None:
    late = StartFollowUp(board=BOARD, case=CASE, person=CHILD, at=OVER, investigation_closed_on=CLOSED_ON)
    given(FOLLOW_UPS).when(late).refused("follow-up-time-is-over", "SoL 23:5")


@pytest.mark.parametrize("reason", [FollowUpEnd.DONE, FollowUpEnd.NEW_INVESTIGATION])
def test_a_caseworker_ends_it_before_its_last_day(reason: FollowUpEnd) -> None:
    at = DECIDED + timedelta(days=60)
    given(FOLLOW_UPS, STARTED).when(EndFollowUp(at=at, reason=reason)).then(  # type: ignore[arg-type]
        ChildFollowUpEnded(ended_at=at, reason=reason)
    )


def test_what_never_began_or_is_over_cannot_be_ended() -> None:
    end = EndFollowUp(at=OVER, reason=FollowUpEnd.DONE)
    given(FOLLOW_UPS).when(end).refused("no-such-follow-up")
    given(FOLLOW_UPS, STARTED, DONE).when(end).refused("follow-up-is-over")


def test_the_last_day_is_told_of_thirty_days_before_and_once() -> None:
    given(FOLLOW_UPS, STARTED).when(WarnOfLastDay(at=WARNED)).then(APPROACHED)
    given(FOLLOW_UPS, STARTED, APPROACHED).when(WarnOfLastDay(at=WARNED)).then()
    given(FOLLOW_UPS, STARTED, DONE).when(WarnOfLastDay(at=WARNED)).then()


def test_it_ends_by_itself_when_the_last_day_has_passed_and_not_before() -> None:
    running = given(FOLLOW_UPS, STARTED, APPROACHED)
    running.when(EndAfterLastDay(at=OVER)).then(ChildFollowUpEnded(ended_at=OVER, reason=FollowUpEnd.TIME_RAN_OUT))
    running.when(EndAfterLastDay(at=OVER - timedelta(seconds=1))).then()
    given(FOLLOW_UPS, STARTED, DONE).when(EndAfterLastDay(at=OVER)).then()


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        ((), {}),
        ((STARTED,), {WARN: WARNED, END: OVER}),
        ((STARTED, APPROACHED), {END: OVER}),
        ((STARTED, APPROACHED, DONE), {}),
    ],
)
def test_timers_run_while_the_follow_up_does(happened: tuple[Event, ...], expected: dict[str, datetime]) -> None:
    assert FOLLOW_UPS.timers(story(*happened)) == expected


def test_each_timer_becomes_its_command() -> None:
    assert command_of_timer("child-follow-up", WARN, CASE, WARNED) == WarnOfLastDay(at=WARNED)
    assert command_of_timer("child-follow-up", END, CASE, OVER) == EndAfterLastDay(at=OVER)


def test_the_decision_of_assessment_becomes_a_follow_up() -> None:
    decided = FollowUpDecided(case_id=CASE, decided_at=DECIDED, investigation_closed_on=CLOSED_ON, person_id=CHILD)
    assert starting(BOARD, decided) == START


def test_others_hear_that_it_began_and_ended_but_not_of_the_warning() -> None:
    running = story(STARTED)
    assert publish(STARTED, running) == published.ChildFollowUpStarted(
        case_id=CASE, started_at=DECIDED, ends_by=LAST_DAY
    )
    assert publish(APPROACHED, running) is None
    assert publish(DONE, story(STARTED, DONE)) == published.ChildFollowUpEnded(
        case_id=CASE, ended_at=DONE.ended_at, reason=FollowUpEnd.DONE
    )


def test_the_list_holds_days_and_an_end() -> None:
    row = {
        "board_id": BOARD,
        "case_id": CASE,
        "started_on": date(2026, 3, 9),
        "last_day": LAST_DAY,
        "warned": False,
        "ended_on": None,
        "reason": None,
    }
    assert FOLLOW_UPS.rows(initial) == {}
    assert FOLLOW_UPS.rows(story(STARTED)) == {"child_follow_ups": [row]}
    assert FOLLOW_UPS.rows(story(STARTED, APPROACHED)) == {"child_follow_ups": [row | {"warned": True}]}


def test_what_ends_by_itself_ended_on_its_last_day() -> None:
    ended = ChildFollowUpEnded(ended_at=OVER, reason=FollowUpEnd.TIME_RAN_OUT)
    [row] = FOLLOW_UPS.rows(story(STARTED, ended))["child_follow_ups"]
    assert (row["ended_on"], row["reason"]) == (LAST_DAY, FollowUpEnd.TIME_RAN_OUT)


def test_a_stream_that_begins_in_the_middle_is_no_history() -> None:
    with pytest.raises(ImpossibleHistory):
        evolve(initial, DONE)
    with pytest.raises(ImpossibleHistory):
        publish(STARTED, initial)
