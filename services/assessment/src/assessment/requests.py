"""What an officer asks for, as a form's fields or a JSON body, and the command that it becomes. Each is flat."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from assessment.decide.choice import Communicate, Decide, ProposeSupport, RecordAnswer, StatedGround
from assessment.decide.closing import CloseWithoutSupport, DecideFollowUp, RecordReceipt
from assessment.decide.inquiry import (
    AssessNeed,
    ExtendTime,
    HearChild,
    InformConcerned,
    RecordContact,
    StateWhyNotHeard,
    StateWish,
    WithholdInformation,
)
from assessment.decide.investigation import OfficersCommand
from assessment.decide.support import (
    AcceptOffer,
    DeclineOffer,
    EndSupport,
    OfferSupport,
    StartSupport,
    TakeMeasure,
)
from assessment.model.events import ClosingReason, WhyNotHeard
from contracts.vocabulary import Code, ContactKind, DecisionOutcome, DeclineReason, EndReason, Ground, MeasurePoint
from statute.consent import Suitability
from statute.direct import SupportKind

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
"""What somebody says or thinks of the person, sealed before it is kept."""
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""Somebody's name and title."""
Provision = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]?:[1-9][0-9]?$")]
"""Chapter and section of the Act, such as `11:1`."""
Weight = Annotated[int, Field(ge=0, le=3)]
"""0 none, 1 some, 2 clear, 3 decisive."""
Guardians = Annotated[int, Field(ge=0, le=2)]


_STRICT = ConfigDict(extra="forbid")


class ConcernedInformed(BaseModel):
    """Those concerned were told that the investigation was opened (SoL 20:4)."""

    model_config = _STRICT

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment (aware, UTC) by an officer who is qualified (SoL 25:1) or not."""
        return InformConcerned(at=at, qualified=qualified)


class InformationWithheld(BaseModel):
    """The special reasons against telling those concerned (SoL 20:4)."""

    model_config = _STRICT
    words: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return WithholdInformation(at=at, qualified=qualified, words=self.words)


class Contact(BaseModel):
    """What somebody who knows the person said (SoL 20:5)."""

    model_config = _STRICT
    contact: ContactKind
    words: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return RecordContact(at=at, qualified=qualified, contact=self.contact, words=self.words)


class ChildHeard(BaseModel):
    """What the child said (SoL 3:2), and how it was informed and what it understood (3:3)."""

    model_config = _STRICT
    words: Words
    information: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return HearChild(at=at, qualified=qualified, words=self.words, information=self.information)


class ChildNotHeard(BaseModel):
    """Why the child has not been heard."""

    model_config = _STRICT
    reason: WhyNotHeard
    words: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return StateWhyNotHeard(at=at, qualified=qualified, reason=self.reason, words=self.words)


class Need(BaseModel):
    """A need, and the goal set for it."""

    model_config = _STRICT
    need: Words
    goal: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return AssessNeed(at=at, qualified=qualified, need=self.need, goal=self.goal)


class Wish(BaseModel):
    """What the person wishes, in their own words, and how much they wish a change."""

    model_config = _STRICT
    words: Words
    motivation: Annotated[int, Field(ge=0, le=10)]

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return StateWish(at=at, qualified=qualified, motivation=self.motivation, words=self.words)


class TimeExtension(BaseModel):
    """A set time more, and the special reasons for it (SoL 20:3)."""

    model_config = _STRICT
    until: date
    words: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return ExtendTime(at=at, qualified=qualified, until=self.until, words=self.words)


class Proposal(BaseModel):
    """A support, and for each of the four grounds how much it weighs and why."""

    model_config = _STRICT
    support: Code
    kind: SupportKind = SupportKind.OPEN
    research_weight: Weight
    research: Words
    wish_weight: Weight
    wish: Words
    situation_weight: Weight
    situation: Words
    profession_weight: Weight
    profession: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        grounds = (
            StatedGround(ground=Ground.RESEARCH, weight=self.research_weight, words=self.research),
            StatedGround(ground=Ground.WISH, weight=self.wish_weight, words=self.wish),
            StatedGround(ground=Ground.SITUATION, weight=self.situation_weight, words=self.situation),
            StatedGround(ground=Ground.PROFESSION, weight=self.profession_weight, words=self.profession),
        )
        return ProposeSupport(at=at, qualified=qualified, support=self.support, kind=self.kind, grounds=grounds)


class Communication(BaseModel):
    """The material was sent, to be answered at the latest on that day (FL 25)."""

    model_config = _STRICT
    answer_by: date
    told_of_speaking: bool = False

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return Communicate(at=at, qualified=qualified, answer_by=self.answer_by, told_of_speaking=self.told_of_speaking)


class Answer(BaseModel):
    """What the person answered on the material."""

    model_config = _STRICT
    words: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return RecordAnswer(at=at, qualified=qualified, words=self.words)


class Offer(BaseModel):
    """The support that was proposed, or granted, was offered."""

    model_config = _STRICT

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return OfferSupport(at=at, qualified=qualified)


class OfferAccepted(BaseModel):
    """Who said yes (SoL 21:1). The birth date is asked about and not kept."""

    model_config = _STRICT
    birth_date: date
    person_agrees: bool = False
    guardians: Guardians = 0
    guardians_agreeing: Guardians = 0
    suitability: Suitability = Suitability.NOT_ASSESSED

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return AcceptOffer(
            at=at,
            qualified=qualified,
            born=self.birth_date,
            person_agrees=self.person_agrees,
            guardians=self.guardians,
            guardians_agreeing=self.guardians_agreeing,
            suitability=self.suitability,
        )


class OfferDeclined(BaseModel):
    """The offer was declined, and why, in the person's own words."""

    model_config = _STRICT
    reason: DeclineReason
    words: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return DeclineOffer(at=at, qualified=qualified, reason=self.reason, words=self.words)


