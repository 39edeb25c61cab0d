"""What operations do to a service's data beside its running processes: rebuild its views, refill its topic."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chassis.beside import RebuildRefused
from chassis.rebuild import rebuild_projection, rebuild_views
from chassis.republish import CannotRepublish, republish
from chassis.subscriptions import Projection

if TYPE_CHECKING:
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
            return f"{await republish(owner_dsn, service.name, service.deciders)} events are on their way again"
        case ["rebuild", *named]:
            known = {each.name: each for each in service.subscriptions if isinstance(each, Projection)}
            wanted = named or [*(["views"] if service.views else []), *service.projected]
            if unknown := set(wanted) - {"views", *service.projected}:
                raise ValueError(f"nothing here is called {', '.join(sorted(unknown))}: {USAGE}")
            for name in wanted:
                if name == "views":
                    await rebuild_views(owner_dsn, service.deciders, service.views)
                else:
                    await rebuild_projection(owner_dsn, known[name], service.projected[name])
            return f"rebuilt: {', '.join(wanted)}"
        case _:
            raise ValueError(USAGE)


def keep_up_or_exit(service: Service, arguments: Sequence[str], owner_dsn: str | None) -> None:
    """The same from the command line: a refusal ends with one line and exit code 1."""
    if owner_dsn is None:
        sys.exit("set STODVAG_DATABASE_OWNER to the owner role's DSN")
    try:
        done = asyncio.run(keep_up(service, arguments, owner_dsn))
    except (RebuildRefused, CannotRepublish, ValueError) as refused:
        sys.exit(str(refused))
    sys.stdout.write(f"{done}\n")
