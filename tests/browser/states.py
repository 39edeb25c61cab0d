"""Every state that a citizen can bring a page to, as a way that somebody walks there: by address and buttons."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from playwright.async_api import Page

NORTH = "0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a01"
TALKS = f"/stod/{NORTH}/ungdomssamtal"
ADVICE = f"/stod/{NORTH}/foraldraradgivning"
QUIT = f"/stod/{NORTH}/sluta-sla"
COURSE = f"/stod/{NORTH}/foraldrakurs-circle-of-security"
DROP_IN = f"/stod/{NORTH}/droppin-hamnen"
MY_TIME = "/stod/tid"


@dataclass(frozen=True)
class At:
    """Where one walks: called with a path it gives the address, in the language walked in."""

    base: str
    language: str
    offer_seats: Callable[[timedelta], Awaitable[None]]
    """A round of the service's, so long from now, in which free seats are offered to who waits."""

    def __call__(self, path: str) -> str:
        return f"{self.base}{path}{'&' if '?' in path else '?'}sprak={self.language}"


Walk = Callable[[Page, At], Awaitable[None]]
"""Brings a page to a state."""

FIRST = "*"
"""As an answer: the first of the choices, whatever it is."""


def address(path: str) -> Walk:
    """A state that its address alone leads to."""

    async def walk(page: Page, at: At) -> None:
        await page.goto(at(path))

    return walk


def after(walk: Walk, fields: Mapping[str, str], *buttons: str) -> Walk:
    """What a form leads to that a walk ended with: filled in, and buttons pressed, one page after another."""

    async def on(page: Page, at: At) -> None:
        await walk(page, at)
        await fill(page, fields)
        for button in buttons:
            await press(page, button)

    return on


def typed(path: str, fields: Mapping[str, str], *buttons: str) -> Walk:
    """The same with a form of an address of its own."""
    return after(address(path), fields, *buttons)


def with_code(walk: Walk, path: str, *buttons: str, field: str = "code") -> Walk:
    """Where the code leads that a walk ended with, typed at this address."""

    async def on(page: Page, at: At) -> None:
        await walk(page, at)
        code = await page.locator(".reference").last.inner_text()
        await typed(path, {field: code}, *buttons)(page, at)

    return on


def and_offered(walk: Walk, days: int = 1) -> Walk:
    """A walk, and then a round on each of so many days, in which free seats are offered to who waits."""

    async def on(page: Page, at: At) -> None:
        await walk(page, at)
        for day in range(days):
            await at.offer_seats(timedelta(days=day, minutes=day))

    return on


def showing(walk: Walk, button: str) -> Walk:
    """A walk that is there only where the page has this button."""

    async def on(page: Page, at: At) -> None:
        await walk(page, at)
        await page.locator(f"main button[value={button}]").wait_for(timeout=5_000)

    return on


async def press(page: Page, button: str) -> None:
    """Press a button, and wait until what comes of it is there."""
    await page.click(f"main button[value={button}]")
    await page.wait_for_load_state()


FILL = """fields => {
  for (const [id, value, first] of fields) {
    const field = document.getElementById(id);
    const choices = [...document.getElementsByName(field.name)];
    if (field.type == "radio" || field.type == "checkbox") {
      choices.find(each => first || each.value == value).checked = true;
    } else {
      field.value = value;
      if (field.value != value) throw new Error(`${id} does not take ${value}`);
    }
    field.dispatchEvent(new Event("input", {bubbles: true}));
  }
}"""
"""All at once: a browser takes as long for each field that is typed in as for a page."""


async def fill(page: Page, fields: Mapping[str, str]) -> None:
    """Fill in a form by the ids of its fields, whatever kind each is."""
    await page.evaluate(FILL, [[name, value, value == FIRST] for name, value in fields.items()])


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


