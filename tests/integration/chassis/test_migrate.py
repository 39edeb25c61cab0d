"""Migrations: applied once, in order, and never rewritten; and what they let the runtime role do."""

import asyncio
import json
import shutil
import sys
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from tests.integration.chassis.conftest import Server
from tests.integration.chassis.sample import MIGRATIONS

from chassis.migrate import MigrationRefused, migrate
from local_platform.postgres import Database


@pytest.fixture
async def empty(postgres: Server) -> Database:
    """A database with nothing in it."""
    return await postgres.create_database("empty")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A service's migrations: one file that makes a table that the runtime role may read."""
    folder = tmp_path / "garden" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_trees.sql").write_text("create table trees (name text);\ngrant select on trees to :app;\n")
    return folder


async def test_files_are_applied_once_and_new_ones_after_them(empty: Database, folder: Path) -> None:
    assert await migrate(empty.owner_dsn, empty.app_role, [folder]) == ["garden/0001_trees.sql"]
    assert await migrate(empty.owner_dsn, empty.app_role, [folder]) == []
    (folder / "0002_age.sql").write_text("alter table trees add age integer;")
    assert await migrate(empty.owner_dsn, empty.app_role, [folder]) == ["garden/0002_age.sql"]

    app = await asyncpg.connect(empty.app_dsn)
    assert await app.fetch("select name, age from trees") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("insert into trees values ('oak')")
    await app.close()


async def test_a_file_that_was_changed_after_it_was_applied_is_refused(empty: Database, folder: Path) -> None:
    await migrate(empty.owner_dsn, empty.app_role, [folder])
    (folder / "0001_trees.sql").write_text("create table trees (name text, age integer);")
    with pytest.raises(MigrationRefused, match=r"garden/0001_trees\.sql was changed after it was applied"):
        await migrate(empty.owner_dsn, empty.app_role, [folder])


async def test_a_file_that_is_gone_is_refused(empty: Database, folder: Path) -> None:
    (folder / "0002_age.sql").write_text("alter table trees add age integer;")
    await migrate(empty.owner_dsn, empty.app_role, [folder])
    (folder / "0002_age.sql").unlink()
    with pytest.raises(MigrationRefused, match=r"garden/0002_age\.sql was applied but is gone"):
        await migrate(empty.owner_dsn, empty.app_role, [folder])


async def test_a_gap_in_the_numbers_is_refused(empty: Database, folder: Path) -> None:
    (folder / "0003_age.sql").write_text("alter table trees add age integer;")
    with pytest.raises(MigrationRefused, match=r"garden/0003_age\.sql: files are named .* without gaps"):
        await migrate(empty.owner_dsn, empty.app_role, [folder])


async def test_a_file_that_fails_leaves_nothing_and_says_where(empty: Database, folder: Path) -> None:
    (folder / "0002_more.sql").write_text("create table shrubs (name text);\n\nalter table weeds add age integer;\n")
    with pytest.raises(MigrationRefused, match=r'garden/0002_more\.sql.*relation "weeds" does not exist'):
        await migrate(empty.owner_dsn, empty.app_role, [folder])
    owner = await asyncpg.connect(empty.owner_dsn)
    assert await owner.fetchval("select to_regclass('trees')") == "trees"
    assert await owner.fetchval("select to_regclass('shrubs')") is None
    await owner.close()


async def test_two_runners_at_once_do_no_harm(empty: Database, folder: Path) -> None:
    done = await asyncio.gather(*(migrate(empty.owner_dsn, empty.app_role, [folder]) for _ in range(4)))
    assert sorted(done) == [[], [], [], ["garden/0001_trees.sql"]]


async def test_a_migration_does_not_wait_long_for_a_table_in_use(empty: Database, folder: Path) -> None:
    await migrate(empty.owner_dsn, empty.app_role, [folder])
    # The file's own shorter patience stands in for the five seconds.
    (folder / "0002_age.sql").write_text("set local lock_timeout = '50ms'; alter table trees add age integer;")
    reader = await asyncpg.connect(empty.app_dsn)
    async with reader.transaction():
        await reader.execute("select from trees")
        with pytest.raises(MigrationRefused, match=r"garden/0002_age\.sql: a table is in use"):
            await migrate(empty.owner_dsn, empty.app_role, [folder])
    await reader.close()


