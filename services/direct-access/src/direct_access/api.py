"""The service for programs: the catalogue, supports, times, visits and talks under `/api/direct-access/v1/`."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from chassis.auth import Principal, require
from chassis.clock import now
from chassis.commands import AtDesk, Desk, citizen_origin, staff_origin
from chassis.decider import Origin
from chassis.districts import board_of
from chassis.handle import Answer
from chassis.http import IdempotencyKey
from chassis.operations import Operator
from chassis.problems import problem_of_fields
from chassis.reference import reference_of
from contracts.vocabulary import Code
from direct_access import mailing, store
from direct_access.decide.note import what_to_note
from direct_access.requests.application import ApplicationToStart
from direct_access.requests.catalogue_file import CatalogueFile
from direct_access.requests.citizen import SupportRequestByProgram, TalkRequest, VisitMeasure, VisitRequestByProgram
from direct_access.requests.staff import (
    Booking,
    CallOrVisit,
    CodeTo,
    ConcernRequest,
    ContactToTell,
    Custody,
    Ending,
    GuardianToName,
    Hindrance,
    Measure,
    Meeting,
    NoteToWrite,
    OpeningChange,
    SuitabilityJudgement,
    SupportToDecide,
    TalkAnswer,
    TimeToOffer,
    ToldConsent,
    UnlinkedConcern,
)
from direct_access.work import (
    asking,
    booking,
    consenting,
    deciding,
    queueing,
    reaching,
    records,
    seats,
    supporting,
    talking,
    visiting,
)
from statute.clocks import stockholm_day

router = APIRouter(prefix="/api/direct-access/v1", tags=["direct-access"])

STAFF = "activity_staff"
Staff = Annotated[Principal, Depends(require(STAFF))]
Editor = Annotated[Principal, Depends(require("catalogue_editor"))]
SupportCode = Annotated[Code, Path()]
PageNumber = Annotated[int, Query(ge=1, le=10_000)]
_A_PAGE = 200


@router.get("/catalogue")
async def read_catalogue(desk: AtDesk, board: UUID) -> list[Answer]:
    """What a board gives today, direct or applied for."""
    entries = await store.list_catalogue(desk.store.pool, board, stockholm_day(now()))
    return [asdict(entry) for entry in entries]


@router.post("/catalogue", status_code=201)
async def decide_support(
    request: Request, desk: AtDesk, editor: Editor, key: IdempotencyKey, body: SupportToDecide
) -> Answer:
    """Register what the board decided of a support. The same decision again changes nothing."""
    origin = await staff_origin(request, desk, editor, key, role="catalogue_editor", purpose="decide-support")
    return await deciding.decide_support(desk, origin, body)


@router.get("/catalogue/file")
async def export_catalogue(desk: AtDesk, editor: Editor) -> Response:
    """All that the board has decided on, as a file that can be changed and sent back."""
    return Response(await deciding.export_catalogue(desk, editor.board), media_type="application/json")


@router.post("/catalogue/file/check")
async def check_catalogue(
    request: Request, desk: AtDesk, editor: Editor, key: IdempotencyKey, body: CatalogueFile
) -> Answer:
    """Tell what a file would change. Nothing changes."""
    origin = await staff_origin(request, desk, editor, key, role="catalogue_editor", purpose="import-catalogue")
    rows = [
        {"support": row.command.code, "new": row.before is None, "changed": row.changed}
        for row in await _checked(desk, origin, body)
        if row.does_something
    ]
    return {"would_decide": len(rows), "rows": rows}


@router.post("/catalogue/file")
async def import_catalogue(
    request: Request, desk: AtDesk, editor: Editor, key: IdempotencyKey, body: CatalogueFile
) -> Answer:
    """Decide what a file says: all of it, or where something is wrong nothing of it."""
    origin = await staff_origin(request, desk, editor, key, role="catalogue_editor", purpose="import-catalogue")
    return await deciding.import_catalogue(desk, origin, await _checked(desk, origin, body))


async def _checked(desk: Desk, origin: Origin, body: CatalogueFile) -> list[deciding.ImportedRow]:
    """The rows of a file.

    Raises:
        Problem: 422, with every error of every row.
    """
    found = await deciding.check_import(desk, origin.board, body.to_text(), origin.at)
    if found.errors:
        raise problem_of_fields(error.in_body() for error in found.errors)
    return found.rows


@router.post("/catalogue/{code}/openings", status_code=201)
async def change_opening(
    request: Request, desk: AtDesk, editor: Editor, key: IdempotencyKey, code: SupportCode, body: OpeningChange
) -> Answer:
    """Close a support from a day on, or open it again. The reason is shown to the public."""
    origin = await staff_origin(request, desk, editor, key, role="catalogue_editor", purpose="change-opening")
    return await deciding.change_opening(desk, origin, code, body)


@router.get("/catalogue/{code}/versions")
async def read_versions(desk: AtDesk, board: UUID, code: SupportCode) -> list[Answer]:
    """Each decision of the board on a support, the first first: what holds for a case is the version it recorded."""
    return [
        {"version": version, "decided_at": decided.decided_at, **asdict(decided.terms)}
        for version, decided in enumerate(await deciding.list_versions(desk, board, code), 1)
    ]


@router.post("/supports", status_code=201)
async def ask_for_support(request: Request, desk: AtDesk, key: IdempotencyKey, body: SupportRequestByProgram) -> Answer:
    """Ask for a direct support, for oneself or somebody else. Only a guardian can for who is under 15 (SoL 21:2)."""
    origin = await _citizen(request, desk, body.district, key, "ask-for-support")
    return await asking.ask_for_support(desk, origin, body, body.support, informed=body.informed_of_application)


@router.post("/supports/calls-and-visits", status_code=201)
async def register_call_or_visit(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, body: CallOrVisit
) -> Answer:
    """Write down what somebody asked for by telephone or on a visit."""
    origin = await _staff(request, desk, staff, key, "ask-for-support")
    return await asking.ask_for_support(
        desk, origin, body, body.support, informed=body.informed_of_application, channel=body.channel
    )


@router.get("/supports")
async def list_supports(desk: AtDesk, staff: Staff, page: PageNumber = 1) -> list[Answer]:
    """The supports that are open, or ended with something left to say, 200 a page. No personal data."""
    part = store.Part(number=page, size=_A_PAGE)
    rows = await store.list_open_supports(desk.store.pool, staff.board, stockholm_day(now()), part)
    return [{name: value for name, value in asdict(row).items() if name != "asker"} for row in rows]


@router.get("/supports/{support_id}")
async def read_support(desk: AtDesk, staff: Staff, support_id: UUID) -> Answer:
    """One support, with what the person told us and what staff noted, the newest first."""
    record = await records.find_record(desk, staff.board, support_id)
    terms = await records.find_terms(desk, staff.board, record)
    asker = await records.open_person(desk, record)
    return {
        "support_id": support_id,
        "reference": reference_of(support_id),
        "support": record.asked.support,
        "catalogue_version": record.asked.catalogue_version,
        "district": record.asked.district,
        "asked_at": record.asked.asked_at,
        "suitability_needed": record.asked.suitability_needed,
        "suitable": record.suitable,
        "informed_of_application": record.informed,
        "bookings": [
            {"time_id": each.time, "starts_at": each.starts_at, "place": each.place} for each in record.bookings
        ],
        "meetings": record.meetings,
        "asked_by": record.asked.asked_by,
        "channel": record.asked.channel,
        "contact": record.contact,
        "safe": record.safe,
        "person_id": record.asked.person,
        "own_yes": record.own_yes,
        "guardians": [
            {
                "id": guardian,
                "custody": guardian in record.custody,
                "hindered": guardian in record.hindered,
                "consents": guardian in record.consenting,
            }
            for guardian in record.guardians
        ],
        "asker": asker.fields,
        "erased": asker.erased,
        "duty_to_note": what_to_note(terms.documentation, stockholm_day(now())),
        "notes": [
            {
                "note_id": note.id,
                "written_at": note.at,
                "writer": note.actor,
                "refers_to": note.refers_to,
                "text": note.told.get("text"),
                "erased": note.told.erased,
            }
            for note in await supporting.list_notes(desk, staff.board, support_id)
        ],
    }


@router.post("/supports/{support_id}/suitability")
async def check_suitability(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, support_id: UUID, body: SuitabilityJudgement
) -> Answer:
    """Judge whether the support suits the young person without the guardian (SoL 21:2)."""
    origin = await _staff(request, desk, staff, key, "check-suitability")
    return await consenting.check_suitability(desk, origin, support_id, body)


@router.post("/supports/{support_id}/bookings")
async def book_time(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, support_id: UUID, body: Booking
) -> Answer:
    """Book a time."""
    return await booking.book_time(desk, await _staff(request, desk, staff, key, "book-time"), support_id, body)


@router.post("/supports/{support_id}/information")
async def inform(request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, support_id: UUID) -> Answer:
    """Say that the person was told of the right to apply for assessed support (SoL 11:6)."""
    return await supporting.inform(desk, await _staff(request, desk, staff, key, "inform-of-application"), support_id)


@router.post("/supports/{support_id}/meetings")
async def hold_meeting(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, support_id: UUID, body: Meeting
) -> Answer:
    """Say that a meeting was held. The first one starts the support."""
    origin = await _staff(request, desk, staff, key, "hold-meeting")
    return await supporting.hold_meeting(desk, origin, support_id, body)


@router.post("/supports/{support_id}/measures")
async def take_measure(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, support_id: UUID, body: Measure
) -> Answer:
    """Register the person's answers to the short measure."""
    origin = await _staff(request, desk, staff, key, "take-measure")
    return await supporting.take_measure(desk, origin, support_id, body)


