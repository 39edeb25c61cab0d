"""Direct access as one process has it: on a real database, with tokens for staff and a small catalogue."""

import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol
from uuid import UUID

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.integration.direct_access.clients import BOARD, TRACE, Person, catalogue

from chassis.commands import Desk
from chassis.config import Settings
from chassis.migrate import migrate
from chassis.service import build_app, open_desk
from chassis.telemetry import ObserveRequests
from direct_access.main import SERVICE
from keyring import MasterKey
from local_platform.postgres import Database

ROOT = Path(__file__).parents[3]
ISSUER, AUDIENCE = "https://issuer.test", "stodvag"


class Server(Protocol):
    """What these tests need of the run's PostgreSQL."""

    async def create_database(self, prefix: str) -> Database:
        """An empty database with its two roles."""
        ...


@pytest.fixture(scope="session")
async def database(postgres: Server) -> Database:
    """The service's database, migrated."""
    database = await postgres.create_database("direct_access")
    folders = [ROOT / "libs/chassis/migrations", ROOT / "services/direct-access/migrations"]
    await migrate(database.owner_dsn, database.app_role, folders)
    return database


@pytest.fixture(scope="session")
async def keyring_database(postgres: Server) -> Database:
    """The keyring's database."""
    database = await postgres.create_database("keyring")
    await migrate(database.owner_dsn, database.app_role, [ROOT / "libs/keyring/migrations"])
    return database


@pytest.fixture(scope="session")
def issuer_key() -> ec.EllipticCurvePrivateKey:
    """What the issuer signs with."""
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="session")
def settings(
    database: Database,
    keyring_database: Database,
    issuer_key: ec.EllipticCurvePrivateKey,
    tmp_path_factory: pytest.TempPathFactory,
) -> Settings:
    """The settings of the process."""
    folder = tmp_path_factory.mktemp("direct_access")
    published = {
        **jwt.algorithms.ECAlgorithm.to_jwk(issuer_key.public_key(), as_dict=True),
        "kid": "test",
        "alg": "ES256",
    }
    (folder / "jwks.json").write_text(json.dumps({"keys": [published]}))
    return Settings(
        database=database.app_dsn,
        keyring=keyring_database.app_dsn,
        master_key_file=folder / "unused",
        kafka="127.0.0.1:1",
        port=1,
        jwks=str(folder / "jwks.json"),
        issuer=ISSUER,
        audience=AUDIENCE,
        municipality=ROOT / "infra/example/municipality.toml",
    )


@pytest.fixture(scope="session")
async def desk(settings: Settings) -> AsyncIterator[Desk]:
    """What the routes work with."""
    async with open_desk(SERVICE, settings, MasterKey(secrets.token_bytes(32))) as opened:
        yield opened


@pytest.fixture(scope="session")
def app(settings: Settings, desk: Desk) -> ObserveRequests:
    """The application, traced as in a process."""
    return ObserveRequests(build_app(SERVICE, settings, desk))


@pytest.fixture(scope="session")
async def citizen(app: ObserveRequests) -> AsyncIterator[Person]:
    """Somebody without an account."""
    async with _client(app) as http:
        yield Person(http)


def _client(app: ObserveRequests, headers: Mapping[str, str] = MappingProxyType({})) -> httpx.AsyncClient:
    """A client whose requests come with a trace, as the gateway gives them one."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://stodvag.test",
        headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", **headers},
    )


def _signed_in(app: ObserveRequests, key: ec.EllipticCurvePrivateKey, role: str, board: UUID) -> httpx.AsyncClient:
    claims: dict[str, Any] = {
        "sub": f"{role}-1",
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": int(time.time()) + 3_600,
        "roles": [role],
        "boards": [str(board)],
    }
    token = jwt.encode(claims, key, "ES256", headers={"kid": "test"})
    return _client(app, {"Authorization": f"Bearer {token}"})


@pytest.fixture(scope="session")
async def staff(app: ObserveRequests, issuer_key: ec.EllipticCurvePrivateKey) -> AsyncIterator[Person]:
    """Somebody who works in the direct supports of the northern board."""
    async with _signed_in(app, issuer_key, "activity_staff", BOARD) as http:
        yield Person(http)


@pytest.fixture(scope="session")
async def other_staff(app: ObserveRequests, issuer_key: ec.EllipticCurvePrivateKey) -> AsyncIterator[Person]:
    """The same in the southern board."""
    async with _signed_in(app, issuer_key, "activity_staff", UUID("0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a02")) as http:
        yield Person(http)


@pytest.fixture(scope="session", autouse=True)
async def editor(app: ObserveRequests, issuer_key: ec.EllipticCurvePrivateKey) -> AsyncIterator[Person]:
    """Who registers the northern board's decisions, and has registered the small catalogue."""
    async with _signed_in(app, issuer_key, "catalogue_editor", BOARD) as http:
        person = Person(http)
        for entry in catalogue():
            answer = await person.post("/catalogue", entry)
            assert answer.status_code == 201, answer.text
        yield person
