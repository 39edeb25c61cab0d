"""Follow-up on a database of its own, told of others' events and spoken to over HTTP without a network."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.auth import DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER
from chassis.commands import Desk
from chassis.config import Settings
from chassis.inbox import read_record
from chassis.migrate import migrate
from chassis.received import Received
from chassis.service import build_app, open_desk
from chassis.subscriptions import take_batch, take_one
from contracts.published import write
from followup.consumer import CHILD_FOLLOW_UP, RESULTS
from followup.main import SERVICE
from keyring import MasterKey
from local_platform.postgres import Database
from local_platform.tokens import TokenIssuer

ROOT = Path(__file__).parents[3]


class Server(Protocol):
    """What these tests need of the run's PostgreSQL."""

    async def create_database(self, prefix: str) -> Database:
        """An empty database with its two roles."""
        ...


@dataclass(frozen=True)
class Running:
    """The service as it runs: its settings, what its routes work with, its database and who signs tokens."""

    settings: Settings
    desk: Desk
    database: Database
    tokens: TokenIssuer


@pytest.fixture(scope="session")
async def running(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Follow-up on its own database and keyring."""
    folder = tmp_path_factory.mktemp("followup")
    tokens = TokenIssuer(folder)
    database, keyring = await postgres.create_database("followup"), await postgres.create_database("keyring")
    own = ROOT / "services" / "followup" / "migrations"
    await migrate(database.owner_dsn, database.app_role, [ROOT / "libs" / "chassis" / "migrations", own])
    await migrate(keyring.owner_dsn, keyring.app_role, [ROOT / "libs" / "keyring" / "migrations"])
    settings = Settings(
        database=database.app_dsn,
        keyring=keyring.app_dsn,
        master_key_file=folder / "unused",
        kafka="unused",
        port=0,
        jwks=str(tokens.jwks_file),
        issuer=DEVELOPMENT_ISSUER,
        audience=DEVELOPMENT_AUDIENCE,
        municipality=ROOT / "infra" / "example" / "municipality.toml",
    )
    async with open_desk(SERVICE, settings, MasterKey(secrets.token_bytes(32))) as desk:
        yield Running(settings, desk, database, tokens)


@pytest.fixture
async def client(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    """A program or a browser, as far as it speaks HTTP."""
    app = build_app(SERVICE, running.settings, running.desk)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://stodvag.test") as http:
        yield http


@pytest.fixture
def board() -> UUID:
    """A board that no other test has."""
    return uuid4()


SignIn = Callable[..., dict[str, str]]


@pytest.fixture
def signed_in(running: Running, board: UUID) -> SignIn:
    """The headers of somebody with a role, on this test's board unless another is named."""

    def sign(role: str = "caseworker", on: UUID = board) -> dict[str, str]:
        return {"Authorization": f"Bearer {running.tokens.issue(role, [on], f'{role}-7')}"}

    return sign


Hear = Callable[[Iterable[Received]], Awaitable[None]]


@pytest.fixture
def hear(running: Running) -> Hear:
    """Let the service take in others' events, as its consumer does: results set by set, decisions one by one."""

    async def take(told: Iterable[Received]) -> None:
        records = [
            (each.topic, str(each.event.case_id), each.envelope.to_headers(), write(each.event)) for each in told
        ]
        for topic in dict.fromkeys(record[0] for record in records):
            of_topic = [record for record in records if record[0] == topic]
            left = await take_batch(
                running.desk.store, RESULTS, [read_record(*record, RESULTS.handles) for record in of_topic]
            )
            assert left == []
            if "assessment" in topic:
                for record in of_topic:
                    await take_one(running.desk.store, CHILD_FOLLOW_UP, read_record(*record, CHILD_FOLLOW_UP.handles))

    return take
