"""What this service listens to: everything that tells what became of people, and decisions to follow up a child."""

from collections.abc import Sequence

from chassis.decider import Step
from chassis.received import Received
from chassis.subscriptions import Projection, Reaction
from contracts.assessment import FollowUpDecided
from followup.model import State
from followup.store import FOLLOW_UPS, save_facts
from followup.translate import starting
from followup.views.facts import HANDLED

RESULTS = Projection(
    name="results", topics=("intake", "assessment", "direct-access"), handles=HANDLED, apply=save_facts
)


def start_follow_up(received: Received) -> Sequence[Step[State]] | None:
    """Follow-up of a child's situation begins as the board decided, under the case's own id (SoL 23:1)."""
    event = received.event
    if not isinstance(event, FollowUpDecided):
        return None
    return [Step(decider=FOLLOW_UPS, stream=event.case_id, command=starting(received.envelope.board, event))]


CHILD_FOLLOW_UP = Reaction(
    name="child-follow-up",
    topics=("assessment",),
    handles=frozenset({FollowUpDecided}),
    react=start_follow_up,
    purpose="follow-up-child",
)
