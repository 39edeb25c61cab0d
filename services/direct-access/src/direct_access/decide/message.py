"""Which messages a person is to have about their times, and when one is tried, sent and given up.

A day before, how long we try, and that no SMS comes at night, are our own promises, not rules of the Act.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never
from uuid import UUID, uuid5

from chassis.decider import Refused
from direct_access.decide.catalogue import is_closed
from direct_access.decide.consent import may_message, waits_for
from direct_access.decide.queue import NOTICE
from direct_access.model import catalogue, queue, support
from direct_access.model.message import (
    Event,
    MessageDropped,
    MessageDue,
    MessageGivenUp,
    MessageKind,
    MessageSent,
    MessageTried,
    NotDue,
    Outcome,
    Over,
    State,
    Waiting,
    Why,
)
from direct_access.model.support import ContactWay, TimeBooked
from statute.clocks import STOCKHOLM

SENT = frozenset({ContactWay.SMS, ContactWay.EMAIL})
"""The ways that go from here. A letter somebody has to post."""
DAY_BEFORE = timedelta(hours=24)
QUIET_FROM, QUIET_UNTIL = time(21), time(8)
"""At night in Stockholm an SMS waits: it wakes who sleeps, and lights up where others see it."""
TOLD_OF_CLOSING = timedelta(hours=24)
"""How long who waits in the queue of a closed support is tried to be told. Staff see who has not been."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class TryToSend:
    """Be the one who sends the message now. Nobody else tries for a while."""

    due: MessageDue
    way: ContactWay
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSent:
    """Say that it has left."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSilence:
    """Say that whoever was to carry it fell silent, so that nobody knows whether it has left."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """Say that it cannot reach the person."""

    why: Why
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteReturn:
    """Say that it came back after it had left."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Say that it is not needed any longer."""

    due: MessageDue
    at: datetime


Command = TryToSend | NoteSent | NoteSilence | GiveUp | NoteReturn | Drop


def may_send(record: support.Record) -> bool:
    """Whether a message may be sent from here: where the person may be written to, by SMS or e-mail."""
    return may_message(record) and record.contact in SENT


def may_tell(record: support.Record) -> bool:
    """Whether the person may be told that a seat is offered: by a message from here, else by one of us."""
    return may_send(record) or (record.contact is not ContactWay.NONE and record.own_yes)


def reminders_of(state: support.State) -> tuple[MessageDue, ...]:
    """The reminders that a person is to have, none where nothing may be sent. Who booked within the day needs none.

    While a yes that the time rests on is missing they rest too: nobody shall come in vain, and staff are told.
    """
    if not _may_send_in(state) or waits_for(support.record_of(state)):
        return ()
    record = support.record_of(state)
    met = record.arrived | record.absent
    return tuple(plan_reminder(record, each) for each in record.bookings if each.time not in met and _is_early(each))


def plan_reminder(record: support.Record, booking: TimeBooked) -> MessageDue:
    """The reminder of a booking, whether or not it is to be sent.

    A time that is booked anew has one of its own, and so has one whose person is reached in another way since.
    """
    asked, told = record.asked, record.contact_told
    since = booking.booked_at if told is None else max(booking.booked_at, told.told_at)
    return MessageDue(
        board=asked.board,
        message=uuid5(asked.support_id, f"reminder:{booking.time}:{since.isoformat()}"),
        kind=MessageKind.REMINDER,
        support_id=asked.support_id,
        time=booking.time,
        starts_at=booking.starts_at,
        due_at=booking.starts_at - DAY_BEFORE,
        until=booking.starts_at - NOTICE,
    )


def offers_of(state: queue.State) -> tuple[MessageDue, ...]:
    """The messages about the offers that stand. Whether each may be sent, the person's own support tells."""
    if isinstance(state, queue.NoQueue):
        return ()
    return tuple(
        MessageDue(
            board=state.board,
            message=uuid5(offer.support_id, f"offer:{offer.time}:{offer.offered_at.isoformat()}"),
            kind=MessageKind.OFFER,
            support_id=offer.support_id,
            time=offer.time,
            starts_at=offer.starts_at,
            due_at=offer.offered_at,
            until=offer.expires_at,
        )
        for offer in (each.offer for each in state.waiting)
        if offer is not None
    )


def plan_closing(
    *, board: UUID, support_id: UUID, time: UUID, starts_at: datetime, closed_from: date, at: datetime
) -> MessageDue:
    """The message about a booked time on a day when the support is closed, whether or not it is to be sent."""
    return MessageDue(
        board=board,
        message=uuid5(support_id, f"closing:{time}:{closed_from.isoformat()}"),
        kind=MessageKind.CLOSING,
        support_id=support_id,
        time=time,
        starts_at=starts_at,
        due_at=at,
        until=starts_at - NOTICE,
    )


