"""Finding out: opening the investigation, asking those who know, hearing the child, and keeping time."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from assessment.decide.guards import about, begins_below, investigating, today
from assessment.model.events import (
    ChildHeard,
    ChildNotHeard,
    ClockPassed,
    ClockWarned,
    ConcernedInformed,
    ContactMade,
    Event,
    InformingWithheld,
    InvestigationOpened,
    NeedAssessed,
    TimeExtended,
    WhyNotHeard,
    WishStated,
)
from assessment.model.investigation import Investigating, NotOpened, State
from chassis.decider import Refused, obey
from chassis.personal import Part
from contracts.intake import Matter
from contracts.vocabulary import AgeBand, Code, ContactKind, District, Gender
from statute.ages import ADULT
from statute.clocks import INVESTIGATION_CLOCK, Ground, due, extend, stockholm_day
from statute.investigations import Setting, may_talk_with_child


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenInvestigation:
    """Open an investigation at once (SoL 14:2). The sealed parts come from intake unopened."""

    board: UUID
    case: UUID
    at: datetime
    """When intake decided that it be opened: the child's clock runs from then."""
    received_at: datetime
    """When the report or application came in."""
    matter: Matter
    person: UUID
    age_band: AgeBand
    gender: Gender
    district: District
    wished_support: Code | None
    subject: Part | None
    others: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class InformConcerned:
    """Record that those concerned were told of the investigation (SoL 20:4)."""

    at: datetime
    qualified: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class WithholdInformation:
    """Record the special reasons against telling those concerned (SoL 20:4)."""

    at: datetime
    qualified: bool
    words: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordContact:
    """Record what somebody who knows the person said (SoL 20:5)."""

    at: datetime
    qualified: bool
    contact: ContactKind
    words: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class HearChild:
    """Record what the child said (3:2), how it was informed, and what it understood (3:3)."""

    at: datetime
    qualified: bool
    words: str = field(repr=False)
    information: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class StateWhyNotHeard:
    """State why the child has not been heard."""

    at: datetime
    qualified: bool
    reason: WhyNotHeard
    words: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class AssessNeed:
    """Record a need, and the goal that is set for it."""

    at: datetime
    qualified: bool
    need: str = field(repr=False)
    goal: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class StateWish:
    """Record what the person wishes, in their own words, and how much they wish a change: `motivation` 0–10."""

    at: datetime
    qualified: bool
    motivation: int
    words: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtendTime:
    """Give the investigation of a child until the end of `until`, for special reasons (SoL 20:3)."""

    at: datetime
    qualified: bool
    until: date
    words: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class WarnOfClock:
    """The moment to warn has come."""

    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PassClock:
    """The time is over."""

    at: datetime


def open_investigation(command: OpenInvestigation, state: State) -> list[Event]:
    """A report is about a child also where the age is not known."""
    if not isinstance(state, NotOpened):
        raise Refused("already-opened")
    child = begins_below(command.age_band, ADULT.on(stockholm_day(command.at)).value) or (
        command.matter is Matter.REPORT and command.age_band is AgeBand.UNKNOWN
    )
    deadline = due(INVESTIGATION_CLOCK, command.at) if child else None
    opened = InvestigationOpened(
        board=command.board,
        case=command.case,
        at=command.at,
        received_at=command.received_at,
        matter=command.matter,
        person=command.person,
        age_band=command.age_band,
        gender=command.gender,
        district=command.district,
        wished_support=command.wished_support,
        subject=command.subject,
        others=command.others,
        child=child,
        last_day=deadline.last_day if deadline else None,
        warn_at=deadline.warn_at if deadline else None,
        due_at=deadline.due_at if deadline else None,
    )
    return [opened]


def inform_concerned(command: InformConcerned, state: State) -> list[Event]:
    """Told once is enough."""
    inquiry = investigating(state, command)
    return [] if inquiry.concerned_settled else [ConcernedInformed(at=command.at)]


def withhold_information(command: WithholdInformation, state: State) -> list[Event]:
    """Those who have been told cannot be left untold."""
    inquiry = investigating(state, command)
    if inquiry.concerned_settled:
        raise Refused("concerned-already-informed")
    return [InformingWithheld(at=command.at, words=about(inquiry.case, words=command.words))]


def record_contact(command: RecordContact, state: State) -> list[Event]:
    """Any number of contacts may be made."""
    inquiry = investigating(state, command)
    words = about(inquiry.case, words=command.words)
    return [ContactMade(at=command.at, contact=command.contact, words=words)]


def hear_child(command: HearChild, state: State) -> list[Event]:
    """In the investigation of a child a talk needs no guardian's consent (SoL 20:7)."""
    inquiry = _of_child(state, command)
    talk = may_talk_with_child(
        Setting.CHILD_INVESTIGATION, guardians_consent=False, child_decides=False, day=today(command)
    )
    obey(talk)
    return [ChildHeard(at=command.at, words=about(inquiry.case, words=command.words, information=command.information))]


def state_why_not_heard(command: StateWhyNotHeard, state: State) -> list[Event]:
    """Where the child has been heard there is nothing to explain."""
    inquiry = _of_child(state, command)
    if inquiry.child_heard:
        raise Refused("child-was-heard")
    return [ChildNotHeard(at=command.at, reason=command.reason, words=about(inquiry.case, words=command.words))]


def assess_need(command: AssessNeed, state: State) -> list[Event]:
    """Each need has its goal."""
    inquiry = investigating(state, command)
    return [NeedAssessed(at=command.at, words=about(inquiry.case, need=command.need, goal=command.goal))]


def state_wish(command: StateWish, state: State) -> list[Event]:
    """A wish may change; each is kept."""
    inquiry = investigating(state, command)
    if not 0 <= command.motivation <= 10:
        raise Refused("motivation-out-of-range")
    words = about(inquiry.case, words=command.words)
    return [WishStated(at=command.at, motivation=command.motivation, words=words)]


def extend_time(command: ExtendTime, state: State) -> list[Event]:
    """More than once is possible, each time for a set time."""
    inquiry = investigating(state, command)
    if inquiry.clock is None:
        raise Refused("no-clock-runs", INVESTIGATION_CLOCK.on(today(command)).reference)
    now = replace(due(INVESTIGATION_CLOCK, inquiry.case.opened_at), last_day=inquiry.clock.last_day)
    extended = obey(extend(now, command.until, Ground.SPECIAL))
    event = TimeExtended(
        at=command.at,
        last_day=extended.last_day,
        warn_at=extended.warn_at,
        due_at=extended.due_at,
        words=about(inquiry.case, words=command.words),
    )
    return [event]


def warn_of_clock(command: WarnOfClock, state: State) -> list[Event]:
    """A warning that comes too late, or before an extension's new time, changes nothing."""
    if not isinstance(state, Investigating) or state.clock is None or state.clock.warned:
        return []
    return [ClockWarned(at=command.at)] if state.clock.warn_at <= command.at else []


def pass_clock(command: PassClock, state: State) -> list[Event]:
    """The investigation goes on, and the breach of time is on record."""
    if not isinstance(state, Investigating) or state.clock is None or state.clock.passed:
        return []
    return [ClockPassed(at=command.at)] if state.clock.due_at <= command.at else []


def _of_child(state: State, command: HearChild | StateWhyNotHeard) -> Investigating:
    inquiry = investigating(state, command)
    if not inquiry.case.child:
        raise Refused("not-a-child", ADULT.on(today(command)).reference)
    return inquiry
