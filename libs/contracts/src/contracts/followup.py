"""Published by followup: the follow-up of a child's situation (SoL 23 kap.)."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from contracts.published import Published


class FollowUpEnd(StrEnum):
    """Why the follow-up of a child's situation ended (SoL 23:5)."""

    DONE = "done"
    NEW_INVESTIGATION = "new-investigation"
    TIME_RAN_OUT = "time-ran-out"
    """Six months passed. The Act lets it run no longer."""


class ChildFollowUpStarted(Published):
    """Follow-up of a child's situation began (SoL 23:1)."""

    type: ClassVar[str] = "stodvag.followup.child-follow-up-started.v1"
    started_at: datetime
    ends_by: date
    """The last day (Europe/Stockholm)."""


class ChildFollowUpEnded(Published):
    """Follow-up of a child's situation ended (SoL 23:5)."""

    type: ClassVar[str] = "stodvag.followup.child-follow-up-ended.v1"
    ended_at: datetime
    reason: FollowUpEnd


EVENTS: dict[str, type[Published]] = {event.type: event for event in (ChildFollowUpStarted, ChildFollowUpEnded)}
