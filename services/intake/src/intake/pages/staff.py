"""The caseworker's pages: what waits, a case with its timeline, and a form for each step that can be taken."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel

from chassis.auth import Principal
from chassis.commands import AtDesk, Desk
from chassis.decider import Refused
from chassis.forms import Form, Text, blank_form, read_form, wrong
from chassis.pages import go_to
from chassis.personal import Sealed, sealed_parts
from chassis.problems import Problem
from chassis.reference import read_reference
from intake import store, work
from intake.store import ApplicationCase, ReportCase
from intake.views.application import steps as application_steps
from intake.views.report import steps as report_steps
from intake.work import STEPS, Caseworker
from keyring.seals import Erased, Payload

router = APIRouter(include_in_schema=False)

_LIST = "/handlaggare/intake"


def _check_number(written: str) -> str:
    try:
        read_reference(written)
    except ValueError:
        raise wrong("not-an-id") from None
    return written


class FindCase(BaseModel):
    """A case number, whole or as on the receipt: the only thing that a case may be searched by (15 § SoLPUF)."""

    case_id: Annotated[Text, AfterValidator(_check_number)]


@router.get(_LIST)
async def show_work_list(request: Request, desk: AtDesk, principal: Caseworker) -> Response:
    """What waits for somebody on this board."""
    return await _list_page(request, desk, principal, blank_form(FindCase))


@router.post(_LIST)
async def find_case(request: Request, desk: AtDesk, principal: Caseworker) -> Response:
    """Go to a case by its number."""
    form = await read_form(request, FindCase)
    if form.answers is not None:
        found = await store.find_case_ids(desk, principal.board, form.answers.case_id)
        if len(found) == 1:
            return go_to(request, f"{_LIST}/{found[0]}")
        form.add_error("case_id", "several-cases" if found else "no-such-case")
    return await _list_page(request, desk, principal, form)


@router.get(f"{_LIST}/{{case_id}}")
async def show_case(request: Request, desk: AtDesk, principal: Caseworker, case_id: UUID) -> Response:
    """A case: what can be done now, what was told and what has happened."""
    return await _case_page(request, desk, principal, case_id)


@router.get(f"{_LIST}/{{case_id}}/steg/{{step}}")
async def show_step(request: Request, desk: AtDesk, principal: Caseworker, case_id: UUID, step: str) -> Response:
    """The form of a step that can be taken now, above the case."""
    if step not in _steps(await work.find_case(desk, principal.board, case_id)):
        raise Problem(404, "not-found")
    return await _case_page(request, desk, principal, case_id, step, blank_form(STEPS[step]))


@router.post(f"{_LIST}/{{case_id}}/steg/{{step}}")
async def take_step(request: Request, desk: AtDesk, principal: Caseworker, case_id: UUID, step: str) -> Response:
    """Take a step and show the case with it; or show the form again with what is to be mended, or why not."""
    if step not in STEPS:
        raise Problem(404, "not-found")
    form = await read_form(request, STEPS[step])
    if form.answers is None:
        return await _case_page(request, desk, principal, case_id, step, form)
    try:
        await work.take_step(request, desk, principal, form.id, case_id, form.answers)
    except Refused as refused:
        said = None if form.holds_back(refused) else refused
        return await _case_page(request, desk, principal, case_id, step, form, said)
    return go_to(request, f"{_LIST}/{case_id}")


async def _list_page(request: Request, desk: Desk, principal: Principal, form: Form[FindCase]) -> Response:
    rows = await store.work_list(desk, principal.board)
    return desk.pages.staff(request, "work-list.html", principal, status=form.status, rows=rows, form=form)


async def _case_page(
    request: Request,
    desk: Desk,
    principal: Principal,
    case_id: UUID,
    step: str | None = None,
    form: Form[Any] | None = None,
    refused: Refused | None = None,
) -> Response:
    case = await work.find_case(desk, principal.board, case_id)
    if step is not None and STEPS[step].matter != case.matter:
        raise Problem(404, "not-found")
    status = 200 if form is None else form.status
    return desk.pages.staff(
        request,
        "case.html",
        principal,
        status=409 if refused else status,
        case_id=case_id,
        case=case,
        steps=_steps(case),
        timeline=await _open_timeline(desk, case),
        step=step,
        form=form,
        refused=refused,
    )


def _steps(case: ReportCase | ApplicationCase) -> tuple[str, ...]:
    return report_steps(case.state) if isinstance(case, ReportCase) else application_steps(case.state)


async def _open_timeline(desk: Desk, case: ReportCase | ApplicationCase) -> Sequence[Mapping[str, Any]]:
    """What happened, the newest first, with what was told: (whose, fields) pairs, None for fields that are erased."""
    sealed = [sealed_parts(each.event) for each in case.history]
    opened = iter(await desk.keyring.open_many([part for parts in sealed for _, part in parts]))
    timeline = [
        {
            "at": each.recorded_at,
            "role": each.role,
            "event": each.event,
            "parts": list(_told(parts, opened)),
        }
        for each, parts in zip(case.history, sealed, strict=True)
    ]
    return timeline[::-1]


def _told(
    parts: Sequence[tuple[str, Sealed]], opened: Iterator[Payload | Erased]
) -> Iterator[tuple[str, Payload | None]]:
    """Each part in words, under whose it is; one in which nothing was told is left out."""
    for whose, _ in parts:
        words = _words(next(opened))
        if words is None or words:
            yield whose, words


def _words(told: Payload | Erased) -> Payload | None:
    return None if isinstance(told, Erased) else told
