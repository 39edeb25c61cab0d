"""The consumer on a real database and a real broker: parts that go away, and members that come and go."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import pytest
from tests.integration.chassis.conftest import OpenStore, Server
from tests.integration.chassis.given import NOON, database_away, on, open_ledger, owner_rows
from tests.integration.chassis.listening import (
    CANARY,
    Heard,
    committed,
    heard,
    order_of_effects,
    publish,
    reaction,
    running,
    tell,
    totals,
    until_kept,
    until_row,
)
from tests.integration.chassis.sample import Add, AmountAdded, Open

from chassis import consumer
from chassis.case_keys import CaseKeys
from chassis.consumer import Consumer
from chassis.decider import Step
from chassis.handle import Store
from chassis.personal import Personal
from chassis.received import Received
from keyring.master import MasterKey
from keyring.ring import Keyring
from local_platform.postgres import Database

pytestmark = pytest.mark.usefixtures("impatient")


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
