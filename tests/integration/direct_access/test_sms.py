"""SMS about times, to a gateway over HTTP that takes them, is away, asks for rest, falls silent, or refuses."""

import asyncio
import logging
import socket
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from tests.integration.direct_access.clients import Person
from tests.integration.direct_access.test_messages import at_day_before, book, hours_until, page_of

from chassis.commands import Desk
from direct_access import mailing, post, store
from direct_access.post import Post, PostSettings, open_post
from local_platform.processes import free_port

BY_SMS: dict[str, Any] = {"contact_way": "sms"}


@dataclass
class Gateway:
    """What it was handed, and what it answers for each number: that it took it, unless told otherwise.

    Every answer quotes what was sent, as such gateways do.
    """

    handed: list[dict[str, str]] = field(default_factory=list)
    credentials: set[str] = field(default_factory=set)
    answers: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: Request) -> Response:
        """Take an SMS."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        self.handed.append(form)
        self.credentials.add(request.headers["authorization"])
        if form["to"] in self.silent:
            await self.closing.wait()
        status, headers = self.answers.get(form["to"], (200, {}))
        return PlainTextResponse(f"{form['to']}: {form['message']}", status, headers)

    def to(self, *numbers: str) -> list[dict[str, str]]:
        """What it was handed for these numbers: other tests' people are written to as well."""
        return [form for form in self.handed if form["to"] in numbers]


