"""What this service listens to: intake's requests, and what boards give (`chassis.listed_supports`)."""

from collections.abc import Sequence

from assessment.model.investigation import State
from assessment.store import INVESTIGATION
from assessment.translate import opening
from chassis.decider import Step
from chassis.received import Received
from chassis.subscriptions import Reaction
from contracts.intake import InvestigationRequested


def open_at_once(received: Received) -> Sequence[Step[State]] | None:
    """An investigation is opened at once (SoL 14:2), under the case's own id."""
    event = received.event
    if not isinstance(event, InvestigationRequested):
        return None
    command = opening(received.envelope.board, event)
    return [Step(decider=INVESTIGATION, stream=event.case_id, command=command)]


OPENING = Reaction(
    name="opening",
    topics=("intake",),
    handles=frozenset({InvestigationRequested}),
    react=open_at_once,
    purpose="open-investigation",
)
