"""A published event as a consumer meets it."""

from typing import NamedTuple

from contracts.envelope import Envelope
from contracts.published import Published


class Received(NamedTuple):
    """One published event, read and lifted to its newest version."""

    event: Published
    envelope: Envelope
    topic: str
