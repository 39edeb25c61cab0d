"""PostgreSQL and Kafka for the measurements: durable, as in production, in a folder that goes away with them."""

import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from keyring import MasterKey
from local_platform import example
from local_platform.demo import make_throw_away_folder
from local_platform.kafka import Kafka
from local_platform.platform import Platform, platform
from local_platform.postgres import Database, Postgres, create_database, reachable_folder, unprivileged_user
from local_platform.processes import free_port
from local_platform.services import migrate, migration_folders, module_of
from local_platform.settings import Settings, free_ports
from local_platform.tools import install_kafka


@dataclass(frozen=True)
class Servers:
    """One of each, for all rows that need no whole platform."""

    folder: Path
    postgres: Postgres
    kafka: Kafka
    master: MasterKey

    async def database(self, part: str) -> Database:
        """A fresh, migrated database of a service, or the keyring's."""
        name = f"{module_of(part)}_{secrets.token_hex(3)}"
        database = await create_database(self.postgres.admin_dsn, name, secrets.token_bytes(32))
        await migrate(database, migration_folders(part), self.folder / "migrations.log")
        return database


@asynccontextmanager
async def servers() -> AsyncIterator[Servers]:
    """Start both; stop both at the end and remove what they wrote."""
    folder = make_throw_away_folder()
    postgres = Postgres(folder / "postgres", free_port(), folder / "postgres.log")
    kafka = Kafka(folder / "kafka", free_port(), free_port(), folder / "kafka.log")
    try:
        await install_kafka(folder / "install.log")
        await postgres.start()
        await kafka.start()
        yield Servers(folder, postgres, kafka, MasterKey(secrets.token_bytes(32)))
    finally:
        await kafka.stop()
        await postgres.stop()
        shutil.rmtree(reachable_folder(folder / "postgres", unprivileged_user()), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def whole_platform() -> AsyncIterator[Platform]:
    """Everything that `make run` starts but the viewer, with the example municipality's catalogue."""
    home = make_throw_away_folder()
    try:
        async with platform(Settings(home=home, ports=free_ports(), viewer=False)) as running:
            await example.load(running, lambda _: None)
            yield running
    finally:
        shutil.rmtree(reachable_folder(home / "postgres", unprivileged_user()), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
