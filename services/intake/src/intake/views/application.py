"""An application's row on the work list and the steps that can be taken, from where the application stands."""

from typing import assert_never

from chassis.decider import Rows
from intake.model.application import Complete, Incomplete, Nothing, State


def rows(state: State) -> Rows:
    """One row on the work list, and the keyed digest of the receipt's code to find the application by."""
    if isinstance(state, Nothing):
        return {}
    received = state.received
    return {
        "work_list": [
            {
                "board_id": received.board,
                "case_id": received.case,
                "matter": "application",
                "received_at": received.received_at,
                "step": _step(state),
                "open": isinstance(state, Incomplete),
                "due_on": None,
                "due_clock": None,
                "near": False,
                "late": False,
            }
        ],
        "receipts": [{"board_id": received.board, "code_hash": received.code_hash, "case_id": received.case}],
    }


def steps(state: State) -> tuple[str, ...]:
    """What a caseworker can do now, the first thing first; the last part of each step's address."""
    match state:
        case Incomplete(asked=False):
            return ("completion-request", "completion")
        case Incomplete():
            return ("completion",)
        case Nothing() | Complete():
            return ()
        case _:
            assert_never(state)


def _step(state: Incomplete | Complete) -> str:
    """What the application waits for, as a constant word."""
    if isinstance(state, Complete):
        return "done"
    return "await-completion" if state.asked else "ask-for-completion"
