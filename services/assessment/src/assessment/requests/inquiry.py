"""Finding out, as it is asked for."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

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
from assessment.model.events import WhyNotHeard
from assessment.requests.fields import STRICT, Words
from chassis.forms import Day
from contracts.vocabulary import ContactKind


class ConcernedInformed(BaseModel):
    """Those concerned were told that the investigation was opened (SoL 20:4)."""

    model_config = STRICT

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment (aware, UTC) by an officer who is qualified (SoL 25:1) or not."""
        return InformConcerned(at=at, qualified=qualified)


class InformationWithheld(BaseModel):
    """The special reasons against telling those concerned (SoL 20:4)."""

    model_config = STRICT
    words: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return WithholdInformation(at=at, qualified=qualified, words=self.words)


class Contact(BaseModel):
    """What somebody who knows the person said (SoL 20:5)."""

    model_config = STRICT
    contact: ContactKind
    words: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return RecordContact(at=at, qualified=qualified, contact=self.contact, words=self.words)


class ChildHeard(BaseModel):
    """What the child said (SoL 3:2), and how it was informed and what it understood (3:3)."""

    model_config = STRICT
    words: Words
    information: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return HearChild(at=at, qualified=qualified, words=self.words, information=self.information)


class ChildNotHeard(BaseModel):
    """Why the child has not been heard."""

    model_config = STRICT
    reason: WhyNotHeard
    words: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return StateWhyNotHeard(at=at, qualified=qualified, reason=self.reason, words=self.words)


class Need(BaseModel):
    """A need, and the goal set for it."""

    model_config = STRICT
    need: Words
    goal: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return AssessNeed(at=at, qualified=qualified, need=self.need, goal=self.goal)


class Wish(BaseModel):
    """What the person wishes, in their own words, and how much they wish a change."""

    model_config = STRICT
    words: Words
    motivation: Annotated[int, Field(ge=0, le=10)]

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return StateWish(at=at, qualified=qualified, motivation=self.motivation, words=self.words)


class TimeExtension(BaseModel):
    """A set time more, and the special reasons for it (SoL 20:3)."""

    model_config = STRICT
    until: Day
    words: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return ExtendTime(at=at, qualified=qualified, until=self.until, words=self.words)
