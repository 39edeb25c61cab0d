"""What is known of an investigation: a small shape for each stage, and how each event leads from one to the next."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar, assert_never
from uuid import UUID

from assessment.model.events import (
    AnswerGiven,
    ChildHeard,
    ChildNotHeard,
    ClockPassed,
    ClockWarned,
    Communicated,
    ConcernedInformed,
    ContactMade,
    DecisionMade,
    DecisionReceived,
    Event,
    FollowUpDecided,
    InformingWithheld,
    InvestigationClosed,
    InvestigationOpened,
    MeasureTaken,
    NeedAssessed,
    OfferAccepted,
    OfferDeclined,
    SupportEnded,
    SupportOffered,
    SupportProposed,
    SupportStarted,
    TimeExtended,
    WishStated,
)
from contracts.intake import Matter
from contracts.vocabulary import AgeBand, Code, ContactKind, DecisionOutcome, District, Gender
from statute.decisions import Communication
from statute.direct import SupportKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """What does not change: whom the investigation is about, and what it began from."""

    board: UUID
    id: UUID
    person: UUID
    matter: Matter
    age_band: AgeBand
    gender: Gender
    district: District
    child: bool
    received_at: datetime
    opened_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """The time for an investigation of a child (SoL 20:3), and what has been said of it."""

    last_day: date
    warn_at: datetime
    due_at: datetime
    warned: bool = False
    passed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """The support that was last proposed."""

    support: Code
    kind: SupportKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """The support that was last offered, and what the answer was: None until there is one."""

    support: Code
    accepted: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What was decided."""

    at: datetime
    outcome: DecisionOutcome
    support: Code | None
    provision: str
    appealable: bool
    received_on: date | None = None
    appeal_by: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NotOpened:
    """Nothing has happened yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Investigating:
    """The investigation is under way."""

    case: Case
    clock: Clock | None
    concerned_settled: bool = False
    """Those concerned were informed, or it was stated why not."""
    contacts: frozenset[ContactKind] = frozenset()
    child_heard: bool = False
    reason_not_heard: bool = False
    needs: int = 0
    wish_stated: bool = False
    proposal: Proposal | None = None
    offer: Offer | None = None
    communication: Communication | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Granted:
    """A support was granted and has not begun."""

    case: Case
    decision: Decision
    proposal: Proposal
    offer: Offer | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Supporting:
    """The support is under way."""

    case: Case
    decision: Decision
    support: Code


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """A decision was made and nothing more comes of it: refused, declined after the grant, or the support has ended."""

    case: Case
    decision: Decision
    followed_up: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Closed:
    """The investigation was closed without support, and without a decision on an application."""

    case: Case
    closed_at: datetime
    followed_up: bool = False


State = NotOpened | Investigating | Granted | Supporting | Settled | Closed

initial = NotOpened()

S = TypeVar("S")


class BrokenHistory(Exception):
    """An event stands where it cannot: the stream was not written by this service's rules."""


