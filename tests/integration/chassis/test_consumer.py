"""The consumer on a real database and a real broker: what becomes of each event."""

from uuid import UUID, uuid4

import pytest
from tests.integration.chassis.given import owner_rows, until
from tests.integration.chassis.listening import (
    CANARY,
    Heard,
    all_committed,
    heard,
    order_of_effects,
    outcomes,
    publish,
    publish_raw,
    reaction,
    running,
    tell,
    until_kept,
    until_parked,
    until_row,
    with_type,
)
from tests.integration.chassis.sample import AmountAdded

from chassis import parking
from chassis.consumer import Consumer
from chassis.handle import Store
from chassis.parking import list_parked
from contracts.published import write
from contracts.registry import UPCASTERS
from local_platform.postgres import Database

pytestmark = pytest.mark.usefixtures("impatient")


async def test_a_poison_event_parks_its_key_in_order_while_other_keys_go_on(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    poisoned, behind, sound = uuid4(), uuid4(), uuid4()
    told = [tell(board, stream, number) for number in (1, 2, 3) for stream in (poisoned, sound)]
    told.append(tell(board, behind, 1, case=poisoned))  # another stream of the same case
    ear = Heard(failing={told[2].envelope.id})
    await publish(kafka, topic, told)
    async with running(Consumer(store, kafka, namespace, ear.projection)):
        await until_kept(database, 4)
        (key,) = await until_parked(database, store.pool, 3)
    assert await heard(database) == {poisoned: (1, 1), sound: (3, 3)}
    assert (key.topic, key.key, key.board, key.waiting, key.attempts) == (topic, str(poisoned), board, 3, 4)
    rows = await owner_rows(database.owner_dsn, "select stream_id, sequence, attempts from parked order by place")
    assert [tuple(row) for row in rows] == [(poisoned, 2, 4), (poisoned, 3, 0), (behind, 1, 0)]


async def test_the_reason_of_a_parked_event_says_where_it_failed_and_holds_nothing_personal(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    told = tell(board, uuid4(), 1)
    unreadable = tell(board, uuid4(), 1)
    payload = write(unreadable.event).replace(b'"amount":1', f'"amount":"{CANARY}"'.encode())
    await publish(kafka, topic, [told])
    await publish_raw(kafka, topic, [(str(unreadable.key).encode(), unreadable.envelope.to_headers(), payload)])
    ear = Heard(failing={told.envelope.id})
    async with running(Consumer(store, kafka, namespace, ear.projection)):
        keys = await until_parked(database, store.pool, 2)
    reasons = {key.key: key.reason for key in keys}
    assert reasons[str(told.key)].startswith("ValueError at listening.py:")
    assert reasons[str(unreadable.key)] == f"unreadable payload: {AmountAdded.type}: cannot read amount"
    logged = [vars(record) for record in caplog.records]
    kept = await owner_rows(database.owner_dsn, "select reason from parked union all select reason from attempts")
    assert not [each for each in [*map(str, logged), *map(str, kept)] if "Testsson" in each or "20100109" in each]


async def test_attempts_are_not_forgotten_when_the_consumer_dies_between_them(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    told = tell(board, uuid4(), 1)
    await publish(kafka, topic, [told])
    ear = Heard(failing={told.envelope.id})

    async with running(Consumer(store, kafka, namespace, ear.projection)) as (loop,):
        await until_row(database.owner_dsn, "select from attempts where count = 3")
        loop.cancel()
    assert await list_parked(store.pool, "heard") == []
    async with running(Consumer(store, kafka, namespace, ear.projection)):
        (key,) = await until_parked(database, store.pool, 1)
    assert key.attempts == 4
    assert ear.failures == 4 + 2  # and once in each consumer's batch
    assert not await owner_rows(database.owner_dsn, "select from attempts")


async def test_an_event_that_fails_only_at_first_has_its_effect_and_is_not_parked(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    told = tell(board, uuid4(), 1)
    await publish(kafka, topic, [told])
    ear = Heard(failing={told.envelope.id})
    async with running(Consumer(store, kafka, namespace, ear.projection)):
        await until(lambda: ear.failures >= 3)
        ear.failing.clear()
        await until_kept(database, 1)
    assert await heard(database) == {told.key: (1, 1)}
    assert not await owner_rows(database.owner_dsn, "select from attempts")


async def test_an_event_before_its_time_waits_for_the_missing_one_and_is_then_released_in_order(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    stream, later = uuid4(), uuid4()
    first, second, third, fourth = (tell(board, stream, number) for number in (1, 2, 3, 4))
    effect = tell(board, later, 1, case=stream)
    await publish(kafka, topic, [first, fourth, effect, third])
    async with running(Consumer(store, kafka, namespace, Heard().projection)):
        (key,) = await until_parked(database, store.pool, 3)
        assert key.reason == parking.GAP
        await publish(kafka, topic, [second])
        await until_kept(database, 5)
        await until_row(database.owner_dsn, "select where not exists (select from parked)")
    assert await order_of_effects(database) == {stream: [1, 2, 3, 4], later: [1]}
    places = await owner_rows(database.owner_dsn, "select stream_id, sequence from inbox order by place")
    assert [tuple(row) for row in places] == [(stream, 1), (stream, 2), (stream, 3), (stream, 4), (later, 1)]


async def test_another_event_in_the_same_place_of_a_stream_is_parked_and_not_taken_for_the_same(
    store: Store, board: UUID, kafka: str, namespace: str, topic: str, database: Database
) -> None:
    stream = uuid4()
    await publish(kafka, topic, [tell(board, stream, 1), tell(board, stream, 2)])
    async with running(Consumer(store, kafka, namespace, Heard().projection)):
        await until_kept(database, 2)
        await publish(kafka, topic, [tell(board, stream, 2)])
        (key,) = await until_parked(database, store.pool, 1)
    assert key.reason == parking.CLASH


async def test_events_of_unknown_types_are_kept_as_unhandled_with_their_payload(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    stream = uuid4()
    unknown = with_type(tell(board, stream, 1), "stodvag.sample.dreamt.v1")
    known = tell(board, stream, 2)
    await publish(kafka, topic, [unknown, known])
    async with running(
        Consumer(store, kafka, namespace, Heard().projection),
        Consumer(store, kafka, namespace, reaction(lambda _: None)),
    ):
        await until_kept(database, 2)
        await until_kept(database, 2, "reacting")
    assert await outcomes(database) == {unknown.envelope.id: "unhandled", known.envelope.id: "applied"}
    assert set((await outcomes(database, "reacting")).values()) == {"unhandled"}
    kept = await owner_rows(
        database.owner_dsn, "select data::json ->> 'case_id' as case_id from inbox where subscription = 'heard'"
    )
    assert [row["case_id"] for row in kept] == [str(stream)] * 2
    assert await list_parked(store.pool, "heard") == []


async def test_old_versions_are_lifted_on_arrival(
    store: Store,
    database: Database,
    board: UUID,
    kafka: str,
    namespace: str,
    topic: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(
        UPCASTERS,
        "stodvag.sample.cents-added.v1",
        (AmountAdded.type, lambda old: old | {"amount": old["amount"] // 100}),
    )
    told = with_type(tell(board, uuid4(), 1, amount=700), "stodvag.sample.cents-added.v1")
    await publish(kafka, topic, [told])
    async with running(Consumer(store, kafka, namespace, Heard().projection)):
        await until_kept(database, 1)
    assert await heard(database) == {told.key: (7, 1)}


async def test_records_that_are_no_events_of_ours_are_parked_whatever_they_hold(
    store: Store, board: UUID, kafka: str, namespace: str, topic: str, database: Database
) -> None:
    told = tell(board, uuid4(), 1)
    headers = told.envelope.to_headers()
    await publish_raw(
        kafka,
        topic,
        [
            (None, [], b"\x00\xff"),
            (b"\x00\xff", headers, write(told.event)),
            (str(uuid4()).encode(), [(name, value) for name, value in headers if name != "ce_id"], b"{}"),
            (str(uuid4()).encode(), [*headers, ("ce_sequence", b"99999999999")], b"{}"),
            (str(uuid4()).encode(), [*headers, ("ce_type", b"no\x00type"), ("ce_id", str(uuid4()).encode())], b"[1"),
        ],
    )
    await publish(kafka, topic, [told])
    async with running(Consumer(store, kafka, namespace, Heard().projection)):
        await until_kept(database, 1)
        keys = await until_parked(database, store.pool, 5)
    reasons = sorted(key.reason for key in keys)
    assert reasons == [
        "broken envelope: header ce_id is missing or cannot be read",
        "broken envelope: header ce_sequence is no place in a stream",
        "broken envelope: header ce_specversion is missing or cannot be read",
        "broken envelope: the key is no case id",
        "unreadable payload: ValueError",
    ]
    assert {key.board for key in keys} == {board, UUID(int=0)}


async def test_what_has_had_its_effect_is_committed_when_the_consumer_is_told_to_stop(
    store: Store, database: Database, board: UUID, kafka: str, namespace: str, topic: str
) -> None:
    stream = uuid4()
    await publish(kafka, topic, [tell(board, stream, number) for number in range(1, 6)])
    async with running(Consumer(store, kafka, namespace, Heard().projection)):
        await until_kept(database, 5)
    assert await all_committed(kafka, namespace, topic, 5, "heard")
