"""Whole platforms, as `make run` starts them, in throw-away folders.

`running` is one for all tests that leave it as they found it. A test that kills or stops parts asks for `own_platform`.
Tests of one platform belong to one xdist group, so that at most two platforms live at once.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from tests.system.cases import Addresses, Door, play_cases
from tests.system.documents import Operation, read_operations
from tests.system.sending import Sender

from local_platform import example
from local_platform.demo import make_throw_away_folder
from local_platform.platform import Platform, platform
from local_platform.player import Player
from local_platform.postgres import reachable_folder, unprivileged_user
from local_platform.settings import Settings, free_ports


@asynccontextmanager
async def throw_away_platform(
    otlp: str | None = None, metrics: str | None = None, *, identity: bool = False
) -> AsyncIterator[Platform]:
    """A platform with the example municipality's catalogue; its folder goes with it. `identity`: people sign in."""
    home = make_throw_away_folder()
    settings = Settings(home=home, ports=free_ports(), viewer=False, otlp=otlp, metrics=metrics, identity=identity)
    try:
        async with platform(settings) as running:
            await example.load(running, lambda _: None)
            yield running
    finally:
        shutil.rmtree(reachable_folder(home / "postgres", unprivileged_user()), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
async def running() -> AsyncIterator[Platform]:
    """The platform that all tests share which do not hurt it. Mark them `xdist_group("shared-platform")`."""
    async with throw_away_platform(identity=True) as shared:
        yield shared


@pytest.fixture(scope="module")
async def own_platform() -> AsyncIterator[Platform]:
    """A platform for one file, whose tests may kill and stop its parts, and start them again."""
    async with throw_away_platform() as own:
        yield own


@pytest.fixture
async def player(running: Platform) -> AsyncIterator[Player]:
    """Plays on the shared platform through its gateway."""
    async with httpx.AsyncClient(base_url=running.gateway.url, timeout=30, trust_env=False) as client:
        yield Player(running, client, lambda _: None)


@pytest.fixture(scope="module")
async def door(running: Platform) -> AsyncIterator[Door]:
    """Asks at the shared platform's gateway, in any role or none."""
    async with httpx.AsyncClient(base_url=running.gateway.url, timeout=30, trust_env=False) as client:
        yield Door(running, client)


@pytest.fixture(scope="module")
async def operations(door: Door) -> list[Operation]:
    """Every operation of every service, from the documents that they serve."""
    return await read_operations(door.client)


@pytest.fixture(scope="module")
async def cases(running: Platform, door: Door) -> Addresses:
    """Where the northern board's cases are found, at every stage of one; each file has cases of its own."""
    return await play_cases(running, door.client)


@pytest.fixture
def sender(running: Platform, door: Door) -> Sender:
    """Sends anything to an operation, as somebody who may use it."""
    return Sender(running, door.client)
