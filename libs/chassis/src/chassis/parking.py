"""Events that fail: tried again, counted, parked with their reason, and replayed in order.

Events of a key with parked ones park behind them, in order; other keys go on. An event that comes early, before one of
its stream that is missing, is parked too, and released by itself once the missing one has come. A record that nobody
can read stays until it can be read, or until operations discard it; an event that could be applied is redriven, never
discarded. Whoever adds to a parked key, or takes from it, holds its lock, so that none is left waiting behind a key
that has just been cleared.
"""

import asyncio
import logging
import traceback
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
from opentelemetry.trace import SpanKind
from pydantic_core import from_json, to_json

from chassis.database import Connection, Pool, on_board, set_board
from chassis.handle import Store
from chassis.inbox import Arrival, Standing, keep, read_record, stand
from chassis.loops import is_away
from chassis.subscriptions import Subscription, take_one
from chassis.telemetry import span

PAUSES_SECONDS: Final = (0.1, 0.4, 1.6)
"""How long to wait between the attempts. After the last one the event is parked."""

GAP: Final = "sequence gap: an event before this one is missing"
CLASH: Final = "sequence clash: another event has this one's place in its stream"
_WAITS: Final = "waits behind a parked event"
_LONGEST_REASON = 300

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ParkedKey:
    """A key whose events stand still, and why its first one does."""

    topic: str
    key: str
    board: UUID
    event_id: UUID
    """The first one's; of a record that cannot be read, one that follows from its bytes."""
    unreadable: bool
    """Whether the first one could not be read when it came. Only such a record can be discarded."""
    waiting: int
    """How many events are parked, the first included."""
    reason: str
    attempts: int
    parked_at: datetime
    """When the first one was parked, aware, UTC."""


@dataclass(frozen=True, slots=True)
class Redriven:
    """How far the replay of a parked key came."""

    done: int
    """How many of its events had their effect."""
    reason: str | None
    """Why the next one failed again; None when the key is clear."""


class DiscardReason(StrEnum):
    """Why a record that cannot be read is set aside for good."""

    NOT_OURS = "not-ours"
    """No service of ours sent it, whatever it claims to be."""
    SENT_AGAIN = "sent-again"
    """Its publisher sends the same event once more, readable."""
    LOST = "lost"
    """It was an event of ours and nobody will ever read it. Its place in its stream counts as taken, so that the
    events after it go on without it."""


