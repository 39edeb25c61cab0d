"""A service's web application: problem details for whatever goes wrong, health, documents, static files.

    app = create_app("intake", title="Intag", version="1", pages=pages, staff=realm, ready={"database": check})
    app.include_router(router)      # routes under /api/intake/v1/… for programs, any other path for people

What to raise in a route: `Problem(status, code)`, or the domain's `Refused`; the rest is answered here.
"""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any

import asyncpg
from asyncpg.exceptions._base import DataError as ClientDataError
from fastapi import Depends, FastAPI, Header
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chassis.auth import Realm
from chassis.decider import Refused
from chassis.edge import Edge, is_unlinked
from chassis.event_store import Conflict
from chassis.languages import choose_language
from chassis.loops import is_away
from chassis.pages import OFFERED, Audience, Pages, send_file
from chassis.problems import (
    Problem,
    ProblemDocument,
    describe,
    problem_of_fields,
    problem_of_refusal,
    read_validation,
)
from chassis.short_way import ShortWay
from chassis.sign_in import add_development_sign_in
from chassis.telemetry import current_trace_id

BODY_LIMIT_BYTES = 256 * 1024
READY_WITHIN_SECONDS = 2.0
_HTTP_CODES = {400: "broken-body", 404: "not-found", 405: "wrong-method", 413: "body-too-large"}
_QUIET: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
"""FastAPI's own telemetry puts addresses, queries and error texts into spans and logs; ours (`telemetry`) does not."""
_log = logging.getLogger("chassis.http")


def create_app(
    service: str,
    *,
    title: str,
    version: str,
    pages: Pages,
    staff: Realm,
    citizens: Realm = Realm(),  # noqa: B008 -- lets nobody in, and never changes
    ready: Mapping[str, Callable[[], Awaitable[object]]],
    wanted: Mapping[str, Callable[[], Awaitable[object]]] | None = None,
    body_limit: int = BODY_LIMIT_BYTES,
    unlinked: tuple[str, ...] = (),
) -> FastAPI:
    """An application without routes of its own, ready to take a service's routers.

    `service` is the name in addresses (`direct-access`); `ready` has, by name, what must hold before the service takes
    requests, and `wanted` what it can do without for a while; `body_limit` is in bytes; `unlinked` are the beginnings
    of paths where identity is not documented (see `edge`).
    """
    app = FastAPI(
        title=title,
        version=version,
        openapi_url=f"/api/{service}/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses={"default": {"model": ProblemDocument, "description": "A problem (RFC 9457)."}},
        telemetry=_QUIET,
        max_body_size=None,
    )
    app.state.staff, app.state.citizens = staff, citizens
    app.openapi = cache(partial(_describe_api, app.openapi))  # type: ignore[method-assign]

    def answer(request: Request, error: Exception) -> Response:
        problem = _find_problem(error)
        return _answer_problem(request, problem, pages, partial(_field_names, app))

    async def answer_in_route(request: Request, error: Exception) -> Response:
        return answer(request, error)

    app.add_exception_handler(HTTPException, answer_in_route)
    app.add_exception_handler(RequestValidationError, answer_in_route)
    app.add_middleware(Edge, answer=answer, body_limit=body_limit, short_way=ShortWay(app), unlinked=unlinked)

    @app.get("/health/live", include_in_schema=False)
    async def live() -> Response:
        return JSONResponse({"status": "live"})

    @app.get("/health/ready", include_in_schema=False)
    async def is_ready() -> Response:
        failing, degraded = await asyncio.gather(_failing(ready), _failing(wanted or {}))
        status = "failing" if failing else "degraded" if degraded else "ready"
        return JSONResponse({"status": status, "failing": failing, "degraded": degraded}, 503 if failing else 200)

    @app.get("/static/{name}", include_in_schema=False)
    async def static(request: Request, name: str) -> Response:
        if name not in pages.files:
            raise Problem(404, "not-found")
        return send_file(request, pages.files[name])

    if pages.site.development:
        add_development_sign_in(app)
    return app