@router.post("/supports/{support_id}/end")
async def end_support(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, support_id: UUID, body: Ending
) -> Answer:
    """End a support."""
    return await supporting.end_support(desk, await _staff(request, desk, staff, key, "end-support"), support_id, body)


@router.post("/supports/{support_id}/notes", status_code=201)
async def write_note(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, support_id: UUID, body: NoteToWrite
) -> Answer:
    """Write a note (SoL 14:3). None is changed: what corrects or disputes one refers to it."""
    return await supporting.write_note(desk, await _staff(request, desk, staff, key, "write-note"), support_id, body)


@router.post("/supports/{support_id}/concern", status_code=201)
async def raise_concern(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, support_id: UUID, body: ConcernRequest
) -> Answer:
    """Report a concern for a child that was noticed in this support (SoL 19:1). Intake receives it at once."""
    origin = await _staff(request, desk, staff, key, "raise-concern")
    return await supporting.raise_concern(desk, origin, support_id, body)


@router.post("/supports/{support_id}/application", status_code=201)
async def start_application(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, support_id: UUID, body: ApplicationToStart
) -> Answer:
    """Help to start an application with what is known and somebody said yes to hand over. The code is shown once."""
    origin = await _staff(request, desk, staff, key, "start-application")
    return await supporting.start_application(desk, origin, support_id, body)


