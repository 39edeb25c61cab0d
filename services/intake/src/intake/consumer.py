"""What intake listens to: what staff of direct supports raise and start, and what can be applied for.

The last is `chassis.listed_supports`.
"""

from chassis.subscriptions import Reaction
from contracts.direct_access import ApplicationStarted, ConcernRaised
from intake.translate import take_in_application, take_in_concern

CONCERNS = Reaction(
    name="concerns",
    topics=("direct-access",),
    handles=frozenset({ConcernRaised}),
    react=take_in_concern,
    purpose="handle-report",
)
"""Concern raised by staff of a direct support becomes a report, at once (SoL 19:1)."""

APPLICATIONS_WITH_HELP = Reaction(
    name="applications-with-help",
    topics=("direct-access",),
    handles=frozenset({ApplicationStarted}),
    react=take_in_application,
    purpose="handle-application",
)
"""What staff of a direct support helped to start is taken in as any application."""
