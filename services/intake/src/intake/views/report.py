"""A report's row on the work list and the steps that can be taken, from where the report stands."""

from typing import assert_never

from chassis.decider import Rows
from intake.decide.clocks import deadlines, has_duty
from intake.model.report import Clock, Decided, Nothing, Open, State


def rows(state: State) -> Rows:
    """One row: the case, where it stands, and the day by which something is due. No words (7 a § SoLPUL)."""
    if isinstance(state, Nothing):
        return {}
    received = state.received
    clock, deadline = min(deadlines(state).items(), key=lambda item: item[1].due_at, default=(None, None))
    return {
        "work_list": [
            {
                "board_id": received.board,
                "case_id": received.case,
                "matter": "report",
                "received_at": received.received_at,
                "step": _step(state),
                "open": clock is not None,
                "due_on": deadline.last_day if deadline else None,
                "due_clock": clock,
                "near": (clock, False) in state.rung,
                "late": (clock, True) in state.rung,
            }
        ]
    }


def steps(state: State) -> tuple[str, ...]:
    """What a caseworker can do now, what the report waits for first; the last part of each step's address."""
    match state:
        case Nothing():
            return ()
        case Open(protection=None):
            return ("protection-assessment", "preliminary-assessment", "extension")
        case Open():
            return ("preliminary-assessment", "extension")
        case Decided():
            protect = ("protection-assessment",) if state.protection is None else ()
            tell = ("reporter-information",) if state.told is None and has_duty(state.received) else ()
            return (*protect, *tell)
        case _:
            assert_never(state)


def _step(state: Open | Decided) -> str:
    """What the report waits for, as a constant word."""
    match state:
        case Open(protection=None) | Decided(protection=None):
            return "assess-protection"
        case Open():
            return "decide-opening"
        case Decided():
            return "tell-reporter" if Clock.FEEDBACK in deadlines(state) else "done"
        case _:
            assert_never(state)
