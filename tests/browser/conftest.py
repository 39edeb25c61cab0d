"""Services on real databases, for a real browser to walk through."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from tests.integration.direct_access.clients import Person, catalogue
from tests.integration.opened import Running, Server, open_service

from chassis.service import Service, build_app
from direct_access.main import SERVICE as DIRECT_ACCESS
from intake.main import SERVICE as INTAKE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@asynccontextmanager
async def served(service: Service, postgres: Server, folder: Path) -> AsyncIterator[tuple[Running, str]]:
    """A service on a port of its own, and its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    async with open_service(service, postgres, folder) as running:
        app = build_app(service, running.settings, running.desk)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve([listener]))
        yield running, f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving


@pytest.fixture(scope="session")
async def direct_access(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of direct access, with a small catalogue."""
    async with served(DIRECT_ACCESS, postgres, tmp_path_factory.mktemp("direct_access")) as (running, address):
        async with running.client() as http:
            http.headers.update(running.signed_in("catalogue_editor"))
            for entry in catalogue():
                assert (await Person(http).post("/catalogue", entry)).status_code == 201
        yield address


@pytest.fixture(scope="session")
async def intake(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The address of intake."""
    async with served(INTAKE, postgres, tmp_path_factory.mktemp("intake")) as (_, address):
        yield address
