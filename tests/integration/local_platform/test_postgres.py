"""PostgreSQL as our own child, and the databases in it."""

import os
import shutil
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from local_platform.postgres import Postgres, create_database, drop_database
from local_platform.processes import PartFailed, free_port
from local_platform.settings import Settings


@pytest.fixture(scope="module")
async def server(shared_settings: Settings) -> AsyncIterator[Postgres]:
    """A durable server of these tests' own; who stops it starts it again."""
    port, log = shared_settings.ports["postgres"], shared_settings.log("postgres")
    postgres = Postgres(shared_settings.home / "postgres", port, log)
    await postgres.start()
    yield postgres
    await postgres.stop()


async def test_what_was_committed_survives_a_kill(server: Postgres) -> None:
    database = await create_database(server.admin_dsn, "kept", b"secret")
    connection = await asyncpg.connect(database.owner_dsn)
    await connection.execute("CREATE TABLE kept (number int)")
    await connection.execute("INSERT INTO kept SELECT generate_series(1, 1000)")
    killed = server.child.pid

    server.kill9()
    assert not psutil.pid_exists(killed)
    await server.restart()

    connection = await asyncpg.connect(database.owner_dsn)
    assert await connection.fetchval("SELECT count(*) FROM kept") == 1000
    await connection.close()


async def test_the_same_secret_gives_the_same_addresses_and_both_work(server: Postgres) -> None:
    first = await create_database(server.admin_dsn, "twice", b"secret")
    second = await create_database(server.admin_dsn, "twice", b"secret")
    assert first == second
    for dsn in (second.owner_dsn, second.app_dsn):
        connection = await asyncpg.connect(dsn)
        assert await connection.fetchval("SELECT current_database()") == "twice"
        await connection.close()


async def test_a_role_reaches_no_database_but_its_own(server: Postgres) -> None:
    own = await create_database(server.admin_dsn, "own", b"secret")
    await create_database(server.admin_dsn, "other", b"secret")
    for elsewhere in ("other", "postgres", "template1"):
        for dsn in (own.app_dsn, own.owner_dsn):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(dsn.removesuffix("/own") + f"/{elsewhere}")


async def test_a_wrong_password_is_refused(server: Postgres) -> None:
    own = await create_database(server.admin_dsn, "locked", b"secret")
    guessed = await create_database(server.admin_dsn, "unlocked", b"secret")
    password = guessed.app_dsn.split(":")[2].split("@")[0]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(own.app_dsn, password=password)


async def test_the_runtime_role_may_not_make_tables(server: Postgres) -> None:
    database = await create_database(server.admin_dsn, "narrow", b"secret")
    connection = await asyncpg.connect(database.app_dsn)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE TABLE mine (number int)")
    await connection.close()


async def test_a_dropped_database_leaves_no_role(server: Postgres) -> None:
    await create_database(server.admin_dsn, "gone", b"secret")
    await drop_database(server.admin_dsn, "gone")
    connection = await asyncpg.connect(server.admin_dsn)
    assert await connection.fetchval("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'gone%'") == 0
    await connection.close()


async def test_the_server_writes_nothing_of_a_failed_statement_into_its_log(
    server: Postgres, shared_settings: Settings
) -> None:
    connection = await asyncpg.connect(server.admin_dsn)
    await connection.execute("CREATE TABLE people (name text PRIMARY KEY)")
    await connection.execute("INSERT INTO people VALUES ($1)", "Kanarie Testsson")
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute("INSERT INTO people VALUES ($1)", "Kanarie Testsson")
    with pytest.raises(asyncpg.InvalidTextRepresentationError):
        await connection.execute("SELECT 'Kanarie Testsson'::uuid")
    await connection.close()
    await server.restart()
    log = shared_settings.log("postgres").read_text()
    assert "database system is shut down" in log
    assert "Kanarie" not in log


async def test_it_runs_without_the_rights_of_root_and_its_password_is_its_own(server: Postgres) -> None:
    assert psutil.Process(server.child.pid).uids().effective != 0
    assert stat.S_IMODE((server.folder / "password").stat().st_mode) == 0o600


async def test_it_listens_on_this_machine_alone(server: Postgres) -> None:
    listening = [c.laddr for c in psutil.Process(server.child.pid).net_connections() if c.status == "LISTEN"]
    assert [tuple(address) for address in listening] == [("127.0.0.1", server.port)]


async def test_data_in_use_are_not_started_twice(server: Postgres, settings: Settings) -> None:
    second = Postgres(server.folder, free_port(), settings.log("second"))
    with pytest.raises(PartFailed, match=rf"already runs.*kill {server.child.pid}"):
        await second.start()
    assert server.child.alive


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder that another user may not enter")
async def test_a_folder_closed_to_its_user_is_replaced_by_one_where_it_runs(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    postgres = Postgres(closed / "postgres", free_port(), home / "log")
    assert postgres.folder.parent == Path("/var/lib/stodvag")
    try:
        await postgres.start()
        assert psutil.Process(postgres.child.pid).cwd() == str(postgres.data)
    finally:
        await postgres.stop()
        shutil.rmtree(postgres.folder)
