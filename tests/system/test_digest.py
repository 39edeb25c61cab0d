"""The digest that other tests rely on: it is the same for the same journeys, and notices whatever differs."""

import random
import re
from dataclasses import replace
from uuid import uuid4

import pytest
from tests.system.digest import Row, digest, read_digest, read_rows
from tests.system.disturb import play_journeys, settle

from local_platform.platform import Platform
from local_platform.services import SERVICES

pytestmark = pytest.mark.xdist_group("shared-platform")

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
async def rows(running: Platform) -> list[Row]:
    """What the platform holds after the journeys."""
    await play_journeys(running)
    await settle(running)
    return [row for service in SERVICES for row in await read_rows(service, running.databases[service].owner_dsn)]


async def test_the_same_journeys_add_the_same(running: Platform, rows: list[Row]) -> None:
    assert rows
    first = await read_digest(running)
    await play_journeys(running)
    await settle(running)
    second = await read_digest(running)
    await play_journeys(running)
    await settle(running)
    assert await read_digest(running) - second == second - first


def test_other_ids_in_another_order_are_the_same(rows: list[Row]) -> None:
    others: dict[object, str] = {}

    def renamed(value: object) -> object:
        is_id = isinstance(value, str) and _ID.fullmatch(value)
        return others.setdefault(value, str(uuid4())) if is_id else value

    again = [
        replace(row, values={name: renamed(value) for name, value in row.values.items()}) for row in reversed(rows)
    ]
    assert digest(again) == digest(rows)


def test_a_lost_row_or_a_doubled_one_is_noticed_in_every_table(rows: list[Row]) -> None:
    chosen = {row.table: row for row in random.Random(1).sample(rows, len(rows))}  # noqa: S311  # any row of each table
    assert {"followup measures", "assessment events", "intake keys", "followup inbox"} <= chosen.keys()
    whole = digest(rows)
    for row in chosen.values():
        lost = [other for other in rows if other is not row]
        assert digest(lost) != whole, f"lost from {row.table}"
        assert digest([*rows, row]) != whole, f"doubled in {row.table}"


def test_another_value_and_an_id_of_another_case_are_noticed(rows: list[Row]) -> None:
    whole = digest(rows)
    measures = [row for row in rows if row.table == "followup measures"]
    first = measures[0]
    elsewhere = next(row for row in measures if row.values["case_id"] != first.values["case_id"])
    for name, value in (("score", first.values["score"] + 1), ("case_id", elsewhere.values["case_id"])):
        changed = replace(first, values={**first.values, name: value})
        assert digest([changed if row is first else row for row in rows]) != whole, name


def test_two_ids_that_have_changed_places_within_a_case_are_noticed(rows: list[Row]) -> None:
    whole = digest(rows)
    events = [row for row in rows if row.table == "assessment events"]
    second = next(row for row in events if row.values["version"] == 2)
    first = next(
        row for row in events if row.values["case_id"] == second.values["case_id"] and row.values["version"] == 1
    )
    swapped = {
        id(first): replace(first, values={**first.values, "event_id": second.values["event_id"]}),
        id(second): replace(second, values={**second.values, "event_id": first.values["event_id"]}),
    }
    assert digest([swapped.get(id(row), row) for row in rows]) != whole
