"""Time limits, counted in Swedish days."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statute.answers import Refusal
from statute.clocks import (
    APPEAL_CLOCK,
    FEEDBACK_CLOCK,
    FOLLOW_UP_CLOCK,
    INVESTIGATION_CLOCK,
    LAST_DAY_MOVES,
    LATE_FEEDBACK_CLOCK,
    PRELIMINARY_CLOCK,
    PROTECTION_CLOCK,
    SLOW_CASE_ANSWER_CLOCK,
    SLOW_CASE_CLOCK,
    STOCKHOLM,
    Clock,
    Deadline,
    Ground,
    NoDeadline,
    add_months,
    due,
    extend,
    feedback_due,
    is_day_off,
    preliminary_assessment_due,
    stockholm_day,
)
from statute.rules import NotInForceError, Rule

CLOCKS = [
    PROTECTION_CLOCK,
    PRELIMINARY_CLOCK,
    FEEDBACK_CLOCK,
    LATE_FEEDBACK_CLOCK,
    INVESTIGATION_CLOCK,
    FOLLOW_UP_CLOCK,
    APPEAL_CLOCK,
]
MOMENTS = st.datetimes(datetime(2026, 1, 1, 12), datetime(2045, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def at(*local: int) -> datetime:
    """A moment by the clock on the wall in Stockholm."""
    year, month, day, hour, minute = (*local, 0, 0)[:5]
    return datetime(year, month, day, hour, minute, tzinfo=STOCKHOLM)


def utc(*parts: int) -> datetime:
    """A moment in UTC."""
    year, month, day, hour = parts
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "start", "last_day"),
    [
        (PROTECTION_CLOCK, at(2026, 3, 2, 9), date(2026, 3, 3)),
        (PRELIMINARY_CLOCK, at(2026, 3, 2, 9), date(2026, 3, 16)),
        (PRELIMINARY_CLOCK, at(2026, 12, 20, 9), date(2027, 1, 3)),  # a Sunday: the board's days do not move
        (FEEDBACK_CLOCK, at(2026, 3, 2, 9), date(2026, 3, 9)),
        (LATE_FEEDBACK_CLOCK, at(2026, 3, 2, 9), date(2026, 3, 3)),
        (INVESTIGATION_CLOCK, at(2026, 3, 16, 9), date(2026, 7, 16)),
        (INVESTIGATION_CLOCK, at(2026, 10, 31, 9), date(2027, 2, 28)),
        (INVESTIGATION_CLOCK, at(2027, 10, 31, 9), date(2028, 2, 29)),
        (FOLLOW_UP_CLOCK, at(2026, 8, 31, 9), date(2027, 2, 28)),
        (FOLLOW_UP_CLOCK, at(2026, 3, 16, 9), date(2026, 9, 16)),
        (APPEAL_CLOCK, at(2026, 3, 2, 9), date(2026, 3, 23)),
        (SLOW_CASE_CLOCK, at(2026, 3, 16, 9), date(2026, 9, 16)),
        (SLOW_CASE_ANSWER_CLOCK, at(2026, 3, 2, 9), date(2026, 3, 30)),
    ],
)
def test_worked_examples(clock: Rule[Clock], start: datetime, last_day: date) -> None:
    assert due(clock, start).last_day == last_day


@pytest.mark.parametrize(
    ("received", "last_day"),
    [
        (date(2026, 3, 14), date(2026, 4, 7)),  # Saturday 4 April, Easter Day and Easter Monday in a row
        (date(2026, 3, 13), date(2026, 4, 7)),  # Good Friday
        (date(2026, 4, 10), date(2026, 5, 4)),  # May Day is a Friday
        (date(2026, 5, 29), date(2026, 6, 22)),  # midsummer eve
        (date(2026, 12, 3), date(2026, 12, 28)),  # Christmas Eve to the Sunday after
        (date(2026, 12, 10), date(2027, 1, 4)),  # New Year's Eve, New Year's Day, weekend
        (date(2026, 12, 16), date(2027, 1, 7)),  # Epiphany
        (date(2026, 3, 24), date(2026, 4, 14)),  # an ordinary Tuesday stays
    ],
)
def test_a_citizens_last_day_moves_past_weekends_holidays_and_the_three_eves(received: date, last_day: date) -> None:
    deadline = due(APPEAL_CLOCK, at(received.year, received.month, received.day, 15))
    assert deadline.last_day == last_day
    moved = last_day != received + timedelta(weeks=3)
    assert deadline.moved_by == (LAST_DAY_MOVES if moved else None)


def test_the_last_day_ends_at_midnight_in_stockholm_across_both_changes_of_the_clock() -> None:
    into_summer = due(PRELIMINARY_CLOCK, at(2026, 3, 20, 23, 30))  # the clock changes on 29 March
    assert (into_summer.last_day, into_summer.due_at) == (date(2026, 4, 3), utc(2026, 4, 3, 22))
    into_winter = due(PRELIMINARY_CLOCK, at(2026, 10, 20, 0, 30))  # the clock changes on 25 October
    assert (into_winter.last_day, into_winter.due_at) == (date(2026, 11, 3), utc(2026, 11, 3, 23))
    on_the_day_itself = due(PROTECTION_CLOCK, at(2026, 10, 24, 12))
    assert on_the_day_itself.due_at - utc(2026, 10, 24, 22) == timedelta(hours=25)


def test_an_evening_report_belongs_to_the_swedish_day_whatever_zone_it_is_written_in() -> None:
    new_years_eve_in_utc = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert stockholm_day(new_years_eve_in_utc) == date(2027, 1, 1)
    assert due(PRELIMINARY_CLOCK, new_years_eve_in_utc).last_day == date(2027, 1, 15)
    elsewhere = new_years_eve_in_utc.astimezone(timezone(timedelta(hours=-8)))
    assert due(PRELIMINARY_CLOCK, elsewhere) == due(PRELIMINARY_CLOCK, new_years_eve_in_utc)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        due(PRELIMINARY_CLOCK, datetime(2026, 3, 2, 9))  # noqa: DTZ001


@given(st.sampled_from(CLOCKS), MOMENTS)
def test_every_deadline_warns_before_it_is_due_and_ends_with_its_last_day(clock: Rule[Clock], start: datetime) -> None:
    deadline = due(clock, start)
    assert start <= deadline.warn_at < deadline.due_at
    assert deadline.due_at.tzinfo is UTC
    assert deadline.warn_at.tzinfo is UTC
    end = deadline.due_at.astimezone(STOCKHOLM)
    assert (end.hour, end.minute, end.second, end.microsecond) == (0, 0, 0, 0)
    assert end.date() == deadline.last_day + timedelta(days=1)
    assert stockholm_day(deadline.due_at - timedelta(microseconds=1)) == deadline.last_day > stockholm_day(start)


@given(st.sampled_from(CLOCKS), MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_what_starts_later_is_never_due_earlier(clock: Rule[Clock], start: datetime, later: timedelta) -> None:
    assert due(clock, start).due_at <= due(clock, start + later).due_at


@given(MOMENTS)
def test_a_citizen_never_gets_less_than_three_weeks_nor_a_day_off_as_last_day(received: datetime) -> None:
    deadline = due(APPEAL_CLOCK, received)
    extra = deadline.last_day - stockholm_day(received) - timedelta(weeks=3)
    assert timedelta(0) <= extra <= timedelta(days=5)
    assert not is_day_off(deadline.last_day)
    assert (deadline.moved_by is not None) is (extra > timedelta(0))


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.integers(0, 480))
def test_months_keep_the_day_number_or_stop_at_the_months_end(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_protection_is_warned_of_on_the_same_day_and_late_when_the_next_has_ended() -> None:
    received = at(2026, 3, 2, 21, 15)
    deadline = due(PROTECTION_CLOCK, received)
    assert deadline.warn_at == received
    assert deadline.due_at == at(2026, 3, 4)


def test_follow_up_counts_from_the_end_of_the_investigation_not_from_its_own_decision() -> None:
    investigation_ended, follow_up_decided = at(2026, 3, 16, 14), at(2026, 4, 20, 10)
    deadline = due(FOLLOW_UP_CLOCK, investigation_ended)
    assert deadline.last_day == date(2026, 9, 16)
    assert deadline.due_at < due(FOLLOW_UP_CLOCK, follow_up_decided).due_at


def test_the_preliminary_assessment_has_no_clock_while_an_investigation_runs() -> None:
    received = at(2026, 3, 2, 9)
    assert preliminary_assessment_due(received, investigation_running=True) == NoDeadline(PRELIMINARY_CLOCK)
    running = preliminary_assessment_due(received, investigation_running=False)
    assert isinstance(running, Deadline)
    assert running == due(PRELIMINARY_CLOCK, received)


def test_only_exceptional_reasons_extend_the_preliminary_assessment_and_special_ones_the_investigation() -> None:
    preliminary, investigation = due(PRELIMINARY_CLOCK, at(2026, 3, 2, 9)), due(INVESTIGATION_CLOCK, at(2026, 3, 16, 9))
    longer = extend(preliminary, date(2026, 3, 20), Ground.EXCEPTIONAL)
    assert isinstance(longer, Deadline)
    assert (longer.last_day, longer.due_at, longer.warn_at) == (date(2026, 3, 20), at(2026, 3, 21), at(2026, 3, 17))
    assert isinstance(extend(investigation, date(2026, 8, 31), Ground.SPECIAL), Deadline)
    wrong = Refusal("wrong-ground-for-extension", PRELIMINARY_CLOCK)
    assert extend(preliminary, date(2026, 3, 20), Ground.SPECIAL) == wrong
    assert extend(investigation, date(2026, 8, 31), Ground.EXCEPTIONAL) == Refusal(
        "wrong-ground-for-extension", INVESTIGATION_CLOCK
    )


def test_an_extension_must_be_later_than_the_last_day() -> None:
    preliminary = due(PRELIMINARY_CLOCK, at(2026, 3, 2, 9))
    assert extend(preliminary, preliminary.last_day, Ground.EXCEPTIONAL) == Refusal(
        "extension-not-later", PRELIMINARY_CLOCK
    )


@pytest.mark.parametrize("clock", [PROTECTION_CLOCK, FEEDBACK_CLOCK, FOLLOW_UP_CLOCK, APPEAL_CLOCK])
@pytest.mark.parametrize("ground", Ground)
def test_nothing_else_can_be_extended(clock: Rule[Clock], ground: Ground) -> None:
    deadline = due(clock, at(2026, 3, 2, 9))
    assert extend(deadline, date(2027, 12, 31), ground) == Refusal("cannot-be-extended", clock)


def test_a_reporter_who_asks_within_the_week_is_told_within_the_week_from_the_decision() -> None:
    decided = at(2026, 3, 2, 9)
    for asked in (at(2026, 2, 20), at(2026, 3, 2, 9), at(2026, 3, 9, 23, 59)):
        assert feedback_due(asked, decided) == due(FEEDBACK_CLOCK, decided)


def test_a_reporter_who_asks_later_or_while_an_investigation_runs_is_told_at_once() -> None:
    late = at(2026, 3, 10)
    assert feedback_due(late, at(2026, 3, 2, 9)) == due(LATE_FEEDBACK_CLOCK, late)
    assert feedback_due(late, None) == due(LATE_FEEDBACK_CLOCK, late)


def test_the_week_for_feedback_came_with_the_change_of_2026() -> None:
    with pytest.raises(NotInForceError, match="SoL 19:6"):
        feedback_due(at(2025, 12, 31, 23, 59), at(2025, 12, 30))
    assert feedback_due(at(2026, 1, 1), at(2025, 12, 30)) == due(LATE_FEEDBACK_CLOCK, at(2026, 1, 1))


def test_no_clock_of_the_act_runs_before_the_act() -> None:
    assert due(PRELIMINARY_CLOCK, at(2025, 7, 1)).last_day == date(2025, 7, 15)
    with pytest.raises(NotInForceError, match="2025-06-30"):
        due(PRELIMINARY_CLOCK, at(2025, 6, 30, 23, 59))
