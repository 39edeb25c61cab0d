"""How many wait for the times of each support, and when somebody is to be asked next."""

from chassis.decider import Rows
from direct_access.model.queue import NoQueue, State


def rows(state: State) -> Rows:
    """A queue's length, how many can be offered a seat, how many keep silent, and when its next offer expires."""
    if isinstance(state, NoQueue):
        return {}
    usual = state.expected_wait
    row = {
        "board_id": state.board,
        "queue_id": state.queue,
        "support": state.support,
        "waiting": len(state.waiting),
        "ready": sum(each.offer is None for each in state.awake),
        "resting": sum(each.resting for each in state.waiting),
        "usual_days": None if usual is None else usual.days,
        "next_expiry": min((each.offer.expires_at for each in state.waiting if each.offer), default=None),
    }
    return {"queues": [row]}
