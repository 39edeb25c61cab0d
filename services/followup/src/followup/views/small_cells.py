"""Small numbers, hidden so that they cannot be worked out from the numbers that are shown (OSL 26:1, 24:8).

A table is a tree of rows: each row's numbers are the sums of those of the rows below it. Within a row, numbers split in
two: those reached into those who began and those who did not, and so on. Everybody who reads knows these sums, so:

1. A row with fewer than five is hidden, and larger rows beside it until none can be worked out from the row above.
   Where that cannot be had, the row above is not broken down at all.
2. A split is shown where neither half is small and the row above shows it too. Where one row alone among those beside
   it would hide it, another hides it as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


class Hidden(StrEnum):
    """Why a number is not shown. Zero is never hidden for being small."""

    FEW = "few"
    """It is small: one or more, and fewer than the rule's number."""
    PROTECTS = "protects"
    """It would help to work out a small one."""


Number: TypeAlias = int | Hidden


@dataclass(frozen=True, slots=True)
class Split:
    """A number and the two that it is always the sum of."""

    whole: str
    part: str
    rest: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row with all its numbers, by name, and the rows that it is the sum of, by name."""

    numbers: Mapping[str, int]
    below: Mapping[str, "Row"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as it may be shown. `below` is None where it must not be broken down."""

    numbers: Mapping[str, Number]
    below: "Mapping[str, Shown] | None"


def protect(row: Row, first: str, splits: Sequence[Split], few: int) -> Shown:
    """The table below a row as it may be shown, numbers from 1 to `few` - 1 being small.

    `first` is the number that all others are part of; each split's whole is `first` or a half of an earlier split.
    """
    if _is_small(row.numbers[first], few):
        return _all_hidden(row, Hidden.FEW)
    shown = {first: row.numbers[first]}
    for split in splits:
        if split.whole in shown and not _is_small_split(row, split, few):
            shown |= {half: row.numbers[half] for half in (split.part, split.rest)}
    return _break_down(row, shown, first, splits, few)


def hide_among(numbers: Mapping[str, int], few: int) -> Mapping[str, Number] | None:
    """Numbers whose sum everybody knows, the small ones hidden; None where nothing can be shown of them."""
    hidden = {name: Hidden.FEW for name, number in numbers.items() if _is_small(number, few)}
    others = sorted((name for name, number in numbers.items() if number >= few), key=lambda name: (numbers[name], name))
    while hidden and _can_be_worked_out(numbers, hidden, few):
        if not others:
            return None
        hidden[others.pop(0)] = Hidden.PROTECTS
    return {name: hidden.get(name, number) for name, number in numbers.items()}


def _break_down(row: Row, shown: Mapping[str, int], first: str, splits: Sequence[Split], few: int) -> Shown:
    """A row of which these numbers are shown, with what may be shown of the rows below it."""
    firsts = hide_among({name: each.numbers[first] for name, each in row.below.items()}, few)
    if firsts is None:
        return Shown(_with_hidden(row, shown), None)
    below: dict[str, dict[str, int]] = {
        name: {first: number} if isinstance(number, int) else {} for name, number in firsts.items()
    }
    for split in splits:
        if split.part not in shown:
            continue
        for name in _rows_that_show(split, row.below, below, few):
            below[name] |= {half: row.below[name].numbers[half] for half in (split.part, split.rest)}
    rows = {}
    for name, each in row.below.items():
        number = firsts[name]
        rows[name] = (
            _all_hidden(each, number)
            if isinstance(number, Hidden)
            else _break_down(each, below[name], first, splits, few)
        )
    return Shown(_with_hidden(row, shown), rows)


def _rows_that_show(
    split: Split, rows: Mapping[str, Row], shown: Mapping[str, Mapping[str, int]], few: int
) -> Iterable[str]:
    """Which of the rows beside one another show a split: never all but one, since the sums would tell of that one.

    A row where the whole is known to be zero has nothing to tell.
    """
    able = {name for name in rows if split.whole in shown[name] and not _is_small_split(rows[name], split, few)}
    hiding = [name for name in rows if name not in able]
    if len(hiding) == 1:
        useful = [name for name in able if rows[name].numbers[split.whole] > 0]
        able.discard(min(useful, key=lambda name: (rows[name].numbers[split.whole], name), default=""))
    return able


def _can_be_worked_out(numbers: Mapping[str, int], hidden: Mapping[str, Hidden], few: int) -> bool:
    """Whether what is known of the hidden numbers, their sum and why each is hidden, leaves one of them no choice."""
    total = sum(numbers[name] for name in hidden)
    least = {name: 1 if why is Hidden.FEW else few for name, why in hidden.items()}
    most = {name: few - 1 if why is Hidden.FEW else total for name, why in hidden.items()}
    return any(
        max(least[name], total - sum(most.values()) + most[name])
        == min(most[name], total - sum(least.values()) + least[name])
        for name in hidden
    )


def _all_hidden(row: Row, why: Hidden) -> Shown:
    return Shown(dict.fromkeys(row.numbers, why), None)


def _with_hidden(row: Row, shown: Mapping[str, int]) -> Mapping[str, Number]:
    return {name: shown.get(name, Hidden.PROTECTS) for name in row.numbers}


def _is_small_split(row: Row, split: Split, few: int) -> bool:
    return _is_small(row.numbers[split.part], few) or _is_small(row.numbers[split.rest], few)


def _is_small(number: int, few: int) -> bool:
    return 0 < number < few
