"""What each database looks like once all migrations have run, kept beside them as `schema.sql`.

python -m local_platform.schemas [--check]

Read it instead of a chain of migrations. A test proves that it is true.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from local_platform.checkout import CHECKOUT
from local_platform.postgres import Postgres, create_database, programs
from local_platform.processes import free_port
from local_platform.services import SERVICES, migrate, migration_folders

PARTS = (*SERVICES, "keyring")


def schema_file(part: str) -> Path:
    """Where the schema of a service, or of the keyring, is kept."""
    return CHECKOUT / ("libs" if part == "keyring" else "services") / part / "schema.sql"


async def read_schema(admin_dsn: str, part: str, folder: Path) -> str:
    """Migrate an empty database on this server, and dump what has become of it. Roles are called owner and app."""
    name = f"schema_{part.replace('-', '_')}"
    database = await create_database(admin_dsn, name, b"of no use to anyone, since it goes away with the server")
    await migrate(database, migration_folders(part), folder / f"{part}.log")
    return _plain(await asyncio.to_thread(_dump, database.owner_dsn), name)


async def write_or_check(*, check: bool) -> list[str]:
    """Write every schema, or only compare; the parts that were out of date."""
    stale = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await asyncio.to_thread(folder.chmod, 0o711)
        postgres = Postgres(folder / "postgres", free_port(), folder / "postgres.log", durable=False)
        await postgres.start()
        try:
            for part in PARTS:
                schema, file = await read_schema(postgres.admin_dsn, part, folder), schema_file(part)
                if _read(file) != schema:
                    stale.append(part)
                    if not check:
                        file.write_text(schema)
        finally:
            await postgres.stop()
    return stale


def _read(file: Path) -> str:
    return file.read_text() if file.exists() else ""


def _dump(dsn: str) -> str:
    command = [str(programs() / "pg_dump"), "--schema-only", "--no-owner", "--dbname", dsn]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _plain(dump: str, name: str) -> str:
    """A dump without what differs from one run or version of the program to another."""
    text = dump.replace(f"{name}_app", "app").replace(f"{name}_owner", "owner")
    kept = [line for line in text.splitlines() if not re.match(r"--|SET |\\|SELECT pg_catalog.set_config", line)]
    return (
        "-- Made by `make generate`: what the migrations add up to.\n\n"
        + re.sub(r"\n{3,}", "\n\n", "\n".join(kept).strip())
        + "\n"
    )


if __name__ == "__main__":
    out_of_date = asyncio.run(write_or_check(check="--check" in sys.argv))
    if "--check" in sys.argv and out_of_date:
        sys.exit(f"schema.sql is out of date in {', '.join(out_of_date)}: run make generate")
