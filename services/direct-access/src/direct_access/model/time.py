"""A time that can be booked, with so many seats. A stream of its own, so that the last seat goes to exactly one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOffered:
    """Staff offered a time."""

    board: UUID
    time: UUID
    support: str
    starts_at: datetime
    minutes: int
    seats: int
    district: str
    place: str
    """Where, as the public reads it."""
    offered_at: datetime
    type: Literal["time-offered"] = "time-offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatTaken:
    """A seat was taken by a support."""

    support_id: UUID
    taken_at: datetime
    type: Literal["seat-taken"] = "seat-taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatReleased:
    """A support gave its seat up, and it is free for others."""

    support_id: UUID
    released_at: datetime
    type: Literal["seat-released"] = "seat-released"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatHeld:
    """A seat is kept for somebody in the queue, for as long as the offer stands."""

    support_id: UUID
    held_at: datetime
    type: Literal["seat-held"] = "seat-held"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReleased:
    """The offer ended without a yes, so the seat is free again."""

    support_id: UUID
    released_at: datetime
    type: Literal["hold-released"] = "hold-released"


Event = TimeOffered | SeatTaken | SeatReleased | SeatHeld | HoldReleased


@dataclass(frozen=True, slots=True)
class NotOffered:
    """No such time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A time and who has its seats."""

    offer: TimeOffered
    taken_by: frozenset[UUID] = frozenset()
    held_for: frozenset[UUID] = frozenset()
    """Who in the queue has been offered a seat here and has not answered."""

    @property
    def left(self) -> int:
        """How many seats are free."""
        return self.offer.seats - len(self.taken_by) - len(self.held_for)


State = NotOffered | Offered

initial: State = NotOffered()


def evolve(state: State, event: Event) -> State:
    """The time after an event."""
    match event, state:
        case TimeOffered(), _:
            return Offered(offer=event)
        case SeatTaken(support_id=one), Offered(taken_by=taken, held_for=held):
            return replace(state, taken_by=taken | {one}, held_for=held - {one})
        case SeatReleased(support_id=one), Offered(taken_by=taken):
            return replace(state, taken_by=taken - {one})
        case SeatHeld(support_id=one), Offered(held_for=held):
            return replace(state, held_for=held | {one})
        case HoldReleased(support_id=one), Offered(held_for=held):
            return replace(state, held_for=held - {one})
        case ((SeatTaken() | SeatReleased() | SeatHeld() | HoldReleased()), _):
            return state
        case _:
            assert_never(event)
