"""One client clings to ten thousand slow connections and floods: the others' forms answer as ever.

The services are the shared platform's; before them stands a gateway of this file's own, with the limits of production.
The clients differ by their loopback address.
"""

import asyncio
import json
import resource
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from tests.system.forms import read_page

from local_platform.gateway import Gateway
from local_platform.platform import Platform
from local_platform.processes import free_port

SLOW_CONNECTIONS = 10_000
FLOOD_SECONDS = 8.0
OTHERS = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
_, FILES = resource.getrlimit(resource.RLIMIT_NOFILE)

pytestmark = [
    pytest.mark.xdist_group("shared-platform"),
    pytest.mark.skipif(
        FILES != resource.RLIM_INFINITY and FILES < SLOW_CONNECTIONS + 3_000,
        reason=f"a process may open {FILES} files here: too few for {SLOW_CONNECTIONS} connections",
    ),
]


@pytest.fixture
async def strict(running: Platform, tmp_path: Path) -> AsyncIterator[Gateway]:
    """A gateway with the limits of production before the shared platform's services."""
    ports = {**running.settings.ports, "gateway": free_port()}
    gateway = Gateway(replace(running.settings, home=tmp_path, ports=ports, rate_factor=1), otlp=None)
    await gateway.start()
    yield gateway
    await gateway.stop()


async def test_others_fill_in_their_forms_while_one_client_floods_and_clings(strict: Gateway) -> None:
    port = strict.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "tests.system.flooding", port, str(SLOW_CONNECTIONS), str(FLOOD_SECONDS)]
    flooder = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    assert flooder.stdout is not None
    try:
        async with asyncio.timeout(60):
            assert int(await flooder.stdout.readline()) == SLOW_CONNECTIONS
            filled = await asyncio.gather(*(fill_in_forms(strict, address) for address in OTHERS))
            statuses = json.loads(await flooder.stdout.readline())
            await flooder.wait()
    finally:
        if flooder.returncode is None:
            flooder.kill()
            await flooder.wait()
    assert statuses.keys() == {"200", "422", "429"}, statuses
    assert statuses["429"] > statuses["422"], statuses
    took = sorted(seconds for each in filled for seconds in each)
    assert took[len(took) // 2] < 2, f"half of the forms took longer than {took[len(took) // 2]:.2f} s"


async def fill_in_forms(gateway: Gateway, address: str) -> list[float]:
    """Open a form, send it empty, read what to mend; again and again, on a new connection each time: seconds each."""
    took = []
    stop = time.monotonic() + FLOOD_SECONDS
    while time.monotonic() < stop:
        started = time.monotonic()
        transport = httpx.AsyncHTTPTransport(local_address=address)
        async with httpx.AsyncClient(base_url=gateway.url, transport=transport, timeout=10) as client:
            form = await client.get("/ansok")
            assert form.status_code == 200
            answer = await client.post("/ansok", data=read_page(form.text).fill(lambda _, field: field.values))
            assert answer.status_code == 422
            assert read_page(answer.text).errors_beside
        took.append(time.monotonic() - started)
        await asyncio.sleep(0.3)
    return took
