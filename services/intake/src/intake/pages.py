"""Intake for people: apply, tell of concern for a child, and the caseworker's list and cases."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from starlette.responses import RedirectResponse

from chassis.auth import Principal, require
from chassis.clock import now
from chassis.commands import AtDesk, Desk, citizen_origin
from chassis.decider import Refused
from chassis.forms import Form, LongText, blank_form, read_form
from chassis.personal import Personal, Sealed
from chassis.problems import Problem
from chassis.receipt_code import read_code
from contracts.vocabulary import Gender
from intake import api, store
from intake.decide.application import AskForCompletion, missing_of
from intake.decide.report import AssessProtection, DecideOpening, TellReporter
from intake.decide.report import Command as ReportCommand
from intake.model import application, report
from intake.requests import ApplicationRequest, CompletionRequest, ReportRequest
from keyring.seals import Erased
from statute.reports import ReportAnswer, Reporter

router = APIRouter(include_in_schema=False)

Caseworker = Annotated[Principal, Depends(require("caseworker", "qualified_caseworker"))]


class CompletionForm(CompletionRequest):
    """What the person adds, with the code on the receipt."""

    code: str


class StepForm(BaseModel):
    """A caseworker's step on a case."""

    act: str
    words: LongText | None = None
    choice: str | None = None


@router.get("/ansok")
async def show_application(request: Request, desk: AtDesk) -> Response:
    """The application form."""
    wished = request.query_params.get("stod", "")
    form = blank_form(ApplicationRequest, **({"wished_support": wished} if wished else {}))
    return _page(request, desk, "apply.html", form)


@router.post("/ansok")
async def send_application(request: Request, desk: AtDesk) -> Response:
    """Check the answers, then take the application in."""
    await request.body()
    form = await read_form(request, ApplicationRequest)
    if form.answers is not None and not _has_district(desk, form.answers.district):
        form.add_error("district", "no-such-district")
    if form.answers is None:
        return _page(request, desk, "apply.html", form)
    if form.step != "send":
        return _page(request, desk, "apply-check.html", form, missing=_missing(form.answers))
    board = api.board_of(desk, form.answers.district)
    origin = await citizen_origin(request, desk, board, form.id, purpose="handle-application")
    answer = await api.take_in_application(desk, origin, form.answers)
    return desk.pages.citizen(request, "apply-receipt.html", answer=answer)


@router.get("/ansok/komplettera")
async def show_completion(request: Request, desk: AtDesk) -> Response:
    """The form for what was missing."""
    return _page(request, desk, "complete.html", blank_form(CompletionForm))


@router.post("/ansok/komplettera")
async def send_completion(request: Request, desk: AtDesk) -> Response:
    """Add to an application with the code on its receipt."""
    await request.body()
    form = await read_form(request, CompletionForm)
    found = None
    if form.answers is not None:
        code = read_code(form.answers.code)
        found = None if code is None else await store.find_by_code(desk, code)
        if found is None:
            form.add_error("code", "code-miswritten" if code is None else "code-unknown")
    if form.answers is None or found is None:
        return _page(request, desk, "complete.html", form)
    board, case_id = found
    origin = await citizen_origin(request, desk, board, form.id, purpose="handle-application")
    try:
        await api.complete_application(desk, origin, case_id, form.answers)
    except Refused as refused:
        form.add_error("", refused.code)
        return _page(request, desk, "complete.html", form)
    case = await store.find_case(desk, board, case_id)
    missing = case.state.missing if isinstance(case.state, application.Incomplete) else ()
    return desk.pages.citizen(
        request, "complete-receipt.html", case_id=case_id, missing=[each.value for each in missing]
    )


@router.get("/oro")
async def show_concern(request: Request, desk: AtDesk) -> Response:
    """The form to tell of concern for a child."""
    return _page(request, desk, "concern.html", blank_form(ReportRequest))


@router.post("/oro")
async def send_concern(request: Request, desk: AtDesk) -> Response:
    """Check the answers, then take the report in."""
    await request.body()
    form = await read_form(request, ReportRequest)
    if form.answers is not None and not _has_district(desk, form.answers.district):
        form.add_error("district", "no-such-district")
    if form.answers is None:
        return _page(request, desk, "concern.html", form)
    if form.step != "send":
        return _page(request, desk, "concern-check.html", form)
    board = api.board_of(desk, form.answers.district)
    origin = await citizen_origin(request, desk, board, form.id, purpose="handle-report")
    answer = await api.take_in_report(desk, origin, form.answers)
    return desk.pages.citizen(request, "concern-receipt.html", answer=answer)


@router.get("/handlaggare/intake")
async def show_work_list(request: Request, desk: AtDesk, principal: Caseworker) -> Response:
    """What waits for somebody on this board."""
    rows = await store.work_list(desk, principal.board)
    return desk.pages.staff(request, "work-list.html", principal, rows=rows)


