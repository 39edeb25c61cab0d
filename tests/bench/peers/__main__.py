"""`make bench-peers`: ours beside other projects that do the same, in turns; prints the README's table.

`python -m tests.bench.peers 3` takes three rounds.
"""

import asyncio
import json
import os
import platform
import secrets
import shutil
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from statistics import median
from typing import Any
from uuid import uuid4

import asyncpg
import psutil
import uvloop
from tests.bench import flow
from tests.bench.commands import AT_ONCE, BATCH, Bare, Bench, at_once, clear_outbox, half_new, open_bench, running_cases
from tests.bench.measure import ROUNDS, Measure, per_second
from tests.bench.peers import with_message_db
from tests.bench.peers.program import PYTHON, Program, program
from tests.bench.servers import Servers, servers

from local_platform.postgres import create_database

FOOT = """\
All append at an expected version in one durable transaction, 16 commands at a time from one process; all store the
bytes of the same two events, which ours seals. Half of the commands begin a case, half load one that has begun (the
bare insert loads none). message-db is installed without its extension pgcrypto, which our PostgreSQL lacks and its
functions do not need. The consumers read the same records from one topic, at most 500 at a time. None of the peers is
part of the platform."""


@dataclass
class Peer:
    """One line of a table."""

    name: str
    gives: str
    """What it gives in what is measured, beside what all give."""
    turn: Measure
    found: list[float] = field(default_factory=list)
    """A second, round after round."""

    def line(self, floor: "Peer") -> str:
        """The median, the range, and the median of the ratios to the floor of the same round."""
        ratio = median(own / bare for own, bare in zip(self.found, floor.found, strict=True))
        figures = f"{median(self.found):,.0f} ({min(self.found):,.0f}–{max(self.found):,.0f})"
        return f"| {self.name} | {figures} | {ratio:.2f} | {self.gives} |"


async def open_append(servers: Servers, stack: AsyncExitStack) -> list[Peer]:
    """Two events with the expected version; half of the commands begin a case, half load a begun one first."""
    bench = await open_bench(servers, stack)
    await at_once([partial(_ours, bench)])
    bare = await Bare.like(bench)
    events = await _stored_events(bench)
    task = {"batch": BATCH, "width": AT_ONCE, "events": events}
    emmett = await stack.enter_async_context(
        program(_node(), "with_emmett.mjs", task={**task, "dsn": await _database(servers, "emmett")})
    )
    eventsourcing = await stack.enter_async_context(
        program(PYTHON, "with_eventsourcing.py", task={**task, "dsn": await _database(servers, "eventsourcing")})
    )
    message_db = await stack.enter_async_context(
        await with_message_db.open_store(await _database(servers, "message_db"))
    )
    return [
        Peer(
            "bare asyncpg insert",
            "nothing more; no stream is loaded, the primary key alone refuses a version that is taken",
            lambda: per_second(BATCH, lambda: at_once([bare.insert] * BATCH)),
        ),
        Peer(
            "**Stödväg**",
            "a command that comes again has no second effect; published form in the outbox; two views; boards apart by "
            "row-level security; personal data sealed with a key of the case's own",
            partial(_ours, bench),
        ),
        Peer(
            f"emmett-postgresql {emmett.version} (Node, pg; no licence given)",
            "a position among all events",
            partial(_ask, emmett),
        ),
        Peer(
            f"message-db {with_message_db.version()} (asyncpg; MIT)",
            "a position among all events without gaps in a category, whose writers wait for each other",
            lambda: with_message_db.turn(message_db, events),
        ),
        Peer(
            f"eventsourcing {eventsourcing.version} (psycopg, {AT_ONCE} threads; BSD-3-Clause)",
            "a position among all events without gaps, for which all writers wait for each other",
            partial(_ask, eventsourcing),
        ),
    ]


