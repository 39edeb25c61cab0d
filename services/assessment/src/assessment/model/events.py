"""What happens in an investigation, from its opening to the end of the support, or to follow-up of the child.

Times are aware, UTC. Days are those of Europe/Stockholm. Every `Part` is about the person whom the case is about.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from chassis.personal import Part
from contracts.intake import Matter
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
from statute.consent import Suitability
from statute.direct import SupportKind


class WhyNotHeard(StrEnum):
    """Why a child was not heard."""

    TOO_YOUNG = "too-young"
    DID_NOT_WANT = "did-not-want"
    NOT_REACHED = "not-reached"
    HARMFUL = "harmful"
    """A talk would have harmed the child."""


class ClosingReason(StrEnum):
    """Why an investigation was closed without support."""

    NO_NEED = "no-need"
    DECLINED = "declined"
    """Support was offered and declined."""
    WITHDRAWN = "withdrawn"
    """The person took the application back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WeighedGround:
    """How much one ground carried the choice: 0 none, 1 some, 2 clear, 3 decisive."""

    ground: Ground
    weight: int


@dataclass(frozen=True, kw_only=True, slots=True)
class InvestigationOpened:
    """An investigation was opened (SoL 14:2). A child's has a clock (20:3), for others the last three are None."""

    board: UUID
    case: UUID
    at: datetime
    received_at: datetime
    """When the report or application came in; the age band is the age of then."""
    matter: Matter
    person: UUID
    age_band: AgeBand
    gender: Gender
    district: District
    wished_support: Code | None
    subject: Part | None
    """Sealed by intake: name, number, how to reach the person, what was told."""
    others: tuple[Part, ...]
    """Sealed by intake: guardians, the reporter."""
    child: bool
    last_day: date | None
    warn_at: datetime | None
    due_at: datetime | None
    type: Literal["investigation-opened"] = "investigation-opened"


@dataclass(frozen=True, kw_only=True, slots=True)
class ConcernedInformed:
    """Those concerned were told that the investigation was opened (SoL 20:4)."""

    at: datetime
    type: Literal["concerned-informed"] = "concerned-informed"


@dataclass(frozen=True, kw_only=True, slots=True)
class InformingWithheld:
    """Special reasons (särskilda skäl) spoke against informing those concerned (SoL 20:4)."""

    at: datetime
    words: Part
    type: Literal["informing-withheld"] = "informing-withheld"


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactMade:
    """Somebody who knows the person was asked (SoL 20:5)."""

    at: datetime
    contact: ContactKind
    words: Part
    type: Literal["contact-made"] = "contact-made"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildHeard:
    """The child told its views (SoL 3:2, 20:7); the words also say how it was informed and what it understood (3:3)."""

    at: datetime
    words: Part
    type: Literal["child-heard"] = "child-heard"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildNotHeard:
    """It was stated why the child has not been heard."""

    at: datetime
    reason: WhyNotHeard
    words: Part
    type: Literal["child-not-heard"] = "child-not-heard"


@dataclass(frozen=True, kw_only=True, slots=True)
class NeedAssessed:
    """A need was assessed, and a goal set for it."""

    at: datetime
    words: Part
    type: Literal["need-assessed"] = "need-assessed"


@dataclass(frozen=True, kw_only=True, slots=True)
class WishStated:
    """The person told what they wish, and how much they wish a change: `motivation` 0–10."""

    at: datetime
    motivation: int
    words: Part
    type: Literal["wish-stated"] = "wish-stated"


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeExtended:
    """The board gave the investigation of a child a set time more, for special reasons (SoL 20:3)."""

    at: datetime
    last_day: date
    warn_at: datetime
    due_at: datetime
    words: Part
    type: Literal["time-extended"] = "time-extended"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockWarned:
    """The time for the investigation of a child is soon over."""

    at: datetime
    type: Literal["clock-warned"] = "clock-warned"


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockPassed:
    """The time for the investigation of a child is over, and it is not closed."""

    at: datetime
    type: Literal["clock-passed"] = "clock-passed"


