"""Each way through, from the first page to the last, walked by somebody who reads, presses and types."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from tests.browser.conftest import CHROMIUM, Addresses
from tests.browser.states import At

from chassis.languages import LANGUAGES, Wording

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
    pytest.mark.xdist_group("citizen-pages"),
]
SAD_TEENAGER = {
    "sv": "ledsen tonåring",
    "sv-lattlast": "ledsen tonåring",
    "en": "sad teenager",
    "fi": "surullinen teini",
    "ar": "مراهق حزين",
}
"""What somebody looks for, in words of their own."""


@dataclass(frozen=True)
class Visitor:
    """Somebody at a page, who finds what to press and where to write by what it says in their language."""

    page: Page
    at: At
    wording: Wording

    def read(self, swedish: str) -> str:
        """What a sentence is in their language."""
        return self.wording.sentence(LANGUAGES[self.at.language], swedish)

    async def open(self, path: str) -> None:
        await self.page.goto(self.at(path))

    async def follow(self, swedish: str) -> None:
        await self.page.locator("main").get_by_role("link", name=self.read(swedish)).click()

    async def press(self, swedish: str) -> None:
        await self.page.locator("main").get_by_role("button", name=self.read(swedish), exact=True).click()

    async def write(self, question: str, answer: str) -> None:
        await self.page.get_by_role("textbox", name=self.read(question)).fill(answer)

    async def pick(self, question: str, answer: str) -> None:
        await self.page.get_by_role("combobox", name=self.read(question)).select_option(label=answer)

    def group(self, question: str) -> Locator:
        """The choices, or the parts, of one question."""
        return self.page.get_by_role("group", name=self.read(question))

    async def choose(self, question: str, answer: str) -> None:
        await self.group(question).get_by_role("radio", name=self.read(answer), exact=True).check()

    async def choose_first(self, question: str) -> None:
        await self.group(question).get_by_role("radio").first.check()

    async def was_born(self, question: str, day: str, month: str, year: str) -> None:
        for part, answer in (("Dag", day), ("Månad", month), ("År", year)):
            await self.group(question).get_by_role("textbox", name=self.read(part), exact=True).fill(answer)

    async def sees(self, heading: str) -> None:
        """Whether the next page is there, with nothing to mend."""
        await expect(self.page.get_by_role("heading", level=1)).to_have_text(self.read(heading))
        await expect(self.page.get_by_role("alert")).to_have_count(0)

    async def sends(self, receipt: str, button: str = "Skicka") -> None:
        """Go on from the last question, look through the answers, and send them."""
        await self.press("Fortsätt")
        await self.sees("Stämmer det här?")
        await self.press(button)
        await self.sees(receipt)

    async def writes_down_the_code(self) -> str:
        await expect(self.page.get_by_text(self.read("Spara din kod"), exact=True)).to_be_visible()
        return await self.page.locator(".reference").last.inner_text()


@asynccontextmanager
async def _walking(browser: Browser, at: At, package: str) -> AsyncIterator[Visitor]:
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(8000)
    yield Visitor(await context.new_page(), at, Wording(["chassis", package], {}))
    await context.close()


@pytest.fixture(params=LANGUAGES)
async def visitor(request: pytest.FixtureRequest, browser: Browser, addresses: Addresses) -> AsyncIterator[Visitor]:
    """Somebody who looks for support."""
    async with _walking(browser, addresses.direct_in(request.param), "direct_access") as somebody:
        yield somebody


@pytest.fixture(params=LANGUAGES)
async def applicant(request: pytest.FixtureRequest, browser: Browser, addresses: Addresses) -> AsyncIterator[Visitor]:
    """Somebody who applies, or tells of a child."""
    async with _walking(browser, addresses.intake_in(request.param), "intake") as somebody:
        yield somebody


async def book(visitor: Visitor) -> str:
    """Find a support, ask for it and choose a time. The receipt's code."""
    await visitor.open("/")
    await visitor.follow("Se allt stöd")
    await visitor.write("Vad behöver du hjälp med?", SAD_TEENAGER[visitor.at.language])
    await visitor.press("Visa stöd")
    await visitor.follow("Ungdomssamtal, Centrum")
    await visitor.choose("Är det tryggt att vi hör av oss hem?", "Ja")
    await visitor.choose("Vem ska få stödet?", "Jag själv")
    await visitor.was_born("När är den som ska få stödet född?", "17", "3", "2009")
    await visitor.pick("Var bor du?", "Centrum")
    await visitor.press("Fortsätt")
    await visitor.sees("Så når vi dig")
    await visitor.write("Vad heter du?", "Alva Testsson")
    await visitor.choose("Hur ska vi höra av oss?", "Ring")
    await visitor.write("Telefonnummer, e-post eller adress", "070-174 06 05")
    await visitor.choose_first("Vilken tid vill du ha?")
    await visitor.sends("Tack, vi har fått det")
    return await visitor.writes_down_the_code()


