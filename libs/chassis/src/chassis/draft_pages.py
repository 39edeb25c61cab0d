"""The pages of drafts (see `drafts`): the code, shown once; where it is typed again; and that all is erased.

A form that may be gone on with later has `ui.later(…)`, and its route these lines, before it looks at what was typed:

    if form.step == "save":
        return await keep_draft(request, desk, form, resume="/ansok/fortsatt")
    if form.step == "resume":
        await fill_in_draft(desk, form)
"""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chassis.clock import now
from chassis.commands import AtDesk, Desk
from chassis.drafts import Draft
from chassis.forms import Form, ReceiptCode, blank_form, read_form


class DraftCode(BaseModel):
    """The code of a draft, as somebody typed it."""

    draft: ReceiptCode


def draft_pages(path: str) -> APIRouter:
    """The page where a code is typed, at this address of the service's own."""
    router = APIRouter(include_in_schema=False)

    @router.get(path)
    async def show_code(request: Request, desk: AtDesk) -> Response:
        """Where the code is typed."""
        return _code_page(request, desk, blank_form(DraftCode))

    @router.post(path)
    async def use_code(request: Request, desk: AtDesk) -> Response:
        """Lead on to the form, or erase what was kept."""
        form = await read_form(request, DraftCode)
        if form.answers is not None and form.step == "erase" and await desk.drafts.erase(form.answers.draft):
            return desk.pages.citizen(request, "draft_erased.html")
        found = await desk.drafts.open(form.answers.draft, now()) if form.answers is not None else None
        if form.answers is not None and found is None:
            form.add_error("draft", "draft-unknown")
        if found is None or form.step != "resume":
            return _code_page(request, desk, form)
        # 307: the browser sends the same once more, so that the code stands in no address on its way to the form.
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{found.path}{query}", 307)

    return router


def _code_page(request: Request, desk: Desk, form: Form[DraftCode]) -> Response:
    form.enter = "resume"
    return desk.pages.citizen(request, "draft_code.html", form=form, status=form.status)


async def keep_draft(request: Request, desk: Desk, form: Form[Any], *, resume: str) -> Response:
    """Keep what was typed and show its code. What was kept before under the form's code goes."""
    code, erase_at = await desk.drafts.keep(Draft(request.url.path, form.typed), now())
    await forget_draft(desk, form)
    return desk.pages.citizen(request, "draft_kept.html", code=code, erase_at=erase_at, resume=resume)


async def fill_in_draft(desk: Desk, form: Form[Any]) -> None:
    """Fill in a form with the draft of its code, if there is one; nothing is checked until it is sent on."""
    found = await desk.drafts.open(form.draft, now()) if form.draft else None
    form.typed = found.typed if found is not None else {}
    form.answers, form.errors = None, {}
    if found is None:
        form.draft = ""


async def forget_draft(desk: Desk, form: Form[Any]) -> None:
    """Erase the draft that a form was begun from, once it is sent."""
    if form.draft:
        await desk.drafts.erase(form.draft)
