"""How many walked in to a support on a day, as staff counted them. A number, and nothing that tells of anybody."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, assert_never
from uuid import UUID, uuid5


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkedIn:
    """Staff counted one more."""

    board: UUID
    count: UUID
    support: str
    on: date
    type: Literal["walked-in"] = "walked-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountMended:
    """Staff had counted one too many."""

    on: date
    type: Literal["count-mended"] = "count-mended"


Event = WalkedIn | CountMended


@dataclass(frozen=True, slots=True)
class NotCounted:
    """Nobody has been counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The day's number."""

    first: WalkedIn
    number: int = 1


State = NotCounted | Counted

initial: State = NotCounted()


def evolve(state: State, event: Event) -> State:
    """The count after an event."""
    match event:
        case WalkedIn():
            return replace(state, number=state.number + 1) if isinstance(state, Counted) else Counted(first=event)
        case CountMended():
            return replace(state, number=state.number - 1) if isinstance(state, Counted) else state
        case _:
            assert_never(event)


def count_id(board: UUID, support: str, on: date) -> UUID:
    """The stream of a day's count."""
    return uuid5(board, f"walk-ins:{support}:{on}")
