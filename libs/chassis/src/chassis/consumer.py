"""The consumer: others' published events, from Kafka to their effect here, once each and in order.

A batch has its effect in one transaction, and where that fails, each event in its own. Only then the offsets are
committed. A commit that comes too late, since the partitions have gone to another member, does no harm: the inbox knows
what is done.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError
from opentelemetry.trace import Span, SpanKind
from opentelemetry.util.types import AttributeValue

from chassis import kafka
from chassis.handle import Store
from chassis.inbox import Arrival, key_text, read_record
from chassis.loops import Outage, end, is_away, run_until
from chassis.metrics import consumer_lag, projection_age, record_committed, record_polled, record_processed
from chassis.parking import settle
from chassis.subscriptions import Projection, Subscription, take_batch
from chassis.telemetry import Cause, current_traceparent, database_span, goes_on, messaging_attributes, span

BATCH = 500
POLL_MILLISECONDS = 500
READ_AT_ONCE = 50
KEYS_AT_ONCE = 6
LEAVE_SECONDS = 3


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one poll brought of one topic."""

    topic: str
    arrivals: Sequence[Arrival]
    offsets: Mapping[TopicPartition, int]
    """Where each partition goes on once these have had their effect."""
    sent: int
    """When the first of them was handed to the broker, in nanoseconds since 1970."""


