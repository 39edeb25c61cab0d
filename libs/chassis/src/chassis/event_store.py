"""Streams of events in PostgreSQL: read, and appended with everything that must happen with them.

An append is one statement (the SQL function `append`): a command's id and answer, its events at the expected version,
the outbox rows, the service's own views, timers and key bindings commit together or not at all; and with them those of
other commands that came at the same time.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import asyncpg
from pydantic_core import to_json

from chassis.codec import decode
from chassis.database import Database, Pool, on_board
from chassis.decider import Decider, Rows

S = TypeVar("S")


class Conflict(Exception):
    """Another writer was first on a stream. Load again and decide again."""


class AlreadyHandled(Exception):
    """The event that caused this work has had its effect here already, or its timer was taken, moved or cancelled."""


class KnownAmongSeveral(Exception):
    """A command that was carried out before came together with others. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """A stream as folded so far."""

    version: int
    published: int
    """How many of its events have been published."""
    state: S


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stored event with what stands beside it."""

    version: int
    event_id: UUID
    event: Any
    recorded_at: datetime
    role: str
    actor: str | None


@dataclass(frozen=True, slots=True)
class Due:
    """A timer of a stream that is due, as it was read."""

    name: str
    at: datetime


class NewEvent(NamedTuple):
    """An event as it is written."""

    id: UUID
    type: str
    data: str
    published: int
    out_type: str | None = None
    """With `out_value` its published form, if it has one."""
    out_value: str | None = None


@dataclass(slots=True)
class Append:
    """What a command writes of one stream."""

    stream: UUID
    kind: str
    case: UUID
    at: datetime
    command: UUID
    role: str
    actor: str | None
    purpose: str
    traceparent: str | None
    expected: int
    """The version that the stream has to have."""
    events: list[NewEvent] = field(default_factory=list)
    rows: Rows = field(default_factory=dict)
    timers_off: list[str] = field(default_factory=list)
    timers_on: dict[str, datetime] = field(default_factory=dict)
    keys: dict[UUID, UUID] = field(default_factory=dict)
    """Persons, and the key that each is bound to in the case."""
    fingerprint: bytes | None = None
    """A command's first append carries what stands for the command as a whole: this, and the next three."""
    answer: bytes = b""
    timer: Due | None = None
    mark: str | None = None


_APPEND = "select known_fingerprint, known_answer from append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
_LOAD = (
    "select place, version, published, kind, event_id, type, data, recorded_at, role, actor, person_id, key_id "
    "from load_streams($1, $2, $3, $4)"
)

_FIRST_WRITER_WINS = {"events_pkey", "keys_pkey"}


class StreamCache:
    """Folded states by board, kind and stream, the least recently used forgotten first.

    A stale one does no harm: the append expects its version.
    """

    def __init__(self, size: int = 2_000) -> None:
        self._size = size
        self._states: OrderedDict[tuple[UUID, str, UUID], Loaded[Any]] = OrderedDict()

    def get(self, board: UUID, kind: str, stream: UUID) -> Loaded[Any] | None:
        """The state kept of a stream, if any."""
        found = self._states.get((board, kind, stream))
        if found is not None:
            self._states.move_to_end((board, kind, stream))
        return found

    def keep(self, board: UUID, kind: str, stream: UUID, loaded: Loaded[Any]) -> None:
        """Remember a stream's state."""
        self._states[board, kind, stream] = loaded
        self._states.move_to_end((board, kind, stream))
        if len(self._states) > self._size:
            self._states.popitem(last=False)

    def clear(self) -> None:
        """Forget everything, as a process does that starts again."""
        self._states.clear()


async def load(
    pool: Pool, board: UUID, stream: UUID, decider: Decider[Any, Any, S], known: Loaded[S] | None = None
) -> Loaded[S]:
    """Read and fold a stream, from what is known of it on.

    An unknown stream, another board's, or one of another kind is the initial state at version 0.
    """
    [read] = await read_streams(pool, board, [Wanted(stream, 0 if known is None else known.version)])
    return fold(read.events, decider, known)


class Wanted(NamedTuple):
    """A stream to read after a version; and where the case is named, who is bound to which key in it."""

    stream: UUID
    after: int
    case: UUID | None = None


class Read(NamedTuple):
    """What is stored of a stream."""

    events: list[asyncpg.Record]
    keys: dict[UUID, UUID]


async def read_streams(database: Database, board: UUID, wanted: Sequence[Wanted]) -> list[Read]:
    """What is stored of streams of one board, in one round trip."""
    found = [Read([], {}) for _ in wanted]
    for row in await database.fetch(_LOAD, board, *zip(*wanted, strict=True)):
        read = found[row["place"] - 1]
        if row["key_id"] is None:
            read.events.append(row)
        else:
            read.keys[row["person_id"]] = row["key_id"]
    return found


