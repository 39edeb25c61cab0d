"""The gateway: who answers what, what it refuses by itself, and what it forgets."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace

import httpx
import pytest

from local_platform.gateway import Gateway
from local_platform.services import SERVICES
from local_platform.settings import Settings

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"


@dataclass
class Behind:
    """What stands behind the gateway: each request's head, by service, and the bytes of the spans that arrived."""

    asked: dict[str, list[str]] = field(default_factory=dict)
    spans: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)


@pytest.fixture
async def behind(settings: Settings) -> AsyncIterator[Behind]:
    """A listener in the place of each service and of the receiver of spans."""
    seen = Behind()
    servers = []
    for part in (*SERVICES, "otlp"):
        listener = await asyncio.start_server(_listen(part, seen), "127.0.0.1", settings.ports[part])
        servers.append(listener)
    yield seen
    for listener in servers:
        listener.close()


@pytest.fixture
async def gateway(settings: Settings, behind: Behind) -> AsyncIterator[Gateway]:  # noqa: ARG001 - listens before
    """The gateway before them, its spans sent to the receiver."""
    started = Gateway(settings, f"http://127.0.0.1:{settings.ports['otlp']}")
    await started.start()
    yield started
    await started.stop()


@pytest.fixture
async def client(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """A client before the gateway."""
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False) as opened:
        yield opened


async def test_each_path_has_one_service_that_answers(client: httpx.AsyncClient, behind: Behind) -> None:
    table = {
        "direct-access": ["/", "/stod/samtal", "/personal", "/static/stodvag.css", "/utveckling/logga-in", "/ansokan"],
        "intake": ["/ansok", "/ansok/kontrollera", "/oro", "/handlaggare/intake", "/api/intake/v1/applications"],
        "assessment": ["/utredning/1", "/api/assessment/v1/investigations"],
        "followup": ["/uppfoljning", "/api/followup/v1/results"],
    }
    table["direct-access"].append("/api/direct-access/v1/supports")
    for paths in table.values():
        for path in paths:
            assert (await client.get(path)).status_code == 200
    assert {service: [head.split()[1] for head in heads] for service, heads in behind.asked.items()} == table


async def test_the_services_own_health_is_not_shown_to_the_world(client: httpx.AsyncClient, behind: Behind) -> None:
    assert (await client.get("/health/live")).status_code == 404
    assert behind.asked == {}


async def test_a_body_too_large_is_a_problem_that_says_what_to_mend(client: httpx.AsyncClient, behind: Behind) -> None:
    answer = await client.post("/api/intake/v1/applications", content=b"x" * 600_000)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "body-too-large"
    assert behind.asked == {}


async def test_a_service_that_is_away_is_a_problem_for_programs_and_a_page_for_people(settings: Settings) -> None:
    gateway = Gateway(settings, otlp=None)
    await gateway.start()
    try:
        async with httpx.AsyncClient(base_url=gateway.url, trust_env=False) as client:
            for_programs = await client.get("/api/intake/v1/applications", headers={"accept": "text/html"})
            for_people = await client.get("/ansok", headers={"accept": "text/html"})
    finally:
        await gateway.stop()
    assert (for_programs.status_code, for_programs.json()["code"]) == (503, "away")
    assert for_people.status_code == 503
    assert "Ring 112" in for_people.text


async def test_only_what_changes_nothing_is_asked_again(
    client: httpx.AsyncClient, behind: Behind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(__name__ + ".ANSWER", b"")
    await client.post("/ansok")
    await client.get("/oro")
    lines = [request.splitlines()[0] for request in behind.asked["intake"]]
    assert lines == ["POST /ansok HTTP/1.1", *["GET /oro HTTP/1.1"] * 3]


async def test_the_trace_goes_on_and_the_person_stays_unknown(
    gateway: Gateway, client: httpx.AsyncClient, behind: Behind, settings: Settings
) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    await client.get(
        "/stod/kanarie-i-sokvagen?namn=kanarie-i-fragan",
        headers={
            "traceparent": f"00-{trace_id}-00f067aa0ba902b7-01",
            "user-agent": "kanarie-webblasare",
            "referer": "http://example.org/kanarie-fran",
            "x-forwarded-for": "192.0.2.77",
            "x-request-id": "kanarie-id",
        },
    )
    request = behind.asked["direct-access"][0]
    assert f"traceparent: 00-{trace_id}-" in request
    assert "x-request-id: " in request
    for unwanted in ("kanarie-webblasare", "kanarie-fran", "kanarie-id", "192.0.2.77", "forwarded-for"):
        assert unwanted not in request

    spans = b""
    async with asyncio.timeout(20):
        while bytes.fromhex(trace_id) not in spans:
            spans += await behind.spans.get()
    for unwanted_bytes in (b"kanarie", b"192.0.2.77", b"127.0.0.1"):
        assert unwanted_bytes not in spans

    await gateway.stop()
    line = next(line for line in settings.log("gateway").read_text().splitlines() if trace_id in line)
    assert json.loads(line)["path"] == "/stod/kanarie-i-sokvagen"
    for unwanted in ("fragan", "webblasare", "192.0.2.77", "127.0.0.1", "kanarie-id"):
        assert unwanted not in line


async def test_the_share_of_traces_is_drawn_at_the_gateway_and_told_to_the_service(
    settings: Settings, behind: Behind
) -> None:
    gateway = Gateway(replace(settings, traced_percent=0), f"http://127.0.0.1:{settings.ports['otlp']}")
    await gateway.start()
    try:
        async with httpx.AsyncClient(base_url=gateway.url, trust_env=False) as client:
            await client.get("/oro")
            await client.get("/oro", headers={"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"})
    finally:
        await gateway.stop()
    fresh, begun = (re.search(r"traceparent: 00-(\w{32})-\w{16}-(\d\d)", head) for head in behind.asked["intake"])
    assert fresh
    assert begun
    assert fresh[2] == "00"
    assert begun[1] == "1" * 32


def _listen(part: str, seen: Behind) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if part == "otlp":
            seen.spans.put_nowait(await reader.readuntil(b"\r\n0\r\n\r\n"))
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        else:
            seen.asked.setdefault(part, []).append(head)
            writer.write(ANSWER)
        await writer.drain()
        writer.close()

    return answer