async def read_idempotency_key(
    key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            pattern=r"^[\x21-\x7e]{16,128}$",
            description="New for each command; the same value sent again gives the same answer, once in effect.",
        ),
    ],
) -> str:
    """The key that makes a command happen once; a request without a fit one is answered with 400."""
    return key


IdempotencyKey = Annotated[str, Depends(read_idempotency_key)]
"""The type of a command route's parameter: `async def apply(key: IdempotencyKey, …)`."""


def _find_problem(error: Exception) -> Problem:
    """The problem that stands for an error. What is not known here is our own fault: logged by kind and place alone."""
    match error:
        case Problem():
            problem = error
        case Refused():
            problem = problem_of_refusal(error)
        case RequestValidationError():
            problem = _problem_of_validation(error)
        case HTTPException():
            code = _HTTP_CODES.get(error.status_code, "refused")
            problem = Problem(error.status_code, code, headers=error.headers)
        case Conflict():
            problem = Problem(409, "conflict")
        case asyncpg.DataError() | ClientDataError():
            _log.warning("value-refused-by-database", extra={"error": type(error).__name__, "place": _place(error)})
            problem = Problem(422, "value-does-not-fit")
        case _ if is_away(error):
            _log.warning("part-away", extra={"error": type(error).__name__})
            problem = Problem(503, "away", headers={"Retry-After": "5"})
        case _:
            _log.error("request-failed", extra={"error": type(error).__name__, "place": _place(error)})
            problem = Problem(500, "broken")
    return problem


def _problem_of_validation(error: RequestValidationError) -> Problem:
    errors = error.errors()
    if any(found["type"] == "json_invalid" for found in errors):
        return Problem(400, "broken-body")
    if any(found["loc"] == ("header", "Idempotency-Key") for found in errors):
        return Problem(400, "bad-idempotency-key")
    if any(found["loc"][0] == "path" for found in errors):
        return Problem(404, "not-found")
    return problem_of_fields(read_validation(errors, error.body))


def _place(error: Exception) -> str:
    """Where an error was raised, without its text: that may hold what was sent."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return "".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in last)


def _answer_problem(request: Request, problem: Problem, pages: Pages, names: Callable[[], frozenset[str]]) -> Response:
    """The problem as a page for a browser that wants one, else as `application/problem+json`."""
    for_people = not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")
    for_staff = problem.status in {401, 403} or problem.code == "board-not-chosen"
    audience: Audience = "staff" if for_people and for_staff else "citizen"
    chosen = request.query_params.get("sprak") if for_people else None
    language = choose_language(chosen, request.headers.get("accept-language"), OFFERED[audience])
    document = describe(
        problem,
        pages.wording,
        language,
        names=names() if problem.fields else (),
        trace_id=None if is_unlinked(request) else current_trace_id(),
    )
    if for_people:
        response = pages.problem(request, document, audience)
    else:
        response = JSONResponse(
            document.model_dump(exclude_none=True),
            problem.status,
            {"Content-Language": language.tag, "Vary": "Accept-Language"},
            "application/problem+json",
        )
    response.headers.update(problem.headers)
    return response


async def _failing(checks: Mapping[str, Callable[[], Awaitable[object]]]) -> list[str]:
    held = await asyncio.gather(*(_holds(check) for check in checks.values()))
    return [name for name, holds in zip(checks, held, strict=True) if not holds]


async def _holds(check: Callable[[], Awaitable[object]]) -> bool:
    try:
        await asyncio.wait_for(check(), READY_WITHIN_SECONDS)
    except Exception:  # noqa: BLE001 -- whatever a check raises, its part is not ready
        return False
    return True


def _describe_api(describe_routes: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The OpenAPI document, with problems under their own media type."""
    document = describe_routes()
    for path in document["paths"].values():
        for operation in path.values():
            content = operation["responses"]["default"]["content"]
            content["application/problem+json"] = content.pop("application/json")
    return document


@cache
def _field_names(app: FastAPI) -> frozenset[str]:
    """Every field name in the schemas of an application's routes."""
    schemas = app.openapi().get("components", {}).get("schemas", {})
    return frozenset(name for schema in schemas.values() for name in schema.get("properties", ()))
