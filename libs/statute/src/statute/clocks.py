"""The Act's time limits: when something is due, when to warn, and what may extend it.

Days are counted in Europe/Stockholm and the day something starts is not counted; a limit ends when its last local day
ends, whatever daylight saving did in between. All moments given back are in UTC.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from holidays import country_holidays

from statute.answers import Refusal
from statute.rules import AMENDED_2025_1501, Certainty, Rule

STOCKHOLM = ZoneInfo("Europe/Stockholm")


class Ground(StrEnum):
    """The reason that a rule asks for before its time may be extended."""

    EXCEPTIONAL = "exceptional-reasons"  # synnerliga skäl
    SPECIAL = "special-reasons"  # särskilda skäl


@dataclass(frozen=True, slots=True)
class Clock:
    """A time limit: its length, how many days before the last day to warn (our convention, not law), what extends it.

    `for_citizen` marks the citizen's own time, whose last day moves past weekends and holidays; the board's never does.
    """

    length: int
    unit: Literal["days", "weeks", "months"]
    warn_days: int
    extended_by: Ground | None = None
    for_citizen: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """The answer of a clock. Something is late from `due_at` on: the UTC moment in which `last_day` ended in Stockholm.

    `warn_at` (UTC) is never before the start. `moved_by` names the rule that moved the last day, where one did.
    """

    rule: Rule[Clock]
    last_day: date
    warn_at: datetime
    due_at: datetime
    moved_by: Rule[None] | None = None


@dataclass(frozen=True, slots=True)
class NoDeadline:
    """No clock runs, by this rule."""

    rule: Rule[object]


PROTECTION_CLOCK = Rule(
    id="protection-assessment-clock",
    reference="SoL 20:1",
    title="Omedelbar skyddsbedömning",
    says="The need of immediate protection is assessed at once: the same day, at the latest the day after.",
    certainty=Certainty.INFERENCE,
    value=Clock(1, "days", warn_days=1),
    note="The Act says at once (genast); the day after is Socialstyrelsen's outer limit.",
)

PRELIMINARY_CLOCK = Rule(
    id="preliminary-assessment-clock",
    reference="SoL 20:2",
    title="Förhandsbedömning inom 14 dagar",
    says="Within fourteen days after a report came in, the board decides to open or not to open an investigation.",
    certainty=Certainty.CERTAIN,
    value=Clock(14, "days", warn_days=3, extended_by=Ground.EXCEPTIONAL),
)

FEEDBACK_CLOCK = Rule(
    id="reporter-feedback-clock",
    reference="SoL 19:6",
    title="Information till anmälaren inom en vecka",
    says="A reporter who has a duty to report and asks is told within a week of the decision to open or not to open.",
    certainty=Certainty.INFERENCE,
    value=Clock(1, "weeks", warn_days=2),
    valid_from=AMENDED_2025_1501,
    note="The text (2025:1501) is certain, its commencement is inferred. Before it no week ran.",
)

LATE_FEEDBACK_CLOCK = Rule(
    id="late-reporter-feedback-clock",
    reference="SoL 19:6",
    title="Information till anmälaren genast",
    says="A reporter who asks when the week has passed, or while an investigation runs, is told at once.",
    certainty=Certainty.INFERENCE,
    value=Clock(1, "days", warn_days=1),
    valid_from=AMENDED_2025_1501,
    note="At once (genast) is measured as for the protection assessment: late when the day after has ended.",
)

INVESTIGATION_CLOCK = Rule(
    id="child-investigation-clock",
    reference="SoL 20:3",
    title="Barnutredning inom fyra månader",
    says="An investigation of a child's need of protection or support is complete within four months from its opening.",
    certainty=Certainty.CERTAIN,
    value=Clock(4, "months", warn_days=14, extended_by=Ground.SPECIAL),
)

FOLLOW_UP_CLOCK = Rule(
    id="child-follow-up-clock",
    reference="SoL 23:5",
    title="Uppföljning i högst sex månader",
    says="Follow-up of a child's situation ends within six months from the end of the investigation or the placement.",
    certainty=Certainty.CERTAIN,
    value=Clock(6, "months", warn_days=30),
    note="It starts when the investigation or placement ended, not when follow-up was decided.",
)

APPEAL_CLOCK = Rule(
    id="appeal-clock",
    reference="FL 44",
    title="Överklagande inom tre veckor",
    says="An appeal reaches the board within three weeks from the day the person received the decision.",
    certainty=Certainty.CERTAIN,
    value=Clock(3, "weeks", warn_days=5, for_citizen=True),
)

SLOW_CASE_CLOCK = Rule(
    id="slow-case-clock",
    reference="FL 12",
    title="Begäran att ärendet avgörs",
    says="When a case that the person began has not been decided within six months, the person may once ask in writing "
    "that it is.",
    certainty=Certainty.CERTAIN,
    value=Clock(6, "months", warn_days=30),
)

SLOW_CASE_ANSWER_CLOCK = Rule(
    id="slow-case-answer-clock",
    reference="FL 12",
    title="Svar på begäran att ärendet avgörs",
    says="The authority then decides within four weeks, or refuses to in a decision that can be appealed.",
    certainty=Certainty.CERTAIN,
    value=Clock(4, "weeks", warn_days=7),
)

LAST_DAY_MOVES = Rule(
    id="last-day-moves",
    reference="lag (1930:173) 2 §",
    title="Sista dagen på en helgdag",
    says="A last day on a Saturday, Sunday or public holiday, or on midsummer, Christmas or New Year's Eve, moves to "
    "the next weekday.",
    certainty=Certainty.FROM_MEMORY,
    value=None,
    note="Used for the citizen's time only; the board's own limits are kept strict, by our choice.",
)


def stockholm_day(moment: datetime) -> date:
    """The calendar day in Stockholm of an aware `moment`; ValueError when it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone")
    return moment.astimezone(STOCKHOLM).date()


