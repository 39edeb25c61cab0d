"""Gauges: how things stand, read now and then and told by OTLP.

One statement to the service's own database each time, and a few questions to the broker for each subscription. Where a
part is away, its gauges stand as they were; that it is away is told by the loops' logs and by readiness.
"""

import asyncio
from collections.abc import Collection, Sequence
from typing import Final

from chassis import metrics
from chassis.consumer import Consumer
from chassis.database import Pool
from chassis.loops import is_away, pause, run_until

_BY_SUBSCRIPTION: Final = {"parked.keys": metrics.parked_keys}
_BY_KIND: Final = {"timers.due": metrics.timers_due, "timers.overdue": metrics.timers_overdue}
_READ_WITHIN_SECONDS = 5


class Gauges:
    """Reads the gauges of a process. Several processes may read the same ones; they say the same."""

    def __init__(
        self,
        pool: "Pool | None",
        subscriptions: Collection[str],
        kinds: Collection[str],
        consumers: Sequence[Consumer],
        every_seconds: float,
    ) -> None:
        """`pool` is None where another process reads the database's."""
        self._pool = pool
        self._subscriptions = subscriptions
        self._kinds = kinds
        self._consumers = consumers
        self._every_seconds = every_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Read until told to stop."""
        await run_until(stop, self._run(stop))

    async def _run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            reading = [consumer.measure() for consumer in self._consumers]
            if self._pool is not None:
                reading.append(self._read_database(self._pool))
            for outcome in await asyncio.gather(*reading, return_exceptions=True):
                if isinstance(outcome, BaseException) and not is_away(outcome):
                    raise outcome
            await pause(stop, self._every_seconds)

    async def _read_database(self, pool: Pool) -> None:
        rows = await pool.fetch("select gauge, of, value from gauges()", timeout=_READ_WITHIN_SECONDS)
        found = {(row["gauge"], row["of"]): row["value"] for row in rows}
        metrics.outbox_depth.set(found["outbox.depth", ""])
        metrics.outbox_age.set(found["outbox.age", ""])
        # What has no row is none now, and would go on being told as what it was last.
        for name, gauge in _BY_SUBSCRIPTION.items():
            for subscription in self._subscriptions:
                gauge.set(found.get((name, subscription), 0), {"stodvag.subscription": subscription})
        for name, gauge in _BY_KIND.items():
            for kind in self._kinds:
                gauge.set(found.get((name, kind), 0), {"stodvag.kind": kind})
