"""One PostgreSQL server and one Kafka broker for the whole run, also when xdist spreads it over processes.

They start when the first test asks and end with the run, also after a failure, Ctrl-C or SIGTERM. The process that was
started by hand owns them; xdist's workers ask it for the addresses through a socket. Servers that already run are used
instead when STODVAG_TEST_POSTGRES (address of a superuser) or STODVAG_TEST_KAFKA (host:port) is set.
STODVAG_TEST_DURABLE=1 makes both write to disk as in production.
"""

import asyncio
import os
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from types import FrameType
from typing import Protocol

import pytest

from local_platform.kafka import Kafka
from local_platform.postgres import Database, Postgres, create_database, drop_database
from local_platform.processes import PartFailed, free_port
from local_platform.tools import install_kafka


class Servers:
    """The servers of this run, in the process that was started by hand."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="stodvag-test-"))
        # PostgreSQL's own user must be able to pass through, where the run was started by root.
        self._folder.chmod(0o711)
        self._durable = os.environ.get("STODVAG_TEST_DURABLE") == "1"
        self._postgres: Postgres | None = None
        self._kafka: Kafka | None = None
        self._starting = {"postgres": threading.Lock(), "kafka": threading.Lock()}
        self._listener = Listener(str(self._folder / "asked"), family="AF_UNIX")
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def socket(self) -> str:
        """Where workers ask."""
        return str(self._folder / "asked")

    def stop(self) -> None:
        """End what was started and remove its data, whatever became of the folder meanwhile."""
        with self._starting["postgres"], self._starting["kafka"]:
            asyncio.run(self._stop_both())
        with suppress(FileNotFoundError):
            self._listener.close()
        if self._postgres is not None:
            shutil.rmtree(self._postgres.folder, ignore_errors=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _stop_both(self) -> None:
        running = [server for server in (self._postgres, self._kafka) if server is not None]
        await asyncio.gather(*(server.stop() for server in running))

    def _listen(self) -> None:
        while True:
            worker = self._listener.accept()
            threading.Thread(target=self._answer, args=(worker,), daemon=True).start()

    def _answer(self, worker: Connection) -> None:
        part = worker.recv()
        try:
            with self._starting[part]:
                worker.send((True, asyncio.run(self._postgres_dsn() if part == "postgres" else self._kafka_address())))
        except PartFailed as failure:
            worker.send((False, str(failure)))

    async def _postgres_dsn(self) -> str:
        if self._postgres is None:
            log = self._folder / "postgres.log"
            postgres = Postgres(self._folder / "postgres", free_port(), log, durable=self._durable)
            await postgres.start()
            self._postgres = postgres
        return self._postgres.admin_dsn

    async def _kafka_address(self) -> str:
        if self._kafka is None:
            await install_kafka(self._folder / "install.log")
            log = self._folder / "kafka.log"
            kafka = Kafka(self._folder / "kafka", free_port(), free_port(), log, durable=self._durable)
            await kafka.start()
            self._kafka = kafka
        return self._kafka.address


class XdistNode(Protocol):
    """What this file needs of xdist's worker, as seen from the process that started it."""

    config: pytest.Config
    workerinput: dict[str, str]


SERVERS = pytest.StashKey[Servers]()


def pytest_configure(config: pytest.Config) -> None:
    """Get ready to be asked, in the process that was started by hand."""
    if not hasattr(config, "workerinput"):
        # A broker that lives for a minute never earns back what its better compiler costs.
        os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")
        config.stash[SERVERS] = Servers()
        signal.signal(signal.SIGTERM, _end_as_with_ctrl_c)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: XdistNode) -> None:
    """Tell each worker where to ask."""
    node.workerinput["servers"] = node.config.stash[SERVERS].socket


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers with the run."""
    if SERVERS in config.stash:
        config.stash[SERVERS].stop()


def _end_as_with_ctrl_c(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signal module's signature
    raise KeyboardInterrupt


def ask(config: pytest.Config, part: str) -> str:
    """The address of a server of this run, which starts if it does not run yet."""
    socket = config.workerinput["servers"] if hasattr(config, "workerinput") else config.stash[SERVERS].socket
    with Client(socket, family="AF_UNIX") as servers:
        servers.send(part)
        started, answer = servers.recv()
    if not started:
        pytest.fail(answer, pytrace=False)
    return str(answer)


@dataclass
class SharedPostgres:
    """The run's server: `admin_dsn` is its superuser's address."""

    admin_dsn: str
    created: list[str] = field(default_factory=list)

    async def create_database(self, prefix: str) -> Database:
        """An empty database of this test's own with its two roles; gone at the end of the run."""
        name = f"{prefix}_{secrets.token_hex(4)}"
        self.created.append(name)
        return await create_database(self.admin_dsn, name, secrets.token_bytes(32))


@pytest.fixture(scope="session")
async def postgres(pytestconfig: pytest.Config) -> AsyncIterator[SharedPostgres]:
    """The run's PostgreSQL server; `await postgres.create_database("intake")` gives a database in it."""
    elsewhere = os.environ.get("STODVAG_TEST_POSTGRES")
    own = "" if elsewhere else await asyncio.to_thread(ask, pytestconfig, "postgres")
    server = SharedPostgres(elsewhere or own)
    yield server
    if elsewhere:
        for name in server.created:
            await drop_database(server.admin_dsn, name)


@pytest.fixture(scope="session")
async def kafka(pytestconfig: pytest.Config) -> str:
    """The bootstrap address of the run's Kafka broker. It makes no topic by itself."""
    address = os.environ.get("STODVAG_TEST_KAFKA")
    if address is None:
        address = await asyncio.to_thread(ask, pytestconfig, "kafka")
    return address


@pytest.fixture
def namespace() -> str:
    """A topic prefix that no other test has."""
    return f"t{secrets.token_hex(5)}"
