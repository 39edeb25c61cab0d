"""Small numbers stay hidden, also from a reader who knows how the numbers add up and why each is hidden."""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followup.views.small_cells import Hidden, Number, Row, Shown, Split, hide_among, protect

FEW = 3
NAMES = ("reached", "started", "ended")
SPLITS = (Split("reached", "started", "waiting"), Split("started", "ended", "ongoing"))

Counts: TypeAlias = tuple[int, int, int]
"""Reached, started, ended: the rest follows."""


def row(counts: Counts, below: dict[str, Row] | None = None) -> Row:
    reached, started, ended = counts
    numbers = {
        "reached": reached,
        "started": started,
        "waiting": reached - started,
        "ended": ended,
        "ongoing": started - ended,
    }
    return Row(numbers, below or {})


def above(rows: dict[str, Row]) -> Row:
    """The row that these are the parts of."""
    reached, started, ended = (sum(each.numbers[name] for each in rows.values()) for name in NAMES)
    return row((reached, started, ended), rows)


counts = st.tuples(*[st.integers(0, 5)] * 3).map(lambda three: tuple(sorted(three, reverse=True)))
leaves = st.builds(row, counts)
flat_tables = st.dictionaries(st.sampled_from("abcd"), leaves, min_size=1).map(above)
deep_tables = st.dictionaries(
    st.sampled_from("ab"), st.dictionaries(st.sampled_from("xyz"), leaves, min_size=1).map(above), min_size=1
).map(above)


@settings(max_examples=60, deadline=None)
@given(flat_tables)
def test_no_hidden_number_can_be_worked_out_from_the_row_above(table: Row) -> None:
    nothing_can_be_worked_out(table)


@settings(max_examples=25, deadline=None)
@given(deep_tables)
def test_no_hidden_number_can_be_worked_out_where_rows_are_broken_down_further(table: Row) -> None:
    nothing_can_be_worked_out(table)


@given(flat_tables)
def test_what_is_shown_is_true_and_never_small(table: Row) -> None:
    for shown, true in walk(protect(table, "reached", SPLITS, FEW), table):
        for name, number in shown.numbers.items():
            if not isinstance(number, Hidden):
                assert number == true.numbers[name]
                assert number == 0 or number >= FEW


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([0, 3, 4, 5, 40]), min_size=1))
def test_where_nothing_is_small_nothing_is_hidden(reached: dict[str, int]) -> None:
    table = above({name: row((number, number, number)) for name, number in reached.items()})
    for shown, true in walk(protect(table, "reached", SPLITS, FEW), table):
        assert shown.numbers == true.numbers


def test_one_small_row_takes_the_smallest_other_with_it() -> None:
    assert hide_among({"a": 2, "b": 40, "c": 9, "d": 0}, 5) == {
        "a": Hidden.FEW,
        "b": 40,
        "c": Hidden.PROTECTS,
        "d": 0,
    }


@pytest.mark.parametrize(
    "numbers", [{"a": 2}, {"a": 1, "b": 1}, {"a": 4, "b": 4}, {"a": 1, "b": 5}, {"a": 4, "b": 4, "c": 0}]
)
def test_where_the_sum_leaves_no_choice_nothing_is_told(numbers: dict[str, int]) -> None:
    assert hide_among(numbers, 5) is None


def test_two_small_rows_hide_behind_each_other() -> None:
    assert hide_among({"a": 2, "b": 3}, 5) == {"a": Hidden.FEW, "b": Hidden.FEW}


def test_a_split_with_a_small_half_is_hidden_and_the_rest_of_the_row_shown() -> None:
    shown = protect(row((20, 18, 9)), "reached", SPLITS, 5)
    assert shown.numbers == {
        "reached": 20,
        "started": Hidden.PROTECTS,
        "waiting": Hidden.PROTECTS,
        "ended": Hidden.PROTECTS,
        "ongoing": Hidden.PROTECTS,
    }


