"""Counting who walks in, without asking who it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import assert_never
from uuid import UUID

from chassis.decider import Refused
from direct_access.model.catalogue import Capacity, Undecided
from direct_access.model.catalogue import State as Entry
from direct_access.model.walk_in import Counted, CountMended, Event, State, WalkedIn


@dataclass(frozen=True, slots=True, kw_only=True)
class CountWalkIn:
    """Count one more."""

    board: UUID
    count: UUID
    entry: Entry
    on: date
    """Today in Stockholm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MendCount:
    """Take back one that was counted by mistake."""

    on: date


Command = CountWalkIn | MendCount


def decide(command: Command, state: State) -> Sequence[Event]:
    """What a command makes happen.

    Raises:
        Refused: nobody walks in to this support, or nobody was counted.
    """
    match command:
        case CountWalkIn(board=board, count=count, entry=entry, on=on):
            if isinstance(entry, Undecided) or Capacity.DROP_IN not in entry.terms.capacity:
                raise Refused("not-drop-in")
            return [WalkedIn(board=board, count=count, support=entry.code, on=on)]
        case MendCount(on=on):
            if not isinstance(state, Counted) or state.number < 1:
                raise Refused("nobody-counted")
            return [CountMended(on=on)]
        case _:
            assert_never(command)
