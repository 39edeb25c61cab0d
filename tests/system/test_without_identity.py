"""Where identity is not documented nothing that identifies is kept or told, whatever is sent (SoL 14:5).

Names, numbers and sentences are put into every header, parameter, part of an address and field of the routes that a
visitor without identity uses, fit and unfit, through the real gateway. Then everything that the platform keeps and
sends is searched. Each canary says where it was put, so that a finding names its way in.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.system.canaries import Finder
from tests.system.cases import as_owner
from tests.system.conftest import throw_away_platform
from tests.system.forms import read_page
from tests.system.places import SpanSink, every_place, span_sink
from tests.system.planting import restart

from local_platform.platform import Platform

pytestmark = pytest.mark.xdist_group("own-platform")

WORD = "Qvxhamnbo"
NUMBER, TELEPHONE = "19790304-9956", "070-174 06 77"
TRACE = "19790304995619790304995619790304"
"""A trace that somebody names after a person."""
ADDRESS = "198.51.100.77"
API = "/api/direct-access/v1/visits"
ANSWERED = {"wellbeing": "3", "relations": "4", "days": "5"}

HEADERS = (
    "accept",
    "accept-language",
    "authorization",
    "b3",
    "baggage",
    "cf-connecting-ip",
    "client-ip",
    "content-type",
    "cookie",
    "dnt",
    "forwarded",
    "from",
    "idempotency-key",
    "if-none-match",
    "origin",
    "referer",
    "sec-ch-ua",
    "sentry-trace",
    "tracestate",
    "traceparent",
    "true-client-ip",
    "uber-trace-id",
    "user-agent",
    "via",
    "x-amzn-trace-id",
    "x-b3-traceid",
    "x-client-trace-id",
    "x-cloud-trace-context",
    "x-correlation-id",
    "x-device-id",
    "x-envoy-decorator-operation",
    "x-envoy-downstream-service-cluster",
    "x-envoy-external-address",
    "x-envoy-force-trace",
    "x-envoy-original-path",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-namn",
    "x-original-url",
    "x-ot-span-context",
    "x-real-ip",
    "x-request-id",
)
FIELDS = (
    "answers",
    "birth_date-day",
    "child_name",
    "code",
    "contact",
    "days",
    "district",
    "form_id",
    "name",
    "person_number",
    "relations",
    "sprak",
    "step",
    "support",
    "time_id",
    "wellbeing",
    "words",
)
"""Fields of these forms, of others, and of none."""
PARAMETERS = ("sprak", "namnd", "code", "name", "person_number", "support", "utm_source")


@dataclass(frozen=True)
class Sent:
    """A request. Paths are parts; the parts, values and names that are canaries say where they stand."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""


@dataclass
class Visited:
    """The platform, where somebody has come without a name and has a code."""

    running: Platform
    sink: SpanSink
    client: httpx.AsyncClient
    code: str
    statuses: Counter[int] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    keys: Iterator[int] = field(default_factory=count)

    @property
    def page(self) -> str:
        """Where one comes without a name."""
        return f"/stod/{self.running.settings.boards[0]}/droppin-hamnen"


def canaries(place: str) -> list[str]:
    """What identifies somebody, put in this place."""
    return [
        f"{WORD}-i-{place}",
        f"{WORD} Exempel i {place}, ring {TELEPHONE}. Mamma vet inte om det.",
        f"{place} {NUMBER}",
        f"{WORD}.{place}@example.se",
        f"{TRACE}{place}",
        f"00-{TRACE}-1979030499561979-01",
    ]


def canary(place: str) -> st.SearchStrategy[str]:
    """One of them."""
    return st.sampled_from(canaries(place.replace("_", "")))


def some(names: tuple[str, ...], kind: str) -> st.SearchStrategy[dict[str, str]]:
    """Some of these, each with a canary."""
    return st.lists(st.sampled_from(names), unique=True, min_size=1, max_size=12).flatmap(
        lambda chosen: st.fixed_dictionaries({name: canary(f"{kind}-{name}") for name in chosen})
    )


