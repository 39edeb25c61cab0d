"""`make bench`: ours beside the floor, in the same run.

`python -m tests.bench command relay` measures some rows only.
"""

import json
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import uvloop
from tests.bench import commands, flow, pages, web
from tests.bench.measure import Row, heading
from tests.bench.servers import servers, whole_platform

DOCUMENT = Path("build/bench.json")
STORE = ("command", "command_long", "relay", "project", "rebuild", "growth")
PLATFORM = ("visible_p50", "visible_p99", "tracing_p50", "tracing_full", "memory", "http_command", "page_p95")


async def bench(only: frozenset[str]) -> list[Row]:
    """Measure the rows that are asked for, all of them by default."""
    rows: list[Row] = []

    async def measure(names: str, work: Callable[[], Awaitable[Row | list[Row]]]) -> None:
        if only and only.isdisjoint(names.split()):
            return
        found = await work()
        for row in found if isinstance(found, list) else [found]:
            rows.append(row)
            print(row.line(), flush=True)

    print(heading())
    if not only or not only.isdisjoint(STORE):
        async with servers() as running, AsyncExitStack() as stack:
            intake = await commands.open_bench(running, stack)
            await measure("command", partial(commands.measure_command, intake))
            await measure("command_long", partial(commands.measure_long, intake))
            await measure("relay", partial(flow.measure_relay, running, intake))
            await measure("project", partial(flow.measure_projection, running))
            await measure("rebuild", partial(flow.measure_rebuild, intake))
            if "growth" in only:
                await measure("growth", partial(commands.measure_growth, running))
    if not only or not only.isdisjoint(PLATFORM):
        async with whole_platform() as platform:
            # What leaves much for the other services to do comes after what is measured with them.
            await measure("page_p95", partial(pages.measure_pages, platform))
            await measure("visible_p50 visible_p99", partial(web.measure_visible, platform))
            await measure("tracing_p50 tracing_full", partial(web.measure_tracing, platform))
            await measure("memory", partial(web.measure_memory, platform))
            await measure("http_command", partial(web.measure_http, platform))
    await measure("start", web.measure_start)
    return rows


def main() -> int:
    """Print the table, write the document; 1 where a row is short of what it should reach.

    Rows that were not measured now stand in the document as they did before.
    """
    rows = uvloop.run(bench(frozenset(sys.argv[1:])))
    DOCUMENT.parent.mkdir(exist_ok=True)
    before = json.loads(DOCUMENT.read_text()) if DOCUMENT.exists() else []
    documents = {row["name"]: row for row in before} | {row.name: row.document() for row in rows}
    DOCUMENT.write_text(json.dumps(list(documents.values()), indent=2) + "\n")
    return 0 if all(row.reached for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
