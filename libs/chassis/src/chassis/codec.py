"""Private events to and from JSON, with old versions lifted on the way in."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from msgspec import json

from chassis.decider import Decider
from chassis.personal import Part, Sealed


class UnknownEvent(LookupError):
    """A stored event has a type that its stream's decider does not know."""


_names: dict[type[Any], tuple[str, ...]] = {}
_readers: dict[tuple[type[Any], ...], dict[str, Callable[[str], Any]]] = {}


def encode(event: Any) -> str:
    """An event as JSON text, without its type, which stands beside it.

    Raises:
        TypeError: personal data have not been sealed.
    """
    names = _names.get(type(event))
    if names is None:
        names = _names[type(event)] = tuple(field.name for field in fields(event) if field.name != "type")
    return _encoder.encode({name: getattr(event, name) for name in names}).decode()


def decode(decider: Decider[Any, Any, Any], type_: str, data: str) -> Any:
    """An event from JSON text.

    Raises:
        UnknownEvent: neither an event nor an upcaster of the decider has the type.
    """
    if type_ in decider.upcasters:
        raw = json.decode(data)
        while type_ in decider.upcasters:
            type_, lift = decider.upcasters[type_]
            raw = lift(raw)
        data = json.encode(raw).decode()
    read = _by_type(decider.events).get(type_)
    if read is None:
        raise UnknownEvent(type_)
    return read(data)


def reader(decider: Decider[Any, Any, Any]) -> Callable[[str, str], Any]:
    """`decode` for many events of one decider: what is the same for all of them is looked up once."""
    current = {type_: read for type_, read in _by_type(decider.events).items() if type_ not in decider.upcasters}

    def read_event(type_: str, data: str) -> Any:
        read = current.get(type_)
        return decode(decider, type_, data) if read is None else read(data)

    return read_event


def _by_type(events: tuple[type[Any], ...]) -> dict[str, Callable[[str], Any]]:
    if events not in _readers:
        # A dataclass with slots keeps its default in the field, not on the class. A decoder takes milliseconds to make.
        _readers[events] = {
            event.__dataclass_fields__["type"].default: json.Decoder(event, dec_hook=_read_part).decode
            for event in events
        }
    return _readers[events]


def _write_part(value: Any) -> str:
    if isinstance(value, Sealed):
        return str(value)
    raise TypeError("personal data must be sealed before they are written")


def _read_part(kind: type[Any], value: Any) -> Sealed:
    if kind is Part and isinstance(value, str):
        return Sealed(value)
    raise TypeError("a part of an event is sealed text")


_encoder = json.Encoder(enc_hook=_write_part)