def add_months(day: date, months: int) -> date:
    """The same day number `months` later, or that month's last day: 30 November + 3 is 28 or 29 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def is_day_off(day: date) -> bool:
    """Whether a citizen's last day moves past `day`: weekends, public holidays and the three eves (LAST_DAY_MOVES)."""
    return day.weekday() >= 5 or day in _days_off(day.year)


def due(rule: Rule[Clock], start: datetime) -> Deadline:
    """When the version of `rule` in force at `start` (aware) runs out.

    Raises NotInForceError when there is none, and ValueError when `start` has no time zone.
    """
    started = stockholm_day(start)
    version = rule.on(started)
    last_day = _count(started, version.value)
    moved_by = None
    if version.value.for_citizen and is_day_off(last_day):
        moved_by = LAST_DAY_MOVES.on(last_day)
        while is_day_off(last_day):
            last_day += timedelta(days=1)
    return _deadline(version, start, last_day, moved_by)


def extend(deadline: Deadline, until: date, ground: Ground) -> Deadline | Refusal:
    """Move a deadline to the end of `until`, if its rule allows that for this `ground` (SoL 20:2, 20:3)."""
    needed = deadline.rule.value.extended_by
    if needed is None:
        return Refusal("cannot-be-extended", deadline.rule)
    if ground is not needed:
        return Refusal("wrong-ground-for-extension", deadline.rule)
    if until <= deadline.last_day:
        return Refusal("extension-not-later", deadline.rule)
    return _deadline(deadline.rule, deadline.warn_at, until, None)


def preliminary_assessment_due(received_at: datetime, *, investigation_running: bool) -> Deadline | NoDeadline:
    """When a report about a child or youth must be decided on; not at all where an investigation runs (SoL 20:2)."""
    if investigation_running:
        return NoDeadline(PRELIMINARY_CLOCK.on(stockholm_day(received_at)))
    return due(PRELIMINARY_CLOCK, received_at)


def feedback_due(asked_at: datetime, decided_at: datetime | None) -> Deadline:
    """When a reporter who asked must be told (SoL 19:6); NotInForceError for what was asked before 2025:1501 applied.

    `decided_at` is when the board decided to open or not, None when an investigation ran already. The week counts from
    the decision; who asks after that week is told at once.
    """
    if decided_at is not None and FEEDBACK_CLOCK.in_force(stockholm_day(decided_at)):
        within_the_week = due(FEEDBACK_CLOCK, decided_at)
        if stockholm_day(asked_at) <= within_the_week.last_day:
            return within_the_week
    return due(LATE_FEEDBACK_CLOCK, asked_at)


def _count(started: date, clock: Clock) -> date:
    match clock.unit:
        case "days":
            return started + timedelta(days=clock.length)
        case "weeks":
            return started + timedelta(weeks=clock.length)
        case "months":
            return add_months(started, clock.length)


def _deadline(rule: Rule[Clock], earliest_warning: datetime, last_day: date, moved_by: Rule[None] | None) -> Deadline:
    warn_at = max(earliest_warning.astimezone(UTC), _day_begins(last_day - timedelta(days=rule.value.warn_days)))
    return Deadline(rule, last_day, warn_at, _day_begins(last_day + timedelta(days=1)), moved_by)


def _day_begins(day: date) -> datetime:
    return datetime.combine(day, time(0), STOCKHOLM).astimezone(UTC)


@cache
def _days_off(year: int) -> frozenset[date]:
    return frozenset(country_holidays("SE", years=year, categories=("public", "de_facto")))
