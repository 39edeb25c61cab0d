"""Kafka as the platform uses it: names of topics and groups, and how producers and consumers are set up."""

import asyncio
import logging
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

LARGEST_BATCH_BYTES = 512 * 1024
SEND_SECONDS = 10
ABANDON_SECONDS = 1


def topic(namespace: str, service: str) -> str:
    """The topic that a service publishes to."""
    return f"{namespace}.{service}.v1"


def group(namespace: str, service: str, subscription: str) -> str:
    """The consumer group of a service's subscription."""
    return f"{namespace}.{service}.{subscription}"


def make_producer(bootstrap: str, client: str) -> AIOKafkaProducer:
    """A producer that writes each record once and in order, and is acknowledged by every replica in sync.

    No lingering: what is handed over without a pause goes out in one batch for each partition. `client` is its name in
    the broker's logs and quotas, and in traces.
    """
    _quiet()
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        client_id=client,
        enable_idempotence=True,
        acks="all",
        linger_ms=0,
        max_batch_size=LARGEST_BATCH_BYTES,
        request_timeout_ms=SEND_SECONDS * 1000,
    )


def make_consumer(bootstrap: str, group_id: str, topics: Iterable[str], instance: str | None) -> AIOKafkaConsumer:
    """A member of a consumer group that commits by itself only what it is told to.

    With an `instance` name, unique within the group, a member that comes back within ten seconds keeps its partitions
    and the others notice nothing.
    """
    _quiet()
    return AIOKafkaConsumer(
        *topics,
        bootstrap_servers=bootstrap,
        client_id=group_id,
        group_id=group_id,
        group_instance_id=instance,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=10_000,
        heartbeat_interval_ms=1_000,
        max_poll_interval_ms=300_000,
        metadata_max_age_ms=30_000,  # how soon a partition that was added is noticed
    )


async def reach(bootstrap: str) -> None:
    """See that a broker takes connections: a consumer goes on in silence while none does.

    Raises:
        OSError: none of them does.
    """
    trouble: OSError | None = None
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError as error:
            trouble = error
        else:
            writer.close()
            return
    raise trouble or OSError("no bootstrap server is named")


async def abandon(producer: AIOKafkaProducer) -> None:
    """End a producer without sending what it still holds: `stop` alone would wait for a broker that is away."""
    # aiokafka has no other way to end a producer that cannot send.
    sender, unsent = producer._sender.sender_task, producer._message_accumulator  # noqa: SLF001
    if sender is not None:
        sender.cancel()
        await producer.client.close()
        await asyncio.wait({sender}, timeout=ABANDON_SECONDS)
        sender.cancel()  # the first time it still waits for what is under way
        await asyncio.wait({sender})
    unsent._batches.clear()  # noqa: SLF001
    unsent._pending_batches.clear()  # noqa: SLF001
    await producer.stop()


def _quiet() -> None:
    """aiokafka logs every try while a broker is away; our loops log once that it is, and the error reaches them."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
