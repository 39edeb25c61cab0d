"""Commands of intake as its routes give them, at the store: decided, sealed, appended with everything that goes along.

A new case is an application that tells what is needed; a running one is an incomplete application that is completed.
Each gives two events. The floor inserts the same two rows through asyncpg's default pool.
"""

import asyncio
import gc
import itertools
import json
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from tests.bench.measure import ROUNDS, Row, in_turns, per_second
from tests.bench.servers import Servers

from chassis.answers import Answers
from chassis.case_keys import CaseKeys
from chassis.database import open_pool
from chassis.decider import Origin, Step
from chassis.handle import Store, handle
from intake.decide.report import RingClock
from intake.model.report import Clock
from intake.requests.application import ApplicationRequest, CompletionRequest
from intake.requests.report import OpeningRequest, ReportRequest
from intake.translate import APPLICATIONS, REPORTS
from keyring import Keyring
from local_platform.postgres import Database
from statute.reports import Reporter

AT_ONCE = 16
BATCH = 1_000
"""Commands in one turn."""
LONG = 500
"""Events of a long stream."""
BOARD = UUID("0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a01")

WHOLE = ApplicationRequest(
    name="Ali Testberg",
    contact="Ring 070-174 06 05 efter klockan tre. Lämna inget meddelande.",
    what="Någon att prata med om pengar.",
    why="Räkningarna växer och jag vet inte var jag ska börja.",
    district="centrum",
)
HALF = WHOLE.model_copy(update={"contact": None, "why": None})
REST = CompletionRequest(contact=WHOLE.contact, why=WHOLE.why)
CONCERN = ReportRequest(
    told="Kommer hungrig till skolan, och har gjort det hela hösten.",
    child_name="Kim Testsson",
    district="centrum",
    reporter=Reporter.SCHOOL,
    reporter_name="Rut Rektorsson",
)
OPENING = OpeningRequest(open=True, reasons="Det som skolan berättar kan leda till en åtgärd.")

INSERT = """
    insert into bare (board_id, stream_id, version, case_id, kind, event_id, type, data, published, command_id, role,
                      actor, purpose, traceparent, recorded_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15),
           ($16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)
"""
_COLUMNS = (
    "board_id, stream_id, version, case_id, kind, event_id, type, data, published, command_id, role, actor, purpose, "
    "traceparent, recorded_at"
)


@dataclass(frozen=True)
class Bench:
    """Intake's store as its process has it, and asyncpg's own pool on the same database for the floor."""

    database: Database
    store: Store
    bare: "asyncpg.Pool[asyncpg.Record]"
    owner: "asyncpg.Connection[asyncpg.Record]"


async def open_bench(servers: Servers, stack: AsyncExitStack) -> Bench:
    """Intake's database with a bare table beside its own, which is like it but for its policies and outbox."""
    database, ring = await servers.database("intake"), await servers.database("keyring")
    owner = await asyncpg.connect(database.owner_dsn)
    stack.push_async_callback(owner.close)
    await owner.execute("create table bare (like events including defaults, primary key (stream_id, version))")
    await owner.execute("alter table bare alter position drop not null")
    keyring = await stack.enter_async_context(Keyring.connect(ring.app_dsn, servers.master))
    pool = await stack.enter_async_context(await open_pool(database.app_dsn))
    store = Store("intake", pool, keyring, Answers(servers.master, "intake"), CaseKeys(pool, keyring))
    bare = await stack.enter_async_context(asyncpg.create_pool(database.owner_dsn))
    await bare.execute("select 1")
    gc.freeze()  # as a service does once it is built
    return Bench(database, store, bare, owner)


async def apply(store: Store, body: ApplicationRequest) -> UUID:
    """A new case, as the route takes it in."""
    case = uuid4()
    origin = _origin(store)
    command = body.to_command(
        at=origin.at, board=BOARD, case=case, applicant_id=uuid4(), code_hash=secrets.token_hex(32)
    )
    step = Step(decider=APPLICATIONS, stream=case, command=command, new=True)
    await handle(store, origin, step, answer={"case_id": case})
    return case


async def complete(store: Store, case: UUID, person: UUID, body: CompletionRequest = REST) -> None:
    """A running case, as the route takes the rest."""
    origin = _origin(store)
    step = Step(decider=APPLICATIONS, stream=case, command=body.to_command(at=origin.at, person=person))
    await handle(store, origin, step, answer={"case_id": case})


