"""The journeys that are played through the gateway on first start, in the demo and as system tests.

The people in them are invented. Where a number is used, it is one of those that are never given to anyone.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from local_platform.platform import Platform, Report
from local_platform.player import Player, reference_in
from statute.clocks import STOCKHOLM

NOT_GIVEN_TO_ANYONE = "19901211-9948"


@dataclass(frozen=True)
class JourneyResult:
    """How one journey went; `detail` says in one line what was not as it should be."""

    name: str
    passed: bool
    detail: str = ""


Journey = Callable[[Player], Awaitable[None]]
"""Plays one journey, a line per step; raises AssertionError where something is not as it should be."""


async def play(platform: Platform, report: Report) -> list[JourneyResult]:
    """Play every journey, whatever becomes of the ones before."""
    played = []
    async with httpx.AsyncClient(base_url=platform.gateway.url, timeout=30) as client:
        player = Player(platform, client, report)
        for journey in JOURNEYS:
            title = (journey.__doc__ or journey.__name__).partition("\n")[0]
            report(title)
            try:
                await journey(player)
            except (AssertionError, httpx.HTTPError, KeyError) as failure:
                detail = str(failure) or type(failure).__name__
                report(f"  FAILED: {detail}")
                played.append(JourneyResult(journey.__name__, passed=False, detail=detail))
            else:
                played.append(JourneyResult(journey.__name__, passed=True))
    return played


async def youth_counselling(player: Player) -> None:
    """1. Noor, 17, asks for youth counselling by herself, without an account."""
    direct = "/api/direct-access/v1"
    time = await offer_time(player, "ungdomssamtal")
    born = years_ago(17)
    receipt = await player.fill_in(
        f"/stod/{player.north}/ungdomssamtal",
        {
            "birth_date-day": str(born.day),
            "birth_date-month": str(born.month),
            "birth_date-year": str(born.year),
            "safe": "true",
            "asked_by": "self",
            "district": "centrum",
            "name": "Noor Exempel",
            "contact_way": "phone",
            "contact": "070-174 06 05",
            "safe_contact": "Sms efter skolan. Ring inte hem.",
            "words": "Jag sover dåligt och orkar inte prata med mamma om det.",
            "alone_words": "Hon blir arg om hon får veta.",
            "time_id": time,
        },
    )
    check("ansök" in receipt.lower(), "the receipt tells of the right to apply (SoL 11:6)")
    reference = reference_in(receipt)
    player.tell(f"asked in the form, without a guardian's consent (SoL 21:2); receipt {reference}")

    support = await find_support(player, reference)
    path = f"{direct}/supports/{support}"
    await player.done(
        f"{path}/suitability",
        {"suitable": True, "grounds": "Mogen för sin ålder, vet vad hon vill ha hjälp med."},
        role="activity_staff",
    )
    player.tell("suitability checked and recorded; the time is booked, the right to apply told")
    for point, answers in (("start", (3, 4, 3)), ("end", (6, 5, 7))):
        await player.done(f"{path}/meetings", {}, role="activity_staff")
        await player.done(f"{path}/measures", {"point": point, **scored(answers)}, role="activity_staff")
    player.tell("two meetings, a short measure at each")
    await help_to_apply(player, path)
    await player.done(f"{path}/end", {"reason": "completed"}, role="activity_staff")
    await player.follow_up_knows(support, path="direct", end_reason="completed", measures=2)
    player.tell("ended as planned; follow-up knows it, and nobody's name")


async def drop_in_without_identity(player: Player) -> None:
    """2. Somebody comes to a drop-in where identity is not documented."""
    page = await player.fill_in(f"/stod/{player.north}/droppin-hamnen", {"district": "norrhamn"}, steps=("send",))
    code = reference_in(page)
    check("Spårnummer" not in page, "the receipt of a visit without identity carries no trace id")
    player.tell("came in with one button; got a code, and nobody knows whose it is")
    for words, answers in (("before", (2, 3, 4)), ("after", (5, 6, 6))):
        await player.done("/api/direct-access/v1/visits/measures", {"code": code.lower(), **scored(answers)})
        player.tell(f"answered the measure {words}, with the code alone")
    again = await player.send("/api/direct-access/v1/visits/measures", {"code": code, **scored((1, 1, 1))})
    check(again.status in {409, 422}, "a third answer with the same code is refused")


async def application_to_support(player: Player) -> None:
    """3. Sam applies, completes, is investigated, gets a part of what was asked for, and is better for it."""
    intake = "/api/intake/v1"
    taken = await player.done(
        f"{intake}/applications",
        {
            "district": "centrum",
            "name": "Sam Exempel",
            "number": NOT_GIVEN_TO_ANYONE,
            "wished_support": "familjebehandling-hemma",
            "what": "Vi behöver hjälp hemma. Det är bråk varje kväll.",
        },
    )
    case = taken["case_id"]
    check(set(taken["missing"]) == {"contact", "why"}, f"the application says what is missing: {taken['missing']}")
    player.tell(f"applied; {' and '.join(taken['missing'])} are missing")
    await player.done(f"{intake}/applications/{case}/completion-request", role="caseworker")
    await player.done(
        f"{intake}/applications/completion",
        {
            "code": taken["code"],
            "contact": "sam@example.org, gärna kvällar",
            "why": "Barnen är rädda och vi vuxna orkar inte.",
        },
    )
    player.tell("was helped, and completed it with the code on the receipt")

    path = f"/api/assessment/v1/cases/{case}"
    await player.arrives(path, role="caseworker")
    player.tell("an investigation was opened at once (SoL 14:2)")
    steps: list[tuple[str, dict[str, object] | None]] = [
        ("wishes", {"words": "Jag vill att det blir lugnt vid läggdags.", "motivation": 8}),
        ("needs", {"need": "Stöd i föräldraskapet", "goal": "Lugna kvällar fem dagar i veckan"}),
        (
            "proposal",
            {
                "support": "familjebehandling-hemma",
                "research_weight": 2,
                "research": "Metoden är beskriven och prövad för målgruppen.",
                "wish_weight": 3,
                "wish": "Familjen vill ha hjälpen hemma.",
                "situation_weight": 2,
                "situation": "Svårt att ta sig till mottagningen på kvällstid.",
                "profession_weight": 1,
                "profession": "God erfarenhet i liknande familjer.",
            },
        ),
        ("communication", {"answer_by": str(today() + timedelta(days=14)), "told_of_speaking": True}),
        ("answer", {"words": "Det stämmer. Jag hade gärna fått mer avlastning."}),
        (
            "decision",
            {
                "outcome": "partially-granted",
                "content": "Familjebehandling hemma, två gånger i veckan i sex månader.",
                "refused": "Avlastning varannan helg.",
                "reasons": "Behandlingen bedöms räcka för att nå målet. Avlastning prövas på nytt vid behov.",
                "decided_by": "Enhetschef Exempel",
                "presented_by": "Socialsekreterare Exempel",
            },
        ),
    ]
    for step, body in steps:
        await player.done(f"{path}/{step}", body, role="qualified_caseworker")
    player.tell("wish, need, proposal with its four grounds, communication, answer")
    letter = await player.read(f"{path}/decision", role="caseworker")
    check("appeal" in str(letter).lower(), "the decision tells how to appeal")
    player.tell("granted in part, with reasons and how to appeal")
    await player.done(f"{path}/decision-received", {"received_on": str(today())}, role="caseworker")
    carried_out: list[tuple[str, dict[str, object] | None]] = [
        ("support-started", None),
        ("measures", {"point": "start", "score": 9}),
        ("measures", {"point": "end", "score": 18}),
        ("support-ended", {"reason": "completed"}),
    ]
    for step, body in carried_out:
        await player.done(f"{path}/{step}", body, role="qualified_caseworker")
    await player.follow_up_knows(case, path="assessed", end_reason="completed", measures=2)
    player.tell("support started, measured, ended; follow-up has it beside the direct way")


async def report_to_follow_up(player: Player) -> None:
    """4. A school is worried about Kim, 10. Family treatment is declined, and the situation followed up."""
    intake = "/api/intake/v1"
    taken = await player.done(
        f"{intake}/reports",
        {
            "reporter": "school",
            "reporter_name": "Rektor Exempel",
            "reporter_contact": "0700-00 00 04",
            "wants_to_know": True,
            "district": "bjorkliden",
            "child_name": "Kim Exempel",
            "child_birth_date": str(years_ago(10)),
            "child_gender": "unknown",
            "guardian_name": "Robin Exempel",
            "told": "Kim kommer ofta hungrig och vill inte gå hem.",
        },
    )
    case = taken["case_id"]

    async def warned() -> bool | None:
        listed = await player.read(f"{intake}/work-list", role="caseworker")
        return any(row["case_id"] == case and row["near"] for row in listed) or None

    await player.until("the work list warns that protection is to be assessed at once", warned)
    unqualified = await player.send(
        f"{intake}/reports/{case}/protection-assessment",
        {"immediate_protection": False, "assessment": "–"},
        role="caseworker",
    )
    check(unqualified.code == "not-qualified", "only somebody qualified assesses protection (SoL 25:1)")
    await player.done(
        f"{intake}/reports/{case}/protection-assessment",
        {"immediate_protection": False, "assessment": "Kim är trygg i dag. Skolan följer upp i eftermiddag."},
        role="qualified_caseworker",
    )
    player.tell("reported by the school; protection assessed the same day (SoL 20:1)")
    await player.done(
        f"{intake}/reports/{case}/preliminary-assessment",
        {"open": True, "reasons": "Uppgifterna kan leda till en åtgärd."},
        role="qualified_caseworker",
    )
    await player.done(
        f"{intake}/reports/{case}/reporter-information", {"answer": "opened"}, role="qualified_caseworker"
    )
    player.tell("investigation opened within the 14 days (SoL 20:2); the school told that, and no more (19:6)")

    path = f"/api/assessment/v1/cases/{case}"
    await player.arrives(path, role="caseworker")
    steps: list[tuple[str, dict[str, object] | None]] = [
        ("concerned-informed", None),
        ("contacts", {"contact": "school", "words": "Läraren beskriver trötthet och oro."}),
        (
            "child-heard",
            {
                "words": "Jag vill att någon är hemma när jag kommer.",
                "information": "Berättat enkelt; Kim återgav det.",
            },
        ),
        ("needs", {"need": "Vuxna som orkar", "goal": "Någon hemma efter skolan"}),
        (
            "proposal",
            {
                "support": "familjebehandling-hemma",
                "research_weight": 1,
                "research": "Visst stöd i studier.",
                "wish_weight": 1,
                "wish": "Kim vill ha lugn hemma.",
                "situation_weight": 3,
                "situation": "Ensam förälder med skiftarbete.",
                "profession_weight": 2,
                "profession": "Brukar fungera när vardagen är trång.",
            },
        ),
        ("offer", None),
        ("offer-declined", {"reason": "no-trust", "words": "Vi tror inte att det hjälper."}),
        ("closing", {"reason": "declined", "words": "Familjen tackar nej. Skyddet räcker."}),
        (
            "follow-up",
            {
                "birth_date": str(years_ago(10)),
                "guardians": 1,
                "guardians_agreeing": 1,
                "words": "Läget följs upp med skolan och hemmet.",
            },
        ),
    ]
    for step, body in steps:
        await player.done(f"{path}/{step}", body, role="qualified_caseworker")
    player.tell("school contacted, Kim heard, family treatment offered and declined: no trust that it would help")

    async def running() -> dict[str, str] | None:
        found = await player.read("/api/followup/v1/child-follow-ups", role="caseworker")
        return next((each for each in found if each["case_id"] == case), None)

    started = await player.until("the six-month clock runs", running)
    player.tell(f"closed without support; the situation is followed up until {started['last_day']} (SoL 23:5)")


async def concern_from_direct_support(player: Player) -> None:
    """5. Staff of a direct support notice something that must be reported."""
    direct = "/api/direct-access/v1"
    asked = await player.done(
        f"{direct}/supports",
        {
            "support": "ungdomssamtal",
            "birth_date": str(years_ago(16)),
            "district": "centrum",
            "name": "Alex Exempel",
            "safe": True,
            "contact_way": "phone",
            "contact": "070-174 06 06",
        },
    )
    support = asked["support_id"]
    known = await reports(player)
    await player.done(
        f"{direct}/supports/{support}/concern",
        {
            "district": "centrum",
            "told": "Alex har blåmärken och säger att hen inte vågar gå hem.",
            "child_name": "Alex Exempel",
            "child_birth_date": str(years_ago(16)),
        },
        role="activity_staff",
    )
    linked = await new_report(player, known)
    check(linked["origin_case_id"] == support, "intake sees which support the concern comes from")
    player.tell("the report is in intake, which sees where it came from")
    known = await reports(player)
    await player.done(
        f"{direct}/concerns",
        {"support": "droppin-hamnen", "district": "norrhamn", "told": "En ung besökare berättade om våld hemma."},
        role="activity_staff",
    )
    unlinked = await new_report(player, known)
    check(unlinked["origin_case_id"] is None, "from a stream without identity there is no link")
    record = await player.read(f"{direct}/supports/{support}", role="activity_staff")
    check("blåmärken" not in str(record), "the support's own record says only that a report was made")
    player.tell("from a drop-in without identity the report carries no link; the support's record tells no more")


async def fourteen_and_alone(player: Player) -> None:
    """6. Elin, 14, asks for a support that needs a guardian's consent, and is not only refused."""
    born = years_ago(14)
    refused = await player.send(
        "/api/direct-access/v1/supports",
        {
            "support": "ungdomssamtal",
            "birth_date": str(born),
            "district": "centrum",
            "name": "Elin Exempel",
            "safe": True,
            "contact_way": "phone",
            "contact": "070-174 06 07",
        },
    )
    check(refused.code is not None and refused.body.get("rule"), f"refused with its paragraph: {refused.body}")
    check(len(refused.body["instead"]) >= 2, "the refusal names what can be done instead")
    player.tell(f"by API: {refused.code}, {refused.body['rule']}, with {len(refused.body['instead'])} ways instead")
    instead = f"/stod/{player.north}/ungdomssamtal/prata"
    page = await player.page(instead)
    order = [page.find(words) for words in ("116 111", 'id="answers"', "/ansok", "21:2")]
    check(
        -1 not in order and order == sorted(order), f"help first, then a talk, then apply, the paragraph last: {order}"
    )
    player.tell("the page: numbers to call, a talk with us, the way to apply, and last the paragraph")
    await player.fill_in(
        instead,
        {
            "district": "centrum",
            "name": "Elin",
            "contact_way": "sms",
            "contact": "070-174 06 07",
            "safe_contact": "Bara sms. Pappa får inte veta.",
            "age": "14",
            "words": "Kan jag få prata med någon?",
        },
    )
    waiting = await player.read("/api/direct-access/v1/talks", role="activity_staff")
    check(bool(waiting), "what was written reaches a person")
    talk = waiting[-1]["talk_id"]
    await player.done(
        f"/api/direct-access/v1/talks/{talk}/answer", {"note": "Pratade i en halvtimme."}, role="activity_staff"
    )
    player.tell("her words reached a person the same day; no guardian was contacted")


