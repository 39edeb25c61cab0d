"""The follow-up of a child's situation (uppföljning av barns situation, SoL 23 kap.): what happens, and its state."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, TypeAlias, assert_never
from uuid import UUID

from contracts.followup import FollowUpEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFollowUpStarted:
    """Follow-up began, since the board decided on it."""

    board: UUID
    case: UUID
    person: UUID
    """The child's pseudonym."""
    started_at: datetime
    """When the board decided on it."""
    last_day: date
    """The last day that the Act lets it run (23:5), Europe/Stockholm."""
    warn_at: datetime
    ends_at: datetime
    """The first moment after the last day."""
    type: Literal["child-follow-up-started"] = "child-follow-up-started"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndApproached:
    """The last day came near, and the caseworker is to know."""

    at: datetime
    type: Literal["end-approached"] = "end-approached"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFollowUpEnded:
    """Follow-up ended (23:5)."""

    ended_at: datetime
    reason: FollowUpEnd
    type: Literal["child-follow-up-ended"] = "child-follow-up-ended"


Event: TypeAlias = ChildFollowUpStarted | EndApproached | ChildFollowUpEnded
EVENTS = (ChildFollowUpStarted, EndApproached, ChildFollowUpEnded)


@dataclass(frozen=True, slots=True)
class NotStarted:
    """Nobody has decided on follow-up in this case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Follow-up goes on."""

    started: ChildFollowUpStarted
    warned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Follow-up is over."""

    started: ChildFollowUpStarted
    ended: ChildFollowUpEnded


State: TypeAlias = NotStarted | Running | Ended

initial: State = NotStarted()


class ImpossibleHistory(Exception):
    """A stored stream holds an event that cannot have happened in its state."""


def evolve(state: State, event: Event) -> State:
    """The state after an event."""
    match event:
        case ChildFollowUpStarted():
            return Running(started=event)
        case EndApproached():
            return replace(_running(state), warned=True)
        case ChildFollowUpEnded():
            return Ended(started=_running(state).started, ended=event)
        case _:
            assert_never(event)


def _running(state: State) -> Running:
    if not isinstance(state, Running):
        raise ImpossibleHistory
    return state
