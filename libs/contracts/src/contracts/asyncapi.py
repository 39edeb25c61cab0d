"""Writes what the platform publishes, for people and for tools, from the models alone.

    python -m contracts.asyncapi [--check]

`docs/asyncapi.yaml` is AsyncAPI 3.0, `docs/events.md` a catalogue to read.
"""

import argparse
import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from contracts import vocabulary
from contracts.envelope import Envelope
from contracts.published import Published
from contracts.registry import EVENTS, PUBLISHERS
from contracts.schemas import Schema, schema_of

DOCS = Path(__file__).parents[4] / "docs"

_HEADERS = {
    "ce_specversion": "CloudEvents version, always 1.0",
    "ce_id": "id",
    "ce_type": "type",
    "ce_source": "source",
    "ce_time": "time",
    "ce_board": "board",
    "ce_stream": "stream",
    "ce_sequence": "sequence",
    "ce_role": "role",
    "ce_purpose": "purpose",
    "content-type": "application/json",
    "traceparent": "traceparent",
}
"""Each Kafka header, and the field of the envelope that it carries or what it always says."""

_WORDS = {"Sealed": vocabulary.Sealed, "Code": vocabulary.Code, "District": vocabulary.District}


def asyncapi() -> str:
    """The AsyncAPI document."""
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Stödväg: published events",
            "version": "1",
            "description": "CloudEvents 1.0 in binary mode on Kafka. The key of every record is the id of its case.",
        },
        "defaultContentType": "application/json",
        "channels": {
            publisher: {
                "address": f"{{namespace}}.{publisher}.v1",
                "parameters": {"namespace": {"default": "stodvag", "description": "The first part of every topic."}},
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in events},
            }
            for publisher, events in PUBLISHERS.items()
        },
        "operations": {
            f"{publisher} publishes": {"action": "send", "channel": {"$ref": f"#/channels/{publisher}"}}
            for publisher in PUBLISHERS
        },
        "components": {
            "messages": {name: _message(name, event) for name, event in EVENTS.items()},
            "schemas": {
                "headers": {
                    "type": "object",
                    "required": [name for name in _HEADERS if name != "traceparent"],
                    "properties": {
                        name: {"type": "string", "description": meaning} for name, meaning in _header_meanings()
                    },
                }
            },
        },
    }
    return _generated("#") + yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=118)


def catalogue() -> str:
    """The catalogue of events, in Markdown."""
    return "\n".join(
        [_generated("<!--", " -->") + "# Published events", "", *_introduction(), *_events(), *_vocabulary()]
    )


def _message(name: str, event: type[Published]) -> Schema:
    return {
        "name": name,
        "title": event.__name__,
        "summary": _sentence(event),
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": {"$ref": f"../libs/contracts/schemas/{name}.json"},
        },
    }


def _introduction() -> Iterator[str]:
    yield "Events are CloudEvents 1.0 in binary mode on Kafka: what is known of an event stands in the record's headers, its"
    yield "payload is JSON, and the key is the id of the case. Personal data are sealed with a key per person and case, and"
    yield "nobody but the keyring opens them. A reader ignores fields that it does not know."
    yield from ("", "| header | meaning |", "|---|---|")
    yield from (f"| `{name}` | {meaning} |" for name, meaning in _header_meanings())
    yield ""


def _events() -> Iterator[str]:
    for publisher, events in PUBLISHERS.items():
        yield from (f"## {publisher}", "", f"Topic `stodvag.{publisher}.v1`.", "")
        for name, event in events.items():
            schema = schema_of(event)
            yield from (f"### {event.__name__}", "", f"`{name}`", "", _sentence(event), "")
            yield from _fields(schema)
            sealed = list(_sealed(schema, schema))
            yield f"Sealed: {', '.join(f'`{each}`' for each in sealed) if sealed else 'nothing; it holds no personal data'}."
            yield ""


def _vocabulary() -> Iterator[str]:
    """The words and small shapes that fields are made of."""
    yield from ("## Vocabulary", "")
    definitions: dict[str, Schema] = {}
    for event in EVENTS.values():
        definitions |= schema_of(event).get("$defs", {})
    meanings = _enum_meanings()
    for name, alias in sorted(_WORDS.items()):
        schema = TypeAdapter(alias).json_schema()
        yield from (f"### {name}", "", _constant_meanings(vocabulary)[name], "")
        yield from (f"Text of at most {schema['maxLength']} characters, as `{schema['pattern']}`.", "")
    for name, schema in sorted(definitions.items()):
        yield from (f"### {name}", "", " ".join(schema.get("description", "").split()), "")
        if "enum" in schema:
            yield from ("| word | meaning |", "|---|---|")
            yield from (f"| `{word}` | {meanings[name].get(word, '')} |" for word in schema["enum"])
            yield ""
        else:
            yield from _fields(schema)


