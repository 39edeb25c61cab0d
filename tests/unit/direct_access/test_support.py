"""A person's direct support: who may ask, what must be judged before it starts, how it goes and how it ends."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from tests.given import fold, given
from tests.unit.direct_access.a_catalogue import (
    ADULT,
    ASK,
    ASKED,
    CASE,
    DROP_IN,
    FOURTEEN,
    NOW,
    PERSON,
    SEVENTEEN,
    TIME,
    TOLD_BY_PAGE,
    YOUTH_TALKS,
    listed,
)

from chassis.decider import Refused
from chassis.personal import Personal
from contracts import direct_access as published
from contracts.direct_access import LegalBasis
from contracts.vocabulary import AgeBand, EndReason, MeasurePoint
from direct_access.decide.support import (
    BookTime,
    CancelBooking,
    CheckIn,
    CheckSuitability,
    Chosen,
    Command,
    EndSupport,
    HoldMeeting,
    InformOfApplication,
    MoveBooking,
    NoteAbsence,
    NoteReport,
    TakeMeasure,
    TellContact,
    check_waiting,
)
from direct_access.model.catalogue import Undecided
from direct_access.model.measure import INSTRUMENT, Answers
from direct_access.model.support import (
    Arrived,
    BookingCancelled,
    By,
    ContactTold,
    ContactWay,
    DidNotCome,
    Event,
    InformedBy,
    InformedOfApplication,
    MeasureTaken,
    MeetingHeld,
    OwnYesWithdrawn,
    ReportMade,
    SaidBy,
    SuitabilityChecked,
    SupportEnded,
    SupportStarted,
    TimeBooked,
    TimeReleased,
    record_of,
)
from direct_access.store import SUPPORT
from statute.ages import age_on

GROUNDS = Personal("grounds", PERSON, {"grounds": "Går i gymnasiet och vill prata om stress."})
SUITABLE = SuitabilityChecked(suitable=True, grounds=GROUNDS, checked_at=NOW)
UNSUITABLE = replace(SUITABLE, suitable=False)
STARTED = SupportStarted(started_at=NOW)
ENDED = SupportEnded(reason=EndReason.COMPLETED, left_to_do=(), ended_at=NOW)
CHOSEN = Chosen(time=TIME, starts_at=NOW + timedelta(days=2), place="Hamngatan 3")
BOOKED = TimeBooked(time=TIME, starts_at=CHOSEN.starts_at, place=CHOSEN.place, booked_at=NOW)
ANSWERS = Answers(wellbeing=4, relations=5, days=3)
NEWBORN, LONG_AGO = date(2026, 2, 1), datetime(2026, 1, 1, 12, tzinfo=UTC)
WAYS = ("talk-with-us", "apply-assessed", "guardian-consents")


def meeting(at: datetime = NOW, born: date = SEVENTEEN) -> HoldMeeting:
    return HoldMeeting(held_at=at, born=born, at=at)


def measured(point: MeasurePoint) -> MeasureTaken:
    return MeasureTaken(instrument=INSTRUMENT, point=point, score=12, taken_at=NOW)


def test_a_seventeen_year_old_asks_without_a_guardian_and_is_told_of_the_right_to_apply() -> None:
    given(SUPPORT).when(ASK).then(ASKED, TOLD_BY_PAGE)


def test_a_time_can_be_chosen_while_asking() -> None:
    given(SUPPORT).when(replace(ASK, chosen=CHOSEN)).then(ASKED, BOOKED, TOLD_BY_PAGE)


def test_a_fourteen_year_old_is_refused_by_the_paragraph_with_ways_that_begin_with_talking() -> None:
    given(SUPPORT).when(replace(ASK, born=FOURTEEN)).refused("guardian-consent-required", "SoL 21:2", WAYS)


def test_an_eleven_year_old_is_not_sent_to_apply_alone() -> None:
    born = date(2014, 6, 1)
    ways = ("talk-with-us", "guardian-consents")
    given(SUPPORT).when(replace(ASK, born=born)).refused("guardian-consent-required", "SoL 21:2", ways)


def test_the_day_one_turns_fifteen_in_stockholm_is_enough() -> None:
    late_evening = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    asked = given(SUPPORT).when(replace(ASK, born=date(2011, 3, 11), at=late_evening)).events()[0]
    assert getattr(asked, "age_band", None) is AgeBand.FROM_15


def test_an_adult_needs_no_suitability_check() -> None:
    family = listed(replace(YOUTH_TALKS, age_from=None, age_to=None))
    adult = replace(ASKED, suitability_needed=False, age_band=AgeBand.FROM_21)
    given(SUPPORT).when(replace(ASK, born=ADULT, entry=family)).then(adult, TOLD_BY_PAGE)
    given(SUPPORT, adult).when(meeting(born=ADULT)).then(STARTED, MeetingHeld(held_at=NOW))
    given(SUPPORT, adult).when(CheckSuitability(suitable=True, grounds=GROUNDS, at=NOW)).refused(
        "suitability-not-needed"
    )


def test_what_the_board_has_not_decided_is_not_given() -> None:
    given(SUPPORT).when(replace(ASK, entry=Undecided())).refused("support-unknown", "SoL 11:5")


def test_a_support_is_given_only_while_the_board_s_decision_holds() -> None:
    later = listed(replace(YOUTH_TALKS, valid_from=date(2026, 3, 11)))
    given(SUPPORT).when(replace(ASK, entry=later)).refused("support-not-offered-now", "SoL 11:5")
    last_day = listed(replace(YOUTH_TALKS, valid_to=date(2026, 3, 10)))
    given(SUPPORT).when(replace(ASK, entry=last_day)).then(ASKED, TOLD_BY_PAGE)
    over = listed(replace(YOUTH_TALKS, valid_to=date(2026, 3, 9)))
    given(SUPPORT).when(replace(ASK, entry=over)).refused("support-not-offered-now", "SoL 11:5")


def test_a_support_is_given_in_the_districts_that_the_board_named() -> None:
    given(SUPPORT).when(replace(ASK, district="bjorkliden")).refused("support-not-in-district", "SoL 11:5")
    anywhere = listed(replace(YOUTH_TALKS, districts=()))
    given(SUPPORT).when(replace(ASK, district="bjorkliden", entry=anywhere)).then(
        replace(ASKED, district="bjorkliden"), TOLD_BY_PAGE
    )


def test_an_assessed_support_is_applied_for() -> None:
    assessed = listed(replace(YOUTH_TALKS, basis=LegalBasis.ASSESSED))
    given(SUPPORT).when(replace(ASK, entry=assessed)).refused(
        "support-is-applied-for", "SoL 11:5", ("apply-assessed", "talk-with-us")
    )


def test_who_is_older_than_the_support_is_for_is_shown_other_ways() -> None:
    given(SUPPORT).when(replace(ASK, born=ADULT)).refused(
        "outside-the-ages", "SoL 11:5", ("talk-with-us", "apply-assessed")
    )


def test_nobody_gives_a_name_to_a_support_without_identity() -> None:
    given(SUPPORT).when(replace(ASK, entry=listed(DROP_IN))).refused("come-without-name", "SoL 14:5", ("drop-in",))


@for_all(born=st.dates(date(1926, 1, 1), date(2026, 3, 9)))
def test_by_age_alone_it_is_refused_judged_first_or_free(born: date) -> None:
    anyone = replace(ASK, born=born, entry=listed(replace(YOUTH_TALKS, age_from=None, age_to=None)))
    age = age_on(born, date(2026, 3, 10))
    when = given(SUPPORT).when(anyone)
    if age < 15:
        when.refused("guardian-consent-required", "SoL 21:2")
    else:
        asked = when.events()[0]
        assert getattr(asked, "suitability_needed", None) is (age < 18)


def test_a_young_person_s_support_starts_only_when_judged_suitable() -> None:
    first = ("assess-suitability", *WAYS)
    given(SUPPORT, ASKED).when(meeting()).refused("suitability-not-assessed", "SoL 21:2", first)
    given(SUPPORT, ASKED, UNSUITABLE).when(meeting()).refused("not-suitable-without-guardian", "SoL 21:2", WAYS)
    given(SUPPORT, ASKED, SUITABLE).when(meeting()).then(STARTED, MeetingHeld(held_at=NOW))


def test_a_judgement_can_be_made_anew_and_the_last_one_holds() -> None:
    check = CheckSuitability(suitable=False, grounds=GROUNDS, at=NOW)
    given(SUPPORT, ASKED, SUITABLE).when(check).then(UNSUITABLE)
    given(SUPPORT, ASKED, SUITABLE, STARTED, UNSUITABLE).when(meeting()).refused("not-suitable-without-guardian")


def test_a_time_can_be_booked_before_the_judgement_since_one_must_meet_to_judge() -> None:
    told = InformedOfApplication(by=InformedBy.STAFF, informed_at=NOW)
    given(SUPPORT, ASKED).when(BookTime(chosen=CHOSEN, born=SEVENTEEN, informed=True, at=NOW)).then(BOOKED, told)
    given(SUPPORT, ASKED).when(BookTime(chosen=CHOSEN, born=SEVENTEEN, informed=False, at=NOW)).then(BOOKED)


def test_only_the_first_meeting_starts_the_support() -> None:
    later = NOW + timedelta(days=7)
    running = (ASKED, SUITABLE, STARTED, MeetingHeld(held_at=NOW))
    given(SUPPORT, *running).when(meeting(later)).then(MeetingHeld(held_at=later))


def test_a_meeting_to_come_has_not_been_held() -> None:
    tomorrow = HoldMeeting(held_at=NOW + timedelta(days=1), born=SEVENTEEN, at=NOW)
    given(SUPPORT, ASKED, SUITABLE).when(tomorrow).refused("meeting-in-the-future")


def test_a_meeting_written_down_afterwards_is_held_against_the_age_of_its_day() -> None:
    birthday = date(2011, 3, 10)  # Fifteen on the day that it is written down.
    fifteen = (replace(ASKED, suitability_needed=True), SUITABLE)
    yesterday = HoldMeeting(held_at=NOW - timedelta(days=1), born=birthday, at=NOW)
    given(SUPPORT, *fifteen).when(yesterday).refused("guardian-consent-required", "SoL 21:2")
    given(SUPPORT, *fifteen).when(replace(yesterday, held_at=NOW)).then(STARTED, MeetingHeld(held_at=NOW))


@pytest.mark.parametrize(("born", "held_at"), [(SEVENTEEN, datetime(2025, 6, 30, 12, tzinfo=UTC)), (NEWBORN, LONG_AGO)])
def test_a_meeting_before_the_act_or_a_birth_has_not_been_held(born: date, held_at: datetime) -> None:
    early = HoldMeeting(held_at=held_at, born=born, at=NOW)
    given(SUPPORT, ASKED, SUITABLE).when(early).refused("meeting-too-early")


def test_a_measure_keeps_only_the_sum() -> None:
    take = TakeMeasure(point=MeasurePoint.START, answers=ANSWERS, at=NOW)
    given(SUPPORT, ASKED, SUITABLE, STARTED).when(take).then(measured(MeasurePoint.START))


@pytest.mark.parametrize(("point", "allowed"), [(MeasurePoint.START, False), (MeasurePoint.DURING, True)])
def test_start_and_end_are_measured_once_and_the_way_between_as_often_as_one_likes(
    point: MeasurePoint, allowed: bool
) -> None:
    when = given(SUPPORT, ASKED, SUITABLE, STARTED, measured(point)).when(
        TakeMeasure(point=point, answers=ANSWERS, at=NOW)
    )
    if allowed:
        when.then(measured(point))
    else:
        when.refused("measured-already")


@pytest.mark.parametrize("answer", [-1, 11])
def test_an_answer_outside_the_scale_is_no_answer(answer: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 10"):
        Answers(wellbeing=answer, relations=5, days=5)


def test_ending_is_always_possible_and_leaves_what_was_not_said_as_a_task() -> None:
    end = EndSupport(reason=EndReason.COMPLETED, at=NOW)
    untold = given(SUPPORT, ASKED, SUITABLE, STARTED).when(end)
    state = untold.then(replace(ENDED, left_to_do=("inform-of-application",)))
    (row,) = SUPPORT.rows(state)["supports"]
    assert (row["step"], row["to_inform"]) == ("ended", True)
    given(SUPPORT, ASKED, TOLD_BY_PAGE, SUITABLE, STARTED).when(end).then(ENDED)


def test_ending_gives_up_the_times_ahead_and_none_that_was_booked_meanwhile_is_left() -> None:
    end = EndSupport(reason=EndReason.PERSON_CHOSE, freed=frozenset({TIME}), at=NOW)
    ended = replace(ENDED, reason=EndReason.PERSON_CHOSE)
    state = given(SUPPORT, ASKED, TOLD_BY_PAGE, BOOKED).when(end).then(TimeReleased(time=TIME, released_at=NOW), ended)
    assert [row["released"] for row in SUPPORT.rows(state)["bookings"]] == [True]
    unaware = replace(end, freed=frozenset())
    given(SUPPORT, ASKED, TOLD_BY_PAGE, BOOKED).when(unaware).refused("changed-meanwhile", None, ("try-again",))


def test_one_waits_for_a_time_while_one_wants_it_and_has_none() -> None:
    assert check_waiting(given(SUPPORT, ASKED).state, NOW) == record_of(given(SUPPORT, ASKED).state)
    no = OwnYesWithdrawn(by=SaidBy.STAFF, withdrawn_at=NOW)
    for code, *before in (("support-ended", ENDED), ("has-a-time", BOOKED), ("person-does-not-want", no)):
        with pytest.raises(Refused) as refused:
            check_waiting(given(SUPPORT, ASKED, *before).state, NOW)
        assert refused.value.code == code


def test_the_task_is_done_by_telling_also_after_the_end() -> None:
    told = InformedOfApplication(by=InformedBy.STAFF, informed_at=NOW)
    state = given(SUPPORT, ASKED, ENDED).when(InformOfApplication(at=NOW)).then(told)
    (row,) = SUPPORT.rows(state)["supports"]
    assert (row["step"], row["to_inform"]) == ("ended", False)
    given(SUPPORT, ASKED, TOLD_BY_PAGE).when(InformOfApplication(at=NOW)).then()


def test_a_request_can_end_before_it_began() -> None:
    given(SUPPORT, ASKED, TOLD_BY_PAGE).when(EndSupport(reason=EndReason.PERSON_CHOSE, at=NOW)).then(
        replace(ENDED, reason=EndReason.PERSON_CHOSE)
    )


COMMANDS: Sequence[Command] = (
    CheckSuitability(suitable=True, grounds=GROUNDS, at=NOW),
    BookTime(chosen=CHOSEN, born=SEVENTEEN, informed=False, at=NOW),
    meeting(),
    TakeMeasure(point=MeasurePoint.END, answers=ANSWERS, at=NOW),
    EndSupport(reason=EndReason.COMPLETED, at=NOW),
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_nothing_is_done_in_what_has_ended_or_was_never_asked_for(command: Command) -> None:
    given(SUPPORT, ASKED, SUITABLE, STARTED, ENDED).when(command).refused("support-ended")
    given(SUPPORT).when(command).refused("support-not-found")


def test_asking_twice_in_one_case_is_refused() -> None:
    given(SUPPORT, ASKED).when(ASK).refused("already-asked")


def test_measures_wait_for_the_first_meeting() -> None:
    take = TakeMeasure(point=MeasurePoint.START, answers=ANSWERS, at=NOW)
    given(SUPPORT, ASKED).when(take).refused("not-started")


@pytest.mark.parametrize("before", [(), (SUITABLE, STARTED), (ENDED,)])
def test_of_a_report_the_support_says_only_that_it_was_made_and_nobody_else_hears(before: Sequence[Event]) -> None:
    made = ReportMade(made_at=NOW)
    held = fold(SUPPORT, (ASKED, *before), SUPPORT.initial)
    state = given(SUPPORT, ASKED, *before).when(NoteReport(at=NOW)).then(made)
    assert SUPPORT.publish(made, state) is None
    assert SUPPORT.rows(state) == SUPPORT.rows(held)


def test_others_hear_of_each_step_under_the_case_and_never_of_the_person() -> None:
    steps: list[Event] = [ASKED, BOOKED, TOLD_BY_PAGE, SUITABLE, STARTED, MeetingHeld(held_at=NOW)]
    steps += [measured(MeasurePoint.START), ENDED]
    state, heard = SUPPORT.initial, []
    for step in steps:
        state = SUPPORT.evolve(state, step)
        heard.append(SUPPORT.publish(step, state))
    assert [type(event) for event in heard] == [
        published.SupportRequested,
        published.TimeBooked,
        published.InformedOfApplication,
        published.SuitabilityChecked,
        published.SupportStarted,
        published.MeetingHeld,
        published.MeasureTaken,
        published.SupportEnded,
    ]
    told = "".join(event.model_dump_json() for event in heard if event is not None)
    assert str(PERSON) not in told
    assert "Alva" not in told
    assert {event.case_id for event in heard if event is not None} == {ASKED.support_id}


def test_the_list_shows_what_is_left_to_do() -> None:
    def left(*events: Event) -> tuple[object, ...]:
        (row,) = SUPPORT.rows(fold(SUPPORT, events, SUPPORT.initial))["supports"]
        return row["step"], row["to_check"], row["to_book"], row["to_inform"]

    assert left(ASKED) == ("asked", True, True, True)
    assert left(ASKED, BOOKED, TOLD_BY_PAGE) == ("asked", True, False, False)
    assert left(ASKED, BOOKED, TOLD_BY_PAGE, SUITABLE, STARTED) == ("running", False, False, False)


def test_a_refusal_repeats_nothing_that_the_person_wrote() -> None:
    with pytest.raises(Refused) as refusal:
        SUPPORT.decide(replace(ASK, born=FOURTEEN), SUPPORT.initial)
    assert "2011" not in repr(refusal.value) + str(refusal.value.args)
    assert "2011" not in repr(replace(ASK, born=FOURTEEN))


BOOKED = TimeBooked(time=TIME, starts_at=NOW + timedelta(days=2), place="Hamngatan 3", booked_at=NOW)
BEGUN = BOOKED.starts_at + timedelta(minutes=1)


def test_a_booking_is_given_back_or_changed_until_it_begins() -> None:
    cancel = CancelBooking(time=TIME, by=By.PERSON, at=NOW)
    cancelled = BookingCancelled(time=TIME, by=By.PERSON, cancelled_at=NOW)
    state = given(SUPPORT, ASKED, BOOKED).when(cancel).then(cancelled)
    assert SUPPORT.rows(state)["bookings"][0]["released"]
    assert SUPPORT.rows(state)["supports"][0]["to_book"]
    given(SUPPORT, ASKED, BOOKED, cancelled).when(cancel).refused("not-booked")
    given(SUPPORT, ASKED, BOOKED).when(replace(cancel, at=BEGUN)).refused("time-passed")
    chosen = Chosen(time=CASE, starts_at=BEGUN, place="Storgatan 1")
    move = MoveBooking(time=TIME, chosen=chosen, born=SEVENTEEN, by=By.PERSON, at=NOW)
    other = TimeBooked(time=CASE, starts_at=BEGUN, place="Storgatan 1", booked_at=NOW)
    given(SUPPORT, ASKED, BOOKED).when(move).then(cancelled, other)
    given(SUPPORT, ASKED, BOOKED).when(replace(move, at=BEGUN)).refused("time-passed")


def test_that_somebody_came_or_not_is_noted_and_can_be_mended() -> None:
    absent = DidNotCome(time=TIME, noted_at=BEGUN)
    given(SUPPORT, ASKED, BOOKED).when(NoteAbsence(time=TIME, at=NOW)).refused("time-not-begun")
    given(SUPPORT, ASKED, BOOKED).when(NoteAbsence(time=TIME, at=BEGUN)).then(absent)
    came = CheckIn(time=TIME, at=BEGUN)
    state = given(SUPPORT, ASKED, BOOKED, absent).when(came).then(Arrived(time=TIME, arrived_at=BEGUN))
    assert SUPPORT.rows(state)["bookings"][0]["outcome"] == "arrived"
    given(SUPPORT, ASKED).when(came).refused("not-booked")


def test_how_to_reach_the_person_is_told_anew_until_the_support_has_ended() -> None:
    reach = Personal("reach", PERSON, {"contact": "070-174 06 06"})
    tell = TellContact(contact=ContactWay.SMS, reach=reach, by=By.PERSON, own=True, at=NOW)
    told = ContactTold(contact=ContactWay.SMS, reach=reach, by=By.PERSON, own=True, told_at=NOW)
    state = given(SUPPORT, ASKED).when(tell).then(told)
    assert record_of(state).contact is ContactWay.SMS
    given(SUPPORT).when(tell).refused("support-not-found")
    ended = SupportEnded(reason=EndReason.COMPLETED, left_to_do=(), ended_at=NOW)
    given(SUPPORT, ASKED, ended).when(tell).refused("support-ended")
