"""Personal and coordination numbers; every number here is an invented person's test number."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statute.personal_number import NumberError, NumberKind, PersonalNumber, parse_personal_number

TODAY = date(2026, 3, 2)


def parsed(written: str, today: date = TODAY) -> PersonalNumber:
    """The number, which must be valid."""
    number = parse_personal_number(written, today)
    assert isinstance(number, PersonalNumber)
    return number


@pytest.mark.parametrize(
    ("written", "digits", "born"),
    [
        ("19090527-1474", "190905271474", date(1909, 5, 27)),
        ("090527+1474", "190905271474", date(1909, 5, 27)),
        ("19821105-9954", "198211059954", date(1982, 11, 5)),
        ("821105-9954", "198211059954", date(1982, 11, 5)),
        ("8211059954", "198211059954", date(1982, 11, 5)),
        ("198211059954", "198211059954", date(1982, 11, 5)),
        (" 901211-9948\n", "199012119948", date(1990, 12, 11)),
        ("20001209-9891", "200012099891", date(2000, 12, 9)),
        ("640823-3234", "196408233234", date(1964, 8, 23)),
    ],
)
def test_a_personal_number_is_read_in_every_usual_form(written: str, digits: str, born: date) -> None:
    assert parsed(written) == PersonalNumber(digits, born, NumberKind.PERSONAL)


def test_a_coordination_number_has_60_added_to_the_day() -> None:
    number = parsed("19730674-9982")
    assert number == PersonalNumber("197306749982", date(1973, 6, 14), NumberKind.COORDINATION)


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ("20121120-9941", NumberError.CHECK_DIGIT),
        ("20121075-9984", NumberError.CHECK_DIGIT),
        ("19640823-3230", NumberError.CHECK_DIGIT),
        ("150916-0006", NumberError.BIRTH_NUMBER),
        ("19821305-9954", NumberError.DATE),
        ("19820230-9954", NumberError.DATE),
        ("19821100-9954", NumberError.DATE),
        ("19821160-9954", NumberError.DATE),
        ("19821199-9954", NumberError.DATE),
        ("00000105-9954", NumberError.DATE),
        ("20270101-1234", NumberError.FUTURE),
        ("", NumberError.FORMAT),
        ("821105", NumberError.FORMAT),
        ("821105--9954", NumberError.FORMAT),
        ("821105-995", NumberError.FORMAT),
        ("821105-99544", NumberError.FORMAT),
        ("82 11 05-9954", NumberError.FORMAT),
        ("٨٢١١٠٥-٩٩٥٤", NumberError.FORMAT),
        ("821105-9954\u202e", NumberError.FORMAT),
        ("Anna Andersson", NumberError.FORMAT),
    ],
)
def test_a_wrong_number_is_answered_with_a_code_that_a_form_can_use(written: str, error: NumberError) -> None:
    assert parse_personal_number(written, TODAY) is error


def test_the_sign_becomes_a_plus_the_year_the_person_turns_100() -> None:
    assert parsed("090527-1474", date(2009, 5, 27)).birth_date == date(2009, 5, 27)
    assert parsed("090527-1474", date(2008, 12, 31)).birth_date == date(1909, 5, 27)
    assert parsed("090527+1474", date(2009, 1, 1)).birth_date == date(1909, 5, 27)


def test_with_a_minus_a_day_later_this_year_lies_in_the_future() -> None:
    assert parse_personal_number("090527-1474", date(2009, 5, 26)) is NumberError.FUTURE


def test_a_number_shows_itself_in_no_repr() -> None:
    shown = repr(parsed("19821105-9954"))
    assert "9954" not in shown
    assert "1982" not in shown


@given(st.text(max_size=20) | st.from_regex(r"[0-9]{6,8}[-+]?[0-9]{4}", fullmatch=True), st.dates(date(1900, 1, 1)))
def test_whatever_is_written_gets_an_answer_and_never_an_exception(written: str, today: date) -> None:
    number = parse_personal_number(written, today)
    if isinstance(number, PersonalNumber):
        assert number.birth_date <= today
        assert len(number.digits) == 12


@given(st.sampled_from(["198211059954", "190905271474", "197306749982"]), st.integers(2, 11), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(digits: str, place: int, shift: int) -> None:
    wrong = digits[:place] + str((int(digits[place]) + shift) % 10) + digits[place + 1 :]
    assert isinstance(parse_personal_number(wrong, TODAY), NumberError)
