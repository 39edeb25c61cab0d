"""From the topics of the other services to the results, on a real broker."""

import asyncio
from collections.abc import Iterable
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from tests.integration.followup.test_projection import on
from tests.integration.opened import Running
from tests.unit.followup.an_event import applied, direct, visit

from chassis import kafka as names
from chassis.consumer import Consumer
from contracts.published import write
from followup import store
from followup.consumer import RESULTS


async def test_what_the_three_services_publish_becomes_known(
    running: Running, kafka: str, namespace: str, board: UUID
) -> None:
    cases = [uuid4() for _ in range(3)]
    asked, story = applied(cases[0])
    told = on(board, [*asked, *story, *direct(cases[1]), *visit(cases[2])])
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(names.topic(namespace, name), 3, 1) for name in RESULTS.topics])
    finally:
        await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for each in told:
            await producer.send(
                names.topic(namespace, each.envelope.source),
                key=str(each.event.case_id).encode(),
                headers=each.envelope.to_headers(),
                value=write(each.event),
            )
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as loops:
        loops.create_task(Consumer(running.desk.store, kafka, namespace, RESULTS).run(stop))
        while not await _arrived(running, board, cases):  # noqa: ASYNC110  # what is waited for sets no event
            await asyncio.sleep(0.03)
        stop.set()
    known = [await store.find_case(running.desk.store.pool, board, case) for case in cases]
    assert [case.came for case in known if case is not None] == ["application", "request", "visit"]


async def _arrived(running: Running, board: UUID, cases: Iterable[UUID]) -> bool:
    """Whether both supports have ended and each topic's case is known; the topics come in any order."""
    tallies = (await store.count(running.desk.store.pool, board, None)).tallies
    if sum(tally.ended for tally in tallies if not tally.visits) < 2:
        return False
    known = [await store.find_case(running.desk.store.pool, board, case) for case in cases]
    return all(case is not None and case.came is not None for case in known)
