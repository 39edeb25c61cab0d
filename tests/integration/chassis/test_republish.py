"""A topic that was lost is refilled from the event store, with the same events."""

import asyncio
from uuid import UUID, uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from tests.integration.chassis.conftest import OpenStore, Server
from tests.integration.chassis.given import NOON, add, on, open_ledger, origin, owner_rows, store_old_addition
from tests.integration.chassis.sample import LEDGER, MIGRATIONS, SERVICE, Close, Note
from tests.integration.chassis.test_rebuild import HEARING

from chassis import kafka as kafka_names
from chassis.beside import digest, open_owner
from chassis.consumer import Consumer
from chassis.decider import Decider
from chassis.handle import Store, handle
from chassis.migrate import migrate
from chassis.personal import Personal
from chassis.relay import Relay
from chassis.republish import CannotRepublish, republish
from local_platform.postgres import Database

OUTBOX = "select board_id, stream_id, version, type, value from outbox order by position"


async def history_of_several(store: Store) -> list[tuple[UUID, UUID]]:
    """Ledgers of two boards with all kinds of events, in turns; each with its board."""
    boards = [uuid4(), uuid4()]
    ledgers = [
        (board, await open_ledger(store, board, owner=Personal("owner", uuid4(), {"name": "Anna Provsson"})))
        for board in boards * 3
    ]
    for amount in range(1, 8):
        for board, stream in ledgers:
            await add(store, board, stream, amount)
            await handle(store, origin(board), on(stream, Note(notes=())))
    for board, stream in ledgers[:2]:
        await handle(store, origin(board), on(stream, Close(at=NOON)))
    return ledgers


@pytest.mark.parametrize("remembered", [20_000, 1])
async def test_every_published_event_goes_out_once_more_as_it_was(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch, remembered: int
) -> None:
    monkeypatch.setattr("chassis.republish._PAGE", 10)
    monkeypatch.setattr("chassis.republish._STREAMS", remembered)
    await history_of_several(store)
    first = await owner_rows(database.owner_dsn, OUTBOX)
    assert len(first) == 6 * 7 + 2
    await owner_rows(database.owner_dsn, "delete from outbox")

    assert await republish(database.owner_dsn, [LEDGER]) == len(first)
    assert await owner_rows(database.owner_dsn, OUTBOX) == first


async def test_an_old_version_goes_out_in_its_newest_form(store: Store, board: UUID, database: Database) -> None:
    stream = await open_ledger(store, board)
    await store_old_addition(database, board, stream, cents=1200)
    await republish(database.owner_dsn, [LEDGER])
    [sent] = await owner_rows(database.owner_dsn, "select value::json ->> 'amount' as amount from outbox")
    assert sent["amount"] == "12"


async def test_it_waits_for_the_relay_rather_than_let_the_outbox_grow(
    store: Store, board: UUID, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.republish._PAGE", 10)
    monkeypatch.setattr("chassis.republish._DEEP", 20)
    stream = await open_ledger(store, board)
    for _ in range(99):
        await add(store, board, stream, 1)
    await owner_rows(database.owner_dsn, "delete from outbox")
    running, deepest, taken = asyncio.create_task(republish(database.owner_dsn, [LEDGER])), 0, 0
    while not running.done() or taken < 99:
        [depth] = await owner_rows(database.owner_dsn, "select count(*) from outbox")
        deepest = max(deepest, depth["count"])
        head = (
            "delete from outbox where position in (select position from outbox order by position limit 5) returning 1"
        )
        taken += len(await owner_rows(database.owner_dsn, head))
    assert (await running, taken) == (99, 99)
    assert 20 <= deepest < 30


async def test_code_that_no_longer_publishes_an_event_is_told_before_a_gap_goes_out(
    store: Store, board: UUID, database: Database
) -> None:
    stream = await open_ledger(store, board)
    await add(store, board, stream, 1)
    silent = Decider(
        kind="ledger", events=LEDGER.events, initial=LEDGER.initial, decide=LEDGER.decide, evolve=LEDGER.evolve
    )
    with pytest.raises(CannotRepublish, match=r"added\.v2 at position 2 is not published any more"):
        await republish(database.owner_dsn, [silent])


async def test_after_the_broker_has_lost_everything_consumers_end_in_the_same_state(
    store: Store, database: Database, postgres: Server, kafka: str, namespace: str, open_store: OpenStore
) -> None:
    ledgers = await history_of_several(store)

    async def heard(namespace: str, listener: Database) -> str:
        """What a service hears that listens on a topic from its beginning."""
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
        await admin.start()
        await admin.create_topics([NewTopic(kafka_names.topic(namespace, SERVICE), 3, 1)])
        await admin.close()
        listening = await open_store(listener)
        stop = asyncio.Event()
        relay = Relay(database.app_dsn, kafka, namespace, SERVICE, store.appended)
        consumer = Consumer(listening, kafka, namespace, HEARING)
        complete = "select count(*) = 6 and min(events) = 7 from heard"
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            group.create_task(relay.run(stop))
            group.create_task(consumer.run(stop))
            while not (await owner_rows(listener.owner_dsn, complete))[0][0]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            stop.set()
        async with open_owner(listener.owner_dsn) as owner:
            return await digest(owner, "heard")

    async def listener() -> Database:
        database = await postgres.create_database("listener")
        await migrate(database.owner_dsn, database.app_role, MIGRATIONS)
        return database

    before = await heard(namespace, await listener())
    republished = asyncio.create_task(republish(database.owner_dsn, [LEDGER]))
    after = await heard(f"{namespace}again", await listener())
    await republished
    assert after == before
    assert ledgers
