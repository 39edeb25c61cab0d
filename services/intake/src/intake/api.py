"""Intake for programs: reports and applications in, and the caseworker's steps."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from chassis.auth import Principal, require
from chassis.clock import new_id
from chassis.commands import AtDesk, Desk, citizen_origin, staff_origin
from chassis.decider import Origin, Step
from chassis.forms import LongText
from chassis.handle import handle
from chassis.http import IdempotencyKey
from chassis.personal import Personal
from chassis.problems import Problem
from chassis.receipt_code import draw_code, read_code
from intake import store
from intake.decide.application import AskForCompletion, missing_of
from intake.decide.application import Command as ApplicationCommand
from intake.decide.report import AssessProtection, DecideOpening, ExtendTime, TellReporter
from intake.decide.report import Command as ReportCommand
from intake.model import application, report
from intake.requests import ApplicationRequest, CompletionRequest, ReportRequest
from intake.translate import APPLICATIONS, REPORTS
from statute.reports import ReportAnswer

router = APIRouter(prefix="/api/intake/v1", tags=["intake"])

Caseworker = Annotated[Principal, Depends(require("caseworker", "qualified_caseworker"))]
Reader = Annotated[Principal, Depends(require("caseworker", "qualified_caseworker", "team_lead"))]


class ReportReceipt(BaseModel):
    """A report was taken in."""

    case_id: UUID


class ApplicationReceipt(BaseModel):
    """An application was taken in."""

    case_id: UUID
    code: str
    """With this code the person completes the application. It is shown once."""
    missing: list[str]
    """What the application still has to tell, in the order of the law (FL 19)."""


class Done(BaseModel):
    """A step was recorded."""

    case_id: UUID


class ProtectionRequest(BaseModel):
    """The immediate assessment of protection."""

    immediate_protection: bool
    assessment: LongText


class OpeningRequest(BaseModel):
    """The decision whether to open an investigation."""

    open: bool
    reasons: LongText


class ExtensionRequest(BaseModel):
    """More time for the preliminary assessment."""

    until: date
    reasons: LongText


class InformationRequest(BaseModel):
    """What the reporter was told."""

    answer: ReportAnswer


class WithCode(CompletionRequest):
    """A completion from the person, who knows the code on the receipt."""

    code: str = Field(max_length=40)


class WorkListRow(BaseModel):
    """A case on the work list. Holds nothing sensitive (7 a § SoLPUL)."""

    case_id: UUID
    matter: str
    step: str
    due_on: date | None
    due_clock: str | None
    late: bool


class CaseDocument(BaseModel):
    """Where a case stands, without anybody's personal data."""

    case_id: UUID
    matter: str
    events: list[dict[str, Any]]
    origin_case_id: UUID | None = None
    """The direct support where concern was noticed; shown in intake only."""


@router.post("/reports", status_code=201)
async def report_concern(request: Request, desk: AtDesk, key: IdempotencyKey, body: ReportRequest) -> ReportReceipt:
    """Report concern for a child. Anyone may, without an account."""
    board = board_of(desk, body.district)
    origin = await citizen_origin(request, desk, board, key, purpose="handle-report")
    return ReportReceipt.model_validate(await take_in_report(desk, origin, body))


@router.post("/reports/{case_id}/protection-assessment")
async def assess_protection(
    request: Request, desk: AtDesk, key: IdempotencyKey, principal: Caseworker, case_id: UUID, body: ProtectionRequest
) -> Done:
    """Record the immediate assessment of protection (skyddsbedömning, SoL 20:1)."""
    origin = await caseworker_origin(request, desk, principal, key, "handle-report")
    child = await child_of(desk, principal.board, case_id)
    command = AssessProtection(
        at=origin.at,
        qualified=is_qualified(principal),
        immediate_protection=body.immediate_protection,
        assessment=Personal("assessment", child, {"assessment": body.assessment}),
    )
    return await on_report(desk, origin, case_id, command)


