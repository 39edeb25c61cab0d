"""Assessment, put together."""

from datetime import datetime
from uuid import UUID

from assessment import views
from assessment.api import router as api
from assessment.consumer import OPENING
from assessment.decide.inquiry import PassClock, WarnOfClock
from assessment.messages import MESSAGES
from assessment.pages import router as pages
from assessment.store import INVESTIGATION
from chassis.listed_supports import LISTED_SUPPORTS
from chassis.listed_supports import TABLES as LISTED_TABLES
from chassis.service import Service, run


def on_timer(_kind: str, name: str, _stream: UUID, due: datetime) -> WarnOfClock | PassClock:
    """The command that a timer becomes: the time of a child's investigation is soon over, or over."""
    return WarnOfClock(at=due) if name == views.WARN else PassClock(at=due)


SERVICE = Service(
    name="assessment",
    package="assessment",
    title="Assessment: investigations, decisions and assessed support",
    deciders=(INVESTIGATION,),
    routers=(api, pages),
    messages=MESSAGES,
    subscriptions=(OPENING, LISTED_SUPPORTS),
    on_timer=on_timer,
    views=("investigations",),
    projected={LISTED_SUPPORTS.name: LISTED_TABLES},
)

if __name__ == "__main__":
    run(SERVICE)
