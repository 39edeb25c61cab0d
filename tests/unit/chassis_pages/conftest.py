"""A sample service on an in-process transport, and an issuer of tokens with keys of its own."""

import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import FastAPI
from tests.unit.chassis_pages.sample.app import create_sample

from chassis.auth import Issuer, Realm

ISSUER = "https://issuer.test"
AUDIENCE = "stodvag"
BOARD = "0d9f3c1e-55b1-4a0e-9f57-1d2f6a1b0c01"
SYMMETRIC = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ"
OTHER_BOARD = "0d9f3c1e-55b1-4a0e-9f57-1d2f6a1b0c02"

Keys = dict[str, Any]
SignToken = Callable[..., str]


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Private keys by key id. `foreign` is not published."""
    return {
        "ec": ec.generate_private_key(ec.SECP256R1()),
        "rsa": rsa.generate_private_key(65537, 2048),
        "foreign": ec.generate_private_key(ec.SECP256R1()),
    }


@pytest.fixture(scope="session")
def jwks(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published key set, with a symmetric key among them that must never be used."""
    published = [
        {**jwt.algorithms.ECAlgorithm.to_jwk(keys["ec"].public_key(), as_dict=True), "kid": "ec", "alg": "ES256"},
        {**jwt.algorithms.RSAAlgorithm.to_jwk(keys["rsa"].public_key(), as_dict=True), "kid": "rsa", "alg": "RS256"},
        {"kty": "oct", "k": SYMMETRIC, "kid": "oct", "alg": "HS256"},
    ]
    file = tmp_path_factory.mktemp("issuer") / "jwks.json"
    file.write_text(json.dumps({"keys": published}))
    return file


@pytest.fixture(scope="session")
def sign(keys: Keys) -> SignToken:
    """Sign a token that holds, but for the claims given; None takes a claim away."""

    def sign_token(key: str = "ec", kid: str | None = None, **claims: Any) -> str:
        whole = {
            "sub": "caseworker-1",
            "iss": ISSUER,
            "aud": AUDIENCE,
            "exp": int(time.time()) + 600,
            "roles": ["caseworker"],
            "boards": [BOARD],
            **claims,
        }
        payload = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(payload, keys[key], "RS256" if key == "rsa" else "ES256", headers={"kid": kid or key})

    return sign_token


@pytest.fixture(scope="session")
def app(jwks: Path) -> FastAPI:
    return create_sample(Realm(Issuer(str(jwks), ISSUER, AUDIENCE)))


@pytest.fixture(scope="session")
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A program or a browser, as far as it speaks HTTP."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://stodvag.test") as http:
        yield http
