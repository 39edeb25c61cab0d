"""Services on real databases, for a real browser to walk through."""

import shutil
from collections.abc import AsyncIterator

import pytest
from tests.integration.direct_access.clients import Person, catalogue
from tests.integration.opened import Server, served

from direct_access.main import SERVICE as DIRECT_ACCESS
from intake.main import SERVICE as INTAKE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


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
