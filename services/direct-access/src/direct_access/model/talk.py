"""A talk for somebody who cannot start a direct support alone: "Prata med oss ändå". A person answers the same day.

No guardian is contacted. That a child may talk with us on its own contact rests on JO's decisions under the former
Act (INFERENCE); nothing more than the talk is given.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never
from uuid import UUID

from chassis.personal import Part
from contracts.vocabulary import AgeBand
from direct_access.model.support import ContactWay


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkRequested:
    """Somebody asked to talk."""

    board: UUID
    talk: UUID
    person: UUID
    age_band: AgeBand
    district: str
    asker: Part
    """How to reach the person safely, and own words; a name if one was given."""
    requested_at: datetime
    due_at: datetime
    """When the day of asking ends in Stockholm, UTC."""
    contact: ContactWay = ContactWay.PHONE
    """By default a call, as in what was asked before this was."""
    type: Literal["talk-requested"] = "talk-requested"


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkAnswered:
    """A person of ours reached the one who asked."""

    note: Part | None
    answered_at: datetime
    type: Literal["talk-answered"] = "talk-answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOverdue:
    """The day passed without an answer."""

    passed_at: datetime
    type: Literal["answer-overdue"] = "answer-overdue"


Event = TalkRequested | TalkAnswered | AnswerOverdue


@dataclass(frozen=True, slots=True)
class NotRequested:
    """Nobody asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody waits to be reached."""

    request: TalkRequested
    late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The person was reached."""

    request: TalkRequested
    answered_at: datetime
    note: Part | None
    late: bool


State = NotRequested | Waiting | Answered

initial: State = NotRequested()


def evolve(state: State, event: Event) -> State:
    """The talk after an event."""
    match event, state:
        case TalkRequested(), _:
            return Waiting(request=event)
        case TalkAnswered(answered_at=at, note=note), Waiting(request=request, late=late):
            return Answered(request=request, answered_at=at, note=note, late=late)
        case AnswerOverdue(), Waiting(request=request):
            return Waiting(request=request, late=True)
        case ((TalkAnswered() | AnswerOverdue()), _):
            return state
        case _:
            assert_never(event)
