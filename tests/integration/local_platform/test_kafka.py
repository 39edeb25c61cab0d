"""Kafka as our own child, and the topics on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from local_platform.kafka import Kafka
from local_platform.processes import PartFailed
from local_platform.settings import Settings
from local_platform.topics import Topic, apply_topics, read_topics

TOPIC = Topic(service="sample", partitions=2, retention_days=30, owner="tests")


async def test_what_was_acknowledged_survives_a_kill(settings: Settings) -> None:
    ports = settings.ports
    broker = Kafka(settings.home / "kafka", ports["kafka"], ports["kafka-controller"], settings.log("kafka"))
    await broker.start()
    try:
        await apply_topics(broker.address, "kept", [TOPIC])
        await _send(broker.address, "kept.sample.v1", [b"%d" % number for number in range(100)])
        broker.kill9()
        await broker.restart()
        assert await _count(broker.address, "kept.sample.v1") == 100
    finally:
        await broker.stop()


async def test_topics_are_made_and_are_there_when_the_call_returns(kafka: str, namespace: str) -> None:
    await apply_topics(kafka, namespace, read_topics())
    assert await _partitions(kafka, namespace, read_topics()) == [topic.partitions for topic in read_topics()]
    assert await _retention_days(kafka, f"{namespace}.intake.v1") == read_topics()[0].retention_days


async def test_applying_again_adds_partitions_and_sets_the_retention(kafka: str, namespace: str) -> None:
    await apply_topics(kafka, namespace, [TOPIC])
    grown = replace(TOPIC, partitions=5, retention_days=7)
    for _ in range(2):
        await apply_topics(kafka, namespace, [grown])
        assert await _partitions(kafka, namespace, [grown]) == [5]
        assert await _retention_days(kafka, f"{namespace}.sample.v1") == 7


async def test_fewer_partitions_are_refused_with_the_topic_named(kafka: str, namespace: str) -> None:
    await apply_topics(kafka, namespace, [TOPIC])
    with pytest.raises(PartFailed, match=rf"{namespace}\.sample\.v1 has 2 partitions"):
        await apply_topics(kafka, namespace, [replace(TOPIC, partitions=1)])


async def test_what_the_broker_refuses_is_told(kafka: str, namespace: str) -> None:
    with pytest.raises(PartFailed, match="Kafka refused topic"):
        await apply_topics(kafka, f"{namespace} with spaces", [TOPIC])


async def _send(bootstrap: str, topic: str, messages: list[bytes]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True) as producer:
        for message in messages:
            await producer.send_and_wait(topic, message)


async def _count(bootstrap: str, topic: str) -> int:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        partitions = [TopicPartition(topic, number) for number in range(TOPIC.partitions)]
        return sum((await consumer.end_offsets(partitions)).values())


async def _partitions(bootstrap: str, namespace: str, topics: list[Topic]) -> list[int]:
    async with _admin(bootstrap) as admin:
        described = await admin.describe_topics([topic.name(namespace) for topic in topics])
        found = {topic["topic"]: len(topic["partitions"]) for topic in described}
    return [found[topic.name(namespace)] for topic in topics]


async def _retention_days(bootstrap: str, topic: str) -> float:
    async with _admin(bootstrap) as admin:
        asked = ConfigResource(ConfigResourceType.TOPIC, topic, {"retention.ms": None})
        response = (await admin.describe_configs([asked]))[0]
    milliseconds = int(response.resources[0][4][0][1])
    return milliseconds / (24 * 60 * 60 * 1000)


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()
