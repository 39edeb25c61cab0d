"""People who came before: short invented cases on both ways, so that follow-up has something to tell on the first day.

They are as many as it takes for numbers to be shown: what fewer than five share is hidden. Each is played through the
gateway, several at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

import httpx

from local_platform.journeys import years_ago
from local_platform.platform import Platform, Report
from local_platform.player import Player

T = TypeVar("T")

_AT_A_TIME = 8
_DIRECT = "/api/direct-access/v1"
_INTAKE = "/api/intake/v1"
_DISTRICTS = ("centrum", "norrhamn")
_GENDERS = ("woman", "man")
_GROUNDS = {
    "research_weight": 1,
    "research": "Visst stöd i studier.",
    "wish_weight": 3,
    "wish": "Familjen vill ha hjälp hemma.",
    "situation_weight": 2,
    "situation": "Kvällarna är svårast.",
    "profession_weight": 1,
    "profession": "God erfarenhet i liknande familjer.",
}
Change = tuple[int, int] | None
"""The answers at the start and at the end, from 0 (worst) to 10 (best); None where nobody measured."""

_TALKS: tuple[tuple[str | None, Change], ...] = (
    *[("completed", (3, 6))] * 5,
    *[("completed", (4, 4))] * 5,
    *[("lost-contact", None)] * 5,
    *[("", None)] * 5,
    *[(None, None)] * 4,
)
"""Youth talks: why each ended ("" where it goes on, None where it has not begun), and the change."""
_FAMILIES: tuple[tuple[str | None, Change], ...] = (
    *[("completed", (3, 5))] * 4,
    *[("completed", (4, 4))] * 5,
    *[("person-chose", None)] * 5,
    *[("declined", None)] * 4,
    *[(None, None)] * 3,
)
"""Families that applied, in the same words."""
_CALLS = 4
"""How many only want somebody to talk to."""
_VISITS = 5
"""How many visits are measured, and how many are not."""


async def play(platform: Platform, report: Report) -> None:
    """Let them all come. Where one cannot, that is told, and the others come all the same."""
    async with httpx.AsyncClient(base_url=platform.gateway.url, timeout=30) as client:
        player = Player(platform, client, report)
        applied = await _several_at_a_time([partial(_apply, player, number) for number in range(len(_FAMILIES))])
        talked = await _several_at_a_time([partial(_talk, player, number, *each) for number, each in enumerate(_TALKS)])
        called = await _several_at_a_time([partial(_call, player, number) for number in range(_CALLS)])
        visited = await _several_at_a_time(
            [partial(_visit, player, measured) for measured in (True, False) for _ in range(_VISITS)]
        )
        # By now the investigations have been opened.
        helped = await _several_at_a_time(
            [
                partial(_help, player, case, *each)
                for case, each in zip(applied, _FAMILIES, strict=True)
                if isinstance(case, str)
            ]
        )
    came = [*applied, *talked, *called, *visited, *helped]
    for failure in (each for each in came if isinstance(each, BaseException)):
        report(f"  FAILED: {str(failure) or type(failure).__name__}")
    report(f"Example municipality: {len(came) - len(helped)} people who came before")


async def _several_at_a_time(cases: list[Callable[[], Awaitable[T]]]) -> list[T | BaseException]:
    places = asyncio.Semaphore(_AT_A_TIME)

    async def come(case: Callable[[], Awaitable[T]]) -> T:
        async with places:
            return await case()

    return await asyncio.gather(*map(come, cases), return_exceptions=True)


async def _talk(player: Player, number: int, end: str | None, change: Change) -> None:
    """Somebody of 19 asks for youth talks."""
    asked = await player.done(
        f"{_DIRECT}/supports",
        {
            "support": "ungdomssamtal",
            "birth_date": str(years_ago(19)),
            "gender": _GENDERS[number % 2],
            "district": _DISTRICTS[number % 2],
            "name": "Någon Exempel",
            "safe": True,
            "contact_way": "phone",
            "contact": "070-174 06 05",
            "informed_of_application": True,
        },
    )
    support = f"{_DIRECT}/supports/{asked['support_id']}"
    steps: list[tuple[str, dict[str, Any]]] = [] if end is None else [("meetings", {})]
    if change:
        for point, answer in zip(("start", "end"), change, strict=True):
            steps.append(("measures", {"point": point, "wellbeing": answer, "relations": answer, "days": answer}))
    if end:
        steps.append(("end", {"reason": end}))
    for step, body in steps:
        await player.done(f"{support}/{step}", body, role="activity_staff")


async def _call(player: Player, number: int) -> None:
    """Somebody writes and wants to talk, and is called."""
    called = {"contact_way": "phone", "contact": "070-174 06 07"}
    asked = await player.done(f"{_DIRECT}/talks", {"district": _DISTRICTS[number % 2], **called})
    await player.done(
        f"{_DIRECT}/talks/{asked['talk_id']}/answer", {"note": "Vi har pratats vid."}, role="activity_staff"
    )


async def _apply(player: Player, number: int) -> str:
    """A parent applies for help at home; the number of the case."""
    taken = await player.done(
        f"{_INTAKE}/applications",
        {
            "district": _DISTRICTS[number % 2],
            "gender": _GENDERS[number % 2],
            "name": "Någon Exempel",
            "birth_date": "1988-01-01",
            "contact": "070-174 06 06",
            "wished_support": "familjebehandling-hemma",
            "what": "Vi behöver hjälp hemma.",
            "why": "Det är bråk varje kväll.",
        },
    )
    return str(taken["case_id"])


async def _help(player: Player, case_id: str, end: str | None, change: Change) -> None:
    """What became of the application."""
    if end is None:
        return
    case = f"/api/assessment/v1/cases/{case_id}"
    await player.arrives(case, role="caseworker")
    steps: list[tuple[str, dict[str, Any] | None]] = [
        ("needs", {"need": "Stöd i föräldraskapet", "goal": "Lugna kvällar"}),
        ("proposal", {"support": "familjebehandling-hemma", **_GROUNDS}),
    ]
    if end == "declined":
        steps += [
            ("offer", None),
            ("offer-declined", {"reason": "no-trust", "words": "Vi tror inte att det hjälper."}),
            ("closing", {"reason": "withdrawn", "words": "Familjen tar tillbaka sin ansökan."}),
        ]
    else:
        granted = {"content": "Familjebehandling hemma.", "decided_by": "Enhetschef Exempel"}
        steps += [("decision", {"outcome": "granted", **granted}), ("support-started", None)]
        if change:
            for point, answer in zip(("start", "end"), change, strict=True):
                steps.append(("measures", {"point": point, "score": 3 * answer}))
        steps.append(("support-ended", {"reason": end}))
    for step, body in steps:
        await player.done(f"{case}/{step}", body, role="qualified_caseworker")


async def _visit(player: Player, measured: bool) -> None:
    """Somebody comes to a drop-in without a name."""
    came = await player.done(f"{_DIRECT}/visits", {"support": "droppin-hamnen", "district": "norrhamn"})
    if measured:
        for answer in (3, 6):
            answers = {"wellbeing": answer, "relations": answer, "days": answer}
            await player.done(f"{_DIRECT}/visits/measures", {"code": came["code"], **answers})
