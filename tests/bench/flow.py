"""Events on their way: from the outbox to Kafka, from Kafka to a view, and a view made again from its events."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from tests.bench.commands import WHOLE, Bench, apply, at_once, clear_outbox
from tests.bench.measure import ROUNDS, Measure, Row, in_turns
from tests.bench.servers import Servers
from tests.unit.followup.an_event import direct

from chassis.answers import Answers
from chassis.case_keys import CaseKeys
from chassis.consumer import Consumer
from chassis.database import open_pool
from chassis.handle import Store
from chassis.rebuild import rebuild_views
from chassis.relay import Relay
from contracts.envelope import Envelope, Headers
from followup.consumer import RESULTS
from intake.main import SERVICE as INTAKE
from keyring import Keyring
from local_platform.topics import apply_topics, read_topics

BATCH = 500
RECORDS = 9_000
"""Records in one turn."""
CASES = 50_000
"""Cases whose view is made again; each has two events."""

_EMPTY = "truncate inbox, cases, supports, measures"


async def measure_relay(servers: Servers, bench: Bench, rounds: int = ROUNDS) -> Row:
    """From a row in the outbox to acknowledged and deleted, against handing the same bytes to aiokafka."""
    namespace = f"r{uuid4().hex[:8]}"
    await apply_topics(servers.kafka.address, namespace, read_topics())
    await clear_outbox(bench)
    await at_once([lambda: apply(bench.store, WHOLE)] * 500)
    await bench.owner.execute("create table waiting as select board_id, stream_id, version, type, value from outbox")
    rows = await bench.owner.fetch("select * from outbox_head('{}', 1000)")
    records = [(str(row["key"]).encode(), row["value"].encode(), _headers(row)) for row in rows]
    await clear_outbox(bench)
    topic = f"{namespace}.intake.v1"

    async def ours() -> float:
        done, stop = asyncio.Event(), asyncio.Event()
        relay = Relay(bench.database.app_dsn, servers.kafka.address, namespace, "intake", done)
        running = asyncio.create_task(relay.run(stop))
        try:
            await bench.owner.execute(
                "insert into outbox (board_id, stream_id, version, type, value) select * from waiting limit 1"
            )
            await _until_sent(bench)
            await bench.owner.execute(
                "insert into outbox (board_id, stream_id, version, type, value) "
                "select w.* from waiting w, generate_series(1, $1) order by random()",
                RECORDS // len(rows),
            )
            started = time.perf_counter()
            done.set()
            await _until_sent(bench)
            return RECORDS / (time.perf_counter() - started)
        finally:
            stop.set()
            await running

    async def floor() -> float:
        async with AIOKafkaProducer(bootstrap_servers=servers.kafka.address, acks="all") as producer:
            await producer.send_and_wait(topic, b"warm")
            sending = itertools.islice(itertools.cycle(records), RECORDS)
            started = time.perf_counter()
            while batch := list(itertools.islice(sending, BATCH)):
                await asyncio.gather(
                    *[await producer.send(topic, value, key, headers=headers) for key, value, headers in batch]
                )
            return RECORDS / (time.perf_counter() - started)

    return Row("relay", "events/s", 0.70, "higher", *await in_turns(ours, floor, rounds))


@dataclass(frozen=True)
class Projecting:
    """Follow-up's results and their floor, from one topic of direct supports."""

    topic: str
    owner: "asyncpg.Connection[asyncpg.Record]"
    ours: Measure
    floor: Measure


@asynccontextmanager
async def open_projection(servers: Servers) -> AsyncIterator[Projecting]:
    """The topic with its records, and a turn of each."""
    namespace = f"p{uuid4().hex[:8]}"
    await apply_topics(servers.kafka.address, namespace, read_topics())
    topic = f"{namespace}.direct-access.v1"
    await _publish_stories(servers, topic)
    database, ring = await servers.database("followup"), await servers.database("keyring")
    numbers = itertools.count()
    async with AsyncExitStack() as stack:
        owner = await asyncpg.connect(database.owner_dsn)
        stack.push_async_callback(owner.close)
        await owner.execute("create table bare (key text, event_id text primary key, value text)")
        keyring = await stack.enter_async_context(Keyring.connect(ring.app_dsn, servers.master))
        pool = await stack.enter_async_context(await open_pool(database.app_dsn))
        bare = await stack.enter_async_context(asyncpg.create_pool(database.owner_dsn))

        async def ours() -> float:
            await owner.execute(_EMPTY)
            # A group that nobody has been in before starts at the beginning.
            name = f"followup-{next(numbers)}"
            store = Store(name, pool, keyring, Answers(servers.master, name), CaseKeys(pool, keyring))
            stop = asyncio.Event()
            running = asyncio.create_task(Consumer(store, servers.kafka.address, namespace, RESULTS).run(stop))
            try:
                return await committed(owner, "inbox")
            finally:
                stop.set()
                await running

        async def floor() -> float:
            await owner.execute("truncate bare")
            group = f"{namespace}.bare-{next(numbers)}"
            running = asyncio.create_task(_upsert_all(servers, topic, group, bare))
            try:
                return await committed(owner, "bare")
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)

        yield Projecting(topic, owner, ours, floor)


