"""A report of concern, from the first word to the decision whether to open an investigation."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given as each
from hypothesis import strategies as st
from tests.given import given

from chassis.personal import Personal
from contracts.vocabulary import AgeBand, Gender
from intake.decide.clocks import timers
from intake.decide.report import (
    AssessProtection,
    DecideOpening,
    ExtendTime,
    ReceiveReport,
    RingClock,
    TellReporter,
)
from intake.model.report import (
    Clock,
    ClockRang,
    Event,
    InvestigationAskedFor,
    OpeningDecided,
    ProtectionAssessed,
    ReporterTold,
    ReportReceived,
    TimeExtended,
)
from intake.translate import REPORTS
from intake.views.report import rows, steps
from statute.reports import ReportAnswer, Reporter

BOARD, CASE, CHILD = UUID(int=1), UUID(int=2), UUID(int=3)
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOLD = Personal("told", CHILD, {"told": "Kommer hungrig till skolan."})
REASONS = Personal("reasons", CHILD, {"reasons": "Uppgifterna behöver utredas."})


def received(*, reporter: Reporter = Reporter.SCHOOL, wants_to_know: bool = True) -> ReportReceived:
    return ReportReceived(
        board=BOARD,
        case=CASE,
        received_at=MONDAY,
        reporter=reporter,
        wants_to_know=wants_to_know,
        child_id=CHILD,
        child=None,
        told=TOLD,
        age_band=AgeBand.UNDER_12,
        gender=Gender.UNKNOWN,
        district="centrum",
    )


ASSESSED = ProtectionAssessed(
    assessed_at=MONDAY, immediate_protection=False, assessment=Personal("assessment", CHILD, {"assessment": "Nej."})
)


def opening(*, at: datetime = MONDAY, opens: bool = True, qualified: bool = True) -> DecideOpening:
    return DecideOpening(at=at, qualified=qualified, open=opens, reasons=REASONS)


def decided(*, at: datetime = MONDAY, opened: bool = True, within_time: bool = True) -> OpeningDecided:
    return OpeningDecided(decided_at=at, opened=opened, within_time=within_time, reasons=REASONS)


def test_a_report_is_taken_in_whoever_it_comes_from() -> None:
    command = ReceiveReport(
        at=MONDAY,
        board=BOARD,
        case=CASE,
        reporter=Reporter.ANYONE,
        wants_to_know=False,
        child_id=CHILD,
        child=None,
        told=TOLD,
        age_band=AgeBand.UNDER_12,
        gender=Gender.UNKNOWN,
        district="centrum",
    )
    given(REPORTS).when(command).then(received(reporter=Reporter.ANYONE, wants_to_know=False))


def test_protection_is_assessed_by_somebody_qualified_only() -> None:
    command = AssessProtection(at=MONDAY, qualified=False, immediate_protection=False, assessment=REASONS)
    given(REPORTS, received()).when(command).refused("not-qualified", "SoL 25:1")


def test_opening_an_investigation_asks_for_it_at_once() -> None:
    given(REPORTS, received(), ASSESSED).when(opening()).then(decided(), InvestigationAskedFor(asked_at=MONDAY))


def test_opening_is_not_held_up_by_an_assessment_not_yet_written_down() -> None:
    given(REPORTS, received()).when(opening()).then(decided(), InvestigationAskedFor(asked_at=MONDAY))


def test_a_report_is_not_closed_without_an_assessment_of_protection() -> None:
    given(REPORTS, received()).when(opening(opens=False)).refused("protection-not-assessed", "SoL 20:1")


def test_the_last_moment_of_the_fourteenth_day_is_within_time() -> None:
    last = datetime(2026, 3, 16, 22, 59, tzinfo=UTC)
    given(REPORTS, received(), ASSESSED).when(opening(at=last)).then(
        decided(at=last), InvestigationAskedFor(asked_at=last)
    )


def test_a_late_decision_is_made_all_the_same_and_told_as_late() -> None:
    late = datetime(2026, 3, 16, 23, 0, tzinfo=UTC)
    given(REPORTS, received(), ASSESSED).when(opening(at=late)).then(
        decided(at=late, within_time=False), InvestigationAskedFor(asked_at=late)
    )


def test_exceptional_reasons_give_more_time() -> None:
    extended = TimeExtended(extended_at=MONDAY, until=date(2026, 3, 20), reasons=REASONS)
    later = datetime(2026, 3, 19, 12, 0, tzinfo=UTC)
    command = ExtendTime(at=MONDAY, qualified=True, until=date(2026, 3, 20), reasons=REASONS)
    given(REPORTS, received(), ASSESSED).when(command).then(extended)
    given(REPORTS, received(), ASSESSED, extended).when(opening(at=later)).then(
        decided(at=later), InvestigationAskedFor(asked_at=later)
    )


def test_more_time_that_is_no_more_time_is_refused() -> None:
    command = ExtendTime(at=MONDAY, qualified=True, until=date(2026, 3, 16), reasons=REASONS)
    given(REPORTS, received()).when(command).refused("extension-not-later", "SoL 20:2")


def test_the_reporter_is_told_once_and_only_what_was_decided() -> None:
    told = TellReporter(at=MONDAY, answer=ReportAnswer.OPENED)
    asked_for = InvestigationAskedFor(asked_at=MONDAY)
    given(REPORTS, received(), ASSESSED, decided(), asked_for).when(told).then(
        ReporterTold(told_at=MONDAY, answer=ReportAnswer.OPENED)
    )
    given(REPORTS, received(), ASSESSED, decided(opened=False)).when(told).refused("not-what-was-decided")
    given(REPORTS, received(), ASSESSED).when(told).refused("not-decided-yet")


def test_a_private_person_is_told_nothing() -> None:
    report = received(reporter=Reporter.ANYONE)
    told = TellReporter(at=MONDAY, answer=ReportAnswer.OPENED)
    given(REPORTS, report, ASSESSED, decided()).when(told).refused("reporter-without-duty", "SoL 19:6")


def test_clocks_run_until_what_they_wait_for_is_done() -> None:
    new = given(REPORTS, received()).state
    assert set(timers(new)) == {"protection-near", "protection-late", "preliminary-near", "preliminary-late"}
    assessed = given(REPORTS, received(), ASSESSED).state
    assert set(timers(assessed)) == {"preliminary-near", "preliminary-late"}
    done = given(REPORTS, received(), ASSESSED, decided(), InvestigationAskedFor(asked_at=MONDAY)).state
    assert set(timers(done)) == {"feedback-near", "feedback-late"}


def test_a_clock_rings_once() -> None:
    ring = RingClock(at=MONDAY + timedelta(days=2), clock=Clock.PROTECTION, late=True)
    rang = ClockRang(rang_at=MONDAY + timedelta(days=2), clock=Clock.PROTECTION, late=True)
    after = given(REPORTS, received()).when(ring).then(rang)
    assert "protection-late" not in timers(after)
    given(REPORTS, received(), rang).when(ring).then()


def test_a_clock_that_no_longer_runs_changes_nothing() -> None:
    ring = RingClock(at=MONDAY, clock=Clock.PROTECTION, late=False)
    given(REPORTS, received(), ASSESSED).when(ring).then()


@pytest.mark.parametrize("second", [opening(), opening(opens=False)])
def test_a_report_is_decided_once(second: DecideOpening) -> None:
    given(REPORTS, received(), ASSESSED, decided()).when(second).refused("report-already-decided")


@each(minutes=st.integers(min_value=0, max_value=60 * 24 * 40))
def test_within_time_means_before_the_fifteenth_day_in_stockholm(minutes: int) -> None:
    at = MONDAY + timedelta(minutes=minutes)
    (event, _) = given(REPORTS, received(), ASSESSED).when(opening(at=at)).events()
    assert isinstance(event, OpeningDecided)
    assert event.within_time == (at < datetime(2026, 3, 16, 23, 0, tzinfo=UTC))


def row(*events: Event) -> Mapping[str, object]:
    """The report's row on the work list after these events."""
    (found,) = rows(given(REPORTS, received(), *events).state)["work_list"]
    return found


