"""What became of people, on both ways to support, in one vocabulary: counted, summed, and small numbers hidden.

The unit is a support in a case: who was offered two is counted in both rows, who was offered none in a row of its own.
Visits where identity is not documented (SoL 14:5) are counted beside, since nobody knows whether two were one person's.

The numbers show what happened and what changed together with it. They never show that a support caused a change, and
the two ways are no comparable groups: who comes which way is no accident.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, groupby
from statistics import median
from types import MappingProxyType

from contracts.vocabulary import Path
from followup.views.small_cells import Hidden, Number, Row, Shown, Split, hide_among, protect

NO_SUPPORT = ""
"""Stands for the support of a case that has none yet, or never had."""


class By(StrEnum):
    """What each support can be broken down by."""

    DISTRICT = "district"
    GENDER = "gender"
    AGE = "age"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was counted of one support on one way, in one group where asked for."""

    path: Path
    visits: bool
    """Whether it counts visits without identity rather than supports in cases."""
    support: str
    group: str | None
    """The district, gender or age band; None where nothing was asked for."""
    reached: int
    started: int
    declined: tuple[str, ...]
    """Why each that never began did not: the reason for saying no, or `before-start` where it ended before."""
    ended: int
    """Began and ended. A visit has ended when it is over."""
    completed: int
    """Ended as planned together."""
    lost_contact: int
    changes: tuple[int, ...]
    """The change in the measure from start to end, of each that was measured at both."""
    instruments: frozenset[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the results. `median_change` is in the instrument's own points."""

    numbers: Mapping[str, Number]
    median_change: float | None
    """None where it may not be shown, or where several instruments were used."""
    groups: Mapping[str, "Line"] | None
    """None where the row is not, or may not be, broken down."""


@dataclass(frozen=True, slots=True)
class WayResults:
    """One way to support: all of it, and each support."""

    path: Path
    total: Line
    supports: Mapping[str, Line] | None
    """None where they may not be told apart."""
    decline_reasons: Mapping[str, Number] | None
    """Why people said no, and `before-start` where it ended before it began. None where it may not be told."""


@dataclass(frozen=True, slots=True)
class Results:
    """Both ways side by side, and the visits without identity on the direct one."""

    direct: WayResults
    assessed: WayResults
    visits: WayResults
    few: int


REACHED = "reached"

WAY_SPLITS = (
    Split(REACHED, "started", "not_started"),
    Split("not_started", "declined", "waiting"),
    Split("started", "ended", "ongoing"),
    Split("ended", "completed", "not_completed"),
    Split("not_completed", "lost_contact", "ended_otherwise"),
    Split("ended", "measured", "not_measured"),
    Split("measured", "improved", "not_improved"),
    Split("not_improved", "unchanged", "worse"),
)
"""How the numbers of supports add up."""

VISIT_SPLITS = (
    Split(REACHED, "measured", "not_measured"),
    Split("measured", "improved", "not_improved"),
    Split("not_improved", "unchanged", "worse"),
)
"""How the numbers of visits add up: they have no other end than that they are over."""

SHARES: Mapping[str, str] = MappingProxyType(
    {
        "started": REACHED,
        "declined": REACHED,
        "completed": "ended",
        "lost_contact": "ended",
        "ended_otherwise": "ended",
        "not_measured": "ended",
        "improved": "measured",
        "unchanged": "measured",
        "worse": "measured",
    }
)
"""Which number each share is a part of."""


def results(tallies: Iterable[Tally], few: int) -> Results:
    """The results as they may be shown, numbers from 1 to `few` - 1 hidden."""
    counted = list(tallies)
    direct, assessed = (
        _way(path, [each for each in counted if each.path is path and not each.visits], WAY_SPLITS, few)
        for path in (Path.DIRECT, Path.ASSESSED)
    )
    visits = _way(Path.DIRECT, [each for each in counted if each.visits], VISIT_SPLITS, few)
    return Results(direct, assessed, visits, few)


def shares(line: Line) -> Mapping[str, float | None]:
    """How large each number is of the one in SHARES, from 0 to 1; None where that may not be told, or of nothing."""
    numbers = line.numbers
    told = [(part, whole) for part, whole in SHARES.items() if part in numbers and whole in numbers]
    return {part: _share(numbers[part], numbers[whole]) for part, whole in told}


def _share(part: Number, whole: Number) -> float | None:
    if isinstance(part, Hidden) or isinstance(whole, Hidden) or whole == 0:
        return None
    return part / whole


def _way(path: Path, tallies: Sequence[Tally], splits: Sequence[Split], few: int) -> WayResults:
    told = (REACHED, *(half for split in splits for half in (split.part, split.rest)))
    row = _row(told, tallies, lambda each: each.support, lambda each: each.group)
    shown = protect(row, REACHED, splits, few)
    by_support = {support: list(group) for support, group in _grouped(tallies, lambda each: each.support)}
    supports = None
    if shown.below is not None:
        supports = {support: _line(each, by_support[support]) for support, each in shown.below.items()}
    may_tell = isinstance(shown.numbers.get("declined"), int)
    why = hide_among(Counter(chain.from_iterable(each.declined for each in tallies)), few) if may_tell else None
    return WayResults(path, _line(shown, tallies, broken_down=False), supports, why)


def _line(shown: Shown, tallies: Sequence[Tally], *, broken_down: bool = True) -> Line:
    instruments = frozenset().union(*(each.instruments for each in tallies))
    changes = [change for each in tallies for change in each.changes]
    tell = isinstance(shown.numbers["measured"], int) and len(instruments) == 1
    groups = None
    if broken_down and shown.below:
        by_group = {group: list(found) for group, found in _grouped(tallies, lambda each: each.group or "")}
        groups = {group: _line(each, by_group[group]) for group, each in shown.below.items()}
    return Line(shown.numbers, float(median(changes)) if tell and changes else None, groups)


def _row(told: Sequence[str], tallies: Sequence[Tally], *names: Callable[[Tally], str | None]) -> Row:
    """A row with the numbers that are told, above rows by the first of the names, and so on; None makes no rows."""
    below: dict[str, Row] = {}
    if names and all(names[0](each) is not None for each in tallies):
        groups = _grouped(tallies, lambda each: names[0](each) or "")
        below = {name: _row(told, list(group), *names[1:]) for name, group in groups}
    numbers = _numbers(tallies)
    return Row({name: numbers[name] for name in told}, below)


def _grouped(tallies: Iterable[Tally], name: Callable[[Tally], str]) -> Iterable[tuple[str, Iterable[Tally]]]:
    return groupby(sorted(tallies, key=name), key=name)


def _numbers(tallies: Sequence[Tally]) -> Mapping[str, int]:
    reached, started, ended, completed, lost = (
        sum(getattr(each, name) for each in tallies)
        for name in (REACHED, "started", "ended", "completed", "lost_contact")
    )
    declined = sum(len(each.declined) for each in tallies)
    changes = [change for each in tallies for change in each.changes]
    measured = len(changes)
    improved, worse = sum(change > 0 for change in changes), sum(change < 0 for change in changes)
    return {
        REACHED: reached,
        "started": started,
        "not_started": reached - started,
        "declined": declined,
        "waiting": reached - started - declined,
        "ended": ended,
        "ongoing": started - ended,
        "completed": completed,
        "not_completed": ended - completed,
        "lost_contact": lost,
        "ended_otherwise": ended - completed - lost,
        "measured": measured,
        "not_measured": ended - measured,
        "improved": improved,
        "not_improved": measured - improved,
        "unchanged": measured - improved - worse,
        "worse": worse,
    }
