"""What a person meets: a command through the gateway, how soon follow-up shows it; tracing's cost, memory, start."""

import asyncio
import copy
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from statistics import median, quantiles
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import psutil
import yaml
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from tests.bench.commands import AT_ONCE, BOARD, HALF, REST, WHOLE, at_once
from tests.bench.measure import ROUNDS, Row, in_turns, per_second
from tests.bench.wire import Wire

from local_platform.checkout import CHECKOUT
from local_platform.demo import make_throw_away_folder
from local_platform.gateway import command as gateway_command
from local_platform.platform import Platform
from local_platform.processes import accepts_connections, free_port, start_child, wait_until_ready
from local_platform.services import ServiceProcess
from local_platform.settings import free_ports, port_variable

BATCH = 600
"""Requests in one turn."""
RATE = 50
"""Requests a second where a person would not notice a queue."""
SECONDS = 6
"""How long a turn at that rate lasts."""

_APPLICATIONS = "/api/intake/v1/applications"
_WHOLE = WHOLE.model_dump_json(exclude_none=True, exclude_defaults=True).encode()
_HALF = HALF.model_dump_json(exclude_none=True, exclude_defaults=True).encode()
_REST = REST.model_dump_json(exclude_none=True).encode()


async def measure_http(running: Platform, rounds: int = ROUNDS) -> Row:
    """The same as `command` through the gateway; the floor is a bare route behind the same gateway.

    As there, nothing else works meanwhile on what is written: what Kafka and the other services make of it has rows of
    its own.
    """
    signed = {"authorization": f"Bearer {running.tokens.issue('caseworker', [BOARD], 'bench')}"}
    async with (
        _intake_alone(running) as intake_port,
        _with_bare_route(running, intake_port) as port,
        Wire("127.0.0.1", port, AT_ONCE) as wire,
    ):
        waiting = [
            json.loads(body)["case_id"]
            for body in await _send(wire, [(_APPLICATIONS, _HALF, {})] * (BATCH // 2 * (rounds + 1)))
        ]

        async def ours() -> float:
            asked: list[_Request] = []
            for _ in range(BATCH // 2):
                asked += [(_APPLICATIONS, _WHOLE, {}), (f"{_APPLICATIONS}/{waiting.pop()}/completion", _REST, signed)]
            return await per_second(BATCH, lambda: _send(wire, asked))

        async def floor() -> float:
            return await per_second(BATCH, lambda: _send(wire, [("/bare", _WHOLE, {})] * BATCH))

        return Row("http_command", "requests/s", 0.60, "higher", *await in_turns(ours, floor, rounds))


async def measure_visible(running: Platform, rounds: int = 3) -> list[Row]:
    """From an accepted request to its row in follow-up, against one commit, one Kafka round trip and one commit."""
    ours_found: list[list[float]] = []
    floor_found: list[list[float]] = []
    async with Wire("127.0.0.1", running.settings.ports["gateway"], AT_ONCE) as wire:
        await _seen_after(running, wire)
        for _ in range(rounds):
            floor_found.append(await _bare_round_trips(running))
            ours_found.append(await _seen_after(running, wire))
    rows = []
    for name, reach, part in (("visible_p50", 3.0, 50), ("visible_p99", 10.0, 99)):
        ours, floor = (tuple(quantiles(found, n=100)[part - 1] for found in each) for each in (ours_found, floor_found))
        rows.append(Row(name, "ms", reach, "lower", ours, floor))
    return rows


async def measure_tracing(running: Platform, rounds: int = ROUNDS) -> list[Row]:
    """Two processes of intake side by side, one that traces to a receiver and one that does not."""
    receiver, sink = free_port(), running.settings.home / "sink.log"
    sinking = start_child("The span receiver", [sys.executable, "-m", "tests.bench.sink", str(receiver)], sink)
    try:
        traced = await _intake_process(running, "traced", {"STODVAG_OTLP": f"http://127.0.0.1:{receiver}"})
        untraced = await _intake_process(running, "untraced", {"STODVAG_OTLP": ""})
        async with _wire_to(traced) as on, _wire_to(untraced) as off:

            async def calm(wire: Wire) -> float:
                return median(await _at_rate(wire)) * 1000

            async def full(wire: Wire) -> float:
                return 1e6 / await per_second(BATCH, lambda: _send(wire, [(_APPLICATIONS, _WHOLE, {})] * BATCH))

            calm_found = await in_turns(lambda: calm(on), lambda: calm(off), rounds)
            full_found = await in_turns(lambda: full(on), lambda: full(off), rounds)
        await traced.stop()
        await untraced.stop()
    finally:
        await sinking.stop(grace=2)
    return [
        Row("tracing_p50", "ms", 1.15, "lower", *calm_found),
        Row("tracing_full", "µs", 2.0, "lower", *full_found),
    ]


async def measure_memory(running: Platform) -> Row:
    """One process of intake after the load of thousands of requests, against itself when it was ready."""
    process = await _intake_process(running, "measured", {})
    async with _wire_to(process) as wire:
        await _send(wire, [(_APPLICATIONS, _WHOLE, {})] * AT_ONCE)
        at_start = _megabytes(process)
        for _ in range(10):
            await _send(wire, [(_APPLICATIONS, _WHOLE, {})] * BATCH)
    after = _megabytes(process)
    await process.stop()
    # At most 1.2 × its start, and at most 200 MB: the floor is whichever asks for more.
    return Row("memory", "MB", 1.2, "lower", (after,), (min(at_start, 200 / 1.2),))


async def measure_start(rounds: int = 3) -> Row:
    """`make run` on data that are there, from the command to the last line, against thirty seconds."""
    home = make_throw_away_folder()
    ports = {port_variable(part): str(port) for part, port in free_ports().items()}
    environment = {**os.environ, **ports, "STODVAG_HOME": str(home)}
    seconds = [await _start_once(environment) for _ in range(rounds + 1)]
    return Row("start", "s", 1.0, "lower", tuple(seconds[1:]), (30.0,) * rounds)


_Request = tuple[str, bytes, Mapping[str, str]]


async def _send(wire: Wire, asked: Sequence[_Request]) -> list[bytes]:
    answers: list[bytes] = []

    async def one(path: str, body: bytes, headers: Mapping[str, str]) -> None:
        status, answer = await wire.post(path, body, {"idempotency-key": str(uuid4()), **headers})
        if status not in {200, 201}:
            raise RuntimeError(f"{path} answered {status}")
        answers.append(answer)

    await at_once([lambda each=each: one(*each) for each in asked])  # type: ignore[misc]
    return answers


async def _at_rate(wire: Wire, accepted: Callable[[bytes, float], object] = lambda *_: None) -> list[float]:
    """Whole applications at an even rate, whatever the answers take; how long each took, in seconds."""
    took: list[float] = []

    async def one() -> None:
        started = time.perf_counter()
        [answer] = await _send(wire, [(_APPLICATIONS, _WHOLE, {})])
        now = time.perf_counter()
        took.append(now - started)
        accepted(answer, now)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(RATE * SECONDS):
            await asyncio.sleep(max(0.0, started + number / RATE - time.perf_counter()))
            group.create_task(one())
    return took


async def _seen_after(running: Platform, wire: Wire) -> list[float]:
    """Milliseconds from each answer until follow-up's results hold the case."""
    accepted: dict[UUID, float] = {}
    seen: dict[UUID, float] = {}
    owner = await asyncpg.connect(running.databases["followup"].owner_dsn)
    try:

        async def look() -> None:
            while len(seen) < RATE * SECONDS:
                rows = await owner.fetch(
                    "select case_id from cases where case_id = any($1)", list(accepted.keys() - seen.keys())
                )
                now = time.perf_counter()
                seen.update((row["case_id"], now) for row in rows)
                await asyncio.sleep(0.002)

        looking = asyncio.create_task(look())
        await _at_rate(wire, lambda answer, now: accepted.setdefault(UUID(json.loads(answer)["case_id"]), now))
        async with asyncio.timeout(30):
            await looking
    finally:
        await owner.close()
    return [max(0.0, (seen[case] - at) * 1000) for case, at in accepted.items()]


async def _bare_round_trips(running: Platform) -> list[float]:
    """Milliseconds of a commit, a record sent and received, and a commit, at the same rate."""
    topic = f"{running.settings.namespace}.followup.v1"
    dsn, took = running.databases["followup"].owner_dsn, []
    ended: dict[bytes, asyncio.Future[None]] = {}
    async with (
        asyncpg.create_pool(dsn) as pool,
        AIOKafkaProducer(bootstrap_servers=running.kafka_address, acks="all") as producer,
        AIOKafkaConsumer(topic, bootstrap_servers=running.kafka_address) as consumer,
    ):
        await pool.execute("create table if not exists bare (id uuid primary key, place text, value text)")

        async def receive() -> None:
            async for record in consumer:
                if record.value in ended:
                    await pool.execute("insert into bare values ($1, 'after', $2)", uuid4(), _WHOLE.decode())
                    ended[record.value].set_result(None)

        async def one(name: bytes) -> None:
            started = time.perf_counter()
            ended[name] = asyncio.get_running_loop().create_future()
            await pool.execute("insert into bare values ($1, 'before', $2)", uuid4(), _WHOLE.decode())
            await producer.send_and_wait(topic, name)
            await ended[name]
            took.append((time.perf_counter() - started) * 1000)

        receiving = asyncio.create_task(receive())
        await one(b"warm")
        took.clear()
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number in range(RATE * SECONDS):
                await asyncio.sleep(max(0.0, started + number / RATE - time.perf_counter()))
                group.create_task(one(str(number).encode()))
        receiving.cancel()
        await pool.execute("drop table bare")
    return took


async def _intake_process(running: Platform, name: str, changed: Mapping[str, str]) -> ServiceProcess:
    """One more process of intake that only answers requests."""
    environment = {**running.environments["intake"], "STODVAG_ROLES": "api", **changed}
    process = ServiceProcess(name, "intake", free_port(), environment, running.settings.log(name))
    running.services[name] = process
    await process.start()
    return process


def _wire_to(process: ServiceProcess) -> Wire:
    return Wire("127.0.0.1", _port_of(process), AT_ONCE)


def _port_of(process: ServiceProcess) -> int:
    return int(process.url.rpartition(":")[2])


def _megabytes(process: ServiceProcess) -> float:
    return float(psutil.Process(process.child.pid).memory_info().rss / 1e6)


@asynccontextmanager
async def _intake_alone(running: Platform) -> AsyncIterator[int]:
    """The port of an intake that only answers requests, while all other services stand still."""
    others = list(running.services.values())
    for each in others:
        await each.stop()
    alone = await _intake_process(running, "alone", {})
    yield _port_of(alone)
    await alone.stop()
    for each in others:
        await each.start()


@asynccontextmanager
async def _with_bare_route(running: Platform, intake_port: int) -> AsyncIterator[int]:
    """The port of a second gateway, like the platform's but for where intake is, and one more route: to a bare
    application."""
    bare_port, gate_port = free_port(), free_port()
    folder = running.settings.home / "bare"
    folder.mkdir(exist_ok=True)
    dsn = running.databases["intake"].owner_dsn
    owner = await asyncpg.connect(dsn)
    await owner.execute("create table bare (like events including defaults, primary key (stream_id, version))")
    await owner.execute("alter table bare alter position drop not null")
    command = [sys.executable, "-m", "uvicorn", "tests.bench.bare:app", "--port", str(bare_port), "--no-access-log"]
    bare = start_child(
        "The bare application", command, folder / "bare.log", environment={**os.environ, "BARE_DSN": dsn}
    )
    configuration = folder / "envoy.yaml"
    written = (running.settings.home / "gateway" / "envoy.yaml").read_text()
    configuration.write_text(yaml.safe_dump(_with_route(yaml.safe_load(written), gate_port, intake_port, bare_port)))
    gateway = start_child("The second gateway", gateway_command(configuration), folder / "gateway.log")
    try:
        await wait_until_ready(bare, lambda: accepts_connections(bare_port), seconds=30)
        await wait_until_ready(gateway, lambda: accepts_connections(gate_port), seconds=30)
        yield gate_port
    finally:
        await gateway.stop(grace=5)
        await bare.stop(grace=5)
        await owner.execute("drop table bare")
        await owner.close()


def _with_route(configuration: Any, gate_port: int, intake_port: int, bare_port: int) -> Any:
    """A gateway's configuration on another port, with intake elsewhere and /bare before its own routes."""
    resources = configuration["static_resources"]
    configuration.pop("admin", None)
    [door] = [each for each in resources["listeners"] if each["name"] == "door"]
    door["address"]["socket_address"]["port_value"] = gate_port
    manager = door["filter_chains"][0]["filters"][-1]["typed_config"]
    intake = next(each for each in resources["clusters"] if each["name"] == "intake")
    bare = copy.deepcopy(intake) | {"name": "bare"}
    bare["load_assignment"]["cluster_name"] = "bare"
    resources["clusters"].append(bare)
    for cluster, its_port in ((intake, intake_port), (bare, bare_port)):
        [[endpoint]] = [each["lb_endpoints"] for each in cluster["load_assignment"]["endpoints"]]
        endpoint["endpoint"]["address"]["socket_address"]["port_value"] = its_port
    routes = manager["route_config"]["virtual_hosts"][0]["routes"]
    routes.insert(0, {"match": {"prefix": "/bare"}, "route": {"cluster": "bare", "timeout": "15s"}})
    return configuration


async def _start_once(environment: Mapping[str, str]) -> float:
    """Seconds until `make run` has nothing more to say; then it is stopped."""
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        "make", "run", cwd=CHECKOUT, env=dict(environment), stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    async with asyncio.timeout(300):
        while line := await process.stdout.readline():
            if b"Ctrl-C" in line:
                break
    took = time.perf_counter() - started
    os.killpg(process.pid, signal.SIGINT)
    await process.stdout.read()
    await process.wait()
    return took
