"""Views rebuilt beside a running service are what the live ones are, and stand in their place in one moment."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import asyncpg
import pytest
from tests.integration.chassis.given import NOON, add, on, open_ledger, origin, owner_rows, rows, store_old_addition
from tests.integration.chassis.sample import LEDGER, SERVICE, AmountAdded, Close, Ledger, LedgerClosed

from chassis.beside import RebuildRefused, digest, open_owner
from chassis.database import Connection, on_board
from chassis.decider import Rows
from chassis.event_store import load
from chassis.handle import Store, handle
from chassis.rebuild import rebuild_projection, rebuild_views
from chassis.received import Received
from chassis.subscriptions import Projection
from contracts.envelope import Envelope
from local_platform.postgres import Database

VIEWS = ["ledgers"]


async def total_of(store: Store, board: UUID, stream: UUID) -> int:
    """What the view says of a ledger."""
    [row] = await rows(store, board, "select total from ledgers where stream_id = $1", stream)
    return int(row["total"])


async def spoil_views(database: Database) -> None:
    """As if a fault in the views' code had written wrong rows."""
    await owner_rows(database.owner_dsn, "update ledgers set total = -1")


async def digest_of(database: Database, table: str) -> str:
    """The digest of a live table."""
    async with open_owner(database.owner_dsn) as owner:
        return await digest(owner, table)


async def test_views_are_made_again_from_the_events(store: Store, board: UUID, database: Database) -> None:
    streams = [await open_ledger(store, each) for each in [board] * 5 + [uuid4()]]
    for amount in (3, 4):
        await add(store, board, streams[0], amount)
    await handle(store, origin(board), on(streams[1], Close(at=NOON)))
    right = await digest_of(database, "ledgers")
    await spoil_views(database)
    assert await digest_of(database, "ledgers") != right

    await rebuild_views(database.owner_dsn, [LEDGER], VIEWS)
    assert await digest_of(database, "ledgers") == right
    assert await total_of(store, board, streams[0]) == 7


