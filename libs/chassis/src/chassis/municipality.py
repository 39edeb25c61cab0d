"""The municipality that the platform serves: its boards, their districts, and the numbers to call."""

import tomllib
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.vocabulary import District


class Occasion(StrEnum):
    """When to call a number."""

    DANGER = "danger"
    CHILD = "child"
    VIOLENCE = "violence"


class TelephoneNumber(BaseModel):
    """A telephone number. Each is the board's to check before use."""

    model_config = ConfigDict(frozen=True)

    number: str
    """As people read it."""
    dial: str
    """As a telephone dials it."""


class NumberToCall(TelephoneNumber):
    """Where help answers now."""

    when: Occasion


class DistrictOfBoard(BaseModel):
    """A district (stadsdel)."""

    model_config = ConfigDict(frozen=True)

    code: District
    name: str


class Board(BaseModel):
    """A board (nämnd), which is the controller of its own data (SoLPUF 11 §) and thus the tenant here."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    districts: tuple[DistrictOfBoard, ...]
    places: tuple[str, ...] = ()
    """Where people are met, as the pages tell of it. A time is offered at one of these: the place is kept unsealed."""


class Municipality(BaseModel):
    """A municipality as configured."""

    model_config = ConfigDict(frozen=True)

    name: str
    boards: tuple[Board, ...]
    numbers_to_call: tuple[NumberToCall, ...]
    telephone: TelephoneNumber | None = None
    """Where its own people answer."""
    accessibility_contact: str | None = None
    """The address of e-mail that answers for faults in how the pages can be used (lag 2018:1937, 13 §)."""

    def board_of(self, district: District) -> UUID:
        """The board that serves a district.

        Raises:
            KeyError: no board serves it.
        """
        for board in self.boards:
            if any(each.code == district for each in board.districts):
                return board.id
        raise KeyError(district)


def read_municipality(path: Path) -> Municipality:
    """Read a municipality's file.

    Raises:
        ValueError: the file is unreadable or incomplete; the text says where.
    """
    return Municipality.model_validate(tomllib.loads(path.read_text()))
