"""Commands on an application, and how each is decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, assert_never
from uuid import UUID

from chassis.decider import Refused
from chassis.personal import Part
from contracts.vocabulary import AgeBand, Code, District, Gender, Speaker
from intake.model.application import (
    ApplicationReceived,
    Complete,
    CompletionAskedFor,
    CompletionReceived,
    Event,
    Incomplete,
    InvestigationAskedFor,
    Nothing,
    State,
)
from statute.answers import Field
from statute.clocks import stockholm_day
from statute.decisions import missing_in_application


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveApplication:
    """Take in an application, complete or not. It is never turned away."""

    at: datetime
    board: UUID
    case: UUID
    applicant_id: UUID
    applicant: Part
    told: Part
    filled: frozenset[Field]
    """What the application tells."""
    code_hash: str
    wished_support: Code | None
    age_band: AgeBand
    gender: Gender
    district: District
    origin_case: UUID | None = None
    agreed: Speaker | None = None
    guardians: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForCompletion:
    """Record that the person was asked, and helped, to tell what is missing."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToApplication:
    """Add what the person tells now."""

    at: datetime
    added: Part
    filled: frozenset[Field]


_FIELDS = frozenset(Field)

Command: TypeAlias = ReceiveApplication | AskForCompletion | AddToApplication


def decide(command: Command, state: State) -> Sequence[Event]:
    """The events of a command on an application.

    Raises:
        Refused: with what to do instead.
    """
    match command:
        case ReceiveApplication():
            return receive(command, state)
        case AskForCompletion():
            return ask_for_completion(command, state)
        case AddToApplication():
            return add(command, state)
        case _:
            assert_never(command)


def receive(command: ReceiveApplication, state: State) -> Sequence[Event]:
    """An application is taken in once. One that tells what is needed is investigated at once (SoL 14:2)."""
    if not isinstance(state, Nothing):
        raise Refused("application-already-received")
    missing = missing_of(command.filled, command.at)
    received = ApplicationReceived(
        board=command.board,
        case=command.case,
        received_at=command.at,
        applicant_id=command.applicant_id,
        applicant=command.applicant,
        told=command.told,
        missing=missing,
        code_hash=command.code_hash,
        wished_support=command.wished_support,
        age_band=command.age_band,
        gender=command.gender,
        district=command.district,
        origin_case=command.origin_case,
        agreed=command.agreed,
        guardians=command.guardians,
    )
    return [received] if missing else [received, InvestigationAskedFor(asked_at=command.at)]


def ask_for_completion(command: AskForCompletion, state: State) -> Sequence[Event]:
    """Only what is missing is asked for, and the person is asked once for it."""
    waiting = require_incomplete(state)
    if waiting.asked:
        raise Refused("completion-already-asked-for")
    return [CompletionAskedFor(asked_at=command.at, missing=waiting.missing)]


def add(command: AddToApplication, state: State) -> Sequence[Event]:
    """What comes in is kept whether or not it is enough. When it is, the investigation is asked for at once."""
    waiting = require_incomplete(state)
    told = _FIELDS - frozenset(waiting.missing) | command.filled
    still_missing = missing_of(told, command.at)
    received = CompletionReceived(received_at=command.at, added=command.added, still_missing=still_missing)
    return [received] if still_missing else [received, InvestigationAskedFor(asked_at=command.at)]


def missing_of(filled: Iterable[Field], at: datetime) -> tuple[Field, ...]:
    """What an application still has to tell, in the order of the law (FL 19)."""
    return missing_in_application(filled, stockholm_day(at))


def require_incomplete(state: State) -> Incomplete:
    match state:
        case Nothing():
            raise Refused("no-such-application")
        case Complete():
            raise Refused("application-complete")
        case Incomplete():
            return state
        case _:
            assert_never(state)
