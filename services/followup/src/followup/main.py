"""Follow-up, put together."""

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
    migrations=2,
    views=OWN_TABLES,
    projected={"results": RESULT_TABLES},
)


if __name__ == "__main__":
    run(SERVICE)
