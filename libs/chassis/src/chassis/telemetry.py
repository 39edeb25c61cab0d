"""Traces: which spans there are, and what they may say.

Attributes come from an allow-list, since a span is a copy that no erasure reaches. Names are those of OpenTelemetry's
semantic conventions, as far as these say nothing of a person: addresses, queries, statements and their parameters stand
in no span. Where nothing is traced, a span costs next to nothing; the caller's trace id still reaches
logs, receipts and events. `tracing` starts and ends it all.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags, Tracer, TraceState
from opentelemetry.util.types import AttributeValue
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.clock import now
from chassis.decider import Refused
from chassis.metrics import record_request

ALLOWED = frozenset(
    {
        "db.namespace",
        "db.operation.name",
        "db.query.summary",
        "db.response.status_code",
        "db.system.name",
        "error.type",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "messaging.batch.message_count",
        "messaging.client.id",
        "messaging.consumer.group.name",
        "messaging.destination.name",
        "messaging.destination.partition.id",
        "messaging.kafka.offset",
        "messaging.operation.name",
        "messaging.operation.type",
        "messaging.system",
        "network.protocol.version",
        "server.address",
        "server.port",
        "stodvag.event.count",
        "stodvag.kind",
        "stodvag.outcome",
        "stodvag.purpose",
        "stodvag.refusal",
        "stodvag.subscription",
        "stodvag.view",
        "url.scheme",
    }
)
"""Every attribute that a span or a link may carry. None of them can hold anything personal."""

LINKS = 128
"""The most links that a span may carry, as OpenTelemetry's default limit says."""

SOON = timedelta(minutes=1)
"""How late messages may come and still go on in the trace of what caused them."""

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Cause(NamedTuple):
    """What a span links to: a W3C traceparent as stored with what caused the work, and which message brought it."""

    traceparent: str | None
    attributes: Mapping[str, AttributeValue] | None = None


class _Tracing:
    """Where spans of this process go, and the attributes that say which database and broker it speaks to."""

    def __init__(self) -> None:
        self.tracer: Tracer | None = None
        self.database: dict[str, AttributeValue] = {"db.system.name": "postgresql"}
        self.broker: dict[str, AttributeValue] = {"messaging.system": "kafka"}


_tracing = _Tracing()


def trace_with(
    tracer: Tracer | None,
    *,
    database: Mapping[str, AttributeValue] | None = None,
    broker: Mapping[str, AttributeValue] | None = None,
) -> None:
    """Give spans to this tracer from now on; None traces nothing. `database` and `broker` are where these listen."""
    _tracing.tracer = tracer
    _tracing.database |= database or {}
    _tracing.broker |= broker or {}


@contextmanager
def span(
    name: str,
    attributes: Mapping[str, AttributeValue] | None = None,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    parent: str | None = None,
    links: Iterable[Cause] = (),
    started: int | None = None,
) -> Iterator[Span]:
    """A span around some work. `parent` is a W3C traceparent; without one the present span is the parent.
    `started` is when the work began, in nanoseconds since 1970, where it was not known then to be worth a span.
    A refusal is an outcome. Any other exception marks the span with its type, never with its text.

    Raises:
        ValueError: an attribute is not on the allow-list.
    """
    remote = None if parent is None else read_traceparent(parent)
    within = None if remote is None else trace.set_span_in_context(trace.NonRecordingSpan(remote))
    if _tracing.tracer is None:
        token = None if within is None else contexts.attach(within)
        try:
            yield trace.INVALID_SPAN
        finally:
            if token is not None:
                contexts.detach(token)
        return
    if attributes and (unknown := attributes.keys() - ALLOWED):
        raise ValueError(f"span attributes outside the allow-list: {sorted(unknown)}")
    current = _tracing.tracer.start_span(name, within, kind, attributes, _read_links(links), started)
    token = contexts.attach(trace.set_span_in_context(current, within))
    try:
        yield current
    except Refused as refused:
        current.set_attribute("stodvag.outcome", "refused")
        current.set_attribute("stodvag.refusal", refused.code)
        raise
    except BaseException as error:
        note_error(current, error)
        raise
    finally:
        contexts.detach(token)
        current.end()


