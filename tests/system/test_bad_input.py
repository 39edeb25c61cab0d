"""Whatever a program sends: an answer that says what to mend, never a 500, never an echo.

Operations and fields are found in the services' OpenAPI documents.
"""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.system.cases import Addresses, nowhere, play_cases
from tests.system.documents import Operation, read_operations
from tests.system.routes import Route, every_route

from local_platform.platform import Platform

pytestmark = pytest.mark.xdist_group("shared-platform")

ECHO = "ekande-åkerbär-7305"
"""Stands in what is sent, and may stand in no answer."""

BODIES: Mapping[str, bytes] = {
    "nothing": b"",
    "cut short": b'{"district": "' + ECHO.encode(),
    "no JSON": ECHO.encode(),
    "no UTF-8": b'{"district": "\xff\xfe"}',
    "nested deep in lists": b"[" * 60_000,
    "nested deep in objects": b'{"district":' * 15_000,
    "a list": b"[]",
    "null": b"null",
    "a word": json.dumps(ECHO).encode(),
    "a number of ten thousand digits": b"9" * 10_000,
    "an object of nothing known": json.dumps({ECHO: ECHO}).encode(),
    "a key with a control character": b'{"a\\u0000b": 1}',
    "half a character": b'{"district": "\\ud800"}',
    "not a number": b'{"district": NaN}',
    "larger than a service takes": json.dumps({"told": "å" * 200_000}).encode(),
    "larger than the gateway takes": b" " * 1_200_000,
}
CONTENT_TYPES = (
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/xml",
    "multipart/form-data",
    "json",
    "",
)
UNFIT: tuple[Any, ...] = ({ECHO: ECHO}, f"{ECHO}\x00")
VALUES: tuple[Any, ...] = (
    None,
    [1],
    7,
    -1,
    10**30,
    1e300,
    1.5,
    True,
    "",
    " \t ",
    ECHO * 1000,
    "\x1b[31m",
    "\u202eabc\u2066",
)
ENDS_OF_THE_CALENDAR = (
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
)
WRONG_NUMBERS = (
    "20121120-9941",
    "19640823-3230",
    "150916-0006",
    "19901311-9948",
    "000000-0000",
    "1990-12-11-9948",
    "19901211994",
    "１９９０１２１１９９４８",
    "١٩٩٠١٢١١٩٩٤٨",
    "två",
)
IDEMPOTENCY_KEYS = (None, "", "short", "x" * 129, "with spaces between", "å" * 20, "tab\tbetween-the-words")


@pytest.fixture(scope="module")
async def client(running: Platform) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=running.gateway.url, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
async def operations(client: httpx.AsyncClient) -> list[Operation]:
    return await read_operations(client)


@pytest.fixture(scope="module")
async def cases(running: Platform, client: httpx.AsyncClient) -> Addresses:
    """Real cases of the northern board, so that what is sent gets as far as it can."""
    return await play_cases(running, client)


class Sender:
    """Sends to an operation as somebody who may use it."""

    def __init__(self, platform: Platform, client: httpx.AsyncClient) -> None:
        self._platform = platform
        self._client = client

    async def send(
        self,
        route: Route,
        content: bytes | None,
        path: str | None = None,
        *,
        method: str | None = None,
        without: str = "",
        **headers: str,
    ) -> httpx.Response:
        """The answer to these bytes. `headers` stand instead of the fit ones, of which `without` is left out."""
        fit = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        if route.roles:
            token = self._platform.tokens.issue(max(route.roles), self._platform.settings.boards[:1], "bad-input")
            fit["Authorization"] = f"Bearer {token}"
        sent = {name.encode(): value.encode() for name, value in {**fit, **headers}.items() if name != without}
        return await self._client.request(method or route.method, path or nowhere(route), content=content, headers=sent)


@pytest.fixture
def sender(running: Platform, client: httpx.AsyncClient) -> Sender:
    return Sender(running, client)


@pytest.mark.parametrize("content", [pytest.param(content, id=name) for name, content in BODIES.items()])
async def test_a_body_that_is_none_is_answered_with_what_to_mend(
    content: bytes, sender: Sender, operations: list[Operation]
) -> None:
    for operation in operations:
        if operation.schema is not None:
            answer = await sender.send(operation.route, content)
            require_problem(answer, operation, statuses={400, 413, 422} if operation.schema.get("required") else None)


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
async def test_a_body_of_another_kind_is_answered_with_the_kind_that_is_taken(
    content_type: str, sender: Sender, operations: list[Operation]
) -> None:
    for operation in operations:
        if operation.schema is not None:
            content = json.dumps(operation.fit_body(lambda _: ECHO)).encode()
            answer = await sender.send(operation.route, content, **{"Content-Type": content_type})
            require_problem(answer, operation, statuses={415})
            assert "application/json" in answer.text


