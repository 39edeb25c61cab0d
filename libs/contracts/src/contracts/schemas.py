"""Writes the JSON Schema of every published event, and reads every example payload.

    python -m contracts.schemas [--check]

Both are checked in beside this package: `schemas/<type>.json` is what other languages read, `examples/<type>.json` is
what every later version of the model must still read. Files of a version that has been replaced stay as they were.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contracts.published import Published, UnknownType, UnreadablePayload, read
from contracts.registry import EVENTS, UPCASTERS

FOLDER = Path(__file__).parents[2]
SCHEMAS, EXAMPLES = FOLDER / "schemas", FOLDER / "examples"

Schema = dict[str, Any]


def schema_of(event: type[Published]) -> Schema:
    """The JSON Schema (2020-12) of an event's payload, as a reader may rely on it."""
    schema = event.model_json_schema()
    schema.pop("title")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{event.type.replace('.', ':')}",
        "title": event.type,
        **_without_titles(schema),
    }


def read_example(type_: str, example: str) -> Published:
    """Read an example of any version.

    Raises:
        UnknownType, UnreadablePayload: today's models cannot.
    """
    return read(type_, example.encode(), EVENTS, UPCASTERS)


def write_schemas() -> None:
    """Write the schema of each event's newest version."""
    SCHEMAS.mkdir(exist_ok=True)
    for name, event in EVENTS.items():
        (SCHEMAS / f"{name}.json").write_text(as_text(schema_of(event)))


def faults() -> Iterator[str]:
    """What does not fit together among models, schemas and examples, a line each."""
    for name, event in EVENTS.items():
        path = SCHEMAS / f"{name}.json"
        if not path.exists() or path.read_text() != as_text(schema_of(event)):
            yield f"schemas/{name}.json is not up to date: run python -m contracts.schemas"
        if not (EXAMPLES / f"{name}.json").exists():
            yield f"examples/{name}.json is missing: write an example payload, invented, with every field in use"
    for name in sorted({path.stem for folder in (SCHEMAS, EXAMPLES) for path in folder.glob("*.json")}):
        if name not in EVENTS and name not in UPCASTERS:
            yield f"{name} has a file, but neither a model nor an upcaster"
    for path in sorted(EXAMPLES.glob("*.json")):
        yield from _example_faults(path)


def as_text(document: Mapping[str, Any]) -> str:
    """JSON as it is checked in."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _example_faults(path: Path) -> Iterator[str]:
    example = path.read_text()
    try:
        event = read_example(path.stem, example)
    except (UnknownType, UnreadablePayload) as error:
        yield f"examples/{path.name} cannot be read: {error}"
        return
    if path.stem in EVENTS and (unused := _unused(event.model_dump(mode="json"), json.loads(example))):
        yield f"examples/{path.name} does not use {', '.join(unused)}"


def _unused(known: object, example: object, place: str = "") -> list[str]:
    """The fields of the model that an example leaves empty or out, and those of the example that the model lacks."""
    if isinstance(known, dict) and isinstance(example, dict):
        found = []
        for name in known.keys() | example.keys():
            found += _unused(known.get(name), example.get(name), f"{place}.{name}".lstrip("."))
        return sorted(found)
    return [place] if known in (None, [], {}) or example is None else []


def _without_titles(schema: Schema) -> Schema:
    """pydantic gives every field a title that only repeats its name."""
    properties = schema.get("properties", {})
    for field in properties.values():
        field.pop("title", None)
    for definition in schema.get("$defs", {}).values():
        definition.pop("title", None)
        _without_titles(definition)
    return schema


def main() -> None:
    """Write the schemas, or check them; exits with 1 and a line for each fault."""
    parser = argparse.ArgumentParser(prog="contracts.schemas", description="JSON Schemas of the published events.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where something is not up to date")
    if not parser.parse_args().check:
        write_schemas()
    if found := list(faults()):
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
