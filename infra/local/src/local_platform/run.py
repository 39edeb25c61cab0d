"""`make run`: the platform in the foreground, until Ctrl-C.

python -m local_platform.run
"""

import asyncio
import signal
import sys
import time
from collections.abc import Coroutine
from pathlib import Path

from local_platform import earlier, example, journeys, results
from local_platform.kafka import quiet_client_library
from local_platform.platform import Platform, Report, platform
from local_platform.processes import PartFailed
from local_platform.settings import read_settings
from local_platform.tokens import ROLES


async def run() -> None:
    """Start everything, fill it on the first start, print where to look, and stay until told to stop."""
    settings = read_settings()
    started = time.monotonic()
    say("Starting Stödväg …")
    async with platform(settings, say) as running:
        say(f"Ready after {time.monotonic() - started:.0f} s")
        watching = asyncio.create_task(report_ended_children(running, say))
        try:
            await fill_once(running, say)
            say(await results.table(running))
            _print_addresses(running)
            await watching
        finally:
            watching.cancel()


async def fill_once(running: Platform, report: Report) -> list[journeys.JourneyResult]:
    """On first start: load the example municipality and play the journeys. Later starts find them done."""
    done = running.settings.home / "filled"
    if done.exists():
        return []
    await example.load(running, report)
    await earlier.play(running, report)
    played = await journeys.play(running, report)
    done.touch()
    return played


async def report_ended_children(running: Platform, report: Report) -> None:
    """Tell once of each process that ends by itself, with the last lines of its log."""
    told: set[int] = set()
    while True:
        for child in running.children():
            if not child.alive and child.pid not in told:
                told.add(child.pid)
                report(f"{child.name} ended by itself with code {child.process.returncode}; its log is {child.log}")
                report(child.last_lines())
        await asyncio.sleep(1)


def foreground(work: Coroutine[None, None, int | None], code_when_stopped: int = 0) -> int:
    """Run until it ends or until Ctrl-C, SIGTERM or a closed terminal; give the process's exit code.

    Only the first signal counts: what stops then stops within seconds, and a second one would leave processes behind.
    """
    quiet_client_library()
    try:
        return asyncio.run(_until_signal(work, code_when_stopped))
    except PartFailed as failure:
        print(failure, file=sys.stderr)
        if failure.log_end:
            print(failure.log_end, file=sys.stderr)
        return 1


def say(line: str) -> None:
    """Print a progress line at once, also into a pipe."""
    print(line, flush=True)


async def _until_signal(work: Coroutine[None, None, int | None], code_when_stopped: int) -> int:
    task = asyncio.create_task(work)
    told = False

    def stop() -> None:
        nonlocal told
        if not told:
            told = True
            say("Stopping …")
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        return await task or 0
    except asyncio.CancelledError:
        say("Stopped")
        return code_when_stopped


def _print_addresses(running: Platform) -> None:
    gateway = running.gateway.address
    say("\nDevelopment tokens for programs, good for twelve hours, on every board of the example municipality:")
    for role in ROLES:
        say(f"  {role}\n    {running.tokens.issue(role, running.settings.boards, f'development-{role}')}")
    say("\nOpen")
    for what, address in {
        "Find support": f"{gateway}/",
        "Apply": f"{gateway}/ansok",
        "Tell of concern for a child": f"{gateway}/oro",
        "Staff, in any role": f"{gateway}/inloggning",
        "Caseworkers, intake": f"{gateway}/handlaggare/intake",
        "Caseworkers, investigations": f"{gateway}/utredning",
        "Staff of activities": f"{gateway}/personal",
        "Follow-up": f"{gateway}/uppfoljning",
        "Operations, parked events": f"{gateway}/drift/followup",
        "Citizens who sign in": f"{gateway}/mitt",
        "Interfaces for programs": f"{gateway}/api/",
        "Traces": f"{running.viewer.url}/traces" if running.viewer else "not running",
        "Measurements": running.metrics.dashboards if running.metrics else "not running",
        "Logs": str(Path(running.settings.home, "logs")),
    }.items():
        say(f"  {what:<28} {address}")
    say("\nCtrl-C stops everything; data stay.")


if __name__ == "__main__":
    sys.exit(foreground(run()))
