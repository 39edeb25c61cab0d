"""The last seat and the queue behind it, over HTTP and on a real database."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.integration.direct_access.clients import ASK, BOARD, Person, list_support
from tests.integration.opened import SOUTH

from chassis import event_store
from chassis.commands import Desk
from chassis.database import on_board
from direct_access import store
from direct_access.decide.queue import OFFER_STANDS
from direct_access.model import queue
from direct_access.model.queue import PlaceTaken, Queue, queue_id
from direct_access.model.time import Offered
from direct_access.work import queueing, records
from statute.clocks import stockholm_day

PAGE = "/stod/tid"
PLACES = {"centrum": "Hamngatan 3", "soderang": "Parkvägen 8"}


@pytest.fixture
async def by_queue(editor: Person) -> str:
    """A support of its own whose seats go by the queue alone."""
    return await list_support(editor, "waiting-list")


async def offer(staff: Person, support: str, *, hours: float = 72, district: str = "centrum") -> str:
    starts_at = (datetime.now(UTC) + timedelta(hours=hours)).isoformat()
    body = {"support": support, "starts_at": starts_at, "district": district}
    body["place"] = PLACES[district]
    answer = await staff.post("/times", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["time_id"])


async def ask(
    citizen: Person, support: str, time_id: str | None = None, *, queue: bool = True, district: str = "centrum"
) -> dict[str, Any]:
    body = {**ASK, "support": support, "queue": queue, "time_id": time_id, "district": district}
    answer: dict[str, Any] = (await citizen.post("/supports", body)).json()
    return answer


async def close(editor: Person, support: str, *, hours: float, open_: bool = False) -> None:
    """Close a support, or open it, from the day that it is then."""
    day = stockholm_day(datetime.now(UTC) + timedelta(hours=hours))
    said = {"open": open_, "day": str(day), "reason": "Vi målar om."}
    assert (await editor.post(f"/catalogue/{support}/openings", said)).status_code == 201


async def state_of(desk: Desk, time_id: str) -> Offered:
    state = (await event_store.load(desk.store.pool, BOARD, UUID(time_id), store.TIME)).state
    assert isinstance(state, Offered)
    return state


async def line_of(desk: Desk, support: str) -> Queue:
    line = await queueing.find_queue(desk, BOARD, support)
    assert isinstance(line, Queue)
    return line


async def open_with(citizen: Person, code: str) -> str:
    return (await citizen.send(PAGE, await citizen.open(PAGE), code=code)).text


@pytest.mark.parametrize("once_more", range(3))
async def test_of_a_hundred_at_once_one_is_booked_and_the_others_wait_in_order(
    citizen: Person, other_staff: Person, other_editor: Person, desk: Desk, once_more: int
) -> None:
    # On the other board, so that its hundreds fill no list that other tests read.
    support = await list_support(other_editor)
    time_id = await offer(other_staff, support, district="soderang")
    answers = await asyncio.gather(*(ask(citizen, support, time_id, district="soderang") for _ in range(100)))
    booked = [each["support_id"] for each in answers if "starts_at" in each]
    queued = {each["support_id"] for each in answers if "queued" in each}
    assert (len(booked), len(queued)) == (1, 99), once_more
    state = (await event_store.load(desk.store.pool, SOUTH, UUID(time_id), store.TIME)).state
    assert isinstance(state, Offered)
    assert state.taken_by == {UUID(booked[0])}
    line = await queueing.find_queue(desk, SOUTH, support)
    assert isinstance(line, Queue)
    assert {str(each.support_id) for each in line.waiting} == queued
    history = await event_store.history(desk.store.pool, SOUTH, queue_id(SOUTH, support), store.QUEUE)
    joined = [each.event.support_id for each in history if isinstance(each.event, PlaceTaken)]
    assert [each.support_id for each in line.waiting] == joined, "the order is the order of what was committed"


async def test_a_freed_seat_goes_to_the_first_in_line_who_says_yes_by_code(
    citizen: Person, staff: Person, desk: Desk, support: str
) -> None:
    time_id = await offer(staff, support)
    has, first, second = [await ask(citizen, support, time_id) for _ in range(3)]
    assert "Du är nummer 2 i kön." in await open_with(citizen, second["receipt_code"])
    assert "vet vi inte än" in await open_with(citizen, second["receipt_code"])

    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=has["receipt_code"])
    await citizen.send(PAGE, shown, wish="cancel")
    third = await ask(citizen, support, time_id, queue=False)
    assert (third["code"], third["instead"][0]["code"]) == ("others-wait", "join-queue"), "nobody passes the queue"
    soon, sooner = await offer(staff, support, hours=2), await offer(staff, support, hours=1)
    fourth = await ask(citizen, support, soon)
    booked = await open_with(citizen, fourth["receipt_code"])
    moved = await citizen.send(PAGE, None, code=fourth["receipt_code"], booked=soon, wish="move", time_id=time_id)
    assert (moved.status_code, "Andra står i kö" in moved.text) == (422, True), "nor by changing to what is free"
    choices = {time_id: False, sooner: True}
    assert {each: each in booked or each in moved.text for each in choices} == choices, "what is theirs is not shown"
    await queueing.serve_queues(desk)
    await queueing.serve_queues(desk)
    state = await state_of(desk, time_id)
    assert state.held_for == {UUID(first["support_id"])}, "offered once, to the first"

    offered = await citizen.send(PAGE, await citizen.open(PAGE), code=first["receipt_code"])
    assert "Det finns en tid för dig:" in offered.text
    done = await citizen.send(PAGE, offered, wish="accept")
    assert done.status_code == 200, done.text
    assert "Hamngatan 3" in done.text
    assert (await citizen.send(PAGE, offered, wish="accept")).text == done.text, "a double click"
    state = await state_of(desk, time_id)
    assert (state.taken_by, state.held_for) == (frozenset({UUID(first["support_id"])}), frozenset[UUID]())
    assert "Du är nummer 1 i kön." in await open_with(citizen, second["receipt_code"])


async def test_an_offer_that_nobody_answers_passes_on_and_the_place_is_kept_last(
    citizen: Person, staff: Person, desk: Desk, support: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    time_id = await offer(staff, support, hours=24 * 9)
    has, first, second = [await ask(citizen, support, time_id) for _ in range(3)]
    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=has["receipt_code"])
    await citizen.send(PAGE, shown, wish="cancel")
    begins = datetime.now(UTC)
    for days, holder in ((0, first), (1, second), (2, first), (3, second)):
        at = begins + days * (OFFER_STANDS + timedelta(minutes=1))
        monkeypatch.setattr(queueing, "now", lambda at=at: at)
        await queueing.serve_queues(desk)
        state = await state_of(desk, time_id)
        assert state.held_for == {UUID(holder["support_id"])}, days
    monkeypatch.setattr(queueing, "now", lambda: begins + timedelta(days=5))
    await queueing.serve_queues(desk)
    state = await state_of(desk, time_id)
    assert state.left == 1, "nobody answers, so the seat is open to all again"
    line = await line_of(desk, support)
    assert {str(each.support_id) for each in line.waiting} == {first["support_id"], second["support_id"]}
    resting = await citizen.send(PAGE, await citizen.open(PAGE), code=first["receipt_code"])
    assert "Jag väntar fortfarande" in resting.text
    await citizen.send(PAGE, resting, wish="still-wait")
    assert "Du är nummer 1 i kön." in await open_with(citizen, first["receipt_code"])


async def test_who_leaves_with_an_offer_lets_the_next_have_it(
    citizen: Person, staff: Person, desk: Desk, support: str
) -> None:
    first, second = [await ask(citizen, support) for _ in range(2)]
    time_id = await offer(staff, support)
    await queueing.serve_queues(desk)
    offered = await citizen.send(PAGE, await citizen.open(PAGE), code=first["receipt_code"])
    left = await citizen.send(PAGE, offered, wish="leave-queue")
    assert "Du har lämnat kön" in left.text
    await queueing.serve_queues(desk)
    assert (await state_of(desk, time_id)).held_for == {UUID(second["support_id"])}
    again = await citizen.send(PAGE, await citizen.open(PAGE), code=first["receipt_code"])
    await citizen.send(PAGE, again, wish="join-queue")
    assert "Du är nummer 2 i kön." in await open_with(citizen, first["receipt_code"])


async def test_who_is_booked_by_staff_or_ends_stands_in_the_queue_no_longer(
    citizen: Person, staff: Person, desk: Desk, support: str
) -> None:
    first, second, third = [await ask(citizen, support) for _ in range(3)]
    time_id, other = await offer(staff, support), await offer(staff, support, hours=80)
    await queueing.serve_queues(desk)
    assert (await state_of(desk, other)).held_for == {UUID(second["support_id"])}
    ended = await staff.post(f"/supports/{first['support_id']}/end", {"reason": "person-chose"})
    assert ended.status_code == 200, ended.text
    assert (await state_of(desk, time_id)).left == 1
    booked = await staff.post(f"/supports/{third['support_id']}/bookings", {"time_id": time_id})
    assert booked.status_code == 200, booked.text
    assert [str(each.support_id) for each in (await line_of(desk, support)).waiting] == [second["support_id"]]
    ended = await staff.post(f"/supports/{third['support_id']}/end", {"reason": "person-chose"})
    assert ended.status_code == 200, ended.text
    assert (await state_of(desk, time_id)).left == 1, "what was booked ahead is for others"


async def test_no_seat_is_kept_for_who_has_a_time_or_has_ended(
    citizen: Person, staff: Person, desk: Desk, support: str
) -> None:
    time_id = await offer(staff, support)
    has, waits = await ask(citizen, support, time_id), await ask(citizen, support, time_id)
    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=has["receipt_code"])
    refused = await citizen.send(PAGE, shown, wish="join-queue")
    assert (refused.status_code, "Du har redan en tid." in refused.text) == (422, True)
    ended = await staff.post(f"/supports/{has['support_id']}/end", {"reason": "person-chose"})
    assert ended.status_code == 200, ended.text
    over = await citizen.send(PAGE, await citizen.open(PAGE), code=has["receipt_code"])
    assert "Stödet är avslutat." in over.text
    assert "Hamngatan 3" not in over.text, "nobody comes to a time that is given to another"
    assert (await citizen.send(PAGE, shown, wish="join-queue")).status_code == 422
    await queueing.serve_queues(desk)
    assert (await state_of(desk, time_id)).held_for == {UUID(waits["support_id"])}


async def test_who_says_no_stands_in_the_queue_no_longer(
    citizen: Person, staff: Person, desk: Desk, support: str
) -> None:
    first, second = [await ask(citizen, support) for _ in range(2)]
    time_id = await offer(staff, support)
    await queueing.serve_queues(desk)
    who = await records.find_record(desk, BOARD, UUID(first["support_id"]))
    no = {"who": str(who.asked.person), "agrees": False}
    said = await staff.post(f"/supports/{first['support_id']}/consents", no)
    assert said.status_code == 200, said.text
    await queueing.serve_queues(desk)
    assert (await state_of(desk, time_id)).held_for == {UUID(second["support_id"])}


async def test_an_offer_made_while_one_leaves_keeps_no_seat(
    citizen: Person, staff: Person, desk: Desk, support: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await ask(citizen, support)
    time_id = await offer(staff, support)
    unaware = await queueing.find_queue(desk, BOARD, support)
    await queueing.serve_queues(desk)
    assert (await state_of(desk, time_id)).left == 0
    seen, find = [unaware], queueing.find_queue

    async def find_as_it_was(desk: Desk, board: UUID, code: str) -> queue.State:
        return seen.pop() if seen else await find(desk, board, code)

    monkeypatch.setattr(queueing, "find_queue", find_as_it_was)
    ended = await staff.post(f"/supports/{asked['support_id']}/end", {"reason": "person-chose"})
    assert ended.status_code == 200, ended.text
    assert not seen
    assert (await state_of(desk, time_id)).left == 1


async def test_the_form_offers_the_queue_and_the_receipt_tells_the_place(citizen: Person, support: str) -> None:
    page = f"/stod/{BOARD}/{support}"
    born = {"birth_date__day": "1", "birth_date__month": "2", "birth_date__year": "2009", "district": "centrum"}
    born |= {"safe": "true"}
    second = await citizen.send(page, await citizen.open(page), step="check", **born)
    assert "Ställ mig i kö till en ledig tid" in second.text
    typed = {"name": "Alva Testsson", "contact_way": "phone", "contact": "070-174 06 05", "queue": "true"}
    check = await citizen.send(page, second, step="check", **typed)
    assert "Ja, ställ mig i kö" in check.text
    receipt = await citizen.send(page, check, step="send")
    assert "Du är nummer 1 i kön." in receipt.text


async def test_staff_see_how_many_wait(citizen: Person, staff: Person, desk: Desk, support: str) -> None:
    await ask(citizen, support)
    async with on_board(desk.store.pool, BOARD) as connection:
        row = await connection.fetchrow("select waiting, ready from queues where support = $1", support)
    assert row is not None
    assert (row["waiting"], row["ready"]) == (1, 1)
    assert "Kö till tider" in (await staff.open("/personal")).text


async def test_where_seats_go_by_the_queue_alone_they_are_offered_in_order_and_staff_may_book_anyone_in(
    citizen: Person, staff: Person, desk: Desk, by_queue: str
) -> None:
    time_id, other, soon = [await offer(staff, by_queue, hours=hours) for hours in (72, 80, 1)]
    assert (await citizen.get("/times", board=str(BOARD), support=by_queue)).json() == [], "there is nothing to pick"
    free = (await staff.get("/times/free", support=by_queue)).json()
    assert [each["time_id"] for each in free] == [soon, time_id, other]
    picked = await ask(citizen, by_queue, time_id, queue=False)
    assert (picked["code"], picked["instead"][0]["code"]) == ("only-by-queue", "join-queue"), "although nobody waits"
    assert (await ask(citizen, by_queue, soon, queue=False))["code"] == "only-by-queue", "nor what begins soon"

    first, second = await ask(citizen, by_queue, time_id), await ask(citizen, by_queue)
    assert ("queued" in first, "starts_at" in first) == (True, False), "who picks one stands in the queue instead"
    await queueing.serve_queues(desk)
    assert (await state_of(desk, time_id)).held_for == {UUID(first["support_id"])}
    assert (await state_of(desk, soon)).left == 1, "staff call somebody about it"
    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=first["receipt_code"])
    assert (await citizen.send(PAGE, shown, wish="accept")).status_code == 200
    mine = await citizen.send(PAGE, await citizen.open(PAGE), code=first["receipt_code"])
    assert "Till det här stödet får man en tid genom kön." in mine.text
    assert other not in mine.text
    moved = await citizen.send(PAGE, mine, wish="move", time_id=soon)
    assert (moved.status_code, "får man en tid genom kön" in moved.text) == (422, True)

    third = await ask(citizen, by_queue, queue=False)
    step = f"/personal/stod/{third['support_id']}/tid"
    booked = await staff.send(step, await staff.open(step), time_id=soon)
    assert booked.status_code == 303, booked.text
    assert (await state_of(desk, soon)).taken_by == {UUID(third["support_id"])}
    step = f"/personal/stod/{first['support_id']}/byt-tid"
    assert other not in (await staff.open(step)).text, "kept for the second"
    called = {**ASK, "support": by_queue, "channel": "phone", "time_id": await offer(staff, by_queue, hours=2)}
    assert "starts_at" in (await staff.post("/supports/calls-and-visits", called)).json()
    assert (await state_of(desk, other)).held_for == {UUID(second["support_id"])}


async def test_the_pages_of_what_goes_by_the_queue_alone_say_so_and_offer_the_queue(
    citizen: Person, staff: Person, by_queue: str
) -> None:
    time_id = await offer(staff, by_queue)
    page = f"/stod/{BOARD}/{by_queue}"
    first = await citizen.open(page)
    assert "när det är din tur får du ett förslag på tid" in first.text
    born = {"birth_date__day": "1", "birth_date__month": "2", "birth_date__year": "2009", "district": "centrum"}
    second = await citizen.send(page, first, step="check", safe="true", **born)
    assert "Till det här stödet får man en tid genom kön." in second.text
    assert time_id not in second.text
    assert re.search(r'name="queue"[^>]*checked', second.text), "the only way to a time is chosen beforehand"
    typed = {"name": "Alva Testsson", "contact_way": "phone", "contact": "070-174 06 05"}
    unwilling = await citizen.send(page, second, step="check", **typed)
    assert "Ja, ställ mig i kö" not in unwilling.text, "who takes it away has taken it away"
    receipt = await citizen.send(
        page, await citizen.send(page, second, step="check", queue="true", **typed), step="send"
    )
    assert "Du är nummer 1 i kön." in receipt.text


async def test_what_has_no_times_has_no_queue(citizen: Person, editor: Person) -> None:
    by_phone = await list_support(editor, "phone")
    assert (await ask(citizen, by_phone))["code"] == "not-bookable"
    asked = await ask(citizen, by_phone, queue=False)
    page = await citizen.send(PAGE, await citizen.open(PAGE), code=asked["receipt_code"])
    assert "join-queue" not in page.text
    pressed = await citizen.send(PAGE, page, code=asked["receipt_code"], wish="join-queue")
    assert (pressed.status_code, "inga tider att boka eller stå i kö till" in pressed.text) == (422, True)


async def test_staff_offer_times_of_what_one_can_book_or_wait_for_directly(staff: Person, by_queue: str) -> None:
    page = (await staff.open("/personal/tider")).text
    assert f'value="{by_queue}"' in page
    assert 'value="familjebehandling"' not in page, "applied for"


async def test_free_times_are_those_of_open_days_however_many_lie_on_closed_ones_before_them(
    citizen: Person, staff: Person, editor: Person, desk: Desk, support: str
) -> None:
    closed = [await offer(staff, support, hours=72 + number / 100) for number in range(21)]
    beyond = await offer(staff, support, hours=72 + 48)
    await close(editor, support, hours=72)
    await close(editor, support, hours=72 + 48, open_=True)
    free = (await citizen.get("/times", board=str(BOARD), support=support)).json()
    assert [each["time_id"] for each in free] == [beyond]
    asked = await ask(citizen, support, beyond)
    for step in ("tid", "byt-tid"):
        page = (await staff.open(f"/personal/stod/{asked['support_id']}/{step}")).text
        assert not any(each in page for each in closed), step
    waits = await ask(citizen, support)
    await offer(staff, support, hours=72 + 49)
    await queueing.serve_queues(desk)
    place = (await line_of(desk, support)).find(UUID(waits["support_id"]))
    assert place is not None
    assert place.offer is not None, "what is open is offered"


@pytest.mark.parametrize("days_later", [0, 2])
async def test_an_offer_of_a_day_that_is_closed_is_withdrawn_not_missed_and_made_anew_when_it_opens(
    citizen: Person,
    staff: Person,
    editor: Person,
    desk: Desk,
    support: str,
    monkeypatch: pytest.MonkeyPatch,
    days_later: int,
) -> None:
    first, second = [await ask(citizen, support) for _ in range(2)]
    time_id = await offer(staff, support, hours=96)
    await queueing.serve_queues(desk)
    assert (await state_of(desk, time_id)).held_for == {UUID(first["support_id"])}
    await close(editor, support, hours=96)
    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=first["receipt_code"])
    refused = await citizen.send(PAGE, shown, wish="accept")
    assert refused.status_code == 422, "nobody is booked on a closed day in the moment before"
    later = datetime.now(UTC) + timedelta(days=days_later)
    monkeypatch.setattr(queueing, "now", lambda: later)
    await queueing.serve_queues(desk)
    assert (await state_of(desk, time_id)).held_for == frozenset()
    line = await line_of(desk, support)
    people = [UUID(each["support_id"]) for each in (first, second)]
    assert [(each.support_id, each.offer, each.missed) for each in line.waiting] == [(who, None, 0) for who in people]
    await close(editor, support, hours=96, open_=True)
    await queueing.serve_queues(desk)
    assert (await state_of(desk, time_id)).held_for == {people[0]}


async def test_an_offer_of_an_open_day_stands_although_the_support_is_closed_until_then(
    citizen: Person, staff: Person, editor: Person, desk: Desk, support: str
) -> None:
    asked = await ask(citizen, support)
    time_id = await offer(staff, support, hours=96)
    await queueing.serve_queues(desk)
    await close(editor, support, hours=0)
    await close(editor, support, hours=48, open_=True)
    await queueing.serve_queues(desk)
    assert (await state_of(desk, time_id)).held_for == {UUID(asked["support_id"])}


async def test_staff_place_who_calls_in_the_queue_and_hand_over_the_code_where_that_is_safe(
    citizen: Person, staff: Person, desk: Desk, by_queue: str
) -> None:
    born = {"birth_date__day": "1", "birth_date__month": "2", "birth_date__year": "1988", "district": "centrum"}
    calls = {"support": by_queue, "channel": "phone", "queue": "true", "name": "Lo Testsson", **born}
    calls |= {"asked_by": "self", "safe": "true", "contact_way": "phone", "contact": "070-174 06 05"}
    page = await staff.open("/personal/registrera")
    handed = await staff.send("/personal/registrera", page, **calls)
    [code] = re.findall(r'class="reference"><bdi dir="ltr">([^<]+)<', handed.text)
    assert "Du är nummer 1 i kön." in await open_with(citizen, code)
    for_other = {"asked_by": "near", "helper_name": "Mia Testsson"}
    refused = await staff.send("/personal/registrera", await staff.open("/personal/registrera"), **calls | for_other)
    assert (refused.status_code, "Bara den som frågar för egen del kan stå i kö." in refused.text) == (422, True)
    unsafe = await staff.send(
        "/personal/registrera", await staff.open("/personal/registrera"), **calls | {"safe": "false"}
    )
    assert unsafe.status_code == 303, "no code is handed out"
    assert len((await line_of(desk, by_queue)).waiting) == 2
