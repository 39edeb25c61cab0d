"""One service on a database and a keyring of its own, spoken to over HTTP without a network."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

import httpx
import uvicorn

from chassis.auth import DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER
from chassis.commands import Desk
from chassis.config import Settings
from chassis.migrate import migrate
from chassis.service import Service, build_app, open_desk
from keyring import MasterKey
from local_platform.checkout import CHECKOUT
from local_platform.postgres import Database
from local_platform.services import migration_folders
from local_platform.tokens import TokenIssuer

NORTH = UUID("0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a01")
SOUTH = UUID("0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a02")


class Server(Protocol):
    """What these tests need of the run's PostgreSQL."""

    async def create_database(self, prefix: str) -> Database:
        """An empty database with its two roles."""
        ...


@dataclass(frozen=True)
class Running:
    """A service as it runs: its settings, what its routes work with, its database and who signs tokens."""

    service: Service
    settings: Settings
    desk: Desk
    database: Database
    tokens: TokenIssuer

    def client(self) -> httpx.AsyncClient:
        """A program or a browser, as far as it speaks HTTP."""
        app = build_app(self.service, self.settings, self.desk)
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://stodvag.test")

    def signed_in(self, role: str, board: UUID = NORTH, subject: str | None = None) -> dict[str, str]:
        """The headers of somebody with a role on a board, known as `<role>-7` unless told otherwise."""
        return {"Authorization": f"Bearer {self.tokens.issue(role, [board], subject or f'{role}-7')}"}


@asynccontextmanager
async def open_service(
    service: Service, postgres: Server, folder: Path, assets: Path | None = None
) -> AsyncIterator[Running]:
    """The service on empty databases, brought to their shape; its keys lie in `folder`."""
    tokens = TokenIssuer(folder)
    database, keyring = await postgres.create_database(service.package), await postgres.create_database("keyring")
    await migrate(database.owner_dsn, database.app_role, migration_folders(service.name))
    await migrate(keyring.owner_dsn, keyring.app_role, migration_folders("keyring"))
    settings = Settings(
        database=database.app_dsn,
        keyring=keyring.app_dsn,
        master_key_file=folder / "unused",
        kafka="unused",
        port=0,
        jwks=str(tokens.jwks_file),
        issuer=DEVELOPMENT_ISSUER,
        audience=DEVELOPMENT_AUDIENCE,
        municipality=CHECKOUT / "infra" / "example" / "municipality.toml",
        assets=assets,
    )
    async with open_desk(service, settings, MasterKey(secrets.token_bytes(32))) as desk:
        yield Running(service, settings, desk, database, tokens)


@asynccontextmanager
async def served(
    service: Service, postgres: Server, folder: Path, assets: Path | None = None
) -> AsyncIterator[tuple[Running, str]]:
    """A service on a port of its own, and its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    async with open_service(service, postgres, folder, assets) as running:
        app = build_app(service, running.settings, running.desk)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve([listener]))
        yield running, f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving
