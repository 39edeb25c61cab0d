"""Rebuilding of views while the service runs: beside the live tables, page by page, and swapped in one moment.

A service's own views are made again from its own events, projections of others' events from the inbox. Nothing here
reads with one long snapshot, which would keep the outbox's deleted rows from being cleared.

Positions are given before commit, so the highest one seen says nothing of what is yet to be committed below it. A
*horizon* does: it is taken under a lock that waits for every writer in flight, so nothing can appear below it any more.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import asyncpg
from pydantic_core import to_json

from chassis.beside import OwnerConnection, RebuildRefused, add_indexes, beside, digest, open_owner, swap
from chassis.codec import reader as event_reader
from chassis.database import set_board
from chassis.decider import Decider
from chassis.received import Received
from chassis.subscriptions import Projection
from contracts.envelope import Envelope
from contracts.published import UnknownType, read
from contracts.registry import UPCASTERS

T = TypeVar("T")

_PAGE = 2_000
_SMALL = 200
_BREATH = 250
_ROUNDS = 20
_LOCK_TRIES = 20

_Written: TypeAlias = dict[str, list[Mapping[str, object]]]
"""Rows by table."""
_Deciders: TypeAlias = Mapping[str, Decider[Any, Any, Any]]

_KEPT = """
select board_id, topic, type, event_id, source, happened_at, stream_id, sequence, role, purpose, traceparent,
       data::text as data
