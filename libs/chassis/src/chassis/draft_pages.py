"""The pages of drafts (see `drafts`): the code, shown once; where it is typed again; and that all is erased.

A form that may be gone on with later has `ui.later(…)`, and its route these lines, before it looks at what was typed:

    if form.step == "save":
        return await keep_draft(request, desk, form, resume="/ansok/fortsatt")
    if form.step == "resume" and not await fill_in_draft(request, desk, form):
        return lead_to(request, "/ansok/fortsatt")

Codes are tried at that page alone, where the gateway counts how often. From there the address of the form has a ticket
for this one draft (`lov`); without it the form neither opens nor erases what was kept.
"""

import hmac
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chassis.clock import now
from chassis.commands import AtDesk, Desk
from chassis.drafts import Draft
from chassis.forms import Form, ReceiptCode, blank_form, read_form

_TICKET = "lov"


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
        code = form.answers.draft if form.answers is not None else None
        found = await desk.drafts.open(code, now()) if code is not None else None
        if code is not None and found is None:
            form.add_error("draft", "draft-unknown")
        if code is None or found is None or form.step != "resume":
            return _code_page(request, desk, form)
        return lead_to(request, found.path, **{_TICKET: desk.drafts.ticket(code)})

    return router


def _code_page(request: Request, desk: Desk, form: Form[DraftCode]) -> Response:
    form.enter = "resume"
    return desk.pages.citizen(request, "draft_code.html", form=form, status=form.status)


async def keep_draft(request: Request, desk: Desk, form: Form[Any], *, resume: str) -> Response:
    """Keep what was typed and show its code. What was kept before under the form's code goes."""
    code, erase_at = await desk.drafts.keep(Draft(request.url.path, form.typed), now())
    await forget_draft(request, desk, form)
    return desk.pages.citizen(request, "draft_kept.html", code=code, erase_at=erase_at, resume=resume)


async def fill_in_draft(request: Request, desk: Desk, form: Form[Any]) -> bool:
    """Fill in a form with the draft of its code, if it may and there is one; nothing is checked until it is sent on."""
    found = await desk.drafts.open(form.draft, now()) if _is_let_in(request, desk, form) else None
    if found is None:
        return False
    form.typed, form.answers, form.errors = found.typed, None, {}
    return True


async def forget_draft(request: Request, desk: Desk, form: Form[Any]) -> None:
    """Erase the draft that a form was begun from, once it is sent."""
    if _is_let_in(request, desk, form):
        await desk.drafts.erase(form.draft)


def lead_to(request: Request, path: str, **more: str) -> Response:
    """Have the browser send the same once more, there: so the code stands in no address on its way."""
    query = [each for each in request.query_params.multi_items() if each[0] != _TICKET]
    return RedirectResponse(f"{path}?{urlencode([*query, *more.items()])}".rstrip("?"), 307)


def _is_let_in(request: Request, desk: Desk, form: Form[Any]) -> bool:
    """Whether the code was typed where codes are, and held."""
    shown = request.query_params.get(_TICKET, "").encode()
    return bool(form.draft) and hmac.compare_digest(shown, desk.drafts.ticket(form.draft).encode())