async def test_the_command_line_says_in_one_line_what_is_wrong(empty: Database, folder: Path) -> None:
    async def run(dsn: str) -> tuple[int | None, str, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "chassis.migrate", "--dsn", dsn, "--app-role", empty.app_role, str(folder),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        return process.returncode, out.decode(), err.decode()

    assert await run(empty.owner_dsn) == (0, "migrated garden/0001_trees.sql\n", "")
    (folder / "0001_trees.sql").write_text("select 1")
    code, out, err = await run(empty.owner_dsn)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "garden/0001_trees.sql was changed after it was applied" in err
    code, out, err = await run("postgresql://nobody:wrong@127.0.0.1:1/none")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "the database cannot be used" in err


_EVENT = """
insert into events (board_id, stream_id, version, case_id, kind, event_id, type, data, published,
                    command_id, role, purpose, recorded_at)
values ($1, $2, 1, $2, 'ledger', gen_random_uuid(), 'opened', '{}', 0, gen_random_uuid(), 'citizen', 'test', now())
"""


async def _store_event(connection: "asyncpg.Connection[asyncpg.Record]", board: UUID, stream: UUID) -> None:
    async with connection.transaction():
        await connection.execute("select set_config('stodvag.board', $1, true)", str(board))
        await connection.execute(_EVENT, board, stream)


async def test_the_runtime_role_inserts_and_reads_events_and_cannot_change_them(
    database: Database, board: UUID
) -> None:
    app = await asyncpg.connect(database.app_dsn)
    await _store_event(app, board, uuid4())
    for statement in (
        "update events set data = '{}'",
        "delete from events",
        "truncate events",
        "drop table events",
        "alter table events disable row level security",
        "update commands set answer = ''",
        "delete from inbox",
        "delete from outbox",
        "select * from outbox",
        "update keys set key_id = gen_random_uuid()",
        "create table mine (x integer)",
        "create function spy() returns void language sql as 'select'",
        "insert into migrations (folder, name, sha256) values ('x', 'x', 'x')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(statement)
    await app.close()


async def test_a_query_without_its_board_sees_nothing_and_another_board_sees_nothing(
    database: Database, board: UUID
) -> None:
    app = await asyncpg.connect(database.app_dsn)
    await _store_event(app, board, uuid4())
    assert await app.fetchval("select count(*) from events") == 0
    for seen_by, seen in ((board, 1), (uuid4(), 0)):
        async with app.transaction():
            await app.execute("select set_config('stodvag.board', $1, true)", str(seen_by))
            assert await app.fetchval("select count(*) from events") == seen
    await app.close()


async def test_a_row_of_another_board_cannot_be_written(database: Database, board: UUID) -> None:
    app = await asyncpg.connect(database.app_dsn)
    async with app.transaction():
        await app.execute("select set_config('stodvag.board', $1, true)", str(uuid4()))
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await app.execute(_EVENT, board, uuid4())
    await app.close()


async def test_every_table_is_kept_apart_by_board(database: Database) -> None:
    owner = await asyncpg.connect(database.owner_dsn)
    open_tables = await owner.fetch(
        "select relname from pg_class c where relnamespace = 'public'::regnamespace and relkind = 'r' "
        "and not (relrowsecurity and exists (select from pg_policy where polrelid = c.oid))"
    )
    assert [row["relname"] for row in open_tables] == ["migrations"]
    await owner.close()


async def test_a_runtime_role_cannot_enter_another_services_database(database: Database, empty: Database) -> None:
    elsewhere = database.app_dsn.rpartition("/")[0] + "/" + empty.name
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
        await asyncpg.connect(elsewhere)


async def test_what_waits_for_the_relay_while_the_outbox_changes_goes_out_as_it_was(
    empty: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "chassis" / "migrations"
    shutil.copytree(MIGRATIONS[0], folder)
    later = [path for path in sorted(folder.glob("*.sql")) if path.name >= "0006"]
    texts = {path: path.read_text() for path in later}
    for path in later:
        path.unlink()
    await migrate(empty.owner_dsn, empty.app_role, [folder])
    board, stream, event = uuid4(), uuid4(), uuid4()
    headers = [["ce_specversion", "1.0"], ["ce_type", "stodvag.sample.added.v1"], ["ce_stream", str(stream)]]
    owner = await asyncpg.connect(empty.owner_dsn)
    await owner.execute(
        "insert into events (board_id, stream_id, version, case_id, kind, event_id, type, data, published, command_id, "
        "role, purpose, recorded_at) values ($1, $2, 1, $2, 'ledger', gen_random_uuid(), 'opened', '{}', 0, $1, 'x', "
        "'y', now()), ($1, $2, 2, $2, 'ledger', $3, 'added', '{}', 1, $1, 'x', 'y', now())",
        board, stream, event,
    )  # fmt: skip
    await owner.execute(
        "insert into outbox (board_id, event_id, key, headers, value) values ($1, $2, $3, $4, '{\"amount\": 1}')",
        board, event, stream, json.dumps(headers),
    )  # fmt: skip

    for path, text in texts.items():
        path.write_text(text)
    await migrate(empty.owner_dsn, empty.app_role, [folder])
    [row] = await owner.fetch("select event_id, key, type, sequence, value from outbox_head('{}', 10)")
    await owner.close()
    assert tuple(row) == (event, stream, "stodvag.sample.added.v1", 1, '{"amount": 1}')
