"""Whoever asks cannot tell which way a command went."""

import importlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.chassis_pages.conftest import AUDIENCE, ISSUER, SignToken
from tests.unit.chassis_pages.sample.app import ERRORS, create_sample
from tests.unit.chassis_pages.test_never_a_500 import BODIES, VALUES

from chassis.auth import Issuer, Realm
from chassis.short_way import ShortWay

API = "/api/sample/v1"
CASE = "4f1f3a55-1f4a-4f0e-9f57-1d2f6a1b0c01"
NOTES = f"{API}/applications/{CASE}/notes"
KEY = "0123456789abcdef"
NOTE = {"type": "note", "text": "hej"}


@pytest.fixture(scope="module")
async def whole(jwks: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The sample, with no short way."""
    app = create_sample(Realm(Issuer(str(jwks), ISSUER, AUDIENCE)))
    [edge] = app.user_middleware
    short_way = edge.kwargs["short_way"]
    assert isinstance(short_way, ShortWay)
    short_way._routes = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://stodvag.test") as http:
        yield http


def seen(answer: httpx.Response) -> tuple[int, Any, dict[str, str]]:
    return answer.status_code, answer.json(), dict(answer.headers)


@pytest.mark.parametrize("role", ["caseworker", "analyst", None])
@pytest.mark.parametrize("key", [KEY, "short", None])
@pytest.mark.parametrize("case", [CASE, CASE.upper(), CASE.replace("-", ""), "none", "a%2Fb"])
@pytest.mark.parametrize(
    "body", [NOTE, {"type": "note"}, {"type": "x", "text": "hej"}, [NOTE], None, b"", b"{", b"\xff"]
)
async def test_both_ways_answer_alike(
    client: httpx.AsyncClient,
    whole: httpx.AsyncClient,
    sign: SignToken,
    role: str | None,
    key: str | None,
    case: str,
    body: Any,
) -> None:
    headers = {"Content-Type": "application/json"}
    headers |= {"Authorization": f"Bearer {sign(roles=[role])}"} if role else {}
    headers |= {"Idempotency-Key": key} if key else {}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    address = f"{API}/applications/{case}/notes"
    answers = [await each.post(address, content=content, headers=headers) for each in (client, whole)]
    assert seen(answers[0]) == seen(answers[1])


@settings(max_examples=150, deadline=None)
@given(body=BODIES | VALUES)
async def test_both_ways_read_a_body_alike(client: httpx.AsyncClient, whole: httpx.AsyncClient, body: Any) -> None:
    headers = {"Idempotency-Key": KEY, "Content-Type": "application/json"}
    sent = {"name": "Kim", "born": "2008-01-01", **body} if isinstance(body, dict) else body
    content = json.dumps(sent).encode()
    answers = [await each.post(f"{API}/applications", content=content, headers=headers) for each in (client, whole)]
    assert seen(answers[0]) == seen(answers[1])


VALUE: st.SearchStrategy[Any] = st.sampled_from(
    [
        "2008-01-01",
        "2008-01-01T00:00:00",
        "2008-02-30",
        0,
        1.0,
        1.5,
        "1.5",
        "0x1",
        True,
        None,
        CASE,
        CASE.upper(),
        [],
        {},
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    body=st.fixed_dictionaries(
        {"name": VALUE | st.just("Kim"), "born": VALUE},
        optional={"child": VALUE, "score": VALUE, "labels": st.dictionaries(st.sampled_from("ab"), VALUE)},
    )
)
async def test_both_ways_take_the_same_values(client: httpx.AsyncClient, whole: httpx.AsyncClient, body: Any) -> None:
    headers = {"Idempotency-Key": KEY}
    answers = [await each.post(f"{API}/applications", json=body, headers=headers) for each in (client, whole)]
    assert seen(answers[0]) == seen(answers[1])


@pytest.mark.parametrize("name", [*ERRORS, "none"])
async def test_both_ways_tell_what_went_wrong_alike(
    client: httpx.AsyncClient, whole: httpx.AsyncClient, name: str
) -> None:
    answers = [await each.post(f"{API}/errors/{name}", headers={"Accept-Language": "en"}) for each in (client, whole)]
    assert seen(answers[0]) == seen(answers[1])


async def test_what_is_unusual_goes_the_whole_way(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{API}/applications/{CASE}/page?page=3")
    assert answer.json() == {"id": CASE, "page": 3}
    assert (await client.get(f"{API}/applications/{CASE}")).status_code == 200


async def test_what_is_usual_goes_the_short_way(
    client: httpx.AsyncClient, sign: SignToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        pytest.fail("it went the whole way")

    monkeypatch.setattr(APIRouter, "__call__", never)
    headers = {"Authorization": f"Bearer {sign()}", "Idempotency-Key": KEY}
    answer = await client.post(NOTES, json=NOTE, headers=headers)
    sent = len(answer.request.content)
    assert answer.json() == {"id": CASE, "by": "caseworker-1", "key": KEY, "text": "hej", "bytes": sent}


@pytest.mark.parametrize("service", ["intake", "assessment", "direct_access", "followup"])
def test_every_command_of_a_program_can_go_the_short_way(service: str) -> None:
    app = FastAPI()
    for router in importlib.import_module(f"{service}.main").SERVICE.routers:
        app.include_router(router)
    whole = [pattern.pattern for pattern, laid in ShortWay(app)._routes if laid is None]
    assert [pattern for pattern in whole if pattern.startswith("^/api/")] == []
