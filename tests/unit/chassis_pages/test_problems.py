"""Whatever goes wrong, the answer is a problem that says what to mend, and never echoes what was sent."""

import io
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider
from tests.unit.chassis_pages.sample.app import ERRORS

from chassis.logs import start_logging
from chassis.telemetry import ObserveRequests

CANARY = "Tilda Testsson"
ROUTE = "/api/sample/v1/applications"
KEY = {"Idempotency-Key": "0123456789abcdef"}
FIT: dict[str, Any] = {"name": CANARY, "born": "2008-03-17"}


def read_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["code"] == code
    assert document["title"]
    assert CANARY not in answer.text
    return document


async def test_a_fit_request_is_served_with_every_security_header(client: httpx.AsyncClient) -> None:
    answer = await client.post(ROUTE, json=FIT, headers=KEY)
    assert answer.status_code == 201
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


async def test_each_unfit_field_is_named_with_what_to_mend(client: httpx.AsyncClient) -> None:
    body = {"name": "", "born": CANARY, "child": CANARY, "wishes": [{"kind": CANARY, "times": 21}], "score": CANARY}
    document = read_problem(await client.post(ROUTE, json=body, headers=KEY), 422, "invalid-request")
    assert {error["pointer"]: error["code"] for error in document["errors"]} == {
        "#/name": "too-short",
        "#/born": "not-a-date",
        "#/child": "not-an-id",
        "#/wishes/0/kind": "not-a-choice",
        "#/wishes/0/times": "too-large",
        "#/score": "not-a-number",
    }
    assert "20" in next(error["detail"] for error in document["errors"] if error["code"] == "too-large")


async def test_a_missing_field_is_named_in_the_words_of_the_service(client: httpx.AsyncClient) -> None:
    document = read_problem(await client.post(ROUTE, json={}, headers=KEY), 422, "invalid-request")
    assert {"pointer": "#/name", "code": "missing", "detail": "Skriv vad du heter."} in document["errors"]


@pytest.mark.parametrize(
    ("extra", "pointer", "code"),
    [
        ({CANARY: 1}, "#", "unknown-field"),
        ({"labels": {CANARY: "x"}}, "#/labels", "not-a-number"),
        ({"wishes": [{"kind": "talk", "times": 1, CANARY: 1}]}, "#/wishes/0", "unknown-field"),
        ({"more": {"type": CANARY}}, "#/more", "not-a-choice"),
        ({"more": {"type": "visit", "place": CANARY}}, "#/more/place", "not-an-id"),
        ({"anything": {CANARY: "\0"}}, "#/anything", "characters"),
        ({"anything": {CANARY + "\0": 1}}, "#/anything", "characters"),
    ],
)
async def test_a_key_that_was_sent_is_never_told_back(
    client: httpx.AsyncClient, extra: dict[str, Any], pointer: str, code: str
) -> None:
    document = read_problem(await client.post(ROUTE, json={**FIT, **extra}, headers=KEY), 422, "invalid-request")
    assert [(error["pointer"], error["code"]) for error in document["errors"]] == [(pointer, code)]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (r'"a\u0000b"', "characters"),
        (r'"\ud800"', "characters"),
        (r'"\u001b[31m"', "characters"),
        ('"\x7f"', "characters"),
        ('"\u0085"', "characters"),
        ("NaN", "number-out-of-range"),
        ("-Infinity", "number-out-of-range"),
        ("1e999", "number-out-of-range"),
        ("9223372036854775808", "number-out-of-range"),
        ("9" * 4000, "number-out-of-range"),
    ],
)
async def test_what_no_store_could_keep_is_refused_before_any_route(
    client: httpx.AsyncClient, raw: str, code: str
) -> None:
    body = f'{{"name": "x", "born": "2008-03-17", "anything": [{raw}]}}'.encode()
    answer = await client.post(ROUTE, content=body, headers={**KEY, "Content-Type": "application/json"})
    document = read_problem(answer, 422, "invalid-request")
    assert [(error["pointer"], error["code"]) for error in document["errors"]] == [("#/anything/0", code)]


