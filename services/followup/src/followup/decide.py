"""What can be done with the follow-up of a child's situation, and what the Act says of when it ends (SoL 23:5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, TypeAlias, assert_never
from uuid import UUID

from chassis.decider import Refused
from contracts.followup import FollowUpEnd
from followup.model import (
    ChildFollowUpEnded,
    ChildFollowUpStarted,
    EndApproached,
    Ended,
    Event,
    NotStarted,
    Running,
    State,
)
from statute.clocks import FOLLOW_UP_CLOCK, STOCKHOLM, due, stockholm_day
from statute.follow_up import must_end_follow_up

WARN, END = "warn-of-last-day", "end-after-last-day"
"""The names of the timers."""

EndedByCaseworker: TypeAlias = Literal[FollowUpEnd.DONE, FollowUpEnd.NEW_INVESTIGATION]
"""Why a caseworker ends it. That time ran out is for the timer to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFollowUp:
    """Begin to follow up a child's situation, as the board decided (SoL 23:1)."""

    board: UUID
    case: UUID
    person: UUID
    at: datetime
    """When the board decided, aware."""
    investigation_closed_on: date
    """The day (Europe/Stockholm) that the six months run from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndFollowUp:
    """End it before its last day."""

    at: datetime
    reason: EndedByCaseworker


@dataclass(frozen=True, slots=True, kw_only=True)
class WarnOfLastDay:
    """Tell that the last day is near."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAfterLastDay:
    """The last day has passed: it ends by itself."""

    at: datetime


Command: TypeAlias = StartFollowUp | EndFollowUp | WarnOfLastDay | EndAfterLastDay


def decide(command: Command, state: State) -> Sequence[Event]:
    """The events of a command.

    Raises:
        Refused: `follow-up-already-started`, `follow-up-time-is-over` (SoL 23:5), `no-such-follow-up` or
            `follow-up-is-over`.
    """
    match command:
        case StartFollowUp():
            return _start(command, state)
        case EndFollowUp():
            return _end(command, state)
        case WarnOfLastDay():
            return [EndApproached(at=command.at)] if isinstance(state, Running) and not state.warned else []
        case EndAfterLastDay():
            return _end_after_last_day(command, state)
        case _:
            assert_never(command)


def timers(state: State) -> Mapping[str, datetime]:
    """When to warn that the last day is near, and when the follow-up ends by itself."""
    if not isinstance(state, Running):
        return {}
    end = {END: state.started.ends_at}
    return end if state.warned else {WARN: state.started.warn_at, **end}


def command_of_timer(_kind: str, name: str, _stream: UUID, due_at: datetime) -> Command:
    """The command that a timer becomes."""
    return WarnOfLastDay(at=due_at) if name == WARN else EndAfterLastDay(at=due_at)


def _start(command: StartFollowUp, state: State) -> Sequence[Event]:
    if not isinstance(state, NotStarted):
        raise Refused("follow-up-already-started")
    # The clock counts days, so any moment of the day will do; noon is that day in every season.
    deadline = due(FOLLOW_UP_CLOCK, datetime.combine(command.investigation_closed_on, time(12), STOCKHOLM))
    rule = must_end_follow_up(
        new_investigation=False, time_is_over=command.at >= deadline.due_at, day=stockholm_day(command.at)
    )
    if rule is not None:
        raise Refused("follow-up-time-is-over", rule.reference)
    started = ChildFollowUpStarted(
        board=command.board,
        case=command.case,
        person=command.person,
        started_at=command.at,
        last_day=deadline.last_day,
        warn_at=deadline.warn_at,
        ends_at=deadline.due_at,
    )
    return [started]


def _end(command: EndFollowUp, state: State) -> Sequence[Event]:
    match state:
        case NotStarted():
            raise Refused("no-such-follow-up")
        case Ended():
            raise Refused("follow-up-is-over")
        case Running():
            return [ChildFollowUpEnded(ended_at=command.at, reason=command.reason)]
        case _:
            assert_never(state)


def _end_after_last_day(command: EndAfterLastDay, state: State) -> Sequence[Event]:
    if not isinstance(state, Running):
        return []
    over = command.at >= state.started.ends_at
    if must_end_follow_up(new_investigation=False, time_is_over=over, day=stockholm_day(command.at)) is None:
        return []
    return [ChildFollowUpEnded(ended_at=command.at, reason=FollowUpEnd.TIME_RAN_OUT)]
