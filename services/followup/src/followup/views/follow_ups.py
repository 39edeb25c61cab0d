"""The list of children's follow-ups: dates and an end, nothing else."""

from chassis.decider import Rows
from followup.model import Ended, NotStarted, State
from statute.clocks import stockholm_day


def rows(state: State) -> Rows:
    """The row of a follow-up, by its case."""
    if isinstance(state, NotStarted):
        return {}
    started = state.started
    ended = state.ended if isinstance(state, Ended) else None
    row = {
        "board_id": started.board,
        "case_id": started.case,
        "started_on": stockholm_day(started.started_at),
        "last_day": started.last_day,
        "warned": not isinstance(state, Ended) and state.warned,
        "ended_on": None if ended is None else min(stockholm_day(ended.ended_at), started.last_day),
        "reason": None if ended is None else ended.reason,
    }
    return {"child_follow_ups": [row]}
