"""Offering a time, taking a seat in it, giving it back, and keeping one for the first in line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

from chassis.decider import Refused
from contracts.direct_access import Documentation
from direct_access.decide.catalogue import check_times, find_offered
from direct_access.decide.queue import goes_to_queue
from direct_access.model.catalogue import State as Entry
from direct_access.model.time import (
    Event,
    HoldReleased,
    NotOffered,
    Offered,
    SeatHeld,
    SeatReleased,
    SeatTaken,
    State,
    TimeOffered,
)
from statute.clocks import stockholm_day
from statute.direct import IDENTITY_UNDOCUMENTED


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTime:
    """Offer a time of a support that can be booked or waited for."""

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
    others_wait: bool = False
    """Somebody stands in the queue, so that what can be offered there is nobody else's to take."""
    only_by_queue: bool = False
    """Nobody picks a time of this support: only a seat that is kept is taken, by whom it is kept for."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseSeat:
    """Give a support's seat up."""

    support_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSeat:
    """Keep a seat for somebody in the queue who is being offered it."""

    support_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHold:
    """Keep it no longer."""

    support_id: UUID
    at: datetime


Command = OfferTime | TakeSeat | ReleaseSeat | HoldSeat | ReleaseHold


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
        case HoldSeat(support_id=support_id, at=at):
            offered = _require_free(state, support_id, at)
            return [] if support_id in offered.held_for else [SeatHeld(support_id=support_id, held_at=at)]
        case ReleaseHold(support_id=support_id, at=at):
            held = support_id in _require_offered(state).held_for
            return [HoldReleased(support_id=support_id, released_at=at)] if held else []
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
    check_times(listed)
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
    if _require_offered(state).offer.support != command.support:
        raise Refused("time-of-another-support")
    offered = _require_free(state, command.support_id, command.at)
    kept = command.support_id in offered.held_for
    if command.only_by_queue and not kept:
        raise Refused("only-by-queue", instead=("join-queue",))
    if command.others_wait and not kept and goes_to_queue(offered.offer.starts_at, command.at):
        raise Refused("others-wait", instead=("join-queue",))
    return [SeatTaken(support_id=command.support_id, taken_at=command.at)]


def _require_offered(state: State) -> Offered:
    match state:
        case NotOffered():
            raise Refused("time-not-found")
        case Offered():
            return state
        case _:
            assert_never(state)


def _require_free(state: State, support_id: UUID, at: datetime) -> Offered:
    """A time that has not begun, with a seat that is free or kept for this person."""
    offered = _require_offered(state)
    if offered.offer.starts_at <= at:
        raise Refused("time-passed", instead=("choose-another-time",))
    if support_id in offered.taken_by:
        raise Refused("time-booked-already")
    if offered.left < 1 and support_id not in offered.held_for:
        raise Refused("time-full", instead=("choose-another-time",))
    return offered
