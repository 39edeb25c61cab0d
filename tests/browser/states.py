"""Every state that a citizen can bring a page to, as a way that somebody walks there: by address and buttons."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from playwright.async_api import Page

NORTH = "0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a01"
TALKS = f"/stod/{NORTH}/ungdomssamtal"
ADVICE = f"/stod/{NORTH}/foraldraradgivning"
DROP_IN = f"/stod/{NORTH}/droppin-hamnen"

Walk = Callable[[Page, Callable[[str], str]], Awaitable[None]]
"""Brings a page to a state; the second argument makes an address of a path, in the language walked in."""


def address(path: str) -> Walk:
    """A state that its address alone leads to."""

    async def walk(page: Page, at: Callable[[str], str]) -> None:
        await page.goto(at(path))

    return walk


def typed(path: str, fields: Mapping[str, str], *buttons: str) -> Walk:
    """A form filled in and its buttons pressed, one page after another."""

    async def walk(page: Page, at: Callable[[str], str]) -> None:
        await page.goto(at(path))
        await fill(page, fields)
        for button in buttons:
            await page.click(f"main button[value={button}]")

    return walk


async def fill(page: Page, fields: Mapping[str, str]) -> None:
    """Fill in a form by the ids of its fields, whatever kind each is."""
    for name, value in fields.items():
        field = page.locator(f"[id='{name}']")
        kind = await field.evaluate("field => field.tagName == 'SELECT' ? 'select' : field.type")
        if kind == "select":
            await field.select_option(value)
        elif kind in {"radio", "checkbox"}:
            await page.check(f"[name='{name}'][value='{value}']")
        else:
            await field.fill(value)


def born(year: str) -> dict[str, str]:
    """The first questions of asking: whether contact is safe, for whom, when they are born, and where they live."""
    return {
        "safe": "true",
        "asked_by": "self",
        "birth_date": "17",
        "birth_date-month": "3",
        "birth_date-year": year,
        "district": "centrum",
    }


async def ask(page: Page, at: Callable[[str], str]) -> None:
    """The second page of asking for a support: who one is."""
    await typed(TALKS, born("2009"), "check")(page, at)


async def ask_wrongly(page: Page, at: Callable[[str], str]) -> None:
    """The same with nothing filled in."""
    await ask(page, at)
    await page.click("main button[value=check]")


async def check_asking(page: Page, at: Callable[[str], str]) -> None:
    """The answers to check."""
    await ask(page, at)
    told = {"name": "Alva Testsson", "contact_way": "phone", "contact": "070-174 06 05", "words": "Jag sover dåligt."}
    await fill(page, told)
    await page.click("main button[value=check]")


async def asked(page: Page, at: Callable[[str], str]) -> None:
    """The receipt."""
    await check_asking(page, at)
    await page.click("main button[value=send]")


FOR_CHILD = {**born("2019"), "safe": "true", "asked_by": "guardian"}
NOT_SAFE = {**FOR_CHILD, "safe": "false"}
BESIDE = {**born("2009"), "asked_by": "professional"}
MOTHER = {
    "helper_name": "Mia Testsson",
    "name": "Bo Testsson",
    "agrees": "true",
    "contact_way": "phone",
    "contact": "070-174 06 05",
}
NURSE = {name: told for name, told in MOTHER.items() if name != "agrees"}


def asked_for(path: str, first: Mapping[str, str], rest: Mapping[str, str], *buttons: str) -> Walk:
    """Asking for somebody else, as far as the buttons lead."""

    async def walk(page: Page, at: Callable[[str], str]) -> None:
        await typed(path, first, "check")(page, at)
        await fill(page, rest)
        for button in buttons:
            await page.click(f"main button[value={button}]")

    return walk


def consented(code: str | None, agrees: str | None = None) -> Walk:
    """A guardian's page: their own code typed, or another, and then yes or no."""

    async def walk(page: Page, at: Callable[[str], str]) -> None:
        await asked_for(ADVICE, FOR_CHILD, MOTHER, "check", "send")(page, at)
        own = await page.locator(".reference").last.inner_text()
        await page.goto(at("/stod/samtycke"))
        await page.fill("#code", code or own)
        await page.click("main button[value=check]")
        if agrees:
            await page.check(f"[name=agrees][value={agrees}]")
            await page.click("main button[value=send]")

    return walk


async def visit(page: Page, at: Callable[[str], str]) -> None:
    """The receipt of a visit without a name, with its code."""
    await page.goto(at(DROP_IN))
    if await page.locator("select#district").count():
        await page.select_option("#district", "centrum")
    await page.click("main button[value=send]")


async def answer(page: Page, at: Callable[[str], str]) -> None:
    """The three questions, once the code is known."""
    await visit(page, at)
    code = await page.locator(".reference").first.inner_text()
    await page.goto(at("/stod/kvitto"))
    await page.fill("#code", code)
    await page.locator("main form button.ds-button").first.click()


