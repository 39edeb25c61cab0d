"""Whatever is sent, the answer is never a 500."""

import json
from typing import Any
from urllib.parse import quote_from_bytes

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.chassis_pages.sample.app import Talk

TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(2**62, 2**70) | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["name", "born", "child", "score", "wishes", "labels", "more", "anything"]
BODIES = st.dictionaries(st.sampled_from(FIELDS) | TEXTS, VALUES, max_size=8)
NAMES = [*Talk.model_fields, "birth_date-day", "birth_date-month", "birth_date-year", "step", "form_id", "other"]
quickly = settings(max_examples=120, deadline=None)


def assert_served(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    answer.content.decode()


@quickly
@given(body=BODIES | VALUES)
async def test_any_json(client: httpx.AsyncClient, body: Any) -> None:
    headers = {"Idempotency-Key": "0123456789abcdef", "Content-Type": "application/json"}
    content = json.dumps(body).encode()
    assert_served(await client.post("/api/sample/v1/applications", content=content, headers=headers))


@quickly
@given(body=st.binary(max_size=200), kind=st.sampled_from(["application/json", "multipart/form-data; boundary=x", ""]))
async def test_any_bytes(client: httpx.AsyncClient, body: bytes, kind: str) -> None:
    headers = {"Idempotency-Key": "0123456789abcdef", "Content-Type": kind}
    for route in ("/api/sample/v1/applications", "/prata", "/utveckling/logga-in"):
        assert_served(await client.post(route, content=body, headers=headers))


@quickly
@given(pairs=st.lists(st.tuples(st.sampled_from(NAMES), st.binary(max_size=20)), max_size=12))
async def test_any_form(client: httpx.AsyncClient, pairs: list[tuple[str, bytes]]) -> None:
    body = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in pairs)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    assert_served(await client.post("/prata?sprak=ar", content=body, headers=headers))


@quickly
@given(path=st.binary(max_size=20), query=st.binary(max_size=20), accept=st.sampled_from(["text/html", "*/*"]))
async def test_any_address(client: httpx.AsyncClient, path: bytes, query: bytes, accept: str) -> None:
    for start in ("/api/sample/v1/applications/", "/static/", "/"):
        address = f"{start}{quote_from_bytes(path)}?page={quote_from_bytes(query)}&sprak={quote_from_bytes(query)}"
        assert_served(await client.get(address, headers={"Accept": accept}))


@quickly
@given(value=st.binary(max_size=40).filter(lambda value: not set(value) & set(b"\r\n\0")))
async def test_any_header(client: httpx.AsyncClient, value: bytes) -> None:
    for name in (b"Authorization", b"Stodvag-Board", b"Accept-Language", b"traceparent", b"Origin", b"Content-Type"):
        assert_served(await client.get("/api/sample/v1/cases", headers={name: value}))
    for name, start in ((b"Authorization", b"Bearer "), (b"Cookie", b"stodvag_token=")):
        assert_served(await client.get("/arbete", headers={name: start + value, b"Accept": b"text/html"}))
