"""Whatever a program sends: an answer that says what to mend, never a 500, never an echo.

Operations are found in the services' OpenAPI documents. What is wrong in a field stands in test_bad_values.
"""

import json
from collections.abc import Mapping
from uuid import uuid4

import pytest
from tests.system.cases import nowhere
from tests.system.documents import Operation
from tests.system.routes import every_route
from tests.system.sending import ECHO, Sender, require_answered, require_problem

pytestmark = pytest.mark.xdist_group("shared-platform")

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
IDEMPOTENCY_KEYS = (None, "", "short", "x" * 129, "with spaces between", "å" * 20, "tab\tbetween-the-words")


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
            path = f"{nowhere(operation.route)}?board={uuid4()}"
            require_problem(await sender.send(operation.route, content, path), operation, statuses={404})


async def test_a_wrong_parameter_is_told_by_its_name(sender: Sender, operations: list[Operation]) -> None:
    fit = {"board": "0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a01", "support": "ungdomssamtal", "by": "district"}
    places = {"code": "ungdomssamtal"}
    tried = 0
    for operation in operations:
        for name in operation.query:
            for value in ("", "inte-något-av-dem!", "%00", "%ff", "%ED%A0%80", "a" * 5000, "{}", "%E2%80%AE"):
                query = "&".join(f"{each}={value if each == name else fit[each]}" for each in operation.query)
                answer = await sender.send(operation.route, None, f"{operation.route.filled(**places)}?{query}")
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
