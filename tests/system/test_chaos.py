"""Parts are killed and stopped while people are being served. Afterwards everything is as if nothing had happened.

Each test compares what it added to the platform with what the same steps add undisturbed.
"""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import asyncpg
import httpx
import pytest
from tests.system.conftest import throw_away_platform
from tests.system.digest import Digest, read_digest, require_equal
from tests.system.disturb import (
    ALL_SERVICES,
    PATIENCE_SECONDS,
    Killer,
    missing_events,
    parts,
    play_journeys,
    settle,
    settle_in_kafka,
)

from chassis.rebuild import rebuild_projection, rebuild_views
from chassis.republish import republish
from chassis.subscriptions import Projection
from followup.store import RESULT_TABLES
from local_platform.journeys import drop_in_without_identity, fourteen_and_alone
from local_platform.platform import Platform
from local_platform.player import Player
from local_platform.services import ServiceProcess
from local_platform.topics import apply_topics, read_topics

pytestmark = pytest.mark.xdist_group("own-platform")

SEEDS = [1, *(pytest.param(seed, marks=[pytest.mark.slow, pytest.mark.timeout(900)]) for seed in range(2, 8))]
SECONDS_AWAY = [pytest.param(seconds, marks=[pytest.mark.slow, pytest.mark.timeout(1800)]) for seconds in (60, 600)]

_Absence = AbstractAsyncContextManager[bool]

_APPLICATION = {
    "district": "centrum",
    "name": "Sam Exempel",
    "what": "Vi behöver hjälp hemma.",
    "why": "Det är bråk varje kväll.",
}
_CONCERN = {"support": "droppin-hamnen", "district": "norrhamn", "told": "En ung besökare berättade om våld hemma."}


@dataclass(frozen=True)
class Played:
    """What the journeys left on the platform, undisturbed."""

    left: Digest
    commands: int


@pytest.fixture(scope="module")
async def own() -> AsyncIterator[Platform]:
    """A platform to be hurt. Assessment runs one process for each of its loops, follow-up's groups have two members."""
    async with throw_away_platform() as platform:
        whole = platform.services["assessment"]
        await whole.stop()
        environment = {**platform.environments["assessment"], "STODVAG_ROLES": "api"}
        port, log = platform.settings.ports["assessment"], platform.settings.log("assessment")
        platform.services["assessment"] = ServiceProcess("assessment", "assessment", port, environment, log)
        await asyncio.gather(
            platform.services["assessment"].start(),
            *(
                platform.add_process(f"assessment-{role}", "assessment", role)
                for role in ("relay", "consumer", "timers")
            ),
            platform.add_process("followup-consumer", "followup", "consumer"),
        )
        yield platform


@pytest.fixture(scope="module")
async def undisturbed(own: Platform) -> Played:
    """The journeys, played in peace."""
    before = await read_digest(own)
    commands = await play_journeys(own)
    await settle(own)
    return Played(await read_digest(own) - before, commands)


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_killed_during_the_journeys_they_end_as_they_should(
    own: Platform, undisturbed: Played, seed: int
) -> None:
    before = await read_digest(own)
    killer = Killer(parts(own), undisturbed.commands, seed)
    await play_journeys(own, killer.strike)
    await killer.finish()
    await settle(own)
    require_equal(await read_digest(own), before + undisturbed.left)


