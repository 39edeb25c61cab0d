"""A visit where the board has decided that identity is not documented (SoL 14:5).

Nothing here can tell who came: no person, no free text, and days instead of moments.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, assert_never
from uuid import UUID

from contracts.vocabulary import MeasurePoint


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitStarted:
    """Somebody came. The stream's id is a keyed digest of the receipt code that only the visitor has."""

    board: UUID
    visit: UUID
    support: str
    catalogue_version: int
    district: str
    started_on: date
    """The day in Stockholm."""
    type: Literal["visit-started"] = "visit-started"


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitMeasured:
    """The visitor answered the short measure with the code. Only the sum is kept."""

    instrument: str
    point: MeasurePoint
    score: int
    taken_on: date
    type: Literal["visit-measured"] = "visit-measured"


Event = VisitStarted | VisitMeasured


@dataclass(frozen=True, slots=True)
class NotStarted:
    """Nobody came with this code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visit and the points at which it was measured."""

    started: VisitStarted
    measured: tuple[MeasurePoint, ...] = ()


State = NotStarted | Visit

initial: State = NotStarted()


def evolve(state: State, event: Event) -> State:
    """The visit after an event."""
    match event:
        case VisitStarted():
            return Visit(started=event)
        case VisitMeasured(point=point):
            return replace(state, measured=(*state.measured, point)) if isinstance(state, Visit) else state
        case _:
            assert_never(event)
