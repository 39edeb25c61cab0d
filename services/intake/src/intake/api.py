"""Intake for programs: reports and applications in, the work list and cases out, and the caseworker's steps."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel

from chassis.commands import AtDesk
from chassis.http import IdempotencyKey
from intake import store, work
from intake.requests.application import ApplicationRequest, AskedRequest, CompletionRequest, CompletionWithCode
from intake.requests.report import (
    ExtensionRequest,
    InformationRequest,
    OpeningRequest,
    ProtectionRequest,
    ReportRequest,
)
from intake.store import ReportCase
from intake.views.application import steps as application_steps
from intake.views.report import steps as report_steps
from intake.work import Caseworker, Reader

router = APIRouter(prefix="/api/intake/v1", tags=["intake"])


class Done(BaseModel):
    """It was taken in, or the step was recorded."""

    case_id: UUID


class ApplicationReceipt(BaseModel):
    """An application was taken in."""

    case_id: UUID
    code: str
    """With this code the person completes the application. It is shown once."""
    missing: list[str]
    """What the application still has to tell, in the order of the law (FL 19)."""


class SupportToWishFor(BaseModel):
    """A support that an application can name as `wished_support`."""

    support: str
    name: str
    """In Swedish, as the board decided it."""


class CompletionReceipt(BaseModel):
    """What the person added was taken in."""

    case_id: UUID
    missing: list[str]
    """What the application still has to tell."""


class WorkListRow(BaseModel):
    """A case on the work list. Holds nothing sensitive (7 a § SoLPUL)."""

    case_id: UUID
    matter: str
    received_at: datetime
    step: str
    """What it waits for, as a constant word."""
    due_on: date | None
    """The last day of the clock that runs out first, Europe/Stockholm."""
    due_clock: str | None
    near: bool
    """That clock has warned."""
    late: bool
    """That clock has run out."""


class Happening(BaseModel):
    """Something that happened in a case."""

    type: str
    at: datetime
    role: str


class CaseDocument(BaseModel):
    """Where a case stands, without anybody's personal data."""

    case_id: UUID
    matter: str
    steps: list[str]
    """What can be done now, as the last part of the addresses to post to."""
    events: list[Happening]
    origin_case_id: UUID | None
    """The direct support where concern was noticed, or where an application was started; shown in intake only."""


@router.post("/reports", status_code=201)
async def report_concern(request: Request, desk: AtDesk, key: IdempotencyKey, body: ReportRequest) -> Done:
    """Report concern for a child. Anyone may, without an account."""
    return Done.model_validate(await work.take_in_report(request, desk, key, body))


@router.post("/applications", status_code=201)
async def apply(request: Request, desk: AtDesk, key: IdempotencyKey, body: ApplicationRequest) -> ApplicationReceipt:
    """Apply for support (ansökan, SoL 11:1). Anyone may, without an account."""
    return ApplicationReceipt.model_validate(await work.take_in_application(request, desk, key, body))


@router.get("/supports")
async def list_supports(desk: AtDesk) -> list[SupportToWishFor]:
    """What can be applied for today, in Swedish order of names. Anyone may ask."""
    return [SupportToWishFor(support=each.code, name=each.name) for each in await work.wishable(desk)]


@router.post("/applications/completion")
async def complete_with_code(
    request: Request, desk: AtDesk, key: IdempotencyKey, body: CompletionWithCode
) -> CompletionReceipt:
    """Complete an application with the code on the receipt."""
    return CompletionReceipt.model_validate(await work.complete_with_code(request, desk, key, body))


@router.post("/reports/{case_id}/protection-assessment")
async def assess_protection(
    request: Request, desk: AtDesk, key: IdempotencyKey, principal: Caseworker, case_id: UUID, body: ProtectionRequest
) -> Done:
    """Record the immediate assessment of protection (skyddsbedömning, SoL 20:1)."""
    return Done.model_validate(await work.take_step(request, desk, principal, key, case_id, body))


@router.post("/reports/{case_id}/extension")
async def extend_time(
    request: Request, desk: AtDesk, key: IdempotencyKey, principal: Caseworker, case_id: UUID, body: ExtensionRequest
) -> Done:
    """Take longer over the preliminary assessment, for exceptional reasons (synnerliga skäl, SoL 20:2)."""
    return Done.model_validate(await work.take_step(request, desk, principal, key, case_id, body))


@router.post("/reports/{case_id}/preliminary-assessment")
async def decide_opening(
    request: Request, desk: AtDesk, key: IdempotencyKey, principal: Caseworker, case_id: UUID, body: OpeningRequest
) -> Done:
    """Decide whether to open an investigation (förhandsbedömning, SoL 20:2)."""
    return Done.model_validate(await work.take_step(request, desk, principal, key, case_id, body))


@router.post("/reports/{case_id}/reporter-information")
async def tell_reporter(
    request: Request, desk: AtDesk, key: IdempotencyKey, principal: Caseworker, case_id: UUID, body: InformationRequest
) -> Done:
    """Record that the reporter was told what may be told (SoL 19:6)."""
    return Done.model_validate(await work.take_step(request, desk, principal, key, case_id, body))


@router.post("/applications/{case_id}/completion-request")
async def ask_for_completion(
    request: Request, desk: AtDesk, key: IdempotencyKey, principal: Caseworker, case_id: UUID
) -> Done:
    """Record that the person was asked, and helped, to tell what is missing (FL 20). Takes no body."""
    return Done.model_validate(await work.take_step(request, desk, principal, key, case_id, AskedRequest()))


@router.post("/applications/{case_id}/completion")
async def complete(
    request: Request, desk: AtDesk, key: IdempotencyKey, principal: Caseworker, case_id: UUID, body: CompletionRequest
) -> Done:
    """Record what the person told by telephone or at a visit."""
    return Done.model_validate(await work.take_step(request, desk, principal, key, case_id, body))


@router.get("/work-list")
async def read_work_list(desk: AtDesk, principal: Reader) -> list[WorkListRow]:
    """What waits for somebody on this board, the nearest day first."""
    rows = await store.work_list(desk, principal.board)
    return [WorkListRow.model_validate(row, from_attributes=True) for row in rows]


@router.get("/cases/{case_id}")
async def read_case(desk: AtDesk, principal: Reader, case_id: UUID) -> CaseDocument:
    """Where a case stands. Search is by case number only (15 § SoLPUF)."""
    case = await work.find_case(desk, principal.board, case_id)
    known: dict[str, Any] = {"case_id": case_id, "matter": case.matter}
    if isinstance(case, ReportCase):
        known |= {"steps": report_steps(case.state), "origin_case_id": case.state.received.origin_case}
    else:
        known |= {"steps": application_steps(case.state), "origin_case_id": case.state.received.origin_case}
    happened = [Happening(type=each.event.type, at=each.recorded_at, role=each.role) for each in case.history]
    return CaseDocument(**known, events=happened)
