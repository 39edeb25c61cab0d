"""Swedish personal numbers (personnummer) and coordination numbers (samordningsnummer), read as people write them.

A number says when someone was born only roughly, since the day may be a nearby one: age rules use the registered date.
Nothing here repeats the input in an error or in a repr.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class NumberKind(StrEnum):
    """Which of the two series a number belongs to."""

    PERSONAL = "personnummer"  # folkbokföringslagen (1991:481) 18 §
    COORDINATION = "samordningsnummer"  # lag (2022:1697): the day of birth plus 60


class NumberError(StrEnum):
    """Why a number cannot be right; codes for the message catalogues."""

    FORMAT = "number-format"
    DATE = "number-date"
    FUTURE = "number-in-future"
    BIRTH_NUMBER = "number-birth-number"
    CHECK_DIGIT = "number-check-digit"


@dataclass(frozen=True, slots=True)
class PersonalNumber:
    """A valid number: its twelve digits (a coordination number's day still plus 60) and the birth date it gives."""

    digits: str = field(repr=False)
    birth_date: date = field(repr=False)
    kind: NumberKind


_WRITTEN = re.compile(
    r"(?P<century>[0-9]{2})?(?P<year>[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?P<sign>[-+]?)(?P<last>[0-9]{4})"
)


def parse_personal_number(written: str, today: date) -> PersonalNumber | NumberError:
    """Read a number with ten or twelve digits, with or without its sign, spaces around it ignored.

    With ten digits the sign tells the century: '-' until the year the person turns 100, '+' from that year on, counted
    from `today` (Europe/Stockholm). With twelve digits the year itself is written and the sign adds nothing.
    """
    parts = _WRITTEN.fullmatch(written.strip())
    if parts is None:
        return NumberError.FORMAT
    year = _year_of_birth(parts["century"], int(parts["year"]), parts["sign"], today)
    coordination = int(parts["day"]) > 60
    try:
        born = date(year, int(parts["month"]), int(parts["day"]) - (60 if coordination else 0))
    except ValueError:
        return NumberError.DATE
    if born > today:
        return NumberError.FUTURE
    if parts["last"].startswith("000"):
        return NumberError.BIRTH_NUMBER
    ten_digits = parts["year"] + parts["month"] + parts["day"] + parts["last"]
    if not _check_digit_holds(ten_digits):
        return NumberError.CHECK_DIGIT
    kind = NumberKind.COORDINATION if coordination else NumberKind.PERSONAL
    return PersonalNumber(f"{year // 100:02}{ten_digits}", born, kind)


def _year_of_birth(century: str | None, year: int, sign: str, today: date) -> int:
    if century is not None:
        return int(century) * 100 + year
    latest = today.year - (today.year - year) % 100
    return latest - 100 if sign == "+" else latest


def _check_digit_holds(ten_digits: str) -> bool:
    """Luhn's rule (mod 10): every other digit is doubled, beginning with the first, and its digits are added."""
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(ten_digits))
    return sum(product // 10 + product % 10 for product in doubled) % 10 == 0
