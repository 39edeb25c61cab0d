"""What people tell stands nowhere but sealed, whatever goes wrong; once their keys are destroyed, nobody can read it.

Everything here happens on one platform of its own, in the order of the file.
"""

import html
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Collection

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from tests.system.canaries import Finder, canary_fields, secrets, told_in, write_canary
from tests.system.cases import as_owner
from tests.system.conftest import throw_away_platform
from tests.system.forms import read_page
from tests.system.places import dumps, every_place, logs, records, span_sink
from tests.system.planting import POISON, Planted, bound_keys, open_keyring, plant, restart
from tests.system.routes import Route

from keyring import Erased
from keyring.seals import read_seal
from local_platform.services import SERVICES
from statute.clocks import STOCKHOLM

pytestmark = pytest.mark.xdist_group("own-platform")

SEALED = re.compile(rb"s1\.[A-Za-z0-9_-]+")
PARKED = Route("assessment", "GET", "/api/assessment/v1/operations/parked")
PARKED_PAGE = Route("assessment", "GET", "/drift/assessment")
READ_CASE = Route("intake", "GET", "/api/intake/v1/cases/{case_id}")


@pytest.fixture(scope="module")
async def planted() -> AsyncIterator[Planted]:
    """The platform, once everything has been told and everything has gone wrong."""
    with span_sink() as sink:
        async with throw_away_platform(otlp=sink.address) as running, plant(running, sink) as planted:
            yield planted


async def test_every_field_in_which_anything_can_be_written_was_written_in_and_taken(planted: Planted) -> None:
    writable = {operation.route for operation in planted.operations if canary_fields(operation)}
    not_taken = {route for route in writable - planted.player.taken if "/operations/" not in route.path}
    assert not not_taken, "these take text, and no text was planted there: send one in this test"
    assert len(writable) > 20


async def test_what_people_told_stands_nowhere_but_sealed(planted: Planted) -> None:
    found, searched = await _search(planted, Finder(secrets()))
    assert not found, "in the open:\n" + "\n".join(found[:30])
    for place in ("file", "dump", "value", "headers", "key", "span", "kept answer"):
        assert searched[place] > 0, f"nothing was searched as {place}"


async def test_a_name_in_small_letters_is_taken_nowhere_where_a_known_word_belongs(planted: Planted) -> None:
    assert {name for _, name in planted.words} >= {"district", "support", "wished_support", "place"}
    for (route, name), answer in planted.words.items():
        assert answer.status_code == 422, f"{route}, {name}: {answer.status_code}"
        told = answer.json()
        wrong = {each["pointer"] for each in told.get("errors", ())}
        about_it = wrong == {f"#/{name}"} or (name, told["code"]) == ("support", "support-unknown")
        assert about_it, f"{route}: {told['code']} {wrong}, so nothing is proven of {name}"


async def test_a_visitors_code_is_kept_nowhere_but_in_the_sealed_answer(planted: Planted) -> None:
    written = [each for code in planted.visit_codes for each in (code, code.replace("-", ""))]
    found, _ = await _search(planted, Finder({"a visit's code": tuple(written)}))
    assert [each for each in found if not each.startswith("kept answer")] == []
    assert len(found) == len(planted.visit_codes), "the search does not find a code where it is"


