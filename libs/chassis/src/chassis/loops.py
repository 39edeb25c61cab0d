"""What the platform's loops share: they wait for parts that are away, and end when they are told."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import asyncpg
from aiokafka.errors import KafkaError

from chassis.database import AWAY
from chassis.event_store import Conflict
from keyring.ring import KeyringAway

GRACE_SECONDS = 5.0
SHORTEST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 5.0
STALLED_SECONDS = 300.0
"""After how long without a sign of life a loop counts as stalled; as long as Kafka waits for a consumer's next poll."""

# Connection trouble, rollbacks that a second try mends (deadlocks among them), exhausted resources, cancelled or
# terminated by the operator or a time limit, and trouble of the machine itself.
_PASSING = ("08", "40", "53", "57", "58")
_LOCKED, _READ_ONLY = "55P03", "25006"
_GONE = ("closed", "closing", "released")

log = logging.getLogger(__name__)


def is_away(error: BaseException) -> bool:
    """Whether an error says that a part is away or busy, rather than that something is wrong with the work."""
    if isinstance(error, asyncpg.InterfaceError):
        # Also raised for arguments that do not fit, which no waiting mends; only its text tells.
        return any(word in str(error) for word in _GONE)
    if isinstance(error, asyncpg.PostgresError):
        code = str(error.sqlstate)
        ended = getattr(error, "severity_en", None) in {"FATAL", "PANIC"}
        stale = isinstance(error, asyncpg.InvalidCachedStatementError)  # a rebuild has swapped tables
        return ended or stale or code[:2] in _PASSING or code in {_LOCKED, _READ_ONLY}
    return isinstance(error, (*AWAY, asyncpg.InternalClientError, KeyringAway, KafkaError, Conflict))


class Outage:
    """Waits while a part is away, longer each time up to a limit, and logs when it goes and when it is back."""

    def __init__(self, loop: str) -> None:
        self.loop = loop
        self._pause = 0.0
        self._alive = time.monotonic()

    async def wait(self, error: BaseException, stop: asyncio.Event) -> None:
        """Wait a while, or until told to stop."""
        if not self._pause:
            log.warning("part-away", extra={"loop": self.loop, "error": type(error).__name__})
        self.beat()
        self._pause = min(max(self._pause * 2, SHORTEST_WAIT_SECONDS), LONGEST_WAIT_SECONDS)
        await pause(stop, self._pause)

    def over(self) -> None:
        """Everything answers."""
        self.beat()
        if self._pause:
            self._pause = 0.0
            log.warning("part-back", extra={"loop": self.loop})

    def beat(self) -> None:
        """The loop is alive."""
        self._alive = time.monotonic()

    @property
    def is_well(self) -> bool:
        """Whether the loop goes round, and waits for nothing that is away."""
        return not self._pause and time.monotonic() - self._alive < STALLED_SECONDS


async def pause(event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but not longer than this."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


async def end(task: asyncio.Task[Any]) -> None:
    """Bring a task to its end, whatever that is. Who awaited it has heard of it; nobody else need."""
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):
        await task


async def run_until(stop: asyncio.Event, work: Coroutine[object, object, None]) -> None:
    """Run a loop until it ends. Once told to stop it has five seconds to end by itself; then it is cancelled.

    Being cancelled anywhere is harmless: what was not committed is done again at the next start.
    """
    loop = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({loop, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            return await loop
        await asyncio.wait({loop}, timeout=GRACE_SECONDS)
    finally:
        stopping.cancel()
        if loop.cancel():
            with suppress(asyncio.CancelledError):
                await loop
    await asyncio.wait({loop})
    return None
