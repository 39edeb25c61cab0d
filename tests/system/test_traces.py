"""A citizen's click, followed through every hop to the figure that it changed, by the spans that were sent.

Everything here happens on one platform of its own, whose spans and measurements go to a receiver of the test's own.
"""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import httpx
import pytest
from tests.otlp import Received, Seen, otlp_receiver
from tests.system.cases import as_owner
from tests.system.conftest import throw_away_platform

from chassis.metrics import ALLOWED as MEASURED_BY
from chassis.telemetry import ALLOWED
from chassis.tracing import RESOURCE
from local_platform import journeys
from local_platform.gateway import SAYS_NOTHING, TRACED
from local_platform.platform import Platform
from local_platform.player import Player, reference_in
from local_platform.services import SERVICES

pytestmark = pytest.mark.xdist_group("own-platform")

_TRACE_NUMBER = re.compile(r"<code>([0-9a-f]{32})</code>")


@dataclass
class Watched:
    """A platform, and what it has told of itself."""

    running: Platform
    received: Received
    player: Player
    client: httpx.AsyncClient

    async def until(self, what: str, holds: Callable[[], bool]) -> None:
        """Wait until enough has arrived."""

        async def look() -> bool | None:
            return holds() or None

        await self.player.until(what, look)


@pytest.fixture(scope="module")
async def watched() -> AsyncIterator[Watched]:
    """The platform, sending its spans soon and its measurements often."""
    with otlp_receiver() as received, pytest.MonkeyPatch.context() as environment:
        environment.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        environment.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=stodvag")
        async with (
            throw_away_platform(otlp=received.address, metrics=received.metrics_address) as running,
            httpx.AsyncClient(base_url=running.gateway.url, timeout=30, trust_env=False) as client,
        ):
            yield Watched(running, received, Player(running, client, lambda _: None), client)


async def test_a_click_is_followed_to_the_figure_that_it_changed_by_the_number_on_the_receipt(watched: Watched) -> None:
    received = watched.received
    trace_id = _TRACE_NUMBER.findall(await _ask_for_support(watched))[-1]
    topic = f"{watched.running.settings.namespace}.direct-access.v1"

    def commands() -> list[Seen]:
        return [span for span in received.trace(trace_id) if span.name == "command"]

    await watched.until("the command", lambda: bool(commands()))
    [command] = commands()
    await watched.until(
        "what followed the command",
        lambda: (
            {each.name for each in received.linked_to(command) if each.service in {"direct-access", "followup"}}
            >= {f"send {topic}", f"poll {topic}", f"process {topic}"}
            and _commit_of(received, command, topic, "followup") is not None
        ),
    )

    await watched.until(
        "the gateway's",
        lambda: (
            {each.kind for each in received.trace(trace_id) if each.service == "gateway" and _asks(each)}
            == {"SERVER", "CLIENT"}
        ),
    )
    door, asked = _one(received, trace_id, "gateway", "SERVER"), _one(received, trace_id, "gateway", "CLIENT")
    server = _one(received, trace_id, "direct-access", "SERVER")
    assert [door.name, asked.name, server.name] == ["POST", "POST", "POST /stod/{board_id}/{code}"]
    assert [door.parent_id, asked.parent_id, server.parent_id] == ["", door.span_id, asked.span_id]
    assert server.attributes == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "http.route": "/stod/{board_id}/{code}",
        "network.protocol.version": "1.1",
        "url.scheme": "http",
    }
    assert (command.parent_id, command.kind) == (server.span_id, "INTERNAL")
    assert command.attributes == {"stodvag.kind": "support", "stodvag.purpose": "ask-for-support"}
    # The support's stream and that of the time that was offered are written together.
    [append] = [each for each in received.children(command) if each.name == "append events"]
    assert append.kind == "CLIENT"
    assert append.attributes == _database(watched, "direct-access") | {
        "db.operation.name": "append",
        "db.query.summary": "append events",
    }

    hops = {each.name: each for each in received.linked_to(command) if each.service in {"direct-access", "followup"}}
    send, poll, process = (hops[f"{verb} {topic}"] for verb in ("send", "poll", "process"))
    assert [each.service for each in (send, poll, process)] == ["direct-access", "followup", "followup"]
    assert [each.kind for each in (send, poll, process)] == ["PRODUCER", "CLIENT", "CONSUMER"]
    group = f"{watched.running.settings.namespace}.followup.results"
    ours = {"messaging.consumer.group.name": group, "stodvag.subscription": "results"}
    relay = f"{watched.running.settings.namespace}.direct-access.relay"
    assert _settled(send) == _messaging(watched, topic, "send", "send", relay)
    assert _settled(poll) == _messaging(watched, topic, "poll", "receive", group) | ours
    assert _settled(process) == _messaging(watched, topic, "process", "process", group) | ours
    for each in (poll, process):
        link = next(link for link in each.links if link.span_id == command.span_id)
        assert set(link.attributes) == {"messaging.destination.partition.id", "messaging.kafka.offset"}
    [taken] = [each for each in received.children(process) if each.name == "take batch"]
    assert taken.kind == "CLIENT"
    assert taken.attributes == _database(watched, "followup") | {
        "db.operation.name": "take",
        "db.query.summary": "take batch",
    }
    commit = _commit_of(received, command, topic, "followup")
    assert commit is not None
    assert (commit.name, commit.kind, commit.parent_id) == (f"commit {topic}", "CLIENT", process.span_id)
    assert _settled(commit) == _messaging(watched, topic, "commit", "settle", group) | ours
    if {link.span_id for link in process.links} == {command.span_id}:
        # Nothing of others came between, so that one view shows it all.
        assert {process.trace_id, commit.trace_id} == {trace_id}
        assert process.parent_id == command.span_id


