"""Direct access as a process: `python -m direct_access.main`, settings from the environment."""

from chassis.service import Service, run
from direct_access import api
from direct_access.mailing import send_messages
from direct_access.messages import MESSAGES
from direct_access.pages import catalogue, citizen, information, overview, own, staff, steps, times
from direct_access.store import DECIDERS
from direct_access.translate import command_of_timer
from direct_access.work import queueing

SERVICE = Service(
    name="direct-access",
    package="direct_access",
    title="Direct access: support without individual needs assessment",
    deciders=DECIDERS,
    routers=(
        api.router,
        overview.router,
        information.router,
        citizen.router,
        times.router,
        own.router,
        staff.router,
        catalogue.router,
        steps.router,
    ),
    messages=MESSAGES,
    on_timer=command_of_timer,
    on_rounds=(queueing.serve_queues, send_messages),
    unlinked=("/stod/", "/api/direct-access/v1/visits"),
    drafts="/fortsatt",
    migrations=11,
    views=(
        "catalogue",
        "catalogue_openings",
        "supports",
        "bookings",
        "times",
        "queues",
        "visits",
        "walk_ins",
        "talks",
        "askings",
        "consent_codes",
        "reminders",
        "messages",
    ),
)

if __name__ == "__main__":
    run(SERVICE)
