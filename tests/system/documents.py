"""What the services' OpenAPI documents ask for, and bodies that fit them.

Fields are found in the documents, so that a field added tomorrow is tried tomorrow.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from tests.system.routes import SERVICES, Route

Schema = Mapping[str, Any]
Text = Callable[[str], str]
"""What is written in a field of free text, by its name."""

NOT_GIVEN_TO_ANYONE = "19821105-9954"
KNOWN = {
    "support": "ungdomssamtal",
    "wished_support": "familjebehandling-hemma",
    "place": "Hamngatan 3",
    "district": "soderang",
    "provision": "11:1",
    "number": NOT_GIVEN_TO_ANYONE,
    "child_number": NOT_GIVEN_TO_ANYONE,
}
"""What a document's pattern alone does not tell: values that the example municipality knows, and a number that fits."""


@dataclass(frozen=True)
class Operation:
    """An operation of an API; `schema` is its body's, None where it takes none. References are resolved."""

    route: Route
    schema: Schema | None
    query: Mapping[str, Schema]
    idempotent: bool
    """Whether it takes an Idempotency-Key."""

    def __str__(self) -> str:
        return str(self.route)

    def fields(self) -> Mapping[str, Schema]:
        """The schema of each field of its body."""
        fields: Mapping[str, Schema] = (self.schema or {}).get("properties", {})
        return fields

    def fit_body(self, text: Text, values: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """A body with every field filled in. `values` are for fields by name, before those that are made up."""
        if self.schema is None:
            return None
        known = {**KNOWN, **(values or {})}
        return {
            name: known[name] if name in known else _fit_value(name, schema, text)
            for name, schema in self.fields().items()
        }


async def read_operations(client: httpx.AsyncClient) -> list[Operation]:
    """Every operation of every service, from the documents that they serve."""
    return [
        operation for service in SERVICES for operation in _operations(service.name, await _read(client, service.name))
    ]


def is_word(schema: Schema) -> bool:
    """Whether a field takes a word whose form alone the document tells: any word in small letters may fit it."""
    return any(each.get("type") == "string" and "pattern" in each for each in _alternatives(schema))


def is_free_text(schema: Schema) -> bool:
    """Whether a field takes any text: one with a pattern, a format or a list of words does not."""
    return any(
        each.get("type") == "string" and not each.keys() & {"enum", "const", "format", "pattern"}
        for each in _alternatives(schema)
    )


async def _read(client: httpx.AsyncClient, service: str) -> dict[str, Any]:
    answer = await client.get(f"/api/{service}/v1/openapi.json")
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


def _operations(service: str, document: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            content = described.get("requestBody", {}).get("content", {})
            body = content.get("application/json", {}).get("schema")
            yield Operation(
                Route(service, method.upper(), path),
                None if body is None else _resolve(body, document),
                {
                    each["name"]: _resolve(each["schema"], document)
                    for each in described.get("parameters", ())
                    if each["in"] == "query"
                },
                any(each["name"] == "Idempotency-Key" for each in described.get("parameters", ())),
            )


def _resolve(schema: Any, document: Schema) -> Any:
    """The schema with what it refers to in its place."""
    if isinstance(schema, list):
        return [_resolve(each, document) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {
            **_resolve(document["components"]["schemas"][name], document),
            **{k: v for k, v in schema.items() if k != "$ref"},
        }
    return {name: _resolve(each, document) for name, each in schema.items()}


def _alternatives(schema: Schema) -> list[Schema]:
    return [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]


def _fit_value(name: str, schema: Schema, text: Text) -> Any:
    [first, *_] = _alternatives(schema)
    match first:
        case {"const": value}:
            return value
        case {"enum": [value, *_]}:
            return value
        case {"format": "date"}:
            return "2020-02-29"
        case {"format": "date-time"}:
            return "2020-02-29T12:00:00+01:00"
        case {"format": "uuid"}:
            return "00000000-0000-4000-8000-000000000000"
        case {"type": "integer"}:
            return int(first.get("minimum", 0))
        case {"type": "boolean"}:
            return False
        case {"type": "array"}:
            return [_fit_value(name, first["items"], text) for _ in range(first.get("minItems", 0))]
        case {"type": "string", "pattern": _}:
            return "sv"
        case {"type": "string"}:
            return text(name)
        case _:
            raise LookupError(f"how does one fill in {name}, {first}?")