@dataclass(frozen=True, kw_only=True, slots=True)
class SupportProposed:
    """A support was proposed, with all four grounds of the choice in weights and in words."""

    at: datetime
    support: Code
    kind: SupportKind
    grounds: tuple[WeighedGround, ...]
    words: Part
    type: Literal["support-proposed"] = "support-proposed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Communicated:
    """The person got all material and time to answer, the last day included (FL 25)."""

    at: datetime
    answer_by: date
    told_of_speaking: bool
    """Told of the right to speak before the board (SoL 14:8)."""
    type: Literal["communicated"] = "communicated"


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerGiven:
    """The person answered on the material."""

    at: datetime
    words: Part
    type: Literal["answer-given"] = "answer-given"


@dataclass(frozen=True, kw_only=True, slots=True)
class SupportOffered:
    """The support was offered to the person, and to a child's guardians."""

    at: datetime
    support: Code
    type: Literal["support-offered"] = "support-offered"


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferAccepted:
    """The offer was accepted by those who must agree (SoL 21:1). `guardians` is how many there are."""

    at: datetime
    support: Code
    person_agrees: bool
    guardians: int
    guardians_agreeing: int
    suitability: Suitability
    type: Literal["offer-accepted"] = "offer-accepted"


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferDeclined:
    """The offer was declined."""

    at: datetime
    support: Code
    reason: DeclineReason
    words: Part
    type: Literal["offer-declined"] = "offer-declined"


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionMade:
    """The board decided (FL 31–33). The words tell what and why, and who decided, presented and took part."""

    at: datetime
    outcome: DecisionOutcome
    support: Code | None
    provision: str
    """The paragraph decided on, such as `11:1`."""
    appealable: bool
    names_left_out: bool
    """The letter names nobody, since threats can be feared (FL 33 last paragraph)."""
    words: Part
    type: Literal["decision-made"] = "decision-made"


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionReceived:
    """The person got the decision on that day. An appeal must be in at the latest on `appeal_by` (FL 44)."""

    at: datetime
    received_on: date
    appeal_by: date | None
    """None where the decision cannot be appealed."""
    type: Literal["decision-received"] = "decision-received"


@dataclass(frozen=True, kw_only=True, slots=True)
class InvestigationClosed:
    """The investigation was closed, by a decision or without support."""

    at: datetime
    with_support: bool
    within_time: bool | None
    """None where no clock runs."""
    reason: ClosingReason | None
    """None where a decision closed it."""
    words: Part | None
    type: Literal["investigation-closed"] = "investigation-closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class SupportStarted:
    """The support began."""

    at: datetime
    support: Code
    type: Literal["support-started"] = "support-started"


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasureTaken:
    """The person answered a short measure. Higher is better."""

    at: datetime
    support: Code
    instrument: Code
    point: MeasurePoint
    score: int
    type: Literal["measure-taken"] = "measure-taken"


@dataclass(frozen=True, kw_only=True, slots=True)
class SupportEnded:
    """The support ended."""

    at: datetime
    support: Code
    reason: EndReason
    type: Literal["support-ended"] = "support-ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUpDecided:
    """It was decided to follow up the child's situation (SoL 23:1), for a time that runs from the closing."""

    at: datetime
    closed_on: date
    words: Part
    type: Literal["follow-up-decided"] = "follow-up-decided"


Event = (
    InvestigationOpened
    | ConcernedInformed
    | InformingWithheld
    | ContactMade
    | ChildHeard
    | ChildNotHeard
    | NeedAssessed
    | WishStated
    | TimeExtended
    | ClockWarned
    | ClockPassed
    | SupportProposed
    | Communicated
    | AnswerGiven
    | SupportOffered
    | OfferAccepted
    | OfferDeclined
    | DecisionMade
    | DecisionReceived
    | InvestigationClosed
    | SupportStarted
    | MeasureTaken
    | SupportEnded
    | FollowUpDecided
)
