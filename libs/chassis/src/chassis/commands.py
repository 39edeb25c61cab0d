"""From a request to a command: whose it is, why it is given, and what makes it happen once."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from starlette.requests import Request

from chassis.auth import Principal
from chassis.clock import now
from chassis.decider import Origin
from chassis.drafts import Drafts
from chassis.handle import Store
from chassis.municipality import Municipality
from chassis.pages import Pages
from keyring import Keyring


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes of a service work with."""

    store: Store
    keyring: Keyring
    pages: Pages
    municipality: Municipality
    drafts: Drafts


async def _desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk_of)]
"""The type of a route's parameter: `async def apply(desk: AtDesk, …)`."""


async def staff_origin(
    request: Request, desk: Desk, principal: Principal, key: str, *, role: str, purpose: str
) -> Origin:
    """The origin of a command that somebody signed in gives. `role` is the one that they act in."""
    return await _origin(request, desk, key, principal.subject, principal.board, role, purpose)


async def citizen_origin(request: Request, desk: Desk, board: UUID, key: str, *, purpose: str) -> Origin:
    """The origin of a command from somebody without an account. Who it is stands in no metadata."""
    return await _origin(request, desk, key, None, board, "citizen", purpose)


async def _origin(
    request: Request, desk: Desk, key: str, actor: str | None, board: UUID, role: str, purpose: str
) -> Origin:
    answers = desk.store.answers
    route = f"{request.method} {request.scope['path']}"
    return Origin(
        command_id=answers.command_id(actor or "citizen", route, key),
        board=board,
        at=now(),
        role=role,
        actor=actor,
        purpose=purpose,
        fingerprint=answers.fingerprint(route.encode() + b"\n" + await request.body()),
    )
