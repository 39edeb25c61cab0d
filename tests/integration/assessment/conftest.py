"""The assessment service on a database of its own, spoken to over HTTP without a network, and intake's voice."""

import json
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from tests.integration.direct_events import list_support

from assessment.consumer import OPENING
from assessment.main import SERVICE
from chassis.clock import now
from chassis.commands import Desk
from chassis.config import Settings
from chassis.inbox import read_record
from chassis.migrate import migrate
from chassis.service import build_app, open_desk
from chassis.subscriptions import take_one
from contracts.envelope import Envelope
from contracts.intake import InvestigationRequested, Matter, Subject
from contracts.published import write
from contracts.vocabulary import AgeBand, Gender
from keyring import MasterKey, seal
from local_platform.postgres import Database

ROOT = Path(__file__).parents[3]
BOARD = UUID("0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a01")
OTHER_BOARD = UUID("0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a02")
ISSUER, AUDIENCE = "https://issuer.test", "stodvag"


class Server(Protocol):
    """What these tests need of the run's PostgreSQL."""

    async def create_database(self, prefix: str) -> Database:
        """An empty database with its two roles."""
        ...


@dataclass(frozen=True)
class Running:
    """The service as it runs: its settings, and what its routes work with."""

    settings: Settings
    desk: Desk
    database: Database


@pytest.fixture(scope="session")
def signing_key() -> ec.EllipticCurvePrivateKey:
    """The issuer's key."""
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="session")
async def running(
    postgres: Server, signing_key: ec.EllipticCurvePrivateKey, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    """The service on its own database and keyring."""
    folder = tmp_path_factory.mktemp("assessment")
    jwks = folder / "jwks.json"
    published = jwt.algorithms.ECAlgorithm.to_jwk(signing_key.public_key(), as_dict=True)
    jwks.write_text(json.dumps({"keys": [{**published, "kid": "key", "alg": "ES256"}]}))
    database, keyring = await postgres.create_database("assessment"), await postgres.create_database("keyring")
    own = ROOT / "services" / "assessment" / "migrations"
    await migrate(database.owner_dsn, database.app_role, [ROOT / "libs" / "chassis" / "migrations", own])
    await migrate(keyring.owner_dsn, keyring.app_role, [ROOT / "libs" / "keyring" / "migrations"])
    settings = Settings(
        database=database.app_dsn,
        keyring=keyring.app_dsn,
        master_key_file=folder / "unused",
        kafka="unused",
        port=0,
        jwks=str(jwks),
        issuer=ISSUER,
        audience=AUDIENCE,
        municipality=ROOT / "infra" / "example" / "municipality.toml",
    )
    async with open_desk(SERVICE, settings, MasterKey(secrets.token_bytes(32))) as desk:
        await list_support(desk.store, BOARD, "familjebehandling-hemma", "Familjebehandling hemma")
        yield Running(settings, desk, database)


Sign = Callable[..., dict[str, str]]


@pytest.fixture(scope="session")
def sign(signing_key: ec.EllipticCurvePrivateKey) -> Sign:
    """The headers of somebody signed in with these roles, on these boards."""

    def sign_in(*roles: str, boards: tuple[UUID, ...] = (BOARD,)) -> dict[str, str]:
        claims = {
            "sub": "officer-7",
            "iss": ISSUER,
            "aud": AUDIENCE,
            "exp": int(time.time()) + 600,
            "roles": list(roles),
            "boards": [str(board) for board in boards],
        }
        return {"Authorization": f"Bearer {jwt.encode(claims, signing_key, 'ES256', headers={'kid': 'key'})}"}

    return sign_in


@pytest.fixture
async def client(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    """A program or a browser, as far as it speaks HTTP."""
    app = build_app(SERVICE, running.settings, running.desk)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://stodvag.test") as http:
        yield http


Take = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def take(client: httpx.AsyncClient, sign: Sign) -> Take:
    """Take a step in a case over the API, as a qualified caseworker where nothing else is said."""

    async def take_step(case: UUID, step: str, *roles: str, key: str | None = None, **fields: Any) -> httpx.Response:
        headers = {**sign(*(roles or ("qualified_caseworker",))), "Idempotency-Key": key or secrets.token_urlsafe(16)}
        return await client.post(f"/api/assessment/v1/cases/{case}/{step}", headers=headers, json=fields)

    return take_step


async def requested(running: Running, **changes: Any) -> tuple[Envelope, InvestigationRequested]:
    """Intake's request to open an investigation; by default after a report of concern for a child."""
    case, person = uuid4(), uuid4()
    subject_key, school_key = await running.desk.keyring.fresh_keys(2)
    child = {"name": "Kim Testsson", "born": "2016-03-04", "contact": "Hamnskolan"}
    event = InvestigationRequested(
        case_id=case,
        requested_at=now(),
        matter=Matter.REPORT,
        matter_received_at=now(),
        subject=Subject(
            person_id=person,
            age_band=AgeBand.of(9),
            gender=Gender.OTHER,
            district="centrum",
            sealed=seal(subject_key, uuid4(), "child", child),
        ),
        others=(seal(school_key, uuid4(), "reporter", {"name": "Rut Rektorsson"}),),
    ).model_copy(update=changes)
    envelope = Envelope(
        id=uuid4(),
        type=InvestigationRequested.type,
        source="intake",
        time=event.requested_at,
        board=BOARD,
        stream=case,
        sequence=1,
        role="qualified_caseworker",
        purpose="handle-report",
        traceparent=None,
    )
    return envelope, event


Open = Callable[..., Awaitable[UUID]]


@pytest.fixture
def open_case(running: Running) -> Open:
    """Open a case as the consumer does when intake asks for it; its id."""

    async def react(**changes: Any) -> UUID:
        envelope, event = await requested(running, **changes)
        arrival = read_record("t.intake.v1", str(event.case_id), envelope.to_headers(), write(event), OPENING.handles)
        await take_one(running.desk.store, OPENING, arrival)
        return event.case_id

    return react


def adult() -> dict[str, Any]:
    """The changes that make a request one about an adult who applied."""
    subject = Subject(person_id=uuid4(), age_band=AgeBand.FROM_21, gender=Gender.WOMAN, district="centrum", sealed=None)
    return {"matter": Matter.APPLICATION, "subject": subject, "others": (), "wished_support": "kontaktfamilj"}