def fold(rows: Sequence[asyncpg.Record], decider: Decider[Any, Any, S], known: Loaded[S] | None = None) -> Loaded[S]:
    """A stream's state after these events, from what is known of it on."""
    state, version, published = decider.initial, 0, 0
    if known is not None:
        state, version, published = known.state, known.version, known.published
    for row in rows:
        if row["kind"] != decider.kind:
            return Loaded(0, 0, decider.initial)
        state = decider.evolve(state, decode(decider, row["type"], row["data"]))
        version, published = row["version"], row["published"]
    return Loaded(version, published, state)


async def history(pool: Pool, board: UUID, stream: UUID, decider: Decider[Any, Any, Any]) -> Sequence[Recorded]:
    """A stream's events in order, with when and by whom: a case's timeline."""
    [read] = await read_streams(pool, board, [Wanted(stream, 0)])
    return [
        Recorded(
            row["version"],
            row["event_id"],
            decode(decider, row["type"], row["data"]),
            row["recorded_at"],
            row["role"],
            row["actor"],
        )
        for row in read.events
    ]


@dataclass(frozen=True, slots=True)
class Answered:
    """What the store says of an append: done now, or known from before with the fingerprint and answer of then."""

    known: bool
    fingerprint: bytes | None
    answer: bytes | None


async def answered(pool: Pool, board: UUID, command: UUID) -> Answered | None:
    """What a command was answered, if it has been handled."""
    async with on_board(pool, board) as connection:
        row = await connection.fetchrow("select fingerprint, answer from commands where command_id = $1", command)
    return None if row is None else Answered(True, row["fingerprint"], row["answer"])


async def append(database: Database, board: UUID, commands: Sequence[Sequence[Append]]) -> list[Answered]:
    """Write everything that commands of one board do, or nothing of it. What is answered is in the commands' order.

    Raises:
        Conflict: another writer was first.
        AlreadyHandled: the mark or the timer says that this was done before.
        KnownAmongSeveral: one of several commands was carried out before; only alone it can be told what of.
    """
    try:
        row = await database.fetchrow(_APPEND, board, *_rows(commands))
    except asyncpg.UniqueViolationError as violation:
        if violation.constraint_name in _FIRST_WRITER_WINS:
            raise Conflict from None
        if violation.constraint_name == "inbox_pkey":
            raise AlreadyHandled from None
        raise
    except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
        raise Conflict from None
    except asyncpg.PostgresError as error:
        if error.sqlstate == "SV002":
            raise AlreadyHandled from None
        if error.sqlstate == "SV003":
            raise KnownAmongSeveral from None
        raise
    assert row is not None  # noqa: S101  # a function with out parameters always returns one row
    known = row["known_fingerprint"] is not None
    return [Answered(known, row["known_fingerprint"], row["known_answer"])] * len(commands)


def _rows(commands: Sequence[Sequence[Append]]) -> tuple[Any, ...]:
    """What is to be written, as the SQL function `append` takes it.

    Streams come in the same order whoever writes them, so that two writers of the same wait for each other, and never
    deadlock.
    """
    works = [work for command in commands for work in command]
    works.sort(key=lambda work: work.stream)
    asked, rung, marks, events, off, on, bound = [], [], [], [], [], [], []
    rows: dict[str, list[Any]] = {}
    for work in works:
        stream, case, kind, command, at, parent = (
            work.stream, work.case, work.kind, work.command, work.at, work.traceparent
        )  # fmt: skip
        if work.fingerprint is not None:
            asked.append((command, work.fingerprint, work.answer, at))
        if work.timer is not None:
            rung.append((stream, work.timer.name, work.timer.at))
        if work.mark is not None:
            marks.append(work.mark)
        for version, event in enumerate(work.events, work.expected + 1):
            events.append((
                stream, version, case, kind, event.id, event.type, event.data, event.published, command, work.role,
                work.actor, work.purpose, parent, at, event.out_type, event.out_value,
            ))  # fmt: skip
        for table, written in work.rows.items():
            rows.setdefault(table, []).extend(written)
        off += [(stream, name, None) for name in work.timers_off]
        on += [(stream, kind, case, name, due, parent) for name, due in work.timers_on.items()]
        bound += [(case, person, key) for person, key in work.keys.items()]
    views = to_json(rows).decode() if rows else None
    return len(commands) == 1, asked, rung, marks, events, views, off, on, bound