async def test_what_another_service_does_of_itself_is_followed_further(watched: Watched) -> None:
    """An application that is whole opens an investigation, which follow-up counts."""
    received, namespace = watched.received, watched.running.settings.namespace
    case = await _apply(watched)
    await watched.player.arrives(f"/api/assessment/v1/cases/{case}", role="caseworker")

    def opened() -> list[Seen]:
        return [
            each
            for each in received.spans
            if each.service == "assessment"
            and each.name == "command"
            and each.attributes["stodvag.kind"] == "investigation"
        ]

    topic = f"{namespace}.assessment.v1"
    await watched.until("the investigation's command", lambda: bool(opened()))
    command = opened()[-1]
    await watched.until("the figure", lambda: _commit_of(received, command, topic, "followup") is not None)
    await watched.until("its cause", lambda: any(each.span_id == command.parent_id for each in received.spans))
    [process] = [each for each in received.spans if each.span_id == command.parent_id]
    assert process.name == f"process {namespace}.intake.v1"
    assert process.attributes["stodvag.outcome"] == "done"
    [cause] = process.links
    # Each service hands over its spans in its own time.
    await watched.until("what caused it", lambda: any(each.span_id == cause.span_id for each in received.spans))
    [given] = [each for each in received.spans if each.span_id == cause.span_id]
    assert (given.service, given.name) == ("intake", "command")
    assert (process.trace_id, process.parent_id) == (given.trace_id, given.span_id)

    hops = {("assessment", f"send {topic}"), ("followup", f"poll {topic}"), ("followup", f"process {topic}")}
    await watched.until(
        "every hop", lambda: hops <= {(each.service, each.name) for each in received.linked_to(command)}
    )


async def test_a_visit_without_identity_is_traced_to_its_end_and_no_further(watched: Watched) -> None:
    received, namespace = watched.received, watched.running.settings.namespace
    path = f"/stod/{watched.player.north}/droppin-hamnen"
    page = await watched.player.fill_in(path, {"district": "norrhamn"}, steps=("send",))
    assert reference_in(page)
    assert not _TRACE_NUMBER.findall(page)

    def commands() -> list[Seen]:
        return [each for each in received.spans if each.attributes.get("stodvag.kind") == "visit"]

    await watched.until("the visit's command", lambda: bool(commands()))
    await watched.until("its request", lambda: any(each.kind == "SERVER" for each in _visit(received, commands())))
    async with as_owner(watched.running, "direct-access") as owner:
        assert await owner.fetchval("select count(*) from events where kind = 'visit' and traceparent is not null") == 0

    async def arrived() -> bool | None:
        async with as_owner(watched.running, "followup") as owner:
            there = "select true from inbox where type like '%visit-started%' limit 1"
            return await owner.fetchval(there) is not None or None

    await watched.player.until("the visit in follow-up", arrived)
    # Another event, whose spans are sent after the visit's: by then the visit's would have come.
    await _ask_for_support(watched)
    before = len(received.spans)
    await watched.until("later spans", lambda: any(each.name.startswith("commit") for each in received.spans[before:]))
    visits = {each.trace_id for each in commands()}
    assert not [each for each in received.spans if visits & {link.trace_id for link in each.links}]
    names = {each.name for each in _visit(received, commands())}
    assert names <= {"GET", "POST", "POST /stod/{board_id}/{code}", "command", "append events", "load stream"}
    assert not any(namespace in name for name in names)


async def test_nothing_is_told_that_is_not_on_a_list(watched: Watched) -> None:
    for journey in journeys.JOURNEYS:
        await journey(watched.player)
    await watched.client.get("/finns/inte", headers={"Accept": "text/html"})
    before = len(watched.received.spans)
    await watched.until("the last spans", lambda: len(watched.received.spans) > before)
    spans = list(watched.received.spans)
    assert {span.service for span in spans} == {"gateway", *SERVICES}
    for span in spans:
        allowed = TRACED if span.service == "gateway" else ALLOWED
        assert set(span.attributes) <= allowed, f"{span.service} {span.name}"
        assert set(span.resource) <= RESOURCE, f"{span.service} {span.name}"
        assert not {name for link in span.links for name in link.attributes} - allowed
        assert (span.events, span.status_text) == (0, ""), "an event or a text may hold anything"
        if span.service == "gateway":
            assert {span.attributes[name] for name in SAYS_NOTHING & set(span.attributes)} <= {"-"}
    assert {
        headers.get("x-tenant") for headers in watched.received.headers if "python" in headers["user-agent"].lower()
    }


