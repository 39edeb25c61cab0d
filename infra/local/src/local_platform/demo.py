"""`make demo`: the platform in a throw-away folder, the journeys played, and an end by itself.

python -m local_platform.demo
"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from local_platform import earlier, example, journeys, results
from local_platform.journeys import JourneyResult
from local_platform.platform import platform
from local_platform.postgres import reachable_folder, unprivileged_user
from local_platform.run import foreground, say
from local_platform.settings import Settings, free_ports


async def demo() -> int:
    """Play every journey on a new platform; 0 when all passed. After a failure the folder stays, for its logs."""
    home = make_throw_away_folder()
    databases = reachable_folder(home / "postgres", unprivileged_user())
    try:
        played = await _play(Settings(home=home, ports=free_ports(), viewer=False, identity=False))
    except asyncio.CancelledError:
        shutil.rmtree(home)
        raise
    finally:
        shutil.rmtree(databases, ignore_errors=True)
    passed = sum(result.passed for result in played)
    failed = len(played) - passed
    all_passed = bool(played) and not failed
    if all_passed:
        shutil.rmtree(home)
    else:
        say(f"Logs: {home / 'logs'}")
    say(f"journeys: {passed} passed, {failed} failed")
    return 0 if all_passed else 1


def make_throw_away_folder() -> Path:
    """A new folder for one platform, which PostgreSQL's own user may pass through where root started us."""
    home = Path(tempfile.mkdtemp(prefix="stodvag-demo-"))
    home.chmod(0o711)
    return home


async def _play(settings: Settings) -> list[JourneyResult]:
    async with platform(settings, say) as running:
        await example.load(running, say)
        await earlier.play(running, say)
        played = await journeys.play(running, say)
        say(await results.table(running))
        return played


if __name__ == "__main__":
    sys.exit(foreground(demo(), code_when_stopped=130))