@router.post("/reports/{case_id}/extension")
async def extend_time(
    request: Request, desk: AtDesk, key: IdempotencyKey, principal: Caseworker, case_id: UUID, body: ExtensionRequest
) -> Done:
    """Take longer over the preliminary assessment, for exceptional reasons (synnerliga skäl, SoL 20:2)."""
    origin = await caseworker_origin(request, desk, principal, key, "handle-report")
    child = await child_of(desk, principal.board, case_id)
    command = ExtendTime(
        at=origin.at,
        qualified=is_qualified(principal),
        until=body.until,
        reasons=Personal("reasons", child, {"reasons": body.reasons}),
    )
    return await on_report(desk, origin, case_id, command)


@router.post("/reports/{case_id}/preliminary-assessment")
async def decide_opening(
    request: Request, desk: AtDesk, key: IdempotencyKey, principal: Caseworker, case_id: UUID, body: OpeningRequest
) -> Done:
    """Decide whether to open an investigation (förhandsbedömning, SoL 20:2)."""
    origin = await caseworker_origin(request, desk, principal, key, "handle-report")
    child = await child_of(desk, principal.board, case_id)
    command = DecideOpening(
        at=origin.at,
        qualified=is_qualified(principal),
        open=body.open,
        reasons=Personal("reasons", child, {"reasons": body.reasons}),
    )
    return await on_report(desk, origin, case_id, command)


@router.post("/reports/{case_id}/reporter-information")
async def tell_reporter(
    request: Request, desk: AtDesk, key: IdempotencyKey, principal: Caseworker, case_id: UUID, body: InformationRequest
) -> Done:
    """Record that the reporter was told what may be told (SoL 19:6)."""
    origin = await caseworker_origin(request, desk, principal, key, "handle-report")
    await child_of(desk, principal.board, case_id)
    return await on_report(desk, origin, case_id, TellReporter(at=origin.at, answer=body.answer))


@router.post("/applications", status_code=201)
async def apply(request: Request, desk: AtDesk, key: IdempotencyKey, body: ApplicationRequest) -> ApplicationReceipt:
    """Apply for support (ansökan, SoL 11:1). Anyone may, without an account."""
    board = board_of(desk, body.district)
    origin = await citizen_origin(request, desk, board, key, purpose="handle-application")
    return ApplicationReceipt.model_validate(await take_in_application(desk, origin, body))


@router.post("/applications/completion")
async def complete_with_code(request: Request, desk: AtDesk, key: IdempotencyKey, body: WithCode) -> Done:
    """Complete an application with the code on the receipt."""
    board, case_id = await find_with_code(desk, body.code)
    origin = await citizen_origin(request, desk, board, key, purpose="handle-application")
    return await complete_application(desk, origin, case_id, body)


@router.post("/applications/{case_id}/completion-request")
async def ask_for_completion(
    request: Request, desk: AtDesk, key: IdempotencyKey, principal: Caseworker, case_id: UUID
) -> Done:
    """Record that the person was asked, and helped, to tell what is missing (FL 20)."""
    origin = await caseworker_origin(request, desk, principal, key, "handle-application")
    await applicant_of(desk, principal.board, case_id)
    return await on_application(desk, origin, case_id, AskForCompletion(at=origin.at))


@router.post("/applications/{case_id}/completion")
async def complete(
    request: Request, desk: AtDesk, key: IdempotencyKey, principal: Caseworker, case_id: UUID, body: CompletionRequest
) -> Done:
    """Record what the person told by telephone or at a visit."""
    origin = await caseworker_origin(request, desk, principal, key, "handle-application")
    return await complete_application(desk, origin, case_id, body)


@router.get("/work-list")
async def read_work_list(desk: AtDesk, principal: Reader) -> list[WorkListRow]:
    """What waits for somebody on this board, the nearest day first."""
    rows = await store.work_list(desk, principal.board)
    return [WorkListRow.model_validate(row, from_attributes=True) for row in rows]


@router.get("/cases/{case_id}")
async def read_case(desk: AtDesk, principal: Reader, case_id: UUID) -> CaseDocument:
    """Where a case stands. Search is by case number only (15 § SoLPUF)."""
    case = await store.find_case(desk, principal.board, case_id)
    origin_case = case.state.received.origin_case if isinstance(case.state, report.Open | report.Decided) else None
    return CaseDocument(
        case_id=case_id,
        matter=case.matter,
        events=[{"type": each.event.type, "at": each.recorded_at, "role": each.role} for each in case.history],
        origin_case_id=origin_case,
    )