async def answered(page: Page, at: Callable[[str], str]) -> None:
    """Thanks for the answers."""
    await answer(page, at)
    await fill(page, {"wellbeing": "3", "relations": "5", "days": "4"})
    await page.click("main button[value=send]")


TALK = {"contact": "070-174 06 05", "district": "centrum", "words": "Om skolan."}
APPLICATION = {
    "what": "Hjälp hemma.",
    "why": "Jag orkar inte.",
    "name": "Ali Testberg",
    "birth_date": "17",
    "birth_date-month": "3",
    "birth_date-year": "1988",
    "contact": "Ring 070-174 06 05.",
    "district": "centrum",
}
CONCERN = {"told": "Barnet gråter varje natt.", "district": "centrum", "reporter": "anyone"}

DIRECT: Mapping[str, Walk] = MappingProxyType(
    {
        "start": address("/"),
        "overview": address("/stod"),
        "overview-found": address("/stod?q=skulder&plats=centrum"),
        "overview-nothing": address("/stod?q=xyzzyq"),
        "overview-wrong": address("/stod?alder=gammal"),
        "rights": address("/rattigheter"),
        "accessibility": address("/tillganglighet"),
        "support": address(TALKS),
        "support-wrong": typed(TALKS, {}, "check"),
        "support-refused": typed(TALKS, born("1960"), "check"),
        "support-too-young": typed(TALKS, born("2014"), "check"),
        "support-applied-for": address(f"/stod/{NORTH}/kontaktfamilj"),
        "ask": ask,
        "ask-wrong": ask_wrongly,
        "ask-check": check_asking,
        "ask-receipt": asked,
        "ask-for-child": asked_for(ADVICE, FOR_CHILD, {}),
        "ask-for-child-wrong": asked_for(ADVICE, FOR_CHILD, {}, "check"),
        "ask-for-child-check": asked_for(ADVICE, FOR_CHILD, MOTHER, "check"),
        "ask-for-child-receipt": asked_for(ADVICE, FOR_CHILD, MOTHER, "check", "send"),
        "ask-not-safe": asked_for(ADVICE, NOT_SAFE, {}),
        "ask-not-safe-receipt": asked_for(ADVICE, NOT_SAFE, {**MOTHER, "contact_way": "none"}, "check", "send"),
        "ask-beside": asked_for(TALKS, BESIDE, {}),
        "ask-beside-receipt": asked_for(
            TALKS,
            BESIDE,
            {name: MOTHER[name] for name in ("helper_name", "name", "contact_way", "contact")},
            "check",
            "send",
        ),
        "consent": address("/stod/samtycke"),
        "consent-wrong": typed("/stod/samtycke", {"code": "fel"}, "check"),
        "consent-question": consented(None),
        "consent-unknown-wrong": consented("ZFMGR-H7MKB-9SBBG"),
        "consent-yes": consented(None, "true"),
        "consent-no": consented(None, "false"),
        "ask-kept": asked_for(TALKS, born("2009"), {"name": "Alva Testsson"}, "save"),
        "resume": address("/fortsatt"),
        "resume-wrong": typed("/fortsatt", {"draft": "fel"}, "resume"),
        "talk": address("/prata"),
        "talk-wrong": typed("/prata", {}, "check"),
        "talk-check": typed("/prata", TALK, "check"),
        "talk-receipt": typed("/prata", TALK, "check", "send"),
        "visit": address(DROP_IN),
        "visit-receipt": visit,
        "measure": address("/stod/kvitto"),
        "measure-wrong": typed("/stod/kvitto", {"code": "fel"}, "check"),
        "measure-questions": answer,
        "measure-thanks": answered,
        "not-found": address("/finns-inte"),
    }
)
INTAKE: Mapping[str, Walk] = MappingProxyType(
    {
        "apply": address("/ansok"),
        "apply-wrong": typed("/ansok", {"number": "19640823-3230"}, "check"),
        "apply-check": typed("/ansok", APPLICATION, "check"),
        "apply-receipt": typed("/ansok", APPLICATION, "check", "send"),
        "apply-receipt-incomplete": typed("/ansok", {"what": "Hjälp.", "district": "centrum"}, "check", "send"),
        "apply-kept": typed("/ansok", APPLICATION, "save"),
        "complete": address("/ansok/komplettera"),
        "complete-wrong": typed("/ansok/komplettera", {"code": "fel"}, "send"),
        "concern": address("/oro"),
        "concern-wrong": typed("/oro", {}, "check"),
        "concern-check": typed("/oro", CONCERN, "check"),
        "concern-receipt": typed("/oro", CONCERN, "check", "send"),
    }
)
STATES = MappingProxyType({**DIRECT, **INTAKE})
