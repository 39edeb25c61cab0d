"""Intake on a database of its own, spoken to over HTTP without a network."""

import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.integration.direct_events import list_support
from tests.integration.opened import NORTH, Running, Server, open_service
from tests.integration.published import published_types

from intake.main import SERVICE


@pytest.fixture(scope="session")
async def running(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Intake, which has heard of one support in the northern board's catalogue."""
    async with open_service(SERVICE, postgres, tmp_path_factory.mktemp("intake")) as running:
        await list_support(running.desk.store, NORTH, "kontaktfamilj", "Kontaktfamilj")
        yield running


@dataclass(frozen=True)
class Client:
    """A program, a citizen's browser or a caseworker's, as far as it speaks HTTP."""

    http: httpx.AsyncClient
    running: Running

    def signed_in(self, role: str, board: UUID = NORTH) -> dict[str, str]:
        """The headers of somebody with this role on a board."""
        return self.running.signed_in(role, board)

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
    async with running.client() as http:
        yield Client(http, running)


Published = Callable[[str], Awaitable[list[str]]]


@pytest.fixture
def published(running: Running) -> Published:
    """The types of the events published of a case, in order, as they wait for the relay."""

    async def types(case_id: str) -> list[str]:
        return [each.split(".")[2] for each in await published_types(running.database, UUID(case_id))]

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
