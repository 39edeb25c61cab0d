"""Offering a time, and taking a seat in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

from chassis.decider import Refused
from contracts.direct_access import Documentation
from direct_access.decide.catalogue import find_offered
from direct_access.model.catalogue import Capacity
from direct_access.model.catalogue import State as Entry
from direct_access.model.time import Event, NotOffered, Offered, SeatReleased, SeatTaken, State, TimeOffered
from statute.clocks import stockholm_day
from statute.direct import IDENTITY_UNDOCUMENTED


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTime:
    """Offer a time of a support that can be booked."""

    board: UUID
    time: UUID
    entry: Entry
    starts_at: datetime
    minutes: int
    seats: int
    district: str
    place: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeSeat:
    """Take a seat for a support."""

    support: str
    """The code of the support, which must be the time's."""
    support_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSeat:
    """Give a support's seat up."""

    support_id: UUID
    at: datetime


Command = OfferTime | TakeSeat | ReleaseSeat


def decide(command: Command, state: State) -> Sequence[Event]:
    """What a command makes happen.

    Raises:
        Refused: the support is not booked so, or the time is over, full or another support's.
    """
    match command:
        case OfferTime():
            return _offer(command, state)
        case TakeSeat():
            return _take_seat(command, state)
        case ReleaseSeat(support_id=support_id, at=at):
            taken = isinstance(state, Offered) and support_id in state.taken_by
            return [SeatReleased(support_id=support_id, released_at=at)] if taken else []
        case _:
            assert_never(command)


def _offer(command: OfferTime, state: State) -> Sequence[Event]:
    if isinstance(state, Offered):
        raise Refused("time-offered-already")
    if command.starts_at <= command.at:
        raise Refused("time-passed")
    day = stockholm_day(command.at)
    listed = find_offered(command.entry, stockholm_day(command.starts_at), command.district)
    if listed.terms.documentation is Documentation.NO_IDENTITY:
        raise Refused("come-without-name", IDENTITY_UNDOCUMENTED.on(day).reference, ("drop-in",))
    if Capacity.BOOKABLE not in listed.terms.capacity:
        raise Refused("not-bookable")
    return [
        TimeOffered(
            board=command.board,
            time=command.time,
            support=listed.code,
            starts_at=command.starts_at,
            minutes=command.minutes,
            seats=command.seats,
            district=command.district,
            place=command.place,
            offered_at=command.at,
        )
    ]


def _take_seat(command: TakeSeat, state: State) -> Sequence[Event]:
    match state:
        case NotOffered():
            raise Refused("time-not-found")
        case Offered(offer=offer, taken_by=taken_by):
            if offer.support != command.support:
                raise Refused("time-of-another-support")
            if offer.starts_at <= command.at:
                raise Refused("time-passed", instead=("choose-another-time",))
            if command.support_id in taken_by:
                raise Refused("time-booked-already")
            if state.left < 1:
                raise Refused("time-full", instead=("choose-another-time",))
            return [SeatTaken(support_id=command.support_id, taken_at=command.at)]
        case _:
            assert_never(state)
