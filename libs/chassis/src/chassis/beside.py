"""Tables built beside the live ones, in the schema `rebuild`, and put in their place in one moment."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg

OwnerConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

_ONE_AT_A_TIME = 0x72656264
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class RebuildRefused(Exception):
    """The live tables were left as they are; the text says in one line why."""


@asynccontextmanager
async def open_owner(dsn: str, *, search_path: str = "public") -> AsyncIterator[OwnerConnection]:
    """A connection as the owner of a service's database, who sees every board."""
    settings = {"search_path": search_path, "timezone": "UTC", "client_min_messages": "warning"}
    connection = await asyncpg.connect(dsn, server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def beside(dsn: str, tables: Sequence[str]) -> AsyncIterator[OwnerConnection]:
    """A connection to which each of these tables is an empty one beside the live one. They are gone afterwards.

    They have no indexes yet: an index costs least over rows that are there (see `add_indexes`).

    Nothing here is worth waiting for the disk: what a crash takes, the next rebuild makes again. The swap waits.

    Raises:
        RebuildRefused: there is no such table, or another rebuild is running.
    """
    async with open_owner(dsn, search_path="rebuild, public") as connection:
        if not await connection.fetchval("select pg_try_advisory_lock($1)", _ONE_AT_A_TIME):
            raise RebuildRefused("another rebuild of this database is running")
        await connection.execute(
            "set synchronous_commit = off; drop schema if exists rebuild cascade; create schema rebuild"
        )
        for table in tables:
            await _make(connection, table)
        yield connection
        await connection.execute("drop schema if exists rebuild cascade")


async def add_indexes(connection: OwnerConnection, tables: Sequence[str]) -> None:
    """Give those tables beside that have none yet the constraints and indexes of the live ones, under the same names.

    Raises:
        UniqueViolationError: rows meet on one key.
    """
    for table in tables:
        if await connection.fetchval("select exists (select from pg_index where indrelid = $1::regclass)", table):
            continue
        definitions = [row[0] for row in await connection.fetch(_INDEXES, table)]
        if definitions:
            await connection.execute("; ".join(definitions))


async def digest(connection: OwnerConnection, table: str) -> str:
    """What a table holds, whatever the order of its rows: equal for equal rows. `table` is an SQL name."""
    found: str = await connection.fetchval(
        f"select count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from {table} t"  # noqa: S608
    )
    return found


async def swap(connection: OwnerConnection, tables: Sequence[str]) -> None:
    """Put the tables beside in the place of the live ones, in the transaction of the connection.

    Raises:
        RebuildRefused: something stands on a live table that its successor would not have.
    """
    for table in tables:
        live, new = await _described(connection, "public", table), await _described(connection, "rebuild", table)
        if live != new:
            [difference, *_] = sorted(set(live) ^ set(new))
            raise RebuildRefused(f"the new table {table} would not be like the live one: {difference}")
        try:
            await connection.execute(f"drop table public.{table}")
        except asyncpg.DependentObjectsStillExistError as error:
            raise RebuildRefused(f"{error.message}: {error.detail}") from None
        await connection.execute(f"alter table rebuild.{table} set schema public")


async def _make(connection: OwnerConnection, table: str) -> None:
    """A table like the live one, rights and policies included. `like` alone would give its indexes other names."""
    live = await connection.fetchval("select oid from pg_class where oid = to_regclass($1)", f"public.{table}")
    if live is None or not _NAME.fullmatch(table):
        raise RebuildRefused(f"there is no table {table}")
    async with connection.transaction():
        await connection.execute(f"create table rebuild.{table} (like public.{table} including all excluding indexes)")
        for row in await connection.fetch(
            "select pg_get_userbyid(grantee) as role, string_agg(privilege_type, ', ') as rights "
            "from pg_class, aclexplode(relacl) where pg_class.oid = $1 and grantee <> relowner group by grantee",
            live,
        ):
            await connection.execute("select set_config('stodvag.app_role', $1, true)", row["role"])
            await connection.execute("call isolate($1::regclass, $2)", f"rebuild.{table}", row["rights"])


_INDEXES = """
with live as (select format('public.%I', $1::text)::regclass as oid)
select format('alter table rebuild.%I add constraint %I %s', $1::text, conname, pg_get_constraintdef(k.oid))
from live, pg_constraint k where conrelid = live.oid and contype in ('p', 'u', 'x')
union all
select replace(pg_get_indexdef(indexrelid), format(' ON public.%I ', $1::text), format(' ON rebuild.%I ', $1::text))
from live, pg_index where indrelid = live.oid and not exists (select from pg_constraint where conindid = indexrelid)
"""

_DESCRIBE = """
with t as (select c.* from pg_class c where c.relnamespace = $1::regnamespace and c.relname = $2)
select format('column %s %s %s %s %s %s %s', attnum, attname, format_type(atttypid, atttypmod), attnotnull, attidentity,
              attgenerated, pg_get_expr(adbin, adrelid))
from t join pg_attribute on attrelid = t.oid left join pg_attrdef on adrelid = attrelid and adnum = attnum
where attnum > 0 and not attisdropped
union all
select format('constraint %s %s', conname, pg_get_constraintdef(k.oid)) from t, pg_constraint k where conrelid = t.oid
union all
select replace(pg_get_indexdef(indexrelid), format(' ON %I.', $1), ' ON ') from t, pg_index where indrelid = t.oid
union all
select format('policy %s %s %s %s %s %s', polname, polcmd, polpermissive, polroles, pg_get_expr(polqual, polrelid),
              pg_get_expr(polwithcheck, polrelid))
from t, pg_policy where polrelid = t.oid
union all
select format('trigger %s', tgname) from t, pg_trigger where tgrelid = t.oid and not tgisinternal
union all
select format('right of %s to %s', grantee::regrole, privilege_type) from t, aclexplode(relacl)
union all
select format('row security %s %s, owner %s', relrowsecurity, relforcerowsecurity, relowner::regrole) from t
"""


async def _described(connection: OwnerConnection, schema: str, table: str) -> list[str]:
    """Everything about a table that a service could miss, a line each."""
    return sorted([row[0] for row in await connection.fetch(_DESCRIBE, schema, table)])
