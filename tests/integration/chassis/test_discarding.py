"""Records that nobody can read, set aside by operations: what waited behind them goes on, and it is recorded."""

import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from tests.integration.chassis.given import owner_rows
from tests.integration.chassis.listening import (
    CANARY,
    Heard,
    Told,
    heard,
    make_topic,
    order_of_effects,
    publish,
    publish_raw,
    running,
    tell,
    until_kept,
    until_parked,
)
from tests.integration.chassis.sample import AmountAdded

from chassis.consumer import Consumer
from chassis.handle import Store
from chassis.inbox import NOBODY, Arrival, read_record
from chassis.parking import GAP, CannotDiscard, DiscardReason, discard, list_parked, settle
from chassis.subscriptions import Subscription
from contracts.published import write
from local_platform.postgres import Database

TOPIC = "sample.v1"
UNREADABLE = b'{"case_id": "' + CANARY.encode() + b'"}'

pytestmark = pytest.mark.usefixtures("impatient")


def arrived(told: Told, value: bytes | None = None) -> Arrival:
    """An event as it arrives from Kafka, with that payload instead of its own."""
    headers, payload = told.envelope.to_headers(), write(told.event) if value is None else value
    return read_record(TOPIC, str(told.key), headers, payload, frozenset({AmountAdded}))


async def set_aside(store: Store, ear: Subscription, key: UUID, reason: DiscardReason) -> str | None:
    """Discard the first record of a key; why the next one fails, None where the key is clear."""
    (first,) = [each for each in await list_parked(store.pool, ear.name) if each.key == str(key)]
    came = await discard(store, ear, first.topic, first.key, first.event_id, reason, "operator-7")
    return came.reason


async def test_what_waits_behind_a_lost_event_goes_on_without_it_and_its_record_is_passed_over_for_ever(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str
) -> None:
    topic, ear, stream = await make_topic(kafka, namespace), Heard().projection, uuid4()
    told = [tell(board, stream, number) for number in range(1, 6)]
    lost = (str(stream).encode(), told[1].envelope.to_headers(), UNREADABLE)
    async with running(Consumer(store, kafka, namespace, ear)):
        await publish(kafka, topic, told[:1])
        await publish_raw(kafka, topic, [lost])
        await publish(kafka, topic, told[2:4])
        await until_parked(database, store.pool, 3)
        assert await set_aside(store, ear, stream, DiscardReason.LOST) is None
        await publish_raw(kafka, topic, [lost])
        await publish(kafka, topic, told[4:])
        await until_kept(database, 5)
    assert await list_parked(store.pool, ear.name) == []
    rows = await owner_rows(database.owner_dsn, "select sequence, outcome, data is null as bare from inbox")
    assert {(row["sequence"], row["outcome"], row["bare"]) for row in rows} == {
        (2, "discarded:lost", True),
        *((number, "applied", False) for number in (1, 3, 4, 5)),
    }
    (recorded,) = await owner_rows(database.owner_dsn, "select * from discarded")
    assert (recorded["reason"], recorded["actor"], recorded["board_id"]) == ("lost", "operator-7", board)
    assert recorded["trouble"].startswith("unreadable payload:")
    assert CANARY not in str(recorded)


async def test_an_event_that_could_be_applied_is_never_discarded(store: Store, database: Database, board: UUID) -> None:
    stream = uuid4()
    first, second = tell(board, stream, 1), tell(board, stream, 2)
    ear = Heard(failing={first.envelope.id})
    await settle(store, ear.projection, arrived(first))
    await settle(store, ear.projection, arrived(second, UNREADABLE))
    (key,) = await list_parked(store.pool, "heard")
    assert (key.event_id, key.unreadable) == (first.envelope.id, False)
    with pytest.raises(CannotDiscard, match="readable"):
        await set_aside(store, ear.projection, stream, DiscardReason.LOST)
    behind = arrived(second, UNREADABLE).event_id
    with pytest.raises(CannotDiscard, match="not-the-first"):
        await discard(store, ear.projection, TOPIC, str(stream), behind, DiscardReason.LOST, "operator-7")
    (key,) = await list_parked(store.pool, "heard")
    assert key.waiting == 2
    assert await owner_rows(database.owner_dsn, "select from discarded") == []


