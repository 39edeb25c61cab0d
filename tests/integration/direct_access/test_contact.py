"""How somebody is reached can be told anew, by code and to staff; the newest holds, and nothing of it is betrayed."""

from typing import Any

import pytest
from tests.integration.direct_access.clients import ASK, BOARD, Person
from tests.integration.direct_access.test_messages import (
    Mailbox,
    at_day_before,
    book,
    mailbox,
    page_of,
    post,
    server,
)
from tests.integration.direct_access.test_my_time import PAGE
from tests.integration.direct_access.test_queue import offer

from chassis.commands import Desk
from chassis.database import on_board
from chassis.rebuild import rebuild_views
from direct_access import mailing
from direct_access.main import SERVICE
from direct_access.post import Post
from direct_access.store import DECIDERS
from direct_access.work import queueing
from local_platform.postgres import Database

__all__ = ["mailbox", "post", "server"]  # The fixtures, which are looked for here.

NEW = {"contact_way": "e-mail", "safe_contact": "Qvxord: skriv bara på dagen."}


async def change(citizen: Person, code: str, **typed: str) -> str:
    """Say with a receipt's code how one is reached from now on; the page that comes of it."""
    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=code)
    asked = await citizen.send(PAGE, shown, wish="ask-contact")
    assert asked.status_code == 200
    saved = await citizen.send(PAGE, asked, wish="contact", **typed)
    assert saved.status_code == 200, saved.text
    assert (await citizen.send(PAGE, asked, wish="contact", **typed)).text == saved.text, "a double click"
    return saved.text


async def test_with_the_code_it_is_told_anew_without_showing_what_was_told_before(
    citizen: Person,
    staff: Person,
    desk: Desk,
    database: Database,
    support: str,
    post: Post,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    booked = await book(citizen, staff, support, "gammal@exempel.example", may_leave_message=True)
    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=booked["receipt_code"])
    asked = await citizen.send(PAGE, shown, wish="ask-contact")
    wrong = await citizen.send(PAGE, asked, wish="contact", contact_way="sms", safe_contact="Qvxord")
    assert (wrong.status_code, "Skriv hur vi kan nå dig, eller välj" in wrong.text, "Qvxord" in wrong.text) == (
        422,
        True,
        True,
    )
    for each in (shown, asked, wrong):
        for old in ("gammal@exempel", "Ring efter klockan 15"):
            assert old not in each.text
    done = await change(citizen, booked["receipt_code"], contact="ny@exempel.example", **NEW)
    assert "Från och med nu gäller det du skrev." in done

    at_day_before(monkeypatch)
    await mailing.send_due(desk, post)
    assert (len(mailbox.to("ny@exempel.example")), mailbox.to("gammal@exempel.example")) == (1, [])
    page = await page_of(staff, booked)
    assert "ändrat med koden på kvittot" in page
    told = (await staff.get(f"/supports/{booked['support_id']}")).json()
    assert (told["contact"], told["asker"]["contact"]) == ("e-mail", "ny@exempel.example")
    assert told["asker"]["safe_contact"] == NEW["safe_contact"]
    assert "may_leave_message" not in told["asker"], "nothing stays of what was told before"
    assert told["asker"]["words"] == "Jag sover dåligt.", "but of all else"
    assert "ny@exempel.example" in (await staff.open(f"/personal/stod/{booked['support_id']}/ansokan")).text
    async with on_board(desk.store.pool, BOARD) as connection:
        rows = [row["row"] for row in await connection.fetch("select e::text as row from events e")]
    assert not any("ny@exempel" in row or "Qvxord" in row for row in rows), "sealed"
    await rebuild_views(database.owner_dsn, DECIDERS, SERVICE.views, must_equal=True)


async def test_a_way_that_is_told_later_has_the_reminder_of_a_time_that_was_booked_before(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    post: Post,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = await book(citizen, staff, support, "070-174 06 30", contact_way="phone")
    writes = await book(citizen, staff, support, "slutar@exempel.example")
    await change(citizen, calls["receipt_code"], contact="borjar@exempel.example", **NEW)
    await change(citizen, writes["receipt_code"], contact_way="none")
    at_day_before(monkeypatch)
    await mailing.send_due(desk, post)
    assert (len(mailbox.to("borjar@exempel.example")), mailbox.to("slutar@exempel.example")) == (1, [])
    assert "Hör inte av dig. Personen hör av sig själv." in await page_of(staff, writes)


async def test_where_contact_is_not_safe_it_stays_so_and_the_page_does_not_tell(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    post: Post,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unsafe = await book(citizen, staff, support, "rut@exempel.example", safe=False)
    safe = await book(citizen, staff, support, "sara@exempel.example")
    typed = {**NEW, "contact": "ruts-nya@exempel.example"}
    done = [await change(citizen, each["receipt_code"], **typed) for each in (unsafe, safe)]
    assert done[0] == done[1], "whoever holds the code learns nothing of it"
    step = f"/personal/stod/{unsafe['support_id']}/kontakt"
    said = await staff.send(step, await staff.open(step), own="true", **typed)
    assert said.status_code == 303, said.text
    at_day_before(monkeypatch)
    await mailing.send_due(desk, post)
    assert len(mailbox.to("ruts-nya@exempel.example")) == 1, "the other one's"
    page = await page_of(staff, unsafe)
    assert "Kontakt är inte trygg" in page
    assert (await staff.get(f"/supports/{unsafe['support_id']}")).json()["safe"] is False


@pytest.mark.parametrize("own", [True, False])
async def test_staff_write_down_what_the_person_said_and_call_where_somebody_else_said_it(
    citizen: Person, staff: Person, desk: Desk, support: str, post: Post, mailbox: Mailbox, own: bool
) -> None:
    waits = {**ASK, "support": support, "queue": True, "contact_way": "phone"}
    asked: dict[str, Any] = (await citizen.post("/supports", waits)).json()
    address = f"tora-{own}@exempel.example".lower()
    told = {"contact_way": "e-mail", "contact": address, "own": own}
    answer = await staff.post(f"/supports/{asked['support_id']}/contact", told)
    assert answer.status_code == 200, answer.text
    await offer(staff, support)
    await queueing.serve_queues(desk)
    await mailing.send_due(desk, post)
    assert len(mailbox.to(address)) == own
    page = await page_of(staff, asked)
    assert ("Ring i stället" in page) is not own
    assert ("sagt till oss av någon annan" in page) is not own
    unsaid = await staff.post(f"/supports/{asked['support_id']}/contact", {"contact_way": "sms"})
    assert unsaid.status_code == 422
