"""The relay on a real database and a real broker."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from tests.integration.chassis.conftest import Server
from tests.integration.chassis.given import NOON, add, database_away, open_ledger, origin, owner_rows, until
from tests.integration.chassis.listening import (
    Heard,
    heard,
    make_topic,
    order_of_effects,
    running,
    totals,
    until_kept,
    until_row,
)
from tests.integration.chassis.sample import LEDGER, SERVICE, Add, Open

from chassis import kafka as kafka_settings
from chassis.consumer import Consumer
from chassis.decider import Step
from chassis.handle import Store, handle
from chassis.relay import Relay
from contracts.envelope import Envelope
from local_platform.kafka import Kafka
from local_platform.postgres import Database
from local_platform.processes import free_port

PROCESS = Path(__file__).parent / "relay_process.py"


def relay(database: Database, kafka: str, namespace: str, store: Store | None = None) -> Relay:
    """The sample service's relay."""
    appended = store.appended if store else asyncio.Event()
    return Relay(database.app_dsn, kafka, namespace, SERVICE, appended)


async def until_sent(database: Database) -> None:
    """Wait until the outbox is empty."""
    await until_row(database.owner_dsn, "select where not exists (select from outbox)")


async def on_topic(kafka: str, topic: str) -> list[Envelope]:
    """Everything that was written to the topic, partition by partition."""
    async with AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest") as reader:
        ends = await reader.end_offsets(reader.assignment())
        found = []
        for partition, end in sorted(ends.items()):
            position = 0
            while position < end:
                for record in (await reader.getmany(partition, timeout_ms=200)).get(partition, []):
                    found.append(Envelope.from_headers(record.headers))
                    position = record.offset + 1
    return found


def streams_in_sequence(envelopes: list[Envelope]) -> dict[UUID, list[int]]:
    """The sequence numbers of each stream as they lie on the topic."""
    order: dict[UUID, list[int]] = {}
    for envelope in envelopes:
        order.setdefault(envelope.stream, []).append(envelope.sequence)
    return order


@asynccontextmanager
async def outbox_held(database: Database) -> AsyncIterator[None]:
    """Meanwhile the rows that lie in the outbox can be read and not deleted."""
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        async with owner.transaction():
            await owner.execute("select from outbox for update")
            yield
    finally:
        await owner.close()


async def until_deleting(admin_dsn: str, database: Database) -> int:
    """Wait until a relay wants to delete what it has sent, and may not; the number of its session."""
    query = "select pid from pg_stat_activity where datname = $1 and wait_event_type = 'Lock' and query ~ 'outbox_sent'"
    return int((await until_row(admin_dsn, query, database.name))["pid"])


