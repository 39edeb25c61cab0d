"""An application for assessed support (ansökan, SoL 11:1): what happens to it, and where it stands."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias, assert_never
from uuid import UUID

from chassis.personal import Part
from contracts.vocabulary import AgeBand, Code, District, Gender, Speaker
from intake.model.report import ImpossibleHistory
from statute.answers import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationReceived:
    """A person applied for support."""

    board: UUID
    case: UUID
    received_at: datetime
    applicant_id: UUID
    applicant: Part
    """Name, number, how contact is safe, the language that an interpreter is wished for (FL 13); may be incomplete."""
    told: Part
    """What the person applies for and why, in their own words."""
    missing: tuple[Field, ...]
    """What the application still has to tell (FL 19)."""
    code_hash: str
    """Keyed digest, in hex, of the code on the receipt, with which the person completes the application."""
    wished_support: Code | None
    age_band: AgeBand
    gender: Gender
    district: District
    origin_case: UUID | None = None
    """The direct support whose staff helped to start it, with a yes to what they handed over."""
    agreed: Speaker | None = None
    """Who said that yes."""
    guardians: tuple[Part, ...] = ()
    """The guardians who said it for a child."""
    type: Literal["application-received"] = "application-received"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionAskedFor:
    """The person was asked, and helped, to tell what is missing (FL 20)."""

    asked_at: datetime
    missing: tuple[Field, ...]
    type: Literal["completion-asked-for"] = "completion-asked-for"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionReceived:
    """Something of what was missing came in."""

    received_at: datetime
    added: Part
    still_missing: tuple[Field, ...]
    type: Literal["completion-received"] = "completion-received"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigationAskedFor:
    """Assessment is to open an investigation at once (SoL 14:2)."""

    asked_at: datetime
    type: Literal["investigation-asked-for"] = "investigation-asked-for"


Event: TypeAlias = ApplicationReceived | CompletionAskedFor | CompletionReceived | InvestigationAskedFor
EVENTS = (ApplicationReceived, CompletionAskedFor, CompletionReceived, InvestigationAskedFor)


@dataclass(frozen=True, slots=True)
class Nothing:
    """No application has come in on this stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incomplete:
    """An application that still has to tell something."""

    received: ApplicationReceived
    missing: tuple[Field, ...]
    asked: bool = False
    """Whether the person has been asked for what is missing."""
    added: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Complete:
    """An application that tells what is needed; assessment has been asked to investigate."""

    received: ApplicationReceived
    added: tuple[Part, ...] = ()


State: TypeAlias = Nothing | Incomplete | Complete

initial: State = Nothing()


def evolve(state: State, event: Event) -> State:
    """The state after an event."""
    match event:
        case ApplicationReceived():
            if event.missing:
                return Incomplete(received=event, missing=event.missing)
            return Complete(received=event)
        case CompletionAskedFor():
            if not isinstance(state, Incomplete):
                raise ImpossibleHistory
            return replace(state, asked=True)
        case CompletionReceived():
            if not isinstance(state, Incomplete):
                raise ImpossibleHistory
            added = (*state.added, event.added)
            if event.still_missing:
                return replace(state, missing=event.still_missing, added=added)
            return Complete(received=state.received, added=added)
        case InvestigationAskedFor():
            if not isinstance(state, Complete):
                raise ImpossibleHistory
            return state
        case _:
            assert_never(event)
