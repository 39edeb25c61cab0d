"""What operations do with events that failed: see which keys stand still and why, and let them go again."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chassis.auth import Claims, Principal, read_staff_token
from chassis.commands import AtDesk, Desk
from chassis.forms import Form, Text, blank_form, read_form
from chassis.parking import ParkedKey, list_parked, redrive
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
    waiting: int
    reason: str
    attempts: int
    parked_at: datetime


class ToRedrive(BaseModel):
    """Which key is to go again."""

    subscription: Text
    topic: Text
    key: Text


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
    """The routes and the page by which operations see and redrive what a service has parked."""
    router = APIRouter(tags=["operations"])
    api, page = f"/api/{service}/v1/operations", f"/drift/{service}"

    async def find(desk: Desk, operator: Claims) -> list[Parked]:
        return [
            Parked(subscription=each.name, **{name: value for name, value in asdict(key).items() if name != "board"})
            for each in subscriptions
            for key in await list_parked(desk.store.pool, each.name)
            if _may_see(key, operator)
        ]

    async def let_go(desk: Desk, operator: Claims, asked: ToRedrive) -> Redriven:
        known = {(each.subscription, each.topic, each.key) for each in await find(desk, operator)}
        if (asked.subscription, asked.topic, asked.key) not in known:
            raise Problem(404, "not-found")
        subscription = next(each for each in subscriptions if each.name == asked.subscription)
        came = await redrive(desk.store, subscription, asked.topic, asked.key)
        return Redriven(done=came.done, reason=came.reason)

    async def show(request: Request, desk: Desk, operator: Claims, form: Form[ToRedrive]) -> Response:
        principal = Principal(operator.subject, operator.roles, operator.boards, NO_BOARD)
        parked = await find(desk, operator)
        return desk.pages.staff(
            request, "operations.html", principal, service=service, parked=parked, form=form, status=form.status
        )

    @router.get(f"{api}/parked")
    async def read_parked(desk: AtDesk, operator: Operator) -> list[Parked]:
        """Every key whose events stand still, with the reason."""
        return await find(desk, operator)

    @router.post(f"{api}/redrive")
    async def redrive_key(desk: AtDesk, operator: Operator, body: ToRedrive) -> Redriven:
        """Replay a key's parked events in order. Sent twice, it does no more than once: what is done is done."""
        return await let_go(desk, operator, body)

    @router.get(page, include_in_schema=False)
    async def show_parked(request: Request, desk: AtDesk, operator: Operator) -> Response:
        return await show(request, desk, operator, blank_form(ToRedrive))

    @router.post(page, include_in_schema=False)
    async def redrive_on_page(request: Request, desk: AtDesk, operator: Operator) -> Response:
        form = await read_form(request, ToRedrive)
        if form.answers is not None:
            came = await let_go(desk, operator, form.answers)
            if came.reason is None:
                return RedirectResponse(page, 303)
        return await show(request, desk, operator, form)

    return router


def _may_see(key: ParkedKey, operator: Claims) -> bool:
    return key.board in {*operator.boards, NO_BOARD}
