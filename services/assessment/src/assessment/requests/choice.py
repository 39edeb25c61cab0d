"""Choosing and closing, as it is asked for."""

from datetime import datetime

from pydantic import BaseModel

from assessment.decide.choice import Communicate, Decide, ProposeSupport, RecordAnswer, StatedGround
from assessment.decide.closing import CloseWithoutSupport, DecideFollowUp, RecordReceipt
from assessment.decide.investigation import OfficersCommand
from assessment.model.events import ClosingReason
from assessment.requests.fields import STRICT, Guardians, Name, Provision, Weight, Words
from chassis.forms import Day
from contracts.vocabulary import Code, DecisionOutcome, Ground
from statute.direct import SupportKind


class Proposal(BaseModel):
    """A support, and for each of the four grounds why and how much it weighs."""

    model_config = STRICT
    support: Code
    kind: SupportKind = SupportKind.OPEN
    research: Words
    research_weight: Weight
    wish: Words
    wish_weight: Weight
    situation: Words
    situation_weight: Weight
    profession: Words
    profession_weight: Weight

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

    model_config = STRICT
    answer_by: Day
    told_of_speaking: bool = False

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return Communicate(at=at, qualified=qualified, answer_by=self.answer_by, told_of_speaking=self.told_of_speaking)


class Answer(BaseModel):
    """What the person answered on the material."""

    model_config = STRICT
    words: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return RecordAnswer(at=at, qualified=qualified, words=self.words)


class Decision(BaseModel):
    """The decision as its letter tells it (FL 31–33)."""

    model_config = STRICT
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

    model_config = STRICT
    received_on: Day

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return RecordReceipt(at=at, qualified=qualified, received_on=self.received_on)


class Closing(BaseModel):
    """The investigation is closed without support."""

    model_config = STRICT
    reason: ClosingReason
    words: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return CloseWithoutSupport(at=at, qualified=qualified, reason=self.reason, words=self.words)


class FollowUp(BaseModel):
    """The child's situation is followed up (SoL 23:1). The birth date is asked about and not kept."""

    model_config = STRICT
    birth_date: Day
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