@pytest.mark.parametrize("value", UNFIT, ids=["an object", "a control character"])
async def test_a_value_that_fits_no_field_is_told_for_each_field(
    value: object, sender: Sender, operations: list[Operation]
) -> None:
    for operation in operations:
        if operation.fields():
            content = json.dumps(dict.fromkeys(operation.fields(), value)).encode()
            answer = await sender.send(operation.route, content)
            for field in operation.fields():
                require_problem(answer, operation, statuses={422}, pointer=f"#/{field}")


@pytest.mark.parametrize("value", VALUES, ids=lambda value: str(value)[:30])
async def test_a_value_that_fits_few_fields_is_answered(
    value: object, sender: Sender, operations: list[Operation]
) -> None:
    for operation in operations:
        if operation.fields():
            content = json.dumps(dict.fromkeys(operation.fields(), value)).encode()
            require_answered(await sender.send(operation.route, content), operation)


async def test_a_day_at_the_end_of_the_calendar_is_answered(
    sender: Sender, operations: list[Operation], cases: Addresses
) -> None:
    tried = 0
    for operation in operations:
        [path, *_] = cases.get(operation.route) or [operation.route.path]
        for field, schema in operation.fields().items():
            for value in ENDS_OF_THE_CALENDAR if "date" in str(schema) else ():
                body = operation.fit_body(lambda _: "Exempel", {field: value})
                require_answered(await sender.send(operation.route, json.dumps(body).encode(), path), operation)
                tried += 1
    assert tried > 50


async def test_a_person_number_that_cannot_be_is_told_by_its_field(sender: Sender, operations: list[Operation]) -> None:
    found = [(operation, field) for operation in operations for field in operation.fields() if "number" in field]
    assert len(found) >= 4
    for operation, field in found:
        for number in WRONG_NUMBERS:
            body = operation.fit_body(lambda _: "Exempel", {field: number})
            answer = await sender.send(operation.route, json.dumps(body).encode())
            require_problem(answer, operation, statuses={422}, pointer=f"#/{field}")
            assert number not in answer.text


async def test_a_field_that_is_missing_is_told_and_one_that_nobody_knows_harms_nothing(
    sender: Sender, operations: list[Operation]
) -> None:
    for operation in operations:
        fit = operation.fit_body(lambda _: "Exempel") or {}
        for field in (operation.schema or {}).get("required", ()):
            body = {name: value for name, value in fit.items() if name != field}
            answer = await sender.send(operation.route, json.dumps(body).encode())
            require_problem(answer, operation, statuses={422}, pointer=f"#/{field}")
        if operation.schema is not None:
            require_answered(await sender.send(operation.route, json.dumps({**fit, ECHO: ECHO}).encode()), operation)


async def test_an_idempotency_key_that_is_missing_or_unfit_is_told(sender: Sender, operations: list[Operation]) -> None:
    asked_for = [operation for operation in operations if operation.idempotent]
    assert len(asked_for) > 30
    for operation in asked_for:
        content = json.dumps(operation.fit_body(lambda _: "Exempel")).encode() if operation.schema else None
        for key in IDEMPOTENCY_KEYS:
            if key is None:
                answer = await sender.send(operation.route, content, without="Idempotency-Key")
            else:
                answer = await sender.send(operation.route, content, **{"Idempotency-Key": key})
            require_problem(answer, operation, statuses={400}, code="bad-idempotency-key")


@pytest.mark.parametrize("part", ["inte-ett-id", "%00", "%ED%A0%80", "..%2f", "å" * 300, "0" * 3000, "' or 1=1"])
async def test_an_address_with_no_id_in_it_leads_nowhere(part: str, sender: Sender) -> None:
    for route in every_route():
        if not route.parameters or not route.roles:
            continue
        path = route.path.format(**dict.fromkeys(route.parameters, part))
        answer = await sender.send(route, None, path)
        assert answer.status_code in {400, 401, 403, 404, 405, 415, 422}, f"{route}: {answer.status_code}"
        assert answer.headers["content-type"] != "text/plain", f"{route}: {answer.text}"


async def test_an_id_that_nobody_has_is_not_found(sender: Sender, operations: list[Operation]) -> None:
    for operation in operations:
        if operation.route.parameters:
            body = operation.fit_body(lambda _: "Exempel")
            content = None if body is None else json.dumps(body).encode()
            require_problem(await sender.send(operation.route, content), operation, statuses={404})


