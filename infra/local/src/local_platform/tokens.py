"""Tokens for development: a key pair of our own, its public half as a key set, and signed tokens for each role.

Programs, journeys and tests use them; people sign in at the identity provider. Whoever may read the data folder may
issue a token.
"""

import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chassis.auth import DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER
from local_platform.secret_files import read_or_make_key

ROLES = (
    "caseworker",
    "qualified_caseworker",
    "team_lead",
    "activity_staff",
    "analyst",
    "archivist",
    "catalogue_editor",
    "operations",
)


class TokenIssuer:
    """Issues tokens that the services of this platform believe; its keys stay in `folder`."""

    def __init__(self, folder: Path) -> None:
        """Make the key pair and the key set the first time, read them later."""
        self.jwks_file = folder / "jwks.json"
        key = serialization.load_pem_private_key(read_or_make_key(folder / "private.pem").read_bytes(), password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{folder} does not hold an elliptic-curve key")
        self._key = key
        public = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
        self._key_id = hashlib.sha256(json.dumps(public, sort_keys=True).encode()).hexdigest()[:16]
        described = public | {"kid": self._key_id, "alg": "ES256", "use": "sig"}
        self.jwks_file.write_text(json.dumps({"keys": [described]}))

    def issue(self, role: str, boards: Sequence[UUID], subject: str, minutes: int = 12 * 60) -> str:
        """A token for `subject` (a pseudonym) with one role on these boards, good for so many minutes from now."""
        now = int(time.time())
        claims = {
            "iss": DEVELOPMENT_ISSUER,
            "aud": DEVELOPMENT_AUDIENCE,
            "sub": subject,
            "iat": now,
            "exp": now + minutes * 60,
            "roles": [role],
            "boards": [str(board) for board in boards],
        }
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": self._key_id})
