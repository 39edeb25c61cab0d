"""The clocks of a report: which of them run, until when, and when they are to ring."""

from datetime import datetime

from intake.model.report import Clock, Decided, Nothing, Open, ReportReceived, State
from statute.clocks import (
    PROTECTION_CLOCK,
    Deadline,
    Ground,
    NoDeadline,
    due,
    extend,
    feedback_due,
    preliminary_assessment_due,
    stockholm_day,
)
from statute.reports import Strength, duty_to_report
from statute.rules import NotInForceError


def deadlines(state: State) -> dict[Clock, Deadline]:
    """The clocks that run now."""
    running: dict[Clock, Deadline] = {}
    if isinstance(state, Nothing):
        return running
    if state.protection is None:
        running[Clock.PROTECTION] = due(PROTECTION_CLOCK, state.received.received_at)
    if isinstance(state, Open):
        running[Clock.PRELIMINARY] = preliminary_deadline(state)
    elif state.received.wants_to_know and state.told is None and has_duty(state.received):
        with_week = _feedback_deadline(state)
        if with_week is not None:
            running[Clock.FEEDBACK] = with_week
    return running


def timers(state: State) -> dict[str, datetime]:
    """When a clock is to ring: `<clock>-near` and `<clock>-late`, each once."""
    if isinstance(state, Nothing):
        return {}
    wanted: dict[str, datetime] = {}
    for clock, deadline in deadlines(state).items():
        if (clock, False) not in state.rung:
            wanted[f"{clock}-near"] = deadline.warn_at
        if (clock, True) not in state.rung:
            wanted[f"{clock}-late"] = deadline.due_at
    return wanted


def preliminary_deadline(state: Open) -> Deadline:
    """When the preliminary assessment must be decided."""
    deadline = preliminary_assessment_due(state.received.received_at, investigation_running=False)
    if isinstance(deadline, NoDeadline):
        raise TypeError("no investigation runs, so the clock does")
    if state.extended_until is not None:
        extended = extend(deadline, state.extended_until, Ground.EXCEPTIONAL)
        if isinstance(extended, Deadline):
            return extended
    return deadline


def has_duty(received: ReportReceived) -> bool:
    """Whether the reporter had a duty to report when they did (SoL 19:1–19:3)."""
    duty = duty_to_report(received.reporter, stockholm_day(received.received_at))
    return duty.strength is not Strength.SHOULD


def _feedback_deadline(state: Decided) -> Deadline | None:
    try:
        return feedback_due(state.received.received_at, state.decided_at)
    except NotInForceError:
        return None