@router.post("/concerns", status_code=201)
async def raise_unlinked_concern(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, body: UnlinkedConcern
) -> Answer:
    """Report a concern that was noticed where identity is not documented (SoL 14:5): no link to any visit."""
    origin = await _staff(request, desk, staff, key, "raise-concern")
    return await supporting.raise_unlinked_concern(desk, origin, body, body.support)


@router.post("/supports/{support_id}/contact")
async def tell_contact(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, support_id: UUID, body: ContactToTell
) -> Answer:
    """Say how the person is reached from now on. Where contact is not safe it stays so."""
    return await reaching.tell_contact(desk, await _staff(request, desk, staff, key, "tell-contact"), support_id, body)


@router.post("/supports/{support_id}/guardians")
async def name_guardian(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, support_id: UUID, body: GuardianToName
) -> Answer:
    """Add somebody who is told of as the child's guardian."""
    origin = await _staff(request, desk, staff, key, "name-guardian")
    return await consenting.name_guardian(desk, origin, support_id, body)


@router.post("/supports/{support_id}/custody")
async def check_custody(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, support_id: UUID, body: Custody
) -> Answer:
    """Say who has custody of the child, all of them (FB 6:13)."""
    origin = await _staff(request, desk, staff, key, "check-custody")
    return await consenting.check_custody(desk, origin, support_id, body)


@router.post("/supports/{support_id}/hindrance")
async def note_hindered(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, support_id: UUID, body: Hindrance
) -> Answer:
    """Say that one of two guardians cannot take part, so that the other decides alone (FB 6:13)."""
    origin = await _staff(request, desk, staff, key, "note-hindered")
    return await consenting.note_hindered(desk, origin, support_id, body)


