"""What the gateway does not let through: too often, too many, too large, too slow, and how it says so."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import yaml
from tests.integration.local_platform.behind import Behind, listen

from local_platform.gateway import Gateway, command, write_configuration
from local_platform.processes import PartFailed, free_port, start_child
from local_platform.settings import Settings

CODES = (
    "/stod/kvitto",
    "/stod/samtycke",
    "/stod/tid",
    "/ansok/komplettera",
    "/fortsatt",
    "/ansok/fortsatt",
    "/api/direct-access/v1/visits/measures",
    "/api/intake/v1/applications/completion",
)


def with_limits(settings: Settings, **changed: int) -> Settings:
    """The production limits, some of them with another number: `connections__waiting=1`."""
    text = settings.limits.read_text()
    for name, number in changed.items():
        part, key = name.split("__")
        text, found = re.subn(rf"(\[{part}\][^\[]*?\n{key} = )[\d_]+", rf"\g<1>{number}", text)
        assert found == 1, name
    limits = settings.home / "limits.toml"
    limits.write_text(text)
    return replace(settings, limits=limits, rate_factor=1)


@asynccontextmanager
async def open_gateway(settings: Settings) -> AsyncIterator[Gateway]:
    gateway = Gateway(settings, otlp=None)
    await gateway.start()
    try:
        yield gateway
    finally:
        await gateway.stop()


def person(gateway: Gateway, address: str = "127.0.0.1") -> httpx.AsyncClient:
    """Somebody with this address, who waits as long as it takes."""
    transport = httpx.AsyncHTTPTransport(local_address=address, limits=httpx.Limits(max_connections=None))
    return httpx.AsyncClient(base_url=gateway.url, transport=transport, timeout=30)


async def until(client: httpx.AsyncClient, path: str, status: int, seconds: float = 20) -> httpx.Response:
    """Send to this path until it is answered so, also while the gateway is not up yet."""
    stop = time.monotonic() + seconds
    while time.monotonic() < stop:
        with suppress(httpx.TransportError):
            answer = await client.post(path, headers={"accept": "text/html"})
            if answer.status_code == status:
                return answer
        await asyncio.sleep(0.1)
    pytest.fail(f"{path} was not answered {status} within {seconds} s")


async def speak(gateway: Gateway, said: bytes, seconds: float = 30) -> bytes:
    """What the gateway answers to these bytes before it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(gateway.url.rsplit(":", 1)[1]))
    writer.write(said)
    try:
        return await asyncio.wait_for(reader.read(), seconds)
    finally:
        writer.close()


@pytest.fixture
async def strict(settings: Settings, behind: Behind) -> AsyncIterator[Gateway]:  # noqa: ARG001 - listens before
    """The gateway with the limits of production."""
    async with open_gateway(replace(settings, rate_factor=1)) as gateway:
        yield gateway


async def test_codes_are_tried_seldom_whatever_the_way(strict: Gateway, behind: Behind) -> None:
    async with person(strict) as guesser, person(strict, "127.0.0.2") as visitor:
        tried = [(await guesser.post(CODES[number % 4])).status_code for number in range(20)]
        assert tried == [200] * 20
        respelled = ("/stod/kvi%74to", "/stod//kvitto", "/x/../stod/kvitto", "/stod/./kvitto?sprak=en")
        for path in (*CODES, *respelled):
            assert (await guesser.post(path)).status_code == 429, path
        assert len([head for heads in behind.asked.values() for head in heads]) == 20
        # Other things, and other people, are not in the way of it.
        assert (await guesser.get("/stod/kvitto")).status_code == 200
        assert (await guesser.post("/ansok")).status_code == 200
        assert (await visitor.post("/stod/kvitto")).status_code == 200
        # Three seconds later there is room for one more.
        assert (await until(guesser, "/stod/kvitto", 200)).status_code == 200


