"""Personal data on its way through the core: open in a command, sealed in every event."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar
from uuid import UUID


class Part:
    """A field of an event that holds one person's data: `Personal` when decided, `Sealed` once stored."""

    __slots__ = ()


class Sealed(str, Part):
    """One person's personal data, sealed with that person's key in the case. Opened by the keyring only."""

    __slots__ = ()


class Personal(Part):
    """One person's personal data in clear, on a command. It is sealed before it is stored and shows itself nowhere."""

    __slots__ = ("fields", "part", "person")

    def __init__(self, part: str, person: UUID, fields: Mapping[str, str]) -> None:
        self.part = part
        """Which part of the event it is, such as `child` or `reporter`."""
        self.person = person
        self.fields = dict(fields)

    def __repr__(self) -> str:
        return f"Personal({self.part!r}, {self.person}, …)"


T = TypeVar("T")


def personal_parts(event: Any) -> list[Personal]:
    """The parts of an event that are still in clear."""
    found: list[Personal] = []
    for name in _names(type(event)):
        value = getattr(event, name)
        if isinstance(value, Personal):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(part for part in value if isinstance(part, Personal))
    return found


def sealed_parts(event: Any) -> list[tuple[str, Sealed]]:
    """The sealed parts of an event in the order of its fields, each under its field's name."""
    found: list[tuple[str, Sealed]] = []
    for field in fields(event):
        value = getattr(event, field.name)
        parts = value if isinstance(value, tuple) else (value,)
        found += [(field.name, part) for part in parts if isinstance(part, Sealed)]
    return found


def as_sealed(part: Part) -> Sealed:
    """A part as it is copied to others, unopened.

    Raises:
        TypeError: it is still in clear; by the time that an event is published, each part is sealed.
    """
    if not isinstance(part, Sealed):
        raise TypeError("personal data are sealed before they are published")
    return part


def with_sealed(event: T, sealed: Mapping[int, Sealed]) -> T:
    """The event with each `Personal`, known by its `id()`, replaced by its sealed form."""

    def swap(value: Any) -> Any:
        if isinstance(value, Personal):
            return sealed[id(value)]
        if isinstance(value, tuple):
            return tuple(swap(part) for part in value)
        return value

    # Field by field, as `dataclasses.replace` does at three times the cost: an event is its fields and no more.
    copy: T = object.__new__(type(event))
    for name in _names(type(event)):
        object.__setattr__(copy, name, swap(getattr(event, name)))
    return copy


_field_names: dict[type[Any], tuple[str, ...]] = {}


def _names(event: type[Any]) -> tuple[str, ...]:
    if event not in _field_names:
        _field_names[event] = tuple(field.name for field in fields(event))
    return _field_names[event]
