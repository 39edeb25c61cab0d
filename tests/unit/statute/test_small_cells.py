"""Small numbers in statistics."""

from datetime import date

from statute.rules import Certainty
from statute.small_cells import SMALL_CELLS, fewest_shown


def test_fewer_than_five_are_not_shown_and_the_rule_says_that_it_is_from_memory() -> None:
    rule = fewest_shown(date(2026, 3, 2))
    assert rule is SMALL_CELLS
    assert rule.value == 5
    assert rule.certainty is Certainty.FROM_MEMORY