def test_one_row_that_hides_a_split_takes_the_smallest_other_with_it() -> None:
    table = above({"a": row((20, 18, 0)), "b": row((30, 10, 0)), "c": row((40, 20, 0))})
    below = protect(table, "reached", SPLITS, 5).below
    assert below is not None
    assert {name: each.numbers["started"] for name, each in below.items()} == {
        "a": Hidden.PROTECTS,
        "b": Hidden.PROTECTS,
        "c": 20,
    }


def test_what_a_row_hides_no_row_below_it_tells() -> None:
    halves = above({"x": row((30, 10, 0)), "y": row((30, 10, 0))})
    table = above({"a": row((20, 18, 0)), "b": halves, "c": row((70, 20, 0))})
    below = protect(table, "reached", SPLITS, 5).below
    assert below is not None
    assert below["b"].numbers["started"] is Hidden.PROTECTS
    assert below["b"].below is not None
    assert {name: (each.numbers["reached"], each.numbers["started"]) for name, each in below["b"].below.items()} == {
        "x": (30, Hidden.PROTECTS),
        "y": (30, Hidden.PROTECTS),
    }


def walk(shown: Shown, true: Row) -> Iterator[tuple[Shown, Row]]:
    """Every row as it is shown, beside what it is."""
    yield shown, true
    for name, each in (shown.below or {}).items():
        yield from walk(each, true.below[name])


def nothing_can_be_worked_out(table: Row) -> None:
    """Of every hidden number above zero, at least two values fit all that is shown."""
    shown = protect(table, "reached", SPLITS, FEW)
    reader = Reader(table.numbers["reached"] + FEW)
    for each, true, fitting in reader.read(shown, table, reader.fitting(shown)):
        for place, name in enumerate(NAMES):
            if isinstance(each.numbers[name], Hidden) and true.numbers[name] > 0:
                values = {counts[place] for counts in fitting}
                assert true.numbers[name] in values
                assert len(values) > 1, f"{name} must be {values}"


class Reader:
    """Somebody who tries every table that fits what is shown. No number is larger than `most`."""

    def __init__(self, most: int) -> None:
        self._all = {
            (reached, started, ended)
            for reached in range(most + 1)
            for started in range(reached + 1)
            for ended in range(started + 1)
        }

    def fitting(self, shown: Shown) -> set[Counts]:
        """What a row may be, by itself and the rows below it."""
        own = {
            counts
            for counts in self._all
            if all(fits(number, name, shown.numbers[name]) for number, name in zip(counts, NAMES, strict=True))
        }
        if shown.below:
            own &= self._sums([self.fitting(each) for each in shown.below.values()])
        return own

    def read(self, shown: Shown, true: Row, fitting: set[Counts]) -> Iterator[tuple[Shown, Row, set[Counts]]]:
        """Every row with what it may be, given what the row above may be."""
        yield shown, true, fitting
        below = shown.below or {}
        own = {name: self.fitting(each) for name, each in below.items()}
        for name, each in below.items():
            others = self._sums([found for other, found in own.items() if other != name])
            possible = {
                counts
                for counts, whole in product(own[name], fitting)
                if (whole[0] - counts[0], whole[1] - counts[1], whole[2] - counts[2]) in others
            }
            yield from self.read(each, true.below[name], possible)

    def _sums(self, rows: Iterable[set[Counts]]) -> set[Counts]:
        sums = {(0, 0, 0)}
        for each in rows:
            sums = {(a[0] + b[0], a[1] + b[1], a[2] + b[2]) for a, b in product(sums, each)} & self._all
        return sums


def fits(number: int, name: str, shown: Number) -> bool:
    """Whether a number can stand behind what is shown in its place. Whole rows say why they are hidden."""
    if not isinstance(shown, Hidden):
        return number == shown
    if name != "reached":
        return True
    return 0 < number < FEW if shown is Hidden.FEW else number >= FEW