async def open_consume(servers: Servers, stack: AsyncExitStack) -> list[Peer]:
    """The same records of one topic, in batches of at most 500, to committed rows."""
    turns = await stack.enter_async_context(flow.open_projection(servers))
    dsn = await _database(servers, "faststream")
    owner = await asyncpg.connect(dsn)
    stack.push_async_callback(owner.close)
    await owner.execute("create table told (event_id uuid primary key, case_id uuid, said text)")
    task = {"batch": flow.BATCH, "dsn": dsn, "bootstrap": servers.kafka.address, "topic": turns.topic}
    faststream = await stack.enter_async_context(program(PYTHON, "with_faststream.py", task=task))

    async def take() -> float:
        await owner.execute("truncate told")
        faststream.tell(f"peer-{uuid4().hex}")
        async with asyncio.timeout(120):
            found = await flow.committed(owner, "told")
        await faststream.ask("stop")
        return found

    return [
        Peer("aiokafka, one upsert a batch", "nothing more; a record is stored unread", turns.floor),
        Peer(
            "**Stödväg**",
            "each event read and checked, has its effect once and in its stream's order, kept for rebuilding; three "
            "views; row-level security; what fails is parked",
            turns.ours,
        ),
        Peer(
            f"FastStream {faststream.version} (aiokafka, one upsert a batch; Apache-2.0)",
            "each event read and checked; at least once, offset after effect; one table, where repeats do no harm",
            take,
        ),
    ]


async def _ours(bench: Bench) -> float:
    running = await running_cases(bench, BATCH // 2)
    works = half_new(bench, running)
    found = await per_second(BATCH, lambda: at_once(works))
    await clear_outbox(bench)
    return found


async def _ask(peer: Program) -> float:
    return float(await peer.ask("turn"))


async def _stored_events(bench: Bench) -> list[dict[str, Any]]:
    """Two events as our store keeps them, sealed parts and all, so that everybody writes as much."""
    rows = await bench.owner.fetch(
        "select type, data::text from events where command_id = "
        "(select command_id from events group by 1 having count(*) = 2 and min(version) = 1 limit 1) order by version"
    )
    return [{"type": row["type"], "data": json.loads(row["data"])} for row in rows]


async def _database(servers: Servers, name: str) -> str:
    """An empty one; the address of its owner."""
    made = await create_database(servers.postgres.admin_dsn, f"peer_{name}", secrets.token_bytes(32))
    return made.owner_dsn


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        sys.exit("Emmett and Message DB need Node and npm: install them")
    return node


async def measure(
    open_peers: Callable[[Servers, AsyncExitStack], Awaitable[list[Peer]]], servers: Servers, rounds: int
) -> list[str]:
    """All in turns, after a round that does not count; the lines of the table, the floor first."""
    async with AsyncExitStack() as stack:
        peers = await open_peers(servers, stack)
        for number in range(rounds + 1):
            for peer in peers:
                found = await peer.turn()
                print(f"{number} {peer.name}: {found:,.0f}", file=sys.stderr)
                if number:
                    peer.found.append(found)
        return [peer.line(peers[0]) for peer in peers]


def _machine() -> str:
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {system}, Python {platform.python_version()}, "
        f"{datetime.now(UTC):%Y-%m-%d}, load {os.getloadavg()[0]:.1f} before"
    )


async def main() -> None:
    """Print the table as Markdown."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    machine = _machine()
    async with servers() as running:
        append = await measure(open_append, running, rounds)
        consume = await measure(open_consume, running, rounds)
    print(
        f"Measured on {machine}: median and range of {rounds} rounds in turns, and the median ratio to the first line."
    )
    print("\n| append two events | commands/s | ratio | gives |\n|---|---|---|---|", *append, sep="\n")
    print("\n| consume | events/s | ratio | gives |\n|---|---|---|---|", *consume, sep="\n")
    print(f"\n{FOOT}")


if __name__ == "__main__":
    uvloop.run(main())
