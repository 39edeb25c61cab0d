"""The gateway: who answers what, what it refuses by itself, and what it forgets."""

import asyncio
import json
import re
from dataclasses import replace

import httpx
from tests.integration.local_platform.behind import Behind

from local_platform.gateway import Gateway
from local_platform.identity import Realm
from local_platform.settings import Settings
from local_platform.tokens import TokenIssuer


async def test_each_path_has_one_service_that_answers(client: httpx.AsyncClient, behind: Behind) -> None:
    table = {
        "direct-access": ["/", "/stod/samtal", "/personal", "/static/stodvag.css", "/utveckling/logga-in", "/ansokan"],
        "intake": ["/ansok", "/ansok/kontrollera", "/oro", "/handlaggare/intake", "/api/intake/v1/applications"],
        "assessment": ["/utredning/1", "/api/assessment/v1/investigations"],
        "followup": ["/uppfoljning", "/api/followup/v1/results"],
    }
    table["direct-access"].append("/api/direct-access/v1/supports")
    for paths in table.values():
        for path in paths:
            assert (await client.get(path)).status_code == 200
    assert {service: [head.split()[1] for head in heads] for service, heads in behind.asked.items()} == table


async def test_a_service_sees_a_token_and_no_cookie_where_people_sign_in(
    settings: Settings, behind: Behind, realm: Realm
) -> None:
    token = TokenIssuer(settings.home / "tokens").issue("caseworker", settings.boards[:1], "program")
    gateway = Gateway(settings, otlp=None, realms={"staff": realm})
    await gateway.start()
    try:
        async with httpx.AsyncClient(base_url=gateway.url, trust_env=False) as client:
            for path in ("/ansok", "/handlaggare/intake", "/api/intake/v1/cases"):
                headers = {"Authorization": f"Bearer {token}", "Cookie": "__Host-staff-access=x; stodvag_token=x"}
                assert (await client.get(path, headers=headers)).status_code == 200
    finally:
        await gateway.stop()
    assert len(behind.asked["intake"]) == 3
    for head in behind.asked["intake"]:
        assert f"authorization: Bearer {token}" in head
        assert "cookie" not in head.lower()


async def test_where_nobody_signs_in_a_pasted_token_comes_through_in_its_cookie(
    client: httpx.AsyncClient, behind: Behind
) -> None:
    assert (await client.get("/handlaggare/intake", headers={"Cookie": "stodvag_token=x"})).status_code == 200
    assert "cookie: stodvag_token=x" in behind.asked["intake"][0]


async def test_the_services_own_health_is_not_shown_to_the_world(client: httpx.AsyncClient, behind: Behind) -> None:
    assert (await client.get("/health/live")).status_code == 404
    assert behind.asked == {}


async def test_a_body_too_large_is_a_problem_that_says_what_to_mend(client: httpx.AsyncClient, behind: Behind) -> None:
    answer = await client.post("/api/intake/v1/applications", content=b"x" * 600_000)
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "body-too-large"
    assert behind.asked == {}


async def test_a_service_that_is_away_is_a_problem_for_programs_and_a_page_for_people(settings: Settings) -> None:
    gateway = Gateway(settings, otlp=None)
    await gateway.start()
    try:
        async with httpx.AsyncClient(base_url=gateway.url, trust_env=False) as client:
            for_programs = await client.get("/api/intake/v1/applications", headers={"accept": "text/html"})
            for_people = await client.get("/ansok", headers={"accept": "text/html"})
    finally:
        await gateway.stop()
    assert (for_programs.status_code, for_programs.json()["code"]) == (503, "away")
    assert for_people.status_code == 503
    assert "Ring 112" in for_people.text


async def test_only_what_may_happen_twice_is_asked_again(client: httpx.AsyncClient, behind: Behind) -> None:
    behind.answer = b""
    await client.get("/oro")
    await client.post("/api/intake/v1/reports", headers={"idempotency-key": "a-key-of-a-command"}, json={})
    await client.post("/ansok", data={"name": "Ali"})
    # Envoy's own switches are no stranger's to turn, also not from an address that looks internal.
    forced = {"x-envoy-retry-on": "5xx,reset", "x-envoy-max-retries": "5", "x-envoy-hedge-on-per-try-timeout": "true"}
    await client.post("/handlaggare/intake", headers=forced)
    lines = [request.splitlines()[0] for request in behind.asked["intake"]]
    assert lines == [
        *["GET /oro HTTP/1.1"] * 3,
        *["POST /api/intake/v1/reports HTTP/1.1"] * 3,
        "POST /ansok HTTP/1.1",
        "POST /handlaggare/intake HTTP/1.1",
    ]


async def test_an_answer_is_an_answer_and_not_asked_for_again(client: httpx.AsyncClient, behind: Behind) -> None:
    behind.answer = (
        b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 7\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    )
    answer = await client.get("/api/intake/v1/work-list")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert len(behind.asked["intake"]) == 1


