"""The support itself, as it is asked for."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from assessment.decide.investigation import OfficersCommand
from assessment.decide.support import (
    AcceptOffer,
    DeclineOffer,
    EndSupport,
    OfferSupport,
    StartSupport,
    TakeMeasure,
)
from assessment.requests.fields import STRICT, Guardians, Words
from chassis.forms import Day
from contracts.vocabulary import DeclineReason, EndReason, Instrument, MeasurePoint
from statute.consent import Suitability


class Offer(BaseModel):
    """The support that was proposed, or granted, was offered."""

    model_config = STRICT

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return OfferSupport(at=at, qualified=qualified)


class OfferAccepted(BaseModel):
    """Who said yes (SoL 21:1). The birth date is asked about and not kept."""

    model_config = STRICT
    birth_date: Day
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

    model_config = STRICT
    reason: DeclineReason
    words: Words

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return DeclineOffer(at=at, qualified=qualified, reason=self.reason, words=self.words)


class SupportStarted(BaseModel):
    """The support has begun."""

    model_config = STRICT

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return StartSupport(at=at, qualified=qualified)


class Measure(BaseModel):
    """A short measure that the person answered."""

    model_config = STRICT
    instrument: Instrument = Instrument.HUR_HAR_DU_DET
    point: MeasurePoint
    score: Annotated[int, Field(ge=0, le=1000)]

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return TakeMeasure(at=at, qualified=qualified, instrument=self.instrument, point=self.point, score=self.score)


class SupportEnded(BaseModel):
    """The support has ended."""

    model_config = STRICT
    reason: EndReason

    def to_command(self, at: datetime, *, qualified: bool) -> OfficersCommand:
        """The command, given at that moment by that officer."""
        return EndSupport(at=at, qualified=qualified, reason=self.reason)
