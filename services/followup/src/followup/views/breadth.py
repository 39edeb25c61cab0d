"""What a board gives, counted so that boards can be compared: how broad it is, and on which conditions.

Supports are counted here, and nobody who came to them: nothing has to be hidden.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from contracts.direct_access import Documentation, LegalBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One support that a board gives, as far as it is compared."""

    basis: str
    documentation: str
    needs: tuple[str, ...]
    complete: bool | None
    """None where that has not been told."""
    with_conditions: bool | None
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Breadth:
    """What one board gives on a day."""

    supports: int
    by_basis: Mapping[str, int]
    by_need: Mapping[str, int]
    """A support that is for several needs is counted in each."""
    without_identity: int
    with_conditions: int
    open_now: int
    complete_share: float | None
    """Of those that have told whether they are completely described, from 0 to 1; None where none has."""


def breadth(given: Iterable[Given]) -> Breadth:
    """A board's catalogue, counted."""
    supports = list(given)
    told = [each.complete for each in supports if each.complete is not None]
    by_basis = Counter(each.basis for each in supports)
    return Breadth(
        supports=len(supports),
        by_basis={basis.value: by_basis[basis.value] for basis in LegalBasis},
        by_need=dict(sorted(Counter(need for each in supports for need in set(each.needs)).items())),
        without_identity=sum(each.documentation == Documentation.NO_IDENTITY for each in supports),
        with_conditions=sum(each.with_conditions is True for each in supports),
        open_now=sum(each.open for each in supports),
        complete_share=sum(told) / len(told) if told else None,
    )