ALVA = {"name": "Alva Testsson", "contact_way": "phone", "contact": "070-174 06 05"}
FOR_CHILD = {**born("2019"), "asked_by": "guardian"}
NOT_SAFE = {**FOR_CHILD, "safe": "false"}
BESIDE = {**born("2009"), "asked_by": "professional"}
NURSE = {**ALVA, "helper_name": "Mia Testsson"}
MOTHER = {**NURSE, "agrees": "true"}
ASK = typed(TALKS, born("2009"), "check")
"""The second page of asking for a support: who one is."""
ASK_FOR_CHILD = typed(ADVICE, FOR_CHILD, "check")
ASK_BESIDE = typed(TALKS, BESIDE, "check")
ASK_NOT_SAFE = typed(ADVICE, NOT_SAFE, "check")
KEPT = after(ASK, {"name": "Alva Testsson"}, "save")
BOOKED = after(ASK, {**ALVA, "time_id": FIRST}, "check", "send")
QUEUED = after(typed(QUIT, born("1988"), "check"), {**ALVA, "queue": "true"}, "check", "send")
"""Nobody is ever offered a seat here, for there are none."""
WAITING = after(typed(ADVICE, born("1988"), "check"), {**ALVA, "queue": "true"}, "check", "send")
OFFERED = and_offered(WAITING)
RESTING = and_offered(WAITING, days=3)
"""Two offers have passed without an answer."""
MY_BOOKED = with_code(BOOKED, MY_TIME, "check")
MY_CONTACT = after(MY_BOOKED, {}, "ask-contact")
MY_OFFERED = with_code(OFFERED, MY_TIME, "check")
CONSENT = "/stod/samtycke"
MOTHERS_CONSENT = with_code(after(ASK_FOR_CHILD, MOTHER, "check", "send"), CONSENT, "check")
OWN_CONSENT = with_code(after(ASK_BESIDE, NURSE, "check", "send"), CONSENT, "check")


async def visit(page: Page, at: At) -> None:
    """The receipt of a visit without a name, with its code."""
    await page.goto(at(DROP_IN))
    if await page.locator("select#district").count():
        await page.select_option("#district", "centrum")
    await press(page, "send")


ANSWER = with_code(visit, "/stod/kvitto", "check")
TALK = {"contact_way": "phone", "contact": "070-174 06 05", "district": "centrum", "words": "Om skolan."}


