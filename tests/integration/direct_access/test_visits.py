"""A drop-in where identity is not documented: a code, two measures, and nothing that could tell who it was."""

import re
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from tests.integration.direct_access.clients import BOARD, TRACE, Person

from chassis.commands import Desk
from chassis.database import on_board
from chassis.receipt_code import code_of, read_code
from local_platform.postgres import Database

PAGE = f"/stod/{BOARD}/hamnen"
COME = {"support": "hamnen", "district": "centrum"}
ANSWERED = {"wellbeing": "3", "relations": "4", "days": "5"}
ANSWERS = {"wellbeing": 3, "relations": 4, "days": 5}


async def test_a_visitor_s_way_by_the_pages(citizen: Person, staff: Person) -> None:
    page = await citizen.open(PAGE)
    assert "Du behöver inte säga vem du är" in page.text
    receipt = await citizen.send(PAGE, page, step="send")
    code = re.findall(r"[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}", receipt.text)[0]
    assert read_code(code) == code
    assert "traceresponse" not in receipt.headers
    assert TRACE not in receipt.text
    assert "Spårnummer" not in receipt.text

    for thanks in ("Spara koden och svara en gång till", "både före och efter"):
        asked = await citizen.open("/stod/kvitto")
        questions = await citizen.send("/stod/kvitto", asked, code=code.lower(), step="check")
        assert "Hur mår du?" in questions.text
        answered = await citizen.send("/stod/kvitto", questions, step="send", **ANSWERED)
        assert thanks in answered.text, answered.text
        assert (await citizen.send("/stod/kvitto", questions, step="send", **ANSWERED)).text == answered.text
        assert code not in str(answered.url)
    again = await citizen.send("/stod/kvitto", await citizen.open("/stod/kvitto"), code=code, step="check")
    assert (again.status_code, "Den mätningen är redan gjord." in again.text) == (422, True)
    assert "Droppin Hamnen" in (await staff.open("/personal")).text


async def test_what_is_kept_of_a_visit_cannot_tell_whose_it_was(
    citizen: Person, staff: Person, database: Database
) -> None:
    by_staff = await staff.post("/visits", COME)
    code = by_staff.json()["code"]
    await citizen.post("/visits/measures", {**ANSWERS, "code": code})
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        events = await owner.fetch("select * from events where kind = 'visit'")
        outbox = await owner.fetch("select type || value as text from outbox where type like '%visit%'")
        commands = await owner.fetch(
            "select recorded_at from commands where command_id = any($1)", [row["command_id"] for row in events]
        )
    finally:
        await owner.close()
    assert len(events) >= 2
    assert {(row["actor"], row["traceparent"], row["role"]) for row in events} == {(None, None, "citizen")}
    stockholm = ZoneInfo("Europe/Stockholm")
    clocks = {row["recorded_at"].astimezone(stockholm).time().isoformat() for row in [*events, *commands]}
    assert clocks == {"00:00:00"}, "days, not moments"
    kept = " ".join(row["data"] for row in events) + " ".join(row["text"] for row in outbox)
    assert code not in kept
    assert code.replace("-", "") not in kept
    assert "traceparent" not in kept
    assert "activity_staff" not in kept
    assert not re.search(r"T(?!2[23]:00:00)\d\d:\d\d", kept), "no time of day but the day's beginning"


async def test_a_visit_sent_twice_is_one_visit_with_one_code(citizen: Person, desk: Desk) -> None:
    key = "a-visitor-who-pressed-twice"
    first, second = await citizen.post("/visits", COME, key), await citizen.post("/visits", COME, key)
    assert first.json() == second.json()
    async with on_board(desk.store.pool, BOARD) as connection:
        answers = await connection.fetch("select answer from commands")
    assert first.json()["code"].encode() not in b" ".join(row["answer"] for row in answers)


async def test_by_program_the_measure_needs_a_code_that_holds(citizen: Person) -> None:
    miswritten = await citizen.post("/visits/measures", {**ANSWERS, "code": "BCDFG-HJKMN-PRSTW"})
    assert miswritten.json()["errors"][0]["code"] == "code-miswritten"
    unknown = await citizen.post("/visits/measures", {**ANSWERS, "code": code_of(1)})
    assert (unknown.status_code, unknown.json()["code"]) == (409, "code-unknown")
    assert "trace_id" not in unknown.json()
    assert "traceresponse" not in unknown.headers


@pytest.mark.parametrize("typed", ["", "FEL", "BCDFG-HJKMN-PRSTW", "<script>"])
async def test_a_code_that_does_not_hold_is_said_beside_it(citizen: Person, typed: str) -> None:
    page = await citizen.send("/stod/kvitto", await citizen.open("/stod/kvitto"), code=typed, step="check")
    assert page.status_code == 422
    assert 'id="code-error"' in page.text
    assert "<script>" not in page.text


async def test_a_support_with_names_takes_nobody_without(citizen: Person) -> None:
    answer = await citizen.post("/visits", {**COME, "support": "ungdomssamtal"})
    assert (answer.status_code, answer.json()["rule"]) == (422, "SoL 14:5")
    assert answer.json()["code"] == "identity-is-documented"


async def test_visits_have_no_room_for_a_name(citizen: Person, desk: Desk) -> None:
    answer = await citizen.post("/visits", {**COME, "name": "Alva Testsson", "words": "Jag heter Alva."})
    assert answer.status_code == 201
    async with on_board(desk.store.pool, BOARD) as connection:
        rows = await connection.fetch("select data::text as row from events where kind = 'visit'")
    assert "Alva" not in " ".join(row["row"] for row in rows)
