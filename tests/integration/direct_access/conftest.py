"""Direct access as one process has it: on a real database, with tokens for staff and a small catalogue."""

from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType

import httpx
import pytest
from tests.integration.direct_access.clients import TRACE, Person, catalogue, list_support
from tests.integration.opened import SOUTH, Running, Server, open_service

from chassis.commands import Desk
from chassis.service import build_app
from chassis.telemetry import ObserveRequests
from direct_access.main import SERVICE
from local_platform.postgres import Database


@pytest.fixture(scope="session")
async def opened(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Direct access on its own database and keyring."""
    async with open_service(SERVICE, postgres, tmp_path_factory.mktemp("direct_access")) as running:
        yield running


@pytest.fixture(scope="session")
def database(opened: Running) -> Database:
    """The service's database."""
    return opened.database


@pytest.fixture(scope="session")
def desk(opened: Running) -> Desk:
    """What the routes work with."""
    return opened.desk


@pytest.fixture(scope="session")
def app(opened: Running) -> ObserveRequests:
    """The application, traced as in a process."""
    return ObserveRequests(build_app(SERVICE, opened.settings, opened.desk))


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


@pytest.fixture(scope="session")
async def staff(app: ObserveRequests, opened: Running) -> AsyncIterator[Person]:
    """Somebody who works in the direct supports of the northern board."""
    async with _client(app, opened.signed_in("activity_staff")) as http:
        yield Person(http)


@pytest.fixture(scope="session")
async def other_staff(app: ObserveRequests, opened: Running) -> AsyncIterator[Person]:
    """The same in the southern board."""
    async with _client(app, opened.signed_in("activity_staff", SOUTH)) as http:
        yield Person(http)


@pytest.fixture(scope="session", autouse=True)
async def editor(app: ObserveRequests, opened: Running) -> AsyncIterator[Person]:
    """Who registers the northern board's decisions, and has registered the small catalogue."""
    async with _client(app, opened.signed_in("catalogue_editor")) as http:
        person = Person(http)
        for entry in catalogue():
            answer = await person.post("/catalogue", entry)
            assert answer.status_code == 201, answer.text
        yield person


@pytest.fixture(scope="session")
async def other_editor(app: ObserveRequests, opened: Running) -> AsyncIterator[Person]:
    """Who registers the southern board's decisions."""
    async with _client(app, opened.signed_in("catalogue_editor", SOUTH)) as http:
        yield Person(http)


@pytest.fixture(scope="session")
async def operator(app: ObserveRequests, opened: Running) -> AsyncIterator[Person]:
    """A program of operations for the northern board."""
    async with _client(app, opened.signed_in("operations")) as http:
        yield Person(http)


@pytest.fixture(scope="session")
async def other_operator(app: ObserveRequests, opened: Running) -> AsyncIterator[Person]:
    """The same for the southern board."""
    async with _client(app, opened.signed_in("operations", SOUTH)) as http:
        yield Person(http)


@pytest.fixture
async def support(editor: Person) -> str:
    """The code of a support of the test's own, so that nobody else books its times or stands in its queue."""
    return await list_support(editor)
