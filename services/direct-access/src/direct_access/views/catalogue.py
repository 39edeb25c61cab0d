"""The catalogue as people and staff find it."""

from dataclasses import asdict

from chassis.decider import Rows
from direct_access.model.catalogue import Listed, State


def rows(state: State) -> Rows:
    """An entry as the board decided it last."""
    if not isinstance(state, Listed):
        return {}
    row = {
        **asdict(state.terms),
        "board_id": state.board,
        "entry_id": state.entry,
        "code": state.code,
        "version": state.version,
    }
    return {"catalogue": [row]}
