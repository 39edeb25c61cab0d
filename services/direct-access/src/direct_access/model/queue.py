"""The queue to a support's times, one for each support of a board. Whoever stands in it is told a true place.

A seat is offered to the first in line and kept for as long as the offer stands. Who lets one offer pass goes last in
line; who lets another one pass keeps the place, and is offered nothing more until they say that they still wait.
Nobody falls out of the queue but by leaving it or getting a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Literal, assert_never
from uuid import UUID, uuid5

MISSED_BEFORE_REST = 2
REMEMBERED = 10
"""How many of the latest waits the expected one is reckoned from."""
ENOUGH = 3
"""Of fewer waits nothing can be said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTaken:
    """Somebody placed themself last in the queue."""

    board: UUID
    queue: UUID
    support: str
    support_id: UUID
    joined_at: datetime
    type: Literal["place-taken"] = "place-taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceLeft:
    """Somebody left the queue without a time from it."""

    support_id: UUID
    left_at: datetime
    type: Literal["place-left"] = "place-left"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatOffered:
    """The first in line was offered a seat, which is kept until the offer expires."""

    support_id: UUID
    time: UUID
    starts_at: datetime
    place: str
    offered_at: datetime
    expires_at: datetime
    type: Literal["seat-offered"] = "seat-offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted:
    """The person said yes to an offer."""

    support_id: UUID
    time: UUID
    accepted_at: datetime
    type: Literal["offer-accepted"] = "offer-accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferExpired:
    """An offer passed without an answer."""

    support_id: UUID
    time: UUID
    expired_at: datetime
    type: Literal["offer-expired"] = "offer-expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithdrawn:
    """An offer was taken back, since the support is closed then. The person keeps the place and has missed nothing."""

    support_id: UUID
    time: UUID
    withdrawn_at: datetime
    type: Literal["offer-withdrawn"] = "offer-withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitConfirmed:
    """The person said that they still wait."""

    support_id: UUID
    confirmed_at: datetime
    type: Literal["wait-confirmed"] = "wait-confirmed"


Event = PlaceTaken | PlaceLeft | SeatOffered | OfferAccepted | OfferExpired | OfferWithdrawn | WaitConfirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody's place in the queue."""

    support_id: UUID
    joined_at: datetime
    missed: int = 0
    """How many offers in a row have passed without an answer."""
    offer: SeatOffered | None = None

    @property
    def offered(self) -> UUID | None:
        """The time in which a seat is kept, while an offer stands."""
        return None if self.offer is None else self.offer.time

    @property
    def resting(self) -> bool:
        """Whether nothing is offered until the person says that they still wait."""
        return self.missed >= MISSED_BEFORE_REST


@dataclass(frozen=True, slots=True)
class NoQueue:
    """Nobody has ever waited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Those who wait, in their order."""

    board: UUID
    queue: UUID
    support: str
    waiting: tuple[Waiting, ...] = ()
    waits: tuple[timedelta, ...] = ()
    """How long the latest who got a time had waited."""

    @property
    def awake(self) -> Iterator[Waiting]:
        """Those who wait for an offer or have one."""
        return (each for each in self.waiting if not each.resting)

    @property
    def next(self) -> Waiting | None:
        """Who is to be offered the next seat."""
        return next((each for each in self.awake if each.offer is None), None)

    def find(self, support_id: UUID) -> Waiting | None:
        """Somebody's place, if they stand in the queue."""
        return next((each for each in self.waiting if each.support_id == support_id), None)

    def number_of(self, support_id: UUID) -> int:
        """Which in line somebody is, from 1: how many are before them, and themself."""
        ahead = 0
        for each in self.waiting:
            if each.support_id == support_id:
                break
            ahead += not each.resting
        return ahead + 1

    @property
    def expected_wait(self) -> timedelta | None:
        """How long it usually takes, by what has happened; None as long as too little has."""
        if len(self.waits) < ENOUGH:
            return None
        return timedelta(seconds=median(each.total_seconds() for each in self.waits))


State = NoQueue | Queue

initial: State = NoQueue()


def evolve(state: State, event: Event) -> State:
    """The queue after an event."""
    if isinstance(event, PlaceTaken):
        queue = state
        if isinstance(queue, NoQueue):
            queue = Queue(board=event.board, queue=event.queue, support=event.support)
        place = Waiting(support_id=event.support_id, joined_at=event.joined_at)
        return replace(queue, waiting=(*queue.waiting, place))
    if isinstance(state, NoQueue) or (found := state.find(event.support_id)) is None:
        return state
    match event:
        case PlaceLeft():
            return _without(state, found)
        case SeatOffered():
            return _with(state, replace(found, offer=event))
        case OfferAccepted(accepted_at=at):
            waits = (*state.waits, at - found.joined_at)[-REMEMBERED:]
            return replace(_without(state, found), waits=waits)
        case OfferExpired():
            missed = replace(found, offer=None, missed=found.missed + 1)
            if missed.resting:
                return _with(state, missed)
            return replace(state, waiting=(*_without(state, found).waiting, missed))
        case OfferWithdrawn():
            return _with(state, replace(found, offer=None))
        case WaitConfirmed():
            return _with(state, replace(found, missed=0))
        case _:
            assert_never(event)


def queue_id(board: UUID, support: str) -> UUID:
    """The stream of the queue to a support of a board."""
    return uuid5(board, f"queue:{support}")


def _with(queue: Queue, place: Waiting) -> Queue:
    waiting = tuple(place if each.support_id == place.support_id else each for each in queue.waiting)
    return replace(queue, waiting=waiting)


def _without(queue: Queue, place: Waiting) -> Queue:
    return replace(queue, waiting=tuple(each for each in queue.waiting if each.support_id != place.support_id))