async def test_measurements_say_how_the_flow_goes_and_nothing_that_is_not_on_a_list(watched: Watched) -> None:
    received = watched.received
    wanted = {
        "http.server.request.duration",
        "messaging.client.consumed.messages",
        "messaging.client.operation.duration",
        "messaging.client.sent.messages",
        "messaging.process.duration",
        "stodvag.command.duration",
        "stodvag.consumer.lag",
        "stodvag.outbox.age",
        "stodvag.outbox.depth",
        "stodvag.parked.keys",
        "stodvag.projection.age",
        "stodvag.timers.due",
        "stodvag.timers.overdue",
    }
    await watched.until("every measurement", lambda: {each.name for each in received.measured} >= wanted)
    measured = list(received.measured)
    assert {each.name for each in measured} == wanted
    for each in measured:
        assert set(each.attributes) <= MEASURED_BY, each.name
        assert set(each.resource) <= RESOURCE, each.name
    assert {each.resource["service.name"] for each in measured} == set(SERVICES)
    ids = [each for each in measured if re.search(r"[0-9a-f]{8}-", str(each.attributes))]
    assert not ids, "an id makes a series for each case"


async def _ask_for_support(watched: Watched) -> str:
    """Somebody asks for youth counselling in the form, as the journey does; the receipt."""
    born = journeys.years_ago(17)
    time_id = await journeys.offer_time(watched.player, "ungdomssamtal")
    return await watched.player.fill_in(
        f"/stod/{watched.player.north}/ungdomssamtal",
        {
            "birth_date-day": str(born.day),
            "birth_date-month": str(born.month),
            "birth_date-year": str(born.year),
            "safe": "true",
            "asked_by": "self",
            "district": "centrum",
            "name": "Noor Exempel",
            "contact_way": "phone",
            "contact": "070-174 06 05",
            "safe_contact": "Sms efter skolan.",
            "words": "Jag sover dåligt.",
            "alone_words": "Hon blir arg om hon får veta.",
            "time_id": time_id,
        },
    )


async def _apply(watched: Watched) -> str:
    taken = await watched.player.done(
        "/api/intake/v1/applications",
        {
            "district": "centrum",
            "name": "Sam Exempel",
            "number": journeys.NOT_GIVEN_TO_ANYONE,
            "contact": "sam@example.org",
            "wished_support": "familjebehandling-hemma",
            "what": "Vi behöver hjälp hemma.",
            "why": "Barnen är rädda.",
        },
    )
    return str(taken["case_id"])


def _one(received: Received, trace_id: str, service: str, kind: str) -> Seen:
    [found] = [
        span for span in received.trace(trace_id) if (span.service, span.kind) == (service, kind) and _asks(span)
    ]
    return found


def _asks(span: Seen) -> bool:
    return "http.request.method" in span.attributes


def _commit_of(received: Received, command: Seen, topic: str, service: str) -> Seen | None:
    """The commit that ended what a service did because of a command."""
    processes = [
        each
        for each in received.linked_to(command)
        if (each.service, each.name) == (service, f"process {topic}")
        and each.attributes["stodvag.subscription"] == "results"
    ]
    commits = [child for each in processes for child in received.children(each) if child.name == f"commit {topic}"]
    return commits[0] if commits else None


def _visit(received: Received, commands: Sequence[Seen]) -> list[Seen]:
    return [each for command in commands for each in received.trace(command.trace_id)]


def _settled(span: Seen) -> dict[str, str | int | float | bool]:
    """Its attributes without where the message lay, or how many there were, which follows from how busy it was."""
    where = {"messaging.batch.message_count", "messaging.destination.partition.id", "messaging.kafka.offset"}
    told = where & set(span.attributes)
    assert told in ({"messaging.batch.message_count"}, where - {"messaging.batch.message_count"})
    return {name: value for name, value in span.attributes.items() if name not in where}


def _database(watched: Watched, service: str) -> dict[str, str | int | float | bool]:
    return {
        "db.namespace": watched.running.databases[service].name,
        "db.system.name": "postgresql",
        "server.address": "127.0.0.1",
        "server.port": watched.running.settings.ports["postgres"],
    }


def _messaging(watched: Watched, topic: str, name: str, type_: str, client: str) -> dict[str, str | int | float | bool]:
    return {
        "messaging.system": "kafka",
        "messaging.operation.name": name,
        "messaging.operation.type": type_,
        "messaging.destination.name": topic,
        "messaging.client.id": client,
        "server.address": "127.0.0.1",
        "server.port": watched.running.settings.ports["kafka"],
    }
