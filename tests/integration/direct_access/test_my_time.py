"""Who has the code from a receipt sees the time, changes it or gives it back; the seat is free in the same moment."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.integration.direct_access.clients import ASK, BOARD, Person, hidden_fields
from tests.integration.direct_access.test_support import offer_time

from chassis.commands import Desk
from chassis.database import on_board

PAGE = "/stod/tid"


async def book(citizen: Person, time_id: str) -> tuple[str, str]:
    """Ask for the support with this time. The code on the receipt, and the case."""
    answer = await citizen.post("/supports", {**ASK, "time_id": time_id})
    assert answer.status_code == 201, answer.text
    return answer.json()["receipt_code"], answer.json()["support_id"]


async def seats_left(desk: Desk, time_id: str) -> int:
    async with on_board(desk.store.pool, BOARD) as connection:
        left: int = await connection.fetchval("select seats_left from times where time_id = $1", UUID(time_id))
    return left


async def test_the_code_leads_to_the_time_which_is_changed_and_given_back(
    citizen: Person, staff: Person, desk: Desk
) -> None:
    first, second = await offer_time(staff), await offer_time(staff)
    code, support_id = await book(citizen, first)
    blank = await citizen.open(PAGE)
    shown = await citizen.send(PAGE, blank, code=code.lower().replace("-", " "))
    assert shown.status_code == 200
    assert "Hamngatan 3" in shown.text
    assert second in shown.text

    unchosen = await citizen.send(PAGE, shown, wish="move")
    assert unchosen.status_code == 422
    assert "Välj en tid." in unchosen.text
    moved = await citizen.send(PAGE, shown, wish="move", time_id=second)
    assert "Din nya tid" in moved.text
    assert (await citizen.send(PAGE, shown, wish="move", time_id=second)).text == moved.text, "a double click"
    assert (await seats_left(desk, first), await seats_left(desk, second)) == (1, 0)

    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=code)
    sure = await citizen.send(PAGE, shown, wish="ask-cancel")
    assert "Ja, avboka" in sure.text
    assert await seats_left(desk, second) == 0, "asked once more before a seat is given away"
    assert "Avboka" in (await citizen.send(PAGE, sure, wish="keep")).text
    gone = await citizen.send(PAGE, sure, wish="cancel")
    assert "Din tid är avbokad" in gone.text
    assert (await citizen.send(PAGE, sure, wish="cancel")).text == gone.text, "a double click"
    assert await seats_left(desk, second) == 1

    none = await citizen.send(PAGE, await citizen.open(PAGE), code=code)
    assert "Du har ingen bokad tid just nu." in none.text
    case = (await staff.open(f"/personal/stod/{support_id}")).text
    assert "Tid avbokad av personen" in case


async def test_a_seat_that_was_lost_while_changing_leaves_the_old_one(
    citizen: Person, staff: Person, desk: Desk
) -> None:
    mine, wanted = await offer_time(staff), await offer_time(staff)
    code, _ = await book(citizen, mine)
    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=code)
    await book(citizen, wanted)
    late = await citizen.send(PAGE, shown, wish="move", time_id=wanted)
    assert late.status_code == 422
    assert "Någon annan hann ta den tiden." in late.text
    assert await seats_left(desk, mine) == 0, "nothing is given back unless the new seat is won"


async def test_the_time_that_one_has_is_not_among_those_to_change_to(citizen: Person, staff: Person) -> None:
    mine, other = await offer_time(staff, seats=2), await offer_time(staff)
    code, _ = await book(citizen, mine)
    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=code)
    choices = re.findall(r'name="time_id" value="([^"]+)"', shown.text)
    assert other in choices
    assert mine not in choices


async def test_a_code_of_nobody_is_said_and_stands_in_no_address(citizen: Person) -> None:
    page = await citizen.send(PAGE, await citizen.open(PAGE), code="BCDFG-HJKMN-PRSTV")
    assert page.status_code == 422
    page = await citizen.send(PAGE, await citizen.open(PAGE), code="")
    assert "Skriv din kod." in page.text
    assert "code=" not in page.text


async def test_only_a_digest_of_the_code_is_stored(citizen: Person, staff: Person, desk: Desk) -> None:
    code, support_id = await book(citizen, await offer_time(staff))
    async with on_board(desk.store.pool, BOARD) as connection:
        rows = await connection.fetch("select e::text as row from events e")
        rows += await connection.fetch("select s::text as row from supports s")
        rows += await connection.fetch("select c::text as row from commands c")
    everything = " ".join(row["row"] for row in rows)
    assert support_id in everything
    assert code not in everything
    assert code.replace("-", "") not in everything


async def test_of_many_who_change_to_the_same_seat_one_gets_it(citizen: Person, staff: Person, desk: Desk) -> None:
    times = [await offer_time(staff) for _ in range(5)]
    codes = [(await book(citizen, time_id))[0] for time_id in times]
    wanted = await offer_time(staff)
    pages = [await citizen.send(PAGE, await citizen.open(PAGE), code=code) for code in codes]
    answers = await asyncio.gather(*(citizen.send(PAGE, page, wish="move", time_id=wanted) for page in pages))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422, 422]
    assert sum([await seats_left(desk, time_id) for time_id in times]) == 1
    assert await seats_left(desk, wanted) == 0


async def test_staff_see_the_day_s_times_check_in_move_and_cancel(citizen: Person, staff: Person, desk: Desk) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    offered = {"support": "ungdomssamtal", "starts_at": soon, "district": "centrum", "place": "Hamngatan 3", "seats": 2}
    today = (await staff.post("/times", offered)).json()["time_id"]
    (_, came), (_, absent) = await book(citizen, today), await book(citizen, today)
    await asyncio.sleep(1.1)  # The time begins.
    page = await staff.open("/personal")
    assert f"/personal/stod/{came}/tider/{today}/kom" in page.text
    for case, what in ((came, "kom"), (absent, "kom-inte")):
        fields = hidden_fields((await staff.open("/personal")).text)
        done = await staff.send(f"/personal/stod/{case}/tider/{today}/{what}", None, **fields)
        assert done.status_code == 303, done.text
    page = await staff.open("/personal")
    assert "Har kommit" in page.text
    assert "Kom inte" in page.text
    assert "Kom inte till sin tid" in (await staff.open(f"/personal/stod/{absent}")).text

    mine, other = await offer_time(staff), await offer_time(staff)
    _, case = await book(citizen, mine)
    at = f"/personal/stod/{case}"
    moved = await staff.send(f"{at}/byt-tid", await staff.open(f"{at}/byt-tid"), booked=mine, time_id=other)
    assert moved.status_code == 303, moved.text
    cancelled = await staff.send(f"{at}/avboka", await staff.open(f"{at}/avboka"), booked=other)
    assert cancelled.status_code == 303, cancelled.text
    assert (await seats_left(desk, mine), await seats_left(desk, other)) == (1, 1)
    assert "Tid avbokad av oss" in (await staff.open(at)).text


async def test_walk_ins_are_counted_with_a_button_and_nothing_tells_who_or_when(staff: Person, desk: Desk) -> None:
    async def press(page: str, **typed: str) -> None:
        form_id = hidden_fields(page)["form_id"]
        for _ in range(2):  # A double click counts once.
            done = await staff.send("/personal/kom-forbi", None, form_id=form_id, support="hamnen", **typed)
            assert done.status_code == 303, done.text

    for typed in ({}, {}, {"mend": "true"}):
        await press((await staff.open("/personal")).text, **typed)
    async with on_board(desk.store.pool, BOARD) as connection:
        assert await connection.fetchval("select walk_ins from walk_ins where support = 'hamnen'") == 1
        rows = await connection.fetch("select actor, traceparent, recorded_at, data from events where kind = 'walk-in'")
    assert len(rows) == 3
    assert {(row["actor"], row["traceparent"]) for row in rows} == {(None, None)}
    assert len({row["recorded_at"] for row in rows}) == 1, "the day and no moment"
