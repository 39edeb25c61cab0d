"""Private events to and from JSON, with old versions lifted on the way in."""

from typing import Any

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from chassis.decider import Decider


class UnknownEvent(LookupError):
    """A stored event has a type that its stream's decider does not know."""


_adapters: dict[type[Any], TypeAdapter[Any]] = {}
_adapters_by_type: dict[tuple[type[Any], ...], dict[str, TypeAdapter[Any]]] = {}


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
    adapter = _by_type(decider.events).get(type_)
    if adapter is None:
        raise UnknownEvent(type_)
    return adapter.validate_json(data)


def _by_type(events: tuple[type[Any], ...]) -> dict[str, TypeAdapter[Any]]:
    if events not in _adapters_by_type:
        # A dataclass with slots keeps its default in the field, not on the class.
        _adapters_by_type[events] = {event.__dataclass_fields__["type"].default: _adapter(event) for event in events}
    return _adapters_by_type[events]
