"""A report of concern for a child (orosanmälan, SoL 19 kap.): what happens to it, and where it stands."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, TypeAlias, assert_never
from uuid import UUID

from chassis.personal import Part
from contracts.vocabulary import AgeBand, District, Gender
from statute.reports import ReportAnswer, Reporter


class Clock(StrEnum):
    """The times that the law sets for a report."""

    PROTECTION = "protection"
    """The immediate assessment of protection (SoL 20:1)."""
    PRELIMINARY = "preliminary"
    """To open or not to open an investigation (SoL 20:2)."""
    FEEDBACK = "feedback"
    """To tell the reporter (SoL 19:6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReceived:
    """Concern for a child was reported."""

    board: UUID
    case: UUID
    received_at: datetime
    """When it came in. The fourteen days run from here."""
    reporter: Reporter
    wants_to_know: bool
    """The reporter asked to be told whether an investigation is opened."""
    child_id: UUID
    child: Part | None
    """Name, number and how to reach the child; None where the reporter knew nothing."""
    told: Part
    """What was told, in words; it belongs to the child."""
    guardians: tuple[Part, ...] = ()
    reporter_part: Part | None = None
    """Who reported; None where a private person chose to be anonymous."""
    age_band: AgeBand
    gender: Gender
    district: District
    origin_case: UUID | None = None
    """The direct support where it was noticed. Shown in intake only."""
    type: Literal["report-received"] = "report-received"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionAssessed:
    """The child's need of immediate protection was assessed (omedelbar skyddsbedömning, SoL 20:1)."""

    assessed_at: datetime
    immediate_protection: bool
    assessment: Part
    type: Literal["protection-assessed"] = "protection-assessed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeExtended:
    """The preliminary assessment may take longer, for exceptional reasons (synnerliga skäl, SoL 20:2)."""

    extended_at: datetime
    until: date
    """The last day, Europe/Stockholm."""
    reasons: Part
    type: Literal["time-extended"] = "time-extended"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningDecided:
    """It was decided whether to open an investigation (SoL 20:2)."""

    decided_at: datetime
    opened: bool
    within_time: bool
    reasons: Part
    type: Literal["opening-decided"] = "opening-decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvestigationAskedFor:
    """Assessment is to open an investigation at once (SoL 14:2)."""

    asked_at: datetime
    type: Literal["investigation-asked-for"] = "investigation-asked-for"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReporterTold:
    """The reporter was told what may be told, and nothing else (SoL 19:6)."""

    told_at: datetime
    answer: ReportAnswer
    type: Literal["reporter-told"] = "reporter-told"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRang:
    """A time set by the law is near, or has passed."""

    rang_at: datetime
    clock: Clock
    late: bool
    type: Literal["clock-rang"] = "clock-rang"


Event: TypeAlias = (
    ReportReceived
    | ProtectionAssessed
    | TimeExtended
    | OpeningDecided
    | InvestigationAskedFor
    | ReporterTold
    | ClockRang
)
EVENTS = (
    ReportReceived,
    ProtectionAssessed,
    TimeExtended,
    OpeningDecided,
    InvestigationAskedFor,
    ReporterTold,
    ClockRang,
)


@dataclass(frozen=True, slots=True)
class Nothing:
    """No report has come in on this stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A report that waits for the decision whether to open an investigation."""

    received: ReportReceived
    protection: ProtectionAssessed | None = None
    extended_until: date | None = None
    rung: frozenset[tuple[Clock, bool]] = frozenset()
    """Which clocks have rung: near, and late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A report that has been decided on."""

    received: ReportReceived
    protection: ProtectionAssessed | None
    decided_at: datetime
    opened: bool
    told: ReportAnswer | None = None
    """What the reporter has been told, if anything."""
    rung: frozenset[tuple[Clock, bool]] = frozenset()


State: TypeAlias = Nothing | Open | Decided

initial: State = Nothing()


class ImpossibleHistory(Exception):
    """Events stand in an order that no command makes."""


def evolve(state: State, event: Event) -> State:
    """The state after an event."""
    match event:
        case ReportReceived():
            return Open(received=event)
        case ProtectionAssessed() | TimeExtended() | OpeningDecided() | InvestigationAskedFor() | ReporterTold():
            return _evolve_known(state, event)
        case ClockRang():
            if isinstance(state, Nothing):
                raise ImpossibleHistory
            return replace(state, rung=state.rung | {(event.clock, event.late)})
        case _:
            assert_never(event)


def _evolve_known(
    state: State, event: ProtectionAssessed | TimeExtended | OpeningDecided | InvestigationAskedFor | ReporterTold
) -> State:
    match state, event:
        case Open(), ProtectionAssessed():
            return replace(state, protection=event)
        case Decided(), ProtectionAssessed():
            return replace(state, protection=event)
        case Open(), TimeExtended():
            late = {(Clock.PRELIMINARY, False), (Clock.PRELIMINARY, True)}
            return replace(state, extended_until=event.until, rung=state.rung - late)
        case Open(), OpeningDecided():
            return Decided(
                received=state.received,
                protection=state.protection,
                decided_at=event.decided_at,
                opened=event.opened,
                rung=state.rung,
            )
        case Decided(), InvestigationAskedFor():
            return state
        case Decided(), ReporterTold():
            return replace(state, told=event.answer)
        case _:
            raise ImpossibleHistory