async def test_a_record_of_nobodys_leaves_its_place_to_the_event_that_has_it(
    store: Store, database: Database, board: UUID
) -> None:
    ear, stream = Heard().projection, uuid4()
    told = [tell(board, stream, number) for number in (1, 2)]
    forged = replace(told[0], envelope=told[0].envelope._replace(id=uuid4()))
    for each in (arrived(forged, UNREADABLE), arrived(told[0]), arrived(told[1])):
        assert await settle(store, ear, each) == "parked"
    assert await set_aside(store, ear, stream, DiscardReason.NOT_OURS) is None
    assert await order_of_effects(database) == {stream: [1, 2]}


async def test_an_event_that_was_sent_again_takes_its_own_place_before_those_that_waited(
    store: Store, database: Database, board: UUID
) -> None:
    ear, stream = Heard().projection, uuid4()
    told = [tell(board, stream, number) for number in (1, 2, 3)]
    for each in (arrived(told[0]), arrived(told[1], UNREADABLE), arrived(told[2])):
        await settle(store, ear, each)
    assert await set_aside(store, ear, stream, DiscardReason.SENT_AGAIN) == GAP
    await settle(store, ear, arrived(told[1]))
    assert await order_of_effects(database) == {stream: [1, 2, 3]}
    assert await list_parked(store.pool, ear.name) == []


async def test_a_lost_event_does_not_take_its_place_while_one_before_it_is_missing(
    store: Store, database: Database, board: UUID
) -> None:
    ear, stream = Heard().projection, uuid4()
    told = [tell(board, stream, number) for number in (1, 2, 3)]
    await settle(store, ear, arrived(told[1], UNREADABLE))
    with pytest.raises(CannotDiscard, match="one-before-is-missing"):
        await set_aside(store, ear, stream, DiscardReason.LOST)
    assert await owner_rows(database.owner_dsn, "select from discarded") == []
    for each in (told[0], told[2]):
        await settle(store, ear, arrived(each))
    assert [key.waiting for key in await list_parked(store.pool, ear.name)] == [3]


@pytest.mark.parametrize("reason", DiscardReason)
async def test_a_record_that_says_nothing_of_itself_can_be_discarded(
    store: Store, database: Database, board: UUID, reason: DiscardReason
) -> None:
    ear, stream = Heard().projection, uuid4()
    nothing = read_record(TOPIC, str(stream), [], UNREADABLE, frozenset({AmountAdded}))
    assert await settle(store, ear, nothing) == "parked"
    assert await settle(store, ear, arrived(tell(board, stream, 1))) == "parked"
    assert await set_aside(store, ear, stream, reason) is None
    assert await settle(store, ear, nothing) == "done"
    assert await order_of_effects(database) == {stream: [1]}
    recorded = await owner_rows(database.owner_dsn, "select board_id from discarded")
    assert [row["board_id"] for row in recorded] == [NOBODY]


async def test_discarded_by_several_at_once_while_more_arrives_it_is_recorded_once_and_nothing_is_left(
    store: Store, database: Database, board: UUID
) -> None:
    ear, stream = Heard().projection, uuid4()
    told = [tell(board, stream, number) for number in range(1, 9)]
    unreadable = arrived(told[0], UNREADABLE)
    for each in (unreadable, arrived(told[1])):
        await settle(store, ear, each)

    async def arrive() -> None:
        for each in told[2:]:
            await settle(store, ear, arrived(each))
            await settle(store, ear, unreadable)

    async def give_up() -> None:
        await discard(store, ear, TOPIC, str(stream), unreadable.event_id, DiscardReason.LOST, "operator-7")

    await asyncio.gather(arrive(), *(give_up() for _ in range(4)))
    assert await list_parked(store.pool, ear.name) == []
    assert await order_of_effects(database) == {stream: list(range(1, 9))}
    assert await heard(database) == {stream: (7, 7)}
    assert len(await owner_rows(database.owner_dsn, "select from discarded")) == 1