def _origin(store: Store) -> Origin:
    return Origin(
        command_id=uuid4(),
        board=BOARD,
        at=datetime.now(UTC),
        role="citizen",
        actor=None,
        purpose="handle-application",
        fingerprint=store.answers.fingerprint(b"POST /api/intake/v1/applications"),
    )


async def at_once(works: Sequence[Callable[[], Awaitable[object]]], width: int = AT_ONCE) -> None:
    """Do all, so many at a time."""
    waiting = iter(works)

    async def worker() -> None:
        for work in waiting:
            await work()

    await asyncio.gather(*(worker() for _ in range(width)))


async def running_cases(bench: Bench, count: int) -> list[tuple[UUID, UUID]]:
    """Incomplete applications and who applied. No process remembers them."""
    cases: list[UUID] = []

    async def one() -> None:
        cases.append(await apply(bench.store, HALF))

    await at_once([one] * count)
    bench.store.cache.clear()
    rows = await bench.owner.fetch("select case_id, person_id from keys where case_id = any($1)", cases)
    await clear_outbox(bench)
    return [(row["case_id"], row["person_id"]) for row in rows]


async def clear_outbox(bench: Bench) -> None:
    """As the relay would, which does not run here."""
    await bench.owner.execute("truncate outbox")


class Bare:
    """Inserts the two events of a command, as they stand in the store, with other ids."""

    def __init__(self, bench: Bench, pairs: Sequence[Sequence[Any]]) -> None:
        self._pool = bench.bare
        self._pairs = itertools.cycle(pairs)

    @classmethod
    async def like(cls, bench: Bench) -> "Bare":
        """With the rows of the newest cases."""
        rows = await bench.owner.fetch(
            f"select {_COLUMNS} from events where command_id in "
            "(select command_id from events group by 1 having count(*) = 2 order by max(position) desc limit 200) "
            "order by command_id, version"
        )
        return cls(bench, [[*first, *second] for first, second in zip(rows[::2], rows[1::2], strict=True)])

    async def insert(self) -> None:
        """One command's two events."""
        values = list(next(self._pairs))
        values[1] = values[16] = uuid4()
        await self._pool.execute(INSERT, *values)


