"""Gauges, read from a real database and a real broker."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.integration.chassis.given import NOON, add, open_ledger
from tests.integration.chassis.listening import Heard, eventually, publish, running, tell, until_parked
from tests.integration.chassis.sample import PATIENCE

from chassis.clock import now
from chassis.consumer import Consumer
from chassis.database import Connection
from chassis.handle import Store
from chassis.received import Received
from chassis.relay import Relay
from local_platform.postgres import Database

pytestmark = pytest.mark.usefixtures("impatient")


class Told:
    """In a gauge's place: what it was last set to."""

    def __init__(self) -> None:
        self.value: float | None = None
        self.attributes: Mapping[str, str] = {}

    def set(self, value: float, attributes: Mapping[str, str]) -> None:
        """As a gauge is set."""
        self.value, self.attributes = value, attributes


async def read(store: Store) -> dict[tuple[str, str], float]:
    """What the database's gauges say, as the runtime role."""
    return {(row["gauge"], row["of"]): row["value"] for row in await store.pool.fetch("select * from gauges()")}


async def test_the_outbox_tells_how_much_waits_and_since_when(
    store: Store, board: UUID, database: Database, kafka: str, namespace: str, topic: str
) -> None:
    assert topic
    assert await read(store) == {("outbox.depth", ""): 0, ("outbox.age", ""): 0}
    began = now()
    stream = await open_ledger(store, board)
    await add(store, board, stream, 1)
    await add(store, board, stream, 1)
    found = await read(store)
    assert found["outbox.depth", ""] == 2
    assert 0 < found["outbox.age", ""] <= (now() - began).total_seconds()
    async with running(Relay(database.app_dsn, kafka, namespace, "sample", store.appended)):
        await eventually(lambda: is_empty(store))


async def is_empty(store: Store) -> bool:
    """Whether nothing waits in the outbox."""
    found = await read(store)
    return (found["outbox.depth", ""], found["outbox.age", ""]) == (0, 0)


async def test_timers_tell_what_is_due_and_what_is_late(store: Store, board: UUID) -> None:
    for at in (NOON, now() - PATIENCE + timedelta(hours=1), now()):  # late, due within a day, later
        await open_ledger(store, board, at=at)
    found = await read(store)
    assert (found["timers.due", "ledger"], found["timers.overdue", "ledger"]) == (2, 1)


async def test_parked_keys_and_lag_tell_what_stands_still_and_what_is_behind(
    store: Store, board: UUID, database: Database, kafka: str, namespace: str, topic: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    lag, age = Told(), Told()
    monkeypatch.setattr("chassis.consumer.consumer_lag", lag)
    monkeypatch.setattr("chassis.consumer.projection_age", age)
    poison = tell(board, uuid4(), 1)
    told = [tell(board, uuid4(), 1) for _ in range(3)]
    hearing, go_on = Heard(failing={poison.envelope.id}).projection, asyncio.Event()

    async def hesitate(connection: Connection, received: list[Received]) -> None:
        await go_on.wait()
        await hearing.apply(connection, received)

    await publish(kafka, topic, [poison, *told])
    consumer = Consumer(store, kafka, namespace, replace(hearing, apply=hesitate))

    async def says(messages: int, *, waits: bool) -> bool:
        await consumer.measure()
        return lag.value == messages and bool(age.value) == waits

    async with running(consumer):
        await eventually(lambda: says(4, waits=True))
        assert age.value is not None
        assert 0 < age.value < 60
        go_on.set()
        await until_parked(database, store.pool, 1)
        await eventually(lambda: says(0, waits=False))
    assert lag.attributes["messaging.destination.name"] == topic
    assert (await read(store))["parked.keys", "heard"] == 1
