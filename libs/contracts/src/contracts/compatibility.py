"""Refuses a change of the contracts that an old reader or an old payload could not survive.

    python -m contracts.compatibility [--base REF]

Compares the schemas and examples as they stood at a commit with the models of today. A published field keeps its name,
its type and its limits for ever: what is wider than before stops readers that are not yet replaced, what is narrower
stops payloads that are kept. A new field is welcome if it has a default. Anything else is a new version of the event,
with an upcaster from the old one.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contracts.published import Published, UnknownType, UnreadablePayload, Upcaster, read
from contracts.registry import EVENTS, UPCASTERS
from contracts.schemas import FOLDER, Schema, schema_of

_WORDS_ONLY = ("$schema", "$id", "$defs", "title", "description", "examples")


def breaks(old: Schema, new: Schema) -> list[str]:
    """What a reader or a payload of the old schema would not survive in the new one, a line each."""
    return list(_breaks("", _inlined(old, old), _inlined(new, new)))


def broken_contracts(
    schemas: Mapping[str, Schema],
    examples: Mapping[str, str],
    events: Mapping[str, type[Published]],
    upcasters: Mapping[str, tuple[str, Upcaster]],
) -> list[str]:
    """What old schemas and examples, by type, would not survive in these models, a line each."""
    found = []
    for name, old in schemas.items():
        if name in events:
            found += [f"{name}: {each}" for each in breaks(old, schema_of(events[name]))]
        elif name not in upcasters:
            found.append(f"{name}: was published and is gone; keep it readable by an upcaster")
    for name, example in examples.items():
        try:
            read(name, example.encode(), events, upcasters)
        except (UnknownType, UnreadablePayload) as error:
            found.append(f"{name}: its old example cannot be read: {error}")
        except Exception as error:  # noqa: BLE001  # an upcaster may stumble in any way
            found.append(f"{name}: its old example cannot be lifted: {type(error).__name__}")
    return found


def _inlined(schema: Any, whole: Schema) -> Any:
    """A schema without its references and without what only explains it."""
    if isinstance(schema, list):
        return [_inlined(part, whole) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    kept = {name: part for name, part in schema.items() if name not in _WORDS_ONLY}
    if "enum" in kept:
        kept["enum"] = sorted(kept["enum"])
    if "properties" in kept:
        properties = {name: _inlined(part, whole) for name, part in kept.pop("properties").items()}
        return {name: _inlined(part, whole) for name, part in kept.items()} | {"properties": properties}
    return {name: _inlined(part, whole) for name, part in kept.items()}


def _breaks(place: str, old: Any, new: Any) -> Iterator[str]:
    """Two inlined schemas compared, from the outside in."""
    if old == new:
        return
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new) and isinstance(old[0], dict):
        for before, after in zip(old, new, strict=True):
            yield from _breaks(place, before, after)
        return
    if not (isinstance(old, dict) and isinstance(new, dict)):
        yield f"{place or 'payload'} was {_short(old)} and is {_short(new)}"
        return
    for name in sorted((old.keys() | new.keys()) - {"properties", "required"}):
        if name in ("items", "anyOf", "prefixItems") and name in old and name in new:
            yield from _breaks(place, old[name], new[name])
        elif old.get(name) != new.get(name) and (name != "default" or name in old):
            yield f"{name} of {place or 'payload'} was {_short(old.get(name))} and is {_short(new.get(name))}"
    before, after = old.get("properties", {}), new.get("properties", {})
    for name, field in before.items():
        inner = f"{place}.{name}".lstrip(".")
        if name in after:
            yield from _breaks(inner, field, after[name])
        else:
            yield f"{inner} is gone"
    for name in set(new.get("required", [])) - set(old.get("required", [])):
        inner = f"{place}.{name}".lstrip(".")
        yield f"{inner} has become required" if name in before else f"{inner} is new and has no default"


def _short(value: object) -> str:
    return "absent" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _at_commit(commit: str, folder: str) -> dict[str, str]:
    """The files of a folder beside this package as they stood at a commit, by stem; none if there is no such commit."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=FOLDER, capture_output=True, text=True, check=False)  # noqa: S603, S607
        return done.stdout if done.returncode == 0 else ""

    names = git("ls-tree", "--name-only", f"{commit}:./{folder}").split()
    return {Path(name).stem: git("show", f"{commit}:./{folder}/{name}") for name in names}


def main() -> None:
    """Compare with the commit before and with the last one, so that neither a change nor its commit slips through."""
    parser = argparse.ArgumentParser(
        prog="contracts.compatibility", description="Can old readers and payloads survive?"
    )
    parser.add_argument("--base", action="append", help="commit to compare with; by default HEAD and the one before")
    found: set[str] = set()
    for base in parser.parse_args().base or ("HEAD", "HEAD^"):
        schemas = {name: json.loads(text) for name, text in _at_commit(base, "schemas").items()}
        found.update(broken_contracts(schemas, _at_commit(base, "examples"), EVENTS, UPCASTERS))
    if found:
        sys.exit("\n".join(sorted(found)))


if __name__ == "__main__":
    main()