async def test_a_stream_longer_than_a_page_is_folded_once_and_whole(
    store: Store, board: UUID, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.rebuild._PAGE", 3)
    streams = [await open_ledger(store, board) for _ in range(4)]
    for number, stream in enumerate(streams):
        for _ in range(number * 2):
            await add(store, board, stream, 1)
    await rebuild_views(database.owner_dsn, [LEDGER], VIEWS, must_equal=True)
    assert [await total_of(store, board, stream) for stream in streams] == [0, 2, 4, 6]


async def test_where_streams_share_a_row_it_is_written_as_commands_do(
    store: Store, board: UUID, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.rebuild._PAGE", 1)
    shared = uuid4()

    def rows_of_one(ledger: Ledger) -> Rows:
        return {"ledgers": [{**row, "stream_id": shared} for row in LEDGER.rows(ledger)["ledgers"]]}

    streams = sorted([await open_ledger(store, board) for _ in range(3)])
    for amount, stream in enumerate(streams, 1):
        await add(store, board, stream, amount)
    await rebuild_views(database.owner_dsn, [replace(LEDGER, rows=rows_of_one)], VIEWS)
    assert await total_of(store, board, shared) == 3
    indexes = await owner_rows(database.owner_dsn, "select indexname from pg_indexes where tablename = 'ledgers'")
    assert {row["indexname"] for row in indexes} == {"ledgers_pkey", "ledgers_by_total"}


async def test_old_versions_of_events_are_lifted_in_a_rebuild(store: Store, board: UUID, database: Database) -> None:
    stream = await open_ledger(store, board)
    await store_old_addition(database, board, stream, cents=1200)
    await rebuild_views(database.owner_dsn, [LEDGER], VIEWS)
    assert await total_of(store, board, stream) == 12


async def test_a_rebuild_while_events_flow_equals_the_live_view(store: Store, board: UUID, database: Database) -> None:
    streams = [await open_ledger(store, board) for _ in range(30)]
    stop = asyncio.Event()
    written = 0

    async def write() -> None:
        nonlocal written
        while not stop.is_set():
            if written % 3 == 0:
                streams.append(await open_ledger(store, board))
            await add(store, board, streams[written % len(streams)], 1)
            written += 1

    writers = [asyncio.create_task(write()) for _ in range(4)]
    for _ in range(4):
        before = written
        await rebuild_views(database.owner_dsn, [LEDGER], VIEWS, must_equal=True)
        assert written > before
    stop.set()
    await asyncio.gather(*writers)
    for stream in streams:
        assert await total_of(store, board, stream) == (await load(store.pool, board, stream, LEDGER)).state.total


async def test_an_event_that_is_committed_late_is_not_missed(store: Store, board: UUID, database: Database) -> None:
    late, early = await open_ledger(store, board), await open_ledger(store, board)
    await add(store, board, late, 1)
    # A writer in the middle of its transaction: its event has its position, and later ones are committed before it.
    async with open_owner(database.owner_dsn) as writer:
        transaction = writer.transaction()
        await transaction.start()
        await writer.execute(
            "insert into events (board_id, stream_id, version, case_id, kind, event_id, type, data, published, "
            "command_id, role, purpose, recorded_at) select board_id, stream_id, 3, case_id, kind, gen_random_uuid(), "
            "type, data, 2, gen_random_uuid(), role, purpose, now() from events where stream_id = $1 and version = 2",
            late,
        )
        await add(store, board, early, 1)
        rebuilding = asyncio.create_task(rebuild_views(database.owner_dsn, [LEDGER], VIEWS))
        await until_somebody_waits_for_a_lock(database)
        await writer.execute("update ledgers set total = 2 where stream_id = $1", late)
        await transaction.commit()
    await rebuilding
    assert await total_of(store, board, late) == 2


async def until_somebody_waits_for_a_lock(database: Database) -> None:
    """Until a session of the database stands in a queue."""
    waiting = "select from pg_locks where not granted and database = (select oid from pg_database where datname = $1)"
    async with asyncio.timeout(20):
        while not await owner_rows(database.owner_dsn, waiting, database.name):  # noqa: ASYNC110  # locks set no event
            await asyncio.sleep(0.01)


async def test_the_new_table_keeps_policies_rights_indexes_and_names(
    store: Store, board: UUID, database: Database
) -> None:
    stream = await open_ledger(store, board)
    stands = (
        "select indexname as name, indexdef as what from pg_indexes where tablename = 'ledgers' "
        "union all select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = 'ledgers'::regclass "
        "union all select policyname, concat(cmd, qual, with_check) from pg_policies where tablename = 'ledgers' "
        "union all select 'rights', relacl::text from pg_class where oid = 'ledgers'::regclass "
        "union all select 'security', relrowsecurity::text from pg_class where oid = 'ledgers'::regclass order by 1, 2"
    )
    before = await owner_rows(database.owner_dsn, stands)
    [old] = await owner_rows(database.owner_dsn, "select 'ledgers'::regclass::oid as oid")
    await rebuild_views(database.owner_dsn, [LEDGER], VIEWS)
    [new] = await owner_rows(database.owner_dsn, "select 'ledgers'::regclass::oid as oid")

    assert old != new
    assert [tuple(row) for row in await owner_rows(database.owner_dsn, stands)] == [tuple(row) for row in before]
    assert {"ledgers_pkey", "ledgers_by_total", "board", "rights"} <= {row["name"] for row in before}
    await add(store, board, stream, 5)
    assert await total_of(store, board, stream) == 5
    assert await rows(store, uuid4(), "select from ledgers") == []
    assert await store.pool.fetch("select from ledgers") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await rows(store, board, "delete from ledgers")


@pytest.mark.parametrize(
    ("obstacle", "reason"),
    [
        ("create view sums as select sum(total) from ledgers", "view sums depends on table public.ledgers"),
        (
            """create function f() returns trigger language plpgsql as 'begin return new; end';
            create trigger t before insert on ledgers for each row execute function f()""",
            "trigger t",
        ),
    ],
)
async def test_what_would_be_lost_by_the_swap_stops_it(
    store: Store, board: UUID, database: Database, obstacle: str, reason: str
) -> None:
    stream = await open_ledger(store, board)
    async with open_owner(database.owner_dsn) as owner:
        await owner.execute(obstacle)
    with pytest.raises(RebuildRefused, match=reason):
        await rebuild_views(database.owner_dsn, [LEDGER], VIEWS)
    await add(store, board, stream, 5)
    assert await total_of(store, board, stream) == 5


async def test_rows_that_must_be_equal_and_are_not_leave_the_live_table(
    store: Store, board: UUID, database: Database
) -> None:
    stream = await open_ledger(store, board)
    await spoil_views(database)
    with pytest.raises(RebuildRefused, match="the rows of ledgers would not be those of the live table"):
        await rebuild_views(database.owner_dsn, [LEDGER], VIEWS, must_equal=True)
    assert await total_of(store, board, stream) == -1


async def test_a_table_that_was_forgotten_is_named_and_never_written(
    store: Store, board: UUID, database: Database
) -> None:
    stream = await open_ledger(store, board)
    await spoil_views(database)
    with pytest.raises(RebuildRefused, match="rows for ledgers, which is not among the tables"):
        await rebuild_views(database.owner_dsn, [LEDGER], ["heard"])
    with pytest.raises(RebuildRefused, match="there is no table leggers"):
        await rebuild_views(database.owner_dsn, [LEDGER], ["leggers"])
    assert await total_of(store, board, stream) == -1


async def hear(connection: Connection, received: Sequence[Received]) -> None:
    """Sum up what was heard of each ledger."""
    await connection.execute(
        "insert into heard (board_id, stream_id, total, events) "
        "select current_board(), stream, sum(amount), count(*) from unnest($1::uuid[], $2::int[]) _ (stream, amount) "
        "group by stream on conflict (stream_id) do update "
        "set total = heard.total + excluded.total, events = heard.events + excluded.events",
        [each.envelope.stream for each in received],
        [each.event.amount if isinstance(each.event, AmountAdded) else 0 for each in received],
    )


HEARING = Projection(name="sample.hearing", topics=("sample",), handles=frozenset({AmountAdded}), apply=hear)


async def take_outbox(store: Store, database: Database) -> None:
    """What the relay and the consumer do, without Kafka between them: from this outbox to this inbox."""
    sent = await owner_rows(database.owner_dsn, "select * from outbox_head('{}', 1000)")
    await owner_rows(database.owner_dsn, "delete from outbox")
    for row in sent:
        envelope = Envelope(
            row["event_id"], row["type"], SERVICE, row["recorded_at"], row["board_id"], row["stream_id"],
            row["sequence"], row["role"], row["purpose"], row["traceparent"],
        )  # fmt: skip
        event = (AmountAdded if envelope.type == AmountAdded.type else LedgerClosed).model_validate_json(row["value"])
        async with on_board(store.pool, envelope.board) as connection:
            await connection.execute(
                "insert into inbox (board_id, subscription, stream_id, sequence, event_id, type, key, topic, source, "
                "happened_at, role, purpose, data, outcome) "
                "values ($1, $2, $3, $4, $5, $6, $7, 'sample', 'sample', $8, 'x', 'y', $9, 'applied')",
                envelope.board, HEARING.name, envelope.stream, envelope.sequence, envelope.id, envelope.type,
                row["key"], envelope.time, row["value"],
            )  # fmt: skip
            if isinstance(event, AmountAdded):
                await hear(connection, [Received(event, envelope, "sample")])


async def test_a_projection_is_made_again_from_the_inbox_while_events_flow(
    store: Store, board: UUID, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.rebuild._PAGE", 7)
    boards = [board, uuid4()]
    streams = {await open_ledger(store, each): each for each in boards * 3}

    async def send() -> None:
        for stream, its_board in streams.items():
            for amount in range(1, 5):
                await add(store, its_board, stream, amount)
        await handle(store, origin(board), on(next(iter(streams)), Close(at=NOON)))
        await take_outbox(store, database)

    await send()
    await owner_rows(database.owner_dsn, "update heard set total = -1")
    await rebuild_projection(database.owner_dsn, HEARING, ["heard"])
    heard = await owner_rows(database.owner_dsn, "select total, events from heard")
    assert {tuple(row) for row in heard} == {(10, 4)}

    await owner_rows(database.owner_dsn, "delete from outbox")
    more = asyncio.create_task(send_more(store, database, streams))
    while not more.done():
        await rebuild_projection(database.owner_dsn, HEARING, ["heard"], must_equal=True)
    await more
    assert await rows(store, uuid4(), "select from heard") == []


async def send_more(store: Store, database: Database, streams: dict[UUID, UUID]) -> None:
    """More events, each heard at once."""
    for _ in range(10):
        for stream, board in list(streams.items())[1:]:
            await add(store, board, stream, 1)
            await take_outbox(store, database)