class Decision(BaseModel):
    """The decision as its letter tells it (FL 31–33)."""

    model_config = _STRICT
    outcome: DecisionOutcome
    provision: Provision = "11:1"
    content: Words
    refused: Words | None = None
    """What a partial grant refuses."""
    reasons: Words | None = None
    decided_by: Name
    presented_by: Name | None = None
    took_part: Name | None = None
    names_left_out: bool = False
    """Leave the names out of the letter, since threats can be feared (FL 33 last paragraph)."""

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return Decide(
            at=at,
            qualified=qualified,
            outcome=self.outcome,
            provision=self.provision,
            content=self.content,
            refused=self.refused,
            reasons=self.reasons,
            decided_by=self.decided_by,
            presented_by=self.presented_by,
            took_part=self.took_part,
            names_left_out=self.names_left_out,
        )


class DecisionReceived(BaseModel):
    """The day on which the person got the decision."""

    model_config = _STRICT
    received_on: date

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return RecordReceipt(at=at, qualified=qualified, received_on=self.received_on)


class SupportStarted(BaseModel):
    """The support has begun."""

    model_config = _STRICT

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return StartSupport(at=at, qualified=qualified)


class Measure(BaseModel):
    """A short measure that the person answered."""

    model_config = _STRICT
    instrument: Code = "hur-har-du-det"
    point: MeasurePoint
    score: Annotated[int, Field(ge=0, le=1000)]

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return TakeMeasure(at=at, qualified=qualified, instrument=self.instrument, point=self.point, score=self.score)


class SupportEnded(BaseModel):
    """The support has ended."""

    model_config = _STRICT
    reason: EndReason

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return EndSupport(at=at, qualified=qualified, reason=self.reason)


class Closing(BaseModel):
    """The investigation is closed without support."""

    model_config = _STRICT
    reason: ClosingReason
    words: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return CloseWithoutSupport(at=at, qualified=qualified, reason=self.reason, words=self.words)


class FollowUp(BaseModel):
    """The child's situation is followed up (SoL 23:1). The birth date is asked about and not kept."""

    model_config = _STRICT
    birth_date: date
    child_agrees: bool = False
    guardians: Guardians = 0
    guardians_agreeing: Guardians = 0
    special_need: bool = False
    lvu_applies: bool = False
    words: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return DecideFollowUp(
            at=at,
            qualified=qualified,
            born=self.birth_date,
            child_agrees=self.child_agrees,
            guardians=self.guardians,
            guardians_agreeing=self.guardians_agreeing,
            special_need=self.special_need,
            lvu_applies=self.lvu_applies,
            words=self.words,
        )


Request = (
    ConcernedInformed
    | InformationWithheld
    | Contact
    | ChildHeard
    | ChildNotHeard
    | Need
    | Wish
    | TimeExtension
    | Proposal
    | Communication
    | Answer
    | Offer
    | OfferAccepted
    | OfferDeclined
    | Decision
    | DecisionReceived
    | SupportStarted
    | Measure
    | SupportEnded
    | Closing
    | FollowUp
)

STEPS: dict[str, type[Request]] = {
    "concerned-informed": ConcernedInformed,
    "information-withheld": InformationWithheld,
    "contacts": Contact,
    "child-heard": ChildHeard,
    "child-not-heard": ChildNotHeard,
    "needs": Need,
    "wishes": Wish,
    "time-extension": TimeExtension,
    "proposal": Proposal,
    "communication": Communication,
    "answer": Answer,
    "offer": Offer,
    "offer-accepted": OfferAccepted,
    "offer-declined": OfferDeclined,
    "decision": Decision,
    "decision-received": DecisionReceived,
    "support-started": SupportStarted,
    "measures": Measure,
    "support-ended": SupportEnded,
    "closing": Closing,
    "follow-up": FollowUp,
}
"""Each step by its name in addresses."""
