"""A support as staff find it in their lists: steps, dates, a sealed part, nothing sensitive (SoLPUL 7 a §)."""

from typing import assert_never
from uuid import UUID

from chassis.decider import Rows
from direct_access.decide.consent import check_age_from, waits_for
from direct_access.model.support import Asked, Ended, NotAsked, Record, Running, State
from direct_access.views.message import reminder_rows


def rows(state: State) -> Rows:
    """A support's row, one for each time that is booked, and its reminders."""
    match state:
        case NotAsked():
            return {}
        case Asked(record=record):
            return _rows(state, record, "asked", open_=True)
        case Running(record=record):
            return _rows(state, record, "running", open_=True)
        case Ended(record=record):
            return _rows(state, record, "ended", open_=False)
        case _:
            assert_never(state)


def _rows(state: State, record: Record, step: str, *, open_: bool) -> Rows:
    asked = record.asked
    support = {
        "board_id": asked.board,
        "support_id": asked.support_id,
        "support": asked.support,
        "district": asked.district,
        "step": step,
        "asked_at": asked.asked_at,
        "to_check": open_ and asked.suitability_needed and record.suitable is None,
        "to_book": step == "asked" and not record.bookings and not waits_for(record),
        "to_inform": not record.informed,
        "meetings": record.meetings,
        "asker": asked.asker,
        "code": asked.receipt_code,
    }
    bookings = [
        {
            "board_id": asked.board,
            "support_id": asked.support_id,
            "time_id": booking.time,
            "starts_at": booking.starts_at,
            "place": booking.place,
            "released": released,
            "outcome": _outcome(record, booking.time),
        }
        for released, some in ((False, record.bookings), (True, record.released))
        for booking in some
    ]
    asking = {
        "board_id": asked.board,
        "support_id": asked.support_id,
        "safe": record.safe,
        "waits_for": waits_for(record) if open_ else (),
        "check_age_from": check_age_from(record) if open_ else None,
    }
    codes = [
        {"board_id": asked.board, "code": given.code, "support_id": asked.support_id, "who": given.who}
        for given in record.codes
    ]
    return {
        "supports": [support],
        "bookings": bookings,
        "askings": [asking],
        "consent_codes": codes,
        "reminders": reminder_rows(state, record),
    }


def _outcome(record: Record, time: UUID) -> str:
    if time in record.arrived:
        return "arrived"
    return "did-not-come" if time in record.absent else "booked"
