"""How soon a citizen's page is there: the first page, and the overview of all support, on the example's catalogue."""

import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from statistics import quantiles

from tests.bench.measure import ROUNDS, Row, in_turns
from tests.bench.wire import Wire

from local_platform.platform import Platform
from local_platform.processes import accepts_connections, free_port, start_child, wait_until_ready

PAGES = ("/", "/stod", "/stod?q=skulder")
"""The first page, all support, and what somebody looks for: the last two do the most work of all citizens' pages."""
SHOWN = 100
"""How often each page is shown in one turn."""
MOST_MS = 100.0
REACH = 20.0
"""How many bare templates of the same size a page may take."""


async def measure_pages(running: Platform, rounds: int = ROUNDS) -> Row:
    """The 95th percentile of the pages against a bare template of the same size, each asked of its own process."""
    service = running.settings.ports["direct-access"]
    async with Wire("127.0.0.1", service, 1) as wire:
        largest = max([len((await wire.get(path))[1]) for path in PAGES])
        async with _bare(running, largest) as port, Wire("127.0.0.1", port, 1) as bare:
            ours, floor = await in_turns(lambda: _p95(wire, PAGES), lambda: _p95(bare, ("/bare",) * 3), rounds)
    # At most so many templates, and at most a tenth of a second: the floor is whichever asks for more.
    return Row("page_p95", "ms", REACH, "lower", ours, tuple(min(each, MOST_MS / REACH) for each in floor))


async def _p95(wire: Wire, paths: tuple[str, ...]) -> float:
    took = []
    for path in paths * SHOWN:
        started = time.perf_counter()
        status, _ = await wire.get(path)
        took.append((time.perf_counter() - started) * 1000)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
    return quantiles(took, n=20)[-1]


@asynccontextmanager
async def _bare(running: Platform, size: int) -> AsyncIterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "tests.bench.bare_page:app", "--port", str(port), "--no-access-log"]
    environment = {**os.environ, "BARE_PAGE_BYTES": str(size)}
    bare = start_child("The bare page", command, running.settings.home / "bare-page.log", environment=environment)
    try:
        await wait_until_ready(bare, lambda: accepts_connections(port), seconds=30)
        yield port
    finally:
        await bare.stop(grace=5)