def half_new(bench: Bench, running: list[tuple[UUID, UUID]]) -> list[Callable[[], Awaitable[object]]]:
    """One turn's commands: in turns a new case, and one taken from `running`, which has to be loaded."""
    works: list[Callable[[], Awaitable[object]]] = []
    for _ in range(BATCH // 2):
        works += [partial(apply, bench.store, WHOLE), partial(complete, bench.store, *running.pop())]
    return works


async def measure_command(bench: Bench, rounds: int = ROUNDS) -> Row:
    """Half new cases, half running ones that have to be loaded, against the bare insert."""
    running = await running_cases(bench, BATCH // 2 * (rounds + 1))
    await at_once([partial(apply, bench.store, WHOLE)] * 100)
    bare = await Bare.like(bench)

    async def ours() -> float:
        await clear_outbox(bench)
        works = half_new(bench, running)
        return await per_second(BATCH, lambda: at_once(works))

    async def floor() -> float:
        return await per_second(BATCH, lambda: at_once([bare.insert] * BATCH))

    return Row("command", "commands/s", 0.55, "higher", *await in_turns(ours, floor, rounds))


async def measure_long(bench: Bench, rounds: int = ROUNDS) -> Row:
    """Deciding on reports of 500 events that this process has just looked at, against `command`'s own cases."""
    short = await running_cases(bench, BATCH // 2 * (rounds + 1))
    long = await _long_reports(bench, BATCH // 4 * (rounds + 1))

    async def ours() -> float:
        reports = [long.pop() for _ in range(BATCH // 4)]
        await at_once([partial(_open_investigation, bench.store, *each, look=True) for each in reports])
        works = [partial(_open_investigation, bench.store, *each) for each in reports]
        return 1e6 / await per_second(len(works), lambda: at_once(works))

    async def floor() -> float:
        works = half_new(bench, short)
        return 1e6 / await per_second(BATCH, lambda: at_once(works))

    return Row("command_long", "µs", 1.5, "lower", *await in_turns(ours, floor, rounds))


async def _open_investigation(store: Store, case: UUID, child: UUID, *, look: bool = False) -> None:
    """Decide on a report, which gives two events; or only let a clock ring that has rung, which gives none."""
    origin = _origin(store)
    command = (
        RingClock(at=origin.at, clock=Clock.PROTECTION, late=True)
        if look
        else OPENING.to_command(at=origin.at, person=child, qualified=True)
    )
    await handle(store, origin, Step(decider=REPORTS, stream=case, command=command), answer={"case_id": case})


async def _long_reports(bench: Bench, count: int) -> list[tuple[UUID, UUID]]:
    """Reports of 500 events, and the child of each."""
    reports: list[tuple[UUID, UUID]] = []

    async def one() -> None:
        case, child, origin = uuid4(), uuid4(), _origin(bench.store)
        others = (uuid4(), uuid4(), uuid4())
        command = CONCERN.to_command(at=origin.at, board=BOARD, case=case, child_id=child, others=others)
        await handle(bench.store, origin, Step(decider=REPORTS, stream=case, command=command, new=True))
        reports.append((case, child))

    await at_once([one] * count)
    rung = {"rang_at": datetime.now(UTC).isoformat(), "clock": Clock.PROTECTION, "late": True}
    await bench.owner.execute(
        f"insert into events ({_COLUMNS}) "
        "select e.board_id, e.stream_id, n, e.case_id, e.kind, gen_random_uuid(), 'clock-rang', $2, e.published, "
        "gen_random_uuid(), 'system', null, e.purpose, e.traceparent, e.recorded_at "
        "from events e, generate_series(2, $3) n where e.stream_id = any($1) and e.version = 1",
        [case for case, _ in reports],
        json.dumps(rung),
        LONG,
    )
    await bench.owner.execute("vacuum analyze events")
    bench.store.cache.clear()
    await clear_outbox(bench)
    return reports


async def measure_growth(servers: Servers, rounds: int = ROUNDS) -> Row:
    """A command where a million events are stored, and where ten thousand are: two databases on one server."""
    async with AsyncExitStack() as stack:
        many, few = await open_bench(servers, stack), await open_bench(servers, stack)
        at_many = await _timed_commands(many, 1_000_000, rounds)
        at_few = await _timed_commands(few, 10_000, rounds)
        admin = await asyncpg.connect(servers.postgres.admin_dsn)
        stack.push_async_callback(admin.close)
        await admin.execute("checkpoint")  # else it comes to some turns, and writes what filling left
        return Row("growth", "µs", 1.2, "lower", *await in_turns(at_many, at_few, rounds))


async def _timed_commands(bench: Bench, stored: int, rounds: int) -> Callable[[], Awaitable[float]]:
    await _fill(bench, stored)
    running = await running_cases(bench, BATCH // 2 * (rounds + 1))

    async def turn() -> float:
        await clear_outbox(bench)
        works = half_new(bench, running)
        return 1e6 / await per_second(BATCH, lambda: at_once(works))

    return turn


async def _fill(bench: Bench, stored: int) -> None:
    """Other people's applications in every table that a command writes, two events each, until so many are stored.

    One in fifty is still open. Nothing is vacuumed afterwards: among ten thousand that would come every few turns,
    among a million never.
    """
    sample = await apply(bench.store, WHOLE)
    await bench.owner.execute(
        "create temp table others as select gen_random_uuid() as case_id, gen_random_uuid() as command_id, "
        "gen_random_uuid() as person_id, replace(gen_random_uuid()::text || gen_random_uuid(), '-', '') as code_hash, "
        "random() < 0.02 as open from generate_series(1, $1::int)",
        stored // 2,
    )
    await bench.owner.execute(
        f"insert into events ({_COLUMNS}) "
        "select board_id, o.case_id, version, o.case_id, kind, gen_random_uuid(), type, data, published, "
        "o.command_id, role, actor, purpose, traceparent, recorded_at from others o, events where stream_id = $1",
        sample,
    )
    await bench.owner.execute(
        "insert into commands (board_id, command_id, fingerprint, answer, recorded_at) "
        "select board_id, o.command_id, fingerprint, answer, recorded_at from others o, commands"
    )
    await bench.owner.execute(
        "insert into keys (board_id, case_id, person_id, key_id) "
        "select board_id, o.case_id, o.person_id, gen_random_uuid() from others o, keys"
    )
    await bench.owner.execute(
        "insert into receipts (board_id, code_hash, case_id) "
        "select board_id, o.code_hash, o.case_id from others o, receipts"
    )
    await bench.owner.execute(
        "insert into work_list (board_id, case_id, matter, received_at, step, open, due_on, due_clock, near, late) "
        "select board_id, o.case_id, matter, received_at, step, o.open, due_on, due_clock, near, late "
        "from others o, work_list"
    )
    for table in ("events", "commands", "keys", "receipts", "work_list"):
        await bench.owner.execute(f"alter table {table} set (autovacuum_enabled = off)")
    await bench.owner.execute("vacuum analyze")
