"""The runtime role reaches the keyring through its functions, and nothing behind them."""

from uuid import uuid4

import asyncpg
import pytest

from local_platform.postgres import Database


async def test_the_runtime_role_can_neither_read_nor_change_any_table(database: Database) -> None:
    owner = await asyncpg.connect(database.owner_dsn)
    app = await asyncpg.connect(database.app_dsn)
    try:
        tables = await owner.fetch(
            "SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND NOT starts_with(n.nspname, 'pg_')"
            " AND n.nspname <> 'information_schema'"
        )
        assert {row["name"] for row in tables} == {"keyring.keys", "keyring.master", "keyring.persons"}
        for table in tables:
            for statement in (
                "SELECT * FROM {0}", "DELETE FROM {0}", "TRUNCATE {0}", "INSERT INTO {0} DEFAULT VALUES",
                "COPY {0} TO STDOUT", "DROP TABLE {0}", "ALTER TABLE {0} ADD COLUMN more text",
            ):  # fmt: skip
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await app.execute(statement.format(table["name"]))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute("UPDATE keyring.keys SET wrapped = NULL")
    finally:
        await app.close()
        await owner.close()


async def test_every_function_is_the_owners_with_a_pinned_path_and_closed_to_all_but_the_runtime_role(
    database: Database,
) -> None:
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        functions = await owner.fetch(
            "SELECT proname, prosecdef, proconfig, has_function_privilege('public', p.oid, 'EXECUTE') AS anybody,"
            " has_function_privilege($1, p.oid, 'EXECUTE') AS app"
            " FROM pg_proc p WHERE pronamespace = 'keyring'::regnamespace",
            database.app_role,
        )
    finally:
        await owner.close()

    assert {row["proname"] for row in functions} == {
        "claim_master", "mint", "open", "set_retention", "replay", "destroy", "destroyed_since", "person",
    }  # fmt: skip
    for row in functions:
        assert row["prosecdef"]
        assert row["proconfig"] == ["search_path=pg_catalog, pg_temp"]
        assert row["app"]
        assert not row["anybody"]


async def test_a_minted_key_can_be_neither_overwritten_nor_brought_back(database: Database) -> None:
    key_id = uuid4()
    app = await asyncpg.connect(database.app_dsn)
    try:
        await app.execute("SELECT keyring.mint($1, $2)", [key_id], [b"first"])
        with pytest.raises(asyncpg.UniqueViolationError):
            await app.execute("SELECT keyring.mint($1, $2)", [key_id], [b"second"])
        await app.execute("SELECT keyring.destroy($1, 'retention-ended')", [key_id])
        with pytest.raises(asyncpg.UniqueViolationError):
            await app.execute("SELECT keyring.mint($1, $2)", [key_id], [b"first"])

        assert await app.fetchval("SELECT wrapped FROM keyring.open($1)", [key_id]) is None
    finally:
        await app.close()
