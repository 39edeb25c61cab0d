"""Ages are counted from the birth date, day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statute.ages import (
    ADULT,
    LEAP_DAY,
    OWN_VOICE,
    YOUTH,
    age_on,
    birthday,
    earliest_turning,
    has_own_voice,
    is_child,
    is_child_or_youth,
)

BIRTH_DATES = st.dates(date(1925, 1, 1), date(2030, 12, 31))
AGES = st.integers(0, 120)


@given(BIRTH_DATES, AGES)
def test_age_grows_on_the_birthday_and_not_the_day_before(born: date, age: int) -> None:
    assert age_on(born, birthday(born, age)) == age
    if age:
        assert age_on(born, birthday(born, age) - timedelta(days=1)) == age - 1


@given(BIRTH_DATES, st.integers(0, 40_000))
def test_age_never_falls_as_days_pass(born: date, days: int) -> None:
    day = born + timedelta(days=days)
    assert 0 <= age_on(born, day) <= age_on(born, day + timedelta(days=1)) <= age_on(born, day) + 1


@pytest.mark.parametrize(
    ("day", "age"),
    [
        (date(2026, 2, 27), 13),
        (date(2026, 2, 28), 14),  # 2026 has no 29 February
        (date(2028, 2, 28), 15),
        (date(2028, 2, 29), 16),
    ],
)
def test_born_on_the_leap_day_turns_older_on_28_february_in_common_years(day: date, age: int) -> None:
    assert age_on(date(2012, 2, 29), day) == age
    assert LEAP_DAY.value == 28


def test_a_day_before_birth_is_an_error_that_tells_no_date() -> None:
    with pytest.raises(ValueError, match="birth date") as error:
        age_on(date(2020, 5, 17), date(2020, 5, 16))
    assert "2020" not in str(error.value)


def test_the_limits_are_15_for_the_own_voice_18_for_adults_and_21_for_youth() -> None:
    born = date(2011, 7, 15)
    assert (OWN_VOICE.value, ADULT.value, YOUTH.value) == (15, 18, 21)
    assert not has_own_voice(born, date(2026, 7, 14))
    assert has_own_voice(born, date(2026, 7, 15))
    assert is_child(born, date(2029, 7, 14))
    assert not is_child(born, date(2029, 7, 15))
    assert is_child_or_youth(born, date(2032, 7, 14))
    assert not is_child_or_youth(born, date(2032, 7, 15))


@given(born=st.dates(date(1990, 1, 1), date(2025, 12, 31)), after=st.integers(0, 9000), age=st.integers(1, 40))
def test_nobody_turns_an_age_before_the_earliest_day_of_their_group(born: date, after: int, age: int) -> None:
    day = born + timedelta(days=after)
    now = age_on(born, day)
    if now < age:
        assert earliest_turning(age, now, day) <= birthday(born, age)


def test_who_has_a_birthday_on_the_next_day_turns_the_age_on_the_earliest() -> None:
    born, day = date(2012, 3, 2), date(2026, 3, 1)
    assert earliest_turning(15, 13, day) == birthday(born, 15)
    assert earliest_turning(14, 13, day) == birthday(born, 14) == date(2026, 3, 2)
