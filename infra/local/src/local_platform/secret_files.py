"""Secrets of a local platform: files in its data folder that their owner alone may read."""

import base64
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


def write_secret(path: Path, content: bytes) -> None:
    """Write a new file with mode 600; an existing one is an error, since what it locked would be lost."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def read_or_make_secret(path: Path) -> bytes:
    """32 random bytes, kept in base64: drawn the first time, the same ever after."""
    if not path.exists():
        write_secret(path, base64.b64encode(secrets.token_bytes(32)))
    return base64.b64decode(path.read_bytes())


def read_or_make_key(path: Path) -> Path:
    """The file of a private key that signs tokens (P-256, PEM): drawn the first time, the same ever after."""
    if not path.exists():
        pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        write_secret(path, ec.generate_private_key(ec.SECP256R1()).private_bytes(*pem))
    return path