def test_the_work_list_shows_the_clock_that_runs_out_first_and_whether_that_one_is_late() -> None:
    late = ClockRang(rang_at=MONDAY, clock=Clock.PROTECTION, late=True)
    assert (row(late)["due_clock"], row(late)["late"]) == (Clock.PROTECTION, True)
    assert (row(late, ASSESSED)["due_clock"], row(late, ASSESSED)["late"]) == (Clock.PRELIMINARY, False)


def test_a_report_leaves_the_work_list_when_nothing_waits() -> None:
    answered = ReporterTold(told_at=MONDAY, answer=ReportAnswer.OPENED)
    assert row(ASSESSED, decided())["step"] == "tell-reporter"
    assert (row(ASSESSED, decided(), answered)["step"], row(ASSESSED, decided(), answered)["open"]) == ("done", False)
    assert row(decided())["open"], "an opened report still waits for its assessment of protection"


def test_a_step_is_offered_only_where_it_can_be_taken() -> None:
    assert steps(given(REPORTS, received()).state)[0] == "protection-assessment"
    assert steps(given(REPORTS, received(), ASSESSED).state) == ("preliminary-assessment", "extension")
    assert steps(given(REPORTS, received(), ASSESSED, decided()).state) == ("reporter-information",)
    private = received(reporter=Reporter.ANYONE)
    assert steps(given(REPORTS, private, ASSESSED, decided()).state) == ()
