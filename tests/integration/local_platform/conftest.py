"""A folder for the servers that these tests start, kill and start again."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local_platform.demo import make_throw_away_folder
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