async def sent_before(page: Page, at: At) -> None:
    """Where somebody is led who has sent a form, goes back to it, changes something and sends it again."""
    await typed("/prata", TALK, "check")(page, at)
    form_id = await page.input_value("[name=form_id]")
    await press(page, "send")
    await page.goto(at("/prata"))
    await page.evaluate("id => { document.querySelector('[name=form_id]').value = id; }", form_id)
    await fill(page, {**TALK, "words": "Om skolan, och om hemma."})
    await press(page, "check")
    await press(page, "send")


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
INCOMPLETE = typed("/ansok", {"what": "Hjälp.", "district": "centrum"}, "check", "send")

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
        "support-by-queue": address(COURSE),
        "support-applied-for": address(f"/stod/{NORTH}/kontaktfamilj"),
        "ask": ASK,
        "ask-wrong": after(ASK, {}, "check"),
        "ask-check": after(ASK, {**ALVA, "words": "Jag sover dåligt."}, "check"),
        "ask-receipt": after(ASK, ALVA, "check", "send"),
        "ask-by-queue": typed(COURSE, born("1988"), "check"),
        "ask-booked-receipt": BOOKED,
        "ask-queued-receipt": QUEUED,
        "ask-for-child": ASK_FOR_CHILD,
        "ask-for-child-wrong": after(ASK_FOR_CHILD, {}, "check"),
        "ask-for-child-check": after(ASK_FOR_CHILD, MOTHER, "check"),
        "ask-for-child-receipt": after(ASK_FOR_CHILD, MOTHER, "check", "send"),
        "ask-not-safe": ASK_NOT_SAFE,
        "ask-not-safe-receipt": after(ASK_NOT_SAFE, {**MOTHER, "contact_way": "none"}, "check", "send"),
        "ask-beside": ASK_BESIDE,
        "ask-beside-receipt": after(ASK_BESIDE, NURSE, "check", "send"),
        "ask-kept": KEPT,
        "ask-resumed": with_code(KEPT, "/fortsatt", "resume", field="draft"),
        "resume": address("/fortsatt"),
        "resume-wrong": typed("/fortsatt", {"draft": "fel"}, "resume"),
        "resume-erased": with_code(KEPT, "/fortsatt", "erase", field="draft"),
        "my-time": address(MY_TIME),
        "my-time-wrong": typed(MY_TIME, {"code": "fel"}, "check"),
        "my-time-booked": MY_BOOKED,
        "my-time-unchosen-wrong": after(MY_BOOKED, {}, "move"),
        "my-time-moved-receipt": after(MY_BOOKED, {"time_id": FIRST}, "move"),
        "my-time-contact": MY_CONTACT,
        "my-time-contact-wrong": after(MY_CONTACT, {}, "contact"),
        "my-time-contact-receipt": after(MY_CONTACT, {"contact_way": "sms", "contact": "070-174 06 06"}, "contact"),
        "my-time-cancel": after(MY_BOOKED, {}, "ask-cancel"),
        "my-time-cancelled-receipt": after(MY_BOOKED, {}, "ask-cancel", "cancel"),
        "my-time-queued": with_code(QUEUED, MY_TIME, "check"),
        "my-time-offered": MY_OFFERED,
        "my-time-resting": showing(with_code(RESTING, MY_TIME, "check"), "still-wait"),
        "my-time-accepted-receipt": after(MY_OFFERED, {}, "accept"),
        "my-time-declined-receipt": after(MY_OFFERED, {}, "leave-queue"),
        "my-time-none": with_code(after(ASK, ALVA, "check", "send"), MY_TIME, "check"),
        "consent": address(CONSENT),
        "consent-wrong": typed(CONSENT, {"code": "fel"}, "check"),
        "consent-unknown-wrong": typed(CONSENT, {"code": "ZFMGR-H7MKB-9SBBG"}, "check"),
        "consent-own": OWN_CONSENT,
        "consent-own-unanswered-wrong": after(OWN_CONSENT, {}, "send"),
        "consent-own-yes": after(OWN_CONSENT, {"agrees": "true"}, "send"),
        "consent-given": MOTHERS_CONSENT,
        "consent-taken-back": after(MOTHERS_CONSENT, {"agrees": "false"}, "send"),
        "talk": address("/prata"),
        "talk-wrong": typed("/prata", {}, "check"),
        "talk-check": typed("/prata", TALK, "check"),
        "talk-sent-before": sent_before,
        "talk-receipt": typed("/prata", TALK, "check", "send"),
        "visit": address(DROP_IN),
        "visit-receipt": visit,
        "measure": address("/stod/kvitto"),
        "measure-wrong": typed("/stod/kvitto", {"code": "fel"}, "check"),
        "measure-questions": ANSWER,
        "measure-thanks": after(ANSWER, {"wellbeing": "3", "relations": "5", "days": "4"}, "send"),
        "not-found": address("/finns-inte"),
    }
)
INTAKE: Mapping[str, Walk] = MappingProxyType(
    {
        "apply": address("/ansok"),
        "apply-wrong": typed("/ansok", {"number": "19640823-3230"}, "check"),
        "apply-check": typed("/ansok", APPLICATION, "check"),
        "apply-receipt": typed("/ansok", APPLICATION, "check", "send"),
        "apply-receipt-incomplete": INCOMPLETE,
        "apply-kept": typed("/ansok", APPLICATION, "save"),
        "apply-resumed": with_code(typed("/ansok", APPLICATION, "save"), "/ansok/fortsatt", "resume", field="draft"),
        "complete": address("/ansok/komplettera"),
        "complete-wrong": typed("/ansok/komplettera", {"code": "fel"}, "check"),
        "complete-asked": with_code(INCOMPLETE, "/ansok/komplettera", "check"),
        "complete-receipt": after(
            with_code(INCOMPLETE, "/ansok/komplettera", "check"), {"why": "Jag orkar inte."}, "send"
        ),
        "concern": address("/oro"),
        "concern-wrong": typed("/oro", {}, "check"),
        "concern-check": typed("/oro", CONCERN, "check"),
        "concern-receipt": typed("/oro", CONCERN, "check", "send"),
    }
)
STATES = MappingProxyType({**DIRECT, **INTAKE})

PAGES = frozenset(
    {
        "start",
        "overview-found",
        "rights",
        "accessibility",
        "support",
        "support-refused",
        "ask-wrong",
        "ask-check",
        "ask-booked-receipt",
        "ask-kept",
        "ask-for-child",
        "resume",
        "my-time-booked",
        "my-time-offered",
        "my-time-cancel",
        "my-time-contact",
        "consent-given",
        "consent-wrong",
        "talk-wrong",
        "visit-receipt",
        "measure-questions",
        "measure-thanks",
        "apply-wrong",
        "apply-check",
        "apply-receipt-incomplete",
        "complete",
        "concern-wrong",
        "concern-receipt",
        "not-found",
    }
)
"""One state of each kind of page."""
