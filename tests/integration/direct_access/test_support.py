"""A 17-year-old's youth counselling from the first form to the end, and what stands in its way when it should."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tests.integration.direct_access.clients import ASK, BOARD, TRACE, Person
from tests.integration.published import published_types

from chassis.commands import Desk
from chassis.database import on_board
from local_platform.postgres import Database

PAGE = f"/stod/{BOARD}/ungdomssamtal"
BORN = {
    "birth_date__day": "1",
    "birth_date__month": "2",
    "birth_date__year": "2009",
    "district": "centrum",
    "safe": "true",
}


async def offer_time(staff: Person, *, seats: int = 1) -> str:
    starts_at = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    offered = {"support": "ungdomssamtal", "starts_at": starts_at, "district": "centrum", "place": "Hamngatan 3"}
    answer = await staff.post("/times", {**offered, "seats": seats})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["time_id"])


async def ask(citizen: Person) -> str:
    answer = await citizen.post("/supports", ASK)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["support_id"])


async def published(database: Database, case: str) -> list[str]:
    return [each.split(".")[2] for each in await published_types(database, UUID(case))]


async def test_a_seventeen_year_old_s_way_by_the_pages(citizen: Person, staff: Person, database: Database) -> None:
    time_id = await offer_time(staff)

    first = await citizen.open(PAGE)
    assert "Du kan också ansöka om stöd" in first.text
    second = await citizen.send(PAGE, first, step="check", **BORN)
    assert time_id in second.text
    typed = {
        "name": "Alva Testsson",
        "contact_way": "phone",
        "contact": "070-174 06 05",
        "words": "Jag sover dåligt.",
        "time_id": time_id,
    }
    check = await citizen.send(PAGE, second, step="check", **typed)
    assert "1 februari 2009" in check.text
    changed = await citizen.send(PAGE, check, step="change")
    assert "Jag sover dåligt." in changed.text
    receipt = await citizen.send(PAGE, check, step="send")
    assert receipt.status_code == 200
    assert "Hamngatan 3" in receipt.text
    assert (await citizen.send(PAGE, check, step="send")).text == receipt.text, "sent twice is sent once"
    assert TRACE in receipt.text
    reference = re.findall(r"[0-9A-F]{4}-[0-9A-F]{4}", receipt.text)[0]

    rows = (await staff.get("/supports")).json()
    (row,) = [row for row in rows if row["support_id"].startswith(reference.replace("-", "").lower())]
    assert (row["step"], row["to_check"], row["to_book"], row["to_inform"]) == ("asked", True, False, False)
    assert "asker" not in row
    case = f"/personal/stod/{row['support_id']}"
    assert "Alva Testsson" in (await staff.open(case)).text

    async def take(step: str, **answers: str) -> None:
        form = await staff.open(f"{case}/{step}")
        assert form.status_code == 200, form.text
        done = await staff.send(f"{case}/{step}", form, **answers)
        assert done.status_code == 303, done.text

    early = await staff.send(f"{case}/mote", await staff.open(f"{case}/mote"), **an_hour_ago())
    assert early.status_code == 409
    assert "bedöma om stödet passar" in early.text
    await take("lamplighet", suitable="true", grounds="Vill prata om stress och förstår vad stödet är.")
    await take("mote", **an_hour_ago())
    await take("matning", point="start", wellbeing="3", relations="4", days="5")
    await take("mote", **an_hour_ago())
    await take("matning", point="end", wellbeing="6", relations="7", days="8")
    await take("avsluta", reason="completed")

    page = (await staff.open(case)).text
    assert "Mätning vid slut: 21 av 30" in page
    assert "Avslutat: som planerat" in page
    assert await published(database, row["support_id"]) == [
        "support-requested",
        "time-booked",
        "informed-of-application",
        "suitability-checked",
        "support-started",
        "meeting-held",
        "measure-taken",
        "meeting-held",
        "measure-taken",
        "support-ended",
    ]


def an_hour_ago() -> dict[str, str]:
    """A meeting's day and clock in Stockholm, safely in the past."""
    held = datetime.now(UTC) - timedelta(days=1)
    return {
        "day__day": str(held.day),
        "day__month": str(held.month),
        "day__year": str(held.year),
        "clock": "9.30",
    }


