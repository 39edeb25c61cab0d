"""Follow-up as a process: `python -m followup.main`, settings from the environment.

`python -m followup.main rebuild results` makes the results again from the inbox, `rebuild follow-ups` the list of
children's follow-ups from its own events. Both go on beside a running service, as the database's owner.
"""

import asyncio
import sys

from chassis.beside import RebuildRefused
from chassis.config import Settings
from chassis.rebuild import rebuild_projection, rebuild_views
from chassis.service import Service, run
from followup import api, pages
from followup.consumer import CHILD_FOLLOW_UP, RESULTS
from followup.decide import command_of_timer
from followup.messages import MESSAGES
from followup.store import FOLLOW_UPS, OWN_TABLES, RESULT_TABLES

SERVICE = Service(
    name="followup",
    package="followup",
    title="Follow-up: what became of people, on both ways to support",
    deciders=(FOLLOW_UPS,),
    routers=(api.router, pages.router),
    messages=MESSAGES,
    subscriptions=(RESULTS, CHILD_FOLLOW_UP),
    on_timer=command_of_timer,
)


async def rebuild(what: str, owner_dsn: str) -> None:
    """Make views again and put them in place of the live ones.

    Raises:
        RebuildRefused: the live ones were left as they are; the text says why.
    """
    match what:
        case "results":
            await rebuild_projection(owner_dsn, RESULTS, RESULT_TABLES)
        case "follow-ups":
            await rebuild_views(owner_dsn, (FOLLOW_UPS,), OWN_TABLES)
        case _:
            raise RebuildRefused("rebuild what? `results` or `follow-ups`")


def main(arguments: list[str]) -> None:
    """Run the service, or rebuild what is named. A rebuild that is refused ends with one line and exit code 1."""
    if not arguments:
        run(SERVICE)
        return
    settings = Settings()  # type: ignore[call-arg]  # pydantic-settings reads the environment
    if arguments[0] != "rebuild" or len(arguments) != 2 or settings.database_owner is None:
        sys.exit("python -m followup.main [rebuild results|follow-ups], a rebuild with STODVAG_DATABASE_OWNER set")
    try:
        asyncio.run(rebuild(arguments[1], settings.database_owner))
    except RebuildRefused as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main(sys.argv[1:])