class CannotDiscard(Exception):
    """The record stays parked; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def settle(store: Store, subscription: Subscription, arrival: Arrival) -> str:
    """Bring one event to its end and say which: `done` or `parked`.

    Raises:
        Exception: what `is_away` knows. Nothing is counted or parked then: try again when the part is back.
    """
    while True:
        try:
            if arrival.trouble is not None:
                return "parked" if await _park(store, subscription, arrival, arrival.trouble, 1) else "done"
            standing = await take_one(store, subscription, arrival)
        except Exception as error:
            if is_away(error):
                raise
            attempts = await _count_attempt(store, subscription, arrival, reason_of(error))
            if attempts <= len(PAUSES_SECONDS):
                await asyncio.sleep(PAUSES_SECONDS[attempts - 1])
                continue
            await _park(store, subscription, arrival, reason_of(error), attempts)
            return "parked"
        match standing:
            case Standing.NEXT | Standing.KNOWN:
                return "done"
            case Standing.BEHIND:
                if await _park_behind(store, subscription, arrival):
                    await _release(store, subscription, arrival)
                    return "parked"
            case Standing.EARLY:
                await _park(store, subscription, arrival, GAP, 1)
                return "parked"
            case Standing.CLASH:
                await _park(store, subscription, arrival, CLASH, 1)
                return "parked"


async def list_parked(pool: Pool, subscription: str) -> list[ParkedKey]:
    """Every parked key of a subscription, of all boards: for operations only."""
    return [
        ParkedKey(
            row["topic"],
            row["key"],
            row["board_id"],
            row["event_id"],
            row["unreadable"],
            row["waiting"],
            row["reason"],
            row["attempts"],
            row["parked_at"],
        )
        for row in await pool.fetch("select * from parked_keys($1)", subscription)
    ]


async def redrive(store: Store, subscription: Subscription, topic: str, key: str) -> Redriven:
    """Replay a key's parked events in order, each as if it had just arrived, until one fails again or none is left.

    Raises:
        Exception: what `is_away` knows; what was done stays done.
    """
    done = 0
    while (parked := await _head(store.pool, subscription.name, topic, key)) is not None:
        reason = await _replay(store, subscription, parked)
        if reason == GAP and (missing := await _before(store.pool, parked)) is not None:
            parked = missing
            reason = await _replay(store, subscription, parked)
        if reason is not None:
            await _still_parked(store.pool, parked, reason)
            return Redriven(done, reason)
        await _leave(store.pool, parked)
        done += 1
    return Redriven(done, None)


async def discard(
    store: Store, subscription: Subscription, topic: str, key: str, event_id: UUID, reason: DiscardReason, actor: str
) -> Redriven:
    """Set aside a key's first parked record, which cannot be read, and let those behind it go.

    Who did it, when and why is recorded. Done again, it only lets the others go.

    Raises:
        CannotDiscard: the record is not the first of its key, could be applied now, or has one before it missing.
        Exception: what `is_away` knows.
    """
    async with store.pool.acquire() as connection, connection.transaction():
        await _lock(connection, subscription.name, topic, key)
        parked = await _head(connection, subscription.name, topic, key)
        stands_first = parked is not None and parked["event_id"] == event_id
        if parked is not None and stands_first:
            await _discard_first(connection, subscription, parked, reason, actor)
        elif not await _is_discarded(connection, subscription.name, event_id):
            raise CannotDiscard("not-the-first")
    if stands_first:
        log.warning(
            "event-discarded",
            extra={"subscription": subscription.name, "topic": topic, "event_id": str(event_id), "reason": reason},
        )
    return await redrive(store, subscription, topic, key)


def reason_of(error: BaseException) -> str:
    """Why something failed, readable and without anything personal: what and where, never what an error says.

    An error's own text may quote the payload or a row.
    """
    what = type(error).__name__
    if isinstance(error, asyncpg.PostgresError) and error.constraint_name:
        what += f" of {error.constraint_name}"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    return f"{what} at {Path(frames[-1].filename).name}:{frames[-1].lineno} in {frames[-1].name}" if frames else what


async def _count_attempt(store: Store, subscription: Subscription, arrival: Arrival, reason: str) -> int:
    """Count in a transaction of its own: the one that failed is gone, and a rebalance must not forget."""
    async with on_board(store.pool, arrival.board) as connection:
        count: int = await connection.fetchval(
            "insert into attempts (board_id, subscription, event_id, count, reason) values ($1, $2, $3, 1, $4) "
            "on conflict (subscription, event_id) do update set count = attempts.count + 1, reason = excluded.reason "
            "returning count",
            arrival.board,
            subscription.name,
            arrival.event_id,
            _plain(reason),
        )
    return count


async def _discard_first(
    connection: Connection, subscription: Subscription, parked: asyncpg.Record, reason: DiscardReason, actor: str
) -> None:
    arrival = _read_again(subscription, parked)
    if arrival.trouble is None:
        raise CannotDiscard("readable")
    await set_board(connection, parked["board_id"])
    if reason is DiscardReason.LOST and arrival.has_place:
        await _take_place(connection, subscription, arrival, reason)
    await connection.execute(
        "insert into discarded (board_id, subscription, event_id, topic, key, trouble, reason, actor) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8)",
        parked["board_id"],
        subscription.name,
        parked["event_id"],
        parked["topic"],
        parked["key"],
        _plain(arrival.trouble),
        reason,
        actor,
    )
    await _delete(connection, parked)


async def _take_place(
    connection: Connection, subscription: Subscription, arrival: Arrival, reason: DiscardReason
) -> None:
    (standing,) = await stand(connection, subscription.name, [arrival], redriving=True)
    if standing is Standing.EARLY:
        # Taken now, its place would make the missing one before it look as if it had come.
        raise CannotDiscard("one-before-is-missing")
    if standing is Standing.NEXT:
        await keep(connection, subscription.name, arrival, outcome=f"discarded:{reason}", data="none")


async def _is_discarded(connection: Connection, subscription: str, event_id: UUID) -> bool:
    found: bool = await connection.fetchval("select is_discarded($1, $2)", subscription, event_id)
    return found


async def _park(store: Store, subscription: Subscription, arrival: Arrival, reason: str, attempts: int) -> bool:
    """Park it, unless it is a record that operations have discarded; whether it was parked."""
    async with on_board(store.pool, arrival.board) as connection:
        await _lock(connection, subscription.name, arrival.topic, arrival.key)
        if await _is_discarded(connection, subscription.name, arrival.event_id):
            return False
        await _insert(connection, subscription.name, arrival, reason, attempts)
    log.warning(
        "event-parked",
        extra={
            "subscription": subscription.name,
            "topic": arrival.topic,
            "event_id": str(arrival.event_id),
            "reason": _plain(reason),
            "attempts": attempts,
        },
    )
    return True


async def _park_behind(store: Store, subscription: Subscription, arrival: Arrival) -> bool:
    """Park behind the key's parked events, unless the last of them has left meanwhile."""
    async with on_board(store.pool, arrival.board) as connection:
        await _lock(connection, subscription.name, arrival.topic, arrival.key)
        parked = await connection.fetchval(
            "select exists (select from parked_head($1, $2, $3))", subscription.name, arrival.topic, arrival.key
        )
        if parked:
            await _insert(connection, subscription.name, arrival, _WAITS, 0)
    return bool(parked)