async def test_the_same_by_programs(citizen: Person, staff: Person) -> None:
    support_id = await ask(citizen)
    at = f"/supports/{support_id}"
    unjudged = await staff.post(f"{at}/meetings", {})
    assert unjudged.status_code == 422
    assert (unjudged.json()["code"], unjudged.json()["rule"]) == ("suitability-not-assessed", "SoL 21:2")
    for path, body in (
        ("/suitability", {"suitable": True, "grounds": "Vill prata om stress."}),
        ("/bookings", {"time_id": await offer_time(staff), "informed_of_application": True}),
        ("/information", {}),
        ("/meetings", {"held_at": "2026-03-10T14:00:00+01:00"}),
        ("/measures", {"point": "start", "wellbeing": 3, "relations": 4, "days": 5}),
        ("/end", {"reason": "completed"}),
    ):
        answer = await staff.post(f"{at}{path}", body)
        assert answer.status_code == 200, (path, answer.text)
    shown = (await staff.get(at)).json()
    assert shown["asker"]["words"] == ASK["words"]
    assert (shown["meetings"], shown["informed_of_application"], shown["suitable"]) == (1, True, True)


async def test_the_same_request_sent_again_has_one_effect_and_another_one_is_refused(citizen: Person) -> None:
    key = "the-same-key-every-time"
    answers = await asyncio.gather(*(citizen.post("/supports", ASK, key) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["support_id"] for answer in answers}) == 1
    other = await citizen.post("/supports", {**ASK, "name": "Någon Annan"}, key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")


async def test_sent_gone_back_changed_and_sent_again_nothing_is_lost_and_nothing_happens_twice(
    citizen: Person, staff: Person
) -> None:
    second = await citizen.send(PAGE, await citizen.open(PAGE), step="check", **BORN)
    typed = {"name": "Beda Testsson", "contact_way": "phone", "contact": "070-174 06 05", "words": "Först."}
    check = await citizen.send(PAGE, second, step="check", **typed)
    assert (await citizen.send(PAGE, check, step="send")).status_code == 200
    before = len((await staff.get("/supports")).json())

    changed = await citizen.send(PAGE, check, step="change")
    again = await citizen.send(PAGE, changed, step="check", **{**typed, **BORN, "words": "Något mer."})
    held = await citizen.send(PAGE, again, step="send")
    assert held.status_code == 409
    assert "Du har redan skickat det här formuläret" in held.text
    assert "Inget är skickat än" not in held.text
    for said in ("Beda Testsson", "070-174 06 05", "Något mer.", "1 februari 2009"):
        assert said in held.text
    assert len((await staff.get("/supports")).json()) == before, "nothing is sent twice by accident"
    mended = await citizen.send(PAGE, held, step="change")
    assert "Något mer." in mended.text

    anew = [await citizen.send(PAGE, held, step="send") for _ in range(2)]
    assert anew[0].status_code == 200
    assert anew[0].text == anew[1].text
    assert len((await staff.get("/supports")).json()) == before + 1, "on purpose it is sent once more"


async def test_a_talk_and_a_visit_that_were_sent_already_with_other_answers_wait_too(citizen: Person) -> None:
    typed = {"contact_way": "phone", "contact": "070-174 06 05", "district": "centrum", "words": "Först."}
    check = await citizen.send("/prata", await citizen.open("/prata"), step="check", **typed)
    assert (await citizen.send("/prata", check, step="send")).status_code == 200
    held = await citizen.send("/prata", check, step="send", words="Något annat.")
    assert held.status_code == 409
    assert "Du har redan skickat det här formuläret" in held.text
    assert "Något annat." in held.text
    assert (await citizen.send("/prata", held, step="send")).status_code == 200

    hamnen = f"/stod/{BOARD}/hamnen"
    form = await citizen.open(hamnen)
    assert "Spara din kod" in (await citizen.send(hamnen, form, step="send")).text
    waits = await citizen.send(hamnen, form, step="send", unknown="x")
    assert waits.status_code == 409
    assert "Spara din kod" in (await citizen.send(hamnen, waits, step="send")).text


async def test_staff_who_send_a_changed_form_again_lose_nothing_either(citizen: Person, staff: Person) -> None:
    step = f"/personal/stod/{await ask(citizen)}/lamplighet"
    form = await staff.open(step)
    judged = {"suitable": "true", "grounds": "Förstår vad stödet är."}
    assert (await staff.send(step, form, **judged)).status_code == 303
    held = await staff.send(step, form, **{**judged, "grounds": "Förstår, men vill tänka på saken."})
    assert held.status_code == 409
    assert "Du har redan skickat det här formuläret" in held.text
    assert "Förstår, men vill tänka på saken." in held.text
    assert (await staff.send(step, held, **judged)).status_code == 303


async def test_the_last_seat_goes_to_exactly_one(citizen: Person, staff: Person, desk: Desk) -> None:
    time_id = await offer_time(staff, seats=3)
    answers = await asyncio.gather(*(citizen.post("/supports", {**ASK, "time_id": time_id}) for _ in range(8)))
    outcomes = [answer.json().get("code", "booked") for answer in answers]
    assert sorted(outcomes) == ["booked"] * 3 + ["time-full"] * 5
    async with on_board(desk.store.pool, BOARD) as connection:
        booked = await connection.fetchval("select count(*) from bookings where time_id = $1", UUID(time_id))
        left = await connection.fetchval("select seats_left from times where time_id = $1", UUID(time_id))
    assert (booked, left) == (3, 0), "who got no seat has no case either"


async def test_a_time_that_was_just_taken_is_said_and_nothing_typed_is_lost(citizen: Person, staff: Person) -> None:
    time_id = await offer_time(staff)
    first = await citizen.open(PAGE)
    second = await citizen.send(PAGE, first, step="check", **BORN)
    check = await citizen.send(
        PAGE, second, step="check", name="Alva Testsson", contact_way="phone", contact="070-174 06 05", time_id=time_id
    )
    assert (await citizen.post("/supports", {**ASK, "time_id": time_id})).status_code == 201
    sent = await citizen.send(PAGE, check, step="send")
    assert sent.status_code == 422
    assert "Någon annan hann ta den tiden." in sent.text
    assert 'value="Alva Testsson"' in sent.text


async def test_all_that_is_missing_is_said_at_once_in_the_page_s_order(citizen: Person) -> None:
    page = f"/stod/{BOARD}/foraldraradgivning"
    child = {**BORN, "birth_date__year": "2020", "asked_by": "guardian"}
    begun = await citizen.send(page, await citizen.open(page), step="check", **child)
    wrong = await citizen.send(page, begun, step="check", name="", contact_way="sms")
    assert re.findall(r'<a class="ds-link" href="#(\w+)"', wrong.text) == ["helper_name", "name", "agrees", "contact"]


async def test_an_empty_form_says_all_that_may_be_needed_at_once(citizen: Person) -> None:
    empty = await citizen.send("/prata", await citizen.open("/prata"), step="check")
    assert re.findall(r'<a class="ds-link" href="#(\w+)"', empty.text) == ["contact_way", "contact", "district"]
    self = await citizen.send("/prata", empty, step="check", contact_way="none", district="centrum")
    assert self.status_code == 200, "who gets in touch by themselves need not say how they are reached"


@pytest.mark.parametrize(
    ("change", "code", "rule", "first"),
    [
        ({"birth_date": "2012-06-01"}, "guardian-consent-required", "SoL 21:2", "talk-with-us"),
        ({"support": "hamnen"}, "come-without-name", "SoL 14:5", "drop-in"),
        ({"support": "familjebehandling"}, "support-is-applied-for", "SoL 11:5", "apply-assessed"),
        ({"support": "ingenting"}, "support-unknown", "SoL 11:5", "talk-with-us"),
        ({"birth_date": "1980-01-01"}, "outside-the-ages", "SoL 11:5", "talk-with-us"),
    ],
)
async def test_a_refusal_names_its_paragraph_and_what_to_do_instead(
    citizen: Person, change: dict[str, str], code: str, rule: str, first: str
) -> None:
    answer = await citizen.post("/supports", {**ASK, **change})
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["rule"]) == (422, code, rule)
    assert problem["instead"][0]["code"] == first
    assert "Alva" not in answer.text


