"""What every published event has in common, and how one is written to and read from bytes."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import to_json

Json = dict[str, Any]
Upcaster = Callable[[Json], Json]


class Published(BaseModel):
    """A published event's payload. Its type and version stand in the class and travel in the envelope."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_timedelta="iso8601", use_attribute_docstrings=True)

    type: ClassVar[str]
    case_id: UUID
    """The case; also the Kafka key. Never a person."""


class UnreadablePayload(ValueError):
    """A payload does not fit the type in its envelope. The text names the fields at fault, never what they held."""


class UnknownType(LookupError):
    """No model is known for a type: an event newer than this reader, kept as unhandled."""


def write(event: Published) -> bytes:
    """The payload as JSON bytes."""
    return event.model_dump_json().encode()


def read(
    type_: str,
    payload: bytes,
    known: Mapping[str, type[Published]],
    upcasters: Mapping[str, tuple[str, Upcaster]],
) -> Published:
    """Read a payload of the given type, lifting an old version step by step to the newest.

    Raises:
        UnknownType: neither a model nor an upcaster is known for the type.
        UnreadablePayload: the payload is no JSON, or does not fit its type.
    """
    try:
        if type_ in upcasters:
            data = _loads(payload)
            while type_ in upcasters:
                type_, lift = upcasters[type_]
                data = lift(data)
            payload = to_json(data)
        if type_ not in known:
            raise UnknownType(type_)
        event: Published = known[type_].__pydantic_validator__.validate_json(payload)
        return event
    except ValidationError as invalid:
        fields = ", ".join(sorted({".".join(map(str, error["loc"])) or "payload" for error in invalid.errors()}))
        raise UnreadablePayload(f"{type_}: cannot read {fields}") from None


def _loads(payload: bytes) -> Json:
    """A JSON object from bytes."""
    return _Object.model_validate_json(payload).model_dump()


class _Object(BaseModel):
    """Any JSON object; used to read an old version before it is lifted."""

    model_config = ConfigDict(extra="allow")
