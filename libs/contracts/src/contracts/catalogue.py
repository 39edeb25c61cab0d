"""The catalogue of published events: what each is, what its fields mean, and what is sealed, from the models alone."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from types import ModuleType

from pydantic import TypeAdapter

from contracts import vocabulary
from contracts.envelope import Envelope
from contracts.published import Published
from contracts.registry import EVENTS, PUBLISHERS
from contracts.schemas import Schema, schema_of

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


def catalogue() -> str:
    """The catalogue, in Markdown."""
    return "\n".join(["# Published events", "", *_introduction(), *_events(), *_vocabulary()]).rstrip() + "\n"


def header_meanings() -> Iterator[tuple[str, str]]:
    """Each Kafka header with what it says."""
    meanings = _attribute_meanings(Envelope)
    for header, what in _HEADERS.items():
        yield header, meanings.get(what, what)


def sentence(event: type[Published]) -> str:
    """What an event means."""
    return " ".join((event.__doc__ or "").split())


def _introduction() -> Iterator[str]:
    yield "Events are CloudEvents 1.0 in binary mode on Kafka: what is known of an event stands in the headers, its"
    yield "payload is JSON, and its key is the id of the case. Personal data are sealed with a key per person and case,"
    yield "and nobody but the keyring opens them. A reader ignores fields that it does not know."
    yield from ("", "| header | meaning |", "|---|---|")
    yield from (f"| `{name}` | {meaning} |" for name, meaning in header_meanings())
    yield ""


def _events() -> Iterator[str]:
    for publisher, events in PUBLISHERS.items():
        yield from (f"## {publisher}", "", f"Topic `stodvag.{publisher}.v1`.", "")
        for name, event in events.items():
            schema = schema_of(event)
            yield from (f"### {event.__name__}", "", f"`{name}`", "", sentence(event), "")
            yield from _fields(schema)
            sealed = ", ".join(f"`{each}`" for each in _sealed(schema, schema))
            yield from (f"Sealed: {sealed}." if sealed else "Nothing sealed: it holds no personal data.", "")


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
    return " ".join([_PLAIN[field.get("format") or field["type"]], *limits])


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


def _constant_meanings(module: ModuleType) -> dict[str, str]:
    return _docstrings(ast.parse(inspect.getsource(module)).body)


def _docstrings(statements: list[ast.stmt]) -> dict[str, str]:
    found = {}
    for statement, after in pairwise(statements):
        match statement, after:
            case (
                ast.Assign(targets=[ast.Name(name)]) | ast.AnnAssign(target=ast.Name(name)),
                ast.Expr(ast.Constant(str(text))),
            ):
                found[name] = " ".join(text.split())
            case _:
                pass
    return found