async def test_a_wrong_parameter_is_told_by_its_name(sender: Sender, operations: list[Operation]) -> None:
    fit = {"board": "0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a01", "support": "ungdomssamtal", "by": "district"}
    tried = 0
    for operation in operations:
        for name in operation.query:
            for value in ("", "inte-något-av-dem!", "%00", "%ff", "%ED%A0%80", "a" * 5000, "{}", "%E2%80%AE"):
                query = "&".join(f"{each}={value if each == name else fit[each]}" for each in operation.query)
                answer = await sender.send(operation.route, None, f"{operation.route.path}?{query}")
                require_problem(answer, operation, statuses={400, 422})
                if answer.status_code == 422:
                    assert [error["parameter"] for error in answer.json()["errors"]] == [name]
                tried += 1
    assert tried >= 32


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Accept-Language", "xx;q=åäö,,;;*"),
        ("Authorization", "Bearer å.ä.ö"),
        ("Authorization", "Bearer e30.e30.e30"),
        ("Authorization", "Basic eA=="),
        ("Stodvag-Board", "inte-en-nämnd"),
        ("traceparent", "00-zz-å-01"),
        ("Cookie", "stodvag_token=å; x=\x01"),
    ],
)
async def test_a_strange_header_is_answered(
    header: str, value: str, sender: Sender, operations: list[Operation]
) -> None:
    for operation in operations:
        content = b"{}" if operation.schema is not None else None
        require_answered(await sender.send(operation.route, content, **{header: value}), operation)


async def test_a_method_that_an_address_does_not_take_is_told(sender: Sender, operations: list[Operation]) -> None:
    for operation in operations:
        answer = await sender.send(operation.route, None, method="PATCH")
        require_problem(answer, operation, statuses={405})


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=8,
)


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
async def test_anything_in_any_field_of_a_real_case_is_answered(
    data: st.DataObject, sender: Sender, operations: list[Operation], cases: Addresses
) -> None:
    operation = data.draw(st.sampled_from([each for each in operations if each.fields()]), label="operation")
    field = data.draw(st.sampled_from(sorted(operation.fields())), label="field")
    body = operation.fit_body(lambda _: "Exempel", {field: data.draw(ANYTHING, label="value")})
    path = data.draw(st.sampled_from(cases.get(operation.route, [operation.route.path])), label="address")
    require_answered(await sender.send(operation.route, json.dumps(body).encode(), path), operation)


@pytest.mark.parametrize(
    "text",
    [
        "\u202eטקסט מימין\u202c لشمال",
        "👩🏽\u200d🚒 e\u0301\u0301\u0301 ﷽",
        "<script>alert('x')</script>{{ 7*7 }}{% raw %}${jndi:ldap://x}",
        "'; drop table events; --\\\"\u2028\ufeff",
        "å" * 10_000,
        "x" * 200,
    ],
    ids=["right-to-left", "joined characters", "markup", "statements", "as long as may be", "a long line"],
)
async def test_strange_text_in_a_real_case_is_taken_or_told(
    text: str, sender: Sender, operations: list[Operation], cases: Addresses
) -> None:
    for operation in operations:
        if operation.schema is not None:
            content = json.dumps(operation.fit_body(lambda _: text)).encode()
            [path, *_] = cases.get(operation.route) or [operation.route.path]
            require_answered(await sender.send(operation.route, content, path), operation)


def require_answered(answer: httpx.Response, operation: Operation) -> None:
    """It was done, or the answer is a problem that says what to mend."""
    if answer.status_code >= 300:
        require_problem(answer, operation)


def require_problem(
    answer: httpx.Response,
    operation: Operation,
    *,
    statuses: set[int] | None = None,
    code: str | None = None,
    pointer: str | None = None,
) -> None:
    """The answer is a problem document that says what to mend, and repeats nothing of what was sent."""
    where = f"{operation}: {answer.status_code} {answer.text[:300]}"
    assert 400 <= answer.status_code < 500, where
    assert statuses is None or answer.status_code in statuses, where
    assert answer.headers["content-type"].startswith("application/problem+json"), where
    problem = answer.json()
    assert (problem["status"], problem["type"].rpartition(":")[2]) == (answer.status_code, problem["code"]), where
    assert problem["title"].strip(), where
    assert code is None or problem["code"] == code, where
    if problem["code"] == "invalid-request":
        assert problem["errors"], where
        assert all(error["detail"] and (error.get("pointer") or error.get("parameter")) for error in problem["errors"])
    if pointer is not None:
        told = [error["pointer"] for error in problem["errors"]]
        assert any(each == pointer or each.startswith(f"{pointer}/") for each in told), f"{where}, expected {pointer}"
    assert ECHO not in answer.text, where
