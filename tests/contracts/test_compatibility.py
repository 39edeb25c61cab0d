"""A change that an old reader or an old payload cannot survive is refused, whatever kind of change it is."""

import subprocess
import sys
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, StringConstraints

from contracts.compatibility import breaks, broken_contracts
from contracts.published import Published, Upcaster
from contracts.schemas import FOLDER, schema_of

TYPE = "stodvag.garden.tree-planted.v1"
EXAMPLE = (
    '{"case_id": "0b5f3c7e-58a4-4f0e-9d2b-6c1a7e94d310", "planted_at": "2026-04-01T08:00:00Z", "kind": "oak",'
    ' "height": 120, "name": "Eken", "place": {"row": 3, "note": "by the wall"}, "labels": ["old"], "giver": "Anna"}'
)


class Kind(StrEnum):
    """Kinds of tree."""

    OAK = "oak"
    ELM = "elm"


class Place(BaseModel):
    """Where it stands."""

    row: int = Field(ge=0, le=9)
    note: str | None = None


class Tree(Published):
    """A tree was planted."""

    type: ClassVar[str] = TYPE
    planted_at: datetime
    kind: Kind
    height: int = Field(ge=0, le=500)
    name: Annotated[str, StringConstraints(max_length=40, pattern="^[A-Z]")]
    place: Place
    labels: tuple[str, ...] = ()
    giver: str | None


def changed(**fields: Any) -> type[Published]:
    """The same event with some fields declared anew, as a type or with a default; None takes a field away."""
    declared: dict[str, Any] = {
        name: (field.annotation, field) for name, field in Tree.model_fields.items() if name not in ("case_id", *fields)
    }
    declared |= {name: each for name, each in fields.items() if each is not None}
    namespace: dict[str, Any] = {"__annotations__": {"type": ClassVar[str]}, "type": TYPE, "__module__": __name__}
    for name, each in declared.items():
        namespace["__annotations__"][name] = each[0] if isinstance(each, tuple) else each
        if isinstance(each, tuple):
            namespace[name] = each[1]
    return type("Tree", (Published,), namespace)


class WiderKind(StrEnum):
    """One more kind of tree."""

    ELM = "elm"
    OAK = "oak"
    ASH = "ash"


class NarrowerKind(StrEnum):
    """One kind of tree less."""

    OAK = "oak"


class SameKind(StrEnum):
    """The same kinds in another order."""

    ELM = "elm"
    OAK = "oak"


class DeeperPlace(BaseModel):
    """Where it stands, with a column that everybody must know."""

    row: int = Field(ge=0, le=9)
    column: int
    note: str | None = None


class ShallowPlace(BaseModel):
    """Where it stands, without words."""

    row: int = Field(ge=0, le=9)


class LongerPlace(BaseModel):
    """Where it stands, in a garden of more rows."""

    row: int = Field(ge=0, le=99)
    note: str | None = None


LONGER = Annotated[str, StringConstraints(max_length=50, pattern="^[A-Z]")]
SMALLER = Annotated[str, StringConstraints(max_length=40, pattern="^[a-z]")]
LIMITED = Annotated[str, StringConstraints(max_length=40, pattern="^[A-Z]")]