@st.composite
def bodies(draw: st.DrawFn, fit: Mapping[str, str], *, for_program: bool) -> tuple[str, bytes]:
    """A body's kind and its bytes: what fits, with canaries in fields that are known and in fields that are not."""
    fields: dict[str, Any] = {**fit, **draw(some(FIELDS, "field"))}
    if draw(st.booleans()):
        fields[draw(canary("field-name"))] = draw(canary("unknown-field"))
    kinds = [*["usual"] * 8, "other", "cut", "huge", "plain", "parts"]
    kind = draw(st.sampled_from(kinds))
    if kind == "huge":
        fields["words"] = f"{WORD} " * draw(st.sampled_from([1_400, 28_000, 70_000]))
    if kind == "parts":
        parts = "".join(
            f'--{WORD}\r\nContent-Disposition: form-data; name="{name}"; filename="{WORD}.jpg"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        return f"multipart/form-data; boundary={WORD}", f"{parts}--{WORD}--\r\n".encode()
    as_json = for_program if kind != "other" else not for_program
    if as_json and draw(st.booleans()):
        fields["nested"] = {draw(canary("inner-name")): [draw(canary("inner-field"))]}
    body = json.dumps(fields).encode() if as_json else str(httpx.QueryParams(fields)).encode()
    media = "application/json" if as_json else "application/x-www-form-urlencoded"
    if kind == "plain":
        media = f"text/{WORD}"
    return media, body[:-3] if kind == "cut" else body


@st.composite
def requests(draw: st.DrawFn, visited: Visited) -> Sent:
    """A request to a route that a visitor without identity uses, or to an address beside it."""
    page = visited.page
    fit: dict[str, dict[str, str]] = {
        page: {"district": "norrhamn", "step": "send"},
        "/stod/kvitto": {"code": visited.code, "step": draw(st.sampled_from(["check", "send"])), **ANSWERED},
        API: {"district": "norrhamn", "support": "droppin-hamnen"},
        f"{API}/measures": {"code": visited.code, **ANSWERED},
    }
    path = draw(st.sampled_from(sorted(fit)))
    method = draw(st.sampled_from([*["POST"] * 8, "GET", "HEAD", "PUT"]))
    headers = draw(some(HEADERS, "header"))
    media, content = draw(bodies(fit[path], for_program=path.startswith("/api/")))
    named = {"accept": "text/html", "content-type": media} if not path.startswith("/api/") else {"content-type": media}
    if path.startswith("/api/"):
        named["idempotency-key"] = f"{WORD}-{next(visited.keys):08}"
    if draw(st.integers(0, 3)):
        for name in named:
            headers.pop(name, None)
    if draw(st.integers(0, 4)) == 0:
        begun = draw(st.sampled_from([path, "/stod", page.rpartition("/")[0], API]))
        path = quote("/".join([begun, draw(canary("path")), *draw(st.sampled_from([[], [WORD]]))]))
    query = draw(some(PARAMETERS, "query"))
    return Sent(method, path, {**named, **headers}, query, b"" if method in {"GET", "HEAD"} else content)


@pytest.fixture(scope="module")
async def visited() -> AsyncIterator[Visited]:
    """A platform whose spans and measurements are kept, and a visit."""
    with span_sink() as sink:
        async with throw_away_platform(otlp=sink.address, metrics=f"{sink.address}/v1/metrics") as running:
            address = running.gateway.url
            async with httpx.AsyncClient(base_url=address, timeout=30, trust_env=False) as client:
                body = {"district": "norrhamn", "support": "droppin-hamnen"}
                came = await client.post(API, json=body, headers={"Idempotency-Key": "a-visitor-of-this-test"})
                assert came.status_code == 201, came.text
                yield Visited(running, sink, client, came.json()["code"])


@settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_no_answer_to_a_visitor_without_identity_carries_a_trace_a_cookie_or_a_fault(
    data: st.DataObject, visited: Visited
) -> None:
    sent = data.draw(requests(visited))
    headers = [(name.encode(), value.encode()) for name, value in sent.headers.items()]
    answer = await visited.client.request(
        sent.method, sent.path, params=sent.query or None, content=sent.content or None, headers=headers
    )
    visited.statuses[answer.status_code] += 1
    visited.sent.update(sent.headers.keys() | sent.query.keys())
    assert answer.status_code < 500
    assert not {"set-cookie", "traceresponse"} & set(answer.headers)
    assert WORD not in str(answer.headers)
    assert "trace_id" not in answer.text
    assert "Spårnummer" not in answer.text


async def test_nothing_that_was_sent_without_identity_is_kept_logged_traced_measured_or_published(
    visited: Visited,
) -> None:
    """Runs after the one above, and on what it has sent."""
    assert visited.statuses[200] > 10, f"hardly anything was taken in, so this proves little: {visited.statuses}"
    assert visited.statuses[201] > 10, visited.statuses
    assert visited.sent.keys() >= {*HEADERS, *PARAMETERS}
    await restart(visited.running, "direct-access", "followup")  # What is not exported yet is exported now.
    finder = Finder({"a word": (WORD,), "a number": (NUMBER, NUMBER.replace("-", "")), "a telephone": (TELEPHONE,)})
    trace = bytes.fromhex(TRACE)
    found, searched = list[str](), Counter[str]()
    async for place, content in every_place(visited.running, visited.sink):
        searched[place.split()[0]] += 1
        found += [f"{place}: {each}" for each in finder.find(content)]
        if trace in content:
            found.append(f"{place}: a trace of the sender's choice")
    assert not found, "\n".join(found[:30])
    assert searched.keys() >= {"file", "dump", "span", "value", "headers", "key"}
    assert any(b"http.server.request.duration" in each for each in visited.sink.received), "nothing was measured"


async def test_the_moment_of_a_visit_is_kept_as_its_day_and_by_nobody(visited: Visited) -> None:
    async with as_owner(visited.running, "direct-access") as owner:
        kept = await owner.fetch(
            "select actor, role, traceparent, recorded_at at time zone 'Europe/Stockholm' as at "
            "from events where kind = 'visit'"
        )
    assert len(kept) > 10
    assert {(each["actor"], each["role"], each["traceparent"]) for each in kept} == {(None, "citizen", None)}
    assert {f"{each['at']:%H:%M:%S.%f}" for each in kept} == {"00:00:00.000000"}


@pytest.mark.parametrize("path", ["page", "/stod/kvitto"])
async def test_the_forms_of_a_visit_have_no_field_that_takes_a_word_of_ones_own(visited: Visited, path: str) -> None:
    shown = await visited.client.get(visited.page if path == "page" else path, headers={"Accept": "text/html"})
    page = read_page(shown.text)
    texts = {name for name, each in page.shown.items() if each.kind not in {"choice", "yes"}}
    assert texts <= {"code"}, "text of one's own can be written here"
    assert "<textarea" not in shown.text