@asynccontextmanager
async def relay_process(database: Database, kafka: str, namespace: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A relay in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROCESS), database.app_dsn, kafka, namespace, SERVICE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_every_event_of_32_writers_with_delayed_commits_arrives_once_and_in_sequence(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    owner = await asyncpg.connect(database.owner_dsn)
    await owner.execute(
        """
        create function dawdle() returns trigger language plpgsql as
        $$ begin perform pg_sleep(random() * 0.04); return null; end $$;
        create constraint trigger dawdle after insert on events deferrable initially deferred
        for each row execute function dawdle()
        """
    )
    await owner.close()
    case_of = {uuid4(): uuid4() for _ in range(6)}  # one stream to a case
    for case in [uuid4() for _ in range(6)]:
        case_of |= {uuid4(): case for _ in range(3)}  # several streams to a case

    async def opened(stream: UUID) -> None:
        step = Step(
            decider=LEDGER, stream=stream, case=case_of[stream], command=Open(board=board, ledger=stream, at=NOON)
        )
        await handle(store, origin(board), step)

    async def writer(number: int) -> None:
        dice = random.Random(number)  # noqa: S311  # the same choices in every run
        for _ in range(10):
            stream = dice.choice(list(case_of))
            command = Add(at=NOON, amount=dice.randint(1, 9))
            await handle(
                store, origin(board), Step(decider=LEDGER, stream=stream, case=case_of[stream], command=command)
            )

    await asyncio.gather(*map(opened, case_of))
    consumer = Consumer(store, kafka, namespace, Heard().projection)
    async with running(relay(database, kafka, namespace, store), consumer):
        await asyncio.gather(*map(writer, range(32)))
        await until_kept(database, 320)
        await until_sent(database)

    assert {stream: total for stream, (total, _) in (await heard(database)).items()} == {
        stream: total for stream, total in (await totals(database)).items() if total
    }
    for order in [streams_in_sequence(await on_topic(kafka, topic)), await order_of_effects(database)]:
        assert sum(map(len, order.values())) == 320
        assert all(sequences == list(range(1, len(sequences) + 1)) for sequences in order.values())


async def test_two_relays_at_once_send_everything_once(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    stream = await open_ledger(store, board)
    async with running(relay(database, kafka, namespace, store), relay(database, kafka, namespace)):
        for _ in range(100):
            await add(store, board, stream, 1)
        await until_sent(database)
    assert streams_in_sequence(await on_topic(kafka, topic)) == {stream: list(range(1, 101))}


async def test_a_relay_killed_between_sending_and_deleting_loses_and_doubles_no_effect(
    store: Store, database: Database, postgres: Server, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    stream = await open_ledger(store, board)
    for _ in range(20):
        await add(store, board, stream, 1)
    async with outbox_held(database), relay_process(database, kafka, namespace) as process:
        session = await until_deleting(postgres.admin_dsn, database)
        process.kill()
        # Its last statement would still be carried out once the rows are free.
        await owner_rows(postgres.admin_dsn, "select pg_terminate_backend($1)", session)
    assert len(await on_topic(kafka, topic)) == 20

    async with running(relay(database, kafka, namespace, store), Consumer(store, kafka, namespace, Heard().projection)):
        await add(store, board, stream, 1)
        await until_kept(database, 21)
        await until_sent(database)
    assert len(await on_topic(kafka, topic)) == 41
    assert await heard(database) == {stream: (21, 21)}


@pytest.mark.usefixtures("topic")
async def test_a_relay_that_stalls_and_wakes_after_another_took_over_loses_and_doubles_no_effect(
    store: Store, database: Database, postgres: Server, board: UUID, kafka: str, namespace: str
) -> None:
    stream = await open_ledger(store, board)
    for _ in range(20):
        await add(store, board, stream, 1)
    async with relay_process(database, kafka, namespace) as process:
        async with outbox_held(database):
            session = await until_deleting(postgres.admin_dsn, database)
            os.kill(process.pid, signal.SIGSTOP)
            # What the database does with a client that it no longer hears.
            await owner_rows(postgres.admin_dsn, "select pg_terminate_backend($1)", session)
        async with running(
            relay(database, kafka, namespace, store), Consumer(store, kafka, namespace, Heard().projection)
        ):
            for _ in range(20):
                await add(store, board, stream, 1)
            await until_kept(database, 40)
            os.kill(process.pid, signal.SIGCONT)
            for _ in range(20):
                await add(store, board, stream, 1)
            await until_kept(database, 60)
            await until_sent(database)
        # The one that had stalled leads again, now that the other has ended.
        await add(store, board, stream, 1)
        await until_sent(database)
    async with running(Consumer(store, kafka, namespace, Heard().projection)):
        await until_kept(database, 61)
    assert await heard(database) == {stream: (61, 61)}
    assert await order_of_effects(database) == {stream: list(range(1, 62))}


async def test_the_relay_goes_on_by_itself_when_the_database_was_away(
    store: Store, database: Database, postgres: Server, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    stream = await open_ledger(store, board)
    async with running(relay(database, kafka, namespace, store)):
        await add(store, board, stream, 1)
        await until_sent(database)
        async with database_away(postgres.admin_dsn, database):
            await asyncio.sleep(0.3)
        await add(store, board, stream, 1)
        await until_sent(database)
    assert streams_in_sequence(await on_topic(kafka, topic)) == {stream: [1, 2]}


async def test_what_is_accepted_while_kafka_is_away_has_its_effect_afterwards(
    store: Store, database: Database, board: UUID, namespace: str, tmp_path: Path, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(kafka_settings, "SEND_SECONDS", 2)
    broker = Kafka(tmp_path / "kafka", free_port(), free_port(), tmp_path / "kafka.log", durable=False)
    await broker.start()
    try:
        topic = await make_topic(broker.address, namespace)
        stream = await open_ledger(store, board)
        consumer = Consumer(store, broker.address, namespace, Heard().projection)
        async with running(relay(database, broker.address, namespace, store), consumer):
            await add(store, board, stream, 1)
            await until_kept(database, 1)
            broker.kill9()
            await broker.stop()
            for _ in range(20):
                await add(store, board, stream, 1)
            await until(lambda: bool(caplog.messages))
            await broker.start()
            await until_kept(database, 21)
            await until_sent(database)
        order = streams_in_sequence(await on_topic(broker.address, topic))[stream]
        assert sorted(set(order)) == list(range(1, 22))
        assert await heard(database) == {stream: (21, 21)}
        assert caplog.messages == ["part-away", "part-back"] * (len(caplog.messages) // 2)
    finally:
        await broker.stop()


async def test_a_batch_is_one_send_span_with_a_link_to_each_command_and_records_carry_their_command_s_trace(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str,
    finished_spans: InMemorySpanExporter,
) -> None:  # fmt: skip
    stream = await open_ledger(store, board)
    await add(store, board, stream, 1)
    await add(store, board, stream, 1)
    commands = [span.context.span_id for span in finished_spans.get_finished_spans() if span.name == "command"][-2:]
    async with running(relay(database, kafka, namespace)):
        await until_sent(database)
    (sent,) = [span for span in finished_spans.get_finished_spans() if span.name == f"send {topic}"]
    assert sent.kind is SpanKind.PRODUCER
    assert [link.context.span_id for link in sent.links] == commands
    assert dict(sent.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": topic,
        "messaging.client.id": f"{namespace}.{SERVICE}.relay",
        "messaging.batch.message_count": 2,
    }
    carried = [envelope.traceparent or "" for envelope in await on_topic(kafka, topic)]
    assert [int(each.split("-")[2], 16) for each in carried] == commands