def _fields(schema: Schema) -> Iterator[str]:
    yield from ("| field | holds | meaning |", "|---|---|---|")
    for name, field in schema["properties"].items():
        meaning = " ".join(field.get("description", "").split())
        optional = "" if name in schema.get("required", []) else ", may be left out"
        yield f"| `{name}` | {_holds(field)}{optional} | {meaning} |"
    yield ""


def _holds(field: Schema) -> str:
    """What a field holds, in words."""
    if "$ref" in field:
        return f"[{_name(field)}](#{_name(field).lower()})"
    if "anyOf" in field:
        return " or ".join(_holds(part) for part in field["anyOf"])
    if field.get("type") == "array":
        return f"list of {_holds(field['items'])}"
    if (word := _word(field)) is not None:
        return f"[{word}](#{word.lower()})"
    limits = [f"{words} {field[name]}" for name, words in _LIMITS.items() if name in field]
    return " ".join([_PLAIN[field.get("format", field["type"])], *limits])


_LIMITS = {"minimum": "from", "maximum": "to", "minLength": "of at least", "maxLength": "of at most"}
_PLAIN = {
    "boolean": "yes or no",
    "date": "day",
    "date-time": "time",
    "integer": "number",
    "null": "nothing",
    "string": "text",
    "uuid": "id",
}


def _word(field: Schema) -> str | None:
    """Which of the vocabulary's words a field holds."""
    said = {name: field[name] for name in ("pattern", "maxLength") if name in field}
    for name, alias in _WORDS.items():
        schema = TypeAdapter(alias).json_schema()
        if said == {"pattern": schema["pattern"], "maxLength": schema["maxLength"]}:
            return name
    return None


def _name(reference: Schema) -> str:
    name: str = reference["$ref"].rpartition("/")[2]
    return name


def _sealed(schema: Schema, whole: Schema, place: str = "") -> Iterator[str]:
    """The fields that hold sealed data, inner ones with their way."""
    if "$ref" in schema:
        yield from _sealed(whole["$defs"][_name(schema)], whole, place)
    elif _word(schema) == "Sealed":
        yield place
    for part in [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]:
        yield from _sealed(part, whole, place)
    for name, field in schema.get("properties", {}).items():
        yield from _sealed(field, whole, f"{place}.{name}".lstrip("."))


def _header_meanings() -> Iterator[tuple[str, str]]:
    meanings = _attribute_meanings(Envelope)
    for header, what in _HEADERS.items():
        yield header, meanings.get(what, what)


def _enum_meanings() -> dict[str, dict[str, str]]:
    """What each member of each enumeration means: word → docstring. An enumeration is told by its name."""
    found: dict[str, dict[str, str]] = {}
    modules = {inspect.getmodule(event) for event in EVENTS.values()} | {vocabulary}
    for module in modules:
        for name, each in vars(module).items():
            if inspect.isclass(each) and issubclass(each, str):
                meanings = _attribute_meanings(each)
                found[name] = {member.value: meanings.get(member.name, "") for member in each}  # type: ignore[attr-defined]
    return found


def _attribute_meanings(owner: type) -> dict[str, str]:
    """The docstrings under a class's attributes, which Python itself does not keep."""
    [definition] = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    return _docstrings(definition.body) if isinstance(definition, ast.ClassDef) else {}


def _constant_meanings(module: Any) -> dict[str, str]:
    return _docstrings(ast.parse(inspect.getsource(module)).body)


def _docstrings(statements: list[ast.stmt]) -> dict[str, str]:
    found = {}
    for statement, after in zip(statements, statements[1:], strict=False):
        match statement, after:
            case (
                ast.Assign(targets=[ast.Name(name)]) | ast.AnnAssign(target=ast.Name(name)),
                ast.Expr(ast.Constant(str(text))),
            ):
                found[name] = " ".join(text.split())
    return found


def _sentence(event: type[Published]) -> str:
    return " ".join((event.__doc__ or "").split())


def _generated(opening: str, closing: str = "") -> str:
    return f"{opening} Written by `python -m contracts.asyncapi` from the models in libs/contracts; not to be edited.{closing}\n"


def documents() -> Mapping[Path, str]:
    """Every generated file, with what it must hold."""
    return {DOCS / "asyncapi.yaml": asyncapi(), DOCS / "events.md": catalogue().rstrip() + "\n"}


def main() -> None:
    """Write the documents, or check them; exits with 1 and a line for each that is not up to date."""
    parser = argparse.ArgumentParser(prog="contracts.asyncapi", description="AsyncAPI and the catalogue of events.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where something is not up to date")
    check = parser.parse_args().check
    stale = [path for path, text in documents().items() if not path.exists() or path.read_text() != text]
    if check and stale:
        sys.exit("\n".join(f"docs/{path.name} is not up to date: run python -m contracts.asyncapi" for path in stale))
    for path in stale:
        path.write_text(documents()[path])


if __name__ == "__main__":
    main()
