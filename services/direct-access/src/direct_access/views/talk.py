"""The talks that somebody waits for."""

from collections.abc import Mapping
from datetime import datetime

from chassis.decider import Rows
from direct_access.model.support import ContactWay
from direct_access.model.talk import Answered, NotRequested, State, Waiting

ANSWER_DUE = "answer-due"


def rows(state: State) -> Rows:
    """A talk, when it is to be answered, and whether it was."""
    if isinstance(state, NotRequested):
        return {}
    request = state.request
    row = {
        "board_id": request.board,
        "talk_id": request.talk,
        "district": request.district,
        "requested_at": request.requested_at,
        "due_at": request.due_at,
        "late": state.late,
        "answered_at": state.answered_at if isinstance(state, Answered) else None,
        "asker": request.asker,
        "way": request.contact,
    }
    return {"talks": [row]}


def timers(state: State) -> Mapping[str, datetime]:
    """Until somebody has answered, the end of the day of asking. No clock runs where the person gets in touch."""
    if isinstance(state, Waiting) and not state.late and state.request.contact is not ContactWay.NONE:
        return {ANSWER_DUE: state.request.due_at}
    return {}
