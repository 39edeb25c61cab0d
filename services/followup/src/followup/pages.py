"""Follow-up for people: the results of both ways side by side, and children's follow-ups with their last days."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from chassis.auth import Principal
from chassis.commands import AtDesk, Desk
from chassis.decider import Refused
from chassis.forms import Form, blank_form, read_form
from chassis.pages import go_to
from followup import work
from followup.messages import how_to_read
from followup.requests import EndRequest
from followup.views.results import By, shares
from followup.work import CaseReader, Caseworker, Reader

router = APIRouter(include_in_schema=False)


@router.get("/uppfoljning")
async def show_results(
    request: Request, desk: AtDesk, principal: Reader, by: Annotated[By | None, Query()] = None
) -> Response:
    """Both ways side by side, and each support, in groups where asked for."""
    found = await work.find_results(desk, principal.board, by)
    reading = how_to_read(found.rule.value)
    board = next((each.name for each in desk.municipality.boards if each.id == principal.board), None)
    return desk.pages.staff(
        request,
        "results.html",
        principal,
        found=found,
        by=by,
        reading=reading,
        shares=shares,
        board=board,
        boards=await work.compare_boards(desk),
    )


@router.get("/uppfoljning/barn")
async def show_follow_ups(request: Request, desk: AtDesk, principal: CaseReader) -> Response:
    """Follow-ups of children, the nearest last day first."""
    listed = await work.list_follow_ups(desk, principal.board)
    return desk.pages.staff(request, "follow-ups.html", principal, listed=listed, kept_days=work.STAYS_DAYS)


@router.get("/uppfoljning/barn/{case_id}")
async def show_follow_up(request: Request, desk: AtDesk, principal: CaseReader, case_id: UUID) -> Response:
    """One child's follow-up, and how to end it."""
    return await _follow_up_page(request, desk, principal, case_id, blank_form(EndRequest))


@router.post("/uppfoljning/barn/{case_id}")
async def end_follow_up(request: Request, desk: AtDesk, principal: Caseworker, case_id: UUID) -> Response:
    """End a follow-up before its last day."""
    form = await read_form(request, EndRequest)
    if form.answers is not None:
        try:
            await work.end_follow_up(request, desk, principal, form.id, case_id, form.answers.reason)
        except Refused as refused:
            if not form.holds_back(refused):
                form.add_error("", refused.code)
        else:
            return go_to(request, request.url.path)
    return await _follow_up_page(request, desk, principal, case_id, form)


async def _follow_up_page(
    request: Request, desk: Desk, principal: Principal, case_id: UUID, form: Form[EndRequest]
) -> Response:
    follow_up = await work.find_follow_up(desk, principal.board, case_id)
    return desk.pages.staff(
        request,
        "follow-up.html",
        principal,
        follow_up=follow_up,
        told_from_age=work.told_from_age(),
        form=form,
        status=form.status,
    )
