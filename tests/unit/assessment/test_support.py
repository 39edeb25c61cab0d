"""The support itself: offered, accepted by those who must, started, measured, ended."""

from dataclasses import replace
from datetime import date

import pytest
from tests.given import given
from tests.unit.assessment.a_case import (
    ACCEPT,
    ACCEPTED,
    ADULT,
    ADULT_OPENED,
    CHILD_OPENED,
    FOURTEEN_YEARS,
    GRANTED,
    HEARD,
    NEED,
    NOW,
    OFFERED,
    PERSON,
    PROPOSED,
    REFUSED,
    STARTED,
    YOUNG_OPENED,
    stage,
)

from assessment.decide.support import DeclineOffer, EndSupport, OfferSupport, StartSupport, TakeMeasure
from assessment.model import events
from assessment.model.investigation import Settled
from assessment.store import INVESTIGATION
from chassis.personal import Personal
from contracts.vocabulary import DeclineReason, EndReason, MeasurePoint
from statute.consent import Suitability
from statute.direct import SupportKind

OFFER = OfferSupport(at=NOW, qualified=True)
DECLINE = DeclineOffer(at=NOW, qualified=True, reason=DeclineReason.NO_TRUST, words="Det hjälper ändå inte.")
START = StartSupport(at=NOW, qualified=True)
MEASURE = TakeMeasure(at=NOW, qualified=True, instrument="hur-har-du-det", point=MeasurePoint.START, score=30)
CHILD = (CHILD_OPENED, HEARD, NEED, PROPOSED)
YOUNG = (YOUNG_OPENED, HEARD, NEED, PROPOSED)


def test_what_was_proposed_is_offered_one_offer_at_a_time() -> None:
    given(INVESTIGATION, *CHILD).when(OFFER).then(OFFERED)
    given(INVESTIGATION, *CHILD, OFFERED).when(OFFER).refused("offer-stands")
    given(INVESTIGATION, CHILD_OPENED).when(OFFER).refused("nothing-proposed")
    given(INVESTIGATION, ADULT_OPENED, REFUSED).when(OFFER).refused("nothing-to-offer")


def test_a_declined_offer_can_be_made_again() -> None:
    declined = events.OfferDeclined(
        at=NOW,
        support=OFFERED.support,
        reason=DeclineReason.NO_TRUST,
        words=Personal("person", PERSON, {"words": "Det hjälper ändå inte."}),
    )
    given(INVESTIGATION, *CHILD, OFFERED).when(DECLINE).then(declined)
    given(INVESTIGATION, *CHILD, OFFERED, declined).when(OFFER).then(OFFERED)
    given(INVESTIGATION, *CHILD, OFFERED, declined).when(DECLINE).refused("nothing-offered")


def test_both_guardians_of_a_nine_year_old_must_agree() -> None:
    one = replace(ACCEPT, guardians_agreeing=1)
    given(INVESTIGATION, *CHILD, OFFERED).when(one).refused("guardian-consent-required", "SoL 21:1")
    given(INVESTIGATION, *CHILD, OFFERED).when(ACCEPT).events()


def test_a_fourteen_year_old_may_agree_alone_where_it_is_suitable() -> None:
    alone = replace(
        ACCEPT, born=FOURTEEN_YEARS, person_agrees=True, guardians_agreeing=0, suitability=Suitability.SUITABLE
    )
    given(INVESTIGATION, *YOUNG, OFFERED).when(alone).events()
    unsuitable = replace(alone, suitability=Suitability.NOT_SUITABLE)
    given(INVESTIGATION, *YOUNG, OFFERED).when(unsuitable).refused("not-suitable-without-guardian", "SoL 21:1")


def test_a_placement_always_needs_the_guardians() -> None:
    placement = replace(PROPOSED, kind=SupportKind.FAMILY_HOME)
    alone = replace(
        ACCEPT, born=FOURTEEN_YEARS, person_agrees=True, guardians_agreeing=0, suitability=Suitability.SUITABLE
    )
    given(INVESTIGATION, YOUNG_OPENED, HEARD, NEED, placement, OFFERED).when(alone).refused(
        "placement-needs-guardian", "SoL 21:1"
    )


def test_nobody_accepts_for_an_adult_who_does_not_want_it() -> None:
    unwilling = replace(ACCEPT, born=ADULT)
    given(INVESTIGATION, ADULT_OPENED, NEED, PROPOSED, OFFERED).when(unwilling).refused(
        "person-does-not-want", "SoL 2:1"
    )


def test_a_birth_date_that_does_not_fit_the_case_cannot_change_who_must_agree() -> None:
    slip = replace(ACCEPT, born=ADULT, person_agrees=True, guardians_agreeing=0)
    given(INVESTIGATION, *CHILD, OFFERED).when(slip).refused("birth-date-does-not-fit")
    turned_twelve = replace(ACCEPT, born=date(2013, 9, 1))
    given(INVESTIGATION, *CHILD, OFFERED).when(turned_twelve).events()
    ahead = replace(ACCEPT, born=date(2031, 1, 1))
    given(INVESTIGATION, *CHILD, OFFERED).when(ahead).refused("birth-date-ahead")


def test_only_an_offer_that_waits_is_accepted() -> None:
    given(INVESTIGATION, *CHILD).when(ACCEPT).refused("nothing-offered")
    given(INVESTIGATION, *CHILD, OFFERED, ACCEPTED).when(ACCEPT).refused("nothing-offered")


def test_a_granted_support_that_is_declined_settles_the_case() -> None:
    granted = (ADULT_OPENED, NEED, PROPOSED, GRANTED, OFFERED)
    (declined,) = given(INVESTIGATION, *granted).when(DECLINE).events()
    assert isinstance(stage(*granted, declined), Settled)


def test_a_support_starts_once_it_is_granted_and_no_offer_waits() -> None:
    given(INVESTIGATION, ADULT_OPENED, NEED, PROPOSED).when(START).refused("support-not-granted")
    granted = (ADULT_OPENED, NEED, PROPOSED, GRANTED)
    given(INVESTIGATION, *granted, OFFERED).when(START).refused("offer-not-answered")
    given(INVESTIGATION, *granted).when(START).then(STARTED)


def test_measures_are_taken_while_the_support_runs_and_within_the_scale() -> None:
    running = (ADULT_OPENED, NEED, PROPOSED, GRANTED, STARTED)
    (taken,) = given(INVESTIGATION, *running).when(MEASURE).events()
    assert isinstance(taken, events.MeasureTaken)
    assert (taken.support, taken.score) == ("familjebehandling-hemma", 30)
    given(INVESTIGATION, ADULT_OPENED).when(MEASURE).refused("support-not-running")
    given(INVESTIGATION, *running).when(replace(MEASURE, instrument="annan")).refused("unknown-instrument")


@pytest.mark.parametrize("score", [-1, 31])
def test_a_score_outside_the_scale_is_refused(score: int) -> None:
    running = (ADULT_OPENED, NEED, PROPOSED, GRANTED, STARTED)
    given(INVESTIGATION, *running).when(replace(MEASURE, score=score)).refused("score-out-of-range")


def test_a_support_ends_once_with_its_reason() -> None:
    end = EndSupport(at=NOW, qualified=True, reason=EndReason.COMPLETED)
    running = (ADULT_OPENED, NEED, PROPOSED, GRANTED, STARTED)
    ended = events.SupportEnded(at=NOW, support="familjebehandling-hemma", reason=EndReason.COMPLETED)
    given(INVESTIGATION, *running).when(end).then(ended)
    given(INVESTIGATION, *running, ended).when(end).refused("support-not-running")
