"""Follow-up on a database of its own, told of others' events and spoken to over HTTP without a network."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from uuid import UUID, uuid4

import httpx
import pytest
from tests.integration.opened import Running, Server, open_service

from chassis.inbox import read_record
from chassis.received import Received
from chassis.subscriptions import take_batch, take_one
from contracts.published import write
from followup.consumer import CHILD_FOLLOW_UP, RESULTS
from followup.main import SERVICE


@pytest.fixture(scope="session")
async def running(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Follow-up, which has heard of nothing yet."""
    async with open_service(SERVICE, postgres, tmp_path_factory.mktemp("followup")) as running:
        yield running


@pytest.fixture
async def client(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    """A program or a browser, as far as it speaks HTTP."""
    async with running.client() as http:
        yield http


@pytest.fixture
def board() -> UUID:
    """A board that no other test has."""
    return uuid4()


SignIn = Callable[..., dict[str, str]]


@pytest.fixture
def signed_in(running: Running, board: UUID) -> SignIn:
    """The headers of somebody with a role, on this test's board unless another is named."""

    def sign(role: str = "caseworker", on: UUID = board) -> dict[str, str]:
        return running.signed_in(role, on)

    return sign


Hear = Callable[[Iterable[Received]], Awaitable[None]]


@pytest.fixture
def hear(running: Running) -> Hear:
    """Let the service take in others' events, as its consumer does: results set by set, decisions one by one."""

    async def take(told: Iterable[Received]) -> None:
        records = [
            (each.topic, str(each.event.case_id), each.envelope.to_headers(), write(each.event)) for each in told
        ]
        for topic in dict.fromkeys(record[0] for record in records):
            of_topic = [record for record in records if record[0] == topic]
            left = await take_batch(
                running.desk.store, RESULTS, [read_record(*record, RESULTS.handles) for record in of_topic]
            )
            assert left == []
            if "assessment" in topic:
                for record in of_topic:
                    await take_one(running.desk.store, CHILD_FOLLOW_UP, read_record(*record, CHILD_FOLLOW_UP.handles))

    return take
