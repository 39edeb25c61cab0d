"""What operations do to a service's data beside its running processes: rebuild its views, refill its topic.

Each is a trace of its own, linked to what had it done where that says so: its traceparent in `TRACEPARENT`, as
OpenTelemetry has it for processes.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chassis.beside import RebuildRefused
from chassis.rebuild import rebuild_projection, rebuild_views
from chassis.republish import CannotRepublish, republish
from chassis.subscriptions import Projection
from chassis.telemetry import Cause, span
from chassis.tracing import telemetry

if TYPE_CHECKING:
    from chassis.config import Settings
    from chassis.service import Service

USAGE = "give nothing to serve, or: rebuild [views | NAME OF A PROJECTION], republish"


async def keep_up(service: Service, arguments: Sequence[str], owner_dsn: str) -> str:
    """Carry out a command of operations; one line of what was done. `owner_dsn` is the owner role's.

    `rebuild` makes all views anew beside the live ones and swaps them in, or those named. `republish` puts every
    published event into the outbox again, after the broker has lost its data: consumers pass over what they know.

    Raises:
        RebuildRefused, CannotRepublish: the text says why; the live views stand as they were.
        ValueError: the arguments are none of ours.
    """
    match arguments:
        case ["republish"]:
            with span("republish", links=_causes()) as current:
                sent = await republish(owner_dsn, service.deciders)
                current.set_attribute("stodvag.event.count", sent)
            return f"{sent} events are on their way again"
        case ["rebuild", *named]:
            known = {each.name: each for each in service.subscriptions if isinstance(each, Projection)}
            wanted = named or [*(["views"] if service.views else []), *service.projected]
            if unknown := set(wanted) - {"views", *service.projected}:
                raise ValueError(f"nothing here is called {', '.join(sorted(unknown))}: {USAGE}")
            for name in wanted:
                with span("rebuild", {"stodvag.view": name}, links=_causes()):
                    if name == "views":
                        await rebuild_views(owner_dsn, service.deciders, service.views)
                    else:
                        await rebuild_projection(owner_dsn, known[name], service.projected[name])
            return f"rebuilt: {', '.join(wanted)}"
        case _:
            raise ValueError(USAGE)


def keep_up_or_exit(service: Service, arguments: Sequence[str], settings: Settings) -> None:
    """The same from the command line: a refusal ends with one line and exit code 1."""
    if settings.database_owner is None:
        sys.exit("set STODVAG_DATABASE_OWNER to the owner role's DSN")
    try:
        with telemetry(service.name, settings.telemetry, database=settings.database, kafka=settings.kafka):
            done = asyncio.run(keep_up(service, arguments, settings.database_owner))
    except (RebuildRefused, CannotRepublish, ValueError) as refused:
        sys.exit(str(refused))
    sys.stdout.write(f"{done}\n")


def _causes() -> list[Cause]:
    return [Cause(os.environ.get("TRACEPARENT"))]
