"""Intake, put together."""

from datetime import datetime
from uuid import UUID

from chassis.listed_supports import LISTED_SUPPORTS
from chassis.listed_supports import TABLES as LISTED_TABLES
from chassis.service import Service, run
from intake.api import router as api
from intake.consumer import APPLICATIONS_WITH_HELP, CONCERNS
from intake.decide.report import RingClock
from intake.messages import MESSAGES
from intake.model.report import Clock
from intake.pages.citizen import router as citizen_pages
from intake.pages.staff import router as staff_pages
from intake.translate import APPLICATIONS, REPORTS


def on_timer(_kind: str, name: str, _stream: UUID, due: datetime) -> RingClock:
    """The command that a timer becomes: a clock of a report rings."""
    clock, _, moment = name.rpartition("-")
    return RingClock(at=due, clock=Clock(clock), late=moment == "late")


SERVICE = Service(
    name="intake",
    package="intake",
    title="Intake: reports of concern and applications",
    deciders=(REPORTS, APPLICATIONS),
    routers=(api, citizen_pages, staff_pages),
    messages=MESSAGES,
    subscriptions=(CONCERNS, APPLICATIONS_WITH_HELP, LISTED_SUPPORTS),
    on_timer=on_timer,
    views=("work_list", "receipts"),
    migrations=2,
    drafts="/ansok/fortsatt",
    projected={LISTED_SUPPORTS.name: LISTED_TABLES},
)

if __name__ == "__main__":
    run(SERVICE)
