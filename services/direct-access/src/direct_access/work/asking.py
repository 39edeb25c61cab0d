"""Somebody asks for a support."""

from typing import Any
from uuid import UUID

from chassis.clock import new_id
from chassis.commands import Desk
from chassis.decider import Origin, Refused, Step
from chassis.districts import require_district
from chassis.handle import Answer, handle
from chassis.receipt_code import draw_code
from chassis.reference import reference_of
from direct_access import store
from direct_access.decide.catalogue import check_times
from direct_access.decide.support import Chosen
from direct_access.model.support import AskedBy, By, Channel
from direct_access.requests.citizen import SupportRequest
from direct_access.store import SUPPORT
from direct_access.work.consenting import code_digest
from direct_access.work.deciding import find_entry
from direct_access.work.queueing import join, taking
from direct_access.work.seats import choose

_LOST = frozenset({"time-full", "others-wait", "only-by-queue"})
"""Why the time that was chosen cannot be had, where the queue is another way to one."""


async def ask_for_support(
    desk: Desk,
    origin: Origin,
    request: SupportRequest,
    code: str,
    *,
    informed: bool,
    channel: Channel = Channel.PAGE,
) -> Answer:
    """Ask for a support, and take the seat of the time that was chosen in the same piece of work.

    Who has a yes to give or take back by themself gets a code for it: the guardian who asks, or the person who sits
    beside a professional. Who would rather wait than choose anew stands in the queue where the seat was lost. The
    answer holds the code that the time is changed with, too. Of both codes a keyed digest is kept, and the answer
    itself, sealed, for the thirty days in which the same request may come again (`chassis.answers`).
    """
    require_district(desk, origin.board, request.district)
    entry = await find_entry(desk, origin.board, code)
    if request.queue:
        check_times(entry)
    chosen = await choose(desk, origin.board, request.time_id) if request.time_id else None
    support_id = new_id()
    by = By.PERSON if channel is Channel.PAGE else By.STAFF
    beside = request.asked_by is AskedBy.PROFESSIONAL and channel is Channel.PAGE
    yes_code = draw_code() if beside or request.for_young_child else None
    # Who asks for somebody else shall not see that person's time.
    own_code = draw_code() if request.asked_by is AskedBy.SELF else None
    known = {"support_id": str(support_id), "reference": reference_of(support_id)}
    if yes_code:
        known |= {"code": yes_code}
    if own_code:
        known |= {"receipt_code": own_code}

    async def ask(time: Chosen | None) -> Answer:
        command = request.to_command(
            at=origin.at,
            board=origin.board,
            support_id=support_id,
            person=new_id(),
            guardians=(new_id(), new_id()),
            code=code_digest(desk, yes_code) if yes_code else None,
            entry=entry,
            chosen=time,
            channel=channel,
            informed=informed,
            receipt_code=digest_of(desk, own_code) if own_code else None,
        )
        steps: list[Step[Any]] = [Step(decider=SUPPORT, stream=support_id, command=command, new=True)]
        answer = dict(known)
        if time is not None:
            steps.append(await taking(desk, origin, code, support_id, time.time, by))
            answer |= {"starts_at": time.starts_at.isoformat(), "place": time.place}
        elif request.queue and own_code:
            steps.append(join(origin, code, support_id))
            answer["queued"] = "yes"
        return (await handle(desk.store, origin, *steps, answer=answer)).answer

    try:
        return await ask(chosen)
    except Refused as refused:
        if chosen is None or not request.queue or refused.code not in _LOST:
            raise
        return await ask(None)


async def find_by_code(desk: Desk, code: str) -> tuple[UUID, UUID] | None:
    """The board and the support that a receipt's code belongs to."""
    digest = digest_of(desk, code)
    for board in desk.municipality.boards:
        if (found := await store.find_by_code(desk.store.pool, board.id, digest)) is not None:
            return board.id, found
    return None


def digest_of(desk: Desk, code: str) -> UUID:
    """A keyed digest of the code on a receipt with a name."""
    return desk.store.answers.command_id("asker", "receipt-code", code)
