"""A folder for the servers that these tests start, kill and start again, and a gateway with listeners behind it."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.integration.local_platform.behind import Behind, stand_behind

from local_platform.demo import make_throw_away_folder
from local_platform.gateway import Gateway
from local_platform.identity import Realm
from local_platform.settings import Settings, free_ports


@contextmanager
def throw_away_settings() -> Iterator[Settings]:
    """A platform's settings in a throw-away folder, on free ports."""
    home = make_throw_away_folder()
    yield Settings(home=home, ports=free_ports(), viewer=False)
    shutil.rmtree(home)


@pytest.fixture
def settings() -> Iterator[Settings]:
    """A platform's settings for one test."""
    with throw_away_settings() as settings:
        yield settings


@pytest.fixture(scope="module")
def shared_settings() -> Iterator[Settings]:
    """A platform's settings for the tests of one file."""
    with throw_away_settings() as settings:
        yield settings


@pytest.fixture
def home(settings: Settings) -> Path:
    """The throw-away folder."""
    return settings.home


@pytest.fixture
async def behind(settings: Settings) -> AsyncIterator[Behind]:
    """A listener in the place of each service and of the receiver of spans."""
    async with stand_behind(settings) as seen:
        yield seen


@pytest.fixture
async def gateway(settings: Settings, behind: Behind) -> AsyncIterator[Gateway]:  # noqa: ARG001 - listens before
    """The gateway before them, its spans sent to the receiver."""
    started = Gateway(settings, f"http://127.0.0.1:{settings.ports['otlp']}", {})
    await started.start()
    yield started
    await started.stop()


@pytest.fixture
async def client(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    """A client before the gateway."""
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False) as opened:
        yield opened


@pytest.fixture
def realm(tmp_path: Path) -> Realm:
    """A provider from elsewhere, which nobody reaches."""
    secret = tmp_path / "secret"
    secret.write_text("secret")
    address = "https://login.example.invalid"
    return Realm(
        issuer=address,
        audience="stodvag",
        client_id="stodvag",
        client_secret_file=secret,
        cookie_secret_file=secret,
        authorization_endpoint=f"{address}/authorize",
        token_endpoint=f"{address}/token",
        end_session_endpoint="",
        jwks=f"{address}/keys",
    )
