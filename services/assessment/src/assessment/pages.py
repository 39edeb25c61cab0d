"""Assessment for officers: the work list, a case with its timeline, a form for each step, and the decision's letter."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from assessment import store, views, work
from assessment.model.events import Event
from assessment.requests.steps import STEPS
from assessment.work import CaseFile, Caseworker, Entry, Reader, Told
from chassis.auth import Principal
from chassis.commands import AtDesk, Desk
from chassis.decider import Refused
from chassis.forms import Form, blank_form, read_form
from chassis.pages import go_to
from chassis.personal import Sealed
from chassis.problems import Problem
from keyring import Erased

router = APIRouter(include_in_schema=False)

_WITH_BIRTH_DATE = {"offer-accepted", "follow-up"}
_NOT_SHOWN = {"type", "kind", "age_band", "gender", "district", "child"}


@router.get("/utredning")
async def show_work_list(request: Request, desk: AtDesk, principal: Reader) -> Response:
    """The board's investigations, those whose time ends first on top."""
    listed = await store.work_list(desk.store.pool, principal.board)
    return desk.pages.staff(request, "work-list.html", principal, listed=listed)


@router.get("/utredning/{case_id}")
async def show_case(request: Request, desk: AtDesk, principal: Reader, case_id: UUID) -> Response:
    """A case: what to think of, what can be done now, who it is about, and what has happened."""
    case = await work.read_case(desk, principal.board, case_id)
    return desk.pages.staff(
        request,
        "case.html",
        principal,
        case_id=case_id,
        stage=views.stage(case.state),
        child=views.is_child(case.state),
        clock=views.running_clock(case.state),
        advice=views.advice(case.state),
        steps=views.steps(case.state) if _takes_steps(principal) else (),
        people=list(_people(case)),
        timeline=[_happening(entry) for entry in reversed(case.entries)],
        decided=any(entry.event.type == "decision-made" for entry in case.entries),
    )


@router.get("/utredning/{case_id}/steg/{step}")
async def show_step(request: Request, desk: AtDesk, principal: Caseworker, case_id: UUID, step: str) -> Response:
    """The form of a step that can be taken now."""
    case = await work.read_case(desk, principal.board, case_id)
    if step not in views.steps(case.state):
        raise Problem(404, "not-found")
    known = {name: info.default for name, info in STEPS[step].model_fields.items() if isinstance(info.default, str)}
    if step in _WITH_BIRTH_DATE:
        known |= _birth_date(case)
    return await _step_page(request, desk, principal, case_id, step, blank_form(STEPS[step], **known))


@router.post("/utredning/{case_id}/steg/{step}")
async def take_step(request: Request, desk: AtDesk, principal: Caseworker, case_id: UUID, step: str) -> Response:
    """Take a step, and show the case with it; or show the form again with what is to be mended, or why not."""
    if step not in STEPS:
        raise Problem(404, "not-found")
    form = await read_form(request, STEPS[step])
    if form.answers is None:
        return await _step_page(request, desk, principal, case_id, step, form)
    advice: Mapping[str, Any] = {}
    if step == "closing":
        advice = {"advice": views.advice(await work.find_state(desk, principal.board, case_id))}
    try:
        await work.carry_out(request, desk, principal, form.id, case_id, form.answers, **advice)
    except Refused as refused:
        said = None if form.holds_back(refused) else refused
        return await _step_page(request, desk, principal, case_id, step, form, said)
    except Problem as problem:
        form.add_problem(problem)
        return await _step_page(request, desk, principal, case_id, step, form)
    return go_to(request, f"/utredning/{case_id}")


@router.get("/utredning/{case_id}/beslut")
async def show_letter(request: Request, desk: AtDesk, principal: Reader, case_id: UUID) -> Response:
    """The decision's letter, to be printed."""
    letter = await work.read_letter(desk, principal.board, case_id)
    case = await work.read_case(desk, principal.board, case_id)
    return desk.pages.staff(
        request, "letter.html", principal, case_id=case_id, letter=letter, to=case.subject().get("name", "")
    )


def _takes_steps(principal: Principal) -> bool:
    return not principal.roles.isdisjoint({"caseworker", "qualified_caseworker"})


async def _step_page(
    request: Request,
    desk: Desk,
    principal: Principal,
    case_id: UUID,
    step: str,
    form: Form[Any],
    refused: Refused | None = None,
) -> Response:
    return desk.pages.staff(
        request,
        "step.html",
        principal,
        status=409 if refused else form.status,
        case_id=case_id,
        step=step,
        form=form,
        refused=refused,
        supports=await work.proposable(desk, principal.board) if step == "proposal" else (),
    )


def _people(case: CaseFile) -> Iterator[tuple[str, Mapping[str, str] | None]]:
    """What the investigation began with, under its headings; a part in which nothing was told is left out."""
    for index, part in enumerate(case.opening.told):
        words = _told(part)
        if words is None or words:
            yield "Personen" if index == 0 and case.has_subject() else "Mer från ansökan eller anmälan", words


def _happening(entry: Entry) -> dict[str, Any]:
    """An entry of the timeline: when, by whom, what, and the words with it, None where they have been erased."""
    # What intake told of the people stands on the page already.
    told = () if entry.event.type == "investigation-opened" else entry.told
    return {
        "at": entry.recorded.recorded_at,
        "role": entry.recorded.role,
        "actor": entry.recorded.actor,
        "type": entry.event.type,
        "facts": list(_facts(entry.event)),
        "told": [_told(each) for each in told],
    }


def _facts(event: Event) -> Iterator[tuple[str, object]]:
    """What an event tells in clear, by field."""
    for field in fields(event):
        value = getattr(event, field.name)
        if field.name in _NOT_SHOWN or value is None or isinstance(value, Sealed):
            continue
        if field.name == "grounds":
            yield from ((f"{each.ground}_weight", each.weight) for each in value)
        elif not isinstance(value, tuple | datetime | UUID):
            yield field.name, value


def _told(told: Told) -> Mapping[str, str] | None:
    return None if isinstance(told, Erased) else told


def _birth_date(case: CaseFile) -> dict[str, str]:
    """The birth date that intake knew, as a form's three fields, to be checked against the register."""
    known = case.subject()
    digits = re.sub(r"\D", "", known.get("born", ""))[:8] or known.get("number", "")[:8]
    try:
        born = date.fromisoformat(digits)
    except ValueError:
        return {}
    return {
        "birth_date-day": str(born.day),
        "birth_date-month": str(born.month),
        "birth_date-year": str(born.year),
    }
