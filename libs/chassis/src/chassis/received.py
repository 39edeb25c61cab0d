"""A published event as a consumer meets it."""

from dataclasses import dataclass

from contracts.envelope import Envelope
from contracts.published import Published


@dataclass(frozen=True, slots=True)
class Received:
    """One published event, read and lifted to its newest version."""

    event: Published
    envelope: Envelope
    topic: str
