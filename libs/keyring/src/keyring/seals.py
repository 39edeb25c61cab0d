"""Sealed parts: one person's personal fields in one event, encrypted and bound to where they belong."""

import base64
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NewType, cast
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Sealed = NewType("Sealed", str)
"""A sealed part as it stands in events and views: `s1.` and base64url of key id, event id, part, nonce, ciphertext."""

PREFIX: Final = "s1."
NONCE_BYTES: Final = 12
SMALLEST_BUCKET: Final = 256
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
PART: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")


class SealBroken(Exception):
    """The text is no seal, was altered, or belongs to another event, part or key. Says nothing of the content."""


@dataclass(frozen=True)
class Erased:
    """Stands where a payload stood whose key is destroyed: "uppgiften är gallrad"."""


class Payload(Mapping[str, str]):
    """One person's personal fields, by field name. Shows nothing of them when printed, logged or formatted."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = dict(fields)

    def __getitem__(self, name: str) -> str:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return "Payload(hidden)"


@dataclass(frozen=True, slots=True)
class KeyHandle:
    """A data key. Its id may be stored and shown; the key itself shows itself nowhere.

    A cipher takes 2.4 kB and less than a microsecond to make, so it is made when it is needed.
    """

    key_id: UUID
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seal:
    """A sealed part taken apart, still closed. What it says of its key, event and part is proven only by opening it."""

    key_id: UUID
    event_id: UUID
    part: str
    nonce: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)


def seal(data_key: KeyHandle, event_id: UUID, part: str, payload: Mapping[str, str]) -> Sealed:
    """Encrypt one person's fields (AES-256-GCM), bound to key, event and part.

    `part` names the person's role in the event (`child`, `guardian-1`, `reporter`): at most 63 of a–z, 0–9 and
    hyphen, a letter first; otherwise ValueError. It can be read without the key.
    """
    if not PART.fullmatch(part):
        raise ValueError("a part is named with a-z, 0-9 and hyphen, a letter first, at most 63 in all")
    nonce = os.urandom(NONCE_BYTES)
    binding = _binding(data_key.key_id, event_id, part)
    ciphertext = AESGCM(data_key.secret).encrypt(nonce, _padded(payload), binding)
    return Sealed(PREFIX + _to_text(binding + nonce + ciphertext))


def unseal(data_key: KeyHandle, event_id: UUID, part: str, sealed: str) -> Payload:
    """Open what `seal` closed with the same key, event and part; anything else is SealBroken."""
    closed = read_seal(sealed)
    if (closed.key_id, closed.event_id, closed.part) != (data_key.key_id, event_id, part):
        raise SealBroken("the seal belongs to another event, part or key")
    return break_seal(data_key, closed)


def read_seal(sealed: str) -> Seal:
    """Take a sealed part apart without opening it, to learn which key it needs. SealBroken where it is no seal."""
    try:
        raw = _from_text(sealed.removeprefix(PREFIX))
    except ValueError:
        raise SealBroken("the text is not base64url") from None
    # More than one base64 text decodes to the same bytes; only the one that `seal` writes is taken.
    if not sealed.startswith(PREFIX) or PREFIX + _to_text(raw) != sealed:
        raise SealBroken("the text is not a seal as it was written")
    part_ends = 33 + raw[32] if len(raw) > 32 else 33
    nonce_ends = part_ends + NONCE_BYTES
    if len(raw) < nonce_ends + SMALLEST_BUCKET or not raw[33:part_ends].isascii():
        raise SealBroken("the seal is cut short or has no readable part name")
    return Seal(
        key_id=UUID(bytes=raw[:16]),
        event_id=UUID(bytes=raw[16:32]),
        part=raw[33:part_ends].decode("ascii"),
        nonce=raw[part_ends:nonce_ends],
        ciphertext=raw[nonce_ends:],
    )


def break_seal(data_key: KeyHandle, closed: Seal) -> Payload:
    """Open a seal in the binding that it names itself; SealBroken where that binding or the key is not the true one."""
    try:
        binding = _binding(closed.key_id, closed.event_id, closed.part)
        clear = AESGCM(data_key.secret).decrypt(closed.nonce, closed.ciphertext, binding)
    except InvalidTag:
        raise SealBroken("the seal was altered, or another key closed it") from None
    return Payload(cast("dict[str, str]", json.loads(clear)))


def _binding(key_id: UUID, event_id: UUID, part: str) -> bytes:
    name = part.encode("ascii")
    return key_id.bytes + event_id.bytes + bytes([len(name)]) + name


def _padded(payload: Mapping[str, str]) -> bytes:
    # Lengths double from 256 bytes on, so that they do not tell one name from another. JSON ignores spaces at its
    # end. Half characters (lone surrogates) come in from broken input and must survive, not raise with the text.
    clear = _ENCODER.encode(dict(payload)).encode("utf-8", "surrogatepass")
    bucket = SMALLEST_BUCKET
    while bucket < len(clear):
        bucket *= 2
    return clear.ljust(bucket)


def _to_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _from_text(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
