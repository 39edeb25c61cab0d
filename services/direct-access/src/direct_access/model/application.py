"""An application for assessed support that staff help to start with what is known. Its case begins here."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, assert_never
from uuid import UUID

from chassis.personal import Part
from contracts.vocabulary import AgeBand, Gender, Speaker
from statute.answers import Field


class Known(StrEnum):
    """What a support may know of the person. Each goes along to an application, or is left out, as the person wants."""

    NAME = "name"
    BORN = "born"
    CONTACT = "contact"
    """A number or an address, and how contact is safe."""
    GENDER = "gender"
    LANGUAGE = "language"
    """The language that the person reads, and the interpreter that is wished for."""
    WORDS = "words"
    """What the person wrote to us."""
    NUMBER = "number"
    """A personal or coordination number. A support knows none: it is asked for, for the application alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationStarted:
    """Staff helped the person to apply."""

    board: UUID
    case: UUID
    """The application's case, new, and never the support's."""
    support: str
    person: UUID
    age_band: AgeBand
    gender: Gender
    district: str
    applicant: Part
    """What is handed over of who the person is, how contact is safe, and whether it is not."""
    told: Part
    """What is wished for and why, and the words that are handed over."""
    tells: tuple[Field, ...]
    """What of FL 19 is told in them."""
    wished_support: str | None
    agreed: Speaker
    guardians: tuple[Part, ...] = ()
    """The guardians who said yes for a child: name and how to reach them."""
    code_hash: str
    """Keyed digest, in hex, of the code that is handed over."""
    origin_case: UUID
    started_at: datetime
    type: Literal["application-started"] = "application-started"


Event = ApplicationStarted


@dataclass(frozen=True, slots=True)
class NotStarted:
    """Nobody has applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """An application on its way to intake."""

    application: ApplicationStarted


State = NotStarted | Started

initial: State = NotStarted()


def evolve(state: State, event: Event) -> State:  # noqa: ARG001  # every stream folds the same way
    """The application after an event."""
    match event:
        case ApplicationStarted():
            return Started(application=event)
        case _:
            assert_never(event)
