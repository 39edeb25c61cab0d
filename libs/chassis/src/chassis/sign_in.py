"""Sign-in where no identity provider runs: a page of staff asks for a development token, and one is pasted.

With a provider, also the one for development, the gateway signs people in and none of this is there.
"""

import re
import time

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chassis.auth import TOKEN_COOKIE, Realm, refuse_other_sites
from chassis.problems import Problem

SIGN_IN_PATH = "/utveckling/logga-in"
SIGN_OUT_PATH = "/utveckling/logga-ut"
_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""A path on this site: one slash first, and nothing that a browser might read as another host."""


def add_development_sign_in(app: FastAPI) -> None:
    """Let a development token be pasted into a page, kept in a cookie that no script and no other site can use."""

    @app.post(SIGN_IN_PATH, include_in_schema=False)
    async def sign_in(request: Request) -> Response:
        refuse_other_sites(request)
        staff: Realm = request.app.state.staff
        async with request.form(max_files=0, max_fields=10) as form:
            token, back = str(form.get("token", "")).strip(), safe_path(str(form.get("back", "")))
        request.state.back = back
        if not token:
            raise Problem(401, "not-signed-in")
        claims = await staff.verify(token)
        response = RedirectResponse(back, 303)
        response.set_cookie(
            TOKEN_COOKIE,
            token,
            max_age=max(0, claims.expires - int(time.time())),
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return response

    @app.post(SIGN_OUT_PATH, include_in_schema=False)
    async def sign_out(request: Request) -> Response:
        refuse_other_sites(request)
        response = RedirectResponse("/", 303)
        response.delete_cookie(TOKEN_COOKIE, httponly=True, samesite="strict")
        return response


def safe_path(asked: str) -> str:
    """`asked` if it is a path on this site, else the first page."""
    return asked if _OWN_PATH.fullmatch(asked) else "/"
