"""Published by direct-access: the catalogue, and support without individual needs assessment (SoL 11:5)."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from contracts.intake import Subject
from contracts.published import Published
from contracts.vocabulary import AgeBand, Code, District, EndReason, Gender, MeasurePoint, Sealed, Speaker


class LegalBasis(StrEnum):
    """On what a form of support rests."""

    DIRECT = "direct"
    """SoL 11:5, without individual needs assessment."""
    CHAPTER_13 = "chapter-13"
    """SoL 13 kap., such as family counselling."""
    ASSESSED = "assessed"
    """SoL 11:1, after an individual decision."""
    LINK = "link"
    """Another way; shown with a link only, such as economic assistance (12 kap.)."""


class Documentation(StrEnum):
    """What is written down when a support is carried out."""

    DOCUMENTED = "documented"
    """SoL 14:3."""
    ADVICE = "advice"
    """Personal circumstances at advice need not be documented (14:4)."""
    NO_IDENTITY = "no-identity"
    """The board has decided that identity is not documented (14:5)."""


class SupportListed(Published):
    """The board decided on a form of support; a support's newest event says what holds. `case_id` is the entry's id."""

    type: ClassVar[str] = "stodvag.direct-access.support-listed.v1"
    support: Code
    name: str = Field(max_length=120)
    """In Swedish, as the board decided it."""
    basis: LegalBasis
    documentation: Documentation
    age_from: int | None
    age_to: int | None
    districts: tuple[District, ...]
    valid_from: date
    valid_to: date | None
    catalogue_version: int
    """The entry's version; a case records the one it was decided under."""
    needs: tuple[Code, ...] = ()
    """What of everyday life it is for. A reader must bear a word that is newer, here and in the next three."""
    forms: tuple[Code, ...] = ()
    """How one meets."""
    capacity: tuple[Code, ...] = ()
    """How one comes to it."""
    languages: tuple[Code, ...] = ()
    """Those that it is given in without an interpreter."""
    counted_as: Code | None = None
    """What it is counted as, which its content decides; None where the board has not said."""
    complete: bool | None = None
    """Whether nothing is missing in its description; None in events of before that was told."""
    with_conditions: bool | None = None
    """Whether the board has set conditions beyond ages and districts."""


class SupportClosed(Published):
    """A form of support takes nobody from a day on, until it is opened. `case_id` is the entry's id."""

    type: ClassVar[str] = "stodvag.direct-access.support-closed.v1"
    support: Code
    day: date
    closed_at: datetime


class SupportOpened(Published):
    """A form of support takes people again from a day on. `case_id` is the entry's id."""

    type: ClassVar[str] = "stodvag.direct-access.support-opened.v1"
    support: Code
    day: date
    opened_at: datetime


class SupportRequested(Published):
    """A person asked for a direct support."""

    type: ClassVar[str] = "stodvag.direct-access.support-requested.v1"
    requested_at: datetime
    support: Code
    catalogue_version: int
    age_band: AgeBand
    gender: Gender
    district: District


class SuitabilityChecked(Published):
    """It was checked whether the support suits the young person alone (lämpligt, SoL 21:2)."""

    type: ClassVar[str] = "stodvag.direct-access.suitability-checked.v1"
    checked_at: datetime
    suitable: bool


class TimeBooked(Published):
    """A time was booked."""

    type: ClassVar[str] = "stodvag.direct-access.time-booked.v1"
    booked_at: datetime
    starts_at: datetime


class InformedOfApplication(Published):
    """The person was told of the right to apply for assessed support (SoL 11:6)."""

    type: ClassVar[str] = "stodvag.direct-access.informed-of-application.v1"
    informed_at: datetime


class VisitStarted(Published):
    """Somebody came to a support where identity is not documented (SoL 14:5). Holds nothing that could tell who."""

    type: ClassVar[str] = "stodvag.direct-access.visit-started.v1"
    started_on: date
    """The day only: a precise time could tell who."""
    support: Code
    catalogue_version: int
    district: District


class SupportStarted(Published):
    """A direct support began."""

    type: ClassVar[str] = "stodvag.direct-access.support-started.v1"
    started_at: datetime
    support: Code


class MeetingHeld(Published):
    """A meeting was held."""

    type: ClassVar[str] = "stodvag.direct-access.meeting-held.v1"
    held_at: datetime


class MeasureTaken(Published):
    """The person answered a short measure. Higher is better."""

    type: ClassVar[str] = "stodvag.direct-access.measure-taken.v1"
    taken_at: datetime
    support: Code
    instrument: Code
    point: MeasurePoint
    score: int = Field(ge=0, le=1000)


class SupportEnded(Published):
    """A direct support ended."""

    type: ClassVar[str] = "stodvag.direct-access.support-ended.v1"
    ended_at: datetime
    support: Code
    reason: EndReason


class TalkRequested(Published):
    """Somebody who could not start a direct support alone asked to talk anyway; a person answers the same day."""

    type: ClassVar[str] = "stodvag.direct-access.talk-requested.v1"
    requested_at: datetime
    age_band: AgeBand
    district: District


class ConcernRaised(Published):
    """Staff of a direct support noticed something that must be reported (SoL 19:1). Intake receives it at once.

    `case_id` is the new report's case, never the support's: nothing in the support's stream tells of the report.
    """

    type: ClassVar[str] = "stodvag.direct-access.concern-raised.v1"
    raised_at: datetime
    support: Code
    child: Subject
    concern: Sealed
    """What was noticed, sealed with the child's key."""
    origin_case_id: UUID | None
    """The support where it was noticed; None where identity is not documented (SoL 14:5)."""


class ApplicationStarted(Published):
    """Staff of a direct support helped to start an application with what is known. Intake takes it in at once.

    `case_id` is the application's case, new. Only what somebody said yes to is in the sealed parts (OSL 10:1, 12:2).
    """

    type: ClassVar[str] = "stodvag.direct-access.application-started.v1"
    started_at: datetime
    support: Code
    applicant: Subject
    told: Sealed
    """What is wished for and why, and what was written to the support, sealed with the applicant's key."""
    tells: tuple[Code, ...]
    """Which of what an application must tell (FL 19) the sealed parts hold: `who`, `contact`, `what`, `why`."""
    wished_support: Code | None
    agreed: Speaker
    """Who said yes to it."""
    guardians: tuple[Sealed, ...] = ()
    """Who said it for a child: a guardian's name and how to reach them, each sealed with the guardian's key."""
    code_hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Keyed digest of the code that staff handed over, with which the person completes the application."""
    origin_case_id: UUID
    """The support that it comes from."""


EVENTS: dict[str, type[Published]] = {
    event.type: event
    for event in (
        SupportListed,
        SupportClosed,
        SupportOpened,
        SupportRequested,
        SuitabilityChecked,
        TimeBooked,
        InformedOfApplication,
        VisitStarted,
        SupportStarted,
        MeetingHeld,
        MeasureTaken,
        SupportEnded,
        TalkRequested,
        ConcernRaised,
        ApplicationStarted,
    )
}
