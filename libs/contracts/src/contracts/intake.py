"""Published by intake: reports of concern and applications, up to the decision to investigate."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.published import Published
from contracts.vocabulary import AgeBand, Code, District, Gender, ReportSource, Sealed


class Subject(BaseModel):
    """Whom a case is about: a pseudonym, group facts in clear, and the personal data sealed."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    person_id: UUID
    age_band: AgeBand
    gender: Gender
    district: District
    sealed: Sealed | None
    """Name, number and how to reach the person. None where nothing is known or kept."""


class Matter(StrEnum):
    """What an investigation begins from."""

    REPORT = "report"
    """Concern for a child (orosanmälan, SoL 19 kap.)."""
    APPLICATION = "application"
    """An application for assessed support (ansökan, SoL 11:1)."""


class ReportReceived(Published):
    """Concern for a child was reported (orosanmälan). The preliminary assessment's clock runs from `received_at`."""

    type: ClassVar[str] = "stodvag.intake.report-received.v1"
    received_at: datetime
    source: ReportSource
    mandatory: bool
    """Whether the reporter had a duty to report (SoL 19:1)."""
    age_band: AgeBand
    gender: Gender
    district: District
    origin_case_id: UUID | None
    """The direct support where it was noticed. None from elsewhere, and where identity is not documented (14:5)."""


class ProtectionAssessed(Published):
    """The immediate assessment of the child's need of protection was made (omedelbar skyddsbedömning, SoL 20:1)."""

    type: ClassVar[str] = "stodvag.intake.protection-assessed.v1"
    assessed_at: datetime
    immediate_protection: bool


class PreliminaryAssessmentDecided(Published):
    """It was decided whether to open an investigation (förhandsbedömning, SoL 20:2)."""

    type: ClassVar[str] = "stodvag.intake.preliminary-assessment-decided.v1"
    decided_at: datetime
    opened: bool
    within_time: bool
    """Within 14 days from the report, or within an extension for exceptional reasons."""


class ReporterInformed(Published):
    """The reporter was told whether an investigation was opened (SoL 19:6), and nothing else."""

    type: ClassVar[str] = "stodvag.intake.reporter-informed.v1"
    informed_at: datetime


class ApplicationReceived(Published):
    """A person applied for support (ansökan)."""

    type: ClassVar[str] = "stodvag.intake.application-received.v1"
    received_at: datetime
    complete: bool
    wished_support: Code | None
    age_band: AgeBand
    gender: Gender
    district: District
    origin_case_id: UUID | None = None
    """The direct support whose staff helped to start it, with the person's yes; None from elsewhere."""


class CompletionRequested(Published):
    """The person was asked, and helped, to complete an application (FL 20)."""

    type: ClassVar[str] = "stodvag.intake.completion-requested.v1"
    requested_at: datetime


class ApplicationCompleted(Published):
    """What was missing in an application came in."""

    type: ClassVar[str] = "stodvag.intake.application-completed.v1"
    completed_at: datetime


class InvestigationRequested(Published):
    """An investigation is to be opened at once (SoL 14:2). Assessment opens it when it hears this."""

    type: ClassVar[str] = "stodvag.intake.investigation-requested.v1"
    requested_at: datetime
    matter: Matter
    matter_received_at: datetime
    """When the report or application came in."""
    subject: Subject
    told: Sealed | None = None
    """What was told or applied for, in words, sealed with the subject's key."""
    others: tuple[Sealed, ...] = ()
    """One sealed part for each other person: guardians, the reporter."""
    wished_support: Code | None = None


EVENTS: dict[str, type[Published]] = {
    event.type: event
    for event in (
        ReportReceived,
        ProtectionAssessed,
        PreliminaryAssessmentDecided,
        ReporterInformed,
        ApplicationReceived,
        CompletionRequested,
        ApplicationCompleted,
        InvestigationRequested,
    )
}