@pytest.mark.parametrize("text", ["مرحبا، أنا تيلدا", "שלום \u202e abc", "👩🏽‍👧", "radbrytning\noch\ttabb"])
async def test_text_of_every_direction_and_script_passes_whole(client: httpx.AsyncClient, text: str) -> None:
    answer = await client.post(ROUTE, json={**FIT, "name": text}, headers=KEY)
    assert answer.json()["application"]["name"] == text


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b'{"name": "Tilda Testsson", }',
        b"\xff\xfe{\x00}\x00",
        b'{"name": "\xe5"}',
        b"[" * 100_000,
        b'{"a":' * 20_000 + b'"\\u0000"',
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
)
async def test_a_broken_body_is_said_to_be_broken(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post(ROUTE, content=body, headers={**KEY, "Content-Type": "application/json"})
    if body:
        read_problem(answer, 400, "broken-body")
    else:
        read_problem(answer, 422, "invalid-request")


class Upload:
    """A body sent in pieces of 64 KiB, which knows how much of it was asked for."""

    def __init__(self, pieces: int) -> None:
        self.pieces = pieces
        self.asked = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.pieces):
            self.asked += 1
            yield b"x" * 65_536


async def test_a_body_that_says_it_is_too_large_is_not_read(client: httpx.AsyncClient) -> None:
    upload = Upload(9)
    answer = await client.post(ROUTE, content=upload, headers={**KEY, "Content-Length": str(9 * 65_536)})
    read_problem(answer, 413, "body-too-large")
    assert upload.asked == 0


async def test_a_body_that_is_a_little_too_large_is_read_so_that_the_answer_arrives(client: httpx.AsyncClient) -> None:
    upload = Upload(5)
    answer = await client.post(ROUTE, content=upload, headers={**KEY, "Content-Length": str(5 * 65_536)})
    read_problem(answer, 413, "body-too-large")
    assert upload.asked == 5
    assert "connection" not in answer.headers


async def test_a_stream_is_cut_off_at_twice_the_limit(client: httpx.AsyncClient) -> None:
    upload = Upload(100)
    read_problem(await client.post(ROUTE, content=upload, headers=KEY), 413, "body-too-large")
    assert upload.asked == 9


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
async def test_another_content_type_is_told_the_right_one(client: httpx.AsyncClient, kind: str) -> None:
    answer = await client.post(ROUTE, content=json.dumps(FIT), headers={**KEY, "Content-Type": kind})
    assert "application/json" in read_problem(answer, 415, "wrong-content-type")["title"]


async def test_an_unknown_route_a_wrong_method_and_a_wrong_id(client: httpx.AsyncClient) -> None:
    read_problem(await client.get("/api/sample/v1/nothing"), 404, "not-found")
    read_problem(await client.get(f"{ROUTE}/{CANARY}"), 404, "not-found")
    read_problem(await client.get("/fel/bug%00"), 404, "not-found")
    answer = await client.delete(ROUTE)
    read_problem(answer, 405, "wrong-method")
    assert answer.headers["allow"] == "POST"


async def test_a_parameter_of_the_address_is_named(client: httpx.AsyncClient) -> None:
    route = f"{ROUTE}/0d9f3c1e-55b1-4a0e-9f57-1d2f6a1b0c01"
    for page, code in [("0", "too-small"), ("9" * 40, "too-large"), (CANARY, "not-a-number")]:
        document = read_problem(await client.get(route, params={"page": page}), 422, "invalid-request")
        assert [(error["parameter"], error["code"]) for error in document["errors"]] == [("page", code)]
    read_problem(await client.get(f"{route}?page=1%00"), 400, "bad-characters")


@pytest.mark.parametrize("key", [None, "", "short", "x" * 129, "with a space in it", "åäöåäöåäöåäöåäöåäö"])
async def test_a_command_needs_a_fit_idempotency_key(client: httpx.AsyncClient, key: str | None) -> None:
    headers = {} if key is None else {b"Idempotency-Key": key.encode("latin-1")}
    read_problem(await client.post(ROUTE, json=FIT, headers=headers), 400, "bad-idempotency-key")