async def test_a_trace_begins_here_and_the_person_stays_unknown(
    gateway: Gateway, client: httpx.AsyncClient, behind: Behind, settings: Settings
) -> None:
    strangers = "4bf92f3577b34da6a3ce929d0e0e4736"
    await client.get(
        "/stod/kanarie-i-sokvagen?namn=kanarie-i-fragan",
        headers={
            "traceparent": f"00-{strangers}-00f067aa0ba902b7-01",
            "tracestate": "stranger=kanarie-tillstand",
            "baggage": "namn=kanarie-bagage",
            "user-agent": "kanarie-webblasare",
            "referer": "http://example.org/kanarie-fran",
            "x-forwarded-for": "192.0.2.77",
            "x-request-id": "kanarie-id",
            "x-envoy-decorator-operation": "kanarie-spann",
            "x-envoy-original-path": "/kanarie-forut",
        },
    )
    request = behind.asked["direct-access"][0]
    _, trace_id, _, sampled = next(
        line.removeprefix("traceparent: ") for line in request.splitlines() if line.startswith("traceparent: ")
    ).split("-")
    assert sampled == "01"
    assert "x-request-id: " in request
    unwanted = (
        "kanarie-tillstand",
        "bagage",
        "webblasare",
        "kanarie-fran",
        "kanarie-id",
        "192.0.2.77",
        "forwarded-for",
    )
    for word in (strangers, "x-envoy", *unwanted):
        assert word not in request

    spans = b""
    async with asyncio.timeout(20):
        while bytes.fromhex(trace_id) not in spans:
            spans += await behind.spans.get()
    for unwanted_bytes in (b"kanarie", b"192.0.2.77", b"127.0.0.1", bytes.fromhex(strangers)):
        assert unwanted_bytes not in spans

    await gateway.stop()
    line = next(line for line in settings.log("gateway").read_text().splitlines() if trace_id in line)
    told = json.loads(line)
    assert (told["route"], told["service"], told["status"]) == ("support", "direct-access", 200)
    for word in ("kanarie", "192.0.2.77", "127.0.0.1", strangers):
        assert word not in line


async def test_every_answer_says_what_a_browser_may_do_with_it(client: httpx.AsyncClient, behind: Behind) -> None:
    answers = {
        "a service's": await client.get("/"),
        "not found": await client.get("/health/live"),
        "too large": await client.post("/ansok", content=b"x" * 600_000),
        "not understood": await client.get("/a%2Fb"),
    }
    behind.answer = b""
    answers |= {
        "away": await client.get("/oro"),
        "away, a page": await client.get("/oro", headers={"accept": "text/html"}),
    }
    for name, answer in answers.items():
        assert answer.headers["x-content-type-options"] == "nosniff", name
        assert answer.headers["referrer-policy"] == "no-referrer", name
        assert answer.headers["cross-origin-opener-policy"] == "same-origin", name
        assert answer.headers["cross-origin-resource-policy"] == "same-origin", name
        assert answer.headers["permissions-policy"] == "camera=(), geolocation=(), microphone=()", name
        assert answer.headers["cache-control"] == "no-store", name
        assert "default-src 'none'" in answer.headers["content-security-policy"], name
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], name
        assert "strict-transport-security" not in answer.headers, name


async def test_the_share_of_traces_is_drawn_at_the_gateway_and_told_to_the_service(
    settings: Settings, behind: Behind
) -> None:
    gateway = Gateway(replace(settings, traced_percent=0), f"http://127.0.0.1:{settings.ports['otlp']}")
    await gateway.start()
    try:
        async with httpx.AsyncClient(base_url=gateway.url, trust_env=False) as client:
            await client.get("/oro")
            await client.get("/oro", headers={"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"})
    finally:
        await gateway.stop()
    # One that is told from outside to be traced counts no more than any other.
    told = [re.search(r"traceparent: 00-(\w{32})-\w{16}-(\d\d)", head) for head in behind.asked["intake"]]
    assert [each and each[2] for each in told] == ["00", "00"]
    assert all(each and each[1] != "1" * 32 for each in told)


async def test_what_a_service_says_of_itself_stands_alone(client: httpx.AsyncClient, behind: Behind) -> None:
    own = b"content-security-policy: default-src 'self'\r\ncache-control: max-age=60\r\n"
    behind.answer = b"HTTP/1.1 200 OK\r\n" + own + b"content-length: 0\r\nconnection: close\r\n\r\n"
    answer = await client.get("/static/stodvag.css")
    assert answer.headers.get_list("content-security-policy") == ["default-src 'self'"]
    assert answer.headers.get_list("cache-control") == ["max-age=60"]


async def test_https_is_remembered_where_there_is_nothing_else(settings: Settings, behind: Behind) -> None:
    gateway = Gateway(replace(settings, https=True), otlp=None)
    await gateway.start()
    try:
        async with httpx.AsyncClient(base_url=gateway.url, trust_env=False) as client:
            answer = await client.get("/")
    finally:
        await gateway.stop()
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert behind.asked.keys() == {"direct-access"}