@router.get("/handlaggare/intake/{case_id}")
async def show_case(request: Request, desk: AtDesk, principal: Caseworker, case_id: UUID) -> Response:
    """A case: what was told, what happened, and the next possible steps."""
    return await _case_page(request, desk, principal, case_id, blank_form(StepForm))


@router.post("/handlaggare/intake/{case_id}")
async def take_step(request: Request, desk: AtDesk, principal: Caseworker, case_id: UUID) -> Response:
    """Record a step on a case, and show the case again."""
    await request.body()
    form = await read_form(request, StepForm)
    if form.answers is not None:
        try:
            await _take_step(request, desk, principal, case_id, form.id, form.answers)
        except Refused as refused:
            form.add_error("", refused.code)
        except _Unanswered as unanswered:
            form.add_error(unanswered.field, "missing")
        else:
            return RedirectResponse(request.url.path, 303)
    return await _case_page(request, desk, principal, case_id, form)


class _Unanswered(Exception):
    """A step needs a field that was left empty."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


async def _take_step(
    request: Request, desk: Desk, principal: Principal, case_id: UUID, key: str, step: StepForm
) -> None:
    on_application = step.act == "ask-for-completion"
    purpose = "handle-application" if on_application else "handle-report"
    origin = await api.caseworker_origin(request, desk, principal, key, purpose)
    if on_application:
        await api.applicant_of(desk, principal.board, case_id)
        await api.on_application(desk, origin, case_id, AskForCompletion(at=origin.at))
        return
    child = await api.child_of(desk, principal.board, case_id)
    qualified = api.is_qualified(principal)
    match step.act:
        case "assess-protection":
            assessment = Personal("assessment", child, {"assessment": _needed(step.words, "words")})
            immediate = _needed(step.choice, "choice") == "immediate"
            command: ReportCommand = AssessProtection(
                at=origin.at, qualified=qualified, immediate_protection=immediate, assessment=assessment
            )
        case "decide-opening":
            reasons = Personal("reasons", child, {"reasons": _needed(step.words, "words")})
            opens = _needed(step.choice, "choice") == "open"
            command = DecideOpening(at=origin.at, qualified=qualified, open=opens, reasons=reasons)
        case "tell-reporter":
            case = await store.find_case(desk, principal.board, case_id)
            opened = isinstance(case.state, report.Decided) and case.state.opened
            command = TellReporter(at=origin.at, answer=ReportAnswer.OPENED if opened else ReportAnswer.NOT_OPENED)
        case _:
            raise Problem(404, "not-found")
    await api.on_report(desk, origin, case_id, command)


def _needed(value: str | None, field: str) -> str:
    if value is None:
        raise _Unanswered(field)
    return value


async def _case_page(
    request: Request, desk: Desk, principal: Principal, case_id: UUID, form: Form[StepForm]
) -> Response:
    case = await store.find_case(desk, principal.board, case_id)
    parts = await _open_parts(desk, case)
    return desk.pages.staff(
        request, "case.html", principal, status=form.status, case=case, parts=parts, form=form, step=_next_step(case)
    )


async def _open_parts(desk: Desk, case: store.Case) -> dict[UUID, list[tuple[str, Any]]]:
    """What was written in each event, opened: (field, text) rows, or None for the text where it has been erased."""
    sealed = [
        (recorded.event_id, part)
        for recorded in case.history
        for name in recorded.event.__dataclass_fields__
        for part in _as_tuple(getattr(recorded.event, name))
        if isinstance(part, Sealed)
    ]
    opened = await desk.keyring.open_many([part for _, part in sealed])
    found: dict[UUID, list[tuple[str, Any]]] = {}
    for (event_id, _), payload in zip(sealed, opened, strict=True):
        rows = [("erased", None)] if isinstance(payload, Erased) else list(payload.items())
        found.setdefault(event_id, []).extend(rows)
    return found


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _next_step(case: store.Case) -> str | None:
    """The step that the case waits for, if a caseworker takes it here."""
    match case.state:
        case report.Open(protection=None) | report.Decided(protection=None):
            return "assess-protection"
        case report.Open():
            return "decide-opening"
        case report.Decided(told=None, received=received) if received.wants_to_know:
            return "tell-reporter"
        case application.Incomplete(asked=False):
            return "ask-for-completion"
        case _:
            return None


def _missing(answers: ApplicationRequest) -> list[str]:
    return [field.value for field in missing_of(answers.filled(), now())]


def _has_district(desk: Desk, district: str) -> bool:
    return any(each.code == district for board in desk.municipality.boards for each in board.districts)


def _page(request: Request, desk: Desk, template: str, form: Form[Any], **values: Any) -> Response:
    districts = [(each.code, each.name) for board in desk.municipality.boards for each in board.districts]
    return desk.pages.citizen(
        request,
        template,
        form=form,
        status=form.status,
        districts=districts,
        genders=list(Gender),
        reporters=list(Reporter),
        numbers=desk.municipality.numbers_to_call,
        **values,
    )
