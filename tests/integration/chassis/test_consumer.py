"""The consumer on a real database and a real broker."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from tests.integration.chassis.conftest import OpenStore, Server
from tests.integration.chassis.given import NOON, database_away, on, open_ledger, owner_rows, until
from tests.integration.chassis.listening import (
    CANARY,
    PARTITIONS,
    Heard,
    eventually,
    heard,
    make_topic,
    order_of_effects,
    outcomes,
    publish,
    publish_raw,
    running,
    tell,
    until_kept,
    until_parked,
    until_row,
    with_type,
)
from tests.integration.chassis.sample import SERVICE, Add, AmountAdded, Open

from chassis import consumer, event_store, parking
from chassis.case_keys import CaseKeys
from chassis.consumer import Consumer
from chassis.decider import Step
from chassis.event_store import Answered, Append, Conflict
from chassis.handle import Store
from chassis.kafka import group
from chassis.parking import list_parked
from chassis.personal import Personal
from chassis.received import Received
from chassis.subscriptions import Reaction
from contracts.published import write
from contracts.registry import UPCASTERS
from keyring.master import MasterKey
from keyring.ring import Keyring
from local_platform.postgres import Database

React = Callable[[Received], Sequence[Step[Any]] | None]


@pytest.fixture
async def topic(kafka: str, namespace: str) -> str:
    return await make_topic(kafka, namespace)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other sooner than in production."""
    monkeypatch.setattr(parking, "PAUSES_SECONDS", (0.02, 0.02, 0.4))


def reaction(react: React, name: str = "reacting") -> Reaction:
    """A reaction to amounts that were added."""
    return Reaction(name=name, topics=(SERVICE,), handles=frozenset({AmountAdded}), react=react, purpose="test")


async def totals(database: Database) -> dict[UUID, int]:
    """What each ledger holds."""
    found = await owner_rows(database.owner_dsn, "select stream_id, total from ledgers")
    return {row["stream_id"]: row["total"] for row in found}


