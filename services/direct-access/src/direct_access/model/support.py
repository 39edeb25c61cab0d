"""One person's direct support, from asking to its end. What is documented is documented here (SoL 14:3)."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal, assert_never
from uuid import UUID

from chassis.personal import Part
from contracts.vocabulary import AgeBand, EndReason, Gender, MeasurePoint


class InformedBy(StrEnum):
    """How the person was told of the right to apply (SoL 11:6: in a suitable way)."""

    PAGE = "page"
    """The page and its receipt said it."""
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportAsked:
    """A person asked for a direct support (efterfrågade en insats enligt SoL 11:5)."""

    board: UUID
    support_id: UUID
    support: str
    """The code of the support in the board's catalogue."""
    catalogue_version: int
    person: UUID
    age_band: AgeBand
    gender: Gender
    district: str
    language: str
    interpreter: bool
    suitability_needed: bool
    """The Act asks whether it suits the young person without the guardian (lämpligt, SoL 21:2) before it starts."""
    asker: Part
    """Name, birth date, how to reach the person safely, and own words."""
    asked_at: datetime
    type: Literal["support-asked"] = "support-asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuitabilityChecked:
    """Staff judged whether the support suits the young person without the guardian (SoL 21:2)."""

    suitable: bool
    grounds: Part
    """Why, in words about the person."""
    checked_at: datetime
    type: Literal["suitability-checked"] = "suitability-checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBooked:
    """A time was booked."""

    time: UUID
    starts_at: datetime
    place: str
    booked_at: datetime
    type: Literal["time-booked"] = "time-booked"


@dataclass(frozen=True, slots=True, kw_only=True)
class InformedOfApplication:
    """The person was told that one can also apply for assessed support (SoL 11:6)."""

    by: InformedBy
    informed_at: datetime
    type: Literal["informed-of-application"] = "informed-of-application"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportStarted:
    """The support began with its first meeting."""

    started_at: datetime
    type: Literal["support-started"] = "support-started"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingHeld:
    """A meeting was held."""

    held_at: datetime
    type: Literal["meeting-held"] = "meeting-held"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureTaken:
    """The person answered the short measure. Only the sum is kept."""

    instrument: str
    point: MeasurePoint
    score: int
    taken_at: datetime
    type: Literal["measure-taken"] = "measure-taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportEnded:
    """The support ended. What was left to do then (SoL 11:6) never stops it."""

    reason: EndReason
    left_to_do: tuple[str, ...]
    ended_at: datetime
    type: Literal["support-ended"] = "support-ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMade:
    """Staff made a report of concern (SoL 19:1). Only that it was made: for staff, never published or shown further."""

    made_at: datetime
    type: Literal["report-made"] = "report-made"


Event = (
    SupportAsked
    | SuitabilityChecked
    | TimeBooked
    | InformedOfApplication
    | SupportStarted
    | MeetingHeld
    | MeasureTaken
    | SupportEnded
    | ReportMade
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What has been recorded of a support so far."""

    asked: SupportAsked
    suitable: bool | None = None
    """None until somebody has judged."""
    bookings: tuple[TimeBooked, ...] = ()
    informed: bool = False
    meetings: int = 0
    measured: frozenset[MeasurePoint] = frozenset()


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Nobody has asked yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Asked for, not begun."""

    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Under way."""

    record: Record
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Over. The person may still have to be told of the right to apply."""

    record: Record
    ended_at: datetime
    reason: EndReason


State = NotAsked | Asked | Running | Ended

initial: State = NotAsked()


def evolve(state: State, event: Event) -> State:
    """The support after an event."""
    match event:
        case SupportAsked():
            return Asked(record=Record(asked=event))
        case SupportStarted(started_at=at):
            return Running(record=record_of(state), started_at=at)
        case SupportEnded(ended_at=at, reason=reason):
            return Ended(record=record_of(state), ended_at=at, reason=reason)
        case SuitabilityChecked(suitable=suitable):
            return _with(state, replace(record_of(state), suitable=suitable))
        case TimeBooked():
            return _with(state, replace(record_of(state), bookings=(*record_of(state).bookings, event)))
        case InformedOfApplication():
            return _with(state, replace(record_of(state), informed=True))
        case MeetingHeld():
            return _with(state, replace(record_of(state), meetings=record_of(state).meetings + 1))
        case MeasureTaken(point=point):
            return _with(state, replace(record_of(state), measured=record_of(state).measured | {point}))
        case ReportMade():
            return state
        case _:
            assert_never(event)


def record_of(state: State) -> Record:
    """What has been recorded. A stream begins with asking, so only a broken one has nothing."""
    if isinstance(state, NotAsked):
        raise ValueError("a support begins with somebody asking for it")
    return state.record


def _with(state: State, record: Record) -> State:
    if isinstance(state, NotAsked):
        return state
    return replace(state, record=record)
