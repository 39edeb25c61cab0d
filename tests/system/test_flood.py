"""One client clings to ten thousand slow connections and floods: the others' forms answer as ever.

The services are the shared platform's; before them stands a gateway of this file's own, with the limits of production.
The clients differ by their loopback address.
"""

import asyncio
import resource
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from tests.system.forms import read_page

from local_platform.gateway import Gateway
from local_platform.platform import Platform
from local_platform.processes import free_port

pytestmark = pytest.mark.xdist_group("shared-platform")

SLOW_CONNECTIONS = 10_000
FLOOD_SECONDS = 8.0
OTHERS = ("127.0.0.2", "127.0.0.3", "127.0.0.4")

SILENT = b""
HALF_A_HEAD = b"POST /ansok HTTP/1.1\r\nhost: stodvag\r\nx-slow: "
HALF_A_BODY = b"POST /ansok HTTP/1.1\r\nhost: stodvag\r\ncontent-length: 200000\r\n\r\nname="


@pytest.fixture
async def door(running: Platform, tmp_path: Path) -> AsyncIterator[Gateway]:
    """A gateway with the limits of production before the shared platform's services."""
    ports = {**running.settings.ports, "gateway": free_port()}
    gateway = Gateway(replace(running.settings, home=tmp_path, ports=ports, rate_factor=1), otlp=None)
    await gateway.start()
    yield gateway
    await gateway.stop()


async def test_others_fill_in_their_forms_while_one_client_floods_and_clings(door: Gateway) -> None:
    port = int(door.url.rsplit(":", 1)[1])
    async with files_for(SLOW_CONNECTIONS + 1_000), slow_connections(port, SLOW_CONNECTIONS) as clinging:
        assert clinging.count(True) > SLOW_CONNECTIONS * 0.99
        async with asyncio.TaskGroup() as all_at_once:
            flooding = [all_at_once.create_task(flood(port)) for _ in range(20)]
            filling = [all_at_once.create_task(fill_in_forms(door, address)) for address in OTHERS]
    statuses = sum((each.result() for each in flooding), Counter[str]())
    took = sorted(seconds for each in filling for seconds in each.result())
    assert statuses["429"] > statuses["200"] > 0, statuses
    assert statuses.keys() <= {"200", "429"}, statuses
    assert len(took) >= 30
    assert took[len(took) // 2] < 0.5, f"half of the forms took longer than {took[len(took) // 2]:.2f} s"
    assert took[-1] < 3, f"the slowest form took {took[-1]:.2f} s"


async def fill_in_forms(door: Gateway, address: str) -> list[float]:
    """Open a form, send it empty, read what to mend; again and again, on a new connection each time: seconds each."""
    took = []
    stop = time.monotonic() + FLOOD_SECONDS
    while time.monotonic() < stop:
        started = time.monotonic()
        transport = httpx.AsyncHTTPTransport(local_address=address)
        async with httpx.AsyncClient(base_url=door.url, transport=transport, timeout=10) as client:
            form = await client.get("/ansok")
            assert form.status_code == 200
            answer = await client.post("/ansok", data=read_page(form.text).fill(lambda _, field: field.values))
            assert answer.status_code == 422
            assert read_page(answer.text).errors_beside
        took.append(time.monotonic() - started)
        await asyncio.sleep(0.3)
    return took


async def flood(port: int) -> Counter[str]:
    """All the requests that one connection can make: how they were answered."""
    statuses = Counter[str]()
    stop = time.monotonic() + FLOOD_SECONDS
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < stop:
        writer.write(b"GET /ansok HTTP/1.1\r\nhost: stodvag\r\n\r\n")
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        statuses[head[9:12]] += 1
        await reader.readexactly(int(head.split("content-length: ", 1)[1].split("\r\n", 1)[0]))
    writer.close()
    return statuses


@asynccontextmanager
async def slow_connections(port: int, count: int) -> AsyncIterator[list[bool]]:
    """So many connections of one client that say nothing, half a head or half a body: whether each was taken."""
    turn = asyncio.Semaphore(200)
    writers: list[asyncio.StreamWriter] = []

    async def connect(said: bytes) -> bool:
        async with turn:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                return False
            writer.write(said)
            writers.append(writer)
            return True

    kinds = (SILENT, HALF_A_HEAD, HALF_A_BODY)
    taken = await asyncio.gather(*(connect(kinds[number % 3]) for number in range(count)))
    try:
        yield taken
    finally:
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def files_for(count: int) -> AsyncIterator[None]:
    """Let this process open so many files for a while; skip the test where the machine does not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count + 2_000:
        pytest.skip(f"a process may open {hard} files here: too few for {count} connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
