"""What became of each message, and the reminders that are to be sent. Nothing of whom or where."""

from collections.abc import Mapping

from chassis.decider import Rows
from direct_access.decide.message import plan_reminder, reminders_of
from direct_access.model.message import NotDue, Over, State
from direct_access.model.support import Record
from direct_access.model.support import State as Support


def rows(state: State) -> Rows:
    """A message, whether it is over, and when it is tried again until then."""
    if isinstance(state, NotDue):
        return {}
    due, over = state.due, state if isinstance(state, Over) else None
    row = {
        "board_id": due.board,
        "message_id": due.message,
        "kind": due.kind,
        "support_id": due.support_id,
        "starts_at": due.starts_at,
        "until_at": due.until,
        "again_at": None if isinstance(state, Over) else state.again_at,
        "outcome": over.outcome if over else None,
        "why": over.why if over else None,
    }
    return {"messages": [row]}


def reminder_rows(state: Support, record: Record) -> list[Mapping[str, object]]:
    """A reminder of each time of a support, and whether it is to be sent: not of one that was given up."""
    wanted = {each.message for each in reminders_of(state)}
    planned = [plan_reminder(record, each) for each in (*record.bookings, *record.released)]
    return [
        {
            "board_id": each.board,
            "support_id": each.support_id,
            "time_id": each.time,
            "message_id": each.message,
            "starts_at": each.starts_at,
            "due_at": each.due_at,
            "until_at": each.until,
            "wanted": each.message in wanted,
            "way": record.contact,
        }
        for each in planned
    ]