async def test_a_visit_without_identity_asks_and_keeps_nothing_that_tells_who_came(planted: Planted) -> None:
    path = f"/stod/{planted.door.north}/droppin-hamnen"
    shown = await planted.door.client.get(path, headers={"Accept": "text/html"})
    page = read_page(shown.text)
    assert (set(page.shown), set(page.carried)) == ({"district"}, {"form_id"})
    came = await planted.door.client.post(path, data=page.fill(write_canary), headers={"Accept": "text/html"})
    assert came.status_code == 200
    assert not {"set-cookie", "traceresponse"} & {*shown.headers, *came.headers}
    async with as_owner(planted.running, "direct-access") as owner:
        visits = await owner.fetch("select * from events where kind = 'visit'")
        answered = await owner.fetch(
            "select recorded_at from commands where command_id in (select command_id from events where kind = 'visit')"
        )
    assert len(visits) >= 4, "nobody came, so this test proves nothing"
    assert {(visit["actor"], visit["role"], visit["traceparent"]) for visit in visits} == {(None, "citizen", None)}
    assert {f"{row['recorded_at'].astimezone(STOCKHOLM):%H:%M:%S.%f}" for row in (*visits, *answered)} == {
        "00:00:00.000000"
    }
    streams = {str(visit["stream_id"]).encode() for visit in visits}
    told = [content async for place, content in records(planted.running) if place.startswith("headers in")]
    of_visits = [headers for headers in told if any(stream in headers for stream in streams)]
    assert of_visits
    assert not [headers for headers in of_visits if b"traceparent" in headers]


async def test_what_somebody_looks_for_is_kept_nowhere(planted: Planted) -> None:
    """The words stand in the address alone, which neither the gateway nor the service writes down."""
    client, browser = planted.door.client, {"Accept": "text/html"}
    found = await client.get("/stod", params={"q": "Qvxletar efter skulder"}, headers=browser)
    assert "Budget- och skuldrådgivning" in found.text
    too_long = await client.get("/stod", params={"q": "Qvxletar efter skulder " * 9}, headers=browser)
    assert too_long.status_code == 422
    kept, searched = await _search(planted, Finder({"a search": ("Qvxletar",)}))
    assert kept == []
    assert searched["span"] > 0


async def test_the_search_looks_where_things_are_kept(planted: Planted) -> None:
    """A case's id is no secret: it is found in tables, in the log of writes, in topics and in logs. The gateway's log
    names routes alone."""
    case = planted.addresses[READ_CASE][0].rpartition("/")[2]
    found, _ = await _search(planted, Finder({"a case": (case, case.replace("-", "")), "a route": ("intake-api",)}))
    places = " ".join(found)
    for part in ("base/", "pg_wal", ".log", "gateway.log", "dump of", "key in", "headers in"):
        assert part in places, f"{part} is not searched, or not rightly"
    assert not [each for each in found if "gateway.log: a case" in each]
    spans = b"".join(planted.sink.received)
    for service in (*SERVICES, "gateway"):
        assert service.encode() in spans, f"no spans of {service} were searched"


async def test_everything_that_was_told_is_there_once_it_is_opened(planted: Planted) -> None:
    opened = await _open(planted, await _parts(planted))
    texts = " ".join(text for payload in opened for text in (payload or {}).values())
    taken = [operation for operation in planted.operations if operation.route in planted.player.taken]
    told = {field for operation in taken for field in canary_fields(operation) if "number" not in field}
    lost = {field for field in told if told_in(field) not in texts}
    assert lost == set(), "these were taken in and are nowhere, not even sealed"
    assert "198211059954" in texts
    assert None not in opened


async def test_what_cannot_be_read_is_parked_with_a_reason_that_does_not_repeat_it(planted: Planted) -> None:
    finder = Finder({"poison": (POISON,)})
    parked = await planted.door.ask(PARKED, PARKED.path, role="operations")
    assert len(parked.json()) >= 2
    page = await planted.door.ask(PARKED_PAGE, PARKED_PAGE.path, role="operations")
    async with as_owner(planted.running, "assessment") as owner:
        rows = await owner.fetch("select value, to_jsonb(p) - 'value' as rest from parked p")
    assert any(POISON.encode() in row["value"] for row in rows), "the poison is not there, so this test proves nothing"
    told = [parked.content, page.content, *(row["rest"].encode() for row in rows), *planted.sink.received]
    told += [file.read_bytes() for file in logs(planted.running)]
    assert [found for each in told for found in finder.find(each)] == []


