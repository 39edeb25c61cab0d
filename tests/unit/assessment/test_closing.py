"""Closing: the child is heard first, an application is decided on; then the time to appeal, and follow-up."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.given import given
from tests.unit.assessment.a_case import (
    ADULT,
    ADULT_OPENED,
    CHILD_OPENED,
    CLOSE,
    CLOSED,
    FOURTEEN_YEARS,
    GRANTED,
    HEARD,
    NEED,
    NINE_YEARS,
    NOW,
    OFFERED,
    PARTLY,
    PERSON,
    PROPOSED,
    REFUSED,
    WORDS,
)

from assessment.decide.closing import DecideFollowUp, RecordReceipt
from assessment.model import events
from assessment.model.events import ClosingReason, WhyNotHeard
from assessment.store import INVESTIGATION
from chassis.personal import Personal
from contracts.vocabulary import DeclineReason

DECLINED = events.OfferDeclined(at=NOW, support=OFFERED.support, reason=DeclineReason.NO_TRUST, words=WORDS)
NOT_HEARD = events.ChildNotHeard(at=NOW, reason=WhyNotHeard.TOO_YOUNG, words=WORDS)
RECEIPT = RecordReceipt(at=datetime(2025, 9, 20, 8, tzinfo=UTC), qualified=True, received_on=date(2025, 9, 15))
FOLLOW_UP = DecideFollowUp(
    at=NOW,
    qualified=True,
    born=NINE_YEARS,
    child_agrees=False,
    guardians=2,
    guardians_agreeing=0,
    special_need=True,
    lvu_applies=False,
    words="Skolan är fortsatt orolig.",
)


def test_a_childs_investigation_is_not_closed_before_the_child_was_heard_or_a_reason_stated() -> None:
    given(INVESTIGATION, CHILD_OPENED).when(CLOSE).refused("child-not-heard", "SoL 3:2", ("give-reason",))
    given(INVESTIGATION, CHILD_OPENED, NOT_HEARD).when(CLOSE).events()


def test_closing_a_childs_investigation_tells_whether_it_was_in_time() -> None:
    words = Personal("person", PERSON, {"words": "Inget behov."})
    closed = events.InvestigationClosed(
        at=NOW, with_support=False, within_time=True, reason=ClosingReason.NO_NEED, words=words
    )
    given(INVESTIGATION, CHILD_OPENED, HEARD).when(CLOSE).then(closed)
    late = replace(CLOSE, at=datetime(2026, 1, 1, 23, tzinfo=UTC))
    given(INVESTIGATION, CHILD_OPENED, HEARD).when(late).then(replace(closed, at=late.at, within_time=False))


def test_a_support_that_was_offered_and_declined_closes_the_case() -> None:
    declined = replace(CLOSE, reason=ClosingReason.DECLINED)
    offered = (CHILD_OPENED, HEARD, NEED, PROPOSED, OFFERED)
    given(INVESTIGATION, *offered).when(declined).refused("offer-stands")
    given(INVESTIGATION, *offered, DECLINED).when(declined).events()
    given(INVESTIGATION, CHILD_OPENED, HEARD).when(declined).refused("nothing-declined")


def test_an_application_is_decided_on_unless_it_is_taken_back() -> None:
    given(INVESTIGATION, ADULT_OPENED).when(CLOSE).refused("application-needs-decision")
    given(INVESTIGATION, ADULT_OPENED).when(replace(CLOSE, reason=ClosingReason.WITHDRAWN)).events()


def test_a_report_of_concern_cannot_be_taken_back() -> None:
    withdrawn = replace(CLOSE, reason=ClosingReason.WITHDRAWN)
    given(INVESTIGATION, CHILD_OPENED, HEARD).when(withdrawn).refused("nothing-to-withdraw")


def test_three_weeks_to_appeal_run_from_the_day_the_person_got_the_decision() -> None:
    received = events.DecisionReceived(at=RECEIPT.at, received_on=date(2025, 9, 15), appeal_by=date(2025, 10, 6))
    given(INVESTIGATION, ADULT_OPENED, NEED, PROPOSED, PARTLY).when(RECEIPT).then(received)
    given(INVESTIGATION, ADULT_OPENED, NEED, PROPOSED, PARTLY, received).when(RECEIPT).refused(
        "receipt-already-recorded"
    )


def test_a_last_day_to_appeal_on_a_saturday_moves_to_monday() -> None:
    saturday = replace(RECEIPT, received_on=date(2025, 9, 20))
    (received,) = given(INVESTIGATION, ADULT_OPENED, NEED, PROPOSED, PARTLY).when(saturday).events()
    assert isinstance(received, events.DecisionReceived)
    assert received.appeal_by == date(2025, 10, 13)


def test_a_full_grant_starts_no_time_to_appeal() -> None:
    (received,) = given(INVESTIGATION, ADULT_OPENED, NEED, PROPOSED, GRANTED).when(RECEIPT).events()
    assert isinstance(received, events.DecisionReceived)
    assert received.appeal_by is None


@pytest.mark.parametrize("day", [date(2025, 9, 10), date(2025, 9, 21)])
def test_a_decision_is_received_between_its_day_and_today(day: date) -> None:
    impossible = replace(RECEIPT, received_on=day)
    given(INVESTIGATION, ADULT_OPENED, REFUSED).when(impossible).refused("received-on-impossible-day")


def test_what_is_not_decided_cannot_be_received() -> None:
    given(INVESTIGATION, ADULT_OPENED).when(RECEIPT).refused("not-decided")


def test_follow_up_runs_from_the_day_the_investigation_closed() -> None:
    late = replace(FOLLOW_UP, at=datetime(2025, 12, 1, 8, tzinfo=UTC))
    words = Personal("person", PERSON, {"words": "Skolan är fortsatt orolig."})
    decided = events.FollowUpDecided(at=late.at, closed_on=date(2025, 9, 11), words=words)
    given(INVESTIGATION, CHILD_OPENED, HEARD, CLOSED).when(late).then(decided)
    given(INVESTIGATION, CHILD_OPENED, HEARD, CLOSED, decided).when(late).refused("already-followed-up")


def test_no_follow_up_is_decided_once_its_six_months_are_over() -> None:
    too_late = replace(FOLLOW_UP, at=datetime(2026, 3, 11, 23, tzinfo=UTC))
    given(INVESTIGATION, CHILD_OPENED, HEARD, CLOSED).when(too_late).refused("follow-up-time-over", "SoL 23:5")


def test_follow_up_comes_after_closing_without_support_only() -> None:
    given(INVESTIGATION, CHILD_OPENED, HEARD).when(FOLLOW_UP).refused("investigation-not-closed")
    with_support = (CHILD_OPENED, HEARD, NEED, PROPOSED, GRANTED, DECLINED)
    given(INVESTIGATION, *with_support).when(FOLLOW_UP).refused("support-was-decided", "SoL 23:1")


def test_follow_up_needs_consent_or_a_special_need() -> None:
    without = replace(FOLLOW_UP, special_need=False)
    closed = (CHILD_OPENED, HEARD, CLOSED)
    given(INVESTIGATION, *closed).when(without).refused("follow-up-needs-consent", "SoL 23:1")
    given(INVESTIGATION, *closed).when(replace(without, guardians_agreeing=2)).events()


def test_a_birth_date_that_does_not_fit_the_case_decides_no_follow_up() -> None:
    slip = replace(FOLLOW_UP, born=FOURTEEN_YEARS)
    given(INVESTIGATION, CHILD_OPENED, HEARD, CLOSED).when(slip).refused("birth-date-does-not-fit")


def test_an_adult_is_not_followed_up() -> None:
    given(INVESTIGATION, ADULT_OPENED, CLOSED).when(FOLLOW_UP).refused("not-a-child", "SoL 3:1")
    adult = replace(FOLLOW_UP, born=ADULT)
    given(INVESTIGATION, ADULT_OPENED, CLOSED).when(adult).refused("not-a-child", "SoL 3:1")
