"""The shared page shell in a real browser: whole without a script, at any width, in any direction."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, Page
from tests.browser.conftest import CHROMIUM
from tests.unit.chassis_pages.sample.app import create_sample, open_sample

from chassis.auth import Realm
from chassis.languages import LANGUAGES
from chassis.pages import Site

ASSETS = Path(".tools/assets")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
    pytest.mark.xdist_group("citizen-pages"),
]


@pytest.fixture(scope="module", params=["built", "plain"])
async def address(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The sample service on a port of its own, with the built stylesheet and with the plain one."""
    if request.param == "built" and not (ASSETS / "stodvag.css").is_file():
        pytest.skip("the stylesheet is not built")
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    assets = ASSETS if request.param == "built" else None
    site = Site(municipality="Exempelkommun", leave_to=f"{url}/health/live", assets=assets)
    app = create_sample(Realm(), open_sample(site))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve([listener]))
    yield url
    server.should_exit = True
    await serving


async def open_page(browser: Browser, *, width: int = 390, script: bool = True) -> Page:
    context = await browser.new_context(
        viewport={"width": width, "height": 844},
        java_script_enabled=script,
        locale="sv-SE",
        reduced_motion="reduce",
    )
    return await context.new_page()


async def test_a_form_goes_all_the_way_without_a_script(browser: Browser, address: str) -> None:
    page = await open_page(browser, script=False)
    await page.goto(f"{address}/prata")
    await page.fill("#name", "Ali Åberg")
    await page.fill("#story", "Jag sover dåligt.")
    await page.press("#name", "Enter")
    assert await page.locator("h2#errors-heading").inner_text() == "2 saker behöver rättas"
    assert await page.locator(".error-summary:focus").count() == 1, "the summary takes focus"
    await page.click(".error-summary a[href='#birth_date']")
    for part, value in [("", "17"), ("-month", "3"), ("-year", "2008")]:
        await page.fill(f"#birth_date{part}", value)
    await page.check("#way")
    await page.click("button:has-text('العربية')")
    assert await page.get_attribute("html", "dir") == "rtl"
    assert await page.input_value("#story") == "Jag sover dåligt."
    await page.click("main button[value=check]")
    await page.click("main button[value=change]")
    assert await page.input_value("#birth_date-year") == "2008"
    await page.click("main button[value=check]")
    await page.click("main button[value=send]")
    assert await page.locator(".reference").inner_text() == "IN-2025-4711"


@pytest.mark.parametrize("language", list(LANGUAGES))
async def test_no_page_scrolls_sideways_on_the_smallest_screen(browser: Browser, address: str, language: str) -> None:
    page = await open_page(browser, width=320)
    for path in ("/prata", "/allt", "/hamnen/klart", "/finns-inte"):
        await page.goto(f"{address}{path}?sprak={language}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("language", ["sv", "ar"])
async def test_a_wide_table_becomes_a_list_on_a_phone(browser: Browser, address: str, language: str) -> None:
    for width, across in [(320, False), (1280, True)]:
        page = await open_page(browser, width=width)
        await page.goto(f"{address}/allt?sprak={language}")
        frame = page.locator(".table-frame")
        assert await frame.evaluate("frame => frame.scrollWidth <= frame.clientWidth")
        tops = (
            await frame.locator("tbody tr")
            .first.locator("td")
            .evaluate_all("cells => cells.map(cell => cell.getBoundingClientRect().top)")
        )
        assert (len(set(tops)) == 1) is across


async def test_the_browser_asks_nobody_else_and_has_nothing_to_complain_of(browser: Browser, address: str) -> None:
    page = await open_page(browser)
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for path in ("/prata", "/allt"):
        await page.goto(f"{address}{path}", wait_until="networkidle")
    assert len(asked) >= 4
    assert all(url.startswith((address, "data:")) for url in asked)
    assert complaints == []
    assert await page.context.cookies() == []


async def test_leaving_quickly_empties_the_form_and_leaves_no_way_back_to_it(browser: Browser, address: str) -> None:
    page = await open_page(browser)
    await page.goto(f"{address}/allt")
    await page.goto(f"{address}/prata")
    await page.fill("#story", "Något som ingen annan får se")
    await page.click("#leave")
    await page.wait_for_url("**/health/live")
    await page.go_back()
    assert page.url == f"{address}/allt"


async def test_leaving_quickly_works_without_a_script(browser: Browser, address: str) -> None:
    page = await open_page(browser, script=False)
    await page.goto(f"{address}/prata")
    await page.click("#leave")
    assert page.url == f"{address}/health/live"


@pytest.mark.parametrize("width", [390, 1280])
async def test_the_way_out_is_in_sight_from_every_place_of_a_page(browser: Browser, address: str, width: int) -> None:
    page = await open_page(browser, width=width)
    await page.goto(f"{address}/prata")
    for place in ("0", "document.body.scrollHeight / 2", "document.body.scrollHeight"):
        await page.evaluate(f"window.scrollTo({{top: {place}, behavior: 'instant'}})")
        box = await page.locator("#leave").bounding_box()
        assert box is not None
        assert 0 <= box["y"] <= 844 - box["height"]
        assert box["height"] >= 40


async def test_a_focused_field_is_never_behind_the_way_out(browser: Browser, address: str) -> None:
    page = await open_page(browser)
    await page.goto(f"{address}/prata")
    for _ in range(24):
        await page.keyboard.press("Tab")
        hidden = await page.evaluate(
            """() => {
              const leave = document.querySelector("#leave"), at = document.activeElement;
              if (at === leave || at === document.body || leave.contains(at)) return false;
              const bar = leave.parentElement.getBoundingClientRect(), box = at.getBoundingClientRect();
              return box.top < bar.bottom && box.bottom > bar.top && box.top >= bar.top;
            }"""
        )
        assert not hidden
