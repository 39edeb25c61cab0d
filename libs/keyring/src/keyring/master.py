"""The master key: wraps data keys, and turns a person number into an index that cannot be turned back without it."""

import base64
import hmac
import os
import re
import stat
from pathlib import Path
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keyring.seals import KeyHandle, SealBroken

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
PERSON_NUMBER: Final = re.compile(r"[0-9]{12}")


class MasterKeyUnfit(Exception):
    """The master key cannot be used: unreadable, open to others, malformed, or not the one of this keyring."""


class MasterKey:
    """32 secret bytes, from which one key for each purpose is derived. Shows nothing of them when printed."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise MasterKeyUnfit(f"a master key has {KEY_BYTES} bytes")
        self._secret = secret
        self._wrapping = AESGCM(self.derive("keyring key wrapping"))
        self._person_index = self.derive("keyring person index")

    def __repr__(self) -> str:
        return "MasterKey(hidden)"

    def derive(self, purpose: str) -> bytes:
        """Give the 32-byte key for one purpose (HKDF-SHA256); keys of two purposes tell nothing of each other."""
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"stodvag {purpose}".encode()).derive(
            self._secret
        )

    def fingerprint(self) -> bytes:
        """Give what tells this master key from another without giving it away."""
        return self.derive("keyring fingerprint")

    def make_key(self, key_id: UUID) -> tuple[KeyHandle, bytes]:
        """Draw a data key; give it ready for use, and wrapped (AES-256-GCM, bound to its id) for the database."""
        data_key = AESGCM.generate_key(bit_length=256)
        nonce = os.urandom(NONCE_BYTES)
        wrapped = nonce + self._wrapping.encrypt(nonce, data_key, key_id.bytes)
        return KeyHandle(key_id, data_key), wrapped

    def unwrap(self, key_id: UUID, wrapped: bytes) -> KeyHandle:
        """Unwrap a data key; SealBroken where it was altered, moved to another id or wrapped by another master key."""
        try:
            data_key = self._wrapping.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], key_id.bytes)
        except (InvalidTag, ValueError):
            raise SealBroken(f"the wrapping of key {key_id} does not open") from None
        return KeyHandle(key_id, data_key)

    def person_index(self, board_id: UUID, number: str) -> bytes:
        """Give the keyed index (HMAC-SHA256) of a personnummer or samordningsnummer within one board.

        The number is written with twelve digits, century first, no sign; otherwise ValueError. Whether it is a valid
        number is asked where it was typed. The board is part of the index, so that two boards' rows cannot be matched.
        """
        if not PERSON_NUMBER.fullmatch(number):
            raise ValueError("a person number is written with twelve digits, century first, no sign")
        return hmac.digest(self._person_index, board_id.bytes + number.encode("ascii"), "sha256")


def read_master_key(path: Path) -> MasterKey:
    """Read a master key: 32 bytes in base64, in a file that its owner alone may read (mode 600 or 400).

    Raises MasterKeyUnfit, which says what to mend and never shows the content.
    """
    try:
        with path.open("rb") as file:
            open_to = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            text = file.read()
    except OSError as error:
        raise MasterKeyUnfit(f"the master key file {path} cannot be read: {error.strerror}") from None
    if open_to & 0o077:
        raise MasterKeyUnfit(f"the master key file {path} is open to others than its owner: chmod 600 {path}")
    try:
        return MasterKey(base64.b64decode(text.strip(), validate=True))
    except (ValueError, MasterKeyUnfit):
        raise MasterKeyUnfit(f"the master key file {path} does not hold {KEY_BYTES} bytes in base64") from None
