"""Commands on a report of concern, and how each is decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias, assert_never
from uuid import UUID

from chassis.decider import Refused, obey
from chassis.personal import Part
from contracts.vocabulary import AgeBand, District, Gender
from intake.decide.clocks import deadlines, preliminary_deadline
from intake.model.report import (
    Clock,
    ClockRang,
    Decided,
    Event,
    InvestigationAskedFor,
    Nothing,
    Open,
    OpeningDecided,
    ProtectionAssessed,
    ReporterTold,
    ReportReceived,
    State,
    TimeExtended,
)
from statute.clocks import Ground, extend, stockholm_day
from statute.investigations import QualifiedTask, may_handle
from statute.reports import ReportAnswer, Reporter, may_close_report, may_tell_reporter


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReport:
    """Take in a report of concern, from whoever it comes. It is never turned away."""

    at: datetime
    board: UUID
    case: UUID
    reporter: Reporter
    wants_to_know: bool
    child_id: UUID
    child: Part | None
    told: Part
    guardians: tuple[Part, ...] = ()
    reporter_part: Part | None = None
    age_band: AgeBand
    gender: Gender
    district: District
    origin_case: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessProtection:
    """Record the immediate assessment of the child's need of protection."""

    at: datetime
    qualified: bool
    """Whether who acts has the degree that SoL 25:1 asks for."""
    immediate_protection: bool
    assessment: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendTime:
    """Take longer over the preliminary assessment, for exceptional reasons (synnerliga skäl)."""

    at: datetime
    qualified: bool
    until: date
    reasons: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideOpening:
    """Decide whether to open an investigation."""

    at: datetime
    qualified: bool
    open: bool
    reasons: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class TellReporter:
    """Record that the reporter was told."""

    at: datetime
    answer: ReportAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class RingClock:
    """A timer says that a time is near, or has passed."""

    at: datetime
    clock: Clock
    late: bool


Command: TypeAlias = ReceiveReport | AssessProtection | ExtendTime | DecideOpening | TellReporter | RingClock


def decide(command: Command, state: State) -> Sequence[Event]:
    """The events of a command on a report.

    Raises:
        Refused: with the paragraph and what to do instead.
    """
    match command:
        case ReceiveReport():
            return receive(command, state)
        case AssessProtection():
            return assess_protection(command, state)
        case ExtendTime():
            return extend_time(command, state)
        case DecideOpening():
            return decide_opening(command, state)
        case TellReporter():
            return tell_reporter(command, state)
        case RingClock():
            return ring_clock(command, state)
        case _:
            assert_never(command)


def receive(command: ReceiveReport, state: State) -> Sequence[Event]:
    """A report is taken in once."""
    if not isinstance(state, Nothing):
        raise Refused("report-already-received")
    return [
        ReportReceived(
            board=command.board,
            case=command.case,
            received_at=command.at,
            reporter=command.reporter,
            wants_to_know=command.wants_to_know,
            child_id=command.child_id,
            child=command.child,
            told=command.told,
            guardians=command.guardians,
            reporter_part=command.reporter_part,
            age_band=command.age_band,
            gender=command.gender,
            district=command.district,
            origin_case=command.origin_case,
        )
    ]


def assess_protection(command: AssessProtection, state: State) -> Sequence[Event]:
    """Protection is assessed once, by somebody qualified; later changes are the investigation's."""
    if isinstance(state, Nothing):
        raise Refused("no-such-report")
    _require_qualified(command.qualified, stockholm_day(command.at))
    if state.protection is not None:
        raise Refused("protection-already-assessed")
    return [
        ProtectionAssessed(
            assessed_at=command.at,
            immediate_protection=command.immediate_protection,
            assessment=command.assessment,
        )
    ]


def extend_time(command: ExtendTime, state: State) -> Sequence[Event]:
    """More time is given only while the report waits for its decision."""
    waiting = _require_open(state)
    _require_qualified(command.qualified, stockholm_day(command.at))
    deadline = preliminary_deadline(waiting)
    obey(extend(deadline, command.until, Ground.EXCEPTIONAL))
    return [TimeExtended(extended_at=command.at, until=command.until, reasons=command.reasons)]


def decide_opening(command: DecideOpening, state: State) -> Sequence[Event]:
    """To open is never held up; to close needs the assessment of protection. A late decision is made all the same."""
    waiting = _require_open(state)
    day = stockholm_day(command.at)
    _require_qualified(command.qualified, day)
    if not command.open:
        obey(
            may_close_report(assessed=waiting.protection is not None, in_personal_file=True, about_child=True, day=day)
        )
    decided = OpeningDecided(
        decided_at=command.at,
        opened=command.open,
        within_time=command.at < preliminary_deadline(waiting).due_at,
        reasons=command.reasons,
    )
    return [decided, InvestigationAskedFor(asked_at=command.at)] if command.open else [decided]


def tell_reporter(command: TellReporter, state: State) -> Sequence[Event]:
    """The reporter is told the decision as it is, once, and only where the law lets them know."""
    if not isinstance(state, Decided):
        raise Refused("not-decided-yet")
    if state.told is not None:
        raise Refused("reporter-already-told")
    obey(may_tell_reporter(state.received.reporter, command.answer, stockholm_day(command.at)))
    if command.answer is not (ReportAnswer.OPENED if state.opened else ReportAnswer.NOT_OPENED):
        raise Refused("not-what-was-decided")
    return [ReporterTold(told_at=command.at, answer=command.answer)]


def ring_clock(command: RingClock, state: State) -> Sequence[Event]:
    """A clock that no longer runs, or has rung, changes nothing."""
    if isinstance(state, Nothing) or (command.clock, command.late) in state.rung:
        return []
    if command.clock not in deadlines(state):
        return []
    return [ClockRang(rang_at=command.at, clock=command.clock, late=command.late)]


def _require_open(state: State) -> Open:
    match state:
        case Nothing():
            raise Refused("no-such-report")
        case Decided():
            raise Refused("report-already-decided")
        case Open():
            return state
        case _:
            assert_never(state)


def _require_qualified(qualified: bool, day: date) -> None:
    obey(may_handle(QualifiedTask.ASSESS_OPENING, child_or_youth=True, qualified=qualified, day=day))
