"""What is shown of an investigation: its row in the work list, timers, advice, possible steps, and the letter."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from assessment.model.events import DecisionMade
from assessment.model.investigation import (
    Clock,
    Closed,
    Granted,
    Investigating,
    NotOpened,
    Settled,
    State,
    Supporting,
)
from chassis.decider import Rows
from contracts.intake import Matter
from contracts.vocabulary import DecisionOutcome
from statute.clocks import stockholm_day
from statute.investigations import open_child_investigation

WARN, PASS = "warn-of-clock", "pass-clock"
"""The names of the timers of a child's investigation (SoL 20:3)."""

_STAGES = {
    Investigating: "investigating",
    Granted: "granted",
    Supporting: "supporting",
    Settled: "settled",
    Closed: "closed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What the person is told of the decision: what, why, by whom, and how to appeal (FL 31–33).

    Texts are empty where they have been erased. Names are None where nobody took part or where they are left out.
    """

    decided_on: date
    outcome: DecisionOutcome
    provision: str
    content: str
    refused: str | None
    reasons: str | None
    decided_by: str | None
    presented_by: str | None
    took_part: str | None
    names_left_out: bool
    board: str
    appealable: bool
    received_on: date | None
    appeal_by: date | None
    """The last day to appeal; None until the day is known on which the person got the decision."""


def letter(state: State, decided: DecisionMade, words: Mapping[str, str], board: str) -> Letter:
    """The letter of a decision, given its opened words and the name of the board that made it."""
    decision = state.decision if isinstance(state, Granted | Supporting | Settled) else None
    names = {} if decided.names_left_out else words
    return Letter(
        decided_on=stockholm_day(decided.at),
        outcome=decided.outcome,
        provision=decided.provision,
        content=words.get("content", ""),
        refused=words.get("refused"),
        reasons=words.get("reasons"),
        decided_by=names.get("decided_by"),
        presented_by=names.get("presented_by"),
        took_part=names.get("took_part"),
        names_left_out=decided.names_left_out,
        board=board,
        appealable=decided.appealable,
        received_on=decision.received_on if decision else None,
        appeal_by=decision.appeal_by if decision else None,
    )


def rows(state: State) -> Rows:
    """The row of the work list: dates and what was decided, nothing else (SoLPUL 7 a §)."""
    if isinstance(state, NotOpened):
        return {}
    clock = running_clock(state)
    decision = state.decision if isinstance(state, Granted | Supporting | Settled) else None
    row = {
        "board_id": state.case.board,
        "case_id": state.case.id,
        "stage": stage(state),
        "opened_at": state.case.opened_at,
        "last_day": clock.last_day if clock else None,
        "clock": _clock_word(clock),
        "outcome": decision.outcome if decision else None,
        "support": decision.support if decision else None,
        "provision": decision.provision if decision else None,
        "decided_at": decision.at if decision else None,
        "appeal_by": decision.appeal_by if decision else None,
        "closed_at": state.closed_at if isinstance(state, Closed) else decision.at if decision else None,
    }
    return {"investigations": [row]}


def stage(state: State) -> str:
    """Where an investigation stands, as a constant word."""
    return _STAGES[type(state)]


def is_child(state: State) -> bool:
    """Whether the investigation is of a child."""
    return not isinstance(state, NotOpened) and state.case.child


def running_clock(state: State) -> Clock | None:
    """The clock of a child's investigation, as long as it is under way."""
    return state.clock if isinstance(state, Investigating) else None


def timers(state: State) -> dict[str, datetime]:
    """When to warn that a child's investigation must be complete, and when its time is over."""
    if not isinstance(state, Investigating) or state.clock is None:
        return {}
    found = {}
    if not state.clock.warned:
        found[WARN] = state.clock.warn_at
    if not state.clock.passed:
        found[PASS] = state.clock.due_at
    return found


def advice(state: State) -> tuple[str, ...]:
    """What is left to do or to think of, by code. It never stands in the way."""
    return tuple(_advice(state))


def steps(state: State) -> tuple[str, ...]:
    """What can be done now, as the names of steps, in the order in which they usually come."""
    match state:
        case NotOpened():
            return ()
        case Investigating():
            return tuple(_steps_of_inquiry(state))
        case Granted():
            return (*_receipt(state), *_answers(state), "support-started")
        case Supporting():
            return ("measures", "support-ended", *_receipt(state))
        case Settled():
            granted = state.decision.support is not None
            follow_up = ("follow-up",) if state.case.child and not granted and not state.followed_up else ()
            return (*_receipt(state), *follow_up)
        case Closed():
            return ("follow-up",) if state.case.child and not state.followed_up else ()


def _clock_word(clock: Clock | None) -> str | None:
    if clock is None:
        return None
    return "passed" if clock.passed else "warned" if clock.warned else "running"


def _advice(state: State) -> Iterator[str]:
    match state:
        case Investigating(case=case):
            if case.child and not state.concerned_settled:
                day = stockholm_day(case.opened_at)
                yield from (
                    task.value for task in open_child_investigation(reasons_against_informing=False, day=day).tasks
                )
            if case.child and not (state.child_heard or state.reason_not_heard):
                yield "hear-the-child"
            if case.child and not state.contacts:
                yield "contact-those-who-know"
            if not state.wish_stated:
                yield "ask-for-the-wish"
        case Granted(decision=decision) | Supporting(decision=decision) | Settled(decision=decision):
            if decision.received_on is None:
                yield "record-receipt"
        case NotOpened() | Closed():
            pass


def _steps_of_inquiry(state: Investigating) -> Iterator[str]:
    if state.case.child:
        if not state.concerned_settled:
            yield from ("concerned-informed", "information-withheld")
        yield "child-heard"
        if not state.child_heard:
            yield "child-not-heard"
    yield from ("contacts", "needs", "wishes")
    if state.needs:
        yield "proposal"
    if state.proposal is not None:
        yield from _answers(state)
    yield "communication"
    if state.communication is not None:
        yield "answer"
    yield "decision"
    if state.case.matter is Matter.APPLICATION or state.offer is None or state.offer.accepted is False:
        yield "closing"
    if state.clock is not None:
        yield "time-extension"


def _answers(state: Investigating | Granted) -> tuple[str, ...]:
    """What can be done about an offer."""
    if state.offer is None or state.offer.accepted is False:
        return ("offer",)
    return ("offer-declined",) if state.offer.accepted else ("offer-accepted", "offer-declined")


def _receipt(state: Granted | Supporting | Settled) -> tuple[str, ...]:
    return ("decision-received",) if state.decision.received_on is None else ()
