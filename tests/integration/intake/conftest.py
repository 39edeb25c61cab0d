"""Intake on a database of its own, spoken to over HTTP without a network."""

import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import asyncpg
import httpx
import pytest

from chassis.auth import DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER
from chassis.commands import Desk
from chassis.config import Settings
from chassis.migrate import migrate
from chassis.service import build_app, open_desk
from intake.main import SERVICE
from keyring import MasterKey
from local_platform.postgres import Database
from local_platform.tokens import TokenIssuer

ROOT = Path(__file__).parents[3]
NORTH = UUID("0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a01")
SOUTH = UUID("0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a02")


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
    """Intake on its own database and keyring."""
    folder = tmp_path_factory.mktemp("intake")
    tokens = TokenIssuer(folder)
    database, keyring = await postgres.create_database("intake"), await postgres.create_database("keyring")
    own = ROOT / "services" / "intake" / "migrations"
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


@dataclass(frozen=True)
class Client:
    """A program, a citizen's browser or a caseworker's, as far as it speaks HTTP."""

    http: httpx.AsyncClient
    tokens: TokenIssuer

    def signed_in(self, role: str, board: UUID = NORTH) -> dict[str, str]:
        """The headers of somebody with this role on a board."""
        return {"Authorization": f"Bearer {self.tokens.issue(role, [board], f'{role}-7')}"}

    async def send(
        self, path: str, body: Mapping[str, Any], *, role: str | None = None, board: UUID = NORTH, key: str = ""
    ) -> httpx.Response:
        """Send a command to the API, by a citizen where no role is named."""
        headers = {"Idempotency-Key": key or secrets.token_urlsafe(16)}
        if role is not None:
            headers |= self.signed_in(role, board)
        return await self.http.post(f"/api/intake/v1{path}", json=body, headers=headers)

    async def read(self, path: str, role: str = "caseworker", board: UUID = NORTH) -> httpx.Response:
        """Read from the API."""
        return await self.http.get(f"/api/intake/v1{path}", headers=self.signed_in(role, board))

    async def waiting(self, case_id: str, board: UUID = NORTH) -> dict[str, Any] | None:
        """A case's row on the work list."""
        rows: list[dict[str, Any]] = (await self.read("/work-list", board=board)).json()
        return next((row for row in rows if row["case_id"] == case_id), None)


@pytest.fixture
async def client(running: Running) -> AsyncIterator[Client]:
    """Whoever speaks to intake."""
    app = build_app(SERVICE, running.settings, running.desk)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://stodvag.test") as http:
        yield Client(http, running.tokens)


Published = Callable[[str], Awaitable[list[str]]]


@pytest.fixture
def published(running: Running) -> Published:
    """The types of the events published of a case, in order, as they wait for the relay."""

    async def types(case_id: str) -> list[str]:
        connection = await asyncpg.connect(running.database.owner_dsn)
        try:
            rows = await connection.fetch("select headers from outbox where key = $1 order by position", UUID(case_id))
        finally:
            await connection.close()
        return [match[1] for row in rows if (match := re.search(r"stodvag\.intake\.([a-z-]+)\.v1", row["headers"]))]

    return types


def field(page: str, name: str) -> str:
    """What a page holds in a hidden or visible input."""
    found = re.search(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"', page)
    assert found, f"the page has no field {name}"
    return unescape(found[1])


CONCERN: Mapping[str, str] = {"told": "Kommer hungrig till skolan.", "district": "centrum", "reporter": "anyone"}
FROM_SCHOOL: Mapping[str, Any] = {
    **CONCERN,
    "reporter": "school",
    "reporter_name": "Rut Rektorsson",
    "reporter_contact": "rektorn@skolan.test",
    "wants_to_know": True,
    "child_name": "Kim Testsson",
    "child_contact": "Hamnskolan",
    "guardian_name": "Mo Testsson",
}
APPLICATION: Mapping[str, str] = {
    "what": "Någon att prata med om pengar.",
    "why": "Räkningarna växer.",
    "name": "Ali Testberg",
    "contact": "Ring efter klockan tre.",
    "district": "centrum",
}
