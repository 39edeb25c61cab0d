"""FastStream's Kafka broker, as its documentation has it: a batch subscriber with a pydantic model, and one upsert.

Runs in an environment of its own. One line of JSON says what to do, each further line names the consumer group of a
turn, which lasts until the next line. The offset is committed when the handler is done, so that nothing is lost.
"""

import asyncio
import json
import sys
from datetime import datetime
from importlib.metadata import version
from typing import Any
from uuid import UUID

import asyncpg
import uvloop
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.annotations import KafkaMessage
from pydantic import BaseModel

UPSERT = (
    "insert into told select * from unnest($1::uuid[], $2::uuid[], $3::text[]) "
    "on conflict (event_id) do update set said = excluded.said"
)


class Told(BaseModel):
    """What a direct support's published events say; each says some of it."""

    case_id: UUID
    support: str | None = None
    catalogue_version: int | None = None
    age_band: str | None = None
    gender: str | None = None
    district: str | None = None
    requested_at: datetime | None = None
    booked_at: datetime | None = None
    starts_at: datetime | None = None
    started_at: datetime | None = None
    taken_at: datetime | None = None
    ended_at: datetime | None = None
    instrument: str | None = None
    point: str | None = None
    score: int | None = None
    reason: str | None = None


def _subscribe(task: dict[str, Any], group: str, pool: "asyncpg.Pool[asyncpg.Record]") -> KafkaBroker:
    broker = KafkaBroker(task["bootstrap"], logger=None)

    @broker.subscriber(
        task["topic"],
        group_id=group,
        batch=True,
        max_records=task["batch"],
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
    )
    async def take(batch: list[Told], message: KafkaMessage) -> None:
        await pool.execute(
            UPSERT,
            [headers["ce_id"] for headers in message.batch_headers],
            [told.case_id for told in batch],
            [told.model_dump_json(exclude_none=True) for told in batch],
        )

    return broker


async def main() -> None:
    """A new broker for each turn, since a group that nobody has been in starts at the beginning."""
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    task = json.loads(await lines.readline())
    async with asyncpg.create_pool(task["dsn"]) as pool:
        print(version("faststream"), flush=True)
        async for group in lines:
            broker = _subscribe(task, group.decode().strip(), pool)
            await broker.start()
            await lines.readline()
            await broker.stop()
            print("stopped", flush=True)


if __name__ == "__main__":
    uvloop.run(main())