def board_of(desk: Desk, district: str) -> UUID:
    """The board that serves a district.

    Raises:
        Problem: 422, the municipality has no such district.
    """
    try:
        return desk.municipality.board_of(district)
    except KeyError:
        raise Problem(422, "no-such-district") from None


def is_qualified(principal: Principal) -> bool:
    """Whether somebody has the degree that work with children asks for (SoL 25:1)."""
    return "qualified_caseworker" in principal.roles


async def caseworker_origin(request: Request, desk: Desk, principal: Principal, key: str, purpose: str) -> Origin:
    """The origin of a caseworker's command."""
    role = "qualified_caseworker" if is_qualified(principal) else "caseworker"
    return await staff_origin(request, desk, principal, key, role=role, purpose=purpose)


async def take_in_report(desk: Desk, origin: Origin, body: ReportRequest) -> dict[str, Any]:
    """A new report; the answer that its sender gets."""
    case = new_id()
    command = body.to_command(
        at=origin.at,
        board=origin.board,
        case=case,
        child_id=await store.person_of(desk, origin.board, body.child_number),
        others=(new_id(), new_id(), new_id()),
    )
    step = Step(decider=REPORTS, stream=case, command=command, new=True)
    return (await handle(desk.store, origin, step, answer={"case_id": case})).answer


async def take_in_application(desk: Desk, origin: Origin, body: ApplicationRequest) -> dict[str, Any]:
    """A new application; the answer that its sender gets, with a code to complete it by."""
    case, code = new_id(), draw_code()
    command = body.to_command(
        at=origin.at,
        board=origin.board,
        case=case,
        applicant_id=await store.person_of(desk, origin.board, body.number),
        code_hash=store.code_digest(desk, code),
    )
    step = Step(decider=APPLICATIONS, stream=case, command=command, new=True)
    missing = [field.value for field in missing_of(body.filled(), origin.at)]
    return (await handle(desk.store, origin, step, answer={"case_id": case, "code": code, "missing": missing})).answer


async def complete_application(desk: Desk, origin: Origin, case_id: UUID, body: CompletionRequest) -> Done:
    """Add to an application what the person tells."""
    applicant = await applicant_of(desk, origin.board, case_id)
    return await on_application(desk, origin, case_id, body.to_command(at=origin.at, applicant_id=applicant))


async def find_with_code(desk: Desk, typed: str) -> tuple[UUID, UUID]:
    """The board and case that a receipt's code leads to.

    Raises:
        Problem: 422, miswritten; 404, no application has it.
    """
    code = read_code(typed)
    if code is None:
        raise Problem(422, "code-miswritten")
    found = await store.find_by_code(desk, code)
    if found is None:
        raise Problem(404, "code-unknown")
    return found


async def child_of(desk: Desk, board: UUID, case_id: UUID) -> UUID:
    """Whom a report is about.

    Raises:
        Problem: 404, the board has no such report.
    """
    case = await store.find_case(desk, board, case_id)
    if not isinstance(case.state, report.Open | report.Decided):
        raise Problem(404, "not-found")
    return case.state.received.child_id


async def applicant_of(desk: Desk, board: UUID, case_id: UUID) -> UUID:
    """Who applied.

    Raises:
        Problem: 404, the board has no such application.
    """
    case = await store.find_case(desk, board, case_id)
    if not isinstance(case.state, application.Incomplete | application.Complete):
        raise Problem(404, "not-found")
    return case.state.received.applicant_id


async def on_report(desk: Desk, origin: Origin, case_id: UUID, command: ReportCommand) -> Done:
    """Record a step on a report."""
    await handle(
        desk.store, origin, Step(decider=REPORTS, stream=case_id, command=command), answer={"case_id": case_id}
    )
    return Done(case_id=case_id)


async def on_application(desk: Desk, origin: Origin, case_id: UUID, command: ApplicationCommand) -> Done:
    """Record a step on an application."""
    step = Step(decider=APPLICATIONS, stream=case_id, command=command)
    await handle(desk.store, origin, step, answer={"case_id": case_id})
    return Done(case_id=case_id)
