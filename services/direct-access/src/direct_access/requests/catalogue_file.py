"""The catalogue as a file: what is exported, and what is checked of a file on its way in. All errors at once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.edge import UNFIT_CHARACTERS
from chassis.messages import field_code, field_limits
from chassis.problems import FieldError
from direct_access.model.catalogue import Listed, Terms
from direct_access.requests.staff import SupportToDecide

FORMAT = 1
"""The version of the file's format. A file of another version is not read."""
MOST_SUPPORTS = 500
_LONGEST_FIELD = 40


class FileRow(SupportToDecide):
    """One support in a file. A field that is not known is an error: what is misspelt would otherwise be lost."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class CatalogueFile(BaseModel):
    """A file as programs send it. Each support is as `POST /catalogue` takes it, and checked by itself: all at once."""

    model_config = ConfigDict(extra="forbid")

    format: int
    supports: list[Any]

    def to_text(self) -> str:
        """The file."""
        return json.dumps(self.model_dump(), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in a file. Row 0 is the file as a whole; the others are counted from 1."""

    row: int
    code: str
    field: str = ""
    values: tuple[tuple[str, Any], ...] = ()

    def in_body(self) -> FieldError:
        """The same for a program, which sent the file as its body and counts from 0."""
        row = ("supports", self.row - 1, *([self.field] if self.field else ())) if self.row else ()
        return FieldError(place=("body", *row), code=self.code, values=dict(self.values))


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as it was read: the rows that can be read, by their number, and all that is wrong with the others."""

    rows: dict[int, FileRow]
    errors: list[RowError]


def write_file(entries: Sequence[Listed]) -> str:
    """A board's decisions as a file, each with its version. The reason is left out, since it is each change's own."""
    rows = [request_of(entry).model_copy(update={"reason": ""}) for entry in entries]
    document = {"format": FORMAT, "supports": [row.model_dump(mode="json") for row in rows]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def request_of(entry: Listed) -> SupportToDecide:
    """What one would send to have just this, and to change it from there."""
    terms = entry.terms
    told = {name: getattr(terms, name) for name in Terms.__dataclass_fields__ if name != "evidence"}
    evidence = terms.evidence
    return SupportToDecide.model_construct(
        support=entry.code,
        version=entry.version,
        **told,
        evidence_status=evidence.status if evidence else None,
        evidence_references=evidence.references if evidence else (),
    )


def read_file(text: str) -> ReadFile:
    """Read a file of this format: each row by itself, so that every error is found at once."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return ReadFile({}, [RowError(0, "file-unreadable")])
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        return ReadFile({}, [RowError(0, "file-of-another-format")])
    supports = document.get("supports")
    if (
        not isinstance(supports, list)
        or not 1 <= len(supports) <= MOST_SUPPORTS
        or document.keys() - {"format", "supports"}
    ):
        return ReadFile({}, [RowError(0, "file-without-supports")])
    rows: dict[int, FileRow] = {}
    errors: list[RowError] = []
    for number, row in enumerate(supports, 1):
        if _is_unfit(row):
            errors.append(RowError(number, "characters"))
            continue
        try:
            rows[number] = FileRow.model_validate_json(json.dumps(row))
        except ValidationError as error:
            errors += [_row_error(number, each) for each in error.errors(include_url=False, include_input=False)]
    return ReadFile(rows, [*errors, *_doubled(rows)])


def _is_unfit(row: object) -> bool:
    """Whether a row has characters that cannot be kept."""
    waiting = [row]
    while waiting:
        match waiting.pop():
            case dict() as inner:
                waiting += [*inner.keys(), *inner.values()]
            case list() as inner:
                waiting += inner
            case str() as text if UNFIT_CHARACTERS.search(text):
                return True
            case _:
                pass
    return False


def _row_error(number: int, error: Any) -> RowError:
    # A field that is not used is named too, to whoever sent the file: how else could it be found there?
    field = str(next(iter(error["loc"]), ""))[:_LONGEST_FIELD]
    return RowError(number, field_code(error["type"]), field, tuple(field_limits(error.get("ctx") or {}).items()))


def _doubled(rows: dict[int, FileRow]) -> list[RowError]:
    """A support that an earlier row has already."""
    seen: set[str] = set()
    doubled = []
    for number, row in rows.items():
        if row.support in seen:
            doubled.append(RowError(number, "support-twice", "support"))
        seen.add(row.support)
    return doubled
