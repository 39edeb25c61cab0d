"""Streams of events in PostgreSQL: read, and appended with everything that must happen with them.

An append is one statement (the SQL function `append`): the command's id and answer, the events at the expected version,
the outbox rows, the service's own views, timers and key bindings commit together or not at all.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg
from pydantic_core import to_json

from chassis.codec import decode
from chassis.database import Connection, Pool, on_board
from chassis.decider import Decider
from chassis.telemetry import database_span
from contracts.envelope import Envelope

S = TypeVar("S")


class Conflict(Exception):
    """Another writer was first on a stream. Load again and decide again."""


class AlreadyHandled(Exception):
    """The event that caused this work has had its effect here already, or its timer was taken, moved or cancelled."""


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


@dataclass(slots=True)
class Append:
    """The arguments of the SQL function `append`, in its order."""

    board: UUID
    case: UUID
    stream: UUID
    kind: str
    expected: int
    at: datetime
    command: UUID
    fingerprint: bytes | None
    answer: bytes
    role: str
    actor: str | None
    purpose: str
    traceparent: str | None
    ids: list[UUID] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)
    published: list[int] = field(default_factory=list)
    out_ids: list[UUID] = field(default_factory=list)
    out_headers: list[str] = field(default_factory=list)
    out_values: list[str] = field(default_factory=list)
    rows: str | None = None
    timers_off: list[str] = field(default_factory=list)
    timers_on: list[str] = field(default_factory=list)
    timers_due: list[datetime] = field(default_factory=list)
    persons: list[UUID] = field(default_factory=list)
    keys: list[UUID] = field(default_factory=list)
    timer: str | None = None
    timer_due: datetime | None = None
    mark: str | None = None


_ARGUMENTS = ", ".join(f"${number}" for number in range(1, len(Append.__slots__) + 1))
_APPEND = f"select outcome, known_fingerprint, known_answer from append({_ARGUMENTS})"  # noqa: S608  # only $1, $2 …
_LOAD = "select version, published, kind, event_id, type, data, recorded_at, role, actor from load_stream($1, $2, $3)"

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
    state, version, published = decider.initial, 0, 0
    if known is not None:
        state, version, published = known.state, known.version, known.published
    with database_span("load", "load stream"):
        rows = await pool.fetch(_LOAD, board, stream, version)
    for row in rows:
        if row["kind"] != decider.kind:
            return Loaded(0, 0, decider.initial)
        state = decider.evolve(state, decode(decider, row["type"], row["data"]))
        version, published = row["version"], row["published"]
    return Loaded(version, published, state)


async def history(pool: Pool, board: UUID, stream: UUID, decider: Decider[Any, Any, Any]) -> Sequence[Recorded]:
    """A stream's events in order, with when and by whom: a case's timeline."""
    return [
        Recorded(
            row["version"],
            row["event_id"],
            decode(decider, row["type"], row["data"]),
            row["recorded_at"],
            row["role"],
            row["actor"],
        )
        for row in await pool.fetch(_LOAD, board, stream, 0)
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


async def append(connection: "Connection | Pool", work: Append) -> Answered:
    """Write one stream's part.

    Raises:
        Conflict: another writer was first.
        AlreadyHandled: the mark or the timer says that this was done before.
    """
    try:
        with database_span("append", "append events"):
            row = await connection.fetchrow(_APPEND, *(getattr(work, name) for name in Append.__slots__))
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
        raise
    assert row is not None  # noqa: S101  # a function with out parameters always returns one row
    return Answered(row["outcome"] == "known", row["known_fingerprint"], row["known_answer"])


def outbox_headers(envelope: Envelope) -> str:
    """An envelope as the outbox holds it: Kafka's headers, as JSON."""
    return to_json(envelope.to_texts()).decode()