@contextmanager
def database_span(operation: str, summary: str) -> Iterator[Span]:
    """A span around a call of this service's database, named in our own words: never a statement or its parameters."""
    if _tracing.tracer is None:
        yield trace.INVALID_SPAN
        return
    what = {"db.operation.name": operation, "db.query.summary": summary}
    with span(summary, _tracing.database | what, kind=SpanKind.CLIENT) as current:
        try:
            yield current
        except BaseException as error:
            if isinstance(code := getattr(error, "sqlstate", None), str):
                current.set_attribute("db.response.status_code", code)
            raise


def messaging_attributes(name: str, type_: str, topic: str, client: str) -> dict[str, AttributeValue]:
    """What every span of a messaging operation says: its name and type (send, receive, process, settle), by whom and
    of which topic."""
    return _tracing.broker | {
        "messaging.operation.name": name,
        "messaging.operation.type": type_,
        "messaging.destination.name": topic,
        "messaging.client.id": client,
    }


def note_error(current: Span, error: BaseException) -> None:
    """Mark a span as failed, with the error's type alone."""
    current.set_attribute("error.type", type(error).__name__)
    current.set_status(Status(StatusCode.ERROR))


def goes_on(traceparents: Iterable[str | None], at: datetime) -> str | None:
    """The trace in which messages go on: that of the one command which caused them all at that moment, unless they
    come late. A batch of several causes, and what was delayed, goes on in none: its links say what caused it."""
    causes = iter(traceparents)
    first = next(causes, None)
    return first if first is not None and all(cause == first for cause in causes) and now() - at < SOON else None


def current_traceparent() -> str | None:
    """The present span as a W3C traceparent, or None where nothing is traced."""
    return as_traceparent(trace.get_current_span().get_span_context())


def current_trace_id() -> str | None:
    """The present trace's id in hex, to show to a person or to look it up."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def as_traceparent(context: SpanContext) -> str | None:
    """A span context as a W3C traceparent."""
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def read_traceparent(value: str) -> SpanContext | None:
    """A W3C traceparent as a remote span context; None if it is none."""
    parts = value.split("-")
    if len(parts) < 4 or [len(part) for part in parts[:4]] != [2, 32, 16, 2]:
        return None
    try:
        trace_id, span_id, flags = int(parts[1], 16), int(parts[2], 16), int(parts[3], 16)
    except ValueError:
        return None
    context = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags), trace_state=TraceState())
    return context if context.is_valid else None


def _read_links(causes: Iterable[Cause]) -> list[Link]:
    links: list[Link] = []
    for cause in causes:
        if cause.traceparent is not None and (context := read_traceparent(cause.traceparent)) is not None:
            links.append(Link(context, cause.attributes))
            if len(links) == LINKS:
                break
    return links


class ObserveRequests:
    """A server span and a measured duration for each request, both named by its route: an address or a query stands in
    neither, nor who asks."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request within its span."""
        if scope["type"] != "http" or scope["path"].startswith(("/health/", "/static/")):
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        parent = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), None)
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        what: dict[str, AttributeValue] = {
            "http.request.method": method,
            "url.scheme": scope["scheme"],
            "network.protocol.version": scope["http_version"],
        }
        status = 500
        with span(method, what, kind=SpanKind.SERVER, parent=parent) as current:

            async def send_and_note(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await self._app(scope, receive, send_and_note)
            finally:
                route = getattr(scope.get("route"), "path", None)
                current.set_attribute("http.response.status_code", status)
                if status >= 500:
                    current.set_attribute("error.type", str(status))
                    current.set_status(Status(StatusCode.ERROR))
                if route is not None:
                    current.update_name(f"{method} {route}")
                    current.set_attribute("http.route", route)
                record_request(time.perf_counter() - began, method, scope["scheme"], route, status)