@router.post("/supports/{support_id}/consents")
async def note_consent(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, support_id: UUID, body: ToldConsent
) -> Answer:
    """Write down that a guardian, or the person, said yes or took it back."""
    origin = await _staff(request, desk, staff, key, "note-consent")
    return await consenting.note_yes_or_no(desk, origin, support_id, body)


@router.post("/supports/{support_id}/codes", status_code=201)
async def give_code(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, support_id: UUID, body: CodeTo
) -> Answer:
    """Draw a code for a guardian, or the person, to say yes with. It is shown once; never where contact is not safe."""
    return await consenting.give_code(desk, await _staff(request, desk, staff, key, "give-code"), support_id, body)


@router.post("/messages/{message}/returns", status_code=201)
async def note_return(desk: AtDesk, operator: Operator, message: UUID) -> Answer:
    """Say that an e-mail came back after it had left, by the id that it was sent with. Staff are told to call."""
    await mailing.note_return(desk, sorted(operator.boards), message)
    return {"noted": True}


@router.get("/times")
async def list_times(desk: AtDesk, board: UUID, support: Annotated[Code, Query()]) -> list[Answer]:
    """The next free times of a support that one may take oneself: none of those that go to who waits for one."""
    return [asdict(free) for free in await queueing.list_choosable(desk, board, support, now())]


@router.get("/times/free")
async def list_free_times(desk: AtDesk, staff: Staff, support: Annotated[Code, Query()]) -> list[Answer]:
    """The next times of a support with seats left, which staff may book anyone in to."""
    return [asdict(free) for free in await store.list_free_times(desk.store.pool, staff.board, support, now())]


@router.post("/times", status_code=201)
async def offer_time(request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, body: TimeToOffer) -> Answer:
    """Offer a time that can be booked or waited for."""
    return await seats.offer_time(desk, await _staff(request, desk, staff, key, "offer-time"), body)


@router.post("/visits", status_code=201)
async def start_visit(request: Request, desk: AtDesk, key: IdempotencyKey, body: VisitRequestByProgram) -> Answer:
    """Let somebody in where identity is not documented (SoL 14:5). The code in the answer is shown once."""
    origin = await _citizen(request, desk, body.district, key, "start-visit")
    return await visiting.start_visit(desk, origin, body, body.support)


@router.post("/visits/measures")
async def measure_visit(request: Request, desk: AtDesk, key: IdempotencyKey, body: VisitMeasure) -> Answer:
    """Answer the short measure with the code of a visit: first before, then after."""
    return await visiting.measure_visit(desk, request, key, body)


@router.post("/talks", status_code=201)
async def request_talk(request: Request, desk: AtDesk, key: IdempotencyKey, body: TalkRequest) -> Answer:
    """Ask to talk with us. A person answers the same day, and nobody else is contacted."""
    origin = await _citizen(request, desk, body.district, key, "request-talk")
    return await talking.request_talk(desk, origin, body)


@router.get("/talks")
async def list_talks(desk: AtDesk, staff: Staff, page: PageNumber = 1) -> list[Answer]:
    """Who wants to talk, 200 a page. No personal data."""
    rows = await store.list_waiting_talks(desk.store.pool, staff.board, store.Part(number=page, size=_A_PAGE))
    return [{name: value for name, value in asdict(row).items() if name != "asker"} for row in rows]


@router.post("/talks/{talk_id}/answer")
async def answer_talk(
    request: Request, desk: AtDesk, staff: Staff, key: IdempotencyKey, talk_id: UUID, body: TalkAnswer
) -> Answer:
    """Say that the person was reached."""
    return await talking.answer_talk(desk, await _staff(request, desk, staff, key, "answer-talk"), talk_id, body)


async def _staff(request: Request, desk: Desk, staff: Principal, key: str, purpose: str) -> Origin:
    return await staff_origin(request, desk, staff, key, role=STAFF, purpose=purpose)


async def _citizen(request: Request, desk: Desk, district: str, key: str, purpose: str) -> Origin:
    """The origin of what somebody without an account asks of the board that serves the district.

    Raises:
        Problem: no board serves it.
    """
    return await citizen_origin(request, desk, board_of(desk, district), key, purpose=purpose)
