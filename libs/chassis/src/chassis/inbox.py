"""What arrives from Kafka, and the inbox: which published events have had their effect here.

The inbox makes an effect happen once however often an event is delivered, and keeps each stream's published events
gapless and in order. Projections keep the payload there too, in the order applied, and rebuild from it.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid5

from opentelemetry.util.types import AttributeValue
from pydantic_core import from_json

from chassis.database import Connection
from chassis.received import Received
from chassis.telemetry import Cause
from contracts.envelope import BrokenEnvelope, Envelope
from contracts.published import Published, UnreadablePayload, read
from contracts.registry import UPCASTERS

NOBODY = UUID(int=0)
"""Stands for the board of a record that names none."""

_UNREADABLE = UUID("0f3a8f4c-6a55-5d0e-9d6c-3f0f5c1f2b77")
_CASE_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_STANDING = "select inbox_standing($1, $2, $3, $4, $5)"
_KEEP = "select inbox_keep($1, $2, $3, $4)"
_TAKE = "select inbox_take($1, $2, $3, $4)"


class Standing(StrEnum):
    """Where an event stands in the order of its stream and key."""

    NEXT = "next"
    KNOWN = "known"
    """It has had its effect, or was kept without one."""
    BEHIND = "behind"
    """Events of its key are parked, so that it has to wait behind them."""
    EARLY = "early"
    """One before it in its stream is missing."""
    CLASH = "clash"
    """Another event has its place in the stream: its publisher lost events that had been published."""


_STANDINGS = {standing.value: standing for standing in Standing}


class Arrival(NamedTuple):
    """A record as it arrived, as far as it could be read."""

    topic: str
    key: str
    headers: Sequence[tuple[str, bytes]]
    value: bytes
    envelope: Envelope | None
    event: Published | None
    """None where the subscription does not handle the type, or knows no such type."""
    trouble: str | None
    """Why it cannot be read; holds nothing that it said."""
    partition: int | None = None
    offset: int | None = None
    """Where it lies in Kafka; None for one that was parked."""

    @property
    def board(self) -> UUID:
        """The board that it belongs to, or nobody's."""
        return self.envelope.board if self.envelope else NOBODY

    @property
    def event_id(self) -> UUID:
        """The event's id; of a record that cannot be read, one that follows from its bytes, whatever id it claims."""
        if self.trouble is None:
            return self.sound.id
        content = repr((self.topic, self.key, self.headers, self.value)).encode()
        return uuid5(_UNREADABLE, hashlib.sha256(content).hexdigest())

    @property
    def has_place(self) -> bool:
        """Whether it says, as events of ours do, which place it has in which stream; its payload may be anything."""
        return self.envelope is not None and _fault_in_place(self.key, self.envelope) is None

    @property
    def traceparent(self) -> str | None:
        """The trace context of the command that caused it."""
        return self.envelope.traceparent if self.envelope else None

    @property
    def cause(self) -> Cause:
        """What a span links to for it."""
        return Cause(self.traceparent, self.place)

    @property
    def place(self) -> dict[str, AttributeValue]:
        """Its partition and offset, as a span or a link tells them."""
        if self.partition is None or self.offset is None:
            return {}
        return {"messaging.destination.partition.id": str(self.partition), "messaging.kafka.offset": self.offset}

    @property
    def sound(self) -> Envelope:
        """The envelope of an arrival without trouble."""
        assert self.envelope is not None  # noqa: S101  # an arrival without an envelope says so in its trouble
        return self.envelope

    def received(self) -> Received | None:
        """The event as a service sees it, if the subscription handles it."""
        return None if self.event is None else Received(self.event, self.sound, self.topic)


def read_record(
    topic: str,
    key: str,
    headers: Sequence[tuple[str, bytes]],
    value: bytes,
    handles: frozenset[type[Published]],
    partition: int | None = None,
    offset: int | None = None,
) -> Arrival:
    """Read a record as far as that goes. Events of types that are not handled stay unread."""
    envelope = event = trouble = None
    try:
        envelope = Envelope.from_headers(headers)
        if fault := _fault_in_place(key, envelope):
            raise BrokenEnvelope(fault)
        known = _by_type(handles)
        if _newest(envelope.type) in known:
            event = read(envelope.type, value, known, UPCASTERS)
        else:
            from_json(value)
    except BrokenEnvelope as broken:
        trouble = f"broken envelope: {broken}"
    except UnreadablePayload as unreadable:
        trouble = f"unreadable payload: {unreadable}"
    except Exception as error:  # noqa: BLE001  # a record that an upcaster or the parser stumbles over is parked
        trouble = f"unreadable payload: {type(error).__name__}"
    return Arrival(topic, key, headers, value, envelope, event, trouble, partition, offset)


