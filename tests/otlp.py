"""An OTLP receiver of the tests' own: what spans and measurements arrived, decoded."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

Value = str | int | float | bool
Attributes = Mapping[str, Value]


@dataclass(frozen=True)
class Link:
    """A span's link to another."""

    trace_id: str
    span_id: str
    attributes: Attributes


@dataclass(frozen=True)
class Seen:
    """A span as it arrived."""

    resource: Attributes
    trace_id: str
    span_id: str
    parent_id: str
    """Empty where the trace begins."""
    name: str
    kind: str
    attributes: Attributes
    links: tuple[Link, ...]
    events: int
    failed: bool
    status_text: str
    seconds: float

    @property
    def service(self) -> str:
        """Who sent it."""
        return str(self.resource["service.name"])


@dataclass(frozen=True)
class Measured:
    """One series of a measurement as it arrived."""

    resource: Attributes
    name: str
    unit: str
    attributes: Attributes
    value: float
    """Of a histogram, how many were counted."""


@dataclass
class Received:
    """What has arrived so far, and where to send."""

    address: str = ""
    spans: list[Seen] = field(default_factory=list)
    measured: list[Measured] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    """Of each request, by name in small letters."""

    @property
    def metrics_address(self) -> str:
        """Where measurements go."""
        return f"{self.address}/v1/metrics"

    def trace(self, trace_id: str) -> list[Seen]:
        """The spans of one trace."""
        return [span for span in self.spans if span.trace_id == trace_id]

    def linked_to(self, span: Seen) -> list[Seen]:
        """The spans that link to this one."""
        return [each for each in self.spans if any(link.span_id == span.span_id for link in each.links)]

    def children(self, span: Seen) -> list[Seen]:
        """The spans whose parent this one is."""
        return [each for each in self.spans if (each.trace_id, each.parent_id) == (span.trace_id, span.span_id)]


@contextmanager
def otlp_receiver() -> Iterator[Received]:
    """A receiver on a free port of this machine."""
    received = Received()

    class Receiver(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            received.headers.append({name.lower(): value for name, value in self.headers.items()})
            body = self._read_body()
            if self.path.endswith("/metrics"):
                received.measured += _measured(ExportMetricsServiceRequest.FromString(body))
            else:
                received.spans += _spans(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _read_body(self) -> bytes:
            if "Content-Length" in self.headers:
                return self.rfile.read(int(self.headers["Content-Length"]))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        received.address = f"http://127.0.0.1:{server.server_port}"
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield received
        finally:
            server.shutdown()
            serving.join()


def _spans(request: ExportTraceServiceRequest) -> Iterator[Seen]:
    for of_process in request.resource_spans:
        resource = _attributes(of_process.resource.attributes)
        for of_scope in of_process.scope_spans:
            for span in of_scope.spans:
                yield Seen(
                    resource=resource,
                    trace_id=span.trace_id.hex(),
                    span_id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    name=span.name,
                    kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
                    attributes=_attributes(span.attributes),
                    links=tuple(
                        Link(link.trace_id.hex(), link.span_id.hex(), _attributes(link.attributes))
                        for link in span.links
                    ),
                    events=len(span.events),
                    failed=span.status.code == 2,
                    status_text=span.status.message,
                    seconds=(span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
                )


def _measured(request: ExportMetricsServiceRequest) -> Iterator[Measured]:
    for of_process in request.resource_metrics:
        resource = _attributes(of_process.resource.attributes)
        for of_scope in of_process.scope_metrics:
            for metric in of_scope.metrics:
                if metric.HasField("histogram"):
                    for timed in metric.histogram.data_points:
                        attributes = _attributes(timed.attributes)
                        yield Measured(resource, metric.name, metric.unit, attributes, timed.count)
                else:
                    data = metric.sum if metric.HasField("sum") else metric.gauge
                    for point in data.data_points:
                        value = point.as_int if point.HasField("as_int") else point.as_double
                        yield Measured(resource, metric.name, metric.unit, _attributes(point.attributes), value)


def _attributes(found: "Iterator[KeyValue] | list[KeyValue]") -> dict[str, Value]:
    return {each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in found}