async def _release(store: Store, subscription: Subscription, arrival: Arrival) -> None:
    """Go on with a key that only waits for a missing event, which may just have come."""
    head = await _head(store.pool, subscription.name, arrival.topic, arrival.key)
    if head is not None and head["reason"] == GAP:
        await redrive(store, subscription, arrival.topic, arrival.key)


async def _insert(connection: Connection, subscription: str, arrival: Arrival, reason: str, attempts: int) -> None:
    """Add a row, once however often the event is delivered. From here on its attempts are counted there."""
    envelope = None if arrival.trouble is not None else arrival.sound
    await connection.execute(
        "insert into parked "
        "(board_id, subscription, topic, key, event_id, stream_id, sequence, headers, value, reason, attempts) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (subscription, event_id) do nothing",
        arrival.board,
        subscription,
        arrival.topic,
        arrival.key,
        arrival.event_id,
        envelope and envelope.stream,
        envelope and envelope.sequence,
        to_json([(name, value.decode("latin-1")) for name, value in arrival.headers]).decode(),
        arrival.value,
        _plain(reason),
        attempts,
    )
    await connection.execute(
        "delete from attempts where subscription = $1 and event_id = $2", subscription, arrival.event_id
    )


async def _replay(store: Store, subscription: Subscription, parked: asyncpg.Record) -> str | None:
    """Try a parked event once more; returns why it failed, or None."""
    arrival = _read_again(subscription, parked)
    if arrival.trouble is not None:
        return arrival.trouble
    what = {"stodvag.subscription": subscription.name}
    try:
        with span("redrive", what, kind=SpanKind.CONSUMER, links=[arrival.cause]):
            standing = await take_one(store, subscription, arrival, redriving=True)
    except Exception as error:
        if is_away(error):
            raise
        return reason_of(error)
    return {Standing.EARLY: GAP, Standing.CLASH: CLASH}.get(standing)


def _read_again(subscription: Subscription, parked: asyncpg.Record) -> Arrival:
    headers = [(name, value.encode("latin-1")) for name, value in from_json(parked["headers"])]
    return read_record(parked["topic"], parked["key"], headers, parked["value"], subscription.handles)


async def _head(database: "Pool | Connection", subscription: str, topic: str, key: str) -> asyncpg.Record | None:
    return await database.fetchrow("select * from parked_head($1, $2, $3)", subscription, topic, key)


async def _before(pool: Pool, parked: asyncpg.Record) -> asyncpg.Record | None:
    """The lowest event of the same stream that is parked behind, though it belongs before."""
    async with on_board(pool, parked["board_id"]) as connection:
        return await connection.fetchrow(
            "select * from parked where subscription = $1 and topic = $2 and key = $3 "
            "and stream_id = $4 and sequence < $5 order by sequence limit 1",
            parked["subscription"],
            parked["topic"],
            parked["key"],
            parked["stream_id"],
            parked["sequence"],
        )


async def _leave(pool: Pool, parked: asyncpg.Record) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await _lock(connection, parked["subscription"], parked["topic"], parked["key"])
        await set_board(connection, parked["board_id"])
        await _delete(connection, parked)


async def _delete(connection: Connection, parked: asyncpg.Record) -> None:
    await connection.execute(
        "delete from parked where subscription = $1 and event_id = $2", parked["subscription"], parked["event_id"]
    )


async def _still_parked(pool: Pool, parked: asyncpg.Record, reason: str) -> None:
    async with on_board(pool, parked["board_id"]) as connection:
        await connection.execute(
            "update parked set reason = $3, attempts = attempts + 1 where subscription = $1 and event_id = $2",
            parked["subscription"],
            parked["event_id"],
            _plain(reason),
        )


async def _lock(connection: Connection, subscription: str, topic: str, key: str) -> None:
    """Until the end of the transaction nobody else adds to this parked key or takes from it."""
    await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"{subscription} {topic} {key}")


def _plain(reason: str) -> str:
    """A reason that any table, log and page can hold."""
    return "".join(letter if letter.isprintable() else "?" for letter in reason)[:_LONGEST_REASON]
