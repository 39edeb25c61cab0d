"""The service processes: started with their settings in the environment, watched, stopped in order."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from local_platform.checkout import CHECKOUT
from local_platform.postgres import Database
from local_platform.processes import Child, PartFailed, run_to_end, start_child, wait_until_ready

SERVICES = ("intake", "assessment", "direct-access", "followup")
"""As in addresses and topics, in the order of their start."""

GRACE_SECONDS = 15.0


def module_of(service: str) -> str:
    """The service's Python module, which also names its database."""
    return service.replace("-", "_")


class ServiceProcess:
    """One process of a service; it is ready when `GET /health/ready` says 200."""

    def __init__(self, name: str, service: str, port: int, environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.url = f"http://127.0.0.1:{port}"
        self._command = [sys.executable, "-m", f"{module_of(service)}.main"]
        self._environment = without_settings(os.environ) | dict(environment) | {"STODVAG_PORT": str(port)}
        self._log = log
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """The running process."""
        if self._child is None:
            raise PartFailed(f"{self.name} has not been started")
        return self._child

    async def start(self) -> None:
        """Start it and wait until it takes requests."""
        self._child = start_child(self.name, self._command, self._log, environment=self._environment)
        await wait_until_ready(self._child, self._answers, seconds=120, pause=0.1)

    async def stop(self) -> None:
        """Let it finish what it does, then stop it."""
        if self._child is not None:
            await self._child.stop(grace=GRACE_SECONDS)

    def kill9(self) -> None:
        """End it at once."""
        self.child.kill9()

    async def restart(self) -> None:
        """Start it again after it was stopped or killed."""
        await self.stop()
        await self.start()

    async def _answers(self) -> bool:
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            try:
                return (await client.get(f"{self.url}/health/ready")).status_code == 200
            except httpx.TransportError:
                return False


async def migrate(database: Database, folders: list[Path], log: Path) -> None:
    """Bring one database to the shape its service expects. Raises PartFailed when a migration fails."""
    command = [sys.executable, "-m", "chassis.migrate", "--dsn", database.owner_dsn, "--app-role", database.app_role]
    migrations = await run_to_end("Migrations", [*command, *map(str, folders)], log)
    if migrations.failed:
        raise PartFailed(f"The migrations of {database.name} failed", migrations)


def migration_folders(part: str) -> list[Path]:
    """The folders with a database's migrations, in the order to apply them; `part` is a service or "keyring"."""
    libraries = CHECKOUT / "libs"
    if part == "keyring":
        return [libraries / "keyring" / "migrations"]
    return [libraries / "chassis" / "migrations", CHECKOUT / "services" / part / "migrations"]


def without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what was meant for the local platform itself."""
    return {name: value for name, value in environment.items() if not name.startswith("STODVAG_")}
