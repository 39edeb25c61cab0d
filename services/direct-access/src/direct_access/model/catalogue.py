"""One form of support as a board decided it. The board's choice makes it direct, within the Act's closed list."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, assert_never
from uuid import UUID, uuid5

from contracts.direct_access import Documentation, LegalBasis
from statute.direct import SupportKind


class Capacity(StrEnum):
    """How one comes to a support."""

    DROP_IN = "drop-in"
    BOOKABLE = "bookable"
    WAITING_LIST = "waiting-list"
    MATCHING = "matching"
    PHONE = "phone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the board decided of a support. Texts are Swedish, for the public."""

    name: str
    what: str
    """What it is and what happens there, in plain words."""
    basis: LegalBasis
    kind: SupportKind
    """As far as SoL 11:5 tells kinds of support apart."""
    documentation: Documentation
    age_from: int | None
    """The youngest it is for, in whole years; None where the board set no limit."""
    age_to: int | None
    """The oldest it is for, in whole years."""
    districts: tuple[str, ...]
    """Where it is given; empty means everywhere in the board's area."""
    capacity: tuple[Capacity, ...]
    valid_from: date
    valid_to: date | None
    """The last day; None until the board decides otherwise."""
    decision: str
    """The reference of the board's decision, such as `SN 2026-04-12 § 58`."""
    special_reasons: str | None
    """Why identity is not documented (särskilda skäl, SoL 14:5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportDecided:
    """The board decided on a form of support, for the first time or anew."""

    board: UUID
    entry: UUID
    code: str
    terms: Terms
    decided_at: datetime
    """When the decision was registered here, aware, UTC."""
    type: Literal["support-decided"] = "support-decided"


Event = SupportDecided


@dataclass(frozen=True, slots=True)
class Undecided:
    """No board has decided on this support."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The support stands in the catalogue. `version` counts the board's decisions on it."""

    board: UUID
    entry: UUID
    code: str
    version: int
    terms: Terms


State = Undecided | Listed

initial: State = Undecided()


def evolve(state: State, event: Event) -> State:
    """The entry after an event."""
    version = state.version + 1 if isinstance(state, Listed) else 1
    match event:
        case SupportDecided():
            return Listed(board=event.board, entry=event.entry, code=event.code, version=version, terms=event.terms)
        case _:
            assert_never(event)


def entry_id(board: UUID, code: str) -> UUID:
    """The stream of a board's entry: the same for the same code, so that a support is listed once."""
    return uuid5(board, f"support:{code}")
