"""Asking to talk with us anyway, and being answered the same day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import assert_never
from uuid import UUID

from chassis.decider import Refused
from chassis.personal import Part
from contracts.vocabulary import AgeBand
from direct_access.model.support import ContactWay
from direct_access.model.talk import (
    Answered,
    AnswerOverdue,
    Event,
    NotRequested,
    State,
    TalkAnswered,
    TalkRequested,
    Waiting,
)
from statute.clocks import STOCKHOLM, stockholm_day


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTalk:
    """Ask to talk. Whoever asks and however old is answered; nobody else is contacted."""

    board: UUID
    talk: UUID
    person: UUID
    age_band: AgeBand
    district: str
    asker: Part
    contact: ContactWay = ContactWay.PHONE
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTalk:
    """Say that the person was reached."""

    note: Part | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PassDay:
    """Say that the day of asking has passed. Given by the clock."""

    at: datetime


Command = RequestTalk | AnswerTalk | PassDay


def decide(command: Command, state: State) -> Sequence[Event]:
    """What a command makes happen.

    Raises:
        Refused: the talk is unknown or answered already.
    """
    match command:
        case RequestTalk():
            return _request(command, state)
        case AnswerTalk(note=note, at=at):
            match state:
                case NotRequested():
                    raise Refused("talk-not-found")
                case Answered():
                    raise Refused("talk-answered-already")
                case Waiting():
                    return [TalkAnswered(note=note, answered_at=at)]
                case _:
                    assert_never(state)
        case PassDay(at=at):
            return [AnswerOverdue(passed_at=at)] if isinstance(state, Waiting) and not state.late else []
        case _:
            assert_never(command)


def _request(command: RequestTalk, state: State) -> Sequence[Event]:
    if not isinstance(state, NotRequested):
        raise Refused("already-asked")
    return [
        TalkRequested(
            board=command.board,
            talk=command.talk,
            person=command.person,
            age_band=command.age_band,
            district=command.district,
            asker=command.asker,
            contact=command.contact,
            requested_at=command.at,
            due_at=end_of_day(command.at),
        )
    ]


def end_of_day(moment: datetime) -> datetime:
    """When the Stockholm day of an aware moment ends, UTC. The same day is our own promise, not a rule of the Act."""
    tomorrow = stockholm_day(moment) + timedelta(days=1)
    return datetime.combine(tomorrow, time(0), STOCKHOLM).astimezone(UTC)
