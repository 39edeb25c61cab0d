"""Services on real databases, and a real browser to walk through them."""

import shutil
import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from playwright.async_api import Browser, async_playwright
from tests.browser.states import ADVICE, INTAKE, TALKS, At
from tests.integration.direct_access.clients import Person, catalogue
from tests.integration.opened import NORTH, SOUTH, Running, Server, served

from chassis.clock import now
from chassis.commands import Desk
from direct_access.main import SERVICE as DIRECT_ACCESS
from direct_access.work import queueing
from intake.main import SERVICE as INTAKE_SERVICE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ASSETS = Path(".tools/assets")
EXAMPLE = tomllib.loads(Path("infra/example/catalogue.toml").read_text())["supports"]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The browser. Each test opens a context of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


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
    async with served(INTAKE_SERVICE, postgres, tmp_path_factory.mktemp("intake")) as (_, address):
        yield address


@dataclass(frozen=True)
class Addresses:
    """Where the two services with citizens' pages answer, and what direct access works with."""

    direct: str
    intake: str
    desk: Desk

    def of(self, state: str, language: str) -> At:
        """Where one walks to a state, in a language."""
        return self.intake_in(language) if state in INTAKE else self.direct_in(language)

    def direct_in(self, language: str) -> At:
        """Direct access, in a language."""
        return At(self.direct, language, self._offer_seats)

    def intake_in(self, language: str) -> At:
        """Intake, in a language."""
        return At(self.intake, language, self._offer_seats)

    async def _offer_seats(self, later: timedelta) -> None:
        with patch.object(queueing, "now", lambda: now() + later):
            await queueing.serve_queues(self.desk)


@pytest.fixture(scope="session")
async def addresses(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Addresses]:
    """Both services on real databases, with the example municipality's catalogue and times for all who walk."""
    assets = ASSETS if (ASSETS / "stodvag.css").is_file() else None
    async with (
        served(DIRECT_ACCESS, postgres, tmp_path_factory.mktemp("direct_access"), assets) as (running, direct),
        served(INTAKE_SERVICE, postgres, tmp_path_factory.mktemp("intake"), assets) as (_, intake),
    ):
        await _decide_catalogue(running)
        await _offer_times(running)
        yield Addresses(direct, intake, running.desk)


async def _decide_catalogue(running: Running) -> None:
    async with running.client() as http:
        for board, word in ((NORTH, "norr"), (SOUTH, "syd")):
            http.headers.update(running.signed_in("catalogue_editor", board))
            for support in EXAMPLE:
                if word in support["boards"]:
                    decided = {name: value for name, value in support.items() if name != "boards"}
                    decided = {"valid_from": "2025-07-01", "decision": "SN 2025-06-12 § 58", **decided}
                    answer = await Person(http).post("/catalogue", decided)
                    assert answer.status_code == 201, answer.text


async def _offer_times(running: Running) -> None:
    """So many seats that no walk meets a full house, more than a week ahead so that who waits is offered them."""
    tomorrow_week = datetime.now(UTC) + timedelta(days=8)
    async with running.client() as http:
        http.headers.update(running.signed_in("activity_staff"))
        for path in (TALKS, ADVICE):
            for hours in (0, 3, 26):
                time = {
                    "support": path.rsplit("/", 1)[-1],
                    "starts_at": (tomorrow_week + timedelta(hours=hours)).isoformat(),
                    "district": "centrum",
                    "place": "Hamngatan 3",
                    "seats": 100,
                }
                answer = await Person(http).post("/times", time)
                assert answer.status_code == 201, answer.text
