"""What everybody may know: how things are done, one's rights, the time they may take; and how usable the pages are."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from babel.units import format_unit
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from chassis.clock import now
from chassis.commands import AtDesk
from chassis.languages import SWEDISH, Language, choose_language
from statute.clocks import (
    APPEAL_CLOCK,
    FEEDBACK_CLOCK,
    INVESTIGATION_CLOCK,
    PRELIMINARY_CLOCK,
    PROTECTION_CLOCK,
    SLOW_CASE_ANSWER_CLOCK,
    SLOW_CASE_CLOCK,
    Clock,
    stockholm_day,
)
from statute.consent import (
    ASSESSED_CHILD_CONSENTS,
    ASSESSED_PLACEMENT,
    DIRECT_CHILD_CONSENT,
    GUARDIANS_TOGETHER,
    VOLUNTARY,
)
from statute.decisions import COMMUNICATE, HELP_TO_COMPLETE, HOW_TO_APPEAL, NOT_APPEALABLE, REASONS, SPEAK_BEFORE_BOARD
from statute.direct import APPLICATION_INFORMATION, BOARD_CATALOGUE, IDENTITY_UNDOCUMENTED
from statute.rules import Rule

router = APIRouter(include_in_schema=False)

_RULES: Mapping[str, Rule[Any]] = MappingProxyType(
    {
        "appeal": APPEAL_CLOCK,
        "appeal_told": HOW_TO_APPEAL,
        "application_told": APPLICATION_INFORMATION,
        "assessed_consent": ASSESSED_CHILD_CONSENTS,
        "board_decides": BOARD_CATALOGUE,
        "complete": HELP_TO_COMPLETE,
        "direct_consent": DIRECT_CHILD_CONSENT,
        "feedback": FEEDBACK_CLOCK,
        "guardians": GUARDIANS_TOGETHER,
        "investigation": INVESTIGATION_CLOCK,
        "material": COMMUNICATE,
        "no_appeal": NOT_APPEALABLE,
        "no_identity": IDENTITY_UNDOCUMENTED,
        "placement": ASSESSED_PLACEMENT,
        "preliminary": PRELIMINARY_CLOCK,
        "protection": PROTECTION_CLOCK,
        "reasons": REASONS,
        "slow": SLOW_CASE_CLOCK,
        "slow_answer": SLOW_CASE_ANSWER_CLOCK,
        "speak": SPEAK_BEFORE_BOARD,
        "voluntary": VOLUNTARY,
    }
)
"""The rules that the page tells of, by what it calls them."""
_LOOKED_THROUGH = date(2026, 11, 27)
"""When the pages were last looked through for faults in how they can be used."""


@router.get("/rattigheter")
async def show_rights(request: Request, desk: AtDesk) -> Response:
    """Both ways to support, what happens after a report or an application, who consents, and how to appeal."""
    language = choose_language(request.query_params.get("sprak"), request.headers.get("accept-language"))
    today = stockholm_day(now())
    rules = {name: rule.on(today) for name, rule in _RULES.items()}
    times = {name: _in_words(rule.value, language) for name, rule in rules.items() if isinstance(rule.value, Clock)}
    return desk.pages.citizen(request, "rights.html", rules=rules, times=times, today=today)


@router.get("/tillganglighet")
async def show_accessibility(request: Request, desk: AtDesk) -> Response:
    """How well the pages can be used by everybody, and where to tell of faults (lag 2018:1937, 13 §)."""
    contact = desk.municipality.accessibility_contact
    return desk.pages.citizen(request, "accessibility.html", contact=contact, looked_through=_LOOKED_THROUGH)


def _in_words(clock: Clock, language: Language) -> str:
    """A time limit's length, such as 4 månader."""
    if clock.unit == "days" and language.locale.language == SWEDISH.locale.language:
        # The register's Swedish (Unicode CLDR) counts in dygn, which nobody says of a time limit.
        return f"{clock.length} dagar" if clock.length > 1 else "1 dag"
    return format_unit(clock.length, f"duration-{clock.unit.removesuffix('s')}", "long", locale=language.locale)
