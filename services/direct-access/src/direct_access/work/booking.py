"""Booked times."""

from uuid import UUID

from chassis.commands import Desk
from chassis.decider import Origin, Refused, Step
from chassis.handle import Answer
from direct_access.decide.support import BookTime, CancelBooking, CheckIn, MoveBooking, NoteAbsence
from direct_access.decide.time import ReleaseSeat
from direct_access.model.support import By
from direct_access.requests.staff import Booking
from direct_access.store import TIME
from direct_access.work.queueing import leaving, taking
from direct_access.work.records import birth_date, find_record, in_support, until_it_holds
from direct_access.work.seats import choose


@until_it_holds
async def book_time(desk: Desk, origin: Origin, support_id: UUID, request: Booking) -> Answer:
    """Book a time for somebody who has asked, its seat and all."""
    record = await find_record(desk, origin.board, support_id)
    chosen = await choose(desk, origin.board, request.time_id)
    born = await birth_date(desk, record)
    booking = BookTime(chosen=chosen, born=born, informed=request.informed_of_application, at=origin.at)
    taken = await taking(desk, origin, record.asked.support, support_id, chosen.time, By.STAFF)
    left = await leaving(desk, origin, record.asked.support, support_id, keep=chosen.time)
    return await in_support(desk, origin, support_id, booking, taken, *left)


async def cancel_booking(desk: Desk, origin: Origin, support_id: UUID, booked: UUID, by: By) -> Answer:
    """Give a time back. Its seat is free in the same moment."""
    freed = Step(decider=TIME, stream=booked, command=ReleaseSeat(support_id=support_id, at=origin.at))
    return await in_support(desk, origin, support_id, CancelBooking(time=booked, by=by, at=origin.at), freed)


async def move_booking(desk: Desk, origin: Origin, support_id: UUID, booked: UUID, to: UUID, by: By) -> Answer:
    """Change to another time. The old seat is given back in the moment the new one is taken, and not before."""
    if booked == to:
        raise Refused("time-booked-already")
    record = await find_record(desk, origin.board, support_id)
    chosen = await choose(desk, origin.board, to)
    born = await birth_date(desk, record)
    command = MoveBooking(time=booked, chosen=chosen, born=born, by=by, at=origin.at)
    freed = Step(decider=TIME, stream=booked, command=ReleaseSeat(support_id=support_id, at=origin.at))
    taken = await taking(desk, origin, record.asked.support, support_id, to, by)
    answer = {"starts_at": chosen.starts_at.isoformat(), "place": chosen.place}
    return await in_support(desk, origin, support_id, command, freed, taken, answer=answer)


async def check_in(desk: Desk, origin: Origin, support_id: UUID, booked: UUID) -> Answer:
    """Say that the person came to a booked time."""
    return await in_support(desk, origin, support_id, CheckIn(time=booked, at=origin.at))


async def note_absence(desk: Desk, origin: Origin, support_id: UUID, booked: UUID) -> Answer:
    """Say that the person did not come to a booked time."""
    return await in_support(desk, origin, support_id, NoteAbsence(time=booked, at=origin.at))
