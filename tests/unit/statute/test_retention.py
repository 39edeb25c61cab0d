"""How long records are kept (SoL 16 kap.)."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from statute.ages import age_on
from statute.retention import (
    CHILD_INVESTIGATION_KEPT,
    COMPILATION_KEPT,
    ERASED_BY_NEXT_YEAR,
    PERSONAL_FILE_KEPT,
    REPORT_NOT_OPENED_KEPT,
    ChildInvestigation,
    Compilation,
    PersonalFile,
    ReportNotOpened,
    Retention,
    retain_until,
)

DAY = date(2026, 3, 16)
BORN = date(2018, 9, 1)


def test_a_personal_file_is_kept_five_years_and_erased_by_the_end_of_the_next() -> None:
    assert retain_until(PersonalFile(last_note=DAY), DAY) == Retention(
        date(2031, 3, 16), date(2032, 12, 31), (PERSONAL_FILE_KEPT, ERASED_BY_NEXT_YEAR)
    )


def test_five_years_from_a_leap_day_end_on_28_february() -> None:
    leap_day = date(2028, 2, 29)
    assert retain_until(PersonalFile(last_note=leap_day), leap_day).until == date(2033, 2, 28)


def test_a_childs_investigation_is_kept_until_the_child_turns_30() -> None:
    kept = retain_until(ChildInvestigation(last_note=DAY, born=BORN), DAY)
    assert kept.until == date(2048, 9, 1)
    assert kept.rules[0] == CHILD_INVESTIGATION_KEPT


def test_the_five_years_win_where_they_end_after_the_30th_birthday() -> None:
    kept = retain_until(ChildInvestigation(last_note=date(2048, 6, 1), born=BORN), date(2048, 6, 1))
    assert kept.until == date(2053, 6, 1)
    assert kept.rules[0] == PERSONAL_FILE_KEPT


def test_before_2026_a_childs_investigation_was_kept_as_any_file() -> None:
    day = date(2025, 12, 31)
    assert retain_until(ChildInvestigation(last_note=day, born=BORN), day).until == date(2030, 12, 31)
    assert retain_until(ChildInvestigation(last_note=day, born=BORN), date(2026, 1, 1)).until == date(2048, 9, 1)


def test_a_report_that_opened_nothing_is_kept_five_years_before_and_after_the_change() -> None:
    report = ReportNotOpened(last_note=date(2025, 11, 3))
    before, after = retain_until(report, date(2025, 12, 31)), retain_until(report, DAY)
    assert before.until == after.until == date(2030, 11, 3)
    assert (before.rules[0], after.rules[0]) == (PERSONAL_FILE_KEPT, REPORT_NOT_OPENED_KEPT)


def test_a_file_waits_for_the_compilation_on_the_same_person() -> None:
    kept = retain_until(PersonalFile(last_note=DAY), DAY, Compilation(circumstances_ceased=date(2027, 1, 10)))
    assert kept.until == date(2032, 1, 10)
    assert kept.rules[0] == COMPILATION_KEPT


@given(
    st.dates(date(1996, 1, 1), date(2026, 1, 1)),
    st.dates(date(2026, 1, 1), date(2060, 12, 31)),
)
def test_a_childs_investigation_is_never_erased_before_30_nor_before_five_years(born: date, last_note: date) -> None:
    kept = retain_until(ChildInvestigation(last_note, born), last_note)
    assert age_on(born, kept.until) >= 30
    assert kept.until >= retain_until(PersonalFile(last_note), last_note).until
    assert kept.until < kept.erased_by
