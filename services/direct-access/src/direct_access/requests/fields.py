"""The kinds of answer that several requests ask for."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from chassis.forms import OneOf, within_reach
from chassis.interpreters import SIGN_LANGUAGE, SPOKEN
from chassis.languages import SWEDISH
from direct_access.model.measure import HIGHEST_ANSWER

Years = Annotated[int, Field(ge=0, le=120)]
Answer = Annotated[int, Field(ge=0, le=HIGHEST_ANSWER)]
Minutes = Annotated[int, Field(ge=5, le=480)]
Seats = Annotated[int, Field(ge=1, le=100)]


def _as_utc(moment: datetime) -> datetime:
    within_reach(moment.date())
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_as_utc)]
"""A moment in somebody's life or plans, with any offset, kept as UTC."""
SpokenLanguage = Annotated[str, OneOf([SWEDISH.code, SIGN_LANGUAGE, *SPOKEN])]
"""The code of a language that a support is given in."""


class Request(BaseModel):
    """What every request has in common: spaces around a text do not matter."""

    model_config = ConfigDict(str_strip_whitespace=True)
