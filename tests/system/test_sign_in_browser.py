"""Signing in and out as people do it: in a browser, on a phone, with the provider for development."""

import shutil
import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from local_platform.platform import Platform

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.xdist_group("shared-platform"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
]


@pytest.fixture(scope="module")
async def browser(running: Platform) -> AsyncIterator[Browser]:
    if running.identity is None:
        pytest.skip("no Node on this machine, so nobody can sign in")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser, running: Platform) -> AsyncIterator[Page]:
    """A phone at the gateway."""
    context = await browser.new_context(
        base_url=running.gateway.address, viewport={"width": 390, "height": 844}, locale="sv-SE"
    )
    yield await context.new_page()
    await context.close()


async def choose(page: Page, name: str) -> None:
    """Sign in at the provider as one of its people."""
    await expect(page.get_by_text("Endast för utveckling.")).to_be_visible()
    await page.get_by_role("button", name=name).click()


async def cookies(page: Page, realm: str) -> set[str]:
    """The names of a realm's cookies, without their beginning."""
    start = f"__Host-{realm}-"
    return {each.get("name", "").removeprefix(start) for each in await page.context.cookies() if start in each["name"]}


@pytest.mark.parametrize(
    ("realm", "path", "person", "shown"),
    [
        ("staff", "/uppfoljning/barn?sprak=sv", "Eva Nyström", None),
        ("staff", "/utredning?sprak=sv", "Maja Lind", "Handläggare"),
        ("citizens", "/mitt?sprak=sv", "Leila Holm", "Du är inloggad."),
    ],
)
async def test_from_a_page_to_signing_in_and_back_and_out(
    page: Page, running: Platform, realm: str, path: str, person: str, shown: str | None
) -> None:
    await page.goto(path)
    assert page.url.startswith(f"{running.realms[realm].issuer}/interaction/")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await choose(page, person)
    await page.wait_for_url(running.gateway.address + path)
    if shown is None:
        shown = "Vilken nämnd gäller det?"
    await expect(page.get_by_text(shown, exact=True).first).to_be_visible()
    for each in await page.context.cookies(running.gateway.address):
        assert each["name"].startswith(f"__Host-{realm}-")
        flags = each["domain"], each["path"], each["httpOnly"], each["secure"], each["sameSite"]
        assert flags == ("localhost", "/", True, True, "Lax")
        assert each["expires"] - time.time() <= 3_600, "nothing is kept for longer than an hour"
    assert await cookies(page, realm) == {"access", "proof", "expires", "identity", "renewal"}

    await page.get_by_role("link", name="Logga ut").click()
    await page.wait_for_url(running.gateway.address + "/")
    assert await cookies(page, realm) == set()
    await page.goto(path)
    assert page.url.startswith(f"{running.realms[realm].issuer}/interaction/"), "signed out at the provider as well"


async def test_a_session_is_renewed_unnoticed_while_somebody_is_at_work(page: Page, running: Platform) -> None:
    await page.goto("/utredning")
    await choose(page, "Maja Lind")
    await page.wait_for_url(running.gateway.address + "/utredning")
    for name in ("access", "proof", "expires"):  # As the browser does when their five minutes are over.
        await page.context.clear_cookies(name=f"__Host-staff-{name}")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.reload()
    await expect(page.get_by_role("heading", name="Utredningar")).to_be_visible()
    assert {urlsplit(url).netloc for url in asked} == {urlsplit(running.gateway.address).netloc}
    assert {"access", "proof", "expires"} <= await cookies(page, "staff")


async def test_what_was_typed_when_a_session_ended_is_not_lost(page: Page, running: Platform) -> None:
    await page.goto("/personal/oro")
    await choose(page, "Jonas Ek")
    await page.wait_for_url(running.gateway.address + "/personal/oro")
    field = page.locator("main textarea").first
    await field.fill("Det som skrevs innan inloggningen tog slut")
    await page.context.clear_cookies()
    await page.locator("main button[type=submit]").last.click()
    await expect(page.get_by_role("heading", name="Du behöver logga in")).to_be_visible()
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="Logga in som personal").click()
    tab = await opened.value
    await choose(tab, "Jonas Ek")
    await expect(tab.get_by_role("heading", name="Du är inloggad")).to_be_visible()
    await page.reload()
    await expect(page.locator(".error-summary")).to_be_visible()
    await expect(field).to_have_value("Det som skrevs innan inloggningen tog slut")


async def test_signed_in_pages_have_room_on_a_phone(page: Page, running: Platform) -> None:
    await page.goto("/inloggning")
    await choose(page, "Karim Haddad")
    await page.wait_for_url(running.gateway.address + "/inloggning")
    for path in ("/inloggning", "/handlaggare/intake", "/utredning", "/uppfoljning"):
        await page.goto(path)
        await expect(page.get_by_text("Handläggare med behörighet", exact=True).first).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
