"""The floor of a command over HTTP: a route that inserts two rows through asyncpg's default pool, and nothing else."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
from fastapi import FastAPI, Request
from tests.bench.commands import INSERT


@asynccontextmanager
async def _open(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["BARE_DSN"]) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=_open)


@app.post("/bare", status_code=201)
async def insert(request: Request) -> dict[str, str]:
    """Two events with the request's body."""
    stream, board, command, now = uuid4(), uuid4(), uuid4(), datetime.now(UTC)
    data = (await request.body()).decode()
    values: list[object] = []
    for version in (1, 2):
        values += [
            board,
            stream,
            version,
            stream,
            "application",
            uuid4(),
            "happened",
            data,
            version,
            command,
            "citizen",
        ]
        values += [None, "handle-application", None, now]
    await request.app.state.pool.execute(INSERT, *values)
    return {"case_id": str(stream)}
