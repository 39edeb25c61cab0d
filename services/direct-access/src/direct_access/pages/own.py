"""The pages of a citizen who signed in. Nobody needs to: every form is there without."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from chassis.auth import Claims, read_citizen_token
from chassis.commands import AtDesk

router = APIRouter(include_in_schema=False)


@router.get("/mitt")
async def show_own(request: Request, desk: AtDesk, _: Annotated[Claims, Depends(read_citizen_token)]) -> Response:
    """That one is signed in, what there is to do, and the way out."""
    return desk.pages.own(request, "own.html")
