"""How somebody is told of: a number and a birth date as people write them, and the fields that were filled in."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field

from chassis.clock import now
from chassis.figures import in_figures
from chassis.forms import Text, within_reach, wrong
from contracts.vocabulary import AgeBand
from statute.ages import age_on
from statute.clocks import stockholm_day
from statute.personal_number import NumberError, PersonalNumber, parse_personal_number


def _read_number(written: str) -> str:
    number = parse_personal_number(in_figures(written), stockholm_day(now()))
    if isinstance(number, NumberError):
        raise wrong(number.value)
    return number.digits


def _has_been(born: date) -> date:
    if born > stockholm_day(now()):
        raise wrong("not-in-the-past")
    return within_reach(born)


PersonNumber = Annotated[str, Field(max_length=20), AfterValidator(_read_number)]
"""A personal or coordination number as people write it, kept as twelve digits."""

BirthDate = Annotated[date, AfterValidator(_has_been)]
"""A day that has been, or today."""

Contact = Annotated[Text, AfterValidator(in_figures)]
"""How somebody is reached. Its figures are 0–9: whoever is to call has to read them."""


def told(**fields: str | None) -> dict[str, str]:
    """The fields of a sealed part: those that were filled in."""
    return {name: value for name, value in fields.items() if value}


def written_date(day: date | None) -> str | None:
    """A birth date as it is kept among personal data."""
    return None if day is None else day.isoformat()


def age_band(born: date | None, number: str | None, at: datetime) -> AgeBand:
    """The age band on a day, from the birth date where it was told, else from the twelve digits of a number."""
    day = stockholm_day(at)
    if born is None and number is not None:
        read = parse_personal_number(number, day)
        born = read.birth_date if isinstance(read, PersonalNumber) else None
    return AgeBand.of(None if born is None else age_on(born, day))
