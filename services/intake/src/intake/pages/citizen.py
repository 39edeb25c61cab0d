"""Forms without an account: apply for support, add to an application, tell of concern for a child."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from chassis.clock import now
from chassis.commands import AtDesk, Desk
from chassis.decider import Refused
from chassis.districts import NO_SUCH_DISTRICT
from chassis.draft_pages import fill_in_draft, forget_draft, keep_draft, lead_to
from chassis.forms import Form, blank_form, read_form
from chassis.problems import Problem
from chassis.receipt_code import read_code
from intake import work
from intake.decide.application import missing_of
from intake.requests.application import ApplicationRequest, CompletionWithCode
from intake.requests.report import ReportRequest
from statute.answers import Field
from statute.clocks import PRELIMINARY_CLOCK, stockholm_day
from statute.consent import ASSESSED_CHILD_CONSENTS

router = APIRouter(include_in_schema=False)
_RESUME = "/ansok/fortsatt"


@router.get("/ansok")
async def show_application(request: Request, desk: AtDesk) -> Response:
    """The application form; `?stod=` names the support that the person came from."""
    form = blank_form(ApplicationRequest, wished_support=request.query_params.get("stod", ""))
    return await _application_page(request, desk, "apply.html", form)


@router.post("/ansok")
async def send_application(request: Request, desk: AtDesk) -> Response:
    """Check the answers, then take the application in."""
    form = await read_form(request, ApplicationRequest)
    if form.step == "save":
        return await keep_draft(request, desk, form, resume=_RESUME)
    if form.step == "resume" and not await fill_in_draft(request, desk, form):
        return lead_to(request, _RESUME)
    if form.answers is not None:
        try:
            await work.check_application(desk, form.answers)
        except Problem as problem:
            form.add_problem(problem)
    if form.answers is None:
        return await _application_page(request, desk, "apply.html", form)
    if form.step != "send":
        return await _check_page(request, desk, form, form.answers)
    try:
        answer = await work.take_in_application(request, desk, form.id, form.answers)
    except Refused as refused:
        if not form.holds_back(refused):
            raise
        return await _check_page(request, desk, form, form.answers)
    await forget_draft(request, desk, form)
    return desk.pages.citizen(request, "apply-receipt.html", answer=answer)


@router.get("/ansok/komplettera")
async def show_completion(request: Request, desk: AtDesk) -> Response:
    """Where the code on an application's receipt is typed."""
    return _page(request, desk, "complete.html", blank_form(CompletionWithCode), missing=())


@router.post("/ansok/komplettera")
async def send_completion(request: Request, desk: AtDesk) -> Response:
    """First the code on an application's receipt, then what was missing."""
    form = await read_form(request, CompletionWithCode)
    missing: Sequence[Field] = ()
    if form.step != "send":
        form.keep_errors({"code"})
    try:
        if form.answers is not None and form.step == "send":
            answer = await work.complete_with_code(request, desk, form.id, form.answers)
            return desk.pages.citizen(request, "complete-receipt.html", answer=answer)
        if (code := read_code(form.value("code"))) is not None:
            missing = await work.missing_by_code(desk, code)
    except Refused as refused:
        if not form.holds_back(refused):
            form.add_error("", refused.code)
    except Problem as problem:
        form.add_problem(problem)
    return _page(request, desk, "complete.html", form, missing=missing)


@router.get("/oro")
async def show_concern(request: Request, desk: AtDesk) -> Response:
    """The form to tell of concern for a child."""
    return _page(request, desk, "concern.html", blank_form(ReportRequest))


@router.post("/oro")
async def send_concern(request: Request, desk: AtDesk) -> Response:
    """Check the answers, then take the report in."""
    form = await read_form(request, ReportRequest)
    if form.answers is not None and form.answers.district not in _districts(desk):
        form.add_error("district", NO_SUCH_DISTRICT)
    if form.answers is None:
        return _page(request, desk, "concern.html", form)
    if form.step != "send":
        return _page(request, desk, "concern-check.html", form)
    try:
        answer = await work.take_in_report(request, desk, form.id, form.answers)
    except Refused as refused:
        if not form.holds_back(refused):
            raise
        return _page(request, desk, "concern-check.html", form)
    days = PRELIMINARY_CLOCK.on(stockholm_day(now())).value.length
    return desk.pages.citizen(request, "concern-receipt.html", answer=answer, days=days)


async def _check_page(
    request: Request, desk: Desk, form: Form[ApplicationRequest], answers: ApplicationRequest
) -> Response:
    missing = [field.value for field in missing_of(answers.filled(), now())]
    return await _application_page(request, desk, "apply-check.html", form, missing=missing)


async def _application_page(
    request: Request, desk: Desk, template: str, form: Form[ApplicationRequest], **values: Any
) -> Response:
    supports = {each.code: each.name for each in await work.wishable(desk)}
    return _page(request, desk, template, form, supports=supports, **values)


def _districts(desk: Desk) -> dict[str, str]:
    return {each.code: each.name for board in desk.municipality.boards for each in board.districts}


def _page(request: Request, desk: Desk, template: str, form: Form[BaseModel] | Form[Any], **values: Any) -> Response:
    return desk.pages.citizen(
        request,
        template,
        form=form,
        status=form.status,
        districts=_districts(desk),
        own_consent_from=ASSESSED_CHILD_CONSENTS.on(stockholm_day(now())).value,
        **values,
    )
