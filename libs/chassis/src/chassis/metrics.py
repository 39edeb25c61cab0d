"""Measurements: what is counted and timed, under which names, and by what it may be told apart.

Attributes come from an allow-list of their own, since each combination is a series that is kept: nothing in it grows
with the number of cases or people. `docs/operations/README.md` says what each measurement means.
"""

from collections.abc import Sequence

from opentelemetry import metrics
from opentelemetry.metrics import Histogram

ALLOWED = frozenset(
    {
        "error.type",
        "http.request.method",
        "http.response.status_code",
        "http.route",
        "messaging.consumer.group.name",
        "messaging.destination.name",
        "messaging.operation.name",
        "messaging.operation.type",
        "messaging.system",
        "server.address",
        "server.port",
        "stodvag.kind",
        "stodvag.outcome",
        "stodvag.subscription",
        "stodvag.way",
        "url.scheme",
    }
)
"""Every attribute that a measurement may carry."""

_REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
_meter = metrics.get_meter("stodvag")


def _seconds(name: str, description: str, bounds: Sequence[float] = _REQUEST_SECONDS) -> Histogram:
    return _meter.create_histogram(name, "s", description, explicit_bucket_boundaries_advisory=bounds)


_requests = _seconds("http.server.request.duration", "Duration of HTTP server requests")
_commands = _seconds("stodvag.command.duration", "Duration of commands, from load to commit")
_operations = _seconds("messaging.client.operation.duration", "Duration of sending, polling and committing")
_processing = _seconds("messaging.process.duration", "Duration of giving messages their effect")
_sent = _meter.create_counter("messaging.client.sent.messages", "{message}", "Messages sent to the broker")
_consumed = _meter.create_counter("messaging.client.consumed.messages", "{message}", "Messages given to consumers")
_messages = _meter.create_counter("stodvag.messages", "{message}", "Messages to people, by what became of them")

outbox_depth = _meter.create_gauge("stodvag.outbox.depth", "{message}", "Events on their way to Kafka")
outbox_age = _meter.create_gauge("stodvag.outbox.age", "s", "How long the oldest of them has waited")
parked_keys = _meter.create_gauge("stodvag.parked.keys", "{key}", "Keys whose events stand still")
timers_due = _meter.create_gauge("stodvag.timers.due", "{timer}", "Timers that fall due within a day")
timers_overdue = _meter.create_gauge("stodvag.timers.overdue", "{timer}", "Timers a minute late or more")
consumer_lag = _meter.create_gauge("stodvag.consumer.lag", "{message}", "Messages that are yet to have their effect")
projection_age = _meter.create_gauge("stodvag.projection.age", "s", "How far a subscription is behind")


def record_request(seconds: float, method: str, scheme: str, route: str | None, status: int) -> None:
    """A request was answered. `route` is the template, never the address."""
    attributes: dict[str, str | int] = {
        "http.request.method": method,
        "http.response.status_code": status,
        "url.scheme": scheme,
    }
    if route is not None:
        attributes["http.route"] = route
    if status >= 500:
        attributes["error.type"] = str(status)
    _requests.record(seconds, attributes)


def record_command(seconds: float, kind: str, outcome: str) -> None:
    """A command came to its end: done, repeated, refused, or the type of what was raised."""
    _commands.record(seconds, {"stodvag.kind": kind, "stodvag.outcome": outcome})


def record_message(way: str, kind: str, outcome: str) -> None:
    """A message to somebody was sent, put off or given up."""
    _messages.add(1, {"stodvag.way": way, "stodvag.kind": kind, "stodvag.outcome": outcome})


def record_sent(seconds: float, topic: str, count: int, error: BaseException | None) -> None:
    """Messages were handed to the broker and acknowledged, or not."""
    attributes = _messaging("send", "send", topic, None, error)
    _operations.record(seconds, attributes)
    _sent.add(count, attributes)


def record_polled(seconds: float, topic: str, group: str, count: int) -> None:
    """A poll brought messages."""
    attributes = _messaging("poll", "receive", topic, group, None)
    _operations.record(seconds, attributes)
    _consumed.add(count, attributes)


def record_processed(seconds: float, topic: str, group: str, error: BaseException | None) -> None:
    """A batch of messages had its effect, or one message alone."""
    _processing.record(seconds, _messaging("process", "process", topic, group, error))


def record_committed(seconds: float, topic: str, group: str, error: BaseException | None) -> None:
    """Offsets were committed, or not."""
    _operations.record(seconds, _messaging("commit", "settle", topic, group, error))


def _messaging(
    name: str, type_: str, topic: str, group: str | None, error: BaseException | None
) -> dict[str, str | int]:
    attributes: dict[str, str | int] = {
        "messaging.system": "kafka",
        "messaging.operation.name": name,
        "messaging.operation.type": type_,
        "messaging.destination.name": topic,
    }
    if group is not None:
        attributes["messaging.consumer.group.name"] = group
    if error is not None:
        attributes["error.type"] = type(error).__name__
    return attributes
