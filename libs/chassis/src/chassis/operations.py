"""What operations do with events that failed: see why, let them go again, set aside for good what nobody can read."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from chassis.auth import Claims, Principal, read_staff_token
from chassis.commands import AtDesk, Desk
from chassis.forms import Form, Text, blank_form, read_form
from chassis.pages import go_to
from chassis.parking import CannotDiscard, DiscardReason, discard, list_parked, redrive
from chassis.problems import Problem
from chassis.subscriptions import Subscription

NO_BOARD = UUID(int=0)
"""Stands for a record that names no board."""


class Parked(BaseModel):
    """A key whose events stand still. Holds nothing personal."""

    model_config = ConfigDict(from_attributes=True)

    subscription: str
    topic: str
    key: str
    event_id: UUID
    """The first one's."""
    unreadable: bool
    """Whether the first one could not be read when it came, so that it can be discarded."""
    waiting: int
    reason: str
    attempts: int
    parked_at: datetime


class ToRedrive(BaseModel):
    """Which key is to go again."""

    subscription: Text
    topic: Text
    key: Text


class ToDiscard(ToRedrive):
    """Which record is to be set aside for good: the first of its key, which cannot be read."""

    event_id: UUID
    reason: DiscardReason


class Redriven(BaseModel):
    """How far it came."""

    done: int
    reason: str | None
    """Why the next event failed again; null when the key is clear."""


async def _read_operator(request: Request) -> Claims:
    claims = await read_staff_token(request)
    if "operations" not in claims.roles:
        raise Problem(403, "not-allowed")
    return claims


Operator = Annotated[Claims, Depends(_read_operator)]


def operations_router(service: str, subscriptions: tuple[Subscription, ...]) -> APIRouter:
    """The routes and the page by which operations see, redrive and discard what a service has parked."""
    router = APIRouter(tags=["operations"])
    api, page = f"/api/{service}/v1/operations", f"/drift/{service}"

    async def show(request: Request, desk: Desk, operator: Claims, form: Form[ToRedrive] | Form[ToDiscard]) -> Response:
        principal = Principal(operator.subject, operator.roles, operator.boards, NO_BOARD)
        parked = await _find_parked(desk, operator, subscriptions)
        return desk.pages.staff(
            request, "operations.html", principal, service=service, parked=parked, form=form, status=form.status
        )

    @router.get(f"{api}/parked")
    async def read_parked(desk: AtDesk, operator: Operator) -> list[Parked]:
        """Every key whose events stand still, with the reason."""
        return await _find_parked(desk, operator, subscriptions)

    @router.post(f"{api}/redrive")
    async def redrive_key(desk: AtDesk, operator: Operator, body: ToRedrive) -> Redriven:
        """Replay a key's parked events in order. Sent twice, it does no more than once: what is done is done."""
        return await _let_go(desk, operator, subscriptions, body)

    @router.post(f"{api}/discard")
    async def discard_record(desk: AtDesk, operator: Operator, body: ToDiscard) -> Redriven:
        """Set aside for good a record that nobody can read, and let those behind it go. Who and why is recorded."""
        return await _set_aside(desk, operator, subscriptions, body)

    @router.get(page, include_in_schema=False)
    @router.get(f"{page}/kassera", include_in_schema=False)
    async def show_parked(request: Request, desk: AtDesk, operator: Operator) -> Response:
        return await show(request, desk, operator, blank_form(ToRedrive))

    @router.post(page, include_in_schema=False)
    async def redrive_on_page(request: Request, desk: AtDesk, operator: Operator) -> Response:
        form = await read_form(request, ToRedrive)
        if form.answers is not None:
            came = await _let_go(desk, operator, subscriptions, form.answers)
            if came.reason is None:
                return go_to(request, page)
        return await show(request, desk, operator, form)

    @router.post(f"{page}/kassera", include_in_schema=False)
    async def discard_on_page(request: Request, desk: AtDesk, operator: Operator) -> Response:
        form = await read_form(request, ToDiscard)
        if form.answers is None:
            return await show(request, desk, operator, form)
        await _set_aside(desk, operator, subscriptions, form.answers)
        return go_to(request, page)

    return router


async def _find_parked(desk: Desk, operator: Claims, subscriptions: Sequence[Subscription]) -> list[Parked]:
    """The keys that stand still on the operator's boards, and those of records that name no board."""
    return [
        Parked(subscription=each.name, **{name: value for name, value in asdict(key).items() if name != "board"})
        for each in subscriptions
        for key in await list_parked(desk.store.pool, each.name)
        if key.board in {*operator.boards, NO_BOARD}
    ]


async def _named(desk: Desk, operator: Claims, subscriptions: Sequence[Subscription], asked: ToRedrive) -> Subscription:
    """The subscription in which a key stands still.

    Raises:
        Problem: 404, it does not stand still there, or is not the operator's to see.
    """
    known = {(each.subscription, each.topic, each.key) for each in await _find_parked(desk, operator, subscriptions)}
    if (asked.subscription, asked.topic, asked.key) not in known:
        raise Problem(404, "not-found")
    return next(each for each in subscriptions if each.name == asked.subscription)


async def _let_go(desk: Desk, operator: Claims, subscriptions: Sequence[Subscription], asked: ToRedrive) -> Redriven:
    subscription = await _named(desk, operator, subscriptions, asked)
    came = await redrive(desk.store, subscription, asked.topic, asked.key)
    return Redriven(done=came.done, reason=came.reason)


async def _set_aside(desk: Desk, operator: Claims, subscriptions: Sequence[Subscription], asked: ToDiscard) -> Redriven:
    subscription = await _named(desk, operator, subscriptions, asked)
    record = asked.topic, asked.key, asked.event_id
    try:
        came = await discard(desk.store, subscription, *record, asked.reason, operator.subject)
    except CannotDiscard as cannot:
        raise Problem(409, f"cannot-discard-{cannot.code}") from None
    return Redriven(done=came.done, reason=came.reason)
