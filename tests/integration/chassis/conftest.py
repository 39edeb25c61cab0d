"""The sample service on a database of its own, with the run's keyring."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.integration.chassis import sample
from tests.integration.chassis.listening import make_topic

from chassis import parking
from chassis.answers import Answers
from chassis.case_keys import CaseKeys
from chassis.database import Pool, open_pool
from chassis.handle import Store
from chassis.migrate import migrate
from chassis.telemetry import trace_with
from keyring.master import MasterKey
from keyring.ring import Keyring
from local_platform.postgres import Database

KEYRING_MIGRATIONS = Path(__file__).parents[3] / "libs" / "keyring" / "migrations"

OpenStore = Callable[[Database], Awaitable[Store]]


class Server(Protocol):
    """What these tests need of the run's PostgreSQL."""

    admin_dsn: str

    async def create_database(self, prefix: str) -> Database:
        """An empty database with its two roles."""
        ...


@pytest.fixture(scope="session")
async def keyring_database(postgres: Server) -> Database:
    """The keyring of these tests."""
    database = await postgres.create_database("keyring")
    await migrate(database.owner_dsn, database.app_role, [KEYRING_MIGRATIONS])
    return database


@pytest.fixture(scope="session")
def master_key() -> MasterKey:
    """The master key of these tests."""
    return MasterKey(secrets.token_bytes(32))


@pytest.fixture(scope="session")
async def keyring(keyring_database: Database, master_key: MasterKey) -> AsyncIterator[Keyring]:
    """The keyring as a service uses it."""
    async with Keyring.connect(keyring_database.app_dsn, master_key) as ring:
        yield ring


@pytest.fixture
async def database(postgres: Server) -> Database:
    """The sample service's database, migrated, of this test's own."""
    database = await postgres.create_database("sample")
    await migrate(database.owner_dsn, database.app_role, sample.MIGRATIONS)
    return database


@pytest.fixture
async def open_store(keyring: Keyring, master_key: MasterKey) -> AsyncIterator[OpenStore]:
    """Open the sample service's store as one process does: call it twice for two processes."""
    async with AsyncExitStack() as opened:

        async def open_one(database: Database) -> Store:
            pool: Pool = await opened.enter_async_context(await open_pool(database.app_dsn))
            answers = Answers(master_key, sample.SERVICE)
            return Store(sample.SERVICE, pool, keyring, answers, CaseKeys(pool, keyring))

        yield open_one


@pytest.fixture
async def store(database: Database, open_store: OpenStore) -> Store:
    """The sample service's store."""
    return await open_store(database)


@pytest.fixture
def board() -> UUID:
    """A board that no other test has."""
    return uuid4()


@pytest.fixture
def finished_spans() -> Iterator[InMemorySpanExporter]:
    """The spans that this test's work has ended."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace_with(provider.get_tracer("test"))
    yield exporter
    trace_with(None)


@pytest.fixture
async def topic(kafka: str, namespace: str) -> str:
    """The sample service's topic, of this test's own."""
    return await make_topic(kafka, namespace)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts at an event that fails follow each other sooner than in production."""
    monkeypatch.setattr(parking, "PAUSES_SECONDS", (0.02, 0.02, 0.4))
