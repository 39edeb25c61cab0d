"""Brings a database to the shape that the code expects: plain numbered SQL files, forward only, a transaction each.

    python -m chassis.migrate --dsn OWNER --app-role ROLE DIR [DIR ...]

Runs as the owner of the database, folder by folder in the order given. A file writes `:app` for the runtime role.
Once applied, a file is history: changing it, taking it away or putting a new one before it is refused.
"""

import argparse
import asyncio
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

import asyncpg

_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_APP = re.compile(r"(?<!:):app\b")
_ONE_AT_A_TIME = 0x73746F64

_LEDGER = """
create table if not exists migrations (
    folder text not null,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default now(),
    primary key (folder, name)
)
"""

_Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class MigrationRefused(Exception):
    """The database was not brought forward; the text says in one line why, and what to do."""


@dataclass(frozen=True, slots=True)
class _File:
    folder: str
    name: str
    text: str

    @property
    def digest(self) -> str:
        return sha256(self.text.encode()).hexdigest()


async def migrate(dsn: str, app_role: str, folders: Sequence[Path]) -> list[str]:
    """Apply what has not been applied yet, and return the names of those files as `folder/name`.

    A lock may be waited for five seconds: a migration behind a long query fails rather than stop the service.
    Two that run at once take turns, and the second finds nothing to do.

    Raises:
        MigrationRefused: a file's name, an applied file or a statement is wrong. Files before it stay applied.
    """
    files = [file for folder in folders for file in _read(folder)]
    connection = await asyncpg.connect(dsn, server_settings={"client_min_messages": "warning"})
    try:
        await connection.execute("select pg_advisory_lock($1)", _ONE_AT_A_TIME)
        await connection.execute(_LEDGER)
        known = {
            (row["folder"], row["name"]): row["sha256"]
            for row in await connection.fetch("select folder, name, sha256 from migrations")
        }
        _require_history(files, known)
        waiting = [file for file in files if (file.folder, file.name) not in known]
        for file in waiting:
            await _apply(connection, app_role, file)
        return [f"{file.folder}/{file.name}" for file in waiting]
    finally:
        await connection.close()


def _read(folder: Path) -> list[_File]:
    """A folder's files in order. It is known by the package that it belongs to, wherever the checkout lies."""
    if not folder.is_dir():
        raise MigrationRefused(f"{folder}: there is no such folder")
    owner = folder.resolve().parent.name
    paths = sorted(folder.glob("*.sql"))
    for number, path in enumerate(paths, 1):
        match = _NAME.fullmatch(path.name)
        if match is None or int(match[1]) != number:
            raise MigrationRefused(f"{owner}/{path.name}: files are named 0001_what.sql, 0002_what.sql … without gaps")
    return [_File(owner, path.name, path.read_text()) for path in paths]


def _require_history(files: Sequence[_File], known: dict[tuple[str, str], str]) -> None:
    """What was applied must still be there, unchanged, and before everything new."""
    present = {(file.folder, file.name): file for file in files}
    folders = {file.folder for file in files}
    for (folder, name), digest in sorted(known.items()):
        if folder not in folders:
            continue
        file = present.get((folder, name))
        if file is None:
            raise MigrationRefused(f"{folder}/{name} was applied but is gone: put it back")
        if file.digest != digest:
            raise MigrationRefused(f"{folder}/{name} was changed after it was applied: undo that, and write a new file")


async def _apply(connection: _Connection, app_role: str, file: _File) -> None:
    quoted = '"' + app_role.replace('"', '""') + '"'
    try:
        async with connection.transaction():
            await connection.execute("set local lock_timeout = '5s'")
            await connection.execute("select set_config('stodvag.app_role', $1, true)", app_role)
            await connection.execute(_APP.sub(lambda _: quoted, file.text))
            await connection.execute(
                "insert into migrations (folder, name, sha256) values ($1, $2, $3)", file.folder, file.name, file.digest
            )
    except asyncpg.LockNotAvailableError:
        raise MigrationRefused(f"{file.folder}/{file.name}: a table is in use; try again when it is calmer") from None
    except asyncpg.PostgresError as error:
        raise MigrationRefused(f"{file.folder}/{file.name}{_line(file.text, error)}: {error.message}") from None


def _line(text: str, error: asyncpg.PostgresError) -> str:
    """Where in the file the error is. Replacing `:app` changes columns, never lines, so the line is near enough."""
    position = getattr(error, "position", None)
    return f":{text.count(chr(10), 0, int(position)) + 1}" if position else ""


def main() -> None:
    """Migrate from the command line; exits with 1 and one line where that is refused."""
    parser = argparse.ArgumentParser(prog="chassis.migrate", description="Bring a database forward.")
    parser.add_argument("--dsn", required=True, help="address of the database, as its owner")
    parser.add_argument("--app-role", required=True, help="the role that the service runs as")
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR")
    given = parser.parse_args()
    try:
        applied = asyncio.run(migrate(given.dsn, given.app_role, given.folders))
    except MigrationRefused as refused:
        sys.exit(f"migrate: {refused}")
    except (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.PostgresError) as error:
        sys.exit(f"migrate: the database cannot be used: {error}")
    sys.stdout.write("".join(f"migrated {name}\n" for name in applied))


if __name__ == "__main__":
    main()