BREAKS: dict[str, tuple[dict[str, Any], str]] = {
    "a field is removed": ({"height": None}, "height is gone"),
    "a field is renamed": ({"height": None, "size": (int, 0)}, "height is gone"),
    "a field has another type": ({"height": str}, "height was"),
    "a number may be broken": ({"height": (float, Field(ge=0, le=500))}, "type of height"),
    "a time becomes a text": ({"planted_at": str}, "format of planted_at"),
    "a new field is required": ({"depth": int}, "depth is new and has no default"),
    "a field with a default becomes required": ({"labels": tuple[str, ...]}, "labels has become required"),
    "a default says something else": ({"labels": (tuple[str, ...], ("young",))}, "default of labels"),
    "an enumeration is narrowed": ({"kind": NarrowerKind}, "kind"),
    "an enumeration is widened": ({"kind": WiderKind}, "enum of kind"),
    "an upper limit is lowered": ({"height": (int, Field(ge=0, le=400))}, "maximum of height was 500 and is 400"),
    "an upper limit is raised": ({"height": (int, Field(ge=0, le=600))}, "maximum of height was 500 and is 600"),
    "a lower limit is raised": ({"height": (int, Field(ge=1, le=500))}, "minimum of height"),
    "a limit goes away": ({"height": (int, Field(ge=0))}, "maximum of height was 500 and is absent"),
    "a limit no longer includes its edge": ({"height": (int, Field(gt=0, le=500))}, "exclusiveMinimum of height"),
    "a text may be longer": ({"name": LONGER}, "maxLength of name"),
    "a text has another pattern": ({"name": SMALLER}, "pattern of name"),
    "nothing is allowed where it was not": ({"name": LIMITED | None}, "name"),
    "nothing is no longer allowed": ({"giver": str}, "giver"),
    "a list holds other things": ({"labels": (tuple[int, ...], ())}, "type of labels"),
    "a list becomes one": ({"labels": (str, "")}, "labels"),
    "an inner field is removed": ({"place": ShallowPlace}, "place.note is gone"),
    "an inner field is new and required": ({"place": DeeperPlace}, "place.column is new and has no default"),
    "an inner limit is changed": ({"place": LongerPlace}, "maximum of place.row"),
}  # fmt: skip


@pytest.mark.parametrize("change", BREAKS)
def test_a_break_is_refused(change: str) -> None:
    fields, told = BREAKS[change]
    found = breaks(schema_of(Tree), schema_of(changed(**fields)))
    assert [line for line in found if told in line], found


WELCOME: dict[str, dict[str, Any]] = {
    "nothing is changed": {},
    "a new field has a default": {"depth": (int, 0)},
    "a new field may be absent": {"depth": (int | None, None)},
    "a required field gets a default": {"giver": (str | None, None)},
    "a meaning is put into other words": {"height": (int, Field(ge=0, le=500, description="In centimetres."))},
    "the words of an enumeration stand in another order": {"kind": SameKind},
}


@pytest.mark.parametrize("change", WELCOME)
def test_a_change_that_everybody_survives_is_welcome(change: str) -> None:
    after = changed(**WELCOME[change])
    assert breaks(schema_of(Tree), schema_of(after)) == []
    assert broken_contracts({TYPE: schema_of(Tree)}, {TYPE: EXAMPLE}, {TYPE: after}, {}) == []


def test_an_event_that_was_published_cannot_go_away() -> None:
    assert broken_contracts({TYPE: schema_of(Tree)}, {}, {}, {}) == [
        f"{TYPE}: was published and is gone; keep it readable by an upcaster"
    ]


class Planted(Published):
    """A tree was planted: the second version, whose height is in metres."""

    type: ClassVar[str] = "stodvag.garden.tree-planted.v2"
    metres: float


def test_a_new_version_needs_an_upcaster_that_reads_the_old_example() -> None:
    events: dict[str, type[Published]] = {Planted.type: Planted}

    def found(lift: Upcaster) -> list[str]:
        return broken_contracts({TYPE: schema_of(Tree)}, {TYPE: EXAMPLE}, events, {TYPE: (Planted.type, lift)})

    assert found(lambda old: {"case_id": old["case_id"], "metres": old["height"] / 100}) == []
    assert found(lambda old: {"case_id": old["case_id"]}) == [
        f"{TYPE}: its old example cannot be read: {Planted.type}: cannot read metres"
    ]
    assert found(lambda old: {"metres": old["size"]}) == [f"{TYPE}: its old example cannot be lifted: KeyError"]


def test_an_old_example_must_be_read_where_the_schema_cannot_tell() -> None:
    class Strict(Tree):
        """A tree was planted, and somebody checks more than the schema says."""

        def model_post_init(self, _context: object) -> None:
            if self.case_id != UUID(int=0):
                raise ValueError("no")

    assert broken_contracts({}, {TYPE: EXAMPLE}, {TYPE: Strict}, {}) == [
        f"{TYPE}: its old example cannot be read: {TYPE}: cannot read payload"
    ]


def test_todays_contracts_are_compatible_with_those_of_the_last_commit() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "contracts.compatibility"], cwd=FOLDER, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
