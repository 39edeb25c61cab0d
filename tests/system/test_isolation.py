"""Who may see and change what: roles and boards at the door, runtime roles and row-level security behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID, uuid4

import asyncpg
import pytest
from tests.system.cases import ID, Addresses, Connection, Door, as_owner, nowhere
from tests.system.documents import Operation
from tests.system.routes import every_route

from local_platform.platform import Platform
from local_platform.services import SERVICES
from local_platform.tokens import ROLES, TokenIssuer

pytestmark = pytest.mark.xdist_group("shared-platform")

STAFF_ROUTES = [route for route in every_route() if route.roles]
INSERT_AND_READ = {"events", "commands", "inbox", "keys"}
"""Tables in which the runtime role may add rows, and never change or delete one."""


async def test_the_documents_and_the_list_of_routes_agree(operations: list[Operation]) -> None:
    documented = {operation.route for operation in operations}
    assert documented == {route for route in every_route() if route.for_programs}


async def test_without_a_token_nothing_of_staff_is_served(door: Door, running: Platform) -> None:
    provider = running.realms.get("staff")
    for route in STAFF_ROUTES:
        answer = await door.ask(route, nowhere(route))
        if provider and route.method == "GET" and not route.for_programs:
            assert answer.headers["location"].startswith(provider.authorization_endpoint), str(route)
        else:
            assert answer.status_code == 401, f"{route}: {answer.status_code}"


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_opens_its_own_routes_and_no_others(role: str, door: Door, running: Platform) -> None:
    north = running.settings.boards[0]
    for route in STAFF_ROUTES:
        answer = await door.ask(route, nowhere(route), role=role, board=north)
        allowed = role in (route.roles or ())
        assert (answer.status_code == 403) is not allowed, f"{role}, {route}: {answer.status_code}"
        assert answer.status_code not in {401, 500}, f"{role}, {route}: {answer.status_code}"


async def test_a_token_that_somebody_else_signed_opens_nothing(door: Door, running: Platform, tmp_path: Path) -> None:
    forged = Door(replace(running, tokens=TokenIssuer(tmp_path)), door.client)
    for route in STAFF_ROUTES:
        answer = await forged.ask(route, nowhere(route), role=min(route.roles or ()))
        assert answer.status_code == 401, f"{route}: {answer.status_code}"


async def test_a_token_of_one_board_does_not_choose_another(door: Door, running: Platform) -> None:
    north, south = running.settings.boards[:2]
    for route in STAFF_ROUTES:
        if "operations" in (route.roles or ()):
            continue
        answer = await door.ask(route, f"{nowhere(route)}?namnd={north}", role=min(route.roles or ()), board=south)
        assert answer.status_code == 403, f"{route}: {answer.status_code}"


async def test_another_boards_token_reads_nothing_of_a_case(door: Door, running: Platform, cases: Addresses) -> None:
    north, south = running.settings.boards[:2]
    for route, paths in cases.items():
        if route.method != "GET":
            continue
        role, read_at_home = min(route.roles or ()), False
        for path in paths:
            elsewhere = await door.ask(route, path, role=role, board=south)
            assert elsewhere.status_code == 404, f"GET {path}: {elsewhere.status_code}"
            at_home = await door.ask(route, path, role=role, board=north)
            read_at_home = read_at_home or at_home.status_code == 200
        assert read_at_home, f"{route}: the board itself reads nothing, so this test proves nothing"


async def test_another_boards_lists_name_none_of_a_boards_cases(
    door: Door, running: Platform, cases: Addresses
) -> None:
    north, south = running.settings.boards[:2]
    known = {case for paths in cases.values() for path in paths for case in ID.findall(path)}
    named_at_home = set()
    for route in STAFF_ROUTES:
        if route.method != "GET" or route.parameters:
            continue
        role = min(route.roles or ())
        at_home, elsewhere = [
            (await door.ask(route, route.path, role=role, board=each)).text for each in (north, south)
        ]
        assert not [case for case in known if case in elsewhere], str(route)
        named_at_home |= {route.service for case in known if case in at_home}
    assert named_at_home == set(SERVICES), "the board's own lists name none of them, so this test proves nothing"


async def test_another_boards_token_changes_nothing_of_a_case(
    door: Door, running: Platform, operations: list[Operation], cases: Addresses
) -> None:
    north, south = running.settings.boards[:2]
    bodies = {each.route: each.fit_body(lambda _: "Exempel") for each in operations}
    before = await _events(running, north)
    for route, paths in cases.items():
        if route.method != "POST":
            continue
        role, body = max(route.roles or ()), bodies.get(route)
        for path in paths:
            answer = await door.ask(route, path, role=role, board=south, body=body)
            unknown = await door.ask(route, ID.sub(str(uuid4()), path), role=role, board=south, body=body)
            assert answer.status_code == unknown.status_code, f"{path}: {answer.status_code}, {unknown.status_code}"
            assert answer.status_code == 404 or not route.for_programs, f"{path}: {answer.status_code} {answer.text}"
    assert await _events(running, north) == before


async def test_a_runtime_role_enters_its_own_database_and_no_other(running: Platform) -> None:
    for ours, theirs in permutations(running.databases, 2):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(_elsewhere(running.databases[ours].app_dsn, running.databases[theirs].name))
    for name in running.databases:
        for system in ("postgres", "template1"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(_elsewhere(running.databases[name].app_dsn, system))


@pytest.mark.parametrize("service", SERVICES)
async def test_a_runtime_role_adds_and_reads_events_and_cannot_change_them(
    service: str, running: Platform, cases: object
) -> None:
    del cases  # there are events then
    async with _at(running, service, running.settings.boards[0]) as app:
        assert await app.fetchval("select count(*) from events") > 0
        await app.execute(
            "insert into events select board_id, $1, 1, case_id, kind, $1, type, data, published, command_id, role, "
            "actor, purpose, traceparent, recorded_at from events limit 1",
            uuid4(),
        )
        tables = [
            row["name"]
            for row in await app.fetch(
                "select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
            )
        ]
        assert set(tables) > INSERT_AND_READ
        for table in tables:
            forbidden = [f"truncate {table}", f"drop table {table}", f"alter table {table} disable row level security"]
            if table in INSERT_AND_READ:
                forbidden += [f"update {table} set board_id = board_id", f"delete from {table}"]
            for statement in forbidden:
                await _refused(app, statement)
        for statement in (
            "set role postgres",
            f"set role {running.databases[service].name}_owner",
            "select pg_read_file('x')",
        ):
            await _refused(app, statement)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_query_without_its_board_sees_nothing(service: str, running: Platform, cases: object) -> None:
    del cases  # there are rows then
    north, south = running.settings.boards[:2]
    async with as_owner(running, service) as owner:
        tables = await owner.fetch(
            "select relname as name, relrowsecurity as kept_apart from pg_class "
            "where relkind in ('r', 'p', 'v', 'm') and relnamespace = 'public'::regnamespace "
            "and relname <> 'migrations'"
        )
        assert [table["name"] for table in tables if not table["kept_apart"]] == []
        rows_of_north = 0
        for table in (row["name"] for row in tables if row["name"] not in {"outbox", "drafts"}):
            at_home = await owner.fetchval(f"select count(*) from {table} where board_id = $1", north)
            assert await _seen(running, service, table, None) == {}, f"{table} without a board"
            assert await _seen(running, service, table, north) == ({north: at_home} if at_home else {}), table
            assert (await _seen(running, service, table, south)).keys() <= {south}, table
            rows_of_north += at_home
        assert rows_of_north > 0


async def _seen(running: Platform, service: str, table: str, board: UUID | None) -> dict[UUID, int]:
    """How many rows of which boards the runtime role sees."""
    async with _at(running, service, board) as app:
        rows = await app.fetch(f"select board_id, count(*) as rows from {table} group by 1")
    return {row["board_id"]: row["rows"] for row in rows}


async def _events(running: Platform, board: UUID) -> dict[str, int]:
    """How many events people have caused on a board, in each service. A clock may ring meanwhile."""
    counted = {}
    for service in SERVICES:
        async with _at(running, service, board) as app:
            counted[service] = await app.fetchval("select count(*) from events where role <> 'system'")
    return counted


@asynccontextmanager
async def _at(running: Platform, service: str, board: UUID | None) -> AsyncIterator[Connection]:
    """A service's database as its runtime role, in a transaction of this board that leaves nothing behind."""
    connection = await asyncpg.connect(running.databases[service].app_dsn)
    transaction = connection.transaction()
    try:
        await transaction.start()
        if board is not None:
            await connection.execute("select set_config('stodvag.board', $1, true)", str(board))
        yield connection
    finally:
        await connection.close()


async def _refused(app: Connection, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with app.transaction():
            await app.execute(statement)


def _elsewhere(dsn: str, database: str) -> str:
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{database}"))
