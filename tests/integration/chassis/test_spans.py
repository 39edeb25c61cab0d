"""What batches, late events and redrives are linked to, and that every line of a log names its trace."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.integration.chassis.given import add, open_ledger
from tests.integration.chassis.listening import (
    Heard,
    Told,
    all_committed,
    eventually,
    publish,
    running,
    tell,
    until_parked,
)
from tests.integration.chassis.sample import LEDGER

from chassis.clock import now
from chassis.consumer import Consumer
from chassis.handle import Store
from chassis.logs import start_logging
from chassis.parking import redrive
from chassis.republish import republish
from chassis.telemetry import SOON
from local_platform.postgres import Database

pytestmark = pytest.mark.usefixtures("impatient")

FIRST, SECOND = (f"00-{digit * 32}-{digit * 16}-01" for digit in "12")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged meanwhile."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    stream = io.StringIO()
    start_logging("sample", stream)
    yield stream
    root.handlers = before
    root.setLevel(level)


def caused(told: Told, traceparent: str, ago: timedelta = timedelta(0)) -> Told:
    """The same event, caused in this trace a while ago."""
    return replace(told, envelope=told.envelope._replace(traceparent=traceparent, time=now() - ago))


def named(exporter: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    """The spans of this name."""
    return [span for span in exporter.get_finished_spans() if span.name == name]


def trace_of(span: ReadableSpan) -> str:
    """A span's trace id in hex."""
    assert span.context is not None
    return f"{span.context.trace_id:032x}"


async def test_a_republish_links_to_the_commands_whose_events_it_puts_back(
    store: Store, database: Database, board: UUID, finished_spans: InMemorySpanExporter
) -> None:
    stream = await open_ledger(store, board)
    await add(store, board, stream, 1)
    commands = [span.context for span in named(finished_spans, "command")]
    assert await republish(database.owner_dsn, [LEDGER]) == 1
    [page] = named(finished_spans, "republish page")
    assert [link.context.span_id for link in page.links] == [context.span_id for context in commands if context]


async def consume(store: Store, kafka: str, namespace: str, topic: str, ear: Heard, told: list[Told]) -> None:
    """Publish all and wait until all has had its effect."""
    await publish(kafka, topic, told)
    async with running(Consumer(store, kafka, namespace, ear.projection)):
        await eventually(lambda: all_committed(kafka, namespace, topic, len(told), "heard"))


async def test_a_batch_of_several_causes_links_to_each_with_where_its_message_lay_and_has_no_parent(
    store: Store, board: UUID, kafka: str, namespace: str, topic: str, finished_spans: InMemorySpanExporter
) -> None:
    stream = uuid4()
    told = [caused(tell(board, stream, number), cause) for number, cause in ((1, FIRST), (2, SECOND))]
    await consume(store, kafka, namespace, topic, Heard(), told)
    [poll], [process] = named(finished_spans, f"poll {topic}"), named(finished_spans, f"process {topic}")
    for span in (poll, process):
        assert span.parent is None
        assert [f"{link.context.trace_id:032x}" for link in span.links] == ["1" * 32, "2" * 32]
        assert [(link.attributes or {})["messaging.kafka.offset"] for link in span.links] == [0, 1]
        assert (span.attributes or {})["messaging.batch.message_count"] == 2
        assert "messaging.kafka.offset" not in (span.attributes or {})
    [taken] = named(finished_spans, "take batch")
    assert taken.parent == process.context


async def test_what_one_command_caused_goes_on_in_its_trace(
    store: Store, board: UUID, kafka: str, namespace: str, topic: str, finished_spans: InMemorySpanExporter
) -> None:
    stream = uuid4()
    told = [caused(tell(board, stream, number), FIRST) for number in (1, 2)]
    await consume(store, kafka, namespace, topic, Heard(), told)
    spans = [span for span in finished_spans.get_finished_spans() if span.name.endswith(topic)]
    assert {span.name.split()[0] for span in spans} == {"poll", "process", "commit"}
    assert {trace_of(span) for span in spans} == {"1" * 32}
    assert all(span.links for span in spans if not span.name.startswith("commit"))


async def test_what_comes_late_begins_a_trace_of_its_own_and_links_back(
    store: Store, board: UUID, kafka: str, namespace: str, topic: str, finished_spans: InMemorySpanExporter
) -> None:
    await consume(store, kafka, namespace, topic, Heard(), [caused(tell(board, uuid4(), 1), FIRST, ago=2 * SOON)])
    for name in ("poll", "process"):
        [span] = named(finished_spans, f"{name} {topic}")
        assert span.parent is None
        assert trace_of(span) != "1" * 32
        assert [f"{link.context.trace_id:032x}" for link in span.links] == ["1" * 32]


async def test_a_redrive_is_linked_to_what_caused_the_event_and_each_line_names_its_trace(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str,
    finished_spans: InMemorySpanExporter, lines: io.StringIO,
) -> None:  # fmt: skip
    told = caused(tell(board, uuid4(), 1), FIRST)
    ear = Heard(failing={told.envelope.id})
    await publish(kafka, topic, [told])
    async with running(Consumer(store, kafka, namespace, ear.projection)):
        await until_parked(database, store.pool, 1)
        await eventually(lambda: all_committed(kafka, namespace, topic, 1, "heard"))
    [parked] = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert (parked["event"], parked["trace_id"]) == ("event-parked", "1" * 32)

    ear.failing.clear()
    done = await redrive(store, ear.projection, topic, str(told.key))
    assert done.done == 1
    [again] = named(finished_spans, "redrive")
    assert [f"{link.context.trace_id:032x}" for link in again.links] == ["1" * 32]
    assert trace_of(again) != "1" * 32
