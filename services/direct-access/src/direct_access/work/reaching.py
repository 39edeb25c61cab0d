"""How a person is reached, when it is told anew."""

from uuid import UUID

from chassis.commands import Desk
from chassis.decider import Origin
from chassis.handle import Answer
from direct_access.model.support import By
from direct_access.requests.citizen import MyContact
from direct_access.requests.staff import ContactToTell
from direct_access.work.records import find_record, in_support


async def tell_contact(desk: Desk, origin: Origin, support_id: UUID, request: ContactToTell) -> Answer:
    """Staff write down how the person is reached from now on."""
    record = await find_record(desk, origin.board, support_id)
    command = request.to_contact(at=origin.at, person=record.asked.person, by=By.STAFF, own=request.own)
    return await in_support(desk, origin, support_id, command)


async def tell_own_contact(desk: Desk, origin: Origin, support_id: UUID, request: MyContact) -> Answer:
    """Whoever has the receipt's code says how they are reached from now on."""
    record = await find_record(desk, origin.board, support_id)
    command = request.to_contact(at=origin.at, person=record.asked.person, by=By.PERSON, own=True)
    return await in_support(desk, origin, support_id, command)
