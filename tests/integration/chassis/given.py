"""Short ways to say what a test begins from."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from tests.integration.chassis.sample import LEDGER, Add, Command, Open

from chassis.database import on_board
from chassis.decider import Origin, Step
from chassis.handle import Handled, Store, handle
from chassis.personal import Personal
from local_platform.postgres import Database

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def origin(board: UUID, *, at: datetime = NOON, command: UUID | None = None, body: bytes | None = None) -> Origin:
    """Where a command comes from. With a `body` a client may send it again."""
    return Origin(
        command_id=command or uuid4(),
        board=board,
        at=at,
        role="caseworker",
        actor="actor-1",
        purpose="test",
        fingerprint=body,
    )


def on(stream: UUID, command: Command, *, new: bool = False) -> Step[Any]:
    """A command on a ledger."""
    return Step(decider=LEDGER, stream=stream, command=command, new=new)


async def open_ledger(store: Store, board: UUID, *, owner: Personal | None = None, at: datetime = NOON) -> UUID:
    """An open ledger; its stream."""
    stream = uuid4()
    await handle(
        store, origin(board, at=at), on(stream, Open(board=board, ledger=stream, at=at, owner=owner), new=True)
    )
    return stream


async def add(store: Store, board: UUID, stream: UUID, amount: int, *, at: datetime = NOON) -> Handled:
    """Add to a ledger."""
    return await handle(store, origin(board, at=at), on(stream, Add(at=at, amount=amount)))


async def rows(store: Store, board: UUID, query: str, *arguments: Any) -> list[asyncpg.Record]:
    """What a board's query gives, as the runtime role."""
    async with on_board(store.pool, board) as connection:
        found: list[asyncpg.Record] = await connection.fetch(query, *arguments)
    return found


async def owner_rows(owner_dsn: str, query: str, *arguments: Any) -> list[asyncpg.Record]:
    """What a query gives as the owner, who sees every board."""
    owner = await asyncpg.connect(owner_dsn)
    try:
        found: list[asyncpg.Record] = await owner.fetch(query, *arguments)
    finally:
        await owner.close()
    return found


async def store_old_addition(database: Database, board: UUID, stream: UUID, *, cents: int) -> None:
    """An event as the service's first version wrote it."""
    await owner_rows(
        database.owner_dsn,
        "insert into events (board_id, stream_id, version, case_id, kind, event_id, type, data, published, command_id, "
        "role, purpose, recorded_at) select $1, $2, max(version) + 1, $2, 'ledger', gen_random_uuid(), 'added', "
        "jsonb_build_object('at', $3::text, 'cents', $4::int), max(published) + 1, gen_random_uuid(), 'caseworker', "
        "'test', now() from events where stream_id = $2",
        board,
        stream,
        NOON.isoformat(),
        cents,
    )


@asynccontextmanager
async def database_away(admin_dsn: str, database: Database) -> AsyncIterator[None]:
    """Meanwhile a database takes no connections from its roles, and those that it had are cut."""
    admin = await asyncpg.connect(admin_dsn)
    try:
        await admin.execute(f"alter database {database.name} connection limit 0")
        await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", database.name)
        yield
    finally:
        await admin.execute(f"alter database {database.name} connection limit -1")
        await admin.close()


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; the test's own time limit ends it otherwise."""
    while not holds():  # noqa: ASYNC110  # what is waited for sets no event
        await asyncio.sleep(0.01)
