"""The first page of whoever has signed in: staff, who choose from their menu, and citizens.

No citizen needs to sign in: every form is there without.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from chassis.auth import Claims, Principal, read_citizen_token, read_staff_token
from chassis.commands import AtDesk
from chassis.operations import NO_BOARD

router = APIRouter(include_in_schema=False)


@router.get("/inloggning")
async def show_signed_in(
    request: Request, desk: AtDesk, claims: Annotated[Claims, Depends(read_staff_token)]
) -> Response:
    """That one of staff is signed in and in which role, whatever it opens."""
    principal = Principal(claims.subject, claims.roles, claims.boards, NO_BOARD)
    return desk.pages.staff(request, "signed_in_start.html", principal)


@router.get("/mitt")
async def show_own(request: Request, desk: AtDesk, _: Annotated[Claims, Depends(read_citizen_token)]) -> Response:
    """That a citizen is signed in, what there is to do, and the way out."""
    return desk.pages.own(request, "own.html")