async def test_a_support_is_found_asked_for_and_booked_and_the_time_changed_and_cancelled(visitor: Visitor) -> None:
    code = await book(visitor)
    await expect(visitor.page.get_by_text(visitor.read("Din tid:"))).to_be_visible()
    await visitor.follow("Se din tid eller din plats i kön")
    await visitor.write("Skriv koden från ditt kvitto", code.lower())
    await visitor.press("Fortsätt")
    await visitor.sees("Din tid")
    had = await visitor.page.locator(".lead").inner_text()
    await visitor.choose_first("Vill du byta till en annan tid?")
    await visitor.press("Byt tid")
    await visitor.sees("Din nya tid")
    await visitor.follow("Skriv koden igen för att se hur det står till")
    await visitor.write("Skriv koden från ditt kvitto", code)
    await visitor.press("Fortsätt")
    assert await visitor.page.locator(".lead").inner_text() != had
    await visitor.press("Avboka")
    await visitor.sees("Vill du avboka?")
    await visitor.press("Ja, avboka")
    await visitor.sees("Din tid är avbokad")


async def test_somebody_comes_without_a_name_and_says_how_they_are(visitor: Visitor) -> None:
    await visitor.open("/stod")
    await visitor.follow("Droppin Hamnen, Centrum")
    await visitor.pick("Var är du?", "Centrum")
    await visitor.press("Jag är här")
    await visitor.sees("Välkommen")
    code = await visitor.writes_down_the_code()
    await visitor.follow("Svara på tre frågor")
    await visitor.write("Skriv koden från ditt besök", code)
    await visitor.press("Fortsätt")
    await visitor.sees("Hur har du det?")
    await visitor.pick("Hur mår du?", "3")
    await visitor.pick("Hur har du det hemma och med dem som är viktiga för dig?", "5")
    await visitor.pick("Hur fungerar dagarna, till exempel skola eller jobb?", "4")
    await visitor.press("Skicka")
    await visitor.sees("Tack för dina svar")


async def test_somebody_asks_to_talk_goes_on_later_and_sends(visitor: Visitor) -> None:
    await visitor.open("/")
    await visitor.follow("Prata med oss")
    await visitor.choose("Hur ska vi höra av oss?", "Ring")
    await visitor.write("Telefonnummer, e-post eller adress", "070-174 06 05")
    await visitor.pick("Var bor du?", "Centrum")
    await visitor.press("Fortsätt senare")
    await visitor.sees("Det du skrev är sparat")
    code = await visitor.writes_down_the_code()
    await visitor.follow("Fortsätt där du slutade")
    await visitor.write("Din kod", code)
    await visitor.press("Fortsätt")
    await visitor.sees("Prata med oss")
    contact = visitor.page.get_by_role("textbox", name=visitor.read("Telefonnummer, e-post eller adress"))
    await expect(contact).to_have_value("070-174 06 05")
    await visitor.write("Vad vill du prata om?", "Om skolan.")
    await visitor.sends("Tack för att du skrev")
    await visitor.open("/fortsatt")
    await visitor.write("Din kod", code)
    await visitor.press("Fortsätt")
    await expect(visitor.page.get_by_role("alert")).to_be_visible()  # What is sent is kept no longer.


async def test_somebody_applies_and_fills_in_what_was_missing(applicant: Visitor) -> None:
    await applicant.open("/ansok")
    await applicant.write("Vad vill du ha hjälp med?", "Hjälp hemma.")
    await applicant.pick("Var bor du?", "Centrum")
    await applicant.sends("Vi har fått din ansökan", "Skicka ansökan")
    code = await applicant.writes_down_the_code()
    await applicant.follow("Fyll i det som saknas")
    await applicant.write("Koden på ditt kvitto", code)
    await applicant.press("Fortsätt")
    await applicant.write("Hur har du det nu?", "Jag orkar inte.")
    await applicant.write("Vad heter du?", "Ali Testberg")
    await applicant.write("Hur är det tryggt att nå dig?", "Ring 070-174 06 05.")
    await applicant.press("Skicka")
    await applicant.sees("Tack, vi har fått det")


async def test_somebody_tells_of_a_child(applicant: Visitor) -> None:
    await applicant.open("/oro")
    await applicant.write("Vad har du sett eller hört?", "Barnet gråter varje natt.")
    await applicant.pick("I vilken stadsdel bor barnet?", "Centrum")
    await applicant.choose("Berättar du som privatperson eller i ditt arbete?", "Privatperson")
    await applicant.sends("Tack för att du berättade")
