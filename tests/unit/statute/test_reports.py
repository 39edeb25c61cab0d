"""Reports of concern."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statute.answers import Allowed, Refusal
from statute.reports import (
    ANYONE_SHOULD_REPORT,
    COUNSELLOR_REPORTS,
    MUST_REPORT,
    OFFER_MEETING,
    OMBUDSMAN_REPORTS,
    OPEN_OR_NOT,
    PROTECTION_RECORDED,
    TELL_REPORTER,
    ReportAnswer,
    Reporter,
    ReportingDuty,
    Strength,
    duty_to_report,
    may_close_report,
    may_tell_reporter,
    should_offer_meeting,
)
from statute.rules import Certainty

DAY = date(2026, 3, 2)


@pytest.mark.parametrize("reporter", [Reporter.SCHOOL, Reporter.SOCIAL_SERVICES, Reporter.PRIVATE_PROFESSIONAL])
@pytest.mark.parametrize("day", [date(2025, 7, 1), DAY])
def test_schools_and_those_who_give_direct_support_must_report(reporter: Reporter, day: date) -> None:
    assert duty_to_report(reporter, day) == ReportingDuty(Strength.SHALL, MUST_REPORT.on(day))


def test_the_list_has_22_points_since_the_change_of_2026() -> None:
    assert len(MUST_REPORT.on(DAY).value) == 22
    before = MUST_REPORT.on(date(2025, 12, 31))
    assert before.certainty is Certainty.FROM_MEMORY
    assert before.value < MUST_REPORT.on(date(2026, 1, 1)).value


def test_others_report_by_their_own_paragraphs() -> None:
    assert duty_to_report(Reporter.FAMILY_COUNSELLOR, DAY) == ReportingDuty(
        Strength.SHALL_IF_ABUSE_AT_HOME, COUNSELLOR_REPORTS
    )
    assert duty_to_report(Reporter.CHILDRENS_OMBUDSMAN, DAY) == ReportingDuty(Strength.BY_OWN_ACT, OMBUDSMAN_REPORTS)
    assert duty_to_report(Reporter.ANYONE, DAY) == ReportingDuty(Strength.SHOULD, ANYONE_SHOULD_REPORT)


@pytest.mark.parametrize("answer", ReportAnswer)
def test_a_reporter_with_a_duty_may_be_told_three_things(answer: ReportAnswer) -> None:
    assert may_tell_reporter(Reporter.SCHOOL, answer, DAY) == Allowed((TELL_REPORTER,))


@given(st.text(), st.sampled_from(Reporter))
def test_and_nothing_more(what: str, reporter: Reporter) -> None:
    told = may_tell_reporter(reporter, what, DAY)
    assert isinstance(told, Allowed) is (what in set(ReportAnswer) and reporter is not Reporter.ANYONE)


def test_more_than_the_three_and_a_reporter_without_duty_are_refused_apart() -> None:
    more = may_tell_reporter(Reporter.SCHOOL, "the child is placed", DAY)
    neighbour = may_tell_reporter(Reporter.ANYONE, ReportAnswer.OPENED, DAY)
    assert more == Refusal("more-than-reporter-may-know", TELL_REPORTER)
    assert neighbour == Refusal("reporter-without-duty", TELL_REPORTER)


def test_a_meeting_is_offered_to_reporters_with_a_duty_when_it_suits_the_child() -> None:
    assert should_offer_meeting(Reporter.SCHOOL, suits_child=True, day=DAY) == Allowed((OFFER_MEETING,))
    assert isinstance(should_offer_meeting(Reporter.SCHOOL, suits_child=False, day=DAY), Refusal)
    assert isinstance(should_offer_meeting(Reporter.ANYONE, suits_child=True, day=DAY), Refusal)


def test_no_report_is_closed_before_protection_was_assessed() -> None:
    refused = may_close_report(assessed=False, in_personal_file=True, about_child=True, day=DAY)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.rule) == ("protection-not-assessed", PROTECTION_RECORDED)


def test_for_a_child_the_assessment_stands_in_a_personal_file_for_a_youth_anywhere() -> None:
    child = may_close_report(assessed=True, in_personal_file=False, about_child=True, day=DAY)
    youth = may_close_report(assessed=True, in_personal_file=False, about_child=False, day=DAY)
    filed = may_close_report(assessed=True, in_personal_file=True, about_child=True, day=DAY)
    assert isinstance(child, Refusal)
    assert youth == filed == Allowed((PROTECTION_RECORDED, OPEN_OR_NOT))
