"""What a platform says of its health while parts are away, and that those who take its spans may be away all the time.

Everything here happens on one platform of its own. Its traces go to somebody who listens and never answers, and its
measurements to where nobody listens.
"""

import asyncio
import socket
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.integration.chassis.given import database_away
from tests.system.cases import as_owner
from tests.system.conftest import throw_away_platform

from local_platform import journeys
from local_platform.platform import Platform
from local_platform.player import Player
from local_platform.processes import free_port
from local_platform.services import SERVICES, ServiceProcess

pytestmark = pytest.mark.xdist_group("own-platform")

_PATIENCE_SECONDS = 30
SMALL_QUEUE = {"STODVAG_ROLES": "api", "OTEL_BSP_MAX_QUEUE_SIZE": "128", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "64"}
"""Fewer spans fit than the test makes."""


@contextmanager
def silent_receiver() -> Iterator[str]:
    """The address of somebody who takes every connection, reads nothing and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture(scope="module")
async def deaf() -> AsyncIterator[Platform]:
    """The platform that nobody listens to."""
    with silent_receiver() as silent:
        nobody = f"http://127.0.0.1:{free_port()}/v1/metrics"
        async with throw_away_platform(otlp=silent, metrics=nobody) as running:
            yield running


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Asks services themselves."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        yield client


async def health(client: httpx.AsyncClient, process: ServiceProcess) -> tuple[int, list[str], list[str]]:
    """What a process says of itself: status, what fails, what it does without. It is alive in any case."""
    assert (await client.get(f"{process.url}/health/live")).status_code == 200
    answer = await client.get(f"{process.url}/health/ready")
    told: dict[str, Any] = answer.json()
    assert told["status"] == ("failing" if told["failing"] else "degraded" if told["degraded"] else "ready")
    return answer.status_code, told["failing"], told["degraded"]


async def until_health(client: httpx.AsyncClient, process: ServiceProcess, *expected: object) -> None:
    """Wait until a process says so."""
    said: object = None
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        if (said := await health(client, process)) == expected:
            return
        await asyncio.sleep(0.1)
    assert said == expected


@asynccontextmanager
async def one_more(running: Platform, name: str, **settings: str) -> AsyncIterator[ServiceProcess]:
    """One more process of direct-access with other settings."""
    environment = {**running.environments["direct-access"], **settings}
    process = ServiceProcess(name, "direct-access", free_port(), environment, running.settings.log(name))
    await process.start()
    try:
        yield process
    finally:
        await process.stop()


async def test_journeys_go_on_though_nobody_takes_spans_or_measurements(deaf: Platform) -> None:
    async with httpx.AsyncClient(base_url=deaf.gateway.url, timeout=30, trust_env=False) as client:
        player = Player(deaf, client, lambda _: None)
        for journey in journeys.JOURNEYS:
            await journey(player)
    for service in SERVICES:
        log = deaf.settings.log(service).read_text()
        assert "opentelemetry" not in log
        assert "Traceback" not in log


async def test_a_receiver_that_is_away_slows_no_request_and_no_end(deaf: Platform, client: httpx.AsyncClient) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    async with (
        one_more(deaf, "silent", **SMALL_QUEUE) as silent,
        one_more(deaf, "refused", **SMALL_QUEUE, STODVAG_OTLP=nobody) as refused,
        one_more(deaf, "untraced", STODVAG_ROLES="api", STODVAG_OTLP="", STODVAG_OTLP_METRICS="") as untraced,
    ):
        processes = (silent, refused, untraced)
        took: dict[str, list[float]] = {process.name: [] for process in processes}
        for _ in range(250):
            for process in processes:
                began = time.perf_counter()
                assert (await client.get(f"{process.url}/stod")).status_code == 200
                took[process.name].append(time.perf_counter() - began)
        usual = statistics.median(took["untraced"][-150:])
        for name in ("silent", "refused"):
            assert statistics.median(took[name][-150:]) < 1.5 * usual + 0.002, name
            assert max(took[name]) < 2, name
        began = time.monotonic()
        await asyncio.gather(silent.stop(), refused.stop())
        assert time.monotonic() - began < 8
        for process in (silent, refused):
            assert process.child.process.returncode == 0, "it had to be killed"


async def test_without_kafka_requests_are_accepted_and_the_loops_wait(
    deaf: Platform, client: httpx.AsyncClient
) -> None:
    assert deaf.kafka is not None
    followup, direct = deaf.services["followup"], deaf.services["direct-access"]
    await until_health(client, followup, 200, [], [])
    async with one_more(deaf, "loops-only", STODVAG_ROLES="relay,consumer") as loops_only:
        await until_health(client, loops_only, 200, [], [])
        await deaf.kafka.stop()
        try:
            await until_health(client, followup, 200, [], ["kafka"])
            answer = await client.post(
                f"{direct.url}/stod/{deaf.settings.boards[0]}/droppin-hamnen",
                data={"district": "centrum", "form_id": str(uuid4()), "step": "send"},
                headers={"Accept": "text/html"},
            )
            assert (answer.status_code, "Välkommen" in answer.text) == (200, True)
            await until_health(client, direct, 200, [], ["kafka", "relay"])
            await until_health(client, loops_only, 503, ["relay"], ["kafka"])
        finally:
            await deaf.kafka.start()
        await until_health(client, direct, 200, [], [])
        await until_health(client, loops_only, 200, [], [])


async def test_without_the_keyring_a_service_serves_what_it_can(deaf: Platform, client: httpx.AsyncClient) -> None:
    followup = deaf.services["followup"]
    async with database_away(deaf.postgres_dsn, deaf.databases["keyring"]):
        await until_health(client, followup, 200, [], ["keyring"])
    await until_health(client, followup, 200, [], [])


async def test_without_its_database_a_service_is_not_ready(deaf: Platform, client: httpx.AsyncClient) -> None:
    followup = deaf.services["followup"]
    async with database_away(deaf.postgres_dsn, deaf.databases["followup"]):
        await until_health(client, followup, 503, ["database", "migrations"], ["relay", "timers"])
        await until_health(client, deaf.services["intake"], 200, [], [])
    await until_health(client, followup, 200, [], [])


@pytest.mark.parametrize("folder", ["chassis", "followup"])
async def test_a_database_behind_the_code_is_not_ready(folder: str, deaf: Platform, client: httpx.AsyncClient) -> None:
    newest = "where folder = $1 and name = (select max(name) from migrations where folder = $1)"
    followup = deaf.services["followup"]
    async with as_owner(deaf, "followup") as owner:
        [row] = await owner.fetch(f"delete from migrations {newest} returning *", folder)
        await until_health(client, followup, 503, ["migrations"], [])
        await owner.execute("insert into migrations select ($1::migrations).*", row)
    await until_health(client, followup, 200, [], [])
