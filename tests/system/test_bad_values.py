"""Whatever stands in a field: it is taken, or told by the field's name; never a 500, never an echo.

Fields are found in the services' OpenAPI documents.
"""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.system.cases import Addresses
from tests.system.documents import Operation
from tests.system.sending import ECHO, Sender, require_answered, require_problem

pytestmark = pytest.mark.xdist_group("shared-platform")

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
    "１９９０１２１１９９４９",
    "١٩٩٠١٢١١٩٩٤٩",
    "två",
)


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
