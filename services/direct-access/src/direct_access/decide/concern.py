"""Raising a concern for a child (SoL 19:1). There is nothing to weigh here: intake assesses, staff report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.decider import Refused
from chassis.personal import Part
from contracts.vocabulary import AgeBand, Gender
from direct_access.model.concern import ConcernRaised, Event, NotRaised, State


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseConcern:
    """Report a concern at once. `origin_case` is None where identity is not documented (SoL 14:5)."""

    board: UUID
    case: UUID
    support: str
    child: UUID
    age_band: AgeBand
    gender: Gender
    district: str
    about_child: Part
    noticed: Part
    origin_case: UUID | None
    at: datetime


Command = RaiseConcern


def decide(command: Command, state: State) -> Sequence[Event]:
    """The concern, once.

    Raises:
        Refused: the case exists.
    """
    if not isinstance(state, NotRaised):
        raise Refused("concern-raised-already")
    return [
        ConcernRaised(
            board=command.board,
            case=command.case,
            support=command.support,
            child=command.child,
            age_band=command.age_band,
            gender=command.gender,
            district=command.district,
            about_child=command.about_child,
            noticed=command.noticed,
            origin_case=command.origin_case,
            raised_at=command.at,
        )
    ]
