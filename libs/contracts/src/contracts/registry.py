"""Every published event there is, by type, and the way up from each old version."""

from contracts import assessment, direct_access, followup, intake
from contracts.published import Published, Upcaster

PUBLISHERS = {
    "intake": intake.EVENTS,
    "assessment": assessment.EVENTS,
    "direct-access": direct_access.EVENTS,
    "followup": followup.EVENTS,
}
"""The events of each service, by type."""

EVENTS: dict[str, type[Published]] = {name: event for events in PUBLISHERS.values() for name, event in events.items()}

UPCASTERS: dict[str, tuple[str, Upcaster]] = {}
"""Old type → (next type, how to lift the payload). No published event has had a second version yet."""
