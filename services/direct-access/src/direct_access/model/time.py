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


Event = TimeOffered | SeatTaken | SeatReleased


@dataclass(frozen=True, slots=True)
class NotOffered:
    """No such time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A time and who has its seats."""

    offer: TimeOffered
    taken_by: frozenset[UUID] = frozenset()

    @property
    def left(self) -> int:
        """How many seats are free."""
        return self.offer.seats - len(self.taken_by)


State = NotOffered | Offered

initial: State = NotOffered()


def evolve(state: State, event: Event) -> State:
    """The time after an event."""
    match event:
        case TimeOffered():
            return Offered(offer=event)
        case SeatTaken(support_id=support_id):
            return replace(state, taken_by=state.taken_by | {support_id}) if isinstance(state, Offered) else state
        case SeatReleased(support_id=support_id):
            return replace(state, taken_by=state.taken_by - {support_id}) if isinstance(state, Offered) else state
        case _:
            assert_never(event)
