"""Writes what the platform publishes, for people and for tools, from the models alone.

    python -m contracts.asyncapi [--check]

`docs/asyncapi.yaml` is AsyncAPI 3.0, `docs/events.md` a catalogue to read.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

from contracts.catalogue import catalogue, header_meanings, sentence
from contracts.published import Published
from contracts.registry import EVENTS, PUBLISHERS
from contracts.schemas import Schema, schema_of

DOCS = Path(__file__).parents[4] / "docs"

_NOTE = "Written by `python -m contracts.asyncapi` from the models in libs/contracts; not to be edited."


def asyncapi() -> str:
    """The AsyncAPI document, which refers to the schemas of payloads beside it."""
    return f"# {_NOTE}\n{_as_yaml(lambda event: {'$ref': f'../libs/contracts/schemas/{event.type}.json'})}"


def bundle() -> str:
    """The AsyncAPI document as one file, with the schemas of payloads in it."""
    return _as_yaml(schema_of)


def _as_yaml(schema: Callable[[type[Published]], Schema]) -> str:
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
            f"publish-{publisher}": {"action": "send", "channel": {"$ref": f"#/channels/{publisher}"}}
            for publisher in PUBLISHERS
        },
        "components": {
            "messages": {name: _message(name, event, schema(event)) for name, event in EVENTS.items()},
            "schemas": {
                "headers": {
                    "type": "object",
                    "required": [name for name, _ in header_meanings() if name != "traceparent"],
                    "properties": {
                        name: {"type": "string", "description": meaning} for name, meaning in header_meanings()
                    },
                }
            },
        },
    }
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=118)


def _message(name: str, event: type[Published], schema: Schema) -> Schema:
    return {
        "name": name,
        "title": event.__name__,
        "summary": sentence(event),
        "headers": {"$ref": "#/components/schemas/headers"},
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": schema,
        },
    }


def documents() -> Mapping[Path, str]:
    """Every generated file, with what it must hold."""
    return {DOCS / "asyncapi.yaml": asyncapi(), DOCS / "events.md": f"<!-- {_NOTE} -->\n{catalogue()}"}


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