class Consumer:
    """One member of a subscription's consumer group. More may run, here and in other processes."""

    def __init__(
        self, store: Store, bootstrap: str, namespace: str, subscription: Subscription, *, instance: str | None = None
    ) -> None:
        self._store = store
        self._bootstrap = bootstrap
        self._subscription = subscription
        self._group = kafka.group(namespace, store.service, subscription.name)
        self._topics = [kafka.topic(namespace, service) for service in subscription.topics]
        self._instance = instance
        self.outage = Outage(f"consumer {subscription.name}")
        self._member: AIOKafkaConsumer | None = None
        self._since: int | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until told to stop, through every absence of the database, the keyring and Kafka."""
        await run_until(stop, self._run(stop))

    async def measure(self) -> None:
        """Tell how many messages have not had their effect here, and for how long the first of them has waited."""
        member = self._member
        if member is None:
            return
        behind: dict[str, int] = {}
        ends = await member.end_offsets(list(member.assignment()))
        for partition, end_offset in ends.items():
            done = await member.committed(partition)
            if done is None:
                done = (await member.beginning_offsets([partition]))[partition]
            behind[partition.topic] = behind.get(partition.topic, 0) + max(end_offset - done, 0)
        for topic, lag in behind.items():
            consumer_lag.set(lag, {"messaging.consumer.group.name": self._group, "messaging.destination.name": topic})
        age = 0.0 if self._since is None else max(time.time() - self._since / 1e9, 0)
        projection_age.set(age, {"stodvag.subscription": self._subscription.name})

    async def _run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._join(stop)
            except Exception as error:
                if not is_away(error):
                    raise
                await self.outage.wait(error, stop)

    async def _join(self, stop: asyncio.Event) -> None:
        """Be a member of the group, until told to stop or until the membership is beyond mending."""
        member = kafka.make_consumer(self._bootstrap, self._group, self._topics, self._instance)
        try:
            await member.start()
            self._member = member
            await self._consume(member, stop)
        finally:
            self._member = self._since = None
            with suppress(TimeoutError):
                async with asyncio.timeout(LEAVE_SECONDS):
                    await member.stop()

    async def _consume(self, member: AIOKafkaConsumer, stop: asyncio.Event) -> None:
        """Carry out batch after batch; while one has its effect, the next is fetched and read, and the offsets of the
        one before are committed."""
        polling = asyncio.create_task(self._poll(member))
        committing: asyncio.Task[None] | None = None
        try:
            while not stop.is_set():
                batches = await polling
                self.outage.over()
                polling = asyncio.create_task(self._poll(member))
                for batch in batches:
                    self._since = batch.sent
                    effect = await self._carry_out(batch, stop)
                    if committing is not None:
                        await committing
                        committing = None
                    if effect is None:
                        return
                    committing = asyncio.create_task(self._commit(member, batch, effect.traceparent))
                self._since = None
                if committing is not None and not batches:
                    await committing
            if committing is not None:
                await committing
        finally:
            await end(polling)
            if committing is not None:
                await end(committing)

    async def _poll(self, member: AIOKafkaConsumer) -> list[_Batch]:
        """What there is to do next, by topic: partition after partition, always in one order, so that members that
        have the same records for a moment do not deadlock."""
        asked = time.time_ns()
        records = await member.getmany(timeout_ms=POLL_MILLISECONDS, max_records=BATCH)
        batches = []
        for topic, partitions in groupby(sorted(records), key=lambda partition: partition.topic):
            mine = list(partitions)
            arrivals = await self._read([record for partition in mine for record in records[partition]])
            sent = min(record.timestamp for partition in mine for record in records[partition]) * 1_000_000
            batches.append(_Batch(topic, arrivals, {each: records[each][-1].offset + 1 for each in mine}, sent))
            # Waiting for something to be sent at all is no part of bringing it here.
            with span(
                f"poll {topic}",
                self._attributes("poll", "receive", topic, arrivals),
                kind=SpanKind.CLIENT,
                parent=_goes_on(arrivals),
                links=(arrival.cause for arrival in arrivals),
                started=max(asked, sent),
            ):
                pass
            record_polled((time.time_ns() - max(asked, sent)) / 1e9, topic, self._group, len(arrivals))
        return batches

    async def _read(self, records: Sequence[ConsumerRecord]) -> list[Arrival]:
        """Read records a few at a time, so that the database need not wait for it to be asked the next thing."""
        handles = self._subscription.handles
        arrivals = []
        for start in range(0, len(records), READ_AT_ONCE):
            for each in records[start : start + READ_AT_ONCE]:
                key, value = key_text(each.key), each.value or b""
                arrivals.append(read_record(each.topic, key, each.headers, value, handles, each.partition, each.offset))
            await asyncio.sleep(0)
        return arrivals

    async def _carry_out(self, batch: _Batch, stop: asyncio.Event) -> Cause | None:
        """Give a batch its effect, however long a part is away, and return where the trace goes on; None when told to
        stop before."""
        while not stop.is_set():
            try:
                effect = Cause(await self._process(batch.topic, batch.arrivals))
            except Exception as error:
                if not is_away(error):
                    raise
                await self.outage.wait(error, stop)
            else:
                self.outage.over()
                return effect
        return None

    async def _process(self, topic: str, arrivals: Sequence[Arrival]) -> str | None:
        """Carry out together what can be, and the rest one by one; returns the trace context of the last of it."""
        parent = None
        together = self._leading(arrivals)
        left: Sequence[Arrival] = ()
        if together:
            with self._processing(topic, together):
                parent = current_traceparent()
                left = await self._together(together)
        done = {id(arrival) for arrival in together} - {id(arrival) for arrival in left}
        rest = [arrival for arrival in arrivals if id(arrival) not in done]
        return await self._one_by_one(topic, rest) if rest else parent

    def _leading(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """What can be carried out in one transaction: of each key, the events before the first that needs its own."""
        together, stopped = [], set()
        for arrival in arrivals:
            alone = arrival.event is not None and not isinstance(self._subscription, Projection)
            if arrival.trouble is not None or alone or arrival.key in stopped:
                stopped.add(arrival.key)
            else:
                together.append(arrival)
        return together

    async def _together(self, arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
        """Returns what is left to do one by one: all of it, if any of it fails."""
        try:
            with database_span("take", "take batch"):
                return await take_batch(self._store, self._subscription, arrivals)
        except Exception as error:
            if is_away(error):
                raise
            return arrivals

    async def _one_by_one(self, topic: str, arrivals: Sequence[Arrival]) -> str | None:
        """Settle each event by itself, a few keys at a time, those of one key in order."""
        keys: dict[str, list[Arrival]] = {}
        for arrival in arrivals:
            keys.setdefault(arrival.key, []).append(arrival)
        limit = asyncio.Semaphore(KEYS_AT_ONCE)

        async def settle_key(mine: Sequence[Arrival]) -> str | None:
            parent = None
            async with limit:
                for arrival in mine:
                    with self._processing(topic, [arrival]) as current:
                        parent = current_traceparent()
                        current.set_attribute("stodvag.outcome", await settle(self._store, self._subscription, arrival))
            return parent

        outcomes = await asyncio.gather(*map(settle_key, keys.values()), return_exceptions=True)
        parents = []
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
            parents.append(outcome)
        return parents[-1]

    async def _commit(self, member: AIOKafkaConsumer, batch: _Batch, parent: str | None) -> None:
        """Commit the offsets of what has had its effect, as far as the partitions are still this member's."""
        mine = member.assignment()
        offsets = {partition: offset for partition, offset in batch.offsets.items() if partition in mine}
        if not offsets:
            return
        attributes = self._attributes("commit", "settle", batch.topic, batch.arrivals)
        began, error = time.perf_counter(), None
        try:
            with (
                suppress(CommitFailedError, IllegalStateError),
                span(f"commit {batch.topic}", attributes, kind=SpanKind.CLIENT, parent=parent),
            ):
                await member.commit(offsets)
        except BaseException as failure:
            error = failure
            raise
        finally:
            record_committed(time.perf_counter() - began, batch.topic, self._group, error)

    @contextmanager
    def _processing(self, topic: str, arrivals: Sequence[Arrival]) -> Iterator[Span]:
        """Around what gives these their effect, linked to what caused each."""
        began, error = time.perf_counter(), None
        try:
            with span(
                f"process {topic}",
                self._attributes("process", "process", topic, arrivals),
                kind=SpanKind.CONSUMER,
                parent=_goes_on(arrivals),
                links=(arrival.cause for arrival in arrivals),
            ) as current:
                yield current
        except BaseException as failure:
            error = failure
            raise
        finally:
            record_processed(time.perf_counter() - began, topic, self._group, error)

    def _attributes(self, name: str, type_: str, topic: str, arrivals: Sequence[Arrival]) -> dict[str, AttributeValue]:
        attributes = messaging_attributes(name, type_, topic, self._group)
        attributes["messaging.consumer.group.name"] = self._group
        attributes["stodvag.subscription"] = self._subscription.name
        if len(arrivals) == 1:
            attributes |= arrivals[0].place
        else:
            attributes["messaging.batch.message_count"] = len(arrivals)
        return attributes


def _goes_on(arrivals: Sequence[Arrival]) -> str | None:
    envelope = arrivals[0].envelope
    return goes_on((arrival.traceparent for arrival in arrivals), envelope.time) if envelope else None
