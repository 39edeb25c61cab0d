"""A report's row on the work list, from where the report stands."""

from typing import assert_never

from chassis.decider import Rows
from intake.decide.report import deadlines
from intake.model.report import Clock, Decided, Nothing, Open, State


def rows(state: State) -> Rows:
    """One row: the case, where it stands, and the day by which something is due. No words (7 a § SoLPUL)."""
    if isinstance(state, Nothing):
        return {}
    received = state.received
    nearest = min(deadlines(state).items(), key=lambda item: item[1].last_day, default=None)
    return {
        "work_list": [
            {
                "board_id": received.board,
                "case_id": received.case,
                "matter": "report",
                "received_at": received.received_at,
                "step": _step(state),
                "open": not (isinstance(state, Decided) and nearest is None),
                "due_on": nearest[1].last_day if nearest else None,
                "due_clock": nearest[0] if nearest else None,
                "late": any(late for _clock, late in state.rung),
            }
        ]
    }


def _step(state: Open | Decided) -> str:
    """What the report waits for, as a constant word."""
    match state:
        case Open(protection=None):
            return "assess-protection"
        case Open():
            return "decide-opening"
        case Decided(protection=None):
            return "assess-protection"
        case Decided():
            return "tell-reporter" if Clock.FEEDBACK in deadlines(state) else "done"
        case _:
            assert_never(state)