async def test_who_asks_too_often_is_told_so_in_words_that_fit(strict: Gateway) -> None:
    async with person(strict) as client:
        for _ in range(20):
            await client.post("/stod/kvitto")
        for_people = await client.post("/stod/kvitto", headers={"accept": "text/html,*/*;q=0.8"})
        for_programs = await client.post("/api/direct-access/v1/visits/measures", headers={"accept": "text/html"})
    for answer in (for_people, for_programs):
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
        assert not [name for name in answer.headers if name.startswith("x-envoy")]
    assert for_people.headers["content-type"] == "text/html; charset=utf-8"
    assert "Vänta en liten stund" in for_people.text
    assert for_programs.headers["content-type"] == "application/problem+json"
    assert for_programs.json()["code"] == "too-many-requests"


async def test_what_is_refused_for_its_rate_fills_no_log(settings: Settings, strict: Gateway) -> None:
    async with person(strict) as client:
        statuses = [(await client.post("/stod/kvitto")).status_code for _ in range(120)]
    await strict.stop()
    logged = [
        json.loads(line)["status"] for line in settings.log("gateway").read_text().splitlines() if '"event"' in line
    ]
    assert statuses.count(429) > 90
    assert logged.count(429) < 15, "one in a hundred"
    # Its own readiness was asked for at least once.
    assert logged.count(200) > statuses.count(200)


async def test_one_client_sends_so_much_and_may_still_read(settings: Settings, behind: Behind) -> None:
    async with (
        open_gateway(with_limits(settings, sent__at_once=5, sent__a_minute=1)) as gateway,
        person(gateway) as client,
    ):
        assert [(await client.post("/ansok")).status_code for _ in range(6)] == [*[200] * 5, 429]
        assert (await client.get("/ansok")).status_code == 200
    assert len(behind.asked["intake"]) == 6


async def test_signing_in_has_a_limit_of_its_own(settings: Settings, behind: Behind) -> None:  # noqa: ARG001
    async with (
        open_gateway(with_limits(settings, sign_in__at_once=3, sign_in__a_minute=1)) as gateway,
        person(gateway) as client,
    ):
        steps = ("/inloggning", "/inloggning/tillbaka?code=1&state=2", "/mitt/tillbaka?code=3", "/mitt/ut")
        limited = [(await client.get(step)).status_code == 429 for step in steps]
        assert limited == [False, False, False, True]
        assert (await client.get("/stod")).status_code == 200


async def test_all_that_one_client_asks_has_a_limit(settings: Settings, behind: Behind) -> None:
    async with (
        open_gateway(with_limits(settings, everything__at_once=7, everything__a_minute=1)) as gateway,
        person(gateway) as client,
        person(gateway, "127.0.0.2") as other,
    ):
        # The gateway's own readiness counts too, and was asked from the same address.
        statuses = [(await client.get("/")).status_code for _ in range(8)]
        assert statuses[-1] == 429
        assert (await other.get("/")).status_code == 200
    assert 1 < len(behind.asked["direct-access"]) <= 8


async def test_one_service_has_a_limit_for_everybody_that_the_refused_do_not_use_up(
    settings: Settings, behind: Behind
) -> None:
    limits = with_limits(settings, service__at_once=10, service__a_minute=1, sent__at_once=4, sent__a_minute=1)
    async with open_gateway(limits) as gateway, person(gateway) as flood, person(gateway, "127.0.0.2") as other:
        assert [(await flood.post("/ansok")).status_code for _ in range(30)] == [*[200] * 4, *[429] * 26]
        assert [(await other.get("/ansok")).status_code for _ in range(7)] == [*[200] * 6, 429]
        assert (await other.get("/utredning")).status_code == 200, "the other services have their own"
    assert len(behind.asked["intake"]) == 10