from public.inbox where subscription = $1 and data is not null and place > $2 and place <= $3 order by place
"""


async def rebuild_views(
    dsn: str, deciders: Iterable[Decider[Any, Any, Any]], tables: Sequence[str], *, must_equal: bool = False
) -> None:
    """Make a service's own views again from its own events, and put them in place of the live ones.

    `dsn` is the owner's. `tables` are all tables that the deciders have rows for. With `must_equal` the new rows must
    be those of the live tables, to the last: a check of what is live.

    Raises:
        RebuildRefused: the live tables were left as they are; the text says why.
    """
    by_kind = {decider.kind: decider for decider in deciders}

    async def catch_up(reader: OwnerConnection, writer: OwnerConnection, after: int, until: int) -> int:
        if after == 0:
            return await _fill(reader, writer, by_kind, tables)
        changed = await reader.fetch(
            "select distinct stream_id from events where position > $1 and position <= $2", after, until
        )
        streams = [row["stream_id"] for row in changed]
        for start in range(0, len(streams), _PAGE):
            page = streams[start : start + _PAGE]
            await _fold(reader, by_kind, page, lambda rows: _save(writer, rows, tables))
        return len(streams)

    await _rebuild(dsn, tables, "events", "position", catch_up, must_equal=must_equal)


async def rebuild_projection(
    dsn: str, projection: Projection, tables: Sequence[str], *, must_equal: bool = False
) -> None:
    """Make a projection's tables again from what the inbox keeps of others' events, and put them in place.

    `dsn` is the owner's; `tables` are all that the projection writes. It goes back as far as the inbox does.

    Raises:
        RebuildRefused: the live tables were left as they are; the text says why.
    """

    async def catch_up(reader: OwnerConnection, writer: OwnerConnection, after: int, until: int) -> int:
        await add_indexes(writer, tables)
        return await _project(reader, writer, projection, after, until)

    await _rebuild(dsn, tables, "inbox", "place", catch_up, must_equal=must_equal)


_CatchUp: TypeAlias = Callable[[OwnerConnection, OwnerConnection, int, int], Awaitable[int]]
"""Bring the tables beside from one horizon to the next; returns how much there was to do."""


async def _rebuild(
    dsn: str, tables: Sequence[str], source: str, number: str, catch_up: _CatchUp, *, must_equal: bool
) -> None:
    """Round after round until little is left, and the rest while every writer waits."""
    async with open_owner(dsn) as reader, beside(dsn, tables) as writer:
        # The index that finds rows by ranges of their numbers may be behind. It waits for writers, so it is brought up
        # to date before any are held up: where there is nothing yet, every round is the first one.
        await reader.execute("select brin_summarize_new_values($1::regclass)", f"{source}_{number}")
        done = 0
        for _ in range(_ROUNDS):
            horizon = await _while_writers_wait(reader, source, lambda: _highest(reader, source, number))
            left = await catch_up(reader, writer, done, horizon)
            done = horizon
            if left <= _SMALL:
                break
        # A rough look at the rows is enough to plan by, until autovacuum looks closely.
        await writer.execute("set default_statistics_target = 25")
        await writer.execute(f"analyze {', '.join(f'rebuild.{table}' for table in tables)}")

        async def finish() -> None:
            await writer.execute("set local synchronous_commit = on")
            await catch_up(reader, writer, done, await _highest(reader, source, number))
            if must_equal:
                await _require_equal(writer, tables)
            await swap(writer, tables)

        await _while_writers_wait(writer, source, finish)


async def _while_writers_wait(connection: OwnerConnection, source: str, work: Callable[[], Awaitable[T]]) -> T:
    """Do something in a transaction that begins when every writer has committed, and that new ones wait for.

    Behind a long transaction it gives up soon and tries again, rather than hold up all who queue behind it.
    """
    for attempt in range(_LOCK_TRIES):
        try:
            async with connection.transaction():
                await connection.execute(f"set local lock_timeout = '2s'; lock table public.{source} in share mode")
                return await work()
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            await asyncio.sleep(0.1 * attempt)
    raise RebuildRefused("the tables are in use all the time; try again when it is calmer")


async def _highest(connection: OwnerConnection, source: str, number: str) -> int:
    """The highest number that was given to a row, committed or not."""
    found: int | None = await connection.fetchval(
        "select pg_sequence_last_value(pg_get_serial_sequence($1, $2)::regclass)", f"public.{source}", number
    )
    return found or 0


async def _fold(
    reader: OwnerConnection,
    deciders: _Deciders,
    streams: Sequence[UUID] | None,
    write: Callable[[_Written], Awaitable[None]],
) -> int:
    """Fold streams from their first event, these or all, and write their rows; returns how many events there were."""
    only = "" if streams is None else "and stream_id = any($5)"
    query = (
        "select stream_id, version, kind, type, data::text as data from public.events "  # noqa: S608
        f"where (stream_id, version) > ($1, $2) and kind = any($3) {only} order by stream_id, version limit $4"
    )
    rest = [list(deciders), _PAGE] + ([] if streams is None else [streams])

    async def page_after(last: asyncpg.Record | None) -> list[asyncpg.Record]:
        start = (UUID(int=0), 0) if last is None else (last["stream_id"], last["version"])
        found: list[asyncpg.Record] = await reader.fetch(query, *start, *rest)
        return found

    readers = {kind: event_reader(decider) for kind, decider in deciders.items()}
    events = 0
    stream, state = None, None
    rows: _Written = {}

    def finish_stream() -> None:
        for table, written in decider.rows(state).items():
            rows.setdefault(table, []).extend(written)

    saving: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    saving.set_result(None)
    try:
        async with aclosing(_pages(page_after)) as pages:
            async for page in pages:
                for number, (stream_id, _version, kind, type_, data) in enumerate(page):
                    if number % _BREATH == 0:
                        # The connections are read and written meanwhile, or the database would stand still.
                        await asyncio.sleep(0)
                    if stream_id != stream:
                        if stream is not None:
                            finish_stream()
                        stream, decider, read_event = stream_id, deciders[kind], readers[kind]
                        state = decider.initial
                    state = decider.evolve(state, read_event(type_, data))
                events += len(page)
                # While one page's rows are written, the next is read and folded.
                await saving
                saving, rows = asyncio.ensure_future(write(rows)), {}
        await saving
    finally:
        saving.cancel()
        await asyncio.wait([saving])
    if stream is not None:
        finish_stream()
        await write(rows)
    return events


async def _fill(reader: OwnerConnection, writer: OwnerConnection, deciders: _Deciders, tables: Sequence[str]) -> int:
    """Write the rows of all streams into empty tables: as they are, and the indexes last; or where rows meet on one key
    or do not fit their columns as they are, as `append` does. Returns how many events there were."""
    columns = {table: await _columns(writer, table) for table in tables}
    try:
        events = await _fold(reader, deciders, None, lambda rows: _copy(writer, rows, columns))
        await add_indexes(writer, tables)
    except (asyncpg.UniqueViolationError, asyncpg.DataError):
        await writer.execute(f"truncate {', '.join(f'rebuild.{table}' for table in tables)}")
        await add_indexes(writer, tables)
        events = await _fold(reader, deciders, None, lambda rows: _save(writer, rows, tables))
    return events


async def _copy(writer: OwnerConnection, rows: _Written, columns: Mapping[str, Sequence[str]]) -> None:
    """Write rows as they are."""
    _require_expected(rows, columns)
    for table, written in rows.items():
        names = columns[table]
        records = [tuple(map(row.get, names)) for row in written]
        await writer.copy_records_to_table(table, schema_name="rebuild", columns=names, records=records)


async def _save(writer: OwnerConnection, rows: _Written, tables: Collection[str]) -> None:
    """Write rows as `append` does. Its function finds the tables beside first."""
    _require_expected(rows, tables)
    if rows:
        await writer.execute("select save_views($1)", to_json(rows).decode())


def _require_expected(rows: _Written, tables: Collection[str]) -> None:
    if unexpected := rows.keys() - set(tables):
        raise RebuildRefused(
            f"there are rows for {', '.join(sorted(unexpected))}, which is not among the tables to rebuild"
        )


async def _columns(writer: OwnerConnection, table: str) -> list[str]:
    rows = await writer.fetch(
        "select attname from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped",
        f"rebuild.{table}",
    )
    return [row["attname"] for row in rows]


async def _project(
    reader: OwnerConnection, writer: OwnerConnection, projection: Projection, after: int, until: int
) -> int:
    """Project what the inbox keeps between two horizons, in the order in which it was applied."""
    known = {event.type: event for event in projection.handles}
    read_until = after

    async def next_page(_last: asyncpg.Record | None) -> list[asyncpg.Record]:
        # Pages are ranges of places, which is what their index finds; in some there is nothing of this projection.
        nonlocal read_until
        while read_until < until:
            start, read_until = read_until, min(read_until + _PAGE, until)
            found: list[asyncpg.Record] = await reader.fetch(_KEPT, projection.name, start, read_until)
            if found:
                return found
        return []

    events = 0
    async with aclosing(_pages(next_page)) as pages:
        async for page in pages:
            boards: dict[UUID, list[Received]] = {}
            for row in page:
                with suppress(UnknownType):
                    event = read(row["type"], row["data"].encode(), known, UPCASTERS)
                    boards.setdefault(row["board_id"], []).append(Received(event, _envelope(row), row["topic"]))
            async with writer.transaction():
                for board, group in boards.items():
                    await set_board(writer, board)
                    await projection.apply(writer, group)
            events += len(page)
    return events


def _envelope(row: asyncpg.Record) -> Envelope:
    return Envelope(
        id=row["event_id"],
        type=row["type"],
        source=row["source"],
        time=row["happened_at"],
        board=row["board_id"],
        stream=row["stream_id"],
        sequence=row["sequence"],
        role=row["role"],
        purpose=row["purpose"],
        traceparent=row["traceparent"],
    )


async def _pages(
    page_after: Callable[[asyncpg.Record | None], Awaitable[list[asyncpg.Record]]],
) -> AsyncGenerator[list[asyncpg.Record]]:
    """Page after page, the next one read while this one is worked on."""
    coming = asyncio.ensure_future(page_after(None))
    try:
        while page := await coming:
            coming = asyncio.ensure_future(page_after(page[-1]))
            yield page
    finally:
        coming.cancel()
        await asyncio.wait([coming])


async def _require_equal(connection: OwnerConnection, tables: Sequence[str]) -> None:
    for table in tables:
        live, new = await digest(connection, f"public.{table}"), await digest(connection, f"rebuild.{table}")
        if live != new:
            raise RebuildRefused(f"the rows of {table} would not be those of the live table")
