"""A message to somebody about a time of theirs or a place in a queue: due once, tried until it has left, or given up.

Neither its words nor where it goes is kept. Both follow, as it is sent, from the support and the asker's sealed part.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal, assert_never
from uuid import UUID

from direct_access.model.support import ContactWay


class MessageKind(StrEnum):
    """What a message is for."""

    REMINDER = "reminder"
    """Of a booked time, a day before."""
    OFFER = "offer"
    """A seat is offered to who waits for one."""
    CLOSING = "closing"
    """The support is closed on the day of a booked time, or while one waits for it."""


class Outcome(StrEnum):
    """What became of a message."""

    SENT = "sent"
    GIVEN_UP = "given-up"
    DROPPED = "dropped"
    """There was nothing left to tell of: the time was given up, or the offer answered."""


class Why(StrEnum):
    """Why a message was given up."""

    REFUSED = "refused"
    """The address is none, or whoever serves it took nothing for it."""
    NO_WAY = "no-way"
    """Nothing here sends messages in that way."""
    UNANSWERED = "unanswered"
    """Whoever carries it fell silent each time: it may have come or not."""
    RETURNED = "returned"
    """It had left, and came back."""
    LATE = "late"
    """It could not be sent in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDue:
    """A message is to be sent."""

    board: UUID
    message: UUID
    kind: MessageKind
    support_id: UUID
    time: UUID | None
    starts_at: datetime | None
    """None, as the time, of what is about a place in a queue."""
    due_at: datetime
    until: datetime
    """From when on it would come too late."""
    type: Literal["message-due"] = "message-due"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTried:
    """Somebody went to send it. Unless it is said to be over, it is tried again."""

    way: ContactWay
    tried_at: datetime
    again_at: datetime
    type: Literal["message-tried"] = "message-tried"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent:
    """It was handed over to whoever carries it on."""

    sent_at: datetime
    type: Literal["message-sent"] = "message-sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageGivenUp:
    """It did not reach the person, as far as is known, and is not tried again. Staff are told."""

    why: Why
    given_up_at: datetime
    type: Literal["message-given-up"] = "message-given-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDropped:
    """It was not needed any longer."""

    dropped_at: datetime
    type: Literal["message-dropped"] = "message-dropped"


Event = MessageDue | MessageTried | MessageSent | MessageGivenUp | MessageDropped


@dataclass(frozen=True, slots=True)
class NotDue:
    """There is no message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """To be sent."""

    due: MessageDue
    tries: int = 0
    again_at: datetime | None = None
    """Not before then; None before the first try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """Nothing more is done."""

    due: MessageDue
    outcome: Outcome
    why: Why | None = None


State = NotDue | Waiting | Over

initial: State = NotDue()


def evolve(state: State, event: Event) -> State:
    """The message after an event."""
    if isinstance(event, MessageDue):
        return Waiting(due=event)
    if isinstance(state, Over) and state.outcome is Outcome.SENT and isinstance(event, MessageGivenUp):
        return replace(state, outcome=Outcome.GIVEN_UP, why=event.why)
    if not isinstance(state, Waiting):
        return state
    match event:
        case MessageTried(again_at=again_at):
            return replace(state, tries=state.tries + 1, again_at=again_at)
        case MessageSent():
            return Over(due=state.due, outcome=Outcome.SENT)
        case MessageGivenUp(why=why):
            return Over(due=state.due, outcome=Outcome.GIVEN_UP, why=why)
        case MessageDropped():
            return Over(due=state.due, outcome=Outcome.DROPPED)
        case _:
            assert_never(event)
