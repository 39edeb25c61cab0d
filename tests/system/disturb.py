"""Playing on a platform that is being disturbed, and waiting until it has come to rest."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import httpx

from assessment.main import SERVICE as ASSESSMENT
from chassis.kafka import topic
from chassis.service import Service
from direct_access.main import SERVICE as DIRECT_ACCESS
from followup.main import SERVICE as FOLLOWUP
from intake.main import SERVICE as INTAKE
from local_platform.gateway import Gateway
from local_platform.journeys import JOURNEYS
from local_platform.kafka import Kafka
from local_platform.platform import Platform
from local_platform.player import Player
from local_platform.postgres import Postgres
from local_platform.processes import PartFailed
from local_platform.services import ServiceProcess

ALL_SERVICES: tuple[Service, ...] = (INTAKE, ASSESSMENT, DIRECT_ACCESS, FOLLOWUP)

PATIENCE_SECONDS = 120.0
"""For what waits behind killed parts: a dead consumer's partitions are given away after ten seconds."""

_AWAY = {502, 503, 504}

During = Callable[[int], Awaitable[None]]
"""Done while the n-th command is on its way."""

Part = ServiceProcess | Kafka | Postgres | Gateway


async def nothing(_command: int) -> None:
    """Leave the platform in peace."""


async def ask(network: httpx.AsyncBaseTransport, request: httpx.Request) -> httpx.Response:
    """Send a request and read the whole answer, since a connection may break in the middle of it."""
    answer = await network.handle_async_request(request)
    assert isinstance(answer.stream, httpx.AsyncByteStream)
    try:
        body = b"".join([chunk async for chunk in answer.stream])
    finally:
        await answer.aclose()
    return httpx.Response(answer.status_code, headers=answer.headers, content=body)


class Persistent(httpx.AsyncBaseTransport):
    """Sends each request again, as it was, until a service has answered it: what an Idempotency-Key is for."""

    def __init__(self, during: During = nothing) -> None:
        self.commands = 0
        """How many commands were given, each counted once."""
        self._during = during
        self._network = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request, and what is to be done during it."""
        if request.method != "POST":
            return await self._send(request)
        self.commands += 1
        answer, _ = await asyncio.gather(self._send(request), self._during(self.commands))
        return answer

    async def _send(self, request: httpx.Request) -> httpx.Response:
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = await ask(self._network, request)
            except httpx.TransportError:
                if time.monotonic() > end:
                    raise
            else:
                if answer.status_code not in _AWAY or time.monotonic() > end:
                    return answer
            await asyncio.sleep(0.1)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._network.aclose()


@asynccontextmanager
async def patient_player(platform: Platform, transport: Persistent) -> AsyncIterator[Player]:
    """Somebody who tries again where a part is away, and waits longer than a person would."""
    async with httpx.AsyncClient(base_url=platform.gateway.url, timeout=30, transport=transport) as client:
        yield Player(platform, client, lambda _: None, patience=PATIENCE_SECONDS)


async def play_journeys(platform: Platform, during: During = nothing) -> int:
    """Play every journey to its end; how many commands that took."""
    transport = Persistent(during)
    async with patient_player(platform, transport) as player:
        for journey in JOURNEYS:
            await journey(player)
    return transport.commands


def parts(platform: Platform) -> dict[str, Part]:
    """Every process that can be killed, by name."""
    assert platform.kafka is not None
    assert platform.postgres is not None
    servers: dict[str, Part] = {"kafka": platform.kafka, "postgres": platform.postgres, "gateway": platform.gateway}
    return servers | dict(platform.services)


class Killer:
    """Kills each part once, at moments that follow from a seed, and starts it again as a supervisor would."""

    def __init__(self, victims: Mapping[str, Part], commands: int, seed: int) -> None:
        """`commands` is how many the journeys give."""
        chance = random.Random(seed)  # noqa: S311  # moments, not secrets
        order = chance.sample(sorted(victims), len(victims))
        moments = chance.sample(range(1, commands + 1), len(victims))
        self._blows = {
            moment: (victims[name], chance.uniform(0, 0.05)) for moment, name in zip(moments, order, strict=True)
        }
        self._reviving: list[asyncio.Task[None]] = []

    async def strike(self, command: int) -> None:
        """Kill whose turn it is while this command is on its way."""
        if command in self._blows:
            victim, seconds = self._blows.pop(command)
            await asyncio.sleep(seconds)
            victim.kill9()
            self._reviving.append(asyncio.create_task(_revive(victim)))

    async def finish(self) -> None:
        """Wait until everything that was killed runs again.

        Raises AssertionError where not every part's turn has come.
        """
        await asyncio.gather(*self._reviving)
        assert not self._blows, f"not killed: {self._blows}"


async def _revive(victim: Part) -> None:
    while True:
        try:
            await victim.restart()
        except PartFailed:
            continue  # what it needs was killed too
        else:
            return


async def settle(platform: Platform) -> None:
    """Wait until every published event has had its effect wherever it is listened to, and no timer is due."""
    await _until(platform, listened=True)


async def settle_in_kafka(platform: Platform) -> None:
    """Wait until every published event has left its outbox, whoever is there to read it, and no timer is due."""
    await _until(platform, listened=False)


async def _until(platform: Platform, *, listened: bool) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        on_the_way, published = await _published(platform)
        missing = await missing_events(platform) if listened else set()
        # A reaction may have published meanwhile; then there is more to wait for.
        if not on_the_way and not missing and (await _published(platform)) == (0, published):
            return
        assert time.monotonic() < end, f"{on_the_way} on the way, not arrived: {sorted(missing)[:20]}"
        await asyncio.sleep(0.2)


async def missing_events(platform: Platform) -> set[tuple[str, str, str]]:
    """Who has not had every event of which stream: the service, its subscription, the topic."""
    _, published = await _published(platform)
    missing = set()
    for service in ALL_SERVICES:
        connection = await asyncpg.connect(platform.databases[service.name].owner_dsn)
        try:
            rows = await connection.fetch(
                "select subscription, topic, stream_id, max(sequence) from inbox group by 1, 2, 3"
            )
        finally:
            await connection.close()
        kept = {(row[0], row[1], row[2]): row[3] for row in rows}
        for subscription in service.subscriptions:
            for source in subscription.topics:
                name = topic(platform.settings.namespace, source)
                missing |= {
                    (service.name, subscription.name, name)
                    for (publisher, stream), last in published.items()
                    if publisher == source and kept.get((subscription.name, name, stream), 0) < last
                }
    return missing


async def _published(platform: Platform) -> tuple[int, dict[tuple[str, UUID], int]]:
    """How much is on its way out of outboxes and timers, and how many events each stream of each service published."""
    waiting, published = 0, {}
    for service in ALL_SERVICES:
        connection = await asyncpg.connect(platform.databases[service.name].owner_dsn)
        try:
            waiting += await connection.fetchval(
                "select (select count(*) from outbox) + (select count(*) from timers where next_at <= now())"
            )
            for row in await connection.fetch("select stream_id, max(published) from events group by 1"):
                published[service.name, row[0]] = row[1]
        finally:
            await connection.close()
    return waiting, published
