"""A PostgreSQL and a Kafka that somebody else started, with settings of their own, are used and left running."""

import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import asyncpg
import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from local_platform import example, journeys
from local_platform.demo import make_throw_away_folder
from local_platform.kafka import Kafka
from local_platform.platform import platform
from local_platform.player import Player
from local_platform.postgres import runnable_programs, unprivileged_user
from local_platform.processes import Child, PartFailed, free_port, run_to_end, start_child, wait_until_ready
from local_platform.settings import Settings, free_ports, port_variable, read_settings
from local_platform.tools import install_kafka

pytestmark = pytest.mark.xdist_group("own-platform")


@dataclass(frozen=True)
class Elsewhere:
    """Servers that are not the platform's, and the settings of a platform that is told of them."""

    postgres: Child
    kafka: Kafka
    settings: Settings


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the servers and the platform have their data."""
    folder = make_throw_away_folder()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def elsewhere(folder: Path) -> AsyncIterator[Elsewhere]:
    """The servers, told of in the environment."""
    await install_kafka(folder / "install.log")
    kafka = Kafka(folder / "kafka", free_port(), free_port(), folder / "kafka.log")
    async with _postgres(folder) as (server, dsn):
        try:
            await kafka.start()
            environment = {port_variable(part): str(port) for part, port in free_ports().items()} | {
                "STODVAG_HOME": str(folder / "platform"),
                "STODVAG_POSTGRES": dsn,
                "STODVAG_KAFKA": kafka.address,
                "STODVAG_NAMESPACE": "kommunen",
                "STODVAG_DATABASE_PREFIX": "kommunen",
            }
            yield Elsewhere(server, kafka, replace(read_settings(environment), viewer=False))
        finally:
            await kafka.stop()


async def test_a_journey_is_played_on_them_and_they_go_on_when_the_platform_has_stopped(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")  # Neither Java nor Maven is needed.
    async with platform(elsewhere.settings) as running:
        assert (running.postgres, running.kafka) == (None, None)
        await example.load(running, lambda _: None)
        async with httpx.AsyncClient(base_url=running.gateway.url, timeout=30, trust_env=False) as client:
            await journeys.application_to_support(Player(running, client, lambda _: None))
        database = running.databases["assessment"]

    assert elsewhere.postgres.alive
    assert elsewhere.kafka.child.alive
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        assert database.name == "kommunen_assessment"
        assert await owner.fetchval("select count(*) from events") > 10
        # The server's own encoding and log are others: see _postgres.
        assert await owner.fetchval("show server_encoding") == "UTF8"
    finally:
        await owner.close()
    assert {"kommunen.intake.v1", "kommunen.assessment.v1"} <= await _topics(elsewhere.kafka)


async def test_its_log_tells_nothing_of_what_the_services_write_or_of_their_passwords(elsewhere: Elsewhere) -> None:
    async with platform(elsewhere.settings) as running:
        owner = await asyncpg.connect(running.databases["intake"].owner_dsn)
        try:
            with pytest.raises(asyncpg.DataError):
                await owner.fetchval("select $1::text::date", "Qvxkanarie")
        finally:
            await owner.close()
    written = elsewhere.postgres.log.read_text()
    assert "select 'told of'" in written, "the log tells of other databases, so this test looks in the right place"
    of_ours = [line for line in written.splitlines() if line.startswith("kommunen")]
    assert [line for line in of_ours if "LOG:  execute" in line or "LOG:  statement" in line] == []
    assert "PASSWORD" not in written
    assert "Qvxkanarie" not in written


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"postgres": "postgresql://dba:qvxhemligt@127.0.0.1:1/postgres"}, "PostgreSQL server cannot be reached"),
        ({"postgres": "not an address"}, "PostgreSQL server cannot be reached"),
        ({"kafka": "127.0.0.1:1"}, "Kafka cannot be reached"),
        ({"kafka": "not an address"}, "Kafka cannot be reached"),
    ],
)
async def test_an_address_where_nobody_answers_is_told_in_one_line_that_says_what_to_set(
    postgres: "Admin", kafka: str, folder: Path, changes: dict[str, str], told: str
) -> None:
    known = {"postgres": postgres.admin_dsn, "kafka": kafka}
    both = {**known, **changes}
    settings = Settings(home=folder, ports=free_ports(), viewer=False, postgres=both["postgres"], kafka=both["kafka"])
    with pytest.raises(PartFailed, match=told) as failure:
        async with platform(settings):
            pytest.fail("it must not start")
    assert "\n" not in str(failure.value)
    assert f"STODVAG_{next(iter(changes)).upper()} must be" in str(failure.value)
    assert "qvxhemligt" not in str(failure.value)


class Admin(Protocol):
    """What these tests need of the run's PostgreSQL."""

    admin_dsn: str


@asynccontextmanager
async def _postgres(folder: Path) -> AsyncIterator[tuple[Child, str]]:
    """A server with another superuser, another encoding, and a log of everything; and its address."""
    home, user, log, port, password = folder / "postgres", unprivileged_user(), folder / "pg.log", free_port(), "p@ss/w"
    home.mkdir()
    if user is not None:
        shutil.chown(home, user)
    bin_ = runnable_programs(home, user)
    (home / "password").write_text(password)
    initdb = [str(bin_ / "initdb"), "-D", str(home / "data"), "-U", "dba", "-A", "scram-sha-256", "--no-locale"]
    made = await run_to_end("initdb", [*initdb, f"--pwfile={home / 'password'}"], log, cwd=home, user=user)
    assert not made.failed, made.last_lines()
    options = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "log_statement": "all",
        "log_min_error_statement": "error",
        "log_parameter_max_length_on_error": -1,
        "log_line_prefix": "%d|",
        "max_connections": 200,
    }
    settings = [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
    command = [str(bin_ / "postgres"), "-D", str(home / "data"), *settings]
    server = start_child("PostgreSQL from elsewhere", command, log, cwd=home, user=user)
    dsn = f"postgresql://dba:{quote(password, safe='')}@127.0.0.1:{port}/postgres"

    async def answers() -> bool:
        try:
            admin = await asyncpg.connect(dsn, timeout=5)
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        await admin.execute("select 'told of'")
        await admin.close()
        return True

    try:
        await wait_until_ready(server, answers, seconds=60)
        yield server, dsn
    finally:
        await server.stop(grace=20, how=signal.SIGINT)


async def _topics(kafka: Kafka) -> set[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.address)
    await admin.start()
    try:
        return set(await admin.list_topics())
    finally:
        await admin.close()
