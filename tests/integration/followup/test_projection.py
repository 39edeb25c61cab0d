"""What follow-up knows does not depend on the order in which streams and topics arrive, and can be made again."""

import asyncio
import random
import sys
from collections.abc import Iterator
from datetime import date
from uuid import UUID, uuid4

from tests.integration.followup.conftest import Hear
from tests.integration.opened import Running, Server
from tests.otlp import otlp_receiver
from tests.unit.followup.an_event import TALKS, applied, direct, listed, opened_and_closed, reported, visit

from chassis.beside import digest, open_owner
from chassis.database import on_board
from chassis.migrate import migrate
from chassis.received import Received
from chassis.upkeep import USAGE, keep_up
from contracts.vocabulary import AgeBand, EndReason, Gender
from followup import main, store
from followup.store import RESULT_TABLES
from local_platform.services import migration_folders

SHUFFLES = 60


def on(board: UUID, story: list[Received]) -> list[Received]:
    """A story as it happens on a board."""
    return [each._replace(envelope=each.envelope._replace(board=board)) for each in story]


def town(board: UUID) -> list[list[Received]]:
    """The streams of a board where a little of everything happens, each in its order."""
    streams = [[listed(uuid4(), TALKS, "Ungdomssamtal", version)] for version in (2, 1)]
    closed = (date(2026, 6, 22), False)
    streams[0] += opened_and_closed(streams[0][0].event.case_id, TALKS, closed, (date(2026, 8, 10), True))
    for number in range(4):
        streams.append(direct(uuid4(), scores=(10, 10 + number), gender=Gender.MAN))
        streams.append(direct(uuid4(), ended=EndReason.LOST_CONTACT, district="norrhamn"))
        streams.append(visit(uuid4(), scores=(8, 11)))
        streams += applied(uuid4(), scores=(7, 9, 14), age_band=AgeBand.FROM_21)
        streams += reported(uuid4(), age_band=AgeBand.UNDER_12)
    return [on(board, stream) for stream in streams]


def in_some_order(streams: list[list[Received]], chance: random.Random) -> Iterator[list[Received]]:
    """The events of all streams in batches, each stream's in its own order."""
    waiting = [list(stream) for stream in streams]
    batch: list[Received] = []
    while waiting:
        stream = chance.choice(waiting)
        batch.append(stream.pop(0))
        waiting = [each for each in waiting if each]
        if chance.random() < 0.2:
            yield batch
            batch = []
    if batch:
        yield batch


async def test_in_whatever_order_streams_and_topics_arrive_the_same_is_known(running: Running, board: UUID) -> None:
    streams = town(board)
    found = set()
    for seed in range(SHUFFLES):
        async with running.desk.store.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute("select set_config('stodvag.board', $1, true)", str(board))
            for batch in in_some_order(streams, random.Random(seed)):  # noqa: S311
                await store.save_facts(connection, batch)
            found.add(tuple([await digest(connection, table) for table in RESULT_TABLES]))  # type: ignore[arg-type]
            await transaction.rollback()
    assert len(found) == 1
    assert all(not each.startswith("0:") for each in next(iter(found)))


async def test_what_is_heard_twice_is_known_once(running: Running, board: UUID, hear: Hear) -> None:
    events = [each for stream in town(board) for each in stream]
    await hear(events)
    once = await digests(running)
    await hear(events)
    assert await digests(running) == once


async def test_intake_and_assessment_tell_of_the_same_case_under_the_same_id(
    board: UUID, hear: Hear, running: Running
) -> None:
    case = uuid4()
    asked, story = applied(case)
    await hear(on(board, [*story, *asked]))
    known = await store.find_case(running.desk.store.pool, board, case)
    assert known is not None
    assert (known.came, known.district, known.outcome) == ("application", "centrum", "partially-granted")
    assert known.asked_on is not None
    assert known.opened_on is not None


async def test_the_results_are_made_again_from_the_inbox(running: Running, board: UUID, hear: Hear) -> None:
    await hear(each for stream in town(board) for each in stream)
    right = await digests(running)
    async with open_owner(running.database.owner_dsn) as owner:
        await owner.execute("update supports set started_on = null; delete from measures")
    assert await digests(running) != right
    await keep_up(main.SERVICE, ["rebuild", "results"], running.database.owner_dsn)
    assert await digests(running) == right


async def test_a_rebuild_is_one_command_and_says_in_one_line_what_it_cannot_do(running: Running) -> None:
    settings = running.settings.model_dump(exclude_none=True, exclude={"roles"})
    environment = {f"STODVAG_{name.upper()}": str(value) for name, value in settings.items()}
    environment["STODVAG_DATABASE_OWNER"] = running.database.owner_dsn

    environment["TRACEPARENT"] = f"00-{'1' * 32}-{'2' * 16}-01"

    async def rebuild(what: str) -> tuple[int | None, list[str]]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "followup.main", "rebuild", what, env=environment, stderr=asyncio.subprocess.PIPE
        )
        _, said = await process.communicate()
        return process.returncode, said.decode().splitlines()

    with otlp_receiver() as received:
        environment["STODVAG_OTLP"] = received.address
        assert await rebuild("results") == (0, [])
        assert await rebuild("views") == (0, [])
        assert await rebuild("everything") == (1, [f"nothing here is called everything: {USAGE}"])
    assert [(span.name, span.attributes) for span in received.spans] == [
        ("rebuild", {"stodvag.view": "results"}),
        ("rebuild", {"stodvag.view": "views"}),
    ]
    assert {link.trace_id for span in received.spans for link in span.links} == {"1" * 32}


async def test_views_are_made_again_also_where_nothing_has_happened_yet(postgres: Server) -> None:
    database = await postgres.create_database("followup")
    await migrate(database.owner_dsn, database.app_role, migration_folders("followup"))
    await keep_up(main.SERVICE, ["rebuild", "results"], database.owner_dsn)
    await keep_up(main.SERVICE, ["rebuild", "views"], database.owner_dsn)


async def test_another_board_sees_nothing_of_it(running: Running, board: UUID, hear: Hear) -> None:
    case = uuid4()
    await hear(on(board, direct(case)))
    pool = running.desk.store.pool
    assert await store.find_case(pool, board, case) is not None
    assert await store.find_case(pool, uuid4(), case) is None
    async with on_board(pool, uuid4()) as connection:
        assert await connection.fetchval("select count(*) from supports") == 0


async def digests(running: Running) -> list[str]:
    """What the tables of the results hold, of all boards."""
    async with open_owner(running.database.owner_dsn) as owner:
        return [await digest(owner, table) for table in RESULT_TABLES]
