"""The journeys that are played through the gateway on first start, in the demo and as system tests."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from local_platform.platform import Platform, Report


@dataclass(frozen=True)
class JourneyResult:
    """How one journey went; `detail` says in one line what was not as it should be."""

    name: str
    passed: bool
    detail: str = ""


Journey = Callable[[Platform, Report], Awaitable[None]]
"""Plays one journey, a line per step; raises AssertionError where something is not as it should be."""

JOURNEYS: tuple[Journey, ...] = ()


async def play(platform: Platform, report: Report) -> list[JourneyResult]:
    """Play every journey, whatever becomes of the ones before."""
    played = []
    for journey in JOURNEYS:
        try:
            await journey(platform, report)
            played.append(JourneyResult(journey.__name__, passed=True))
        except AssertionError as failure:
            played.append(JourneyResult(journey.__name__, passed=False, detail=str(failure)))
    return played
