"""The edge of a service: what holds for every request and answer before and after any route.

Plain ASGI, so that it costs next to nothing: a body is read once, within its limit, and looked through for what
PostgreSQL, JSON or a reader downstream could not bear; each answer gets its security headers and its trace; whatever
goes wrong inside becomes an answer here, and never a traceback in a log, since tracebacks carry personal data.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.problems import FieldError, Problem, problem_of_fields
from chassis.short_way import ShortWay, hand_out
from chassis.telemetry import current_traceparent

UNFIT_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters except tab and line ends, and halves of surrogate pairs. PostgreSQL refuses some, readers all."""

_LARGEST = 2**63 - 1
_READ_TO_THE_END = 2
"""How many times its limit a body is still read to its end: an answer before that is lost with the connection."""
_SUSPECT = re.compile(UNFIT_CHARACTERS.pattern + r"|\\u|\d{19}|\d[eE]\+?\d{3}|NaN|Infinity")
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]


class Edge:
    """The outermost layer of a service's application."""

    def __init__(
        self,
        app: ASGIApp,
        answer: Callable[[Request, Exception], Response],
        body_limit: int,
        short_way: ShortWay,
        unlinked: tuple[str, ...],
    ) -> None:
        """`answer` makes an answer of anything raised; `body_limit` is in bytes; `short_way` is tried before `app`;
        `unlinked` are the beginnings of paths whose answers carry no trace unless their route says so (`link`)."""
        self._app = app
        self._answer = answer
        self._body_limit = body_limit
        self._short_way = short_way
        self._unlinked = unlinked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        # Before anything can go wrong: a refused body must not be answered with a trace where a visit is not.
        state["unlinked"] = scope["path"].startswith(self._unlinked)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), *_add_headers(message, state)]
            await send(message)

        try:
            _check_address(scope)
            if scope["method"] not in {"GET", "HEAD"}:
                body = await _read_body(scope, receive, self._body_limit)
                if (answer := await self._short_way.answer(scope, body, receive)) is not None:
                    await answer(scope, receive, send_with_headers)
                    return
                receive = hand_out(body, receive)
            await self._app(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 -- the last place where an error can become an answer
            response = self._answer(Request(scope), error)
            if not started:
                await response(scope, receive, send_with_headers)


def link(request: Request) -> None:
    """Let this answer carry its trace: here identity is documented, though it need not be everywhere nearby."""
    request.state.unlinked = False


def is_unlinked(request: Request) -> bool:
    """Whether this answer must not carry its trace: identity must not be documented here (SoL 14:5)."""
    return bool(getattr(request.state, "unlinked", False))


def _add_headers(message: Message, state: dict[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    yield from _HEADERS
    if not any(name == b"cache-control" for name, _ in message.get("headers", ())):
        yield b"cache-control", b"no-store"
    traceparent = current_traceparent()
    if traceparent and not state.get("unlinked"):
        yield b"traceresponse", traceparent.encode()


def _check_address(scope: Scope) -> None:
    query = scope.get("query_string", b"")
    if UNFIT_CHARACTERS.search(scope["path"]):
        raise Problem(404, "not-found")
    if b"%" in query and UNFIT_CHARACTERS.search(unquote_to_bytes(query).decode(errors="replace")):
        raise Problem(400, "bad-characters")


async def _read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """Read the whole body.

    Raises:
        Problem: too large (413), of another kind than the route takes (415), unreadable (400), unfit (422).
    """
    headers = Headers(scope=scope)
    declared = headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > 18 or int(declared) > _READ_TO_THE_END * limit):
        raise Problem(413, "body-too-large", headers={"Connection": "close"})
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem(400, "broken-body")
        body += message.get("body", b"")
        if len(body) > _READ_TO_THE_END * limit:
            raise Problem(413, "body-too-large", headers={"Connection": "close"})
        more = message.get("more_body", False)
    if len(body) > limit:
        raise Problem(413, "body-too-large")
    if body:
        _check_body(scope["path"], headers.get("content-type", ""), bytes(body))
    return bytes(body)


def _check_body(path: str, content_type: str, body: bytes) -> None:
    kind = content_type.partition(";")[0].strip().lower()
    if not path.startswith("/api/"):
        if kind not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
            raise Problem(415, "wrong-content-type", expected="application/x-www-form-urlencoded")
        return
    if kind != "application/json":
        raise Problem(415, "wrong-content-type", expected="application/json")
    try:
        text = body.decode()
        if _SUSPECT.search(text):
            unfit = list(_find_unfit(json.loads(text)))
        else:
            return
    except (ValueError, RecursionError):
        raise Problem(400, "broken-body") from None
    if unfit:
        raise problem_of_fields(unfit)


def _find_unfit(body: object) -> Iterator[FieldError]:
    """The places in a parsed body with characters or numbers that cannot be kept."""
    waiting: list[tuple[tuple[int | str, ...], object]] = [(("body",), body)]
    while waiting:
        place, value = waiting.pop()
        match value:
            case dict():
                if any(UNFIT_CHARACTERS.search(key) for key in value):
                    yield FieldError(place=place, code="characters")
                waiting += [((*place, key), inner) for key, inner in value.items()]
            case list():
                waiting += [((*place, index), inner) for index, inner in enumerate(value)]
            case str() if UNFIT_CHARACTERS.search(value):
                yield FieldError(place=place, code="characters")
            case int() | float() if not -_LARGEST <= value <= _LARGEST:
                yield FieldError(place=place, code="number-out-of-range")
            case _:
                pass
