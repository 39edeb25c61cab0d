"""Follow-up's results as a table for the terminal."""

import tomllib
from typing import Any

import httpx

from local_platform.platform import Platform

_ROWS = (
    ("reached", "Reached"),
    ("declined", "Never began"),
    ("waiting", "Waiting"),
    ("started", "Began"),
    ("ongoing", "Running"),
    ("ended", "Ended"),
    ("completed", "  as planned"),
    ("lost_contact", "  lost contact"),
    ("ended_otherwise", "  otherwise"),
    ("measured", "Measured at start and end"),
    ("improved", "  better"),
    ("unchanged", "  unchanged"),
    ("worse", "  worse"),
    ("not_measured", "No measure"),
)
_WAYS = (("direct", "direct"), ("assessed", "assessed"), ("visits_without_identity", "visits"))
_LABEL, _COLUMN = 26, 14


async def table(platform: Platform) -> str:
    """Both ways to support side by side, a table for each board, read over the gateway by an analyst."""
    token = platform.tokens.issue("analyst", platform.settings.boards, "development-analyst")
    boards = tomllib.loads(platform.settings.municipality.read_text())["boards"]
    tables = []
    async with httpx.AsyncClient(base_url=platform.gateway.url, timeout=30) as client:
        for board in boards:
            headers = {"Authorization": f"Bearer {token}", "Stodvag-Board": board["id"]}
            answer = await client.get("/api/followup/v1/results", headers=headers)
            answer.raise_for_status()
            tables.append(lay_out(board["name"], answer.json()))
    return "\n\n".join(tables)


def lay_out(board: str, results: dict[str, Any]) -> str:
    """A board's results as lines of text, what is hidden said in words; one line where there is nobody yet."""
    if all(results[way]["total"]["numbers"]["reached"] == 0 for way, _ in _WAYS):
        return f"{board}: nobody yet"
    few = f"under {results['smallest_shown']}"
    lines = [f"{board}: what became of people", _line("", [heading for _, heading in _WAYS])]
    for name, label in _ROWS:
        numbers = [results[way]["total"]["numbers"].get(name, "") for way, _ in _WAYS]
        lines.append(_line(label, [{"few": few, "protects": "not shown"}.get(each, str(each)) for each in numbers]))
    changes = [results[way]["total"]["median_change"] for way, _ in _WAYS]
    lines.append(_line("Median change, in points", ["–" if each is None else f"{each:+g}" for each in changes]))
    lines.append("Change and association, never effect. The two ways are not comparable groups.")
    return "\n".join(lines)


def _line(label: str, cells: list[str]) -> str:
    return label.ljust(_LABEL) + "".join(cell.rjust(_COLUMN) for cell in cells)
