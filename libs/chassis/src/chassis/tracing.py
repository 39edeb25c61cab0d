"""Starts and ends traces and measurements of a process: where they go, by OTLP over HTTP, and who they are from.

Sending happens in threads of its own, from queues that forget what does not fit. A receiver that is away, or that takes
and never answers, slows nothing and is told of in no log; at the end it is given two seconds. Headers, certificates and
compression are set as OpenTelemetry names them: `OTEL_EXPORTER_OTLP_HEADERS` and so on.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid4

from opentelemetry import metrics
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.util.types import AttributeValue

from chassis.metrics import ALLOWED as MEASURED_BY
from chassis.sampling import KeepTrouble, ShareOfTraces
from chassis.telemetry import trace_with

SEND_SECONDS = 5
FLUSH_SECONDS = 2.0
EVERY_SECONDS = 10
"""How often measurements are sent, and gauges are read."""

RESOURCE = frozenset(
    {
        "deployment.environment.name",
        "service.instance.id",
        "service.name",
        "service.namespace",
        "telemetry.sdk.language",
        "telemetry.sdk.name",
        "telemetry.sdk.version",
    }
)
"""All that is told of the process itself."""


@dataclass(frozen=True, kw_only=True)
class Telemetry:
    """What is sent where."""

    traces: str = ""
    """http(s)://host:port of an OTLP receiver; spans go to /v1/traces there. Empty traces nothing."""
    metrics: str = ""
    """The whole address that takes measurements by OTLP. Empty measures nothing."""
    share: float = 1.0
    """Which share of traces that begin here is kept, from 0 to 1."""
    slow_seconds: float = 1.0
    """From when on work is slow, so that its trace is kept in any case."""


@contextmanager
def telemetry(service: str, wanted: Telemetry, *, database: str, kafka: str) -> Iterator[None]:
    """Trace and measure meanwhile. `database` is the DSN of the service's own, `kafka` its bootstrap servers."""
    # A receiver that is away is tried again by the exporters, and must not fill the log with their stacks.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    resource = _describe(service)
    stops: list[Callable[[], None]] = []
    if wanted.traces:
        spans = TracerProvider(ShareOfTraces(wanted.share), resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=f"{wanted.traces.rstrip('/')}/v1/traces", timeout=SEND_SECONDS)
        spans.add_span_processor(KeepTrouble(exporter, wanted.slow_seconds))
        # Not the process's own provider: a library's spans would go out with ours, unasked for.
        trace_with(spans.get_tracer("stodvag"), database=_database(database), broker=_broker(kafka))
        stops.append(spans.shutdown)
    if wanted.metrics:
        reader = PeriodicExportingMetricReader(
            OTLPMetricExporter(endpoint=wanted.metrics, timeout=SEND_SECONDS), EVERY_SECONDS * 1000
        )
        only = View(instrument_name="*", attribute_keys=set(MEASURED_BY))
        meters = MeterProvider([reader], resource, AlwaysOffExemplarFilter(), shutdown_on_exit=False, views=[only])
        metrics.set_meter_provider(meters)
        stops.append(meters.shutdown)
    try:
        yield
    finally:
        trace_with(None)
        _stop_within(FLUSH_SECONDS, stops)


def _describe(service: str) -> Resource:
    """The process, in what the allow-list lets through; the environment may add where it is deployed."""
    own = {"service.name": service, "service.namespace": "stodvag", "service.instance.id": str(uuid4())}
    found = Resource.create(own).attributes
    return Resource({name: value for name, value in found.items() if name in RESOURCE})


def _database(dsn: str) -> dict[str, AttributeValue]:
    found = urlsplit(dsn)
    return {
        "db.namespace": found.path.lstrip("/"),
        "server.address": found.hostname or "localhost",
        "server.port": found.port or 5432,
    }


def _broker(bootstrap: str) -> dict[str, AttributeValue]:
    """The broker's address, where there is one alone: which of several it was, only the client library knows."""
    host, _, port = bootstrap.rpartition(":")
    return {"server.address": host, "server.port": int(port)} if host and "," not in bootstrap else {}


def _stop_within(seconds: float, stops: list[Callable[[], None]]) -> None:
    """Send what is left, but end with the process however long a receiver takes."""
    threads = [threading.Thread(target=stop, daemon=True) for stop in stops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
