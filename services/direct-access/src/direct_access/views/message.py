"""The messages that are due, as what they are about has them, and what became of each. Nothing of whom or where."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from chassis.decider import Rows
from direct_access.decide.message import plan_reminder, reminders_of
from direct_access.model.message import MessageDue, NotDue, Over, State
from direct_access.model.support import Record
from direct_access.model.support import State as Support


def rows(state: State) -> Rows:
    """A message, whether it is over, and when it is tried again until then."""
    if isinstance(state, NotDue):
        return {}
    over = state if isinstance(state, Over) else None
    row = {
        **_about(state.due),
        "again_at": None if isinstance(state, Over) else state.again_at,
        "outcome": over.outcome if over else None,
        "why": over.why if over else None,
    }
    return {"messages": [row]}


def reminder_rows(state: Support, record: Record) -> list[Mapping[str, object]]:
    """Every reminder of a support: those that are to be sent, and those of times that were given up."""
    wanted = {each.message for each in reminders_of(state)}
    planned = [plan_reminder(record, each) for each in (*record.bookings, *record.released)]
    return due_rows(planned, wanted)


def due_rows(due: Iterable[MessageDue], wanted: set[UUID]) -> list[Mapping[str, object]]:
    """Messages, and which of them are to be sent."""
    return [{**_about(each), "wanted": each.message in wanted} for each in due]


def _about(due: MessageDue) -> dict[str, object]:
    """What a message is about, under its columns' names."""
    return {
        "board_id": due.board,
        "message_id": due.message,
        "kind": due.kind,
        "support_id": due.support_id,
        "time_id": due.time,
        "starts_at": due.starts_at,
        "due_at": due.due_at,
        "until_at": due.until,
    }
