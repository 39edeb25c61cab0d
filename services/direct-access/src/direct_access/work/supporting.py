"""A support while it runs, and its end."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis import event_store
from chassis.clock import new_id
from chassis.commands import Desk
from chassis.decider import Origin, Step
from chassis.districts import require_district
from chassis.handle import Answer, handle
from chassis.problems import problem_of_field
from chassis.receipt_code import draw_code
from chassis.reference import reference_of
from direct_access.decide.application import help_to_apply
from direct_access.decide.consent import bookings_ahead
from direct_access.decide.support import EndSupport, HoldMeeting, InformOfApplication, NoteReport, TakeMeasure
from direct_access.model import catalogue, support
from direct_access.requests.application import ApplicationToStart
from direct_access.requests.staff import ConcernRequest, Ending, Measure, Meeting, NoteToWrite
from direct_access.store import APPLICATION, CONCERN, SUPPORT
from direct_access.work.deciding import find_entry, list_wishable
from direct_access.work.queueing import leaving
from direct_access.work.records import (
    Opened,
    birth_date,
    find_record,
    find_terms,
    in_support,
    open_asker,
    open_parts,
    until_it_holds,
)
from direct_access.work.seats import releasing
from statute.clocks import stockholm_day
from statute.decisions import missing_in_application


@dataclass(frozen=True, slots=True)
class Note:
    """A note as staff read it: when it was written, by whom, about which earlier one, and what it says."""

    id: UUID
    at: datetime
    actor: str | None
    refers_to: UUID | None
    told: Opened


async def inform(desk: Desk, origin: Origin, support_id: UUID) -> Answer:
    """Say that the person was told of the right to apply."""
    return await in_support(desk, origin, support_id, InformOfApplication(at=origin.at))


async def hold_meeting(desk: Desk, origin: Origin, support_id: UUID, request: Meeting) -> Answer:
    """Say that a meeting was held."""
    born = await birth_date(desk, await find_record(desk, origin.board, support_id))
    command = HoldMeeting(held_at=request.moment(origin.at), born=born, at=origin.at)
    return await in_support(desk, origin, support_id, command)


async def take_measure(desk: Desk, origin: Origin, support_id: UUID, request: Measure) -> Answer:
    """Register the answers to the short measure."""
    command = TakeMeasure(point=request.point, answers=request.to_answers(), at=origin.at)
    return await in_support(desk, origin, support_id, command)


@until_it_holds
async def end_support(desk: Desk, origin: Origin, support_id: UUID, request: Ending) -> Answer:
    """End a support. Its seats ahead and its place in the queue are for others."""
    record = await find_record(desk, origin.board, support_id)
    freed = bookings_ahead(record, origin.at)
    end = EndSupport(reason=request.reason, freed=freed, at=origin.at)
    left = await leaving(desk, origin, record.asked.support, support_id)
    return await in_support(desk, origin, support_id, end, *releasing(origin, support_id, freed), *left)


async def write_note(desk: Desk, origin: Origin, support_id: UUID, request: NoteToWrite) -> Answer:
    """Write a note."""
    record = await find_record(desk, origin.board, support_id)
    note = new_id()
    command = request.to_command(
        at=origin.at,
        note=note,
        person=record.asked.person,
        documentation=(await find_terms(desk, origin.board, record)).documentation,
    )
    return await in_support(desk, origin, support_id, command, answer={"note_id": str(note)})


async def list_notes(desk: Desk, board: UUID, support_id: UUID) -> list[Note]:
    """The notes on a support, the newest first."""
    history = await event_store.history(desk.store.pool, board, support_id, SUPPORT)
    written = [(each.event, each.actor) for each in history[::-1] if isinstance(each.event, support.NoteWritten)]
    opened = await open_parts(desk, [str(event.text) for event, _ in written])
    return [
        Note(event.note, event.written_at, actor, event.refers_to, told)
        for (event, actor), told in zip(written, opened, strict=True)
    ]


async def raise_concern(desk: Desk, origin: Origin, support_id: UUID, request: ConcernRequest) -> Answer:
    """Report a concern that was noticed in a support. The support notes no more than that a report was made."""
    record = await find_record(desk, origin.board, support_id)
    raised = await _concern(desk, origin, request, record.asked.support, support_id)
    noted = Step(decider=SUPPORT, stream=support_id, command=NoteReport(at=origin.at))
    # The answer is the report's alone to give: whoever reads the support's history must not find the way to it.
    return (await handle(desk.store, origin, raised, noted, answer={"reported": True})).answer


async def raise_unlinked_concern(desk: Desk, origin: Origin, request: ConcernRequest, support_code: str) -> Answer:
    """Report a concern that was noticed where identity is not documented. No stream of a visit hears of it.

    Raises:
        Problem: 422, the board has no such support or district. Its code is kept unsealed, so it must be a known one.
    """
    if isinstance(await find_entry(desk, origin.board, support_code), catalogue.Undecided):
        raise problem_of_field("support", "no-such-support")
    raised = await _concern(desk, origin, request, support_code, None)
    return (await handle(desk.store, origin, raised, answer={"reported": True})).answer


async def start_application(desk: Desk, origin: Origin, support_id: UUID, request: ApplicationToStart) -> Answer:
    """Help to start an application with what is known and somebody said yes to.

    Its code is in this answer, which is kept sealed for as long as the same request may come again.

    Raises:
        Problem: 404, no such support; 409, what it knew has been erased; 422, no board gives the support wished for.
        Refused: nobody who speaks for the person has said yes.
    """
    record = await find_record(desk, origin.board, support_id)
    asker = await open_asker(desk, record)
    if request.wished_support is not None and request.wished_support not in {
        entry.code for entry in await list_wishable(desk, origin.board)
    }:
        raise problem_of_field("wished_support", "no-such-support")
    application, code = new_id(), draw_code()
    asked, fields = replace(record.asked, contact=record.chosen_way), asker.fields
    note = request.to_note(at=origin.at, application=application, asked=asked, fields=fields)
    help_to_apply(note, record)  # Nobody's number is looked up before somebody has said yes.
    number = request.number
    digest = desk.store.answers.code_digest(code)
    started = request.to_command(
        at=origin.at,
        application=application,
        asked=asked,
        person=await desk.keyring.person(origin.board, number) if number else asked.person,
        safe=record.safe,
        fields=fields,
        guardians=await open_guardians(desk, origin.board, support_id),
        code_hash=digest,
    )
    step = Step(decider=APPLICATION, stream=application, command=started, new=True)
    answer = {
        "application_id": str(application),
        "reference": reference_of(application),
        "receipt_code": code,
        "missing": missing_in_application(started.tells, stockholm_day(origin.at)),
    }
    return await in_support(desk, origin, support_id, note, step, answer=answer)


async def open_guardians(desk: Desk, board: UUID, support_id: UUID) -> dict[UUID, dict[str, str]]:
    """Who was named as guardian in a support, with what was told of each; nothing of who has been erased."""
    history = await event_store.history(desk.store.pool, board, support_id, SUPPORT)
    named = [each.event for each in history if isinstance(each.event, support.GuardianNamed)]
    opened = await open_parts(desk, [str(each.who) for each in named])
    return {each.guardian: who.fields for each, who in zip(named, opened, strict=True) if not who.erased}


async def _concern(
    desk: Desk, origin: Origin, request: ConcernRequest, support_code: str, origin_case: UUID | None
) -> Step[Any]:
    require_district(desk, origin.board, request.district)
    number = request.child_number
    command = request.to_command(
        at=origin.at,
        board=origin.board,
        case=new_id(),
        child=await desk.keyring.person(origin.board, number) if number else new_id(),
        support=support_code,
        origin_case=origin_case,
    )
    return Step(decider=CONCERN, stream=command.case, command=command, new=True)
