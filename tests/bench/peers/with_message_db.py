"""Message DB's append path: the functions that its npm package installs, through asyncpg like ours and the floor."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
from tests.bench.commands import BATCH, at_once
from tests.bench.measure import per_second

from chassis.database import Pool

PACKAGE = Path(__file__).parent / "node_modules" / "@eventide" / "message-db"
INSTALLED = (
    "schema/message-store",
    "tables/messages",
    "types/message",
    "functions/message-store-version",
    "functions/hash-64",
    "functions/acquire-lock",
    "functions/category",
    "functions/is-category",
    "functions/id",
    "functions/cardinal-id",
    "functions/stream-version",
    "functions/write-message",
    "functions/get-stream-messages",
    "indexes/messages-id",
    "indexes/messages-stream",
    "indexes/messages-category",
)
"""In the order of the package's own script, without the extension pgcrypto: PostgreSQL has `gen_random_uuid` itself."""
WRITE = "select write_message($1, $2, $3, $4::jsonb, null, $5)"

Events = Sequence[dict[str, Any]]


def version() -> str:
    """The installed package's."""
    return str(json.loads((PACKAGE / "package.json").read_text())["version"])


async def open_store(dsn: str) -> Pool:
    """Install it into an empty database; a pool on it."""
    pool = await asyncpg.create_pool(dsn, server_settings={"search_path": "message_store,public"})
    for name in INSTALLED:
        await pool.execute((PACKAGE / "database" / f"{name}.sql").read_text())
    return pool


async def turn(pool: Pool, events: Events) -> float:
    """Half new streams, half running ones that are loaded, two events each."""
    running = [f"case-{uuid4()}" for _ in range(BATCH // 2)]
    await at_once([partial(_write, pool, stream, events[:1], -1) for stream in running])
    works = []
    for stream in running:
        works += [partial(_write, pool, f"case-{uuid4()}", events, -1), partial(_go_on, pool, stream, events)]
    return await per_second(BATCH, lambda: at_once(works))


async def _go_on(pool: Pool, stream: str, events: Events) -> None:
    messages = await pool.fetch("select position, type, data from get_stream_messages($1)", stream)
    state = [json.loads(message["data"]) for message in messages]
    await _write(pool, stream, events, len(state) - 1)


async def _write(pool: Pool, stream: str, events: Events, expected: int) -> None:
    """All events in one transaction and one round trip, which is what executemany does."""
    await pool.executemany(
        WRITE,
        [
            (str(uuid4()), stream, each["type"], json.dumps(each["data"]), expected + place)
            for place, each in enumerate(events)
        ],
    )
