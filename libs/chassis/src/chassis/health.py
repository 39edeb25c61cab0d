"""What a process needs in order to serve, and what it can do without for a while.

Ready is who can take a request: the database answers and has the shape that the code expects. All else is wanted.
Without Kafka requests are accepted, and the outbox waits; without the keyring, whoever needs a key that is not at hand
is answered 503, and the rest is served; a loop that waits or has stalled delays others and harms no request, so taking
the process out of service would only make it worse. A process that serves no requests is there for its loops, and is
ready while they go round.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from chassis import kafka
from chassis.commands import Desk
from chassis.loops import Outage

MIGRATIONS = 10
"""How many migrations of the chassis must have been applied. A database may be ahead of the code, never behind."""

Checks = dict[str, Callable[[], Awaitable[object]]]


class NotSo(Exception):
    """What was asked does not hold."""


def readiness(
    desk: Desk, bootstrap: str, service: str, migrations: int, loops: Sequence[Outage], *, serves: bool
) -> tuple[Checks, Checks]:
    """What must hold, and what is wanted, by name. `bootstrap` is Kafka's address; `migrations` is how many of them the
    service's own code expects."""
    pool = desk.store.pool

    async def database() -> None:
        await pool.fetchval("select 1")

    async def migrated() -> None:
        row = await pool.fetchrow("select migrated('chassis') as shared, migrated($1) as own", service)
        if row is None or row["shared"] < MIGRATIONS or row["own"] < migrations:
            raise NotSo

    ready: Checks = {"database": database, "migrations": migrated}
    wanted: Checks = {"keyring": desk.keyring.ping, "kafka": partial(kafka.reach, bootstrap)}
    (wanted if serves else ready).update({loop.loop: _goes_round(loop) for loop in loops})
    return ready, wanted


def _goes_round(loop: Outage) -> Callable[[], Awaitable[object]]:
    async def check() -> None:
        if not loop.is_well:
            raise NotSo

    return check