async def test_the_search_finds_what_is_left_in_the_open(planted: Planted) -> None:
    """The proof of the tests above: one canary in each kind of place, and each is found."""
    running = planted.running
    finder, text = Finder({"left open": ("Qvxglömska",)}), "Qvxglömska"
    async with as_owner(running, "followup") as owner:
        await owner.execute("create table scratch (kind text, words text, bytes bytea)")
        await owner.execute("insert into scratch values ('text', $1, ''), ('bytes', '', convert_to($1, 'UTF8'))", text)
        dump = dumps(running)[running.databases["followup"].name]
        assert len(finder.find(dump)) == 2, "text and bytes of a row"
        await owner.execute("drop table scratch")
    async with AIOKafkaProducer(bootstrap_servers=running.kafka_address) as producer:
        topic = f"{running.settings.namespace}.followup.v1"
        await producer.send_and_wait(topic, text.encode(), key=b"x", headers=[("x", text.encode())])
    log = running.settings.log("intake")
    with log.open("a") as written:
        written.write(json.dumps({"event": text}, ensure_ascii=False) + "\n")
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.post(f"{planted.sink.address}/v1/traces", content=f"…{text}…".encode())
    found, _ = await _search(planted, finder)
    places = " ".join(found)
    for part in ("pg_wal", str(log), "value in", "headers in", "span", f"{topic}-"):
        assert part in places, f"what was left in {part} was not found"


async def test_once_the_keys_are_destroyed_nobody_reads_anything_of_anyone(planted: Planted) -> None:
    parts = await _parts(planted)
    before = await _read_everything(planted)
    assert sum("Qvxkanarie" in text for text in before.values()) > 10, "nobody could read it before either"

    keys = await bound_keys(planted.running)
    assert {read_seal(part).key_id for part in parts} <= keys, "a part is sealed with a key that no service knows of"
    async with open_keyring(planted.running) as keyring:
        await keyring.destroy(keys, "retention-over")
    await restart(planted.running, *SERVICES)

    after = await _read_everything(planted)
    finder = Finder(secrets())
    assert [(path, found) for path, text in after.items() if (found := finder.find(text.encode()))] == []
    for path, text in before.items():
        if "Qvxkanarie" in text and not path.startswith("/api/"):
            assert "gallrad" in after[path], f"{path} does not say that it is erased"
    assert set(await _open(planted, parts | await _parts(planted))) == {None}
    assert [found for dump in dumps(planted.running).values() for found in finder.find(dump)] == []


async def _search(planted: Planted, finder: Finder) -> tuple[list[str], Counter[str]]:
    """What was found where, and how many places of each kind were searched."""
    found, searched = list[str](), Counter[str]()
    async for place, content in every_place(planted.running, planted.sink):
        searched[" ".join(place.split()[: 2 if place.startswith("kept") else 1])] += 1
        found += [f"{place}: {each}" for each in finder.find(content)]
    return found, searched


async def _parts(planted: Planted) -> set[str]:
    """Every sealed part that a dump or a topic holds."""
    held = [*dumps(planted.running).values()] + [content async for _, content in records(planted.running)]
    return {part.decode() for content in held for part in SEALED.findall(content)}


async def _open(planted: Planted, parts: Collection[str]) -> list[dict[str, str] | None]:
    """What the parts hold, None for each that is erased."""
    async with open_keyring(planted.running) as keyring:
        opened = await keyring.open_many(list(parts))
    return [None if isinstance(each, Erased) else dict(each) for each in opened]


async def _read_everything(planted: Planted) -> dict[str, str]:
    """What staff read of the cases, by address: pages and API."""
    read = {}
    for route, paths in planted.addresses.items():
        if route.method == "GET" and "step" not in route.parameters:
            for path in paths:
                answer = await planted.door.ask(route, path, role=min(route.roles or ()))
                read[path] = html.unescape(answer.text)
    return read
