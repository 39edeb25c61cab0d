"""What operations do to a service's data beside its running processes: rebuild its views, refill its topic."""

import asyncio
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chassis.beside import RebuildRefused
from chassis.decider import Decider
from chassis.rebuild import rebuild_projection, rebuild_views
from chassis.republish import CannotRepublish, republish
from chassis.subscriptions import Projection, Subscription

USAGE = "give nothing to serve, or: rebuild [views | NAME OF A PROJECTION], republish"


async def keep_up(
    arguments: Sequence[str],
    owner_dsn: str,
    *,
    service: str,
    deciders: Iterable[Decider[Any, Any, Any]],
    views: Sequence[str],
    subscriptions: Iterable[Subscription],
    projected: Mapping[str, Sequence[str]],
) -> str:
    """Carry out a command of operations; one line of what was done. `owner_dsn` is the owner role's.

    `rebuild` makes all views anew beside the live ones and swaps them in, or those named. `republish` puts every
    published event into the outbox again, after the broker has lost its data: consumers pass over what they know.

    Raises:
        RebuildRefused, CannotRepublish: the text says why; the live views stand as they were.
        ValueError: the arguments are none of ours.
    """
    match arguments:
        case ["republish"]:
            return f"{await republish(owner_dsn, service, deciders)} events are on their way again"
        case ["rebuild", *named]:
            known = {each.name: each for each in subscriptions if isinstance(each, Projection)}
            wanted = named or [*(["views"] if views else []), *projected]
            if unknown := set(wanted) - {"views", *projected}:
                raise ValueError(f"nothing here is called {', '.join(sorted(unknown))}")
            for name in wanted:
                if name == "views":
                    await rebuild_views(owner_dsn, tuple(deciders), tuple(views))
                else:
                    await rebuild_projection(owner_dsn, known[name], tuple(projected[name]))
            return f"rebuilt: {', '.join(wanted)}"
        case _:
            raise ValueError(USAGE)


def keep_up_or_exit(arguments: Sequence[str], owner_dsn: str | None, **of_service: Any) -> None:
    """The same from the command line: a refusal ends with one line and exit code 1."""
    if owner_dsn is None:
        sys.exit("set STODVAG_DATABASE_OWNER to the owner role's DSN")
    try:
        done = asyncio.run(keep_up(arguments, owner_dsn, **of_service))
    except (RebuildRefused, CannotRepublish, ValueError) as refused:
        sys.exit(str(refused))
    sys.stdout.write(f"{done}\n")
