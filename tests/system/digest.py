"""What a platform holds, told so that two runs of the same journeys say the same.

A run differs from the next in ids, times, drawn codes and sealed texts. Here times and what was drawn or sealed lose
their value, traces are left out, and an id is told by what is said with it: equal ids stand in the same places of the
same rows. Everything else stands as it is, so a lost event, a doubled measure or a mark left behind shows.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import asyncpg

from local_platform.platform import Platform
from local_platform.services import SERVICES

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VALUELESS = {
    "sealed": re.compile(r"s1\.[A-Za-z0-9_-]+"),
    "bytes": re.compile(r"\\x([0-9a-f]{2})*"),
    "drawn": re.compile(r"[0-9a-f]{64}"),
    "moment": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)"),
    "day": re.compile(r"\d{4}-\d\d-\d\d"),
}
_NAMED = re.compile(r'"[0-9a-f]{12}"')
_TRACE = "traceparent"
"""What comes late goes on in no trace, so whether there is one tells of time and not of what is held."""
_ROUNDS = 3
"""How far an id's surroundings tell of it: itself, its rows, their other ids' rows."""

Digest = Counter[str]
"""Each case as a text of its rows, line by line, with how many cases have the same; rows of no case stand alone."""


@dataclass(frozen=True)
class Row:
    """One row, its values by column; nested ones by path."""

    table: str
    values: Mapping[str, Any]

    def ids(self) -> Iterator[tuple[str, str]]:
        """Every id in the row, with where it stands."""
        return ((path, value) for path, value in self.values.items() if _is_id(value))

    def told(self, names: Mapping[str, str]) -> str:
        """The row as a line, ids by these names."""
        told = {path: names.get(value, "elsewhere") if _is_id(value) else value for path, value in self.values.items()}
        return f"{self.table} {json.dumps(told, ensure_ascii=False, sort_keys=True)}"


async def read_digest(platform: Platform) -> Digest:
    """What the four services hold now: every row of every table, but for the ledger of migrations."""
    rows: list[Row] = []
    for service in SERVICES:
        rows += await read_rows(service, platform.databases[service].owner_dsn)
    return digest(rows, {str(board) for board in platform.settings.boards})


async def read_rows(service: str, owner_dsn: str) -> list[Row]:
    """Every row of a service's database, without numbers that the database has drawn."""
    connection = await asyncpg.connect(owner_dsn)
    try:
        tables = await connection.fetch(
            "select c.relname as name, array_agg(a.attname::text) filter (where a.attidentity <> '') as drawn "
            "from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 "
            "where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> 'migrations' group by 1"
        )
        rows = []
        for table in tables:
            for record in await connection.fetch(f"select row_to_json(t)::text from {table['name']} t"):
                columns = json.loads(record[0])
                if isinstance(payload := columns.get("data"), str):
                    columns["data"] = json.loads(payload)  # the inbox keeps it as it came
                kept = {name: value for name, value in columns.items() if name not in {*(table["drawn"] or ()), _TRACE}}
                rows.append(Row(f"{service} {table['name']}", dict(_flat(kept))))
        return rows
    finally:
        await connection.close()


def digest(rows: Iterable[Row], known_ids: Collection[str] = ()) -> Digest:
    """The digest of rows. `known_ids` are the same in every run and stand as they are."""
    every = list(rows)
    case_of = {
        row.values[name]: row.values["case_id"]
        for row in every
        if row.table.endswith(" events")
        for name in ("stream_id", "event_id", "case_id")
    }
    cases: dict[str, list[Row]] = defaultdict(list)
    for number, row in enumerate(every):
        case = next((case_of[value] for _, value in row.ids() if value in case_of), f"row {number}")
        cases[case].append(row)
    told = Counter[str]()
    for case, own in cases.items():
        here = {value for row in own for _, value in row.ids()}
        names = _name({value for value in here if case_of.get(value, case) == case}, own)
        names |= {value: value for value in known_ids}
        told["\n".join(sorted(row.told(names) for row in own))] += 1
    return told


def require_equal(found: Digest, expected: Digest) -> None:
    """Raise AssertionError unless the two are the same; the text says of which rows there are too many or too few."""
    if found != expected:
        differing = _lines(found)
        differing.subtract(_lines(expected))
        lines = [f"{count:+} {line}" for line, count in sorted(differing.items()) if count]
        raise AssertionError("\n".join(["the digests differ, in rows or in which ids stand together:", *lines]))


def _lines(told: Digest) -> Counter[str]:
    """Every line without the names of ids, which one missing row makes differ in all of its case."""
    return Counter(_NAMED.sub('"id"', line) for case in told.elements() for line in case.splitlines())


def _name(ids: Collection[str], rows: Collection[Row]) -> dict[str, str]:
    """A name for each of these ids, that follows from the rows in which it stands and where."""
    names = dict.fromkeys(ids, "")
    for _ in range(_ROUNDS):
        places: dict[str, list[str]] = {value: [] for value in ids}
        for row in rows:
            told = row.told(names)
            for path, value in row.ids():
                if value in places:
                    places[value].append(f"{path} {told}")
        names = {value: sha256("\n".join(sorted(at)).encode()).hexdigest()[:12] for value, at in places.items()}
    return names


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every single value in nested ones, with its path; what differs from run to run by its kind alone."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{path}[{number}]")
    else:
        yield path, _plain(value)


def _plain(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return next((f"<{kind}>" for kind, pattern in _VALUELESS.items() if pattern.fullmatch(value)), value)


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None
