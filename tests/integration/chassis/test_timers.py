"""Timers on a real database: each has one effect, at its time, whoever looks and whatever fails."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.integration.chassis.conftest import OpenStore, Server
from tests.integration.chassis.given import NOON, add, database_away, open_ledger, owner_rows, until
from tests.integration.chassis.sample import LEDGER, PATIENCE, Close, Closed, Open

from chassis.event_store import history
from chassis.handle import Store
from chassis.telemetry import as_traceparent, span
from chassis.timers import Timers
from local_platform.postgres import Database


def close(_kind: str, _name: str, _stream: UUID, due: datetime) -> Close:
    """What the sample service does when a ledger's time has passed."""
    return Close(at=due, by_time=True)


def timers_at(store: Store, at: datetime, on_timer: Any = close) -> Timers:
    """The sample service's timers at a moment."""
    return Timers(store, [LEDGER], on_timer, clock=lambda: at)


async def set_timers(database: Database) -> dict[UUID, datetime]:
    """Each stream's next look at its timer."""
    return {row["stream_id"]: row["next_at"] for row in await owner_rows(database.owner_dsn, "select * from timers")}


async def closings(store: Store, board: UUID, stream: UUID) -> list[Closed]:
    """How often a ledger was closed."""
    events = [recorded.event for recorded in await history(store.pool, board, stream, LEDGER)]
    return [event for event in events if isinstance(event, Closed)]


async def test_a_timer_has_its_effect_when_it_is_due_and_not_before(
    store: Store, board: UUID, database: Database
) -> None:
    stream = await open_ledger(store, board)
    await timers_at(store, NOON + PATIENCE - timedelta(seconds=1)).run_due()
    assert await closings(store, board, stream) == []

    await timers_at(store, NOON + PATIENCE).run_due()
    assert await closings(store, board, stream) == [Closed(at=NOON + PATIENCE, by_time=True)]
    assert await set_timers(database) == {}
    [recorded] = (await history(store.pool, board, stream, LEDGER))[1:]
    assert (recorded.role, recorded.actor, recorded.recorded_at) == ("system", None, NOON + PATIENCE)


async def test_timers_of_all_boards_are_carried_out_in_one_go(store: Store, database: Database) -> None:
    boards = [uuid4() for _ in range(130)]
    streams = {board: await open_ledger(store, board) for board in boards}
    await timers_at(store, NOON + PATIENCE).run_due()
    assert all([len(await closings(store, board, stream)) == 1 for board, stream in streams.items()])
    assert await set_timers(database) == {}


async def test_two_workers_at_once_close_each_ledger_once(
    store: Store, board: UUID, database: Database, open_store: OpenStore
) -> None:
    streams = [await open_ledger(store, board) for _ in range(20)]
    workers = [timers_at(each, NOON + PATIENCE) for each in (store, await open_store(database))]
    await asyncio.gather(*(worker.run_due() for worker in workers))
    assert [len(await closings(store, board, stream)) for stream in streams] == [1] * 20
    assert await set_timers(database) == {}


async def test_a_timer_that_was_moved_after_it_was_read_waits_for_its_new_time(
    store: Store, board: UUID, database: Database, open_store: OpenStore
) -> None:
    stream = await open_ledger(store, board)
    other, later = await open_store(database), NOON + timedelta(days=13)
    asked = asyncio.Event()

    class Overtaken(Timers):
        """A worker that reads what is due, and then another command comes first."""

        async def _due(self) -> Any:
            found = await super()._due()
            if not asked.is_set():
                asked.set()
                await add(other, board, stream, 1, at=later)
            return found

    await Overtaken(store, [LEDGER], close, clock=lambda: NOON + PATIENCE).run_due()
    assert asked.is_set()
    assert await closings(store, board, stream) == []
    assert await set_timers(database) == {stream: later + PATIENCE}


async def test_a_refused_timer_is_done_and_its_refusal_logged(
    store: Store, board: UUID, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    stream = await open_ledger(store, board)

    def refused(*_: Any) -> Open:
        return Open(board=board, ledger=stream, at=NOON)

    with caplog.at_level(logging.INFO, "chassis.timers"):
        await timers_at(store, NOON + PATIENCE, refused).run_due()
    assert await set_timers(database) == {}
    [line] = caplog.records
    assert (line.msg, vars(line)["refusal"], vars(line)["stream"]) == ("timer-refused", "already-open", str(stream))


async def test_a_failing_timer_is_put_off_further_each_time_and_holds_up_no_other(
    store: Store, board: UUID, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    broken, sound = await open_ledger(store, board), await open_ledger(store, board, at=NOON + timedelta(seconds=1))
    secret = "Anna Provsson"

    def fail_for_one(kind: str, name: str, stream: UUID, due: datetime) -> Close:
        if stream == broken:
            raise ValueError(secret)
        return close(kind, name, stream, due)

    at = NOON + PATIENCE + timedelta(seconds=10)
    await timers_at(store, at, fail_for_one).run_due()
    assert len(await closings(store, board, sound)) == 1
    assert await set_timers(database) == {broken: at + timedelta(seconds=10)}

    at += timedelta(seconds=10)
    await timers_at(store, at, fail_for_one).run_due()
    assert await set_timers(database) == {broken: at + timedelta(seconds=20)}
    assert [line.msg for line in caplog.records] == ["timer-failed", "timer-failed"]
    assert secret not in caplog.text

    await timers_at(store, at + timedelta(seconds=20)).run_due()
    assert await closings(store, board, broken) == [Closed(at=NOON + PATIENCE, by_time=True)]


async def test_a_timer_that_fails_in_the_database_leaves_nothing_half_done(
    store: Store, board: UUID, database: Database
) -> None:
    stream = await open_ledger(store, board)
    await owner_rows(database.owner_dsn, "alter table ledgers add constraint never_closed check (open)")
    await timers_at(store, NOON + PATIENCE).run_due()
    assert await closings(store, board, stream) == []
    assert await set_timers(database) == {stream: NOON + PATIENCE + timedelta(seconds=5)}


async def test_while_the_database_is_away_timers_wait_and_then_go_on(
    store: Store, board: UUID, database: Database, postgres: Server, caplog: pytest.LogCaptureFixture
) -> None:
    stream, stop = await open_ledger(store, board), asyncio.Event()

    def lines() -> list[str]:
        return [line.msg for line in caplog.records if line.name.startswith("chassis")]

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        async with database_away(postgres.admin_dsn, database):
            group.create_task(timers_at(store, NOON + PATIENCE).run(stop))
            await until(lambda: lines() == ["part-away"])
        await until(lambda: lines() == ["part-away", "part-back"])
        stop.set()
    assert len(await closings(store, board, stream)) == 1


async def test_the_span_of_a_timer_is_linked_to_what_set_it(
    store: Store, board: UUID, finished_spans: InMemorySpanExporter
) -> None:
    with span("request") as request:
        await open_ledger(store, board)
    await timers_at(store, NOON + PATIENCE).run_due()

    setting = next(each for each in finished_spans.get_finished_spans() if each.name == "command")
    fired = next(each for each in finished_spans.get_finished_spans() if each.name == "timer")
    assert fired.context is not None
    assert setting.context is not None
    assert [as_traceparent(link.context) for link in fired.links] == [as_traceparent(setting.context)]
    assert fired.context.trace_id != request.get_span_context().trace_id
    assert fired.attributes == {"stodvag.kind": "ledger", "stodvag.purpose": "close"}
