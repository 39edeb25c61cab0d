"""Reactions on a real database and a real broker."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from tests.integration.chassis.conftest import OpenStore
from tests.integration.chassis.given import NOON, on, open_ledger, owner_rows
from tests.integration.chassis.listening import (
    CANARY,
    all_committed,
    eventually,
    outcomes,
    publish,
    reaction,
    running,
    tell,
    totals,
    until_kept,
    until_parked,
    with_type,
)
from tests.integration.chassis.sample import SERVICE, Add, AmountAdded

from chassis import event_store
from chassis.consumer import Consumer
from chassis.database import Connection
from chassis.decider import Step
from chassis.event_store import Answered, Append, Conflict
from chassis.handle import Store
from chassis.kafka import group
from chassis.received import Received
from local_platform.postgres import Database

pytestmark = pytest.mark.usefixtures("impatient")


async def test_reactions_that_touch_the_same_streams_in_opposite_order_do_not_deadlock(
    open_store: OpenStore, database: Database, board: UUID, kafka: str, namespace: str, topic: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
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

    async def watched(connection: Connection, board: UUID, commands: Sequence[Sequence[Append]]) -> list[Answered]:
        try:
            return await append(connection, board, commands)
        except Conflict as conflict:
            if isinstance(conflict.__context__, asyncpg.DeadlockDetectedError):
                deadlocks.append(conflict)
            raise

    monkeypatch.setattr(event_store, "append", watched)
    store, second = await open_store(database), await open_store(database)
    one, other = await open_ledger(store, board), await open_ledger(store, board)

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
        await eventually(lambda: all_committed(kafka, namespace, topic, 15))
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
    assert key.reason.startswith("LookupError at test_consumer_reactions.py:")
    assert (await outcomes(database, "reacting"))[unhandled.envelope.id] == "unhandled"
    assert await totals(database) == {ledger: 1}


async def test_poll_process_and_commit_are_spans_that_link_to_the_command_behind_each_event(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str,
    finished_spans: InMemorySpanExporter,
) -> None:  # fmt: skip
    cause = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"
    told = tell(board, uuid4(), 1)
    told = replace(told, envelope=told.envelope._replace(traceparent=cause))
    await publish(kafka, topic, [told])
    ledger = await open_ledger(store, board)
    adding = reaction(lambda _: [on(ledger, Add(at=NOON, amount=1))])
    async with running(Consumer(store, kafka, namespace, adding)):
        await eventually(lambda: all_committed(kafka, namespace, topic, 1, "reacting"))
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
