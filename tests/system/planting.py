"""A platform on which canaries are told of in every field, and on which everything goes wrong that can."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import asyncpg
import httpx
from aiokafka import AIOKafkaProducer
from tests.system.canaries import HEADERS, WORD, CanaryPlayer, canary_body, canary_fields, word_fields, write_canary
from tests.system.cases import Addresses, Connection, Door, as_owner, find_addresses
from tests.system.documents import Operation, read_operations
from tests.system.forms import Page, read_page
from tests.system.places import SpanSink
from tests.system.routes import Route, every_route

from chassis.clock import now
from contracts.envelope import Envelope
from contracts.intake import InvestigationRequested
from keyring import Keyring, read_master_key
from local_platform import journeys
from local_platform.platform import Platform
from local_platform.services import SERVICES

T = TypeVar("T")

POISON = "Qvxgiftsvamp"
"""Stands in records that nobody can read: there it may stay, and nowhere else."""
_INTAKE, _ASSESSMENT, _DIRECT = "/api/intake/v1", "/api/assessment/v1", "/api/direct-access/v1"


@dataclass
class Planted:
    """The platform, once everything has been told and everything has gone wrong."""

    running: Platform
    sink: SpanSink
    door: Door
    player: CanaryPlayer
    operations: list[Operation]
    visit_codes: list[str]
    addresses: Addresses
    words: dict[tuple[Route, str], httpx.Response] = field(default_factory=dict)
    """What was answered where a name was written in a field that takes words of a closed list."""


@asynccontextmanager
async def plant(running: Platform, sink: SpanSink) -> AsyncIterator[Planted]:
    """Tell of canaries everywhere, in success and in failure, and wait until all has come across."""
    url = running.gateway.url
    async with httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=30, trust_env=False) as client:
        operations = await read_operations(client)
        player, door = CanaryPlayer(running, client, operations), Door(running, client)
        for journey in journeys.JOURNEYS:
            await journey(player)
        await _take_steps_of_no_journey(player)
        codes = [await _visit(player) for _ in range(2)]
        await _break_tables(running, player, door)
        await _send_poison(running)
        await _until_parked(door, 2)
        await _take_the_keyring_away(running, player)
        await _kill(running, player)
        planted = Planted(running, sink, door, player, operations, codes, await find_addresses(running, door))
        await _send_everything_again_and_wrongly(planted)
        await _fill_in_every_form(planted)
        await _write_words(planted)
        await _wait_until_all_is_sent(running)
        await restart(running, *SERVICES)  # What a service has not exported yet, it exports when it stops.
        yield planted


async def restart(running: Platform, *services: str) -> None:
    """Restart services, which remember nothing then."""
    await asyncio.gather(*(running.services[service].restart() for service in services))


@asynccontextmanager
async def open_keyring(running: Platform) -> AsyncIterator[Keyring]:
    """The keyring as a service opens it."""
    environment = running.environments["intake"]
    master = read_master_key(Path(environment["STODVAG_MASTER_KEY_FILE"]))
    async with Keyring.connect(environment["STODVAG_KEYRING"], master) as keyring:
        yield keyring


async def bound_keys(running: Platform) -> set[UUID]:
    """Every key that a service has bound to somebody."""
    found = set[UUID]()
    for service in SERVICES:
        async with as_owner(running, service) as owner:
            found |= {row["key_id"] for row in await owner.fetch("select key_id from keys")}
    return found


async def _take_steps_of_no_journey(player: CanaryPlayer) -> None:
    """The steps that take text and that no journey takes."""
    later, much_later = (str(journeys.today() + timedelta(days=days)) for days in (20, 200))
    officer = "qualified_caseworker"
    await player.done(f"{_INTAKE}/applications", _body(player, f"{_INTAKE}/applications"))
    await player.done(f"{_DIRECT}/talks", _body(player, f"{_DIRECT}/talks"))
    incomplete = (await player.done(f"{_INTAKE}/applications", {"district": "centrum", "name": "Sam"}))["case_id"]
    path = f"{_INTAKE}/applications/{incomplete}/completion"
    await player.done(path, _body(player, path), role=officer)

    await _write_down_a_call(player)
    for closed in (True, False):
        case = (await player.done(f"{_INTAKE}/reports", _body(player, f"{_INTAKE}/reports")))["case_id"]
        path = f"{_INTAKE}/reports/{case}"
        for step, values in (
            ("protection-assessment", {}),
            ("extension", {"until": later}),
            ("preliminary-assessment", {"open": not closed, "other_actor": "Någon" if closed else None}),
        ):
            await player.done(f"{path}/{step}", _body(player, f"{path}/{step}", **values), role=officer)
    path = f"{_ASSESSMENT}/cases/{case}"
    await player.arrives(path, role=officer)
    for step, values in (
        ("information-withheld", {}),
        ("child-not-heard", {}),
        ("time-extension", {"until": much_later}),
    ):
        await player.done(f"{path}/{step}", _body(player, f"{path}/{step}", **values), role=officer)


async def _write_down_a_call(player: CanaryPlayer) -> None:
    """A guardian calls for a child of ten; the guardians are named, and one of them is hindered."""
    path, staff = f"{_DIRECT}/supports/calls-and-visits", "activity_staff"
    child = {"asked_by": "guardian", "birth_date": str(journeys.years_ago(10)), "safe": True, "agrees": True}
    call = {**child, "support": "foraldraradgivning", "contact_way": "phone", "time_id": None}
    path = f"{_DIRECT}/supports/{(await player.done(path, _body(player, path, **call), role=staff))['support_id']}"
    await player.done(f"{path}/guardians", _body(player, f"{path}/guardians"), role=staff)
    guardians = [each["id"] for each in (await player.read(path, role=staff))["guardians"]]
    await player.done(f"{path}/custody", {"guardians": guardians}, role=staff)
    hindrance = _body(player, f"{path}/hindrance", guardian=guardians[-1])
    await player.done(f"{path}/hindrance", hindrance, role=staff)
    await player.done(f"{path}/notes", _body(player, f"{path}/notes", refers_to=None), role=staff)
    await player.done(f"{path}/contact", _body(player, f"{path}/contact", contact_way="phone"), role=staff)


def _body(player: CanaryPlayer, path: str, **values: object) -> dict[str, object] | None:
    body = canary_body(player.operation(path), values)
    return body and {name: value for name, value in body.items() if value is not None}


async def _visit(player: CanaryPlayer) -> str:
    """Somebody comes without a name; their code."""
    came = await player.done(f"{_DIRECT}/visits", {"district": "norrhamn", "support": "droppin-hamnen"})
    code: str = came["code"]
    await player.done(f"{_DIRECT}/visits/measures", {"code": code, "wellbeing": 1, "relations": 2, "days": 3})
    await player.send(f"{_DIRECT}/visits/measures", {"code": code, "wellbeing": 11, "relations": 2, "days": 3})
    return code


async def _break_tables(running: Platform, player: CanaryPlayer, door: Door) -> None:
    """Tables that take no row for a while: a command fails with a 500, and an event is parked and let go again."""
    application = _body(player, f"{_INTAKE}/applications")
    async with _refusing(running, "intake", "work_list"):
        answered = await player.send(f"{_INTAKE}/applications", application)
        assert answered.status == 500, answered
    async with _refusing(running, "assessment", "investigations"):
        await player.done(f"{_INTAKE}/applications", application)
        [parked] = await _until_parked(door, 1)
    redrive = Route("assessment", "POST", f"{_ASSESSMENT}/operations/redrive")
    asked = {name: parked[name] for name in ("subscription", "topic", "key")}
    redriven = await door.ask(redrive, redrive.path, role="operations", body=asked)
    assert redriven.json() == {"done": 1, "reason": None}


@asynccontextmanager
async def _refusing(running: Platform, service: str, table: str) -> AsyncIterator[None]:
    async with as_owner(running, service) as owner:
        await owner.execute(f"alter table {table} add constraint takes_nothing check (false) not valid")
        try:
            yield
        finally:
            await owner.execute(f"alter table {table} drop constraint takes_nothing")


async def _send_poison(running: Platform) -> None:
    """Records that nobody can read, with something written where ids and days belong."""
    stream = uuid4()
    envelope = Envelope(
        id=uuid4(), type=InvestigationRequested.type, source="intake", time=now(), board=running.settings.boards[0],
        stream=stream, sequence=1, role="citizen", purpose="handle-application", traceparent=None,
    )  # fmt: skip
    unreadable = json.dumps({"case_id": POISON, POISON: POISON, "age_band": [POISON]}).encode()
    async with AIOKafkaProducer(bootstrap_servers=running.kafka_address) as producer:
        topic = f"{running.settings.namespace}.intake.v1"
        key, headers = str(stream).encode(), envelope.to_headers()
        await producer.send_and_wait(topic, unreadable, key=key, headers=headers)
        await producer.send_and_wait(topic, b'{"told": "' + POISON.encode(), key=str(uuid4()).encode(), headers=headers)


async def _take_the_keyring_away(running: Platform, player: CanaryPlayer) -> None:
    name = running.databases["keyring"].name
    admin = await asyncpg.connect(running.postgres_dsn)
    try:
        await admin.execute(f"alter database {name} allow_connections false")
        await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        for path in (f"{_INTAKE}/reports", f"{_INTAKE}/applications"):
            answered = await player.send(path, _body(player, path))
            assert answered.status in {201, 503}, answered
    finally:
        await admin.execute(f"alter database {name} allow_connections true")
        await admin.close()


async def _kill(running: Platform, player: CanaryPlayer) -> None:
    """Services that end at once, with something on its way from one to the other."""
    path = f"{_INTAKE}/applications"
    taken = await player.done(path, _body(player, path))
    for service in ("intake", "assessment"):
        running.services[service].kill9()
    await restart(running, "intake", "assessment")
    await player.arrives(f"{_ASSESSMENT}/cases/{taken['case_id']}", role="caseworker")


async def _send_everything_again_and_wrongly(planted: Planted) -> None:
    """Every operation once more in every case: refused, with a field that is wrong, cut short, of another kind."""
    for operation in planted.operations:
        route, role = operation.route, max(operation.route.roles or ("",)) or None
        if operation.schema is None or not canary_fields(operation):
            continue
        fit = canary_body(operation) or {}
        for path in planted.addresses.get(route, [route.path])[:2]:
            for body in (fit, *({**fit, name: {name: fit} if name else fit} for name in fit)):
                await planted.door.ask(route, path, role=role, body=body)
            for kind, content in (("json", json.dumps(fit)[:-2]), ("plain", json.dumps(fit))):
                headers = {"Content-Type": f"application/{kind}", "Idempotency-Key": str(uuid4())}
                await planted.door.client.post(path, content=content.encode(), headers=headers)


async def _fill_in_every_form(planted: Planted) -> None:
    """Every form on every page: with words that are not offered, shown and hidden, and as it is sent page by page."""
    direct = [f"/stod/{planted.door.north}/{code}" for code in ("ungdomssamtal", "droppin-hamnen")]
    public = {"/stod/{board_id}/{code}": direct, "/stod/{board_id}/{code}/prata": [f"{direct[0]}/prata"]}
    for route in every_route():
        if route.method == "POST" and not route.for_programs:
            for path in planted.addresses.get(route) or public.get(route.path) or [route.path]:
                await _fill_in(planted.door, route, path)


async def _fill_in(door: Door, route: Route, path: str) -> None:
    role = max(route.roles) if route.roles else None
    page = read_page((await door.ask(Route(route.service, "GET", route.path), path, role=role)).text)
    wrong = page.fill(lambda name, field: [WORD] if field.options else write_canary(name, field))
    hidden = {name: [WORD] for name in page.carried if name != "form_id"}
    for form in (wrong, page.fill(write_canary, _onwards(page)) | hidden if page.steps else wrong):
        await door.ask(route, path, role=role, form=form)
    for _ in range(3):
        if page.steps:
            answer = await door.ask(route, path, role=role, form=page.fill(write_canary, _onwards(page)))
            page = read_page(answer.text)


async def _write_words(planted: Planted) -> None:
    """A name in small letters in each field that takes words of a closed list, all else as it should be."""
    fit = {"time_id": None, "starts_at": (now() + timedelta(days=2)).isoformat()}
    for operation in planted.operations:
        route, role = operation.route, max(operation.route.roles or ("",)) or None
        for name in word_fields(operation):
            body = canary_body(operation, {**fit, name: WORD})
            for path in planted.addresses.get(route, [route.path])[:2]:
                planted.words[route, name] = await planted.door.ask(route, path, role=role, body=body)


def _onwards(page: Page) -> str:
    return "send" if "send" in page.steps else page.steps[0]


async def _wait_until_all_is_sent(running: Platform) -> None:
    for service in SERVICES:
        async with as_owner(running, service) as owner:

            async def empty(owner: Connection = owner) -> object:
                return await owner.fetchval("select not exists (select from outbox)")

            await _until(empty)


async def _until_parked(door: Door, count: int) -> list[dict[str, str]]:
    """Wait until so many keys stand still in assessment; which ones."""
    parked = Route("assessment", "GET", f"{_ASSESSMENT}/operations/parked")

    async def look() -> list[dict[str, str]] | None:
        answer = await door.ask(parked, parked.path, role="operations")
        found: list[dict[str, str]] = answer.json()
        return found if len(found) == count else None

    return await _until(look)


async def _until(look: Callable[[], Awaitable[T | None]]) -> T:
    """Look again and again until something is found; what was found."""
    end = time.monotonic() + 60
    while not (found := await look()):
        assert time.monotonic() < end, "not within a minute"
        await asyncio.sleep(0.1)
    return found
