"""Refills a topic from the event store, after the broker has lost its data or come back from an older copy.

Every event that was published goes through the outbox once more, under its own id and sequence number, so that whoever
knows it passes over it. Events go in the order of their positions: within a stream that is its order, and across them a
cause stands before its effect, since the command that an event gave rise to was given after it had been committed.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from chassis.beside import OwnerConnection, open_owner
from chassis.codec import decode
from chassis.decider import Decider
from chassis.event_store import Loaded
from chassis.telemetry import Cause, span
from contracts.published import Published

_PAGE = 500
_DEEP = 5_000
_STREAMS = 20_000
_LOOK_EVERY_SECONDS = 0.05

_Deciders: TypeAlias = Mapping[str, Decider[Any, Any, Any]]
_States: TypeAlias = OrderedDict[UUID, Loaded[Any]]

_PAGE_OF_EVENTS = """
select position, board_id, stream_id, version, kind, type, data::text as data, published, traceparent
from events where position > $1 and position <= $2 and kind = any($3) order by position
"""


class CannotRepublish(Exception):
    """The code no longer publishes an event that was published once. The text names its type and place."""


async def republish(dsn: str, deciders: Iterable[Decider[Any, Any, Any]]) -> int:
    """Put every event that was published so far into the outbox again; returns how many.

    `dsn` is the owner's. New events may be published meanwhile; they stand in the outbox by themselves. While that is
    deep, this waits for the relay.

    Raises:
        CannotRepublish: a published event would be missing. What came before it has been put into the outbox.
    """
    by_kind = {decider.kind: decider for decider in deciders}
    states: _States = OrderedDict()
    sent = 0
    async with open_owner(dsn) as owner:
        # Pages are ranges of positions, which is what their index finds, once it has been brought up to date.
        await owner.execute("select brin_summarize_new_values('events_position')")
        last = await owner.fetchval("select coalesce(max(position), 0) from events")
        for start in range(0, last, _PAGE):
            page = await owner.fetch(_PAGE_OF_EVENTS, start, min(start + _PAGE, last), list(by_kind))
            await _load_before(owner, by_kind, states, page)
            rows = [row for row in (_outbox_row(by_kind, states, event) for event in page) if row is not None]
            await _wait_while_deep(owner)
            if rows:
                causes = (Cause(event["traceparent"]) for event in page)
                with span("republish page", {"stodvag.event.count": len(rows)}, links=causes):
                    await owner.executemany(
                        "insert into outbox (board_id, stream_id, version, type, value) values ($1, $2, $3, $4, $5)",
                        rows,
                    )
            sent += len(rows)
            while len(states) > _STREAMS:
                states.popitem(last=False)
    return sent


async def _load_before(
    owner: OwnerConnection, deciders: _Deciders, states: _States, page: Sequence[asyncpg.Record]
) -> None:
    """The states, before this page, of streams that began earlier and are not remembered."""
    firsts: dict[UUID, int] = {}
    for event in page:
        firsts.setdefault(event["stream_id"], event["version"])
    missing = [stream for stream in firsts if stream not in states]
    for stream in missing:
        states[stream] = Loaded(0, 0, None)
    for event in await owner.fetch(
        "select e.stream_id, version, kind, type, data::text as data, published from events e "
        "join unnest($1::uuid[], $2::int[]) as wanted (stream_id, first) on e.stream_id = wanted.stream_id "
        "and e.version < wanted.first order by e.stream_id, version",
        missing,
        [firsts[stream] for stream in missing],
    ):
        _advance(deciders, states, event)


def _advance(deciders: _Deciders, states: _States, row: asyncpg.Record) -> tuple[Any, Loaded[Any], bool]:
    """Fold one event; gives the event, its stream after it, and whether it was published."""
    decider = deciders[row["kind"]]
    before = states[row["stream_id"]]
    event = decode(decider, row["type"], row["data"])
    state = decider.evolve(decider.initial if before.version == 0 else before.state, event)
    after = Loaded(row["version"], row["published"], state)
    states[row["stream_id"]] = after
    states.move_to_end(row["stream_id"])
    return event, after, after.published > before.published


def _outbox_row(deciders: _Deciders, states: _States, row: asyncpg.Record) -> tuple[UUID, UUID, int, str, str] | None:
    """An event's row in the outbox; None where it was never published."""
    event, after, was_published = _advance(deciders, states, row)
    if not was_published:
        return None
    message: Published | None = deciders[row["kind"]].publish(event, after.state)
    if message is None:
        raise CannotRepublish(f"{row['type']} at position {row['position']} is not published any more")
    return row["board_id"], row["stream_id"], row["version"], message.type, message.model_dump_json()


async def _wait_while_deep(owner: OwnerConnection) -> None:
    """Until the relay has made room, so that new events need not wait behind all of the old ones."""
    deep = f"select count(*) >= {_DEEP} from (select from outbox limit {_DEEP}) as head"  # noqa: S608  # a constant
    while await owner.fetchval(deep):  # noqa: ASYNC110  # the relay may be another process
        await asyncio.sleep(_LOOK_EVERY_SECONDS)
