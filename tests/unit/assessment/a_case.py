"""Invented investigations to begin from: an adult who applied, and a child whom a school was worried about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.given import fold

from assessment.decide.choice import Communicate, Decide, ProposeSupport, StatedGround
from assessment.decide.closing import CloseWithoutSupport
from assessment.decide.inquiry import OpenInvestigation
from assessment.decide.support import AcceptOffer
from assessment.model import events
from assessment.model.events import Event, InvestigationOpened
from assessment.store import INVESTIGATION
from chassis.personal import Sealed
from contracts.intake import Matter
from contracts.vocabulary import AgeBand, DecisionOutcome, Gender, Ground
from statute.consent import Suitability
from statute.direct import SupportKind

BOARD = UUID("0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a01")
CASE = UUID("5f0c3c57-6a0e-4d5a-8f6e-0d1b0c3f7a11")
PERSON = UUID("8c1f2a76-33a5-4c7b-9a53-51a7f4b1c2d3")
OPENED = datetime(2025, 9, 1, 8, 0, tzinfo=UTC)
RECEIVED = OPENED - timedelta(days=5)
NOW = OPENED + timedelta(days=10)
WORDS = Sealed("s1.sealed")
NINE_YEARS = date(2016, 3, 4)
FOURTEEN_YEARS = date(2011, 3, 4)
ADULT = date(1982, 11, 5)


def open_case(**changes: Any) -> OpenInvestigation:
    """The command that opens an adult's investigation after an application."""
    command = OpenInvestigation(
        board=BOARD,
        case=CASE,
        at=OPENED,
        received_at=RECEIVED,
        matter=Matter.APPLICATION,
        person=PERSON,
        age_band=AgeBand.FROM_21,
        gender=Gender.WOMAN,
        district="centrum",
        wished_support="kontaktfamilj",
        subject=WORDS,
        others=(),
    )
    return replace(command, **changes)


def _opening(**changes: Any) -> InvestigationOpened:
    (opened,) = INVESTIGATION.decide(open_case(**changes), INVESTIGATION.initial)
    assert isinstance(opened, InvestigationOpened)
    return opened


ADULT_OPENED = _opening()
CHILD_OPENED = _opening(matter=Matter.REPORT, age_band=AgeBand.UNDER_12, wished_support=None, others=(WORDS,))
YOUNG_OPENED = _opening(matter=Matter.REPORT, age_band=AgeBand.FROM_12, wished_support=None, others=(WORDS,))
NEED = events.NeedAssessed(at=NOW, words=WORDS)
HEARD = events.ChildHeard(at=NOW, words=WORDS)
PROPOSED = events.SupportProposed(
    at=NOW, support="familjebehandling-hemma", kind=SupportKind.OPEN, grounds=(), words=WORDS
)
OFFERED = events.SupportOffered(at=NOW, support="familjebehandling-hemma")
ACCEPTED = events.OfferAccepted(
    at=NOW,
    support="familjebehandling-hemma",
    person_agrees=True,
    guardians=2,
    guardians_agreeing=2,
    suitability=Suitability.SUITABLE,
)
COMMUNICATED = events.Communicated(at=NOW, answer_by=date(2025, 9, 20), told_of_speaking=True)
ANSWERED = events.AnswerGiven(at=NOW, words=WORDS)
GRANTED = events.DecisionMade(
    at=NOW,
    outcome=DecisionOutcome.GRANTED,
    support="familjebehandling-hemma",
    provision="11:1",
    appealable=False,
    names_left_out=False,
    words=WORDS,
)
PARTLY = replace(GRANTED, outcome=DecisionOutcome.PARTIALLY_GRANTED, appealable=True)
REFUSED = replace(GRANTED, outcome=DecisionOutcome.REFUSED, support=None, appealable=True)
STARTED = events.SupportStarted(at=NOW, support="familjebehandling-hemma")
CLOSED = events.InvestigationClosed(
    at=NOW, with_support=False, within_time=True, reason=events.ClosingReason.DECLINED, words=WORDS
)

GROUNDS = (
    StatedGround(ground=Ground.RESEARCH, weight=1, words="Visst stöd i forskningen."),
    StatedGround(ground=Ground.WISH, weight=3, words="Det hon själv bad om."),
    StatedGround(ground=Ground.SITUATION, weight=2, words="Ensam med tre barn."),
    StatedGround(ground=Ground.PROFESSION, weight=0, words="Vi har ingen erfarenhet av det här."),
)
PROPOSE = ProposeSupport(
    at=NOW, qualified=True, support="familjebehandling-hemma", kind=SupportKind.OPEN, grounds=GROUNDS
)
COMMUNICATE = Communicate(at=NOW, qualified=True, answer_by=date(2025, 9, 20), told_of_speaking=True)
DECIDE = Decide(
    at=NOW,
    qualified=True,
    outcome=DecisionOutcome.PARTIALLY_GRANTED,
    provision="11:1",
    content="Du får familjebehandling hemma.",
    reasons="Behovet kan mötas hemma.",
    refused="Kontaktfamilj.",
    decided_by="Bo Beslut, enhetschef",
    presented_by=None,
    took_part=None,
    names_left_out=False,
)
ACCEPT = AcceptOffer(
    at=NOW,
    qualified=True,
    born=NINE_YEARS,
    person_agrees=False,
    guardians=2,
    guardians_agreeing=2,
    suitability=Suitability.NOT_ASSESSED,
)
CLOSE = CloseWithoutSupport(at=NOW, qualified=True, reason=events.ClosingReason.NO_NEED, words="Inget behov.")


def stage(*happened: Event) -> Any:
    """The state after these events."""
    return fold(INVESTIGATION, happened, INVESTIGATION.initial)
