"""Which traces are kept: a share of all, decided where a trace begins, and every one that fails or is slow.

The gateway decides for a request, and its decision travels with the trace. What begins here decides for itself: work
that others' traces caused is kept if any of these is, so that a journey that is kept is kept whole. All other spans are
recorded without being sent, and wait in memory for the end of what began them in this process: where that failed, or
took long, they are sent after all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import Link, SpanContext, SpanKind, StatusCode, TraceFlags, TraceState
from opentelemetry.util.types import Attributes

MOST_SPANS = 256
"""How many spans of one piece of work wait for its end. What comes after them is sent only if the work is kept."""


class ShareOfTraces(Sampler):
    """Keeps a share of traces, from 0 to 1, and whatever goes on from one that is kept. Everything is recorded."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._bound = round(share * 2**64)

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,  # noqa: ARG002  # the SDK's signature
        kind: SpanKind | None = None,  # noqa: ARG002
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,  # noqa: ARG002
    ) -> SamplingResult:
        """Sent by itself, or recorded only."""
        parent = trace.get_current_span(parent_context).get_span_context()
        if parent.is_valid:
            kept = parent.trace_flags.sampled
        elif links:
            kept = any(link.context.trace_flags.sampled for link in links)
        else:
            kept = trace_id & (2**64 - 1) < self._bound
        return SamplingResult(Decision.RECORD_AND_SAMPLE if kept else Decision.RECORD_ONLY, attributes)

    def get_description(self) -> str:
        """For the SDK's logs."""
        return f"ShareOfTraces{{{self._share}}}"


@dataclass(slots=True)
class _Work:
    """What began in this process with one span, and its spans that have ended."""

    ended: list[ReadableSpan] = field(default_factory=list)
    kept: bool = False


class KeepTrouble(BatchSpanProcessor):
    """Sends what is sampled, and of the rest what belongs to work that failed or took longer than `slow_seconds`."""

    def __init__(self, exporter: SpanExporter, slow_seconds: float) -> None:
        super().__init__(exporter)
        self._slow_nanoseconds = slow_seconds * 1e9
        self._open: dict[int, _Work] = {}

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Remember to which work an unsampled span belongs."""
        if not _context(span).trace_flags.sampled:
            parent = span.parent
            known = None if parent is None or parent.is_remote else self._open.get(parent.span_id)
            self._open[_context(span).span_id] = known or _Work()
        super().on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        """Send a span, or let it wait, or end the waiting of all that its work has left."""
        if _context(span).trace_flags.sampled:
            super().on_end(span)
            return
        work = self._open.pop(_context(span).span_id, None)
        if work is None:
            return
        begins = span.parent is None or span.parent.is_remote
        if begins and self._is_trouble(span):
            work.kept = True
            for waiting in work.ended:
                super().on_end(_sampled(waiting))
            work.ended.clear()
        if work.kept:
            super().on_end(_sampled(span))
        elif not begins and len(work.ended) < MOST_SPANS:
            work.ended.append(span)

    def _is_trouble(self, span: ReadableSpan) -> bool:
        if span.status.status_code is StatusCode.ERROR:
            return True
        return (span.end_time or 0) - (span.start_time or 0) > self._slow_nanoseconds


def _context(span: ReadableSpan) -> SpanContext:
    context = span.get_span_context()
    assert context is not None  # noqa: S101  # every span of the SDK has one
    return context


def _sampled(span: ReadableSpan) -> ReadableSpan:
    """The same span, marked as one to send."""
    context = _context(span)
    flags = TraceFlags(context.trace_flags | TraceFlags.SAMPLED)
    return ReadableSpan(
        name=span.name,
        context=SpanContext(context.trace_id, context.span_id, context.is_remote, flags, context.trace_state),
        parent=span.parent,
        resource=span.resource,
        attributes=span.attributes,
        events=span.events,
        links=span.links,
        kind=span.kind,
        status=span.status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
