"""A keyring database of the test's own, migrated as the platform does it."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import asyncpg
import pytest

from keyring.master import MasterKey
from local_platform.postgres import Database, Postgres, create_database
from local_platform.processes import free_port

MIGRATIONS = Path(__file__).parents[3] / "libs" / "keyring" / "migrations"


class Server(Protocol):
    """What these tests need of the run's PostgreSQL."""

    async def create_database(self, prefix: str) -> Database:
        """An empty database with its two roles."""
        ...


@dataclass(frozen=True)
class OwnServer:
    """A server that a test may stop and start, with a migrated keyring database."""

    postgres: Postgres
    database: Database


async def _migrate(database: Database) -> None:
    """Bring a database to the newest state, as its owner."""
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        for file in sorted(MIGRATIONS.glob("*.sql")):
            async with owner.transaction():
                await owner.execute(file.read_text("utf-8").replace(":app", f'"{database.app_role}"'))
    finally:
        await owner.close()


@pytest.fixture
async def new_database(postgres: Server) -> Callable[[], Awaitable[Database]]:
    """Make a migrated keyring database."""

    async def make() -> Database:
        database = await postgres.create_database("keyring")
        await _migrate(database)
        return database

    return make


@pytest.fixture
async def database(new_database: Callable[[], Awaitable[Database]]) -> Database:
    """A migrated keyring database."""
    return await new_database()


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[OwnServer]:
    """A PostgreSQL server of this test's own."""
    postgres = Postgres(tmp_path / "postgres", free_port(), tmp_path / "postgres.log", durable=False)
    await postgres.start()
    try:
        database = await create_database(postgres.admin_dsn, "keyring", secrets.token_bytes(32))
        await _migrate(database)
        yield OwnServer(postgres, database)
    finally:
        await postgres.stop()


@pytest.fixture
def master() -> MasterKey:
    """The master key of these tests."""
    return MasterKey(bytes(range(32)))
