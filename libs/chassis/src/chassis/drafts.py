"""Drafts: a form that somebody wants to go on with later, kept only because they asked for it.

The content is sealed with a key that follows from a code and a secret of the service. The code is shown once and kept
nowhere, so neither staff nor who has the database and every secret of ours can read what was written. Two weeks later
it is erased; sooner when the form is sent, or when its writer wants. Forms without identity (SoL 14:5) keep none.
"""

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic_core import from_json, to_json

from chassis.database import Pool
from chassis.receipt_code import draw_code
from keyring.master import MasterKey
from statute.retention import DRAFT_KEPT_DAYS

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Draft:
    """A form as it was left: the address that it is filled in at, and what was typed."""

    path: str
    typed: Mapping[str, list[str]]


class Drafts:
    """Keeps drafts in a service's own database."""

    def __init__(self, pool: Pool, master: MasterKey, service: str) -> None:
        self._pool = pool
        self._id_key = master.derive(f"{service} draft ids")
        self._ticket_key = master.derive(f"{service} draft tickets")
        self._salt = master.derive(f"{service} drafts")

    async def keep(self, draft: Draft, at: datetime) -> tuple[str, datetime]:
        """Keep a draft; its code, and when it is erased."""
        code, erase_at = draw_code(), at + timedelta(days=DRAFT_KEPT_DAYS)
        draft_id, nonce = self._id(code), os.urandom(_NONCE_BYTES)
        sealed = nonce + self._cipher(code).encrypt(nonce, to_json(draft), draft_id)
        await self._pool.execute("select keep_draft($1, $2, $3)", draft_id, sealed, erase_at)
        return code, erase_at

    async def open(self, code: str, at: datetime) -> Draft | None:
        """The draft of a code as `receipt_code.read_code` gives it; None where there is none."""
        draft_id = self._id(code)
        sealed = await self._pool.fetchval("select read_draft($1, $2)", draft_id, at)
        if sealed is None:
            return None
        opened = from_json(self._cipher(code).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], draft_id))
        return Draft(**opened)

    async def erase(self, code: str) -> bool:
        """Erase a draft; whether there was one."""
        return bool(await self._pool.fetchval("select erase_draft($1)", self._id(code)))

    async def erase_due(self, at: datetime) -> int:
        """Erase what has been kept as long as we promised; how many there were."""
        return int(await self._pool.fetchval("select erase_due_drafts($1)", at))

    def ticket(self, code: str) -> str:
        """What a form's own address opens the draft of a code with: given out where codes are typed, and tells none."""
        return hmac.digest(self._ticket_key, code.encode(), sha256).hex()

    def _id(self, code: str) -> bytes:
        return hmac.digest(self._id_key, code.encode(), sha256)

    def _cipher(self, code: str) -> AESGCM:
        """The code alone gives the key; the salt keeps who has stolen the database from trying codes."""
        return AESGCM(HKDF(SHA256(), 32, self._salt, b"stodvag draft").derive(code.encode()))