async def test_while_the_database_restarts_nothing_is_parked(own: Platform, undisturbed: Played) -> None:
    assert own.postgres is not None
    postgres = own.postgres
    before = await read_digest(own)

    async def restart(command: int) -> None:
        if command in {5, undisturbed.commands // 2}:
            await postgres.restart()

    await play_journeys(own, restart)
    await settle(own)
    require_equal(await read_digest(own), before + undisturbed.left)


async def test_without_the_keyring_who_needs_it_is_told_to_come_back_and_the_rest_goes_on(own: Platform) -> None:
    left = await _added(own, lambda: _complete_later(own, _in_peace))
    before = await read_digest(own)
    await _complete_later(own, lambda own: _refused(own, "keyring"))
    await settle(own)
    require_equal(await read_digest(own), before + left)


async def test_events_wait_for_services_whose_database_is_away(own: Platform) -> None:
    left = await _added(own, lambda: _ask_once(own))
    before = await read_digest(own)
    async with _refused(own, "followup"), _refused(own, "assessment"):
        waiting = {name: _waits(own, name) for name in ("followup", "assessment")}
        await _ask_once(own)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while any(_waits(own, name) == count for name, count in waiting.items()):  # noqa: ASYNC110  # others log it
                await asyncio.sleep(0.1)
    await settle(own)
    require_equal(await read_digest(own), before + left)


async def test_a_broker_that_lost_its_data_is_filled_again_from_the_event_stores(own: Platform) -> None:
    assert own.kafka is not None
    left = await _added(own, lambda: _ask_once(own))
    before = await read_digest(own)
    listeners = [own.services[name] for name in ("followup", "followup-consumer")]
    await asyncio.gather(*(process.stop() for process in listeners))
    await _ask_once(own)
    await settle_in_kafka(own)
    await own.kafka.stop()
    shutil.rmtree(own.kafka.folder)
    await own.kafka.start()
    await apply_topics(own.kafka_address, own.settings.namespace, read_topics())
    await asyncio.gather(*(process.start() for process in listeners))
    assert await missing_events(own), "nothing was lost with the broker, so this test shows nothing"
    for service in ALL_SERVICES:
        await republish(own.databases[service.name].owner_dsn, service.deciders)
    await settle(own)
    require_equal(await read_digest(own), before + left)


async def test_every_view_and_projection_can_be_made_again_as_it_is(own: Platform, undisturbed: Played) -> None:
    assert undisturbed.left
    before = await read_digest(own)
    tables = {service.name: await _tables(own.databases[service.name].owner_dsn) for service in ALL_SERVICES}
    common = set[str].intersection(*tables.values())
    for service in ALL_SERVICES:
        dsn = own.databases[service.name].owner_dsn
        projected = set(RESULT_TABLES) if service.name == "followup" else set()
        own_views = sorted(tables[service.name] - common - projected)
        await rebuild_views(dsn, service.deciders, own_views, must_equal=True)
        for subscription in service.subscriptions:
            if isinstance(subscription, Projection):
                await rebuild_projection(dsn, subscription, sorted(projected), must_equal=True)
    require_equal(await read_digest(own), before)
    await _ask_once(own)
    await settle(own)


@pytest.mark.parametrize("seconds", SECONDS_AWAY)
async def test_while_kafka_is_away_requests_are_accepted_and_arrive_afterwards_by_themselves(
    own: Platform, seconds: int
) -> None:
    assert own.kafka is not None
    left = await _added(own, lambda: _ask_once(own))
    before = await read_digest(own)
    await own.kafka.stop()
    end = time.monotonic() + seconds
    expected = before
    while time.monotonic() < end:
        await _ask_once(own)
        expected = expected + left
        await asyncio.sleep(seconds / 20)  # about twenty rounds, however long it takes
    assert await missing_events(own), "everything arrived without Kafka, so this test shows nothing"
    await own.kafka.start()
    await settle(own)
    require_equal(await read_digest(own), expected)


async def _added(own: Platform, steps: Callable[[], Awaitable[None]]) -> Digest:
    """What steps leave on the platform."""
    await settle(own)
    before = await read_digest(own)
    await steps()
    await settle(own)
    return await read_digest(own) - before


@asynccontextmanager
async def _impatient(own: Platform) -> AsyncIterator[Player]:
    """Somebody who tries once, and is answered within five seconds."""
    async with httpx.AsyncClient(base_url=own.gateway.url, timeout=5, trust_env=False) as client:
        yield Player(own, client, lambda _: None)


async def _ask_once(own: Platform) -> None:
    """Something to each service that takes in from people. All of it is accepted at once, and crosses later."""
    async with _impatient(own) as player:
        await drop_in_without_identity(player)
        await fourteen_and_alone(player)
        await player.done("/api/intake/v1/applications", _APPLICATION | {"contact": "sam@example.org"})
        await player.done("/api/direct-access/v1/concerns", _CONCERN, role="activity_staff")


async def _complete_later(own: Platform, keyring: Callable[[Platform], _Absence]) -> None:
    """An application, completed after intake has forgotten its key. What needs no old key goes on meanwhile."""
    async with _impatient(own) as player:
        taken = await player.done("/api/intake/v1/applications", _APPLICATION)
        await own.services["intake"].restart()
        completion, key = {"code": taken["code"], "contact": "sam@example.org"}, f"completion-{taken['case_id']}"
        path = "/api/intake/v1/applications/completion"
        async with keyring(own) as away:
            if away:
                refused = await player.send(path, completion, key=key)
                assert (refused.status, refused.code) == (503, "away")
            await player.done("/api/direct-access/v1/concerns", _CONCERN, role="activity_staff")
            await drop_in_without_identity(player)
        await player.done(path, completion, key=key)


@asynccontextmanager
async def _in_peace(_own: Platform) -> AsyncIterator[bool]:
    yield False


@asynccontextmanager
async def _refused(own: Platform, part: str) -> AsyncIterator[bool]:
    """A part's database takes no connection, and has ended those that it had."""
    name = own.databases[part].name
    admin = await asyncpg.connect(own.postgres_dsn)
    try:
        await admin.execute(f"alter database {name} allow_connections false")
        await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        yield True
    finally:
        await admin.execute(f"alter database {name} allow_connections true")
        await admin.close()


def _waits(own: Platform, service: str) -> int:
    """How often a consumer of a service has said that what it needs is away."""
    logs = [own.settings.log(name).read_text() for name in own.services if name.startswith(service)]
    lines = "".join(logs).splitlines()
    return sum('"part-away"' in line and '"loop": "consumer' in line for line in lines)


async def _tables(owner_dsn: str) -> set[str]:
    connection = await asyncpg.connect(owner_dsn)
    try:
        return {row[0] for row in await connection.fetch("select tablename from pg_tables where schemaname = 'public'")}
    finally:
        await connection.close()
