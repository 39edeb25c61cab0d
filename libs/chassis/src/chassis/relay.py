"""The relay: takes published events from the outbox to Kafka, in order, and deletes them once they are acknowledged.

A serial number is not commit order, so no position is remembered: whatever row is lowest is sent next. Rows of one
stream have rising numbers, since each was written after the one before had committed. Delivery is at least once; a
relay that stalls and wakes can only send again what consumers know already.
"""

import asyncio
import time
from collections.abc import Sequence

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata
from opentelemetry.trace import SpanKind

from chassis import kafka
from chassis.loops import Outage, end, is_away, pause, run_until
from chassis.metrics import record_sent
from chassis.telemetry import Cause, goes_on, messaging_attributes, span
from contracts.envelope import Envelope

BATCH = 500
SHORTEST_POLL_SECONDS = 0.02
LONGEST_POLL_SECONDS = 0.1
ELECTION_SECONDS = 0.5

_LEADER = 0x5357_5245_4C41_5901
_HEAD = "select * from outbox_head($1, $2)"


class Relay:
    """One service's relay. Several processes may run it; one at a time leads, and two at once do no harm."""

    def __init__(self, dsn: str, bootstrap: str, namespace: str, service: str, appended: asyncio.Event) -> None:
        self._dsn = dsn
        self._bootstrap = bootstrap
        self._service = service
        self._topic = kafka.topic(namespace, service)
        self._client = f"{namespace}.{service}.relay"
        self._appended = appended
        self.outage = Outage("relay")

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until told to stop, through every absence of the database and of Kafka."""
        await run_until(stop, self._run(stop))

    async def _run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._lead(stop)
            except Exception as error:
                if not is_away(error):
                    raise
                await self.outage.wait(error, stop)

    async def _lead(self, stop: asyncio.Event) -> None:
        """Relay as the leader, once that is one's turn. A lost session has lost the lock, and every step needs it."""
        session = await asyncpg.connect(self._dsn, timeout=10, command_timeout=30, server_settings={"timezone": "UTC"})
        producer = kafka.make_producer(self._bootstrap, self._client)
        try:
            # Waiting inside PostgreSQL would hold a snapshot, and keep the outbox's deleted rows from being cleared.
            while not await session.fetchval("select pg_try_advisory_lock($1)", _LEADER):
                self.outage.over()
                await pause(stop, ELECTION_SECONDS)
                if stop.is_set():
                    return
            await producer.start()
            await self._relay(session, producer, stop)
        finally:
            session.terminate()
            await kafka.abandon(producer)

    async def _relay(
        self, session: "asyncpg.Connection[asyncpg.Record]", producer: AIOKafkaProducer, stop: asyncio.Event
    ) -> None:
        """Send batch after batch; while the broker works on one, delete the one before and read the next.

        Any trouble ends it: a producer that failed to send may have dropped a record in the middle.
        """
        rows: list[asyncpg.Record] = []
        sent: list[int] = []
        poll = SHORTEST_POLL_SECONDS
        while rows or sent or not stop.is_set():
            self._appended.clear()
            positions = [row["position"] for row in rows]
            acknowledgements = asyncio.create_task(self._send(producer, rows))
            try:
                if sent:
                    await session.execute("select outbox_sent($1)", sent)
                following = [] if stop.is_set() else await session.fetch(_HEAD, positions, BATCH)
                await acknowledgements
            finally:
                await end(acknowledgements)
            self.outage.over()
            rows, sent = following, positions
            if rows or sent:
                poll = SHORTEST_POLL_SECONDS
            else:
                await pause(self._appended, poll)
                poll = min(poll * 1.5, LONGEST_POLL_SECONDS)

    async def _send(self, producer: AIOKafkaProducer, rows: Sequence[asyncpg.Record]) -> None:
        """Hand a batch over and wait until all of it is acknowledged."""
        if not rows:
            return
        envelopes = [self._envelope(row) for row in rows]
        attributes = messaging_attributes("send", "send", self._topic, self._client)
        if len(rows) > 1:
            attributes["messaging.batch.message_count"] = len(rows)
        began, error = time.perf_counter(), None
        try:
            with span(
                f"send {self._topic}",
                attributes,
                kind=SpanKind.PRODUCER,
                parent=goes_on((each.traceparent for each in envelopes), envelopes[0].time),
                links=(Cause(each.traceparent) for each in envelopes),
            ) as current:
                acknowledged = await self._acknowledge(producer, rows, envelopes)
                if len(rows) == 1:
                    current.set_attribute("messaging.destination.partition.id", str(acknowledged[0].partition))
                    current.set_attribute("messaging.kafka.offset", acknowledged[0].offset)
        except BaseException as failure:
            error = failure
            raise
        finally:
            record_sent(time.perf_counter() - began, self._topic, len(rows), error)

    async def _acknowledge(
        self, producer: AIOKafkaProducer, rows: Sequence[asyncpg.Record], envelopes: Sequence[Envelope]
    ) -> Sequence[RecordMetadata]:
        """Hand over a batch; where each of it lies once the broker has it."""
        pending: list[asyncio.Future[RecordMetadata]] = []
        try:
            async with asyncio.timeout(kafka.SEND_SECONDS):
                for row, envelope in zip(rows, envelopes, strict=True):
                    acknowledgement = await producer.send(
                        self._topic,
                        key=str(row["key"]).encode(),
                        value=row["value"].encode(),
                        headers=envelope.to_headers(),
                    )
                    pending.append(acknowledgement)
                return await asyncio.gather(*pending)
        finally:
            for acknowledgement in pending:
                if not acknowledgement.cancel() and not acknowledgement.cancelled():
                    acknowledgement.exception()  # or asyncio logs that nobody asked for it

    def _envelope(self, row: asyncpg.Record) -> Envelope:
        return Envelope(
            id=row["event_id"],
            type=row["type"],
            source=self._service,
            time=row["recorded_at"],
            board=row["board_id"],
            stream=row["stream_id"],
            sequence=row["sequence"],
            role=row["role"],
            purpose=row["purpose"],
            traceparent=row["traceparent"],
        )
