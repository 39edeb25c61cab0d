"""How many walked in to each support on a day."""

from chassis.decider import Rows
from direct_access.model.walk_in import NotCounted, State


def rows(state: State) -> Rows:
    """A day's number."""
    if isinstance(state, NotCounted):
        return {}
    first = state.first
    row = {
        "board_id": first.board,
        "count_id": first.count,
        "support": first.support,
        "counted_on": first.on,
        "walk_ins": state.number,
    }
    return {"walk_ins": [row]}