def key_text(key: bytes | None) -> str:
    """A Kafka key as text. Ours are case ids; any other that is no plain text is shown in hex."""
    if key is None:
        return ""
    text = key.decode("utf-8", "replace")
    return text if text.isprintable() and "\N{REPLACEMENT CHARACTER}" not in text else f"hex:{key.hex()}"


async def stand(
    connection: Connection, subscription: str, arrivals: Sequence[Arrival], *, redriving: bool = False
) -> list[Standing]:
    """Where each arrival of one board and topic stands, those before it in the sequence counted as done.

    Redriving looks past what is parked. The rest of the transaction sees the arrivals' board.
    """
    found: list[str] = await connection.fetchval(
        _STANDING, arrivals[0].board, subscription, arrivals[0].topic, redriving, _rows(arrivals, "none")
    )
    return [_STANDINGS[standing] for standing in found]


Keeps = Literal["all", "handled", "none"]
"""Whose payload is kept: everybody's, that of types which are handled, or nobody's."""


async def take(
    connection: Connection, subscription: str, arrivals: Sequence[Arrival], *, data: Keeps
) -> list[Standing]:
    """Where each arrival of one board and topic stands, and keep what stands next.

    Whatever has a key where something stands in the way is not kept. The rest of the transaction sees the board.
    """
    found: list[str] = await connection.fetchval(
        _TAKE, arrivals[0].board, subscription, arrivals[0].topic, _rows(arrivals, data)
    )
    return [_STANDINGS[standing] for standing in found]


async def keep(
    connection: Connection, subscription: str, arrival: Arrival, *, outcome: str | None = None, data: Keeps
) -> bool:
    """Keep one arrival, wherever it stands; says whether it was not kept yet.

    The outcome is `applied`, or `unhandled` where nothing handles the type, unless another is given.
    """
    kept: list[UUID] = await connection.fetchval(
        _KEEP, arrival.board, subscription, arrival.topic, _rows([arrival], data, outcome)
    )
    return bool(kept)


def _rows(arrivals: Sequence[Arrival], data: Keeps, outcome: str | None = None) -> list[tuple[object, ...]]:
    """Arrivals as the SQL functions of the inbox take them."""
    return [
        (
            *arrival.sound,
            arrival.key,
            arrival.value.decode() if data == "all" or (data == "handled" and arrival.event is not None) else None,
            outcome or ("unhandled" if arrival.event is None else "applied"),
        )
        for arrival in arrivals
    ]


def mark(subscription: str, arrival: Arrival) -> Mapping[str, Any]:
    """The inbox row of an event that becomes a command, to be written together with the command's effect."""
    envelope = arrival.sound
    return {
        "subscription": subscription,
        "stream_id": envelope.stream,
        "sequence": envelope.sequence,
        "event_id": envelope.id,
        "type": envelope.type,
        "key": arrival.key,
        "topic": arrival.topic,
        "source": envelope.source,
        "happened_at": envelope.time,
        "role": envelope.role,
        "purpose": envelope.purpose,
        "traceparent": envelope.traceparent,
        "outcome": "applied",
    }


def by_board(arrivals: Iterable[Arrival]) -> list[list[Arrival]]:
    """Arrivals grouped by their board, each group in its order, the boards always in the same."""
    boards: dict[int, list[Arrival]] = {}
    for arrival in arrivals:
        boards.setdefault(arrival.board.int, []).append(arrival)
    return [boards[board] for board in sorted(boards)]


def _fault_in_place(key: str, envelope: Envelope) -> str | None:
    if not _CASE_ID.fullmatch(key):
        return "the key is no case id"
    if not 0 < envelope.sequence < 2**31:
        return "header ce_sequence is no place in a stream"
    return None


@cache
def _by_type(handles: frozenset[type[Published]]) -> dict[str, type[Published]]:
    return {event.type: event for event in handles}


def _newest(type_: str) -> str:
    """What an event of this type is called in its newest version."""
    while type_ in UPCASTERS:
        type_, _ = UPCASTERS[type_]
    return type_
