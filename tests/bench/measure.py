"""Ours and its floor, in turns, and what comes of it."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from typing import Literal

ROUNDS = 5

Measure = Callable[[], Awaitable[float]]
"""One turn; returns what it measured, in the row's unit."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside its floor."""

    name: str
    unit: str
    reach: float
    better: Literal["higher", "lower"]
    ours: tuple[float, ...]
    floor: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """Ours to the floor of the same turn, so that a machine that slows down slows both."""
        return tuple(ours / floor for ours, floor in zip(self.ours, self.floor, strict=True))

    @property
    def reached(self) -> bool:
        """Whether the median ratio is where it should be."""
        ratio = median(self.ratios)
        return ratio >= self.reach if self.better == "higher" else ratio <= self.reach

    def document(self) -> dict[str, object]:
        """The row as `build/bench.json` holds it."""
        return {
            "name": self.name,
            "ours": median(self.ours),
            "floor": median(self.floor),
            "ratio": median(self.ratios),
            "unit": self.unit,
            "reach": self.reach,
            "better": self.better,
        }

    def line(self) -> str:
        """The row for a person at a terminal."""
        figures = f"{_spread(self.ours):>32} {_spread(self.floor):>32} {self.unit:<12}"
        wanted = f"{'≥' if self.better == 'higher' else '≤'} {self.reach:g}"
        return f"{self.name:<14}{figures}{_spread(self.ratios):>22}  {wanted:<8}{'' if self.reached else '  short'}"


async def in_turns(ours: Measure, floor: Measure, rounds: int = ROUNDS) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Measure both, one after the other, after one turn of each that does not count."""
    ours_found, floor_found = [], []
    await ours()
    await floor()
    for _ in range(rounds):
        floor_found.append(await floor())
        ours_found.append(await ours())
    return tuple(ours_found), tuple(floor_found)


async def per_second(count: int, work: Callable[[], Awaitable[object]]) -> float:
    """How many a second, when `work` does `count` of them."""
    started = time.perf_counter()
    await work()
    return count / (time.perf_counter() - started)


def heading() -> str:
    """The line above the rows: median, and minimum to maximum."""
    return f"{'':<14}{'ours':>32} {'floor':>32} {'':<12}{'ratio':>22}  reach"


def _spread(values: tuple[float, ...]) -> str:
    return f"{_short(median(values))} ({_short(min(values))}–{_short(max(values))})"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
