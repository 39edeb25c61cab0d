"""What the tests of relay, consumer and parking share: a projection of the sample service's events, and its topic."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from tests.integration.chassis.given import NOON, owner_rows
from tests.integration.chassis.sample import SERVICE, AmountAdded

from chassis import kafka as kafka_names
from chassis.database import Connection, Pool
from chassis.decider import Step
from chassis.parking import ParkedKey, list_parked
from chassis.received import Received
from chassis.subscriptions import Projection, Reaction
from contracts.envelope import Envelope, Headers
from contracts.published import Published, write
from local_platform.postgres import Database

CANARY = "Kim Testsson, 20100109-2384"
PARTITIONS = 6

React = Callable[[Received], Sequence[Step[Any]] | None]


class Loop(Protocol):
    """A relay or a consumer."""

    async def run(self, stop: asyncio.Event) -> None:
        """Run until told to stop."""
        ...


@asynccontextmanager
async def running(*loops: Loop) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Run loops meanwhile. A test may cancel one of the tasks, as a process that is killed."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        try:
            yield [group.create_task(loop.run(stop)) for loop in loops]
        finally:
            stop.set()


async def make_topic(bootstrap: str, namespace: str) -> str:
    """The sample service's topic."""
    topic = kafka_names.topic(namespace, SERVICE)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, PARTITIONS, 1)])
    finally:
        await admin.close()
    return topic


@dataclass
class Heard:
    """A projection that adds up what it hears, and fails where the test says so, with an error that tells too much."""

    failing: set[UUID] = field(default_factory=set)
    """Ids of events."""
    failures: int = 0
    slow: float = 0
    """How long a batch takes at least, in seconds."""
    projected: int = 0

    @property
    def projection(self) -> Projection:
        """As a subscription."""
        return Projection(name="heard", topics=(SERVICE,), handles=frozenset({AmountAdded}), apply=self._apply)

    async def _apply(self, connection: Connection, received: list[Received]) -> None:
        if any(each.envelope.id in self.failing for each in received):
            self.failures += 1
            raise ValueError(f"cannot hear of {CANARY}")
        await connection.execute("select pg_sleep($1)", self.slow)
        self.projected += len(received)
        amounts = [each.event.amount for each in received if isinstance(each.event, AmountAdded)]
        await connection.execute(
            "insert into heard (board_id, stream_id, total, events) "
            "select current_board(), a.stream, sum(a.amount), count(*) "
            "from unnest($1::uuid[], $2::bigint[]) a (stream, amount) "
            "group by a.stream on conflict (stream_id) do update "
            "set total = heard.total + excluded.total, events = heard.events + excluded.events",
            [each.envelope.stream for each in received],
            amounts,
        )


@dataclass(frozen=True)
class Told:
    """An event as a test publishes it by hand."""

    envelope: Envelope
    event: Published
    key: UUID


def tell(board: UUID, stream: UUID, sequence: int, *, amount: int = 1, case: UUID | None = None) -> Told:
    """An amount was added, as the sample service publishes it."""
    envelope = Envelope(
        id=uuid4(),
        type=AmountAdded.type,
        source=SERVICE,
        time=NOON,
        board=board,
        stream=stream,
        sequence=sequence,
        role="caseworker",
        purpose="test",
        traceparent=None,
    )
    key = case or stream
    return Told(envelope, AmountAdded(case_id=key, added_at=NOON, amount=amount, total=amount, owner=None), key)


def with_type(told: Told, type_: str) -> Told:
    """The same, under another type."""
    return replace(told, envelope=told.envelope._replace(type=type_))


async def publish(bootstrap: str, topic: str, told: Iterable[Told]) -> None:
    """Publish events in this order."""
    await publish_raw(
        bootstrap, topic, [(str(each.key).encode(), each.envelope.to_headers(), write(each.event)) for each in told]
    )


async def publish_raw(bootstrap: str, topic: str, records: Sequence[tuple[bytes | None, Headers, bytes]]) -> None:
    """Publish records, whatever they are."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for key, headers, value in records:
            await producer.send(topic, key=key, headers=headers, value=value)


async def heard(database: Database) -> dict[UUID, tuple[int, int]]:
    """What was heard of each stream: the sum of all amounts, and how many."""
    found = await owner_rows(database.owner_dsn, "select stream_id, total, events from heard")
    return {row["stream_id"]: (row["total"], row["events"]) for row in found}


async def order_of_effects(database: Database, subscription: str = "heard") -> dict[UUID, list[int]]:
    """The sequence numbers of each stream, in the order that they had their effect."""
    order: dict[UUID, list[int]] = {}
    query = "select stream_id, sequence from inbox where subscription = $1 order by place"
    for row in await owner_rows(database.owner_dsn, query, subscription):
        order.setdefault(row["stream_id"], []).append(row["sequence"])
    return order


async def outcomes(database: Database, subscription: str = "heard") -> dict[UUID, str]:
    """What became of each event, by its id."""
    query = "select event_id, outcome from inbox where subscription = $1"
    return {row["event_id"]: row["outcome"] for row in await owner_rows(database.owner_dsn, query, subscription)}


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something holds; the test's own time limit ends it otherwise."""
    while not await holds():  # noqa: ASYNC110  # what is waited for sets no event
        await asyncio.sleep(0.05)


async def until_row(dsn: str, query: str, *arguments: object) -> asyncpg.Record:
    """Wait until a query gives a row, and return it. One connection asks, since signing in is dear."""
    connection = await asyncpg.connect(dsn)
    try:
        while (row := await connection.fetchrow(query, *arguments)) is None:  # noqa: ASYNC110  # a table sets no event
            await asyncio.sleep(0.03)
    finally:
        await connection.close()
    return row


async def until_kept(database: Database, count: int, subscription: str = "heard") -> None:
    """Wait until this many events are in the inbox."""
    query = "select from inbox where subscription = $1 having count(*) >= $2"
    await until_row(database.owner_dsn, query, subscription, count)


async def until_parked(database: Database, pool: Pool, count: int, subscription: str = "heard") -> list[ParkedKey]:
    """Wait until this many events are parked, and say which keys they are."""
    query = "select from parked where subscription = $1 having count(*) >= $2"
    await until_row(database.owner_dsn, query, subscription, count)
    return await list_parked(pool, subscription)


def reaction(react: React, name: str = "reacting") -> Reaction:
    """A reaction to amounts that were added."""
    return Reaction(name=name, topics=(SERVICE,), handles=frozenset({AmountAdded}), react=react, purpose="test")


async def totals(database: Database) -> dict[UUID, int]:
    """What each ledger holds."""
    found = await owner_rows(database.owner_dsn, "select stream_id, total from ledgers")
    return {row["stream_id"]: row["total"] for row in found}


async def committed(kafka: str, namespace: str, topic: str, subscription: str = "heard") -> int:
    """How many records of the topic the group has committed."""
    settings = {"bootstrap_servers": kafka, "group_id": kafka_names.group(namespace, SERVICE, subscription)}
    async with AIOKafkaConsumer(enable_auto_commit=False, **settings) as reader:
        partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]
        reader.assign(partitions)
        return sum([await reader.committed(partition) or 0 for partition in partitions])


async def all_committed(kafka: str, namespace: str, topic: str, count: int, subscription: str = "reacting") -> bool:
    """Whether the group has committed this many records."""
    return await committed(kafka, namespace, topic, subscription) == count