async def test_a_slow_service_holds_few_requests_and_the_rest_hear_of_it_at_once(
    settings: Settings, behind: Behind
) -> None:
    behind.goes_on.clear()
    async with (
        open_gateway(with_limits(settings, connections__to_a_service=2, connections__waiting=1)) as gateway,
        person(gateway) as client,
    ):
        asking = [asyncio.create_task(client.get("/ansok")) for _ in range(20)]
        shed, _ = await asyncio.wait(asking, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        told = next(iter(shed)).result()
        assert (told.status_code, told.headers["retry-after"], told.json()["code"]) == (503, "5", "away")
        assert (await client.get("/health/ready")).status_code == 200
        behind.goes_on.set()
        assert (await client.get("/utredning")).status_code == 200, "the other services go on"
        statuses = [answer.status_code for answer in await asyncio.gather(*asking)]
    # Each of the gateway's two threads may open one connection, whatever the limit says.
    assert 1 <= statuses.count(200) <= 4
    assert statuses.count(503) == 20 - statuses.count(200)
    assert len(behind.asked["intake"]) == statuses.count(200)


async def test_a_replica_that_only_fails_rests_for_a_while(settings: Settings, behind: Behind, home: Path) -> None:
    failing = Behind(answer=b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    failing.goes_on.set()
    port = free_port()
    replica = await asyncio.start_server(listen("intake", failing), "127.0.0.1", port)
    configuration = write_configuration(settings, otlp=None, realms={})
    document = yaml.safe_load(configuration.read_text())
    (intake,) = [each for each in document["static_resources"]["clusters"] if each["name"] == "intake"]
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    intake["load_assignment"]["endpoints"][0]["lb_endpoints"].append({"endpoint": {"address": address}})
    configuration.write_text(yaml.safe_dump(document))
    gateway = Gateway(settings, otlp=None)
    envoy = start_child("The gateway", command(configuration), home / "gateway.log")
    try:
        async with person(gateway) as client:
            await until(client, "/utredning", 200)
            statuses = [(await client.get("/ansok")).status_code for _ in range(60)]
    finally:
        await envoy.stop(grace=5)
        replica.close()
    assert 5 <= len(failing.asked["intake"]) <= 15, "five in a row, and what was under way"
    assert statuses[-30:] == [200] * 30
    assert len(behind.asked["intake"]) == statuses.count(200)


async def test_a_gateway_short_of_memory_sheds_and_says_when_to_come_back(settings: Settings, behind: Behind) -> None:
    gateway = Gateway(with_limits(settings, memory__mebibytes=1), otlp=None)
    starting = asyncio.create_task(gateway.start())
    try:
        async with person(gateway) as client:
            for_programs = await until(client, "/api/direct-access/v1/talks", 503)
            for_people = await until(client, "/prata", 503)
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await gateway.stop()
    assert (for_programs.status_code, for_programs.headers["retry-after"]) == (503, "5")
    assert for_programs.json()["code"] == "away"
    assert (for_people.status_code, for_people.headers["retry-after"]) == (503, "5")
    assert "Det gick inte just nu" in for_people.text
    before_it_noticed = sum(len(heads) for heads in behind.asked.values())
    assert before_it_noticed < 5


@pytest.mark.parametrize(
    "headers",
    [b"".join(b"x-%d: 1\r\n" % number for number in range(70)), b"cookie: " + b"a" * 40_000 + b"\r\n"],
    ids=["too many", "too large"],
)
async def test_headers_beyond_all_measure_go_nowhere(strict: Gateway, behind: Behind, headers: bytes) -> None:
    answer = await speak(strict, b"GET /ansok HTTP/1.1\r\nhost: stodvag\r\n" + headers + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b'"code":"broken-request"' in answer
    assert behind.asked == {}


@pytest.mark.slow
async def test_whoever_is_slow_is_told_so_and_let_go(strict: Gateway, behind: Behind) -> None:
    started = time.monotonic()

    async def seconds_until(said: bytes, answer: bytes) -> float:
        assert (await speak(strict, said)).startswith(answer)
        return time.monotonic() - started

    head, body = await asyncio.gather(
        seconds_until(b"GET /ansok HTTP/1.1\r\nhost: stodvag\r\nx: ", b"HTTP/1.1 408 "),
        seconds_until(b"POST /ansok HTTP/1.1\r\nhost: stodvag\r\ncontent-length: 100\r\n\r\nx", b"HTTP/1.1 408 "),
    )
    assert 9 < head < 15
    assert 19 < body < 25
    assert behind.asked == {}, "a service sees whole requests only"


async def test_a_limit_that_is_not_a_number_is_told_at_once(settings: Settings, tmp_path: Path) -> None:
    limits = tmp_path / "limits.toml"
    limits.write_text(settings.limits.read_text().replace("at_once = 600", "at_once = 'many'"))
    with pytest.raises(PartFailed, match=r"everything\.at_once"):
        await Gateway(replace(settings, limits=limits), otlp=None).start()
