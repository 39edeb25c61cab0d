"""Each citizen page in each state and language, in a real browser: for everybody, on any screen, and light."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import product

import httpx
import pytest
from _pytest.mark import ParameterSet
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, BrowserContext, Page
from tests.browser.conftest import CHROMIUM, Addresses
from tests.browser.states import DIRECT, INTAKE, PAGES, STATES, fill

from chassis.languages import LANGUAGES

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
MOST_BYTES = 100_000
MOVES = """[...document.querySelectorAll("*")].filter(
  each => parseFloat(getComputedStyle(each).transitionDuration) > 0.01
).length"""
IN_FOCUS = """(({outlineStyle, boxShadow}) => outlineStyle != "none" || boxShadow != "none")(
  getComputedStyle(document.activeElement)
)"""
STOPS = """(() => {
  const seen = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
    .filter(each => each.checkVisibility() && each.tabIndex >= 0 && !each.disabled);
  const names = new Set();
  seen.forEach((each, number) => {
    each.dataset.stop = each.type == "radio" ? "radio " + each.name : number;
    names.add(each.dataset.stop);
  });
  return names.size;
})()"""
"""How many stops a keyboard has on a page, each with a name; the choices of one question are one stop."""
STOP = "document.activeElement?.dataset.stop ?? null"
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
    pytest.mark.xdist_group("citizen-pages"),
]


def _crossing(state: str, language: str) -> ParameterSet:
    """Always every state in Swedish, and each kind of page from right to left; the rest where everything is tested."""
    always = language == "sv" or (language == "ar" and state in PAGES)
    return pytest.param(state, language, marks=() if always else pytest.mark.slow)


def _sometimes(always: Collection[str]) -> list[ParameterSet]:
    """Every state; others than these where everything is tested."""
    return [pytest.param(state, marks=() if state in always else pytest.mark.slow) for state in STATES]


@dataclass
class Watched:
    """A page, and what its browser fetched and said meanwhile."""

    page: Page
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    bytes: int = 0


async def _watch(context: BrowserContext) -> Watched:
    page = await context.new_page()
    watched = Watched(page)
    page.on("request", lambda request: watched.asked.append(request.url))
    page.on("console", lambda message: watched.said.append(message.text))
    page.on("pageerror", lambda error: watched.said.append(str(error)))
    wire = await context.new_cdp_session(page)
    await wire.send("Network.enable")
    await wire.send("Network.setCacheDisabled", {"cacheDisabled": True})

    def count(event: dict[str, int]) -> None:
        watched.bytes += event["encodedDataLength"]

    wire.on("Network.loadingFinished", count)
    return watched


@pytest.mark.parametrize(("state", "language"), [_crossing(*each) for each in product(STATES, LANGUAGES)])
async def test_a_state_is_for_everybody(browser: Browser, addresses: Addresses, state: str, language: str) -> None:
    """axe finds nothing, nothing scrolls sideways at 320 px (which is 400 % of 1280), errors get the focus."""
    context = await browser.new_context(viewport={"width": 320, "height": 700}, reduced_motion="reduce")
    watched = await _watch(context)
    page = watched.page
    await STATES[state](page, addresses.of(state, language))
    assert await page.locator("h1").count() == 1
    assert await page.get_attribute("html", "lang") == LANGUAGES[language].tag
    found = (await Axe().run(page, options=WCAG)).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 320
    assert await page.locator(".receipt").count() == int("receipt" in state or "kept" in state), "the state is reached"
    summaries = await page.locator(".error-summary").count()
    assert summaries == int(state.endswith("-wrong"))
    assert await page.locator(".error-summary:focus").count() == summaries, "the summary takes focus"
    assert await page.evaluate(MOVES) == 0, "nothing moves for who asked for less motion"
    assert all(url.startswith((addresses.direct, addresses.intake, "data:")) for url in watched.asked)
    said = [each for each in watched.said if "status of 4" not in each]
    assert said == []
    assert await context.cookies() == []
    await context.close()


@pytest.mark.parametrize("state", _sometimes({"start", "overview", "ask", "apply"}))
async def test_a_state_is_light(browser: Browser, addresses: Addresses, state: str) -> None:
    """Opened anew with nothing kept, a page with all that it needs stays under its weight."""
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    watched = await _watch(context)
    await STATES[state](watched.page, addresses.of(state, "sv"))
    pages = sum(1 for url in watched.asked if "/static/" not in url)
    await watched.page.wait_for_load_state("networkidle")
    assert watched.bytes / pages < MOST_BYTES
    await context.close()


@pytest.mark.parametrize("state", _sometimes(PAGES))
async def test_a_state_is_reached_without_a_script_seen_in_forced_colours_and_worked_with_a_keyboard(
    browser: Browser, addresses: Addresses, state: str
) -> None:
    plain = await browser.new_context(
        viewport={"width": 1280, "height": 800}, java_script_enabled=False, forced_colors="active"
    )
    page = await plain.new_page()
    await STATES[state](page, addresses.of(state, "sv"))
    assert await page.locator("h1").count() == 1
    unseen = """fields => fields.filter(field => {
      const style = getComputedStyle(field), box = field.getBoundingClientRect();
      return box.width > 4 && box.height > 4 && style.borderStyle == "none" && style.appearance == "none";
    }).map(field => field.outerHTML)"""
    assert await page.locator("main :is(input:not([type=hidden]), select, textarea)").evaluate_all(unseen) == []
    stops = await page.evaluate(STOPS)
    reached = set()
    # A page may begin in its middle, where it has put the focus: past its end one comes to its beginning.
    for _ in range(2 * stops + 4):
        await page.keyboard.press("Tab")
        if (at := await page.evaluate(STOP)) is not None:
            assert await page.evaluate(IN_FOCUS), f"stop {at} is seen"
            reached.add(at)
        if len(reached) == stops:
            break
    assert len(reached) == stops
    await plain.close()


async def test_somebody_with_a_keyboard_alone_looks_for_support_and_reads_of_it(
    browser: Browser, addresses: Addresses
) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(addresses.of("overview", "sv")("/stod"))
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "main", "the first stop leads past the header"
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.id") == "q"
    await page.keyboard.type("skuldr")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**q=skuldr**")
    await page.locator(".supports a").first.focus()
    assert await page.evaluate(IN_FOCUS)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/stod/**/budget-och-skuldradgivning**")
    await context.close()


async def test_an_address_can_be_shared_and_says_nothing_of_who_looks(browser: Browser, addresses: Addresses) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(addresses.of("overview", "sv")("/stod"))
    await fill(page, {"behov": "money", "plats": "centrum", "alder": "30"})
    await page.click("main form.search button")
    assert re.search(r"/stod\?sprak=sv&behov=money&plats=centrum&alder=30$", page.url), "only what was filled in"
    other = await context.new_page()
    await other.goto(page.url)
    assert (
        await other.locator("main .supports").all_inner_texts()
        == await page.locator("main .supports").all_inner_texts()
    )
    assert await other.input_value("#alder") == "30"
    await other.click("nav.languages a[hreflang=fi]")
    assert "behov=money" in other.url, "what one looks for stays when the language changes"
    await context.close()


async def test_the_overview_is_whole_on_paper(browser: Browser, addresses: Addresses) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(addresses.of("overview", "sv")("/stod"))
    await page.emulate_media(media="print")
    assert not await page.locator("form.search").is_visible()
    assert not await page.locator("#leave").is_visible()
    assert await page.locator(".supports > li").first.is_visible()
    await context.close()


def test_every_state_is_walked_in_one_of_the_services() -> None:
    assert not DIRECT.keys() & INTAKE.keys()
    assert STATES.keys() >= PAGES


async def test_the_pages_answer_on_one_address_each(addresses: Addresses) -> None:
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{addresses.direct}/stod?q=")).headers["location"] == "/stod"
