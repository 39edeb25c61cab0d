"""Who cannot start alone is answered the same day; what must be reported reaches intake and leaves no way back."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from tests.integration.direct_access.clients import ASK, BOARD, Person

from chassis.commands import Desk
from chassis.database import on_board
from chassis.timers import Timers
from direct_access.main import SERVICE
from direct_access.translate import command_of_timer
from local_platform.postgres import Database

PAGE = f"/stod/{BOARD}/ungdomssamtal"
TALK = {
    "district": "centrum",
    "contact_way": "sms",
    "contact": "070-174 06 05",
    "safe_contact": "Bara sms.",
    "words": "Kan jag få prata?",
}
CONCERN = {
    "district": "norrhamn",
    "told": "Berättade att hon inte vågar gå hem.",
    "child_name": "Alva Testsson",
    "child_birth_date": "2009-02-01",
    "child_gender": "woman",
}


async def newest(staff: Person) -> dict[str, Any]:
    rows: list[dict[str, Any]] = (await staff.get("/talks")).json()
    return max(rows, key=lambda row: str(row["requested_at"]))


async def test_a_fourteen_year_old_is_never_only_refused(citizen: Person, staff: Person) -> None:
    first = await citizen.open(PAGE)
    young = {"birth_date__day": "1", "birth_date__month": "6", "birth_date__year": "2012", "district": "centrum"}
    young["safe"] = "false"
    led = await citizen.send(PAGE, first, step="check", **young)
    assert (led.status_code, led.headers["location"]) == (303, f"{PAGE}/prata")
    page = await citizen.open(f"{PAGE}/prata")
    order = [page.text.index(word) for word in ("116 111", "Prata med oss ändå</h2>", "/ansok", "SoL 21:2")]
    assert order == sorted(order), "numbers first, then the talk, then the other way, and the paragraph last"

    check = await citizen.send(f"{PAGE}/prata", page, step="check", age="13", **TALK)
    receipt = await citizen.send(f"{PAGE}/prata", check, step="send")
    assert receipt.status_code == 200
    assert "hör av sig i dag" in receipt.text

    row = await newest(staff)
    assert row["late"] is False
    shown = await staff.open(f"/personal/prata/{row['talk_id']}")
    assert "Bara sms." in shown.text
    assert "Kontakta inga vårdnadshavare." in shown.text
    done = await staff.send(f"/personal/prata/{row['talk_id']}", shown, note="Vi ses i morgon på Hamnen.")
    assert done.status_code == 303
    assert row["talk_id"] not in (await staff.get("/talks")).text
    assert "Vi ses i morgon på Hamnen." in (await staff.open(f"/personal/prata/{row['talk_id']}")).text


async def test_a_talk_asks_language_and_how_contact_is_safe_as_every_form_does(citizen: Person, staff: Person) -> None:
    wished = {"contact_times": "Efter klockan 15.", "may_leave_message": "true", "language": "fi", "interpreter": "fi"}
    page = await citizen.open("/prata?sprak=fi")
    assert re.search(r'<option value="fi" selected>Suomi', page.text), (
        "the page's language is what is asked about first"
    )
    check = await citizen.send("/prata", page, step="check", **(TALK | wished))
    await citizen.send("/prata", check, step="send")
    shown = await staff.open(f"/personal/prata/{(await newest(staff))['talk_id']}")
    assert [word in shown.text for word in ("Sms", "Efter klockan 15.", ">Ja<", "finska")] == [True] * 4


async def test_who_gets_in_touch_themself_needs_no_number_and_is_never_written_off_as_late(
    citizen: Person, staff: Person
) -> None:
    silent = {"district": "centrum", "contact_way": "none", "words": "Jag kommer förbi."}
    check = await citizen.send("/prata", await citizen.open("/prata"), step="check", **silent)
    receipt = await citizen.send("/prata", check, step="send")
    assert "Vi hör inte av oss." in receipt.text
    assert "hör av sig i dag" not in receipt.text
    shown = await staff.open(f"/personal/prata/{(await newest(staff))['talk_id']}")
    assert "Hör inte av dig." in shown.text
    wrong = await citizen.send("/prata", check, step="check", district="centrum", contact_way="sms")
    assert wrong.status_code == 422


async def test_by_program_the_same_is_a_refusal_with_its_paragraph_and_its_ways(citizen: Person) -> None:
    problem = (await citizen.post("/supports", {**ASK, "birth_date": "2012-06-01"})).json()
    assert (problem["code"], problem["rule"]) == ("guardian-consent-required", "SoL 21:2")
    assert [way["code"] for way in problem["instead"]] == ["talk-with-us", "apply-assessed", "guardian-consents"]


async def test_a_talk_that_nobody_answered_is_late_when_the_day_has_passed(
    citizen: Person, staff: Person, desk: Desk
) -> None:
    talk_id = (await citizen.post("/talks", TALK)).json()["talk_id"]

    def tomorrow() -> datetime:
        return datetime.now(UTC) + timedelta(days=1, hours=2)

    await Timers(desk.store, SERVICE.deciders, command_of_timer, tomorrow).run_due()
    (row,) = [row for row in (await staff.get("/talks")).json() if row["talk_id"] == talk_id]
    assert row["late"] is True
    assert "För sent" in (await staff.open("/personal")).text
    assert (await staff.post(f"/talks/{talk_id}/answer", {})).status_code == 200
    again = await staff.post(f"/talks/{talk_id}/answer", {})
    assert again.json()["code"] == "talk-answered-already"


async def test_a_concern_goes_to_intake_and_the_support_says_only_that_a_report_was_made(
    citizen: Person, staff: Person, database: Database
) -> None:
    support_id = (await citizen.post("/supports", ASK)).json()["support_id"]
    answer = await staff.post(f"/supports/{support_id}/concern", CONCERN)
    assert (answer.status_code, answer.json()) == (201, {"reported": True})

    raised = [each for each in await concerns(database) if each["origin_case_id"] == support_id]
    assert len(raised) == 1
    assert raised[0]["case_id"] != support_id
    assert raised[0]["child"]["age_band"] == "15-17"
    assert raised[0]["concern"].startswith("s1.")
    history = await events_of(database, support_id)
    assert history[-1]["type"] == "report-made"
    assert set(json.loads(history[-1]["data"])) == {"made_at"}
    assert raised[0]["case_id"] not in " ".join(row["data"] for row in history)
    assert "En anmälan om oro har gjorts" in (await staff.open(f"/personal/stod/{support_id}")).text


async def test_a_concern_by_the_page(citizen: Person, staff: Person, database: Database) -> None:
    support_id = (await citizen.post("/supports", ASK)).json()["support_id"]
    page = f"/personal/stod/{support_id}/oro"
    empty = await staff.send(page, await staff.open(page))
    assert empty.status_code == 422
    sent = await staff.send(page, empty, told=CONCERN["told"], child_number="20001209-9891", district="norrhamn")
    assert sent.status_code == 303, sent.text
    (raised,) = [each for each in await concerns(database) if each["origin_case_id"] == support_id]
    assert raised["child"]["age_band"] == "21-64"


async def test_where_identity_is_not_documented_a_concern_has_no_link(staff: Person, database: Database) -> None:
    visits = await count_visits(database)
    before = len(await concerns(database))
    page = "/personal/oro"
    sent = await staff.send(page, await staff.open(page), support="hamnen", told=CONCERN["told"], district="centrum")
    assert sent.status_code == 303, sent.text
    by_program = await staff.post("/concerns", {**CONCERN, "support": "hamnen"})
    assert by_program.status_code == 201
    raised = (await concerns(database))[before:]
    assert [(each["support"], each["origin_case_id"]) for each in raised] == [("hamnen", None)] * 2
    assert await count_visits(database) == visits, "no visit hears of it"


async def test_the_child_s_name_and_what_was_noticed_stand_sealed(staff: Person, desk: Desk) -> None:
    await staff.post("/concerns", {**CONCERN, "support": "hamnen"})
    async with on_board(desk.store.pool, BOARD) as connection:
        rows = await connection.fetch("select data::text as row from events where kind = 'concern'")
    everything = " ".join(row["row"] for row in rows)
    assert "Alva" not in everything
    assert "vågar" not in everything


async def test_a_concern_names_a_support_that_the_board_gives_and_nothing_else(
    staff: Person, database: Database
) -> None:
    before = len(await concerns(database))
    refused = await staff.post("/concerns", {**CONCERN, "support": "alva-testsson"})
    assert refused.status_code == 422
    assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [("#/support", "no-such-support")]
    page = await staff.send("/personal/oro", await staff.open("/personal/oro"), **CONCERN, support="alva-testsson")
    assert page.status_code == 422
    assert "Det stödet finns inte just nu" in page.text
    assert "Berättade att hon inte vågar gå hem." in page.text
    assert len(await concerns(database)) == before


async def concerns(database: Database) -> list[dict[str, Any]]:
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        rows = await owner.fetch("select value from outbox where type like '%.concern-raised.%' order by position")
    finally:
        await owner.close()
    return [json.loads(row["value"]) for row in rows]


async def events_of(database: Database, stream: str) -> list[asyncpg.Record]:
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        found: list[asyncpg.Record] = await owner.fetch(
            "select type, data::text as data from events where stream_id = $1 order by version", UUID(stream)
        )
    finally:
        await owner.close()
    return found


async def count_visits(database: Database) -> int:
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        return int(await owner.fetchval("select count(*) from events where kind = 'visit'"))
    finally:
        await owner.close()
