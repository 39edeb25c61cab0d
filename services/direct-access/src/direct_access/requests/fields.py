"""The kinds of answer that several requests ask for."""

from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from chassis.clock import now
from chassis.forms import wrong
from chassis.receipt_code import read_code
from direct_access.model.measure import HIGHEST_ANSWER
from statute.clocks import stockholm_day
from statute.personal_number import NumberError, parse_personal_number

Years = Annotated[int, Field(ge=0, le=120)]
Answer = Annotated[int, Field(ge=0, le=HIGHEST_ANSWER)]
Minutes = Annotated[int, Field(ge=5, le=480)]
Seats = Annotated[int, Field(ge=1, le=100)]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[a-z]{1,12})?$")]


def _has_been(born: date) -> date:
    if born > stockholm_day(now()) or born.year < 1900:
        raise wrong("not-in-the-past")
    return born


def _read_number(written: str) -> str:
    number = parse_personal_number(written, stockholm_day(now()))
    if isinstance(number, NumberError):
        raise wrong(number.value)
    return number.digits


def _read_receipt_code(typed: str) -> str:
    code = read_code(typed)
    if code is None:
        raise wrong("code-miswritten")
    return code


def _near(day: date) -> date:
    if not 2000 <= day.year < 2100:
        raise wrong("not-a-date")
    return day


def _as_utc(moment: datetime) -> datetime:
    _near(moment.date())
    return moment.astimezone(UTC)


Day = Annotated[date, AfterValidator(_near)]
"""A day that something can have happened on or can be planned for."""
Moment = Annotated[AwareDatetime, AfterValidator(_as_utc)]
"""A moment of such a day, with any offset, kept as UTC."""
BirthDate = Annotated[date, AfterValidator(_has_been)]
PersonNumber = Annotated[str, Field(max_length=20), AfterValidator(_read_number)]
"""A personal or coordination number as people write it, kept as twelve digits."""
ReceiptCode = Annotated[str, Field(max_length=60), AfterValidator(_read_receipt_code)]


class Request(BaseModel):
    """What every request has in common: spaces around a text do not matter."""

    model_config = ConfigDict(str_strip_whitespace=True)


def told(**fields: str | None) -> dict[str, str]:
    """What was told of a person, without what was left out: the fields of a sealed part."""
    return {name: value for name, value in fields.items() if value}