def evolve(state: State, event: Event) -> State:  # noqa: C901, PLR0912  # one branch for each event
    """The investigation after an event."""
    match event:
        case InvestigationOpened():
            return _opened(event)
        case ConcernedInformed() | InformingWithheld():
            return replace(_at(Investigating, state), concerned_settled=True)
        case ContactMade(contact=contact):
            before = _at(Investigating, state)
            return replace(before, contacts=before.contacts | {contact})
        case ChildHeard():
            return replace(_at(Investigating, state), child_heard=True)
        case ChildNotHeard():
            return replace(_at(Investigating, state), reason_not_heard=True)
        case NeedAssessed():
            before = _at(Investigating, state)
            return replace(before, needs=before.needs + 1)
        case WishStated():
            return replace(_at(Investigating, state), wish_stated=True)
        case TimeExtended(last_day=last_day, warn_at=warn_at, due_at=due_at):
            clock = Clock(last_day=last_day, warn_at=warn_at, due_at=due_at)
            return replace(_at(Investigating, state), clock=clock)
        case ClockWarned():
            return _with_clock(_at(Investigating, state), warned=True)
        case ClockPassed():
            return _with_clock(_at(Investigating, state), passed=True)
        case SupportProposed(support=support, kind=kind):
            # What was offered or communicated was about the proposal before this one.
            proposal = Proposal(support=support, kind=kind)
            return replace(_at(Investigating, state), proposal=proposal, offer=None, communication=None)
        case Communicated(answer_by=answer_by, told_of_speaking=told):
            return replace(_at(Investigating, state), communication=Communication(answer_by, told, answered=False))
        case AnswerGiven():
            before = _at(Investigating, state)
            if before.communication is None:
                raise BrokenHistory(event.type)
            return replace(before, communication=replace(before.communication, answered=True))
        case SupportOffered(support=support):
            return _with_offer(state, Offer(support=support), event)
        case OfferAccepted(support=support):
            return _with_offer(state, Offer(support=support, accepted=True), event)
        case OfferDeclined(support=support):
            if isinstance(state, Granted):
                return Settled(case=state.case, decision=state.decision)
            return _with_offer(state, Offer(support=support, accepted=False), event)
        case DecisionMade():
            return _decided(_at(Investigating, state), event)
        case DecisionReceived(received_on=received_on, appeal_by=appeal_by):
            if not isinstance(state, Granted | Supporting | Settled):
                raise BrokenHistory(event.type)
            decision = replace(state.decision, received_on=received_on, appeal_by=appeal_by)
            return replace(state, decision=decision)
        case InvestigationClosed(at=at):
            return Closed(case=state.case, closed_at=at) if isinstance(state, Investigating) else state
        case SupportStarted(support=support):
            granted = _at(Granted, state)
            return Supporting(case=granted.case, decision=granted.decision, support=support)
        case MeasureTaken():
            return state
        case SupportEnded():
            supporting = _at(Supporting, state)
            return Settled(case=supporting.case, decision=supporting.decision)
        case FollowUpDecided():
            if not isinstance(state, Settled | Closed):
                raise BrokenHistory(event.type)
            return replace(state, followed_up=True)
        case _:
            assert_never(event)


def _at(stage: type[S], state: State) -> S:
    if not isinstance(state, stage):
        raise BrokenHistory(f"expected {stage.__name__}, found {type(state).__name__}")
    return state


def _opened(event: InvestigationOpened) -> Investigating:
    case = Case(
        board=event.board,
        id=event.case,
        person=event.person,
        matter=event.matter,
        age_band=event.age_band,
        gender=event.gender,
        district=event.district,
        child=event.child,
        received_at=event.received_at,
        opened_at=event.at,
    )
    if event.last_day is None or event.warn_at is None or event.due_at is None:
        return Investigating(case=case, clock=None)
    return Investigating(case=case, clock=Clock(last_day=event.last_day, warn_at=event.warn_at, due_at=event.due_at))


def _with_clock(state: Investigating, *, warned: bool = False, passed: bool = False) -> Investigating:
    if state.clock is None:
        raise BrokenHistory("no clock runs")
    clock = replace(state.clock, warned=state.clock.warned or warned or passed, passed=state.clock.passed or passed)
    return replace(state, clock=clock)


def _with_offer(state: State, offer: Offer, event: Event) -> State:
    if not isinstance(state, Investigating | Granted):
        raise BrokenHistory(event.type)
    return replace(state, offer=offer)


def _decided(state: Investigating, event: DecisionMade) -> Granted | Settled:
    decision = Decision(
        at=event.at,
        outcome=event.outcome,
        support=event.support,
        provision=event.provision,
        appealable=event.appealable,
    )
    if event.support is None:
        return Settled(case=state.case, decision=decision)
    if state.proposal is None:
        raise BrokenHistory(event.type)
    return Granted(case=state.case, decision=decision, proposal=state.proposal, offer=state.offer)
