"""Published by assessment: investigations, decisions, and the support that follows from them."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.intake import Matter
from contracts.published import Published
from contracts.vocabulary import (
    AgeBand,
    Code,
    ContactKind,
    DecisionOutcome,
    DeclineReason,
    District,
    EndReason,
    Gender,
    Ground,
    MeasurePoint,
)


class InvestigationOpened(Published):
    """An investigation was opened (utredning, SoL 14:2, 20:2). A child's is complete within four months (20:3)."""

    type: ClassVar[str] = "stodvag.assessment.investigation-opened.v1"
    opened_at: datetime
    matter: Matter
    child: bool
    age_band: AgeBand
    gender: Gender
    district: District
    due_at: datetime | None
    """When it must be complete; None for adults, where no such clock runs."""


class ContactMade(Published):
    """The investigation was in contact with somebody who knows the person (SoL 20:5)."""

    type: ClassVar[str] = "stodvag.assessment.contact-made.v1"
    made_at: datetime
    contact: ContactKind


class ChildHeard(Published):
    """The child was heard (SoL 3:2, 20:7), or a reason was stated why not."""

    type: ClassVar[str] = "stodvag.assessment.child-heard.v1"
    at: datetime
    heard: bool
    reason_code: Code | None
    """Why the child was not heard; None where it was."""


class GroundStated(BaseModel):
    """Whether a ground carried the choice of support, in clear for follow-up; the words stay in assessment, sealed."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    ground: Ground
    weight: int = Field(ge=0, le=3)
    """0 none, 1 some, 2 clear, 3 decisive."""


class ProposalMade(Published):
    """A support was proposed, with the grounds of the choice."""

    type: ClassVar[str] = "stodvag.assessment.proposal-made.v1"
    proposed_at: datetime
    support: Code
    grounds: tuple[GroundStated, ...]


class Communicated(Published):
    """The material was communicated to the person, with time to respond (FL 25)."""

    type: ClassVar[str] = "stodvag.assessment.communicated.v1"
    communicated_at: datetime


class DecisionMade(Published):
    """The board decided on an application (beslut, FL 31–33)."""

    type: ClassVar[str] = "stodvag.assessment.decision-made.v1"
    decided_at: datetime
    outcome: DecisionOutcome
    support: Code | None
    """The support that was granted; None at a refusal."""
    appealable: bool


class SupportOffered(Published):
    """An assessed support was offered."""

    type: ClassVar[str] = "stodvag.assessment.support-offered.v1"
    offered_at: datetime
    support: Code


class SupportDeclined(Published):
    """The person, or the guardians, said no to an offered support."""

    type: ClassVar[str] = "stodvag.assessment.support-declined.v1"
    declined_at: datetime
    support: Code
    reason: DeclineReason


class SupportStarted(Published):
    """An assessed support began."""

    type: ClassVar[str] = "stodvag.assessment.support-started.v1"
    started_at: datetime
    support: Code


class MeasureTaken(Published):
    """The person answered a short measure. Higher is better."""

    type: ClassVar[str] = "stodvag.assessment.measure-taken.v1"
    taken_at: datetime
    support: Code
    instrument: Code
    point: MeasurePoint
    score: int = Field(ge=0, le=1000)


class SupportEnded(Published):
    """An assessed support ended."""

    type: ClassVar[str] = "stodvag.assessment.support-ended.v1"
    ended_at: datetime
    support: Code
    reason: EndReason


class InvestigationClosed(Published):
    """An investigation was closed."""

    type: ClassVar[str] = "stodvag.assessment.investigation-closed.v1"
    closed_at: datetime
    with_support: bool
    within_time: bool | None
    """None where no clock runs."""


class FollowUpDecided(Published):
    """Follow-up of a child's situation was decided (SoL 23:1), for six months at most from the investigation's end."""

    type: ClassVar[str] = "stodvag.assessment.follow-up-decided.v1"
    decided_at: datetime
    investigation_closed_on: date
    """The day (Europe/Stockholm) that the six months run from."""
    person_id: UUID


EVENTS: dict[str, type[Published]] = {
    event.type: event
    for event in (
        InvestigationOpened,
        ContactMade,
        ChildHeard,
        ProposalMade,
        Communicated,
        DecisionMade,
        SupportOffered,
        SupportDeclined,
        SupportStarted,
        MeasureTaken,
        SupportEnded,
        InvestigationClosed,
        FollowUpDecided,
    )
}
