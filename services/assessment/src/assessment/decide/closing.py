"""Closing: the investigation's end, the day the person got the decision, and follow-up of a child's situation."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from assessment.decide.guards import ByOfficer, about, investigating, opened, require_birth_date, today
from assessment.model.events import (
    ClosingReason,
    DecisionReceived,
    Event,
    FollowUpDecided,
    InvestigationClosed,
)
from assessment.model.investigation import Closed, Granted, Investigating, Settled, State, Supporting
from chassis.decider import Refused, obey
from contracts.intake import Matter
from statute.ages import ADULT
from statute.clocks import APPEAL_CLOCK, FOLLOW_UP_CLOCK, STOCKHOLM, due, stockholm_day
from statute.consent import Consents
from statute.follow_up import Ended, may_follow_up
from statute.investigations import QualifiedTask, may_close_child_investigation


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordReceipt:
    """Record on which day the person got the decision: the time to appeal runs from then."""

    at: datetime
    qualified: bool
    received_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class CloseWithoutSupport:
    """Close the investigation without support."""

    at: datetime
    qualified: bool
    reason: ClosingReason
    words: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class DecideFollowUp:
    """Decide to follow up the child's situation (SoL 23:1). `born` is the registered date, asked about and not kept."""

    at: datetime
    qualified: bool
    born: date = field(repr=False)
    child_agrees: bool
    guardians: int
    guardians_agreeing: int
    special_need: bool
    lvu_applies: bool
    words: str = field(repr=False)


def record_receipt(command: RecordReceipt, state: State) -> list[Event]:
    """The day lies between the decision and now, and is recorded once: the person counts on the last day to appeal."""
    opened(state, command, QualifiedTask.INVESTIGATE_NEED)
    if not isinstance(state, Granted | Supporting | Settled):
        raise Refused("not-decided")
    if state.decision.received_on is not None:
        raise Refused("receipt-already-recorded")
    if not stockholm_day(state.decision.at) <= command.received_on <= today(command):
        raise Refused("received-on-impossible-day")
    appeal_by = None
    if state.decision.appealable:
        appeal_by = due(APPEAL_CLOCK, datetime.combine(command.received_on, time(), STOCKHOLM)).last_day
    return [DecisionReceived(at=command.at, received_on=command.received_on, appeal_by=appeal_by)]


def close_without_support(command: CloseWithoutSupport, state: State) -> list[Event]:
    """An application is decided on unless it is taken back; an offer is answered before the case is closed."""
    inquiry = investigating(state, command)
    if inquiry.case.matter is Matter.APPLICATION and command.reason is not ClosingReason.WITHDRAWN:
        raise Refused("application-needs-decision")
    if inquiry.case.matter is Matter.REPORT and command.reason is ClosingReason.WITHDRAWN:
        raise Refused("nothing-to-withdraw")
    if inquiry.offer is not None and inquiry.offer.accepted is not False:
        raise Refused("offer-stands")
    if command.reason is ClosingReason.DECLINED and inquiry.offer is None:
        raise Refused("nothing-declined")
    return [closed(inquiry, command, with_support=False, reason=command.reason, words=command.words)]


def decide_follow_up(command: DecideFollowUp, state: State) -> list[Event]:
    """Only after closing without support, and only within the six months that run from the closing (SoL 23:1, 23:5)."""
    case = opened(state, command, QualifiedTask.INVESTIGATE_NEED)
    if not isinstance(state, Closed | Settled):
        raise Refused("investigation-not-closed")
    if not case.child:
        raise Refused("not-a-child", ADULT.on(today(command)).reference)
    require_birth_date(case, command.born, today(command))
    if state.followed_up:
        raise Refused("already-followed-up")
    closed_at = state.closed_at if isinstance(state, Closed) else state.decision.at
    granted = isinstance(state, Settled) and state.decision.support is not None
    ended = Ended.INVESTIGATION_WITH_SUPPORT if granted else Ended.INVESTIGATION_WITHOUT_SUPPORT
    guardians = frozenset(range(command.guardians))
    consents = Consents(command.child_agrees, guardians, frozenset(range(command.guardians_agreeing)))
    obey(
        may_follow_up(
            command.born,
            today(command),
            ended,
            consents,
            special_need=command.special_need,
            lvu_applies=command.lvu_applies,
        )
    )
    deadline = due(FOLLOW_UP_CLOCK, closed_at)
    if command.at >= deadline.due_at:
        raise Refused("follow-up-time-over", deadline.rule.reference)
    words = about(case, words=command.words)
    return [FollowUpDecided(at=command.at, closed_on=stockholm_day(closed_at), words=words)]


def closed(
    inquiry: Investigating,
    command: ByOfficer,
    *,
    with_support: bool,
    reason: ClosingReason | None = None,
    words: str | None = None,
) -> InvestigationClosed:
    """The end of an investigation; a child's only once the child was heard, or it is stated why not.

    Raises:
        Refused: the child was not heard.
    """
    if inquiry.case.child:
        obey(
            may_close_child_investigation(
                child_heard=inquiry.child_heard, reason_not_heard=inquiry.reason_not_heard, day=today(command)
            )
        )
    return InvestigationClosed(
        at=command.at,
        with_support=with_support,
        within_time=None if inquiry.clock is None else command.at < inquiry.clock.due_at,
        reason=reason,
        words=None if words is None else about(inquiry.case, words=words),
    )
