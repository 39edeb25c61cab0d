"""Finding out: who is told, who is asked, how the child is heard, and the four months."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.given import given
from tests.unit.assessment.a_case import (
    ADULT_OPENED,
    CHILD_OPENED,
    CLOSED,
    HEARD,
    NOW,
    OPENED,
    PERSON,
    WORDS,
    open_case,
    stage,
)

from assessment import views
from assessment.decide.inquiry import (
    ExtendTime,
    HearChild,
    InformConcerned,
    PassClock,
    RecordContact,
    StateWhyNotHeard,
    StateWish,
    WarnOfClock,
    WithholdInformation,
)
from assessment.model import events
from assessment.model.events import WhyNotHeard
from assessment.store import INVESTIGATION
from chassis.personal import Personal
from contracts.intake import Matter
from contracts.vocabulary import AgeBand, ContactKind

HEAR = HearChild(at=NOW, qualified=True, words="Jag vill bo hemma.", information="Bilder; hon berättade med egna ord.")
CONTACT = RecordContact(at=NOW, qualified=True, contact=ContactKind.SCHOOL, words="Ofta borta på måndagar.")


def test_a_childs_investigation_is_to_be_complete_in_four_months() -> None:
    assert CHILD_OPENED.child
    assert CHILD_OPENED.last_day == date(2026, 1, 1)
    assert CHILD_OPENED.due_at == datetime(2026, 1, 1, 23, 0, tzinfo=UTC)


def test_no_clock_runs_for_an_adult() -> None:
    assert not ADULT_OPENED.child
    assert ADULT_OPENED.due_at is None
    assert views.timers(stage(ADULT_OPENED)) == {}


@pytest.mark.parametrize(
    ("matter", "band", "child"),
    [
        (Matter.APPLICATION, AgeBand.FROM_15, True),
        (Matter.APPLICATION, AgeBand.FROM_18, False),
        (Matter.APPLICATION, AgeBand.UNKNOWN, False),
        (Matter.REPORT, AgeBand.UNKNOWN, True),
    ],
)
def test_who_is_a_child_follows_from_the_age_band_and_a_report_is_always_about_one(
    matter: Matter, band: AgeBand, child: bool
) -> None:
    (opened,) = given(INVESTIGATION).when(open_case(matter=matter, age_band=band)).events()
    assert isinstance(opened, events.InvestigationOpened)
    assert opened.child is child


def test_a_case_is_opened_once() -> None:
    given(INVESTIGATION, ADULT_OPENED).when(open_case()).refused("already-opened")


def test_nothing_can_be_done_in_a_case_that_does_not_exist() -> None:
    given(INVESTIGATION).when(CONTACT).refused("no-such-case")


def test_work_with_a_child_needs_a_qualified_officer() -> None:
    command = replace(CONTACT, qualified=False)
    given(INVESTIGATION, CHILD_OPENED).when(command).refused("not-qualified", "SoL 25:1", ("hand-over-to-qualified",))


def test_work_with_a_person_of_nineteen_needs_a_qualified_officer_too() -> None:
    (young,) = given(INVESTIGATION).when(open_case(age_band=AgeBand.FROM_18)).events()
    given(INVESTIGATION, young).when(replace(CONTACT, qualified=False)).refused("not-qualified", "SoL 25:1")


def test_any_caseworker_may_work_with_an_adult() -> None:
    words = Personal("person", PERSON, {"words": "Ofta borta på måndagar."})
    contact = events.ContactMade(at=NOW, contact=ContactKind.SCHOOL, words=words)
    given(INVESTIGATION, ADULT_OPENED).when(replace(CONTACT, qualified=False)).then(contact)


def test_a_closed_investigation_takes_no_more_contacts() -> None:
    given(INVESTIGATION, CHILD_OPENED, HEARD, CLOSED).when(CONTACT).refused("investigation-closed")


def test_what_the_child_said_and_understood_is_kept_for_the_child() -> None:
    fields = {"words": "Jag vill bo hemma.", "information": "Bilder; hon berättade med egna ord."}
    heard = events.ChildHeard(at=NOW, words=Personal("person", PERSON, fields))
    given(INVESTIGATION, CHILD_OPENED).when(HEAR).then(heard)


def test_an_adult_is_not_heard_as_a_child() -> None:
    given(INVESTIGATION, ADULT_OPENED).when(HEAR).refused("not-a-child", "SoL 3:1")


def test_who_was_heard_needs_no_reason_why_not() -> None:
    why_not = StateWhyNotHeard(at=NOW, qualified=True, reason=WhyNotHeard.TOO_YOUNG, words="Åtta månader.")
    given(INVESTIGATION, CHILD_OPENED, HEARD).when(why_not).refused("child-was-heard")
    given(INVESTIGATION, CHILD_OPENED).when(why_not).events()


def test_those_concerned_are_told_once() -> None:
    told = events.ConcernedInformed(at=NOW)
    inform = InformConcerned(at=NOW, qualified=True)
    given(INVESTIGATION, CHILD_OPENED).when(inform).then(told)
    given(INVESTIGATION, CHILD_OPENED, told).when(inform).then()


def test_reasons_against_telling_come_before_telling() -> None:
    withhold = WithholdInformation(at=NOW, qualified=True, words="Risk för barnet.")
    told = events.ConcernedInformed(at=NOW)
    given(INVESTIGATION, CHILD_OPENED, told).when(withhold).refused("concerned-already-informed")
    given(INVESTIGATION, CHILD_OPENED).when(withhold).events()


@pytest.mark.parametrize("motivation", [-1, 11])
def test_motivation_goes_from_0_to_10(motivation: int) -> None:
    wish = StateWish(at=NOW, qualified=True, motivation=motivation, words="Lugn.")
    given(INVESTIGATION, ADULT_OPENED).when(wish).refused("motivation-out-of-range")


def test_more_time_is_a_set_time_and_is_counted_anew() -> None:
    extend = ExtendTime(at=NOW, qualified=True, until=date(2026, 2, 1), words="Läkarutlåtande väntas.")
    (extended,) = given(INVESTIGATION, CHILD_OPENED).when(extend).events()
    after = stage(CHILD_OPENED, events.ClockWarned(at=NOW), extended)
    assert after.clock.last_day == date(2026, 2, 1)
    assert not after.clock.warned
    again = replace(extend, until=date(2026, 2, 1))
    given(INVESTIGATION, CHILD_OPENED, extended).when(again).refused("extension-not-later", "SoL 20:3")


def test_an_adults_investigation_has_no_time_to_extend() -> None:
    extend = ExtendTime(at=NOW, qualified=True, until=date(2026, 2, 1), words="–")
    given(INVESTIGATION, ADULT_OPENED).when(extend).refused("no-clock-runs", "SoL 20:3")


def test_the_clock_warns_first_and_then_passes_each_once() -> None:
    timers = views.timers(stage(CHILD_OPENED))
    assert timers[views.WARN] < timers[views.PASS]
    warned = events.ClockWarned(at=timers[views.WARN])
    passed = events.ClockPassed(at=timers[views.PASS])
    given(INVESTIGATION, CHILD_OPENED).when(WarnOfClock(at=warned.at)).then(warned)
    given(INVESTIGATION, CHILD_OPENED, warned).when(WarnOfClock(at=warned.at)).then()
    given(INVESTIGATION, CHILD_OPENED, warned).when(PassClock(at=passed.at)).then(passed)
    given(INVESTIGATION, CHILD_OPENED, passed).when(PassClock(at=passed.at)).then()
    assert views.timers(stage(CHILD_OPENED, warned)) == {views.PASS: passed.at}
    assert views.timers(stage(CHILD_OPENED, warned, passed)) == {}


def test_a_warning_before_its_time_changes_nothing() -> None:
    given(INVESTIGATION, CHILD_OPENED).when(WarnOfClock(at=OPENED + timedelta(days=1))).then()
    given(INVESTIGATION, CHILD_OPENED).when(PassClock(at=OPENED + timedelta(days=1))).then()


def test_a_closed_investigation_has_no_clock() -> None:
    assert views.timers(stage(CHILD_OPENED, HEARD, CLOSED)) == {}
    given(INVESTIGATION, CHILD_OPENED, HEARD, CLOSED).when(PassClock(at=NOW + timedelta(days=400))).then()


def test_what_intake_sealed_is_taken_over_unopened() -> None:
    assert CHILD_OPENED.subject == WORDS
    assert CHILD_OPENED.others == (WORDS,)