async def test_one_board_s_staff_see_nothing_of_another_s(citizen: Person, staff: Person, other_staff: Person) -> None:
    support_id = await ask(citizen)
    assert (await staff.get(f"/supports/{support_id}")).status_code == 200
    assert (await other_staff.get(f"/supports/{support_id}")).json()["code"] == "support-not-found"
    assert (await other_staff.open(f"/personal/stod/{support_id}")).status_code == 404
    assert support_id not in (await other_staff.get("/supports")).text
    ended = await other_staff.post(f"/supports/{support_id}/end", {"reason": "completed"})
    assert ended.json()["code"] == "support-not-found"


@pytest.mark.parametrize("path", ["/supports", "/talks", "/supports/33333333-3333-4333-8333-333333333333"])
async def test_staff_s_routes_ask_for_a_token_of_the_right_role(citizen: Person, editor: Person, path: str) -> None:
    assert (await citizen.get(path)).status_code == 401
    assert (await editor.get(path)).status_code == 403


@pytest.mark.parametrize("path", ["", "/tider", "/registrera", "/oro", "/prata/{id}", "/stod/{id}", "/stod/{id}/svar"])
async def test_staff_s_pages_open_for_the_right_role_alone(citizen: Person, editor: Person, path: str) -> None:
    address = f"/personal{path.format(id=UUID(int=3))}"
    assert (await citizen.open(address)).status_code == 401
    assert (await editor.open(address)).status_code == 403
    assert (await editor.send(address)).status_code in {403, 405}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"birth_date": "2999-01-01"}, "birth_date"),
        ({"birth_date": "igår"}, "birth_date"),
        ({"district": "atlantis"}, "district"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"contact": None}, "contact"),
        ({"gender": "prefer-not"}, "gender"),
        ({"time_id": "imorgon"}, "time_id"),
        ({"words": "\u0000"}, "words"),
    ],
)
async def test_bad_input_is_told_by_field_and_never_repeated(
    citizen: Person, change: dict[str, object], field: str
) -> None:
    answer = await citizen.post("/supports", {**ASK, **change})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"#/{field}"]
    assert "Alva" not in answer.text


