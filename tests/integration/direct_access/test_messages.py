"""Messages about times on a real database, to a server that takes e-mail as in the world, is away, or refuses."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from tests.integration.direct_access.clients import ASK, BOARD, Person
from tests.integration.direct_access.test_queue import PLACES, ask, offer

from chassis.commands import Desk
from chassis.rebuild import rebuild_views
from direct_access import mailing, store
from direct_access import post as ways
from direct_access.decide.message import FIRST_WAIT, LONGEST_WAIT
from direct_access.main import SERVICE
from direct_access.model.message import MessageDue
from direct_access.model.queue import Queue, queue_id
from direct_access.model.support import ContactWay
from direct_access.post import Post, PostSettings, open_post
from direct_access.store import DECIDERS
from direct_access.work import queueing
from local_platform.postgres import Database
from local_platform.processes import free_port
from statute.clocks import STOCKHOLM, stockholm_day

PAGE = "/stod/tid"
HEADING = "Hör av dig: stödet är stängt"
_NUMBERS = count(1)


@dataclass
class Mailbox:
    """What the server took, and whom it takes nothing for."""

    mails: list[EmailMessage] = field(default_factory=list)
    came_from: list[str | None] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802 -- the name that the server looks for
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Whether it takes e-mail for an address."""
        if answer := self.refused.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 -- as above
        """Take one."""
        assert isinstance(envelope.content, bytes)
        self.came_from.append(envelope.mail_from)
        self.mails.append(BytesParser(EmailMessage, policy=default).parsebytes(envelope.content))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """What came for one address: other tests' people are written to as well."""
        return [each for each in self.mails if each["To"] == address]


