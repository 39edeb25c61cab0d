"""The envelope that a published event travels in: CloudEvents 1.0, binary mode on Kafka."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

SPECVERSION = "1.0"

Headers = list[tuple[str, bytes]]

_TEXTS = ("ce_id", "ce_type", "ce_source", "ce_time", "ce_board", "ce_stream", "ce_sequence", "ce_role", "ce_purpose")


class BrokenEnvelope(ValueError):
    """A record on the topic is no event of ours: a header is missing or unreadable. The text names the header only."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of a published event without opening its payload. Holds nothing personal."""

    id: UUID
    """The event's id, the same as in the event store and for ever, also when republished."""
    type: str
    """Name and version, such as `stodvag.intake.report-received.v1`."""
    source: str
    """The publishing service, such as `intake`."""
    time: datetime
    """When it happened, aware, UTC."""
    board: UUID
    """The board (nämnd) that it belongs to."""
    stream: UUID
    """The stream that it comes from."""
    sequence: int
    """Its place among the published events of that stream: 1, 2, 3 … without gaps."""
    role: str
    """The role of who acted, such as `caseworker`; never who."""
    purpose: str
    """Why the data were processed, such as `handle-report`."""
    traceparent: str | None
    """W3C trace context of the command that caused it."""

    def to_headers(self) -> Headers:
        """As Kafka headers."""
        headers = [
            ("ce_specversion", SPECVERSION),
            ("ce_id", str(self.id)),
            ("ce_type", self.type),
            ("ce_source", self.source),
            ("ce_time", self.time.isoformat()),
            ("ce_board", str(self.board)),
            ("ce_stream", str(self.stream)),
            ("ce_sequence", str(self.sequence)),
            ("ce_role", self.role),
            ("ce_purpose", self.purpose),
            ("content-type", "application/json"),
        ]
        if self.traceparent is not None:
            headers.append(("traceparent", self.traceparent))
        return [(name, value.encode()) for name, value in headers]

    @classmethod
    def from_headers(cls, headers: Iterable[tuple[str, bytes]]) -> "Envelope":
        """Read from Kafka headers.

        Raises:
            BrokenEnvelope: naming the header that is missing or unreadable, never its value.
        """
        found = dict(headers)
        name = "ce_specversion"
        try:
            if found[name].decode() != SPECVERSION:
                raise BrokenEnvelope(f"header {name} is not {SPECVERSION}")
            text = {}
            for name in _TEXTS:
                text[name] = found[name].decode()
            name = "ce_id"
            identity = UUID(text[name])
            name = "ce_time"
            time = datetime.fromisoformat(text[name])
            name = "ce_board"
            board = _known_id(text[name])
            name = "ce_stream"
            stream = _known_id(text[name])
            name = "ce_sequence"
            sequence = int(text[name])
        except (KeyError, ValueError) as broken:
            if isinstance(broken, BrokenEnvelope):
                raise
            raise BrokenEnvelope(f"header {name} is missing or cannot be read") from None
        if time.tzinfo is None:
            raise BrokenEnvelope("header ce_time has no time zone")
        parent = found.get("traceparent")
        return cls(
            id=identity,
            type=text["ce_type"],
            source=text["ce_source"],
            time=time,
            board=board,
            stream=stream,
            sequence=sequence,
            role=text["ce_role"],
            purpose=text["ce_purpose"],
            traceparent=parent.decode("ascii", "replace") if parent is not None else None,
        )


@lru_cache(maxsize=4096)
def _known_id(text: str) -> UUID:
    """An id that comes again with the next event of its stream or board."""
    return UUID(text)