async def test_right_to_left_text_is_kept_as_it_was_written(citizen: Person, staff: Person) -> None:
    words = "أريد أن أتحدث \u202bمع شخص ما\u202c"
    answer = await citizen.post("/supports", {**ASK, "words": words, "language": "ar"})
    shown = (await staff.get(f"/supports/{answer.json()['support_id']}")).json()
    assert shown["asker"]["words"] == words


async def test_names_stand_sealed_in_the_tables(citizen: Person, desk: Desk) -> None:
    case = UUID(await ask(citizen))
    async with on_board(desk.store.pool, BOARD) as connection:
        views = await connection.fetch("select s::text as row from supports s")
        events = await connection.fetch("select stream_id, data::text as row, traceparent from events")
    traces = [event["traceparent"] for event in events if event["stream_id"] == case]
    assert all(TRACE in trace for trace in traces), "a case can be followed; a visit cannot"
    everything = " ".join(row["row"] for row in [*views, *events])
    assert "s1." in everything
    for word in ("Alva", "070-174", "sover", "2009-02-01", "klockan 15"):
        assert word not in everything


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/meetings", {"held_at": "0001-01-01T00:00:00+14:00"}, "held_at"),
        ("/meetings", {"held_at": "9999-12-31T23:59:59-14:00"}, "held_at"),
        ("/meetings", {"held_at": "2026-03-10T14:00:00"}, "held_at"),
        ("/measures", {"point": "start", "wellbeing": 11, "relations": 4, "days": 5}, "wellbeing"),
        ("/measures", {"point": "start", "wellbeing": 10**30, "relations": 4, "days": 5}, "wellbeing"),
        ("/suitability", {"suitable": "kanske", "grounds": "x"}, "suitable"),
        ("/end", {"reason": "bored"}, "reason"),
        ("/concern", {"district": "centrum", "told": "x", "child_number": "20121120-9941"}, "child_number"),
    ],
)
async def test_bad_input_of_staff_is_told_by_field(
    citizen: Person, staff: Person, path: str, body: dict[str, object], field: str
) -> None:
    answer = await staff.post(f"/supports/{await ask(citizen)}{path}", body)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"#/{field}"]


@pytest.mark.parametrize(
    "wrong", [{"day__year": "1"}, {"day__year": "9999"}, {"minutes": "99999"}, {"seats": "0"}, {"clock": "25:00"}]
)
async def test_a_time_that_cannot_be_is_said_beside_the_field(staff: Person, wrong: dict[str, str]) -> None:
    typed = {"support": "ungdomssamtal", "day__day": "1", "day__month": "2", "day__year": "2090", "clock": "9.30"}
    typed |= {"minutes": "45", "seats": "1", "district": "centrum", "place": "Hamngatan 3"}
    page = await staff.send("/personal/tider", await staff.open("/personal/tider"), **{**typed, **wrong})
    assert page.status_code == 422
    assert '<option value="Hamngatan 3" selected>' in page.text
    right = await staff.send("/personal/tider", await staff.open("/personal/tider"), **typed)
    assert right.status_code == 303
