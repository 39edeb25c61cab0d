"""Traces: which spans there are, and what they may say.

Attributes come from an allow-list, since a span is a copy that no erasure reaches. Exporting is in the background and
may fail without anyone noticing but operations.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState
from opentelemetry.util.types import AttributeValue
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALLOWED = frozenset(
    {
        "error.type",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "messaging.batch.message_count",
        "messaging.client.id",
        "messaging.consumer.group.name",
        "messaging.destination.name",
        "messaging.destination.partition.id",
        "messaging.kafka.message.key",
        "messaging.kafka.offset",
        "messaging.operation.name",
        "messaging.operation.type",
        "messaging.system",
        "stodvag.event.type",
        "stodvag.kind",
        "stodvag.outcome",
        "stodvag.purpose",
        "stodvag.refusal",
        "stodvag.subscription",
    }
)
"""Every attribute that a span may carry. None of them can hold anything personal."""

LINKS = 128
"""The most links that a span may carry, as OpenTelemetry's default limit says."""

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_tracer = trace.get_tracer("stodvag")


def start_tracing(service: str, endpoint: str, exporter: SpanExporter | None = None) -> TracerProvider:
    """Trace from now on, to an OTLP/HTTP endpoint, or to the exporter given. An empty endpoint exports nothing."""
    provider = TracerProvider(resource=Resource.create({"service.name": service, "service.namespace": "stodvag"}))
    if exporter is None and endpoint:
        # A dead backend is retried by the exporter and must not fill the log with its stack.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=5)
    if exporter is not None:
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


@contextmanager
def span(
    name: str,
    attributes: Mapping[str, AttributeValue] | None = None,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    parent: str | None = None,
    links: Sequence[str | None] = (),
    started: int | None = None,
) -> Iterator[Span]:
    """A span around some work. `parent` and `links` are W3C traceparents, as stored with what caused the work.
    `started` is when the work began, in nanoseconds since 1970, where it was not known then to be worth a span.
    An exception marks the span with its type, never with its text.

    Raises:
        ValueError: an attribute is not on the allow-list.
    """
    given = dict(attributes or {})
    if unknown := given.keys() - ALLOWED:
        raise ValueError(f"span attributes outside the allow-list: {sorted(unknown)}")
    context = None
    if parent is not None and (remote := read_traceparent(parent)) is not None:
        context = trace.set_span_in_context(trace.NonRecordingSpan(remote))
    remotes = [read_traceparent(link) for link in links[:LINKS] if link is not None]
    linked = [Link(remote) for remote in remotes if remote is not None]
    with _tracer.start_as_current_span(
        name,
        context,
        kind=kind,
        attributes=given,
        links=linked,
        start_time=started,
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except BaseException as error:
            current.set_attribute("error.type", type(error).__name__)
            current.set_status(Status(StatusCode.ERROR))
            raise


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


class TraceRequests:
    """A server span around each request, named by its route: an address or a query stands in no span."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request within its span."""
        if scope["type"] != "http" or scope["path"].startswith(("/health/", "/static/")):
            await self._app(scope, receive, send)
            return
        parent = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), None)
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        with span(method, {"http.request.method": method}, kind=SpanKind.SERVER, parent=parent) as current:

            async def send_and_note(message: Message) -> None:
                if message["type"] == "http.response.start":
                    current.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        current.set_status(Status(StatusCode.ERROR))
                await send(message)

            try:
                await self._app(scope, receive, send_and_note)
            finally:
                route = getattr(scope.get("route"), "path", None)
                if route is not None:
                    current.update_name(f"{method} {route}")
                    current.set_attribute("http.route", route)
