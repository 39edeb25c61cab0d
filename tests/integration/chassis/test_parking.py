"""Parked events and their replay, on a real database."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from tests.integration.chassis.conftest import Server
from tests.integration.chassis.given import NOON, database_away, on, open_ledger, owner_rows
from tests.integration.chassis.listening import (
    CANARY,
    Heard,
    Told,
    heard,
    make_topic,
    order_of_effects,
    publish,
    running,
    tell,
    until_kept,
    until_parked,
    until_row,
    with_type,
)
from tests.integration.chassis.sample import SERVICE, Add, AmountAdded

from chassis.consumer import Consumer
from chassis.database import Connection
from chassis.decider import Step
from chassis.handle import Store
from chassis.inbox import Arrival, read_record
from chassis.loops import is_away
from chassis.parking import GAP, list_parked, redrive, settle
from chassis.received import Received
from chassis.subscriptions import Reaction, take_batch, take_one
from contracts.published import write
from local_platform.postgres import Database

TOPIC = "sample.v1"

pytestmark = pytest.mark.usefixtures("impatient")


def arrived(told: Told, topic: str = TOPIC) -> Arrival:
    """An event as it arrives from Kafka."""
    return read_record(topic, str(told.key), told.envelope.to_headers(), write(told.event), frozenset({AmountAdded}))


async def test_a_redrive_finishes_a_parked_key_in_order_and_the_consumer_goes_on_behind_it(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str
) -> None:
    topic = await make_topic(kafka, namespace)
    stream = uuid4()
    told = [tell(board, stream, number, amount=number) for number in range(1, 6)]
    ear = Heard(failing={told[1].envelope.id})
    await publish(kafka, topic, told[:4])
    async with running(Consumer(store, kafka, namespace, ear.projection)):
        await until_parked(database, store.pool, 3)
    ear.failing.clear()
    async with running(Consumer(store, kafka, namespace, ear.projection)):
        done = await redrive(store, ear.projection, topic, str(stream))
        await publish(kafka, topic, told[4:])
        await until_kept(database, 5)
    assert (done.done, done.reason) == (3, None)
    assert await heard(database) == {stream: (15, 5)}
    assert await order_of_effects(database) == {stream: [1, 2, 3, 4, 5]}
    assert await list_parked(store.pool, "heard") == []


async def test_a_redrive_stops_at_the_first_event_that_fails_again_and_counts_it(
    store: Store, database: Database, board: UUID
) -> None:
    stream = uuid4()
    told = [tell(board, stream, number) for number in (1, 2, 3)]
    ear = Heard(failing={told[0].envelope.id})
    for each in told:
        assert await settle(store, ear.projection, arrived(each)) == "parked"
    ear.failing = {told[1].envelope.id}
    done = await redrive(store, ear.projection, TOPIC, str(stream))
    assert done.done == 1
    assert (done.reason or "").startswith("ValueError at listening.py:")
    (key,) = await list_parked(store.pool, "heard")
    assert (key.waiting, key.attempts, key.reason) == (2, 1, done.reason)
    assert await heard(database) == {stream: (1, 1)}


async def test_a_redrive_while_the_database_goes_away_changes_no_count_and_can_be_repeated(
    store: Store, database: Database, postgres: Server, board: UUID
) -> None:
    told = tell(board, uuid4(), 1)
    ear = Heard(failing={told.envelope.id})
    await settle(store, ear.projection, arrived(told))
    ear.failing.clear()
    async with database_away(postgres.admin_dsn, database):
        with pytest.raises(Exception) as away:  # noqa: PT011  # whatever says that the database is away
            await redrive(store, ear.projection, TOPIC, str(told.key))
    assert is_away(away.value)
    assert [key.attempts for key in await list_parked(store.pool, "heard")] == [4]
    assert (await redrive(store, ear.projection, TOPIC, str(told.key))).reason is None
    assert await heard(database) == {told.key: (1, 1)}


async def test_an_event_that_arrives_just_as_its_key_is_cleared_is_not_left_behind(
    store: Store, database: Database, board: UUID
) -> None:
    stream = uuid4()
    first, second = tell(board, stream, 1), tell(board, stream, 2)
    ear = Heard(failing={first.envelope.id})
    await settle(store, ear.projection, arrived(first))
    ear.failing.clear()

    owner = await asyncpg.connect(database.owner_dsn)
    async with owner.transaction():
        # A redrive at the point where it has given the event its effect and is about to take its row away.
        await owner.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"heard {TOPIC} {stream}")
        arriving = asyncio.create_task(settle(store, ear.projection, arrived(second)))
        await until_row(database.owner_dsn, "select from pg_locks where locktype = 'advisory' and not granted")
        assert await take_one(store, ear.projection, arrived(first), redriving=True) == "next"
        await owner.execute("delete from parked")
    assert await arriving == "done"
    await owner.close()
    assert await heard(database) == {stream: (2, 2)}


async def test_an_event_delivered_again_is_parked_once(store: Store, board: UUID) -> None:
    told = tell(board, uuid4(), 1)
    ear = Heard(failing={told.envelope.id})
    broken = read_record(TOPIC, str(told.key), [], b"", frozenset({AmountAdded}))
    for _ in range(2):
        await settle(store, ear.projection, arrived(told))
        await settle(store, ear.projection, broken)
    (key,) = await list_parked(store.pool, "heard")
    assert key.waiting == 2


async def test_a_missing_event_that_was_parked_behind_is_taken_first(
    store: Store, database: Database, board: UUID
) -> None:
    stream, other = uuid4(), uuid4()
    poison = tell(board, other, 1, case=stream)
    first, second, third = (tell(board, stream, number) for number in (1, 2, 3))
    ear = Heard(failing={poison.envelope.id})
    for each in (poison, third, second, first):
        await settle(store, ear.projection, arrived(each))
    ear.failing.clear()
    assert (await redrive(store, ear.projection, TOPIC, str(stream))).done == 4
    assert await order_of_effects(database) == {other: [1], stream: [1, 2, 3]}


async def test_a_key_that_waits_for_a_missing_event_stays_parked_until_it_comes(
    store: Store, database: Database, board: UUID
) -> None:
    stream = uuid4()
    ear = Heard()
    await settle(store, ear.projection, arrived(tell(board, stream, 3)))
    assert (await redrive(store, ear.projection, TOPIC, str(stream))).reason == GAP
    await settle(store, ear.projection, arrived(tell(board, stream, 1)))
    (key,) = await list_parked(store.pool, "heard")
    assert (key.reason, key.waiting) == (GAP, 1)
    await settle(store, ear.projection, arrived(tell(board, stream, 2)))
    assert await order_of_effects(database) == {stream: [1, 2, 3]}


async def test_a_redriven_reaction_has_its_effect_once(store: Store, database: Database, board: UUID) -> None:
    ledger, stream = await open_ledger(store, board), uuid4()
    failing = {stream}

    def add(received: Received) -> Sequence[Step[Any]]:
        if received.envelope.stream in failing:
            raise LookupError(CANARY)
        return [on(ledger, Add(at=NOON, amount=1))]

    reaction = Reaction(name="reacting", topics=(SERVICE,), handles=frozenset({AmountAdded}), react=add, purpose="test")
    for told in (tell(board, stream, 1), with_type(tell(board, stream, 2), "stodvag.sample.dreamt.v1")):
        await settle(store, reaction, arrived(told))
    failing.clear()
    redriven = await asyncio.gather(*(redrive(store, reaction, TOPIC, str(stream)) for _ in range(3)))
    assert {each.reason for each in redriven} == {None}
    assert [row["total"] for row in await owner_rows(database.owner_dsn, "select total from ledgers")] == [1]
    outcomes = await owner_rows(database.owner_dsn, "select outcome from inbox order by sequence")
    assert [row["outcome"] for row in outcomes] == ["applied", "unhandled"]


async def test_boards_keep_their_parked_events_apart(store: Store, board: UUID) -> None:
    told = tell(board, uuid4(), 1)
    ear = Heard(failing={told.envelope.id})
    await settle(store, ear.projection, arrived(told))
    assert await store.pool.fetch("select from parked") == []
    assert [key.board for key in await list_parked(store.pool, "heard")] == [board]


async def test_what_two_members_have_at_once_has_one_effect_and_what_one_alone_has_is_kept(
    store: Store, board: UUID, database: Database
) -> None:
    stream, other = uuid4(), uuid4()
    both = [arrived(tell(board, stream, sequence)) for sequence in (1, 2)]
    alone = arrived(tell(board, other, 1))
    behind = Heard()

    async def apply(connection: Connection, received: list[Received]) -> None:
        """While the first member is in the middle of its transaction, the second comes with the same."""
        second.append(asyncio.create_task(take_batch(store, behind.projection, [*both, alone])))
        await until_row(database.owner_dsn, "select from pg_locks where locktype = 'transactionid' and not granted")
        await behind.projection.apply(connection, received)

    second: list[asyncio.Task[list[Arrival]]] = []
    assert await take_batch(store, replace(behind.projection, apply=apply), both) == []
    assert await second[0] == []
    assert behind.projected == 3
    assert await heard(database) == {stream: (2, 2), other: (1, 1)}
    assert await order_of_effects(database) == {stream: [1, 2], other: [1]}
