"""What was typed survives the back button and a lost connection, and is gone after leaving quickly."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route
from tests.browser.conftest import CHROMIUM
from tests.browser.states import TALK, At, after, fill, press, typed

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
    pytest.mark.xdist_group("citizen-pages"),
]

WORDS = "Qvxutkast: jag sover dåligt."
ELSEWHERE = "https://www.smhi.se/"


async def show_elsewhere(route: Route) -> None:
    """The neutral page that one leaves to, without asking anybody for it."""
    await route.fulfill(body="<title>Väder</title>", content_type="text/html; charset=utf-8")


async def no_offers(_later: timedelta) -> None:
    """No round of the service's is needed on these walks."""


async def new_context(browser: Browser, address: str, *, script: bool = True) -> BrowserContext:
    context = await browser.new_context(base_url=address, locale="sv-SE", java_script_enabled=script)
    await context.route(f"{ELSEWHERE}**", show_elsewhere)
    return context


@pytest.fixture
async def page(browser: Browser, direct_access: str) -> AsyncIterator[Page]:
    """A tab of its own."""
    context = await new_context(browser, direct_access)
    context.set_default_timeout(8000)
    yield await context.new_page()
    await context.close()


async def write_to_talk(page: Page) -> None:
    """Fill in some of the form for a talk."""
    await page.goto("/prata")
    await page.fill("#words", WORDS)
    await page.check("[name=contact_way][value=phone]")
    await page.fill("#contact", "070-174 06 05")
    await page.select_option("#district", "centrum")


async def test_what_was_typed_is_there_after_the_back_button_and_a_reload(page: Page) -> None:
    await page.goto("/")
    await write_to_talk(page)
    await page.goto("/stod")
    await page.go_back()
    assert await page.input_value("#words") == WORDS
    assert await page.input_value("#district") == "centrum"
    assert await page.is_checked("[name=contact_way][value=phone]")
    await page.reload()
    assert await page.input_value("#contact") == "070-174 06 05"


async def test_back_from_the_answers_to_check_nothing_is_lost(page: Page) -> None:
    await write_to_talk(page)
    await page.click("#answers > button[value=check]")
    assert await page.inner_text("h1") == "Stämmer det här?"
    await page.go_back()
    assert await page.input_value("#words") == WORDS


async def test_choices_survive_an_error_too(browser: Browser, intake: str) -> None:
    context = await new_context(browser, intake)
    page = await context.new_page()
    await page.goto("/ansok")
    await page.fill("#name", "Alva")
    await page.check("input[name=gender][value=woman]")
    await page.check("#talk_first")
    await page.click("#answers > button[value=check]")
    assert await page.locator("#district-error").is_visible()
    assert await page.input_value("#name") == "Alva"
    assert await page.is_checked("input[name=gender][value=woman]")
    assert await page.is_checked("#talk_first")
    await context.close()


async def test_a_lost_connection_loses_nothing(page: Page) -> None:
    await write_to_talk(page)
    await page.context.set_offline(True)
    await page.click("#answers > button[value=check]")
    await page.wait_for_url("chrome-error://**")
    await page.context.set_offline(False)
    await page.reload()  # As a browser does that is told to try again.
    assert await page.inner_text("h1") == "Stämmer det här?"
    await page.click("#answers > button[value=change]")
    assert await page.input_value("#words") == WORDS


async def test_a_form_opened_anew_is_empty_and_so_is_another_tab(page: Page) -> None:
    await write_to_talk(page)
    await page.goto("/prata")
    assert await page.input_value("#words") == ""
    another = await page.context.new_page()
    await another.goto("/prata")
    await another.reload()
    assert await another.input_value("#words") == ""


async def test_what_is_sent_is_forgotten_by_the_browser(page: Page) -> None:
    await write_to_talk(page)
    await page.click("#answers > button[value=check]")
    await page.click("#answers > button[value=send]")
    assert await page.locator(".receipt").is_visible()
    await page.wait_for_load_state()
    assert WORDS not in await page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")


