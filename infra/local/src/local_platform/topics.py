"""Brings a broker's topics to what topics.toml says."""

import asyncio
import time
import tomllib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from local_platform.checkout import CHECKOUT
from local_platform.processes import PartFailed

TOPICS_FILE = CHECKOUT / "infra" / "kafka" / "topics.toml"
_MILLISECONDS_PER_DAY = 24 * 60 * 60 * 1000
_TOPIC_EXISTS = 36
_VISIBLE_WITHIN_SECONDS = 30


@dataclass(frozen=True)
class Topic:
    """One line of topics.toml. `retention_days` is how long events can be read again from Kafka."""

    service: str
    partitions: int
    retention_days: int
    owner: str

    def name(self, namespace: str) -> str:
        """The topic's name on a broker."""
        return f"{namespace}.{self.service}.v1"

    @property
    def settings(self) -> dict[str, str]:
        """The broker's settings for this topic; what is not here has the broker's default."""
        return {"retention.ms": str(self.retention_days * _MILLISECONDS_PER_DAY), "cleanup.policy": "delete"}


def read_topics(file: Path = TOPICS_FILE) -> list[Topic]:
    """The topics that a file asks for."""
    return [Topic(**entry) for entry in tomllib.loads(file.read_text())["topics"]]


async def apply_topics(bootstrap: str, namespace: str, topics: Sequence[Topic]) -> None:
    """Create what is missing, add partitions, set the retention. Applying twice changes nothing.

    Raises PartFailed when the broker refuses, or where a topic has more partitions than asked for.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        await _create_missing(admin, namespace, topics)
        await _until(lambda: _all_present(admin, namespace, topics))
        await _add_partitions(admin, namespace, topics)
        await _set_retention(admin, namespace, topics)
        await _until(lambda: _all_as_asked(admin, namespace, topics))
    finally:
        await admin.close()


async def _create_missing(admin: AIOKafkaAdminClient, namespace: str, topics: Sequence[Topic]) -> None:
    brokers = (await admin.describe_cluster())["brokers"]
    copies = min(3, len(brokers))
    wanted = [
        NewTopic(topic.name(namespace), topic.partitions, copies, topic_configs=topic.settings) for topic in topics
    ]
    _refuse_errors((await admin.create_topics(wanted)).topic_errors, accept=_TOPIC_EXISTS)


async def _add_partitions(admin: AIOKafkaAdminClient, namespace: str, topics: Sequence[Topic]) -> None:
    present = await _count_partitions(admin, namespace, topics)
    for topic in topics:
        name = topic.name(namespace)
        if present[name] > topic.partitions:
            raise PartFailed(
                f"Topic {name} has {present[name]} partitions, more than topics.toml says: they cannot be taken away"
            )
        if present[name] < topic.partitions:
            grown = await admin.create_partitions({name: NewPartitions(topic.partitions)})
            _refuse_errors(grown.topic_errors)


async def _set_retention(admin: AIOKafkaAdminClient, namespace: str, topics: Sequence[Topic]) -> None:
    settings = [ConfigResource(ConfigResourceType.TOPIC, topic.name(namespace), topic.settings) for topic in topics]
    for response in await admin.alter_configs(settings):
        _refuse_errors([(name, code, text) for code, text, _, name in response.resources])


async def _count_partitions(admin: AIOKafkaAdminClient, namespace: str, topics: Sequence[Topic]) -> dict[str, int]:
    described = await admin.describe_topics([topic.name(namespace) for topic in topics])
    return {topic["topic"]: len(topic["partitions"]) for topic in described}


async def _all_present(admin: AIOKafkaAdminClient, namespace: str, topics: Sequence[Topic]) -> bool:
    return all((await _count_partitions(admin, namespace, topics)).values())


async def _all_as_asked(admin: AIOKafkaAdminClient, namespace: str, topics: Sequence[Topic]) -> bool:
    partitions = await _count_partitions(admin, namespace, topics)
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name(namespace), topic.settings) for topic in topics]
    settings = {
        name: {entry[0]: entry[1] for entry in entries}
        for response in await admin.describe_configs(asked)
        for _, _, _, name, entries in response.resources
    }
    return all(
        partitions[topic.name(namespace)] == topic.partitions and settings[topic.name(namespace)] == topic.settings
        for topic in topics
    )


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    """The controller decides first, and the broker shows it a moment later; who starts in between misses it."""
    deadline = time.monotonic() + _VISIBLE_WITHIN_SECONDS
    while not await holds():
        if time.monotonic() > deadline:
            raise PartFailed(f"Kafka did not show its topics within {_VISIBLE_WITHIN_SECONDS} s: see the broker's log")
        await asyncio.sleep(0.05)


def _refuse_errors(errors: Sequence[tuple[str, int, str | None]], accept: int = 0) -> None:
    for name, code, text in errors:
        if code not in {0, accept}:
            raise PartFailed(f"Kafka refused topic {name}: {text or for_code(code).__name__}")
