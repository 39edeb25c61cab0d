"""The consumer on a real database and a real broker."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest
from aiokafka import AIOKafkaConsumer
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from tests.integration.chassis.conftest import OpenStore, Server
from tests.integration.chassis.given import NOON, database_away, on, open_ledger, owner_rows
from tests.integration.chassis.listening import (
    CANARY,
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
    with_type,
)
from tests.integration.chassis.sample import LEDGER, SERVICE, Add, AmountAdded, Open

from chassis import parking
from chassis.consumer import Consumer
from chassis.decider import Step
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
    told = [tell(board, poisoned, number) for number in (1, 2, 3)]
    told += [tell(board, behind, 1, case=poisoned)]  # another stream of the same case
    told += [tell(board, sound, number) for number in (1, 2, 3)]
    random.Random(1).shuffle(told)  # noqa: S311  # any order, but the same in every run
    told.sort(key=lambda each: each.envelope.sequence)
    ear = Heard(failing={each.envelope.id for each in told if each.envelope.stream == poisoned} - {told[0].envelope.id})
    ear.failing = {next(e.envelope.id for e in told if e.envelope.stream == poisoned and e.envelope.sequence == 2)}
    await publish(kafka, topic, sorted(told, key=lambda each: each.envelope.stream == behind))
    async with running(Consumer(store, kafka, namespace, ear.projection)):
        await until_kept(database, 4)
        (key,) = await until_parked(store.pool, 3)
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
        keys = await until_parked(store.pool, 2)
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

    async def thrice() -> bool:
        return bool(await owner_rows(database.owner_dsn, "select from attempts where count = 3"))

    async with running(Consumer(store, kafka, namespace, ear.projection)) as (loop,):
        await eventually(thrice)
        loop.cancel()
    assert await list_parked(store.pool, "heard") == []
    async with running(Consumer(store, kafka, namespace, ear.projection)):
        (key,) = await until_parked(store.pool, 1)
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
        await eventually(lambda: _is(lambda: ear.failures >= 3))
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
        (key,) = await until_parked(store.pool, 3)
        assert key.reason == parking.GAP
        await publish(kafka, topic, [second])
        await until_kept(database, 5)
        await eventually(lambda: _nothing_parked(store))
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
        (key,) = await until_parked(store.pool, 1)
    assert key.reason == parking.CLASH


async def test_events_of_unknown_types_are_kept_as_unhandled_with_their_payload(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    stream = uuid4()
    unknown = with_type(tell(board, stream, 1), "stodvag.sample.dreamt.v1")
    known = tell(board, stream, 2)
    await publish(kafka, topic, [unknown, known])
    async with running(
        Consumer(store, kafka, namespace, Heard().projection), Consumer(store, kafka, namespace, reaction(lambda _: None))
    ):
        await until_kept(database, 2)
        await until_kept(database, 2, "reacting")
    assert await outcomes(database) == {unknown.envelope.id: "unhandled", known.envelope.id: "applied"}
    assert set((await outcomes(database, "reacting")).values()) == {"unhandled"}
    kept = await owner_rows(database.owner_dsn, "select data ->> 'case_id' as case_id from inbox where subscription = 'heard'")
    assert [row["case_id"] for row in kept] == [str(stream)] * 2
    assert await list_parked(store.pool, "heard") == []


async def test_old_versions_are_lifted_on_arrival(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        UPCASTERS, "stodvag.sample.cents-added.v1", (AmountAdded.type, lambda old: old | {"amount": old["amount"] // 100})
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
        keys = await until_parked(store.pool, 5)
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
    ledger = uuid5(board, "ledger")

    def add(received: Received) -> Sequence[Step[Any]]:
        return [on(ledger, Add(at=NOON, amount=1))]

    await open_ledger(store, board)
    async with running(
        Consumer(store, kafka, namespace, Heard().projection),
        Consumer(store, kafka, namespace, reaction(_opening(board, ledger))),
    ):
        await publish(kafka, topic, [tell(board, stream, 1) for stream in streams])
        await until_kept(database, 5)
        async with database_away(postgres.admin_dsn, database):
            await publish(kafka, topic, [tell(board, stream, 2) for stream in streams])
            await asyncio.sleep(1.5)
        await until_kept(database, 40)
        await until_kept(database, 40, "reacting")
    assert await heard(database) == {stream: (2, 2) for stream in streams}
    assert (await totals(database))[ledger] == 40
    assert await list_parked(store.pool, "heard") == await list_parked(store.pool, "reacting") == []
    assert not await owner_rows(database.owner_dsn, "select from attempts")


def _opening(board: UUID, ledger: UUID) -> React:
    raise NotImplementedError


async def _is(holds: Callable[[], bool]) -> bool:
    return holds()


async def _nothing_parked(store: Store) -> bool:
    return not await list_parked(store.pool, "heard")
