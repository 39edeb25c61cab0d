"""Between what happens here in private and what the services publish to one another."""

from typing import assert_never
from uuid import UUID

from contracts import followup as published
from contracts.assessment import FollowUpDecided
from contracts.published import Published
from followup.decide import StartFollowUp
from followup.model import (
    ChildFollowUpEnded,
    ChildFollowUpStarted,
    EndApproached,
    Event,
    ImpossibleHistory,
    NotStarted,
    State,
)


def publish(event: Event, after: State) -> Published | None:
    """The published form of an event, given the state after it; None keeps it private."""
    if isinstance(after, NotStarted):
        raise ImpossibleHistory
    case = after.started.case
    match event:
        case ChildFollowUpStarted(started_at=at, last_day=last_day):
            return published.ChildFollowUpStarted(case_id=case, started_at=at, ends_by=last_day)
        case ChildFollowUpEnded(ended_at=at, reason=reason):
            return published.ChildFollowUpEnded(case_id=case, ended_at=at, reason=reason)
        case EndApproached():
            return None
        case _:
            assert_never(event)


def starting(board: UUID, decided: FollowUpDecided) -> StartFollowUp:
    """The command that assessment's decision becomes."""
    return StartFollowUp(
        board=board,
        case=decided.case_id,
        person=decided.person_id,
        at=decided.decided_at,
        investigation_closed_on=decided.investigation_closed_on,
    )
