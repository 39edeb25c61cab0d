"""Private events to and from JSON, with old versions lifted on the way in."""

from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from chassis.decider import Decider


class UnknownEvent(LookupError):
    """A stored event has a type that its stream's decider does not know."""


_adapters: dict[type[Any], TypeAdapter[Any]] = {}
_readers: dict[tuple[type[Any], ...], dict[str, Callable[[str], Any]]] = {}


def _adapter(event: type[Any]) -> TypeAdapter[Any]:
    """Building one costs milliseconds, so each is built once."""
    if event not in _adapters:
        _adapters[event] = TypeAdapter(event)
    return _adapters[event]


def encode(event: Any) -> str:
    """An event as JSON text. Personal data must have been sealed before."""
    return _adapter(type(event)).dump_json(event, exclude={"type"}).decode()


def decode(decider: Decider[Any, Any, Any], type_: str, data: str) -> Any:
    """An event from JSON text.

    Raises:
        UnknownEvent: neither an event nor an upcaster of the decider has the type.
    """
    if type_ in decider.upcasters:
        raw = from_json(data)
        while type_ in decider.upcasters:
            type_, lift = decider.upcasters[type_]
            raw = lift(raw)
        data = to_json(raw).decode()
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
        # A dataclass with slots keeps its default in the field, not on the class.
        _readers[events] = {
            event.__dataclass_fields__["type"].default: _adapter(event).validator.validate_json for event in events
        }
    return _readers[events]
