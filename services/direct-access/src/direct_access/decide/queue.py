"""Standing in the queue to a support's times: joining, being offered a seat, answering, and leaving.

How long an offer stands is our own promise, not a rule of the Act.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID

from chassis.decider import Refused
from direct_access.decide.catalogue import is_closed
from direct_access.model.catalogue import State as Entry
from direct_access.model.queue import (
    Event,
    NoQueue,
    OfferAccepted,
    OfferExpired,
    OfferWithdrawn,
    PlaceLeft,
    PlaceTaken,
    SeatOffered,
    State,
    WaitConfirmed,
    Waiting,
)

OFFER_STANDS = timedelta(hours=24)
NOTICE = timedelta(hours=3)
"""What begins sooner is not offered in the queue but open to all, since nobody could be asked in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinQueue:
    """Stand last in the queue."""

    board: UUID
    queue: UUID
    support: str
    support_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveQueue:
    """Stand in it no longer. `offered`: the time whose kept seat the same piece of work deals with, if one is kept."""

    support_id: UUID
    offered: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSeat:
    """Offer a seat to the first in line, who is named. The seat is kept in its time's own stream."""

    support_id: UUID
    time: UUID
    starts_at: datetime
    place: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOffer:
    """Say yes to the offer of a time."""

    support_id: UUID
    time: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireOffer:
    """Say that an offer has passed without an answer. Given by the clock."""

    support_id: UUID
    time: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOffer:
    """Take back an offer of a time on a day when the support is closed. Given by the clock."""

    support_id: UUID
    time: UUID
    entry: Entry
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmWait:
    """Say that one still waits, after offers that passed."""

    support_id: UUID
    at: datetime


Command = JoinQueue | LeaveQueue | OfferSeat | AcceptOffer | ExpireOffer | WithdrawOffer | ConfirmWait


def decide(command: Command, state: State) -> Sequence[Event]:
    """What a command makes happen.

    Raises:
        Refused: the person stands in the queue already or not at all, is not first, the offer has passed, or another
            one was made since the work was laid out.
    """
    if isinstance(command, JoinQueue):
        return _join(command, state)
    place = None if isinstance(state, NoQueue) else state.find(command.support_id)
    if isinstance(state, NoQueue) or place is None:
        raise Refused("not-in-queue")
    at = command.at
    match command:
        case LeaveQueue(offered=offered):
            if offered != place.offered:
                raise Refused("changed-meanwhile", instead=("try-again",))
            return [PlaceLeft(support_id=place.support_id, left_at=at)]
        case OfferSeat():
            if state.next != place:
                raise Refused("not-first-in-queue")
            return [_offer(command)]
        case AcceptOffer() | ExpireOffer() | WithdrawOffer():
            return [_end_offer(command, place)]
        case ConfirmWait():
            return [WaitConfirmed(support_id=place.support_id, confirmed_at=at)] if place.missed else []
        case _:
            assert_never(command)


def goes_to_queue(starts_at: datetime, at: datetime) -> bool:
    """Whether a free seat is offered to who waits, before anyone else may take it."""
    return starts_at - at > NOTICE


def _join(command: JoinQueue, state: State) -> Sequence[Event]:
    if not isinstance(state, NoQueue) and state.find(command.support_id):
        raise Refused("in-queue-already")
    return [
        PlaceTaken(
            board=command.board,
            queue=command.queue,
            support=command.support,
            support_id=command.support_id,
            joined_at=command.at,
        )
    ]


def _offer(command: OfferSeat) -> SeatOffered:
    if not goes_to_queue(command.starts_at, command.at):
        raise Refused("time-too-soon")
    return SeatOffered(
        support_id=command.support_id,
        time=command.time,
        starts_at=command.starts_at,
        place=command.place,
        offered_at=command.at,
        expires_at=min(command.at + OFFER_STANDS, command.starts_at - NOTICE / 2),
    )


def _end_offer(command: AcceptOffer | ExpireOffer | WithdrawOffer, place: Waiting) -> Event:
    """A yes in time, that nobody answered, or that the support is closed then."""
    who, time, at = place.support_id, command.time, command.at
    offer = _require_offer(place, time)
    match command:
        case AcceptOffer():
            if offer.expires_at <= at:
                raise Refused("offer-passed")
            return OfferAccepted(support_id=who, time=time, accepted_at=at)
        case ExpireOffer():
            if offer.expires_at > at:
                raise Refused("offer-stands")
            return OfferExpired(support_id=who, time=time, expired_at=at)
        case WithdrawOffer(entry=entry):
            if not is_closed(entry, offer.starts_at):
                raise Refused("offer-stands")
            return OfferWithdrawn(support_id=who, time=time, withdrawn_at=at)
        case _:
            assert_never(command)


def _require_offer(place: Waiting, time: UUID) -> SeatOffered:
    if place.offer is None or place.offer.time != time:
        raise Refused("offer-passed")
    return place.offer
