"""What intake listens to: concern that staff raise, and what can be applied for (`chassis.listed_supports`)."""

from chassis.subscriptions import Reaction
from contracts.direct_access import ConcernRaised
from intake.translate import take_in_concern

CONCERNS = Reaction(
    name="concerns",
    topics=("direct-access",),
    handles=frozenset({ConcernRaised}),
    react=take_in_concern,
    purpose="handle-report",
)
"""Concern raised by staff of a direct support becomes a report, at once (SoL 19:1)."""