JOURNEYS: tuple[Journey, ...] = (
    youth_counselling,
    drop_in_without_identity,
    application_to_support,
    report_to_follow_up,
    concern_from_direct_support,
    fourteen_and_alone,
)


async def offer_time(player: Player, support: str) -> str:
    """Staff offer a time tomorrow; its id."""
    starts = (datetime.now(UTC) + timedelta(days=1)).replace(hour=13, minute=0, second=0, microsecond=0)
    offered = await player.done(
        "/api/direct-access/v1/times",
        {"support": support, "starts_at": starts.isoformat(), "district": "centrum", "place": "Storgatan 1, plan 2"},
        role="activity_staff",
    )
    return str(offered["time_id"])


async def find_support(player: Player, reference: str) -> str:
    """The support that a reference on a receipt stands for, as staff find it."""
    start = reference.replace("-", "").lower()
    listed = await player.read("/api/direct-access/v1/supports", role="activity_staff")
    found = [row["support_id"] for row in listed if str(row["support_id"]).replace("-", "").startswith(start)]
    check(len(found) == 1, f"staff find the support by its reference: {len(found)} found")
    return str(found[0])


async def help_to_apply(player: Player, path: str) -> None:
    """Staff help Noor to apply for more, with what she lets them hand over; she completes it with the code."""
    intake = "/api/intake/v1"
    noor = (await player.read(path, role="activity_staff"))["person_id"]
    application = {"hand_over": ["name", "contact"], "what": "Någon att gå till efter skolan."}
    unsaid = await player.send(f"{path}/application", {**application, "how": "visit"}, role="activity_staff")
    check(unsaid.status == 422, "without a yes nothing is handed over")
    yes = {"agreed": [noor], "how": "visit"}
    started = await player.done(f"{path}/application", {**application, **yes}, role="activity_staff")
    case = started["application_id"]
    check(started["missing"] == ["why"], f"what is missing is asked for as always: {started['missing']}")

    async def taken_in() -> dict[str, Any] | None:
        listed = await player.read(f"{intake}/work-list", role="caseworker")
        if not any(row["case_id"] == case for row in listed):
            return None
        return dict(await player.read(f"{intake}/cases/{case}", role="caseworker"))

    found = await player.until("the application reaches intake", taken_in)
    check(path.endswith(str(found["origin_case_id"])), "intake sees which support it comes from")
    told = {"code": started["receipt_code"], "why": "Jag orkar inte vara hemma."}
    completed = await player.done(f"{intake}/applications/completion", told)
    check(completed["missing"] == [], "the code that staff handed over completes it")
    await player.arrives(f"/api/assessment/v1/cases/{case}", role="caseworker")
    player.tell("helped to apply with what she let us hand over; completed with her code, and investigated at once")