def plan_queue_closing(*, board: UUID, support_id: UUID, closed_from: date, at: datetime) -> MessageDue:
    """The message to somebody who waits in the queue of a support that is closed, whether or not it is to be sent."""
    return MessageDue(
        board=board,
        message=uuid5(support_id, f"closing:queue:{closed_from.isoformat()}"),
        kind=MessageKind.CLOSING,
        support_id=support_id,
        time=None,
        starts_at=None,
        due_at=at,
        until=at + TOLD_OF_CLOSING,
    )


def closing_holds(due: MessageDue, state: support.State, entry: catalogue.State) -> bool:
    """Whether the person still has the time, the support is still closed then, and they may be written to."""
    if due.starts_at is None or not _may_send_in(state):
        return False
    return is_closed(entry, due.starts_at) and any(each.time == due.time for each in support.record_of(state).bookings)


def queue_closing_holds(
    due: MessageDue, state: support.State, line: queue.State, entry: catalogue.State, at: datetime
) -> bool:
    """Whether the person still waits, with no offer that stands, for what is still closed, and may be written to."""
    place = None if isinstance(line, queue.NoQueue) else line.find(due.support_id)
    return place is not None and place.offer is None and is_closed(entry, at) and _may_send_in(state)


def tried_until(due: MessageDue) -> datetime:
    """From when on a message is given up: about an offer at half its time, so that somebody can call in the other."""
    return due.due_at + (due.until - due.due_at) / 2 if due.kind is MessageKind.OFFER else due.until


def quiet_until(at: datetime) -> datetime | None:
    """When the night is over in which no SMS is sent, UTC; None by day."""
    local = at.astimezone(STOCKHOLM)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return None
    morning = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return datetime.combine(morning, QUIET_UNTIL, STOCKHOLM).astimezone(UTC)


def rests_at_night(due: MessageDue, way: ContactWay, at: datetime) -> bool:
    """Whether it waits until the morning. What would come too late then is sent also at night."""
    morning = quiet_until(at)
    return way is ContactWay.SMS and morning is not None and morning < tried_until(due)


def decide(command: Command, state: State) -> Sequence[Event]:
    """What a command makes happen.

    Raises:
        Refused: it is over, or somebody else tries just now.
    """
    if isinstance(command, NoteReturn):
        gone = isinstance(state, Waiting) or (isinstance(state, Over) and state.outcome is Outcome.SENT)
        return [MessageGivenUp(why=Why.RETURNED, given_up_at=command.at)] if gone else []
    if isinstance(state, Over):
        raise Refused("message-over")
    match command:
        case TryToSend():
            return _try(command, state)
        case Drop(due=due, at=at):
            return [*_begin(due, state), MessageDropped(dropped_at=at)]
        case NoteSent(at=at):
            _require_tried(state)
            return [MessageSent(sent_at=at)]
        case NoteSilence(at=at):
            # Once it is tried again. More often, and one who had it each time would be flooded.
            return [MessageGivenUp(why=Why.UNANSWERED, given_up_at=at)] if _require_tried(state).tries > 1 else []
        case GiveUp(why=why, at=at):
            _require_tried(state)
            return [MessageGivenUp(why=why, given_up_at=at)]
        case _:
            assert_never(command)


def _try(command: TryToSend, state: NotDue | Waiting) -> Sequence[Event]:
    at, begun = command.at, _begin(command.due, state)
    tries, again_at = (state.tries, state.again_at) if isinstance(state, Waiting) else (0, None)
    if again_at is not None and at < again_at:
        raise Refused("message-tried")
    # As it was laid out first: of what is laid out anew each time the end would never come.
    if at >= tried_until(state.due if isinstance(state, Waiting) else command.due):
        return [*begun, MessageGivenUp(why=Why.LATE, given_up_at=at)]
    wait = min(FIRST_WAIT * 2 ** min(tries, 10), LONGEST_WAIT)
    return [*begun, MessageTried(way=command.way, tried_at=at, again_at=at + wait)]


def _require_tried(state: NotDue | Waiting) -> Waiting:
    if isinstance(state, NotDue):
        raise Refused("message-not-due")
    return state


def _begin(due: MessageDue, state: NotDue | Waiting) -> list[Event]:
    return [due] if isinstance(state, NotDue) else []


def _may_send_in(state: support.State) -> bool:
    return isinstance(state, support.Asked | support.Running) and may_send(state.record)


def _is_early(booking: TimeBooked) -> bool:
    return booking.booked_at <= booking.starts_at - DAY_BEFORE