async def test_a_refusal_names_its_paragraph_and_what_to_do_instead(client: httpx.AsyncClient) -> None:
    document = read_problem(await client.get("/api/sample/v1/errors/paragraph"), 422, "guardian-must-agree")
    assert document["type"] == "urn:stodvag:refusal:guardian-must-agree"
    assert document["rule"] == "SoL 21:2"
    assert [alternative["code"] for alternative in document["instead"]] == ["talk-with-us", "apply-instead"]
    assert document["instead"][0]["text"].startswith("Prata med oss ändå")


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("state", 409, "already-closed"),
        ("conflict", 409, "conflict"),
        ("database", 503, "away"),
        ("shutdown", 503, "away"),
        ("keyring", 503, "away"),
        ("overflow", 422, "value-does-not-fit"),
        ("bug", 500, "broken"),
    ],
)
async def test_each_error_of_the_shell_has_its_status(
    client: httpx.AsyncClient, name: str, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = await client.get(f"/api/sample/v1/errors/{name}")
    read_problem(answer, status, code)
    assert ("retry-after" in answer.headers) == (status == 503)
    assert CANARY not in "".join(f"{record.getMessage()}{record.__dict__}" for record in caplog.records)


def test_every_error_of_the_sample_is_tried() -> None:
    assert set(ERRORS) == {"paragraph", "state", "conflict", "database", "shutdown", "keyring", "overflow", "bug"}


async def test_a_problem_speaks_the_language_that_was_asked_for(client: httpx.AsyncClient) -> None:
    for accept, language, title in [
        ("en-GB,en;q=0.9,sv;q=0.5", "en", "The page or item is not here. Check the address."),
        ("de, fr;q=0.5", "sv", "Sidan eller uppgiften finns inte här. Kontrollera adressen."),
        ("sv;q=0.2, ar;q=0.9", "ar", None),
        ("\0;;;q=x,en;q=nan,,en;q=7", "sv", None),
    ]:
        answer = await client.get("/api/sample/v1/nothing", headers={"Accept-Language": accept})
        assert answer.headers["content-language"] == language
        assert title is None or answer.json()["title"] == title


async def test_a_browser_gets_a_problem_as_a_page(client: httpx.AsyncClient) -> None:
    answer = await client.get("/fel/paragraph", headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")
    instead, rule = answer.text.index("Prata med oss ändå"), answer.text.index("SoL 21:2")
    assert instead < rule, "what a person can do comes before the paragraph"


async def test_every_answer_tells_its_trace_unless_it_must_not(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.telemetry._tracing.tracer", TracerProvider().get_tracer("test"))
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    parent = {"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"}
    transport = httpx.ASGITransport(ObserveRequests(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://stodvag.test", headers=parent) as traced:
        answer = await traced.get("/api/sample/v1/errors/bug")
        unlinked = await traced.get("/hamnen/klart")
    assert answer.headers["traceresponse"].startswith(f"00-{trace_id}-")
    assert answer.json()["trace_id"] == trace_id
    assert unlinked.status_code == 200
    assert "traceresponse" not in unlinked.headers
    assert trace_id not in unlinked.text


@pytest.mark.parametrize("traced", [True, False])
async def test_every_line_logged_in_a_request_names_its_trace(
    app: FastAPI, traced: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, lines = logging.getLogger(), io.StringIO()
    monkeypatch.setattr(root, "handlers", root.handlers)
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr("chassis.telemetry._tracing.tracer", TracerProvider().get_tracer("test") if traced else None)
    start_logging("sample", lines)
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    parent = {"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"}
    transport = httpx.ASGITransport(ObserveRequests(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://stodvag.test", headers=parent) as client:
        for error in ("bug", "database"):
            assert (await client.get(f"/api/sample/v1/errors/{error}")).status_code >= 500
    logged = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line["event"] for line in logged] == ["request-failed", "part-away"]
    assert {line["trace_id"] for line in logged} == {trace_id}


async def test_health_tells_what_fails(client: httpx.AsyncClient) -> None:
    assert (await client.get("/health/live")).json() == {"status": "live"}
    assert (await client.get("/health/ready")).json() == {"status": "ready", "failing": [], "degraded": []}


async def test_the_api_describes_its_problems(client: httpx.AsyncClient) -> None:
    document = (await client.get("/api/sample/v1/openapi.json")).json()
    operation = document["paths"][ROUTE]["post"]
    assert "application/problem+json" in operation["responses"]["default"]["content"]
    header = next(parameter for parameter in operation["parameters"] if parameter["name"] == "Idempotency-Key")
    assert header["required"] is True
    assert "422" not in operation["responses"]
