"""The catalogue of what programs can use, as the gateway serves it under /api/: made from the models, ready to read.

python -m local_platform.interfaces FOLDER

The gateway serves it, since it alone stands before every service. It is written at each start, and so of the commit
that runs.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assessment.main import SERVICE as ASSESSMENT
from chassis.service import describe
from contracts.asyncapi import bundle
from contracts.catalogue import header_meanings, sentence
from contracts.registry import EVENTS, PUBLISHERS
from contracts.schemas import schema_of
from direct_access.main import SERVICE as DIRECT_ACCESS
from followup.main import SERVICE as FOLLOWUP
from intake.main import SERVICE as INTAKE
from local_platform.checkout import CHECKOUT

TEMPLATES = CHECKOUT / "infra" / "gateway" / "catalogue"

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """A piece of what a field holds, in words; `shape` names the shape that it leads to."""

    text: str
    shape: str | None = None


@dataclass(frozen=True)
class Row:
    """A field, a parameter or an answer."""

    name: str
    holds: list[Part]
    meaning: str
    required: bool = True


@dataclass(frozen=True)
class Shape:
    """What several fields share: an object with fields of its own, or a list of words."""

    name: str
    meaning: str
    rows: list[Row]
    holds: list[Part]


@dataclass(frozen=True)
class Operation:
    """One method on one path, without the path's beginning that the whole API shares."""

    group: str
    method: str
    path: str
    meaning: str
    parameters: list[Row]
    body: list[Part] | None
    answers: list[Row]


@dataclass(frozen=True)
class Api:
    """A service's API. `version` is OpenAPI's own."""

    name: str
    title: str
    prefix: str
    version: str
    groups: list[list[Operation]]
    shapes: list[Shape]


@dataclass(frozen=True)
class Event:
    """A published event."""

    type: str
    meaning: str
    rows: list[Row]


def write_interfaces(folder: Path) -> None:
    """Write the catalogue into a folder: pages, stylesheet, AsyncAPI."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in interfaces().items():
        (folder / name).write_text(text)


@cache
def interfaces() -> Mapping[str, str]:
    """Every file of the catalogue, by name. Made once in a process."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _mark_code
    apis = [read_api(service.name, describe(service)) for service in (INTAKE, ASSESSMENT, DIRECT_ACCESS, FOLLOWUP)]
    topics = {
        f"stodvag.{publisher}.v1": [
            Event(name, sentence(event), list(_fields(schema_of(event)))) for name, event in events.items()
        ]
        for publisher, events in PUBLISHERS.items()
    }
    shared: dict[str, Any] = {"apis": apis, "commit": commit()}
    definitions = {
        name: shape for event in EVENTS.values() for name, shape in schema_of(event).get("$defs", {}).items()
    }

    def page(template: str, here: str, **values: Any) -> str:
        return environment.get_template(template).render(here=here, **shared, **values)

    return {
        "index.html": page("index.html", "", topics=topics, events=len(EVENTS)),
        **{f"{api.name}.html": page("api.html", api.name, api=api) for api in apis},
        "events.html": page(
            "events.html", "events", topics=topics, headers=list(header_meanings()), shapes=_shapes(definitions)
        ),
        "asyncapi.yaml": f"# Made from commit {shared['commit']}.\n{bundle()}",
        "catalogue.css": (TEMPLATES / "catalogue.css").read_text(),
    }


def read_api(name: str, document: Schema) -> Api:
    """A service's OpenAPI document, in the order and the words of the pages."""
    prefix = f"/api/{name}/v1/"
    operations = [
        _read_operation(prefix, path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return Api(
        name=name,
        title=document["info"]["title"],
        prefix=prefix,
        version=document["openapi"],
        groups=[list(group) for _, group in groupby(operations, key=lambda operation: operation.group)],
        shapes=_shapes(document["components"]["schemas"]),
    )


def commit() -> str:
    """The commit that runs: STODVAG_COMMIT where it is set, else what git says of the checkout."""
    if given := os.environ.get("STODVAG_COMMIT"):
        return given
    git = shutil.which("git")
    if git is None:
        return "unknown"

    def ask(*question: str) -> str | None:
        asked = subprocess.run([git, *question], cwd=CHECKOUT, capture_output=True, text=True, check=False)
        return asked.stdout.strip() if asked.returncode == 0 else None

    head = ask("rev-parse", "HEAD")
    if head is None:
        return "unknown"
    return f"{head} and changes since" if ask("status", "--porcelain", "--untracked-files=no") else head


def _read_operation(prefix: str, path: str, method: str, operation: Schema) -> Operation:
    body = operation.get("requestBody", {}).get("content", {})
    return Operation(
        group="For operations" if "operations" in operation.get("tags", ()) else "For citizens, staff and programs",
        method=method.upper(),
        path=path.removeprefix(prefix.rstrip("/")),
        meaning=_one_line(operation.get("description", operation["summary"])),
        parameters=[
            Row(
                each["name"],
                _holds(each["schema"]),
                _one_line(each.get("description", "")),
                each.get("required", False),
            )
            for each in operation.get("parameters", ())
        ],
        body=next((_holds(content["schema"]) for content in body.values()), None),
        answers=[
            Row(
                status if status != "default" else "otherwise",
                next((_holds(content["schema"]) for content in answer.get("content", {}).values()), [Part("nothing")]),
                "" if answer["description"] == "Successful Response" else answer["description"],
            )
            for status, answer in operation["responses"].items()
        ],
    )


def _shapes(definitions: Mapping[str, Schema]) -> list[Shape]:
    return [
        Shape(name, _one_line(schema.get("description", "")), list(_fields(schema)), _holds(schema))
        for name, schema in sorted(definitions.items())
    ]


def _fields(schema: Schema) -> Iterator[Row]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield Row(name, _holds(field), _one_line(field.get("description", "")), name in required)


_PLAIN = {
    "boolean": "yes or no",
    "date": "day",
    "date-time": "time",
    "integer": "whole number",
    "null": "nothing",
    "number": "number",
    "object": "object",
    "string": "text",
    "uuid": "id",
}


def _holds(schema: Schema) -> list[Part]:
    """What a schema holds, in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return [Part(name, name)]
    if "anyOf" in schema:
        first, *others = schema["anyOf"]
        return [*_holds(first), *(part for other in others for part in (Part(" or "), *_holds(other)))]
    if "const" in schema:
        return [Part(f"“{schema['const']}”")]
    if "enum" in schema:
        return [Part(" · ".join(map(str, schema["enum"])))]
    if schema.get("type") == "array":
        limits = _limits(schema.get("minItems"), schema.get("maxItems"))
        return [Part(f"list of {limits} " if limits else "list of "), *_holds(schema.get("items", {}))]
    kind = schema.get("format") or schema.get("type") or "anything"
    words = _PLAIN.get(kind, kind)
    if length := _limits(schema.get("minLength"), schema.get("maxLength")):
        words += f" of {length} characters"
    if number := _limits(schema.get("minimum"), schema.get("maximum")):
        words += f", {number}"
    return [Part(words)]


def _limits(least: float | None, most: float | None) -> str:
    if least is not None and most is not None:
        return f"{least:,.12g} to {most:,.12g}"
    if most is not None:
        return f"at most {most:,.12g}"
    return "" if least is None else f"at least {least:,.12g}"


def _mark_code(text: str) -> Markup:
    """A sentence whose words between backticks are code, as in the models' own words."""
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    write_interfaces(Path(sys.argv[1]))