@pytest.mark.parametrize(
    ("language", "said"),
    [("sv", "Du har redan skickat det här formuläret"), ("ar", "لقد أرسلت هذا النموذج من قبل")],
)
async def test_sent_gone_back_changed_and_sent_again_it_waits_with_all_that_was_typed(
    page: Page, direct_access: str, language: str, said: str
) -> None:
    at = At(direct_access, language, no_offers)
    changed = f"{WORDS} Och så en sak till."
    await after(typed("/prata", {**TALK, "words": WORDS}, "check"), {}, "send")(page, at)
    first = await page.inner_text(".reference")
    await page.go_back()
    await page.reload()  # As a browser does that is told to send the same once more.
    await press(page, "change")
    assert await page.input_value("#words") == WORDS
    await fill(page, {"words": changed})
    await press(page, "check")
    await press(page, "send")
    assert said in await page.inner_text("[role=alert]")
    assert await page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    assert changed in await page.inner_text(".facts")
    assert await page.locator(".receipt").count() == 0
    await press(page, "change")
    assert await page.input_value("#words") == changed
    assert await page.input_value("#contact") == TALK["contact"]
    await press(page, "check")
    await press(page, "send")
    assert await page.inner_text(".reference") != first, "sent on purpose, it is something new"


@pytest.mark.parametrize("by", ["pointer", "keyboard"])
async def test_leaving_quickly_leaves_nothing_of_what_was_typed_in_reach(
    page: Page, direct_access: str, by: str
) -> None:
    await page.goto("/stod")
    await write_to_talk(page)
    await page.click("#answers > button[value=check]")
    if by == "pointer":
        await page.click("#leave")
    else:
        await page.focus("#leave")
        await page.keyboard.press("Enter")
    await page.wait_for_url(ELSEWHERE)
    assert await page.title() == "Väder"
    for _ in range(2):
        await page.go_back(wait_until="commit")
        await page.wait_for_url(f"{direct_access}/")
        assert WORDS not in await page.content()
        assert WORDS not in await page.evaluate(
            "[...document.querySelectorAll('input, textarea')].map(f => f.value).join()"
        )
        assert WORDS not in await page.evaluate("JSON.stringify({...sessionStorage})")
    await page.goto("/prata")
    assert await page.input_value("#words") == ""
    await page.fill("#words", "Nytt")
    await page.reload()
    assert await page.input_value("#words") == "Nytt", "who comes again can write as before"


async def test_leaving_quickly_empties_the_fields_and_takes_no_place_in_the_history(page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.goto("/")
    await write_to_talk(page)
    entries = await page.evaluate("history.length")
    await page.evaluate(
        """() => document.addEventListener("click", () => console.log(
          "left: " + [...document.querySelectorAll("input, textarea")].map(each => each.value).join()))"""
    )
    await page.click("#leave")
    await page.wait_for_url(ELSEWHERE)
    (left,) = [each for each in said if each.startswith("left: ")]
    assert WORDS not in left
    assert "070-174 06 05" not in left
    assert await page.evaluate("history.length") == entries, "it stands in the place of the page that was left"


async def test_without_a_script_leaving_is_a_link_and_the_page_says_that_history_remains(
    browser: Browser, direct_access: str
) -> None:
    context = await new_context(browser, direct_access, script=False)
    page = await context.new_page()
    await page.goto("/prata")
    assert "Webbläsarens historik visar att du har varit här." in await page.inner_text("footer")
    await page.click("#leave")
    assert page.url == ELSEWHERE
    await context.close()


async def test_pressed_again_while_it_is_on_its_way_a_form_is_one_request(page: Page) -> None:
    sent: list[str] = []

    async def answer_slowly(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.post_data or "")
            await asyncio.sleep(0.5)
        await route.continue_()

    await page.route("**/prata", answer_slowly)
    await write_to_talk(page)
    for step, then in (("check", "#answers > button[value=send]"), ("send", ".receipt")):
        button = page.locator(f"#answers > button[value={step}]")
        await button.evaluate("button => { button.click(); setTimeout(() => button.click(), 150); }")
        await page.wait_for_selector(then)
    assert len(sent) == 2


async def test_going_on_later_by_the_pages(page: Page) -> None:
    await write_to_talk(page)
    await page.click("#answers > button[value=save]")
    code = await page.inner_text(".reference")
    assert code not in page.url
    await page.goto("/fortsatt")
    await page.fill("#draft", code.lower())
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#words")
    assert urlsplit(page.url).path == "/prata"
    assert code not in page.url
    assert await page.input_value("#words") == WORDS
