"""From intake's topic to assessment's own, on a real broker: a request opens the case, and that is published."""

import asyncio
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from tests.integration.assessment.conftest import BOARD, requested
from tests.integration.opened import Running

from assessment.consumer import OPENING
from assessment.store import INVESTIGATION
from chassis import kafka as names
from chassis.consumer import Consumer
from chassis.relay import Relay
from contracts.assessment import InvestigationOpened
from contracts.envelope import Envelope
from contracts.published import read, write


async def test_intakes_request_opens_a_case_and_the_opening_is_published(
    running: Running, kafka: str, namespace: str
) -> None:
    envelope, event = await requested(running)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(names.topic(namespace, name), 3, 1) for name in ("intake", "assessment")])
    finally:
        await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for _ in range(2):  # At least once: the second delivery must change nothing.
            await producer.send_and_wait(
                names.topic(namespace, "intake"),
                key=str(event.case_id).encode(),
                headers=envelope.to_headers(),
                value=write(event),
            )
    store, stop = running.desk.store, asyncio.Event()
    async with asyncio.TaskGroup() as loops:
        loops.create_task(Consumer(store, kafka, namespace, OPENING).run(stop))
        relay = Relay(running.settings.database, kafka, namespace, "assessment", store.appended)
        loops.create_task(relay.run(stop))
        try:
            published = await _first_of(kafka, names.topic(namespace, "assessment"), event.case_id)
        finally:
            stop.set()
    assert published[0].board == BOARD
    assert published[0].sequence == 1
    assert published[1].child
    assert published[1].due_at is not None
    history = await store.pool.fetch("select version from load_streams($1, $2, $3, null)", BOARD, [event.case_id], [0])
    assert [row["version"] for row in history] == [1]


async def _first_of(kafka: str, topic: str, case: UUID) -> tuple[Envelope, InvestigationOpened]:
    """The first event of a case on a topic."""
    known = {InvestigationOpened.type: InvestigationOpened}
    async with AIOKafkaConsumer(topic, bootstrap_servers=kafka, auto_offset_reset="earliest") as consumer:
        async for record in consumer:
            if record.key == str(case).encode():
                envelope = Envelope.from_headers(record.headers)
                event = read(envelope.type, record.value, known, {})
                assert isinstance(event, InvestigationOpened)
                return envelope, event
    raise AssertionError("the topic ended")


def test_the_service_listens_under_names_that_never_change() -> None:
    assert (OPENING.name, OPENING.topics, INVESTIGATION.kind) == ("opening", ("intake",), "investigation")
