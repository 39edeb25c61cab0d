"""Small numbers in statistics: what may be shown of groups so small that somebody could be recognised."""

from __future__ import annotations

from datetime import date

from statute.rules import Certainty, Rule

SMALL_CELLS = Rule(
    id="small-cells",
    reference="OSL 26:1",
    title="Små tal visas inte",
    says="In statistics about persons a number from one to four is not shown, nor another that would reveal it.",
    certainty=Certainty.FROM_MEMORY,
    value=5,
    note="That nobody may be recognised is secrecy (sekretess); that fewer than five are too few is common practice.",
)


def fewest_shown(day: date) -> Rule[int]:
    """The rule for statistics shown on `day`: its value is the smallest number of persons, above none, to be shown."""
    return SMALL_CELLS.on(day)