async def reports(player: Player) -> set[str]:
    """The cases on intake's work list."""
    return {row["case_id"] for row in await player.read("/api/intake/v1/work-list", role="caseworker")}


async def new_report(player: Player, known: set[str]) -> dict[str, Any]:
    """The report that comes in now; what intake knows of it."""

    async def look() -> str | None:
        return next(iter(await reports(player) - known), None)

    case = await player.until("the report reaches intake", look)
    found: dict[str, Any] = await player.read(f"/api/intake/v1/cases/{case}", role="caseworker")
    return found


def scored(answers: tuple[int, int, int]) -> dict[str, int]:
    """Answers to the three questions of `hur-har-du-det`."""
    return dict(zip(("wellbeing", "relations", "days"), answers, strict=True))


def check(holds: object, what: str) -> None:
    """A journey's own check.

    Raises:
        AssertionError: it does not hold.
    """
    if not holds:
        raise AssertionError(f"not so: {what}")


def today() -> date:
    """The day in Sweden, wherever the machine believes itself to be."""
    return datetime.now(STOCKHOLM).date()


def years_ago(years: int) -> date:
    """A birth date of somebody who turned so many years half a year ago."""
    day = today() - timedelta(days=182)
    return day.replace(year=day.year - years, day=min(day.day, 28))
