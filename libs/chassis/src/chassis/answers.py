"""What a command was answered, sealed for the thirty days in which the same command may come again."""

import hmac
import os
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic_core import from_json, to_json

from keyring.master import MasterKey

_NONCE_BYTES = 12
_COMMANDS = UUID("6f1d3a0e-9c52-5b0a-8f0e-0d8f8b1f7c11")


class Answers:
    """Seals answers and makes fingerprints with keys of the service's own, derived from the master key."""

    def __init__(self, master: MasterKey, service: str) -> None:
        self._cipher = AESGCM(master.derive(f"{service} answers"))
        self._fingerprint_key = master.derive(f"{service} fingerprints")
        self._code_key = master.derive("codes handed over")
        self._id_key = master.derive(f"{service} command ids")

    def seal(self, command: UUID, answer: Mapping[str, Any]) -> bytes:
        """An answer for storage, bound to its command.

        The nonce is drawn: a command may be tried twice, with two answers, and what fails is in the database's log too.
        """
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, to_json(answer), command.bytes)

    def open(self, command: UUID, sealed: bytes) -> dict[str, Any]:
        """An answer from storage."""
        nonce, ciphertext = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        answer: dict[str, Any] = from_json(self._cipher.decrypt(nonce, ciphertext, command.bytes))
        return answer

    def fingerprint(self, body: bytes) -> bytes:
        """A keyed digest of a request's body: equal for equal bodies, and telling nothing of them."""
        return hmac.digest(self._fingerprint_key, body, sha256)

    def code_digest(self, code: str) -> str:
        """A keyed digest, in hex, of a code that one service hands out and another is asked with: in each the same."""
        return hmac.digest(self._code_key, code.encode(), sha256).hex()

    def command_id(self, caller: str, route: str, key: str) -> UUID:
        """The id of a command that a client may send again: of the caller, the route and the client's key together."""
        return UUID(bytes=hmac.digest(self._id_key, f"{caller}\n{route}\n{key}".encode(), sha256)[:16])


def reaction_id(subscription: str, event: UUID) -> UUID:
    """The id of the command that an event becomes in a subscription: the same however often it is delivered."""
    return uuid5(_COMMANDS, f"{subscription}:{event}")


def timer_id(stream: UUID, name: str, due: str) -> UUID:
    """The id of the command that a timer becomes."""
    return uuid5(_COMMANDS, f"{stream}:{name}:{due}")
