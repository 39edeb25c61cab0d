"""Rounds: a service looks again and again for what is to be done next in several streams at once.

A timer is one stream's. Where time or another stream's event asks for a piece of work across streams, the service
finds it in its own views, and does it as any command is done. What fails, or was cut off, is found on the next round.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from chassis.clock import now
from chassis.commands import Desk
from chassis.decider import Refused
from chassis.event_store import Conflict
from chassis.loops import Outage, is_away, pause, run_until

Round: TypeAlias = Callable[[Desk], Awaitable[None]]
"""Does everything that is to be done now. Two at once do no harm."""

_log = logging.getLogger(__name__)


@contextmanager
def one_of_many(what: str) -> Iterator[None]:
    """Around one piece of a round's work, so that it alone waits for the next round where it is refused or fails.

    Raises:
        An error of which `is_away` is true: a part that all the others need too.
    """
    try:
        yield
    except Refused:
        pass  # Whoever was quicker has changed what it rests on: the next round sees it as it is then.
    except Exception as error:
        if is_away(error) and not isinstance(error, Conflict):
            raise
        _log.error("round-failed", extra={"loop": what, "error": type(error).__name__})


async def erase_drafts(desk: Desk) -> None:
    """Erase the drafts that have been kept as long as we promised."""
    await desk.drafts.erase_due(now())


class Rounds:
    """Goes a round every second, or as seldom as is enough. While the database or the keyring is away, waits."""

    def __init__(self, desk: Desk, go: Round, every_seconds: float = 1.0) -> None:
        self._desk = desk
        self._go = go
        self._every_seconds = every_seconds
        self.outage = Outage(go.__name__)

    async def run(self, stop: asyncio.Event) -> None:
        """Run until told to stop."""
        await run_until(stop, self._look(stop))

    async def _look(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._go(self._desk)
                self.outage.over()
                await pause(stop, self._every_seconds)
            except Exception as error:
                if not is_away(error):
                    raise
                await self.outage.wait(error, stop)
