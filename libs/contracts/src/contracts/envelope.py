"""The envelope that a published event travels in: CloudEvents 1.0, binary mode on Kafka."""

from collections.abc import Iterable
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID

from pydantic import AwareDatetime, TypeAdapter, ValidationError

SPECVERSION = "1.0"

Headers = list[tuple[str, bytes]]

_NAMES = ("ce_id", "ce_type", "ce_source", "ce_time", "ce_board", "ce_stream", "ce_sequence", "ce_role", "ce_purpose")
"""The headers that an event must have beside the version, in the order of the envelope's fields."""

_pick = itemgetter(*_NAMES)


class BrokenEnvelope(ValueError):
    """A record on the topic is no event of ours: a header is missing or unreadable. The text names the header only."""


class Envelope(NamedTuple):
    """What is known of a published event without opening its payload. Holds nothing personal.

    A tuple, since every event on the way has one, and a frozen dataclass takes four times as long to make.
    """

    id: UUID
    """The event's id, the same as in the event store and for ever, also when republished."""
    type: str
    """Name and version, such as `stodvag.intake.report-received.v1`."""
    source: str
    """The publishing service, such as `intake`."""
    time: AwareDatetime
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
        try:
            if found["ce_specversion"] != SPECVERSION.encode():
                raise BrokenEnvelope(f"header ce_specversion is not {SPECVERSION}")
            parent = found.get("traceparent")
            envelope: Envelope = _read((*_pick(found), parent and parent.decode("ascii", "replace")))
            return envelope
        except KeyError as missing:
            name = missing.args[0]
        except ValidationError as invalid:
            name = _NAMES[int(invalid.errors(include_input=False)[0]["loc"][0])]
        raise BrokenEnvelope(f"header {name} is missing or cannot be read")


_read = TypeAdapter(Envelope).validator.validate_python
