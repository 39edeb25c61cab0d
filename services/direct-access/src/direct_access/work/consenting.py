"""The yes and no of guardians and of the person, and what staff check of them."""

from uuid import UUID

from chassis.clock import new_id
from chassis.commands import Desk
from chassis.decider import Origin
from chassis.handle import Answer
from chassis.receipt_code import draw_code
from direct_access import store
from direct_access.decide.consent import (
    CheckCustody,
    GiveCode,
    GiveConsent,
    GiveOwnYes,
    WithdrawConsent,
    WithdrawOwnYes,
    bookings_ahead,
)
from direct_access.decide.support import Command as SupportCommand
from direct_access.decide.support import TellSafety
from direct_access.model.support import SaidBy
from direct_access.requests.staff import (
    CodeTo,
    Custody,
    GuardianToName,
    Hindrance,
    Safety,
    SuitabilityJudgement,
    ToldConsent,
)
from direct_access.work.queueing import leaving
from direct_access.work.records import find_record, in_support, until_it_holds
from direct_access.work.seats import releasing


async def find_code(desk: Desk, code: str) -> store.CodeOf | None:
    """Whose code this is, and in which support."""
    digest = code_digest(desk, code)
    for board in desk.municipality.boards:
        if found := await store.find_code(desk.store.pool, board.id, digest):
            return found
    return None


@until_it_holds
async def say(desk: Desk, origin: Origin, support_id: UUID, who: UUID, by: SaidBy, *, agrees: bool) -> Answer:
    """A guardian, or the person, says yes or no. With a no the times ahead are given up, and the place in the queue."""
    record = await find_record(desk, origin.board, support_id)
    own = who == record.asked.person
    at = origin.at
    if agrees:
        yes = GiveOwnYes(by=by, at=at) if own else GiveConsent(guardian=who, by=by, at=at)
        return await in_support(desk, origin, support_id, yes)
    freed = bookings_ahead(record, at)
    no: SupportCommand = (
        WithdrawOwnYes(by=by, freed=freed, at=at) if own else WithdrawConsent(guardian=who, by=by, freed=freed, at=at)
    )
    seats = releasing(origin, support_id, freed)
    left = await leaving(desk, origin, record.asked.support, support_id)
    return await in_support(desk, origin, support_id, no, *seats, *left)


async def note_yes_or_no(desk: Desk, origin: Origin, support_id: UUID, request: ToldConsent) -> Answer:
    """Write down what a guardian, or the person, told us."""
    return await say(desk, origin, support_id, request.who, SaidBy.STAFF, agrees=request.agrees)


async def give_code(desk: Desk, origin: Origin, support_id: UUID, request: CodeTo) -> Answer:
    """Draw a code for a guardian, or the person, to be handed over.

    A keyed digest of it is kept, and this answer, sealed, for as long as the same request may come again.
    """
    code = draw_code()
    command = GiveCode(who=request.who, code=code_digest(desk, code), at=origin.at)
    return await in_support(desk, origin, support_id, command, answer={"code": code})


async def name_guardian(desk: Desk, origin: Origin, support_id: UUID, request: GuardianToName) -> Answer:
    """Add a guardian."""
    guardian = new_id()
    command = request.to_command(at=origin.at, guardian=guardian)
    return await in_support(desk, origin, support_id, command, answer={"guardian": str(guardian)})


async def check_custody(desk: Desk, origin: Origin, support_id: UUID, request: Custody) -> Answer:
    """Say who has custody."""
    return await in_support(desk, origin, support_id, CheckCustody(guardians=request.guardians, at=origin.at))


async def tell_safety(desk: Desk, origin: Origin, support_id: UUID, request: Safety) -> Answer:
    """Say whether contact is safe, as it was learned since."""
    return await in_support(desk, origin, support_id, TellSafety(safe=request.safe, at=origin.at))


async def note_hindered(desk: Desk, origin: Origin, support_id: UUID, request: Hindrance) -> Answer:
    """Say that a guardian cannot take part."""
    return await in_support(desk, origin, support_id, request.to_command(at=origin.at))


def code_digest(desk: Desk, code: str) -> UUID:
    """What is kept of a code that a yes is said with: a keyed digest."""
    return desk.store.answers.command_id("consent", "receipt-code", code)


async def check_suitability(desk: Desk, origin: Origin, support_id: UUID, request: SuitabilityJudgement) -> Answer:
    """Judge the suitability."""
    record = await find_record(desk, origin.board, support_id)
    return await in_support(desk, origin, support_id, request.to_command(at=origin.at, person=record.asked.person))