async def measure_projection(servers: Servers, rounds: int = ROUNDS) -> Row:
    """From Kafka to a committed row in follow-up's results, against consuming and one upsert a batch."""
    async with open_projection(servers) as turns:
        return Row("project", "events/s", 0.50, "higher", *await in_turns(turns.ours, turns.floor, rounds))


async def measure_rebuild(bench: Bench, rounds: int = ROUNDS) -> Row:
    """Intake's own views from its events, against a cursor over the events and a COPY of the views' rows."""
    await bench.owner.execute("truncate events, work_list, receipts, timers, commands, keys")
    bench.store.cache.clear()
    await at_once([lambda: apply(bench.store, WHOLE)] * CASES)
    await clear_outbox(bench)
    await bench.owner.execute("vacuum analyze")
    await bench.owner.execute("create table bare_list (like work_list); create table bare_receipts (like receipts)")

    async def ours() -> float:
        started = time.perf_counter()
        await rebuild_views(bench.database.owner_dsn, INTAKE.deciders, INTAKE.views)
        return 2 * CASES / (time.perf_counter() - started)

    async def floor() -> float:
        await bench.owner.execute("truncate bare_list, bare_receipts")
        lists, receipts = (
            await bench.owner.fetch("select * from work_list"),
            await bench.owner.fetch("select * from receipts"),
        )
        started = time.perf_counter()
        async with bench.owner.transaction():
            query = "select stream_id, version, kind, type, data::text from events order by stream_id, version"
            async for _row in bench.owner.cursor(query):
                pass
            await bench.owner.copy_records_to_table("bare_list", records=map(tuple, lists))
            await bench.owner.copy_records_to_table("bare_receipts", records=map(tuple, receipts))
        return 2 * CASES / (time.perf_counter() - started)

    return Row("rebuild", "events/s", 0.80, "higher", *await in_turns(ours, floor, rounds))


def _headers(row: asyncpg.Record) -> Headers:
    return Envelope(
        row["event_id"], row["type"], "intake", row["recorded_at"], row["board_id"], row["stream_id"],
        row["sequence"], row["role"], row["purpose"], row["traceparent"],
    ).to_headers()  # fmt: skip


async def _until_sent(bench: Bench) -> None:
    async with asyncio.timeout(60):
        while await bench.owner.fetchval("select exists (select from outbox)"):  # noqa: ASYNC110  # only rows tell
            await asyncio.sleep(0.005)


async def _publish_stories(servers: Servers, topic: str) -> None:
    """Direct supports from asking to their end: six events each, five of which follow-up projects and one it keeps."""
    async with AIOKafkaProducer(bootstrap_servers=servers.kafka.address, max_batch_size=512 * 1024) as producer:
        pending = []
        for _ in range(RECORDS // 6):
            case = uuid4()
            for told in direct(case, scores=(10, 20)):
                value = told.event.model_dump_json().encode()
                pending.append(
                    await producer.send(topic, value, str(case).encode(), headers=told.envelope.to_headers())
                )
        await asyncio.gather(*pending)


async def _upsert_all(servers: Servers, topic: str, group: str, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=servers.kafka.address, group_id=group, auto_offset_reset="earliest"
    ) as consumer:
        while True:
            batch = [
                each
                for records in (await consumer.getmany(timeout_ms=500, max_records=BATCH)).values()
                for each in records
            ]
            if batch:
                await pool.execute(
                    "insert into bare select * from unnest($1::text[], $2::text[], $3::text[]) "
                    "on conflict (event_id) do update set value = excluded.value",
                    [each.key.decode() for each in batch],
                    [dict(each.headers)["ce_id"].decode() for each in batch],
                    [each.value.decode() for each in batch],
                )


async def committed(owner: "asyncpg.Connection[asyncpg.Record]", table: str) -> float:
    """Committed rows a second, from the first batch to the last: joining a group is not counted."""
    first, began = 0, 0.0
    while True:
        count: int = await owner.fetchval(f"select count(*) from {table}")
        now = time.perf_counter()
        if count and not first:
            first, began = count, now
        if count >= RECORDS:
            return float((count - first) / (now - began))
        await asyncio.sleep(0.01)