@pytest.fixture
def mailbox() -> Mailbox:
    """An empty mailbox."""
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[Controller]:
    """A server that takes e-mail. It runs until told to stop."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    if controller.loop.is_running():
        controller.stop()


@pytest.fixture
def post(server: Controller) -> Post:
    """The ways of the service, with that server."""
    return post_by(server.port)


def post_by(port: int, **others: Any) -> Post:
    """The ways of the service, with a server on this machine."""
    return open_post(
        PostSettings(
            address="https://kommun.example",
            sender="Exempelkommun <svara-inte@kommun.example>",
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_tls="none",
            **others,
        )
    )


def hours_until(clock: time, days: int = 0) -> float:
    """How long until it is so late in Stockholm, so many days from then on."""
    begins = datetime.now(STOCKHOLM)
    at = datetime.combine(begins.date() + timedelta(days=days), clock, STOCKHOLM).astimezone(UTC)
    return (at - begins).total_seconds() / 3600


AFTERNOON = hours_until(time(13), days=1)
"""Where the clock of what sends stands, an SMS may go: by night it would wait."""


async def book(
    citizen: Person, staff: Person, support: str, address: str, hours: float = AFTERNOON + 72, **others: Any
) -> dict[str, Any]:
    """Ask for the support with a time some days ahead, and an address of one's own."""
    time_id = await offer(staff, support, hours=hours)
    body = {**ASK, "contact_way": "e-mail", "contact": address, "support": support, "time_id": time_id, **others}
    answer = await citizen.post("/supports", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def at_day_before(monkeypatch: pytest.MonkeyPatch, minutes: float = 1) -> datetime:
    """The clock of what sends stands a day before a time that is booked as above, and some minutes more."""
    moment = datetime.now(UTC) + timedelta(hours=AFTERNOON + 48, minutes=minutes)
    monkeypatch.setattr(mailing, "now", lambda: moment)
    return moment


async def send_what_is_left(desk: Desk, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send what other tests left, also what they put off: it would be tried before a test's own."""
    at_day_before(monkeypatch, minutes=LONGEST_WAIT / timedelta(minutes=1) + 10)
    await mailing.send_due(desk, post)


async def page_of(staff: Person, booked: dict[str, Any]) -> str:
    return (await staff.open(f"/personal/stod/{booked['support_id']}")).text


async def test_a_reminder_is_sent_a_day_before_once_and_tells_nothing(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    post: Post,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await book(citizen, staff, support, "alva@exempel.example", language="en")
    at_day_before(monkeypatch, minutes=-10)
    await mailing.send_due(desk, post)
    assert mailbox.to("alva@exempel.example") == [], "not earlier"
    at_day_before(monkeypatch)
    await mailing.send_due(desk, post)
    await mailing.send_due(desk, post)
    at_day_before(monkeypatch, minutes=90)
    await mailing.send_due(desk, post)
    [mail] = mailbox.to("alva@exempel.example")
    assert mail["Subject"] == "About your appointment"
    assert mail["From"].addresses[0].addr_spec == "svara-inte@kommun.example"
    body = mail.get_content()
    assert "You have an appointment" in body
    assert "https://kommun.example/stod/tid" in body
    # As it is read, not as it is packed: what is packed hides a word from a search.
    whole = "\n".join([body, *(f"{name}: {value}" for name, value in mail.items() if name != "To")])
    for hidden in (support, "Samtal", PLACES["centrum"], "Alva", "sover"):
        assert hidden.lower() not in whole.lower()


async def test_one_that_cannot_be_opened_keeps_no_other_from_its_message(
    citizen: Person,
    staff: Person,
    desk: Desk,
    database: Database,
    support: str,
    post: Post,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = await book(citizen, staff, support, "broken@exempel.example")
    async with seal_broken(database, desk, broken):
        await book(citizen, staff, support, "whole@exempel.example")
        at_day_before(monkeypatch)
        await mailing.send_due(desk, post)
    assert mailbox.to("broken@exempel.example") == []
    assert len(mailbox.to("whole@exempel.example")) == 1


async def test_two_who_send_at_the_same_moment_send_once(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    post: Post,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await book(citizen, staff, support, "tove@exempel.example")
    at_day_before(monkeypatch)
    await asyncio.gather(*(mailing.send_due(desk, post) for _ in range(3)))
    assert len(mailbox.to("tove@exempel.example")) == 1


async def test_a_queue_that_cannot_be_read_keeps_no_other_from_its_message(
    citizen: Person,
    staff: Person,
    desk: Desk,
    database: Database,
    support: str,
    post: Post,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits = {**ASK, "support": support, "queue": True, "contact_way": "e-mail"}
    await citizen.post("/supports", {**waits, "contact": "una@exempel.example"})
    await offer(staff, support)
    await queueing.serve_queues(desk)
    await book(citizen, staff, "ungdomssamtal", "vera@exempel.example")
    async with event_broken(database, desk, queue_id(BOARD, support)):
        at_day_before(monkeypatch)
        await mailing.send_due(desk, post)
    assert len(mailbox.to("vera@exempel.example")) == 1


@asynccontextmanager
async def event_broken(database: Database, desk: Desk, stream: UUID) -> AsyncIterator[None]:
    """A stream begins meanwhile with what nobody knows. Other tests share the database: it is put back."""
    set_type = "update events set type = $2 where stream_id = $1 and version = 1"
    owner = await asyncpg.connect(database.owner_dsn)
    known = await owner.fetchval("select type from events where stream_id = $1 and version = 1", stream)
    await owner.execute(set_type, stream, "unknown")
    desk.store.cache.clear()
    try:
        yield
    finally:
        await owner.execute(set_type, stream, known)
        await owner.close()
        desk.store.cache.clear()


@asynccontextmanager
async def seal_broken(database: Database, desk: Desk, booked: dict[str, Any]) -> AsyncIterator[None]:
    """Who asked cannot be opened meanwhile. Other tests share the database: it is put back."""
    asker = "update events set data = jsonb_set(data::jsonb, '{asker}', $2)::json where stream_id = $1 and version = 1"
    stream = UUID(booked["support_id"])
    owner = await asyncpg.connect(database.owner_dsn)
    whole = await owner.fetchval(
        "select data::jsonb -> 'asker' from events where stream_id = $1 and version = 1", stream
    )
    await owner.execute(asker, stream, f'{whole[:200]}"')
    desk.store.cache.clear()
    try:
        yield
    finally:
        await owner.execute(asker, stream, whole)
        await owner.close()
        desk.store.cache.clear()


async def test_a_server_that_is_away_is_waited_for_and_nothing_is_lost(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    post: Post,
    server: Controller,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.stop()
    booked = await book(citizen, staff, support, "bo@exempel.example")
    at_day_before(monkeypatch)
    await mailing.send_due(desk, post)
    await mailing.send_due(desk, post)
    back = Controller(mailbox, hostname="127.0.0.1", port=server.port)
    back.start()
    try:
        await mailing.send_due(desk, post)
        assert mailbox.to("bo@exempel.example") == [], "not before a minute has gone"
        at_day_before(monkeypatch, minutes=3)
        await mailing.send_due(desk, post)
    finally:
        back.stop()
    assert len(mailbox.to("bo@exempel.example")) == 1
    assert "Ring i stället" not in await page_of(staff, booked)


async def test_a_server_that_dawdles_is_cut_off_before_another_process_may_try(
    citizen: Person, staff: Person, desk: Desk, support: str, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert timedelta(seconds=2 * ways._SECONDS_TO_CONNECT + ways._SECONDS) < FIRST_WAIT, "to come, to speak, to leave"
    monkeypatch.setattr(ways, "_SECONDS", 0.4)

    async def dawdle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while await reader.readline():
            await asyncio.sleep(0.15)
            writer.write(b"250 yes\r\n")
        writer.close()

    await send_what_is_left(desk, post, monkeypatch)
    booked = await book(citizen, staff, support, "wilma@exempel.example")
    async with await asyncio.start_server(dawdle, "127.0.0.1", port := free_port()):
        dawdling = post_by(port)
        for minutes in (1, 3):
            at_day_before(monkeypatch, minutes)
            await mailing.send_due(desk, dawdling)
    assert "kom kanske inte fram" in await page_of(staff, booked)


async def test_a_way_that_is_away_holds_no_other_back_and_what_comes_too_late_is_still_told_staff(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    post: Post,
    server: Controller,
    mailbox: Mailbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "password").write_text("hemlig")
    by_sms = {
        "sms_url": f"http://127.0.0.1:{free_port()}/",
        "sms_sender": "Kommunen",
        "sms_user": "u1",
        "sms_password_file": tmp_path / "password",
    }
    ways_of_both = post_by(server.port, **by_sms)
    await send_what_is_left(desk, post, monkeypatch)
    by_phone = [await book(citizen, staff, support, f"070-174 06 2{number}", contact_way="sms") for number in range(2)]
    await book(citizen, staff, support, "xena@exempel.example")
    monkeypatch.setattr(store, "_AT_ONCE", 1)
    moment = at_day_before(monkeypatch, minutes=2)
    await mailing.send_due(desk, ways_of_both)
    assert len(mailbox.to("xena@exempel.example")) == 1
    monkeypatch.setattr(store, "_AT_ONCE", 100)
    too_late = at_day_before(monkeypatch, minutes=21 * 60 + 1)
    ways_of_both.rest(ContactWay.SMS, too_late + (too_late - moment))
    await mailing.send_due(desk, ways_of_both)
    for each in by_phone:
        assert "hann inte skickas" in await page_of(staff, each)


async def test_a_refused_address_is_given_up_and_staff_are_told(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    post: Post,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mailbox.refused["cim@exempel.example"] = "550 no such user"
    mailbox.refused["disa@exempel.example"] = "450 try later"
    gone = await book(citizen, staff, support, "cim@exempel.example")
    busy = await book(citizen, staff, support, "disa@exempel.example")
    written_wrong = await book(citizen, staff, support, "ett ord")
    for minutes in (1, 3):
        at_day_before(monkeypatch, minutes)
        await mailing.send_due(desk, post)
        await mailing.send_due(desk, post)
    for each in (gone, written_wrong):
        page = await page_of(staff, each)
        assert "Ring i stället" in page
        assert "kom inte fram" in page
    assert "Ring i stället" not in await page_of(staff, busy)
    told = {"contact_way": "e-mail", "contact": "cim.testsson@exempel.example", "own": True}
    assert (await staff.post(f"/supports/{gone['support_id']}/contact", told)).status_code == 200
    assert "Ring i stället" not in await page_of(staff, gone)
    await mailing.send_due(desk, post)
    assert len(mailbox.to("cim.testsson@exempel.example")) == 1, "where one is reached now, it is tried anew"
    assert "Ring i stället: meddelandet kom inte fram" in (await staff.open("/personal")).text
    mailbox.refused.clear()
    at_day_before(monkeypatch, minutes=9)
    await mailing.send_due(desk, post)
    assert mailbox.to("cim@exempel.example") == [], "given up"
    assert len(mailbox.to("disa@exempel.example")) == 1


async def test_an_e_mail_that_comes_back_later_is_told_staff(
    citizen: Person,
    staff: Person,
    operator: Person,
    other_operator: Person,
    desk: Desk,
    support: str,
    server: Controller,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    booked = await book(citizen, staff, support, "yrsa@exempel.example")
    at_day_before(monkeypatch)
    await mailing.send_due(desk, post_by(server.port, returns="studs@kommun.example"))
    [mail] = mailbox.to("yrsa@exempel.example")
    message = mail["Message-ID"].strip("<>").partition("@")[0]
    assert f"studs+{message}@kommun.example" in mailbox.came_from
    path = f"/messages/{message}/returns"
    assert (await staff.post(path, {})).status_code == 403
    assert (await other_operator.post(path, {})).status_code == 404, "another board's"
    assert (await operator.post(f"/messages/{BOARD}/returns", {})).status_code == 404
    assert "Ring i stället" not in await page_of(staff, booked)
    for _ in range(2):
        assert (await operator.post(path, {})).status_code == 201
    assert "kom i retur" in await page_of(staff, booked)
    at_day_before(monkeypatch, minutes=90)
    await mailing.send_due(desk, post_by(server.port))
    assert len(mailbox.to("yrsa@exempel.example")) == 1, "it would only come back again"


async def test_where_nothing_sends_sms_staff_are_told(
    citizen: Person, staff: Person, desk: Desk, support: str, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked = await book(citizen, staff, support, "070-174 06 05", contact_way="sms")
    at_day_before(monkeypatch)
    await mailing.send_due(desk, post)
    assert "inget sätt att skicka" in await page_of(staff, booked)
    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=booked["receipt_code"])
    await citizen.send(PAGE, shown, wish="cancel")
    assert "Ring i stället" not in await page_of(staff, booked), "there is nothing left to call about"


async def test_a_cancelled_time_has_no_reminder_and_a_moved_one_its_own(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    post: Post,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cancelled = await book(citizen, staff, support, "elsa@exempel.example")
    moved = await book(citizen, staff, support, "folke@exempel.example")
    later = await offer(staff, support, hours=AFTERNOON + 24 * 5)
    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=cancelled["receipt_code"])
    await citizen.send(PAGE, shown, wish="cancel")
    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=moved["receipt_code"])
    await citizen.send(PAGE, shown, wish="move", time_id=later)
    at_day_before(monkeypatch)
    await mailing.send_due(desk, post)
    assert not mailbox.to("elsa@exempel.example")
    assert not mailbox.to("folke@exempel.example")
    at_day_before(monkeypatch, minutes=2 * 24 * 60 + 1)
    await mailing.send_due(desk, post)
    assert not mailbox.to("elsa@exempel.example")
    assert len(mailbox.to("folke@exempel.example")) == 1


async def test_a_time_that_is_cancelled_while_its_reminder_leaves_has_none(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    post: Post,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    booked = await book(citizen, staff, support, "kim@exempel.example")
    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=booked["receipt_code"])
    found = await store.list_due_reminders(desk.store.pool, BOARD, at_day_before(monkeypatch), (), None)

    async def find_before(*_asked: object) -> list[MessageDue]:
        return found

    await citizen.send(PAGE, shown, wish="cancel")
    monkeypatch.setattr(store, "list_due_reminders", find_before)
    await mailing.send_due(desk, post)
    assert not mailbox.to("kim@exempel.example")


@pytest.mark.parametrize("chosen", [{"safe": False}, {"contact_way": "phone"}, {"contact_way": "letter"}])
async def test_nothing_is_sent_where_contact_is_not_safe_or_not_in_writing(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    post: Post,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    chosen: dict[str, Any],
) -> None:
    address = f"gry-{next(_NUMBERS)}@exempel.example"
    booked = await book(citizen, staff, support, address, **chosen)
    at_day_before(monkeypatch)
    await mailing.send_due(desk, post)
    assert not mailbox.to(address)
    assert "Ring i stället" not in await page_of(staff, booked)


async def test_nothing_more_is_sent_when_contact_turns_out_not_to_be_safe(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    post: Post,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    booked = await book(citizen, staff, support, "lova@exempel.example")
    step = f"/personal/stod/{booked['support_id']}/trygghet"
    told = await staff.send(step, await staff.open(step), safe="false")
    assert told.status_code == 303, told.text
    at_day_before(monkeypatch)
    await mailing.send_due(desk, post)
    assert not mailbox.to("lova@exempel.example")
    assert "Hör inte av dig hem" in await page_of(staff, booked)
    listed = {row["support_id"]: row for row in (await staff.get("/supports")).json()}
    assert listed[booked["support_id"]]["safe"] is False


async def test_an_offered_seat_is_told_of_once_while_the_offer_stands(
    citizen: Person, staff: Person, desk: Desk, support: str, post: Post, mailbox: Mailbox
) -> None:
    waits = {**ASK, "support": support, "queue": True, "contact_way": "e-mail"}
    first = (await citizen.post("/supports", {**waits, "contact": "hilma@exempel.example"})).json()
    unsafe = (await citizen.post("/supports", {**waits, "contact": "ivar@exempel.example", "safe": False})).json()
    await offer(staff, support)
    await offer(staff, support, hours=96)
    await queueing.serve_queues(desk)
    await mailing.send_due(desk, post)
    await mailing.send_due(desk, post)
    [mail] = mailbox.to("hilma@exempel.example")
    assert "Det finns en tid till dig" in mail.get_content()
    assert "Svara senast" in mail.get_content()
    assert not mailbox.to("ivar@exempel.example"), "never where contact is not safe"
    assert "Ring i stället" not in await page_of(staff, unsafe)
    assert "receipt_code" in first


@pytest.mark.parametrize(("way", "called"), [("phone", True), ("letter", True), ("none", False)])
async def test_who_is_not_written_to_is_called_before_the_offer_passes(
    citizen: Person, staff: Person, desk: Desk, support: str, post: Post, mailbox: Mailbox, way: str, called: bool
) -> None:
    waits = {**ASK, "support": support, "queue": True, "contact_way": way, "contact": "kaj@exempel.example"}
    asked = (await citizen.post("/supports", waits)).json()
    await offer(staff, support)
    await queueing.serve_queues(desk)
    for _ in range(2):
        await mailing.send_due(desk, post)
    assert not mailbox.mails
    assert ("Ring i stället" in await page_of(staff, asked)) is called
    assert (
        f"/personal/stod/{asked['support_id']}" in (await staff.open("/personal")).text.split("Tider i dag")[0]
    ) is called


async def test_who_could_not_be_told_of_an_offer_is_called_while_it_stands_and_no_longer(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    post: Post,
    server: Controller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.stop()
    waits = {**ASK, "support": support, "queue": True, "contact_way": "e-mail", "contact": "klara@exempel.example"}
    asked = (await citizen.post("/supports", waits)).json()
    await offer(staff, support)
    await queueing.serve_queues(desk)
    await mailing.send_due(desk, post)
    assert "Ring i stället" not in await page_of(staff, asked)
    half = datetime.now(UTC) + timedelta(hours=12, minutes=1)
    monkeypatch.setattr(mailing, "now", lambda: half)
    await mailing.send_due(desk, post)
    assert "Ring i stället" in await page_of(staff, asked)
    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=asked["receipt_code"])
    accepted = await citizen.send(PAGE, shown, wish="accept")
    assert accepted.status_code == 200, accepted.text
    assert "Ring i stället" not in await page_of(staff, asked)


async def test_an_answered_offer_is_not_told_of(
    citizen: Person, staff: Person, desk: Desk, support: str, post: Post, mailbox: Mailbox
) -> None:
    waits = {**ASK, "support": support, "queue": True, "contact_way": "e-mail", "contact": "jon@exempel.example"}
    asked = (await citizen.post("/supports", waits)).json()
    await offer(staff, support, hours=20)
    await queueing.serve_queues(desk)
    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=asked["receipt_code"])
    accepted = await citizen.send(PAGE, shown, wish="accept")
    assert accepted.status_code == 200, accepted.text
    await mailing.send_due(desk, post)
    assert not mailbox.to("jon@exempel.example")


async def test_while_developing_messages_lie_in_a_folder_without_addresses(
    citizen: Person, staff: Person, desk: Desk, support: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await book(citizen, staff, support, "070-174 06 07", contact_way="sms")
    at_day_before(monkeypatch)
    await mailing.send_due(desk, open_post(PostSettings(address="http://localhost:8080", spool=tmp_path)))
    texts = _read(tmp_path)
    assert texts
    assert all("http://localhost:8080/stod/tid" in text for text in texts)
    assert not any("174" in text for text in texts)


async def test_what_staff_and_the_rounds_read_is_the_same_when_made_again(
    citizen: Person,
    staff: Person,
    desk: Desk,
    database: Database,
    support: str,
    post: Post,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    booked = await book(citizen, staff, support, "lo@exempel.example")
    await book(citizen, staff, support, "070-174 06 05", contact_way="sms")
    shown = await citizen.send(PAGE, await citizen.open(PAGE), code=booked["receipt_code"])
    await citizen.send(PAGE, shown, wish="cancel")
    at_day_before(monkeypatch)
    await mailing.send_due(desk, post)
    await rebuild_views(database.owner_dsn, DECIDERS, SERVICE.views, must_equal=True)


def _read(folder: Path) -> list[str]:
    return [file.read_text() for file in folder.iterdir()]


async def set_opening(editor: Person, support: str, *, hours: float, open_: bool = False) -> None:
    """Close a support, or open it, from the day that it is then."""
    day = stockholm_day(datetime.now(UTC) + timedelta(hours=hours)).isoformat()
    answer = await editor.post(f"/catalogue/{support}/openings", {"open": open_, "day": day, "reason": "Vi flyttar."})
    assert answer.status_code == 201, answer.text


async def listed(staff: Person, case: dict[str, Any]) -> str:
    """What staff's page says of somebody under that heading; empty where it says nothing."""
    page = (await staff.open("/personal")).text
    section = page.partition(f">{HEADING}</h2>")[2].partition("<h2")[0]
    rows = [row for row in re.findall(r"<tr.*?</tr>", section, re.DOTALL) if case["support_id"] in row]
    return rows[0] if rows else ""


async def test_who_has_a_time_on_a_closed_day_is_listed_and_told_once_and_no_more_than_when(
    citizen: Person,
    staff: Person,
    editor: Person,
    desk: Desk,
    support: str,
    post: Post,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = await book(citizen, staff, support, "elsa@exempel.example")
    calls = await book(citizen, staff, support, "070-174 06 05", contact_way="phone")
    hidden = await book(citizen, staff, support, "frans@exempel.example", safe=False)
    before = await offer(staff, support, hours=24)
    early = await ask(citizen, support, before)
    await set_opening(editor, support, hours=72)
    await asyncio.gather(mailing.send_due(desk, post), mailing.send_due(desk, post))
    await mailing.send_due(desk, post)

    [mail] = mailbox.to("elsa@exempel.example")
    assert "Det är inte säkert att din tid" in mail.get_content()
    for secret in (support, "Samtal", "Vi flyttar", "Hamngatan", "Alva", "stängt"):
        assert secret not in mail.as_string()
    assert mailbox.to("frans@exempel.example") == []
    assert "Skickat" in await listed(staff, told)
    assert "Inget" in await listed(staff, calls)
    assert "Ta över, kontakta ingen hemma" in await listed(staff, hidden)
    assert await listed(staff, early) == "", "open still on that day"

    at_day_before(monkeypatch)
    await mailing.send_due(desk, post)
    assert len(mailbox.to("elsa@exempel.example")) == 1, "nobody is reminded of a time that may not come about"
    await staff.post(f"/supports/{calls['support_id']}/end", {"reason": "other-support"})
    assert await listed(staff, calls) == ""
    await set_opening(editor, support, hours=72, open_=True)
    assert await listed(staff, told) == ""
    await mailing.send_due(desk, post)
    assert "Du har en tid" in mailbox.to("elsa@exempel.example")[1].get_content()


async def test_who_waits_for_a_closed_support_is_listed_and_offered_nothing_then(
    citizen: Person, staff: Person, editor: Person, desk: Desk, support: str
) -> None:
    waiting = await ask(citizen, support)
    assert await listed(staff, waiting) == ""
    await offer(staff, support)
    await set_opening(editor, support, hours=0)
    await queueing.serve_queues(desk)
    line = await queueing.find_queue(desk, BOARD, support)
    assert isinstance(line, Queue)
    assert line.waiting[0].offer is None
    assert "Står i kö" in await listed(staff, waiting)
    await set_opening(editor, support, hours=0, open_=True)
    assert await listed(staff, waiting) == ""
    await queueing.serve_queues(desk)
    line = await queueing.find_queue(desk, BOARD, support)
    assert isinstance(line, Queue)
    assert line.waiting[0].offer is not None


async def test_who_waits_for_a_support_that_closes_is_told_once_where_they_may_be_written_to(
    citizen: Person,
    staff: Person,
    editor: Person,
    desk: Desk,
    database: Database,
    support: str,
    post: Post,
    mailbox: Mailbox,
) -> None:
    waits = {**ASK, "support": support, "queue": True, "contact_way": "e-mail"}
    told, hidden, calls, offered = [
        (await citizen.post("/supports", {**waits, "contact": f"{name}@exempel.example", **more})).json()
        for name, more in (("hedda", {}), ("inez", {"safe": False}), ("jarl", {"contact_way": "phone"}), ("kira", {}))
    ]
    for first in (told, hidden, calls):
        shown = await citizen.send(PAGE, await citizen.open(PAGE), code=first["receipt_code"])
        await citizen.send(PAGE, shown, wish="leave-queue")
    await offer(staff, support, hours=24 * 7)
    await queueing.serve_queues(desk)
    await mailing.send_due(desk, post)
    assert len(mailbox.to("kira@exempel.example")) == 1, "offered a seat on a day that stays open"
    for again in (told, hidden, calls):
        shown = await citizen.send(PAGE, await citizen.open(PAGE), code=again["receipt_code"])
        await citizen.send(PAGE, shown, wish="join-queue")
    await set_opening(editor, support, hours=0)
    await set_opening(editor, support, hours=48, open_=True)
    await asyncio.gather(mailing.send_due(desk, post), mailing.send_due(desk, post))
    await mailing.send_due(desk, post)

    [mail] = mailbox.to("hedda@exempel.example")
    assert "Just nu ges inga tider, men du har kvar din plats i kön." in mail.get_content()
    for secret in (support, "Samtal", "Vi flyttar", "Hamngatan", "Alva", "stängt"):
        assert secret not in mail.as_string()
    assert [mailbox.to(f"{name}@exempel.example") for name in ("inez", "jarl")] == [[], []]
    assert len(mailbox.to("kira@exempel.example")) == 1, "whose offer stands"
    assert "Skickat" in await listed(staff, told)
    assert "Inget" in await listed(staff, calls)
    assert "Ta över, kontakta ingen hemma" in await listed(staff, hidden)
    assert "Inget" in await listed(staff, offered)
    mine = await citizen.send(PAGE, await citizen.open(PAGE), code=told["receipt_code"])
    assert "Stödet är stängt just nu." in mine.text
    assert "Du har kvar din plats i kön." in mine.text
    await rebuild_views(database.owner_dsn, DECIDERS, SERVICE.views, must_equal=True)