async def test_a_poison_event_parks_its_key_in_order_while_other_keys_go_on(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    poisoned, behind, sound = uuid4(), uuid4(), uuid4()
    told = [tell(board, stream, number) for number in (1, 2, 3) for stream in (poisoned, sound)]
    told.append(tell(board, behind, 1, case=poisoned))  # another stream of the same case
    ear = Heard(failing={told[2].envelope.id})
    await publish(kafka, topic, told)
    async with running(Consumer(store, kafka, namespace, ear.projection)):
        await until_kept(database, 4)
        (key,) = await until_parked(database, store.pool, 3)
    assert await heard(database) == {poisoned: (1, 1), sound: (3, 3)}
    assert (key.topic, key.key, key.board, key.waiting, key.attempts) == (topic, str(poisoned), board, 3, 4)
    rows = await owner_rows(database.owner_dsn, "select stream_id, sequence, attempts from parked order by place")
    assert [tuple(row) for row in rows] == [(poisoned, 2, 4), (poisoned, 3, 0), (behind, 1, 0)]


async def test_the_reason_of_a_parked_event_says_where_it_failed_and_holds_nothing_personal(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    told = tell(board, uuid4(), 1)
    unreadable = tell(board, uuid4(), 1)
    payload = write(unreadable.event).replace(b'"amount":1', f'"amount":"{CANARY}"'.encode())
    await publish(kafka, topic, [told])
    await publish_raw(kafka, topic, [(str(unreadable.key).encode(), unreadable.envelope.to_headers(), payload)])
    ear = Heard(failing={told.envelope.id})
    async with running(Consumer(store, kafka, namespace, ear.projection)):
        keys = await until_parked(database, store.pool, 2)
    reasons = {key.key: key.reason for key in keys}
    assert reasons[str(told.key)].startswith("ValueError at listening.py:")
    assert reasons[str(unreadable.key)] == f"unreadable payload: {AmountAdded.type}: cannot read amount"
    logged = [vars(record) for record in caplog.records]
    kept = await owner_rows(database.owner_dsn, "select reason from parked union all select reason from attempts")
    assert not [each for each in [*map(str, logged), *map(str, kept)] if "Testsson" in each or "20100109" in each]


async def test_attempts_are_not_forgotten_when_the_consumer_dies_between_them(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    told = tell(board, uuid4(), 1)
    await publish(kafka, topic, [told])
    ear = Heard(failing={told.envelope.id})

    async with running(Consumer(store, kafka, namespace, ear.projection)) as (loop,):
        await until_row(database.owner_dsn, "select from attempts where count = 3")
        loop.cancel()
    assert await list_parked(store.pool, "heard") == []
    async with running(Consumer(store, kafka, namespace, ear.projection)):
        (key,) = await until_parked(database, store.pool, 1)
    assert key.attempts == 4
    assert ear.failures == 4 + 2  # and once in each consumer's batch
    assert not await owner_rows(database.owner_dsn, "select from attempts")


async def test_an_event_that_fails_only_at_first_has_its_effect_and_is_not_parked(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    told = tell(board, uuid4(), 1)
    await publish(kafka, topic, [told])
    ear = Heard(failing={told.envelope.id})
    async with running(Consumer(store, kafka, namespace, ear.projection)):
        await until(lambda: ear.failures >= 3)
        ear.failing.clear()
        await until_kept(database, 1)
    assert await heard(database) == {told.key: (1, 1)}
    assert not await owner_rows(database.owner_dsn, "select from attempts")


async def test_an_event_before_its_time_waits_for_the_missing_one_and_is_then_released_in_order(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    stream, later = uuid4(), uuid4()
    first, second, third, fourth = (tell(board, stream, number) for number in (1, 2, 3, 4))
    effect = tell(board, later, 1, case=stream)
    await publish(kafka, topic, [first, fourth, effect, third])
    async with running(Consumer(store, kafka, namespace, Heard().projection)):
        (key,) = await until_parked(database, store.pool, 3)
        assert key.reason == parking.GAP
        await publish(kafka, topic, [second])
        await until_kept(database, 5)
        await until_row(database.owner_dsn, "select where not exists (select from parked)")
    assert await order_of_effects(database) == {stream: [1, 2, 3, 4], later: [1]}
    places = await owner_rows(database.owner_dsn, "select stream_id, sequence from inbox order by place")
    assert [tuple(row) for row in places] == [(stream, 1), (stream, 2), (stream, 3), (stream, 4), (later, 1)]


async def test_another_event_in_the_same_place_of_a_stream_is_parked_and_not_taken_for_the_same(
    store: Store, board: UUID, kafka: str, namespace: str, topic: str, database: Database
) -> None:
    stream = uuid4()
    await publish(kafka, topic, [tell(board, stream, 1), tell(board, stream, 2)])
    async with running(Consumer(store, kafka, namespace, Heard().projection)):
        await until_kept(database, 2)
        await publish(kafka, topic, [tell(board, stream, 2)])
        (key,) = await until_parked(database, store.pool, 1)
    assert key.reason == parking.CLASH


async def test_events_of_unknown_types_are_kept_as_unhandled_with_their_payload(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    stream = uuid4()
    unknown = with_type(tell(board, stream, 1), "stodvag.sample.dreamt.v1")
    known = tell(board, stream, 2)
    await publish(kafka, topic, [unknown, known])
    async with running(
        Consumer(store, kafka, namespace, Heard().projection),
        Consumer(store, kafka, namespace, reaction(lambda _: None)),
    ):
        await until_kept(database, 2)
        await until_kept(database, 2, "reacting")
    assert await outcomes(database) == {unknown.envelope.id: "unhandled", known.envelope.id: "applied"}
    assert set((await outcomes(database, "reacting")).values()) == {"unhandled"}
    kept = await owner_rows(
        database.owner_dsn, "select data ->> 'case_id' as case_id from inbox where subscription = 'heard'"
    )
    assert [row["case_id"] for row in kept] == [str(stream)] * 2
    assert await list_parked(store.pool, "heard") == []


async def test_old_versions_are_lifted_on_arrival(
    store: Store,
    database: Database,
    board: UUID,
    kafka: str,
    namespace: str,
    topic: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(
        UPCASTERS,
        "stodvag.sample.cents-added.v1",
        (AmountAdded.type, lambda old: old | {"amount": old["amount"] // 100}),
    )
    told = with_type(tell(board, uuid4(), 1, amount=700), "stodvag.sample.cents-added.v1")
    await publish(kafka, topic, [told])
    async with running(Consumer(store, kafka, namespace, Heard().projection)):
        await until_kept(database, 1)
    assert await heard(database) == {told.key: (7, 1)}


async def test_records_that_are_no_events_of_ours_are_parked_whatever_they_hold(
    store: Store, board: UUID, kafka: str, namespace: str, topic: str, database: Database
) -> None:
    told = tell(board, uuid4(), 1)
    headers = told.envelope.to_headers()
    await publish_raw(
        kafka,
        topic,
        [
            (None, [], b"\x00\xff"),
            (b"\x00\xff", headers, write(told.event)),
            (str(uuid4()).encode(), [(name, value) for name, value in headers if name != "ce_id"], b"{}"),
            (str(uuid4()).encode(), [*headers, ("ce_sequence", b"99999999999")], b"{}"),
            (str(uuid4()).encode(), [*headers, ("ce_type", b"no\x00type"), ("ce_id", str(uuid4()).encode())], b"[1"),
        ],
    )
    await publish(kafka, topic, [told])
    async with running(Consumer(store, kafka, namespace, Heard().projection)):
        await until_kept(database, 1)
        keys = await until_parked(database, store.pool, 5)
    reasons = sorted(key.reason for key in keys)
    assert reasons == [
        "broken envelope: header ce_id is missing or cannot be read",
        "broken envelope: header ce_sequence is no place in a stream",
        "broken envelope: header ce_specversion is missing or cannot be read",
        "broken envelope: the key is no case id",
        "unreadable payload: ValueError",
    ]
    assert {key.board for key in keys} == {board, UUID(int=0)}


async def test_nothing_parks_and_everything_goes_on_when_the_database_was_away(
    store: Store, database: Database, postgres: Server, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    streams = [uuid4() for _ in range(20)]
    ledger = await open_ledger(store, board)
    adding = reaction(lambda _: [on(ledger, Add(at=NOON, amount=1))])
    async with running(
        Consumer(store, kafka, namespace, Heard().projection), Consumer(store, kafka, namespace, adding)
    ):
        await publish(kafka, topic, [tell(board, stream, 1) for stream in streams])
        await until_kept(database, 5)
        async with database_away(postgres.admin_dsn, database):
            await publish(kafka, topic, [tell(board, stream, 2) for stream in streams])
            await asyncio.sleep(1.5)  # longer than all attempts together
        await until_kept(database, 40)
        await until_kept(database, 40, "reacting")
    assert await heard(database) == dict.fromkeys(streams, (2, 2))
    assert (await totals(database))[ledger] == 40
    assert not await owner_rows(database.owner_dsn, "select from parked")
    assert not await owner_rows(database.owner_dsn, "select from attempts")


async def test_nothing_parks_and_everything_goes_on_when_the_keyring_was_away(
    open_store: OpenStore, database: Database, keyring_database: Database, master_key: MasterKey, postgres: Server,
    board: UUID, kafka: str, namespace: str, topic: str,
) -> None:  # fmt: skip
    def opening(received: Received) -> Sequence[Step[Any]]:
        owner = Personal("owner", uuid5(received.envelope.id, "person"), {"name": CANARY})
        ledger = uuid5(received.envelope.id, "ledger")
        return [on(ledger, Open(board=board, ledger=ledger, at=NOON, owner=owner), new=True)]

    store = await open_store(database)
    async with Keyring.connect(keyring_database.app_dsn, master_key, block=1) as keyring:
        store.keyring = keyring
        store.keys = CaseKeys(store.pool, keyring)
        async with running(Consumer(store, kafka, namespace, reaction(opening))):
            async with database_away(postgres.admin_dsn, keyring_database):
                await publish(kafka, topic, [tell(board, uuid4(), 1) for _ in range(8)])
                await until_kept(database, 1, "reacting")  # with the one key that was at hand
                await asyncio.sleep(1.5)  # longer than all attempts together
                assert not await owner_rows(database.owner_dsn, "select from attempts")
            await until_kept(database, 8, "reacting")
    assert len(await totals(database)) == 8
    assert not await owner_rows(database.owner_dsn, "select from parked")


async def test_waiting_for_a_rebuild_s_lock_parks_nothing(
    store: Store, database: Database, postgres: Server, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    await owner_rows(postgres.admin_dsn, f"alter role {database.app_role} set lock_timeout = '50ms'")
    await store.pool.expire_connections()
    told = tell(board, uuid4(), 1)
    owner = await asyncpg.connect(database.owner_dsn)
    async with running(Consumer(store, kafka, namespace, Heard().projection)):
        async with owner.transaction():
            await owner.execute("lock table inbox in exclusive mode")
            await publish(kafka, topic, [told])
            await asyncio.sleep(1.5)  # longer than all attempts together
        await until_kept(database, 1)
    await owner.close()
    assert await heard(database) == {told.key: (1, 1)}
    assert not await owner_rows(database.owner_dsn, "select from parked")


async def test_consumers_added_and_removed_in_mid_batch_change_nothing_in_the_result(
    store: Store, database: Database, kafka: str, namespace: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "BATCH", 40)
    boards = [uuid4(), uuid4()]
    streams = {uuid4(): boards[number % 2] for number in range(50)}
    dice = random.Random(2)  # noqa: S311  # the same amounts in every run
    told = [
        tell(board, stream, number, amount=dice.randint(1, 9))
        for number in range(1, 25)
        for stream, board in streams.items()
    ]
    expected: dict[UUID, tuple[int, int]] = {}
    for each in told:
        total, events = expected.get(each.key, (0, 0))
        assert isinstance(each.event, AmountAdded)
        expected[each.key] = (total + each.event.amount, events + 1)
    await publish(kafka, topic, told)

    ears = [Heard(slow=0.1) for _ in range(4)]
    first, second, third, fourth = (Consumer(store, kafka, namespace, ear.projection) for ear in ears)
    async with running(first) as (killed,):
        await until_kept(database, 100)
        async with running(second, third):
            await until_kept(database, 400)
            killed.cancel()
            async with running(fourth):
                await until_kept(database, len(told))
    assert all(ear.projected for ear in ears[:3])
    assert await heard(database) == expected
    assert await order_of_effects(database) == {stream: list(range(1, 25)) for stream in streams}
    assert not await owner_rows(database.owner_dsn, "select from parked")


async def test_no_offset_is_committed_before_its_effect(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    told = tell(board, uuid4(), 1)
    await publish(kafka, topic, [told])
    owner = await asyncpg.connect(database.owner_dsn)
    async with owner.transaction():
        await owner.execute("lock table inbox in exclusive mode")
        async with running(Consumer(store, kafka, namespace, Heard().projection)) as (loop,):
            query = "select from pg_locks where relation = 'inbox'::regclass and not granted"
            await until_row(database.owner_dsn, query)
            loop.cancel()
        assert await committed(kafka, namespace, topic) == 0
    await owner.close()
    async with running(Consumer(store, kafka, namespace, Heard().projection)):
        await until_kept(database, 1)
    assert await committed(kafka, namespace, topic) == 1
    assert await heard(database) == {told.key: (1, 1)}


async def test_a_member_with_a_name_of_its_own_comes_back_and_goes_on(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    for start in range(2):
        told = [tell(board, uuid4(), 1) for _ in range(10)]
        await publish(kafka, topic, told)
        async with running(Consumer(store, kafka, namespace, Heard().projection, instance="one")):
            await until_kept(database, 10 * (start + 1))
    assert len(await heard(database)) == 20


async def test_reactions_that_touch_the_same_streams_in_opposite_order_do_not_deadlock(
    open_store: OpenStore, database: Database, board: UUID, kafka: str, namespace: str, topic: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    store, second = await open_store(database), await open_store(database)
    one, other = await open_ledger(store, board), await open_ledger(store, board)
    owner = await asyncpg.connect(database.owner_dsn)
    await owner.execute(
        """
        create function dawdle() returns trigger language plpgsql as
        $$ begin perform pg_sleep(0.01); return null; end $$;
        create trigger dawdle after insert on events for each row execute function dawdle()
        """
    )
    await owner.close()
    deadlocks: list[BaseException] = []
    append = event_store.append

    async def watched(connection: Any, work: Append) -> Answered:
        try:
            return await append(connection, work)
        except Conflict as conflict:
            if isinstance(conflict.__context__, asyncpg.DeadlockDetectedError):
                deadlocks.append(conflict)
            raise

    monkeypatch.setattr(event_store, "append", watched)

    def add_to_both(received: Received) -> Sequence[Step[Any]]:
        both = [on(one, Add(at=NOON, amount=1)), on(other, Add(at=NOON, amount=1))]
        return both if received.envelope.id.int % 2 else both[::-1]

    both_names = ("reacting", "echoing")
    async with running(
        Consumer(store, kafka, namespace, reaction(add_to_both, "reacting")),
        Consumer(second, kafka, namespace, reaction(add_to_both, "echoing")),
    ):
        for kept, more in ((1, 1), (31, 30)):
            await publish(kafka, topic, [tell(board, uuid4(), 1) for _ in range(more)])
            await asyncio.gather(*(until_kept(database, kept, name) for name in both_names))
    assert await totals(database) == {one: 62, other: 62}
    assert deadlocks == []
    assert not await owner_rows(database.owner_dsn, "select from attempts")


async def test_an_event_that_is_delivered_again_is_reacted_to_once(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    ledger = await open_ledger(store, board)
    told = [tell(board, uuid4(), 1) for _ in range(5)]
    await publish(kafka, topic, told * 3)
    async with running(Consumer(store, kafka, namespace, reaction(lambda _: [on(ledger, Add(at=NOON, amount=1))]))):
        await eventually(lambda: _all_committed(kafka, namespace, topic, 15))
    assert await totals(database) == {ledger: 5}


async def test_a_reaction_that_the_domain_refuses_is_an_outcome_and_its_key_goes_on(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    ledger = await open_ledger(store, board)
    stream = uuid4()
    small, large, last = (tell(board, stream, number, amount=amount) for number, amount in ((1, 3), (2, 9), (3, 1)))

    def add(received: Received) -> Sequence[Step[Any]]:
        assert isinstance(received.event, AmountAdded)
        return [on(ledger, Add(at=NOON, amount=received.event.amount, at_most=5))]

    await publish(kafka, topic, [small, large, last])
    async with running(Consumer(store, kafka, namespace, reaction(add))):
        await until_kept(database, 3, "reacting")
    assert await outcomes(database, "reacting") == {
        small.envelope.id: "applied",
        large.envelope.id: "refused:too-much",
        last.envelope.id: "applied",
    }
    assert await totals(database) == {ledger: 4}
    (caused,) = await owner_rows(
        database.owner_dsn, "select distinct role, actor, purpose from events where type = 'added.v2'"
    )
    assert tuple(caused) == ("system", None, "test")


async def test_a_poison_event_of_a_reaction_parks_its_key_after_what_came_before_it(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    ledger = await open_ledger(store, board)
    stream = uuid4()
    unhandled = with_type(tell(board, stream, 1), "stodvag.sample.dreamt.v1")
    poison, behind = tell(board, stream, 2), with_type(tell(board, stream, 3), "stodvag.sample.dreamt.v1")

    def add(received: Received) -> Sequence[Step[Any]]:
        if received.envelope.id == poison.envelope.id:
            raise LookupError(CANARY)
        return [on(ledger, Add(at=NOON, amount=1))]

    await publish(kafka, topic, [unhandled, poison, behind, tell(board, uuid4(), 1)])
    async with running(Consumer(store, kafka, namespace, reaction(add))):
        (key,) = await until_parked(database, store.pool, 2, "reacting")
        await until_kept(database, 2, "reacting")
    assert key.waiting == 2
    assert key.reason.startswith("LookupError at test_consumer.py:")
    assert (await outcomes(database, "reacting"))[unhandled.envelope.id] == "unhandled"
    assert await totals(database) == {ledger: 1}


async def test_poll_process_and_commit_are_spans_that_link_to_the_command_behind_each_event(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str,
    finished_spans: InMemorySpanExporter,
) -> None:  # fmt: skip
    cause = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
    told = tell(board, uuid4(), 1)
    told = replace(told, envelope=replace(told.envelope, traceparent=cause))
    await publish(kafka, topic, [told])
    ledger = await open_ledger(store, board)
    adding = reaction(lambda _: [on(ledger, Add(at=NOON, amount=1))])
    async with running(Consumer(store, kafka, namespace, adding)):
        await eventually(lambda: _all_committed(kafka, namespace, topic, 1, "reacting"))
    spans = {span.name: span for span in finished_spans.get_finished_spans()}
    poll, process, commit = (spans[f"{verb} {topic}"] for verb in ("poll", "process", "commit"))
    assert [poll.kind, process.kind, commit.kind] == [SpanKind.CLIENT, SpanKind.CONSUMER, SpanKind.CLIENT]
    for span in (poll, process):
        assert [link.context.trace_id for link in span.links] == [0x0123456789ABCDEF0123456789ABCDEF]
        assert span.parent is None
    assert process.context.trace_id != 0x0123456789ABCDEF0123456789ABCDEF
    assert commit.parent is not None
    assert commit.parent.span_id == process.context.span_id
    assert (process.attributes or {})["messaging.consumer.group.name"] == group(namespace, SERVICE, "reacting")
    assert [(span.attributes or {})["messaging.operation.type"] for span in (poll, process, commit)] == [
        "receive",
        "process",
        "settle",
    ]
    (added,) = await owner_rows(database.owner_dsn, "select traceparent from events where type = 'added.v2'")
    assert f"{process.context.trace_id:032x}" in added["traceparent"]


async def committed(kafka: str, namespace: str, topic: str, subscription: str = "heard") -> int:
    """How many records of the topic the group has committed."""
    settings = {"bootstrap_servers": kafka, "group_id": group(namespace, SERVICE, subscription)}
    async with AIOKafkaConsumer(enable_auto_commit=False, **settings) as reader:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        reader.assign(partitions)
        return sum([await reader.committed(partition) or 0 for partition in partitions])


async def _all_committed(kafka: str, namespace: str, topic: str, count: int, subscription: str = "reacting") -> bool:
    return await committed(kafka, namespace, topic, subscription) == count
