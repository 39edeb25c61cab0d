"""The visits of a day, to be counted. No row can tell who came (SoL 14:5)."""

from chassis.decider import Rows
from direct_access.model.visit import State, Visit


def rows(state: State) -> Rows:
    """A visit's day, support and district, and how often it was measured."""
    if not isinstance(state, Visit):
        return {}
    started = state.started
    row = {
        "board_id": started.board,
        "visit_id": started.visit,
        "started_on": started.started_on,
        "support": started.support,
        "district": started.district,
        "measures": len(state.measured),
    }
    return {"visits": [row]}