@asynccontextmanager
async def serve(port: int) -> AsyncIterator[Gateway]:
    """A gateway that answers on this machine."""
    gateway = Gateway()
    listener = socket.socket()
    listener.bind(("127.0.0.1", port))
    app = Starlette(routes=[Route("/a1/sms", gateway.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve([listener]))
    yield gateway
    gateway.closing.set()
    server.should_exit = True
    await serving


@pytest.fixture
async def gateway(port: int) -> AsyncIterator[Gateway]:
    """A gateway that is there."""
    async with serve(port) as gateway:
        yield gateway


@pytest.fixture
def port() -> int:
    """Where the gateway is, or would be."""
    return free_port()


@pytest.fixture
def ways(port: int, tmp_path: Path) -> Post:
    """The ways of the service, with that gateway."""
    secret = tmp_path / "password"
    secret.write_text("hemlig\n")
    return open_post(
        PostSettings(
            address="https://kommun.example",
            sms_url=f"http://127.0.0.1:{port}/a1/sms",
            sms_sender="Kommunen",
            sms_user="u1",
            sms_password_file=secret,
        )
    )


async def test_a_reminder_goes_to_the_number_with_its_countrys_once_and_tells_nothing(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    ways: Post,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    booked = await book(citizen, staff, support, "070-174 06 11", **BY_SMS)
    for minutes in (1, 1, 90):
        at_day_before(monkeypatch, minutes)
        await mailing.send_due(desk, ways)
    [form] = gateway.to("+46701740611")
    message = form.pop("message")
    assert form == {"from": "Kommunen", "to": "+46701740611", "dontlog": "message"}
    assert message.startswith("Du har en tid ")
    assert message.endswith("https://kommun.example/stod/tid")
    assert gateway.credentials == {f"Basic {b64encode(b'u1:hemlig').decode()}"}
    assert "Ring i stället" not in await page_of(staff, booked)


async def test_what_no_sms_reaches_is_given_up_and_staff_are_told(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    ways: Post,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    gateway.answers["+46701740612"] = (400, {})
    refused = await book(citizen, staff, support, "070-174 06 12", **BY_SMS)
    landline = await book(citizen, staff, support, "08-465 004 12", **BY_SMS)
    for minutes in (1, 90):
        at_day_before(monkeypatch, minutes)
        with caplog.at_level(logging.DEBUG):
            await mailing.send_due(desk, ways)
    assert len(gateway.to("+46701740612")) == 1
    assert not gateway.to("+46846500412")
    for each in (refused, landline):
        assert "kom inte fram" in await page_of(staff, each)
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "a1/sms" in logged
    assert not [number for number in ("1740612", "174 06 12", "465 004 12", "46500412") if number in logged]


async def test_a_gateway_that_asks_for_rest_is_left_alone_for_as_long_and_nothing_is_lost_or_doubled(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    ways: Post,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    numbers = ["+46701740613", "+46701740614"]
    gateway.answers = dict.fromkeys(numbers, (429, {"retry-after": "600"}))
    booked = [await book(citizen, staff, support, f"0{number[3:]}", **BY_SMS) for number in numbers]
    for minutes in (1, 2, 10):
        at_day_before(monkeypatch, minutes)
        await mailing.send_due(desk, ways)
    assert len(gateway.to(*numbers)) == 1, "the first one hears that it is to wait, and the other is not even tried"
    gateway.answers = dict.fromkeys(numbers, (503, {}))
    at_day_before(monkeypatch, 12)
    await mailing.send_due(desk, ways)
    gateway.answers.clear()
    for minutes in (13, 20, 90):
        at_day_before(monkeypatch, minutes)
        await mailing.send_due(desk, ways)
    handed = [form["to"] for form in gateway.to(*numbers)]
    assert len(handed) == 4, "told to wait, away, and then each once"
    assert set(handed[2:]) == set(numbers)
    for each in booked:
        assert "Ring i stället" not in await page_of(staff, each)


async def test_a_gateway_that_falls_silent_is_handed_it_once_more_and_then_staff_call(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    ways: Post,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(post, "_SECONDS", 0.2)
    gateway.silent.add("+46701740615")
    booked = await book(citizen, staff, support, "070-174 06 15", **BY_SMS)
    at_day_before(monkeypatch)
    await mailing.send_due(desk, ways)
    assert "Ring i stället" not in await page_of(staff, booked)
    for minutes in (3, 9, 90):
        at_day_before(monkeypatch, minutes)
        await mailing.send_due(desk, ways)
    assert len(gateway.to("+46701740615")) == 2
    assert "kom kanske inte fram" in await page_of(staff, booked)


async def test_a_gateway_that_is_not_there_is_waited_for(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    ways: Post,
    port: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    booked = await book(citizen, staff, support, "+46 (0)70-174 06 16", **BY_SMS)
    for minutes in (1, 3, 6):
        at_day_before(monkeypatch, minutes)
        await mailing.send_due(desk, ways)
    assert "Ring i stället" not in await page_of(staff, booked)
    async with serve(port) as gateway:
        at_day_before(monkeypatch, minutes=60)
        await mailing.send_due(desk, ways)
    assert len(gateway.to("+46701740616")) == 1


async def test_at_night_an_sms_waits_until_the_morning_and_keeps_no_e_mail_from_going(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    ways: Post,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_day_before(monkeypatch, 6 * 24 * 60)
    await mailing.send_due(desk, ways)  # What other tests left.
    late = hours_until(time(22, 30), days=10)
    await book(citizen, staff, support, "070-174 06 17", hours=late, **BY_SMS)
    by_mail = await book(citizen, staff, support, "nils@exempel.example", hours=late + 0.1, contact_way="e-mail")
    monkeypatch.setattr(store, "_AT_ONCE", 1)
    begun = datetime.now(UTC) + timedelta(hours=late - 24)
    for hours, sent in ((0.2, 0), (9.4, 0), (9.6, 1), (10, 1)):
        monkeypatch.setattr(mailing, "now", partial(begun.__add__, timedelta(hours=hours)))
        await mailing.send_due(desk, ways)
        assert len(gateway.to("+46701740617")) == sent, hours
        assert "inget sätt att skicka" in await page_of(staff, by_mail), "its turn came in the night"


async def test_an_sms_that_would_come_too_late_in_the_morning_goes_at_night(
    citizen: Person,
    staff: Person,
    desk: Desk,
    support: str,
    ways: Post,
    gateway: Gateway,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    early = hours_until(time(9), days=10)
    await book(citizen, staff, support, "070-174 06 18", hours=early, **BY_SMS)
    ten_in_the_evening = datetime.now(UTC) + timedelta(hours=early - 11)
    monkeypatch.setattr(mailing, "now", lambda: ten_in_the_evening)
    await mailing.send_due(desk, ways)
    assert len(gateway.to("+46701740618")) == 1
