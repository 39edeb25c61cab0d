"""Concern for a child that staff of a direct support must report at once (SoL 19:1). The report's case begins here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never
from uuid import UUID

from chassis.personal import Part
from contracts.vocabulary import AgeBand, Gender


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernRaised:
    """Staff noticed something that must be reported."""

    board: UUID
    case: UUID
    """The report's case, new, and never the support's."""
    support: str
    child: UUID
    age_band: AgeBand
    gender: Gender
    district: str
    about_child: Part
    """Name, number and how to reach the child, as far as known."""
    noticed: Part
    """What was noticed."""
    origin_case: UUID | None
    """The support where it was noticed; None where identity is not documented (SoL 14:5)."""
    raised_at: datetime
    type: Literal["concern-raised"] = "concern-raised"


Event = ConcernRaised


@dataclass(frozen=True, slots=True)
class NotRaised:
    """Nothing was noticed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A concern on its way to intake."""

    concern: ConcernRaised


State = NotRaised | Raised

initial: State = NotRaised()


def evolve(state: State, event: Event) -> State:  # noqa: ARG001  # every stream folds the same way
    """The concern after an event."""
    match event:
        case ConcernRaised():
            return Raised(concern=event)
        case _:
            assert_never(event)
