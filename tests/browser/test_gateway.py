"""What the gateway itself shows a browser: the catalogue of interfaces, and its pages for what did not work."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser
from tests.browser.conftest import CHROMIUM

from chassis.auth import Realm
from chassis.http import create_app
from chassis.pages import Site, open_pages
from local_platform.gateway import Gateway
from local_platform.settings import Settings, free_ports

ASSETS = Path(".tools/assets")
PAGES = ("/api/", "/api/intake/", "/api/assessment/", "/api/direct-access/", "/api/followup/", "/api/events/")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
    pytest.mark.xdist_group("citizen-pages"),
]


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """The gateway, and behind it who serves the stylesheet."""
    settings = Settings(home=tmp_path, ports=free_ports(), viewer=False)
    pages = open_pages("chassis", {}, Site(municipality="Exempelkommun", assets=ASSETS))
    app = create_app("direct-access", title="Styles", version="1", pages=pages, staff=Realm(), ready={})
    server = uvicorn.Server(
        uvicorn.Config(app, port=settings.ports["direct-access"], log_level="error", lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    gateway = Gateway(settings, otlp=None)
    await gateway.start()
    yield gateway.url
    await gateway.stop()
    server.should_exit = True
    await serving


async def test_the_catalogue_fits_a_phone_works_without_a_script_and_asks_nobody_else(
    browser: Browser, address: str
) -> None:
    asked: list[str] = []
    said: list[str] = []
    context = await browser.new_context(viewport={"width": 320, "height": 700}, java_script_enabled=False)
    page = await context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    for path in PAGES:
        await page.goto(address + path)
        operation = page.locator("details.operation").nth(0)
        if await operation.count():
            await operation.locator("summary").click()
            assert await operation.locator("dl").first.is_visible(), path
        wide = await page.locator("body *:visible").evaluate_all(
            "all => all.filter(each => each.getBoundingClientRect().right > 321).map(each => each.outerHTML)"
        )
        assert wide == [], path
    await context.close()
    assert all(url.startswith(address) for url in asked)
    assert f"{address}/static/stodvag.css" in asked
    assert said == []


async def test_what_did_not_work_is_told_on_a_page_of_ours_in_three_languages(browser: Browser, address: str) -> None:
    said: list[str] = []
    page = await browser.new_page(viewport={"width": 320, "height": 700})
    page.on("console", lambda message: said.append(message.text))
    answer = await page.goto(f"{address}/oro")
    assert answer is not None
    assert answer.status == 503
    assert await page.locator("h1").inner_text() == "Det gick inte just nu"
    assert await page.locator("[lang=en], [lang=ar][dir=rtl]").count() == 2
    assert await page.locator("body").evaluate("body => getComputedStyle(body).borderTopWidth") == "6px"
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
    await page.context.close()
    assert not [each for each in said if "Content Security Policy" in each]
