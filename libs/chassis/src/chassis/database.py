"""Connections to a service's own database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Database: TypeAlias = (
    "asyncpg.Pool[asyncpg.Record] | asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
)
"""Whatever a statement can be given to that is a transaction by itself."""

AWAY: tuple[type[BaseException], ...] = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)
"""What is raised when the database is away, rather than displeased."""


async def _keep_session(_connection: Any) -> None:
    """Nothing to reset: every setting lasts for one transaction only, and asyncpg's own reset costs a round trip."""


async def open_pool(dsn: str, *, size: int = 12) -> Pool:
    """A pool on a service's database, as its runtime role."""
    return await asyncpg.create_pool(
        dsn, min_size=2, max_size=size, reset=_keep_session, command_timeout=30, server_settings={"timezone": "UTC"}
    )


@asynccontextmanager
async def on_board(pool: Pool, board: UUID) -> AsyncIterator[Connection]:
    """A transaction that sees one board's rows."""
    async with pool.acquire() as connection, connection.transaction():
        await set_board(connection, board)
        yield connection


async def set_board(connection: Connection, board: UUID) -> None:
    """Let the rest of this transaction see one board's rows."""
    await connection.execute("select set_config('stodvag.board', $1, true)", str(board))
