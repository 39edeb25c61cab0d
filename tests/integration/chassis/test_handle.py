"""A command's whole way on a real database, with the real keyring."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from pydantic_core import from_json
from tests.integration.chassis.conftest import OpenStore
from tests.integration.chassis.given import NOON, add, on, open_ledger, origin, owner_rows, rows, store_old_addition
from tests.integration.chassis.sample import LEDGER, PATIENCE, Add, Close, Ledger, Note, Noted, Open, Opened

from chassis.codec import encode
from chassis.decider import Refused, Step
from chassis.event_store import AlreadyHandled, Append, Conflict, Due, NewEvent, append, history, load
from chassis.handle import Handled, Store, handle
from chassis.personal import Personal, Sealed
from keyring.ring import Keyring
from keyring.seals import KeyHandle, Payload, read_seal, unseal
from local_platform.postgres import Database


def anna(person: UUID) -> Personal:
    """An invented person."""
    return Personal("owner", person, {"name": "Anna Provsson", "number": "199001012384"})


async def test_what_is_appended_is_what_is_loaded(store: Store, board: UUID) -> None:
    stream = await open_ledger(store, board)
    await add(store, board, stream, 5)
    handled = await add(store, board, stream, 7)

    loaded = await load(store.pool, board, stream, LEDGER)
    assert (loaded.version, loaded.published, loaded.state.total) == (3, 2, 12)
    assert loaded.state == handled.states[stream]
    assert [recorded.event.type for recorded in await history(store.pool, board, stream, LEDGER)] == [
        "opened", "added.v2", "added.v2",
    ]  # fmt: skip
    [row] = await rows(store, board, "select total, open from ledgers where stream_id = $1", stream)
    assert (row["total"], row["open"]) == (12, True)


async def test_published_events_stand_in_the_outbox_numbered_without_gaps(
    store: Store, board: UUID, database: Database
) -> None:
    stream = await open_ledger(store, board)
    await add(store, board, stream, 5)
    await handle(store, origin(board), on(stream, Note(notes=())))
    await add(store, board, stream, 7)

    outbox = await owner_rows(database.owner_dsn, "select * from outbox_head('{}', 100)")
    assert [row["key"] for row in outbox] == [stream, stream]
    assert [row["sequence"] for row in outbox] == [1, 2]
    assert {row["stream_id"] for row in outbox} == {stream}
    assert [from_json(row["value"])["total"] for row in outbox] == [5, 12]


async def test_another_board_does_not_see_a_stream(store: Store, board: UUID) -> None:
    stream = await open_ledger(store, board)
    loaded = await load(store.pool, uuid4(), stream, LEDGER)
    assert (loaded.version, loaded.state) == (0, Ledger())
    with pytest.raises(Refused, match="not-open"):
        await handle(store, origin(uuid4()), on(stream, Add(at=NOON, amount=1)))


async def test_an_old_version_of_an_event_is_lifted_when_it_is_loaded(
    store: Store, board: UUID, database: Database
) -> None:
    stream = await open_ledger(store, board)
    await store_old_addition(database, board, stream, cents=1200)
    store.cache.clear()
    handled = await add(store, board, stream, 1)
    assert handled.states[stream].total == 13


async def test_the_same_command_later_has_one_effect_and_the_same_answer(store: Store, board: UUID) -> None:
    stream = await open_ledger(store, board)
    given = origin(board, body=b"add 5")
    first = await handle(store, given, on(stream, Add(at=NOON, amount=5)), answer={"receipt": "one"})
    again = await handle(store, given, on(stream, Add(at=NOON, amount=5)), answer={"receipt": "two"})

    assert (first.repeated, again.repeated) == (False, True)
    assert first.answer == again.answer == {"receipt": "one"}
    assert (await load(store.pool, board, stream, LEDGER)).state.total == 5


async def test_the_same_command_at_once_has_one_effect_and_the_same_answer(
    store: Store, board: UUID, database: Database, open_store: OpenStore
) -> None:
    stream = await open_ledger(store, board)
    given = origin(board, body=b"add 5")
    stores = [store, await open_store(database)] * 8
    done = await asyncio.gather(
        *(
            handle(each, given, on(stream, Add(at=NOON, amount=5)), answer={"receipt": number})
            for number, each in enumerate(stores)
        )
    )

    assert len([handled for handled in done if not handled.repeated]) == 1
    assert len({handled.answer["receipt"] for handled in done}) == 1
    assert (await load(store.pool, board, stream, LEDGER)).state.total == 5


async def test_the_same_opening_at_once_has_one_effect(store: Store, board: UUID) -> None:
    stream, person = uuid4(), uuid4()
    given = origin(board, body=b"open")
    opening = on(stream, Open(board=board, ledger=stream, at=NOON, owner=anna(person)), new=True)
    done = await asyncio.gather(*(handle(store, given, opening, answer={"ledger": "it"}) for _ in range(8)))
    assert sorted(handled.repeated for handled in done) == [False] + [True] * 7
    assert (await load(store.pool, board, stream, LEDGER)).version == 1


async def test_the_same_command_with_another_body_is_refused(store: Store, board: UUID) -> None:
    stream = await open_ledger(store, board)
    command = uuid4()
    await handle(store, origin(board, command=command, body=b"add 5"), on(stream, Add(at=NOON, amount=5)))
    with pytest.raises(Refused, match="idempotency-key-reused"):
        await handle(store, origin(board, command=command, body=b"add 6"), on(stream, Add(at=NOON, amount=6)))
    assert (await load(store.pool, board, stream, LEDGER)).state.total == 5


async def test_a_repeated_command_that_would_be_refused_by_now_gets_its_first_answer(store: Store, board: UUID) -> None:
    stream = uuid4()
    given = origin(board, body=b"open")
    opening = Open(board=board, ledger=stream, at=NOON)
    await handle(store, given, on(stream, opening, new=True), answer={"receipt": "one"})
    again = await handle(store, given, on(stream, opening), answer={"receipt": "two"})
    assert (again.repeated, again.answer) == (True, {"receipt": "one"})


async def test_a_refusal_is_not_remembered(store: Store, board: UUID) -> None:
    stream = uuid4()
    given = origin(board, body=b"add 5")
    with pytest.raises(Refused, match="not-open"):
        await handle(store, given, on(stream, Add(at=NOON, amount=5)))
    await handle(store, origin(board), on(stream, Open(board=board, ledger=stream, at=NOON), new=True))
    handled = await handle(store, given, on(stream, Add(at=NOON, amount=5)))
    assert not handled.repeated


async def test_an_answer_is_stored_sealed(store: Store, board: UUID) -> None:
    stream = await open_ledger(store, board)
    given = origin(board, body=b"add 5")
    await handle(store, given, on(stream, Add(at=NOON, amount=5)), answer={"receipt": "SECRET-RECEIPT"})
    [row] = await rows(store, board, "select answer from commands where command_id = $1", given.command_id)
    assert b"SECRET-RECEIPT" not in row["answer"]
    assert store.answers.open(given.command_id, row["answer"]) == {"receipt": "SECRET-RECEIPT"}


async def test_writers_on_one_stream_take_turns_and_none_is_lost(
    store: Store, board: UUID, database: Database, open_store: OpenStore
) -> None:
    stream = await open_ledger(store, board)
    stores = [store, await open_store(database)]
    await asyncio.gather(*(add(stores[number % 2], board, stream, 1) for number in range(32)))

    loaded = await load(store.pool, board, stream, LEDGER)
    assert (loaded.version, loaded.published, loaded.state.total) == (33, 32, 32)
    outbox = await owner_rows(database.owner_dsn, "select sequence from outbox_head('{}', 100)")
    assert [row["sequence"] for row in outbox] == list(range(1, 33))


async def test_a_state_remembered_from_before_another_writer_is_caught(
    store: Store, board: UUID, database: Database, open_store: OpenStore
) -> None:
    other = await open_store(database)
    stream = await open_ledger(store, board)
    await add(other, board, stream, 5)
    await add(store, board, stream, 6)
    handled = await add(other, board, stream, 7)
    assert handled.states[stream].total == 18


async def test_a_refusal_on_a_state_from_before_another_writer_is_decided_again(
    store: Store, board: UUID, database: Database, open_store: OpenStore
) -> None:
    other = await open_store(database)
    stream = await open_ledger(store, board)
    await add(store, board, stream, 10)
    await add(other, board, stream, -10)
    handled = await handle(store, origin(board), on(stream, Add(at=NOON, amount=5, at_most=10)))
    assert handled.states[stream].total == 5


async def test_that_nothing_is_to_do_is_decided_on_what_is_stored(
    store: Store, board: UUID, database: Database, open_store: OpenStore
) -> None:
    other = await open_store(database)
    stream = uuid4()
    assert (await handle(store, origin(board), on(stream, Close(at=NOON)))).states == {stream: Ledger()}
    await handle(other, origin(board), on(stream, Open(board=board, ledger=stream, at=NOON), new=True))
    handled = await handle(store, origin(board), on(stream, Close(at=NOON)))
    assert (handled.states[stream].opened is not None, handled.states[stream].open) == (True, False)


async def test_who_thinks_a_stream_is_new_and_is_wrong_hears_the_refusal(store: Store, board: UUID) -> None:
    stream = await open_ledger(store, board)
    with pytest.raises(Refused, match="already-open"):
        await handle(store, origin(board), on(stream, Open(board=board, ledger=stream, at=NOON), new=True))


async def test_work_on_two_streams_in_opposite_orders_does_not_deadlock(
    store: Store, board: UUID, database: Database, open_store: OpenStore
) -> None:
    one, two = await open_ledger(store, board), await open_ledger(store, board)
    other = await open_store(database)
    before = await deadlocks(database)

    async def move(via: Store, source: UUID, target: UUID) -> None:
        await handle(via, origin(board), on(source, Add(at=NOON, amount=-1)), on(target, Add(at=NOON, amount=1)))

    for _ in range(5):
        await asyncio.gather(
            *(move(via, one, two) for via in (store, other) for _ in range(3)),
            *(move(via, two, one) for via in (store, other) for _ in range(3)),
        )
    loaded = [await load(store.pool, board, stream, LEDGER) for stream in (one, two)]
    assert [each.version for each in loaded] == [61, 61]
    assert [each.state.total for each in loaded] == [0, 0]
    assert await deadlocks(database) == before


async def deadlocks(database: Database) -> int:
    """How many deadlocks the database has seen."""
    [row] = await owner_rows(
        database.owner_dsn,
        "select deadlocks from pg_stat_database, pg_stat_force_next_flush() where datname = current_database()",
    )
    return int(row["deadlocks"])


TABLES = ("events", "commands", "outbox", "inbox", "timers", "keys", "ledgers")


async def everything(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    return {
        table: (await owner_rows(database.owner_dsn, f"select count(*) from {table}"))[0]["count"] for table in TABLES
    }


def inbox_row(event: UUID) -> dict[str, Any]:
    """The mark of an event that is heard here."""
    return {
        "subscription": "sample.hears",
        "stream_id": event,
        "sequence": 1,
        "event_id": event,
        "type": "stodvag.other.something.v1",
        "key": event,
        "topic": "other.v1",
        "source": "other",
        "happened_at": NOON,
        "role": "system",
        "purpose": "test",
        "outcome": "applied",
    }


async def test_what_fails_in_the_view_leaves_nothing_anywhere_and_is_not_remembered(
    store: Store, board: UUID, database: Database
) -> None:
    stream, opened, person = await open_ledger(store, board), uuid4(), uuid4()
    opening = Open(board=board, ledger=opened, at=NOON, owner=anna(person))
    given = origin(board, body=b"add and open")
    before = await everything(database)

    async def work(amount: int) -> None:
        steps = on(opened, opening, new=True), on(stream, Add(at=NOON, amount=amount))
        await handle(store, given, *steps, mark=inbox_row(given.command_id))

    with pytest.raises(asyncpg.CheckViolationError):
        await work(1_000_000)
    assert await everything(database) == before
    await work(10)
    after = await everything(database)
    assert {table: after[table] - before[table] for table in TABLES} == {
        "events": 2, "commands": 1, "outbox": 1, "inbox": 1, "timers": 1, "keys": 1, "ledgers": 1,
    }  # fmt: skip


async def test_the_second_writer_of_a_version_leaves_nothing(store: Store, board: UUID, database: Database) -> None:
    stream = await open_ledger(store, board)
    work = Append(
        stream, "ledger", stream, NOON, uuid4(), "caseworker", None, "test", None, 0,
        events=[NewEvent(uuid4(), "closed", "{}", 1, "published", "{}")],
        timers_on={"another": NOON}, keys={uuid4(): uuid4()}, fingerprint=b"print", answer=b"answer",
    )  # fmt: skip
    before = await everything(database)
    with pytest.raises(Conflict):
        await append(store.pool, board, [[work]])
    assert await everything(database) == before


async def test_an_event_heard_twice_has_one_effect(store: Store, board: UUID, database: Database) -> None:
    stream, event = await open_ledger(store, board), uuid4()
    await handle(store, origin(board), on(stream, Add(at=NOON, amount=5)), mark=inbox_row(event))
    before = await everything(database)
    with pytest.raises(AlreadyHandled):
        await handle(store, origin(board), on(stream, Add(at=NOON, amount=5)), mark=inbox_row(event))
    assert await everything(database) == before


async def due(store: Store, board: UUID, stream: UUID) -> dict[str, datetime]:
    """The timers of a stream."""
    found = await rows(store, board, "select name, due_at from timers where stream_id = $1", stream)
    return {row["name"]: row["due_at"] for row in found}


async def test_timers_are_set_changed_and_cancelled_as_the_state_says(store: Store, board: UUID) -> None:
    stream = await open_ledger(store, board)
    assert await due(store, board, stream) == {"close": NOON + PATIENCE}
    later = NOON + timedelta(days=3)
    await add(store, board, stream, 5, at=later)
    assert await due(store, board, stream) == {"close": later + PATIENCE}
    await handle(store, origin(board), on(stream, Close(at=later)))
    assert await due(store, board, stream) == {}


async def test_a_timer_is_deleted_with_what_it_caused_and_causes_it_once(
    store: Store, board: UUID, database: Database, open_store: OpenStore
) -> None:
    stream, other = await open_ledger(store, board), await open_store(database)
    done = await asyncio.gather(
        *(
            handle(each, origin(board), on(stream, Close(at=NOON, by_time=True)), timer=Due("close", NOON + PATIENCE))
            for each in (store, other)
        ),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in done) == ["AlreadyHandled", "Handled"]
    assert await due(store, board, stream) == {}
    assert [each.event.type for each in await history(store.pool, board, stream, LEDGER)] == ["opened", "closed"]


async def test_personal_data_are_sealed_wherever_they_are_written(
    store: Store, board: UUID, database: Database, keyring: Keyring
) -> None:
    person = uuid4()
    stream = await open_ledger(store, board, owner=anna(person))
    await add(store, board, stream, 5)

    [binding] = await rows(store, board, "select person_id, key_id from keys where case_id = $1", stream)
    assert binding["person_id"] == person
    key = (await keyring.keys([binding["key_id"]]))[binding["key_id"]]
    assert isinstance(key, KeyHandle)
    opening = (await history(store.pool, board, stream, LEDGER))[0]
    assert isinstance(opening.event, Opened)
    sealed = opening.event.owner
    assert isinstance(sealed, Sealed)
    assert unseal(key, opening.event_id, "owner", sealed) == Payload(anna(person).fields)

    [view] = await rows(store, board, "select owner from ledgers where stream_id = $1", stream)
    [sent] = await owner_rows(database.owner_dsn, "select value::json ->> 'owner' as owner from outbox")
    assert sealed == view["owner"] == sent["owner"]
    dump = [row async for row in whole_database(database)]
    assert dump
    assert not [text for text in dump if "Provsson" in text or "199001012384" in text]


async def whole_database(database: Database) -> AsyncIterator[str]:
    """Every row of every table, as text."""
    for table in TABLES:
        for row in await owner_rows(database.owner_dsn, f"select {table}::text as row from {table}"):
            yield row["row"]


async def test_one_key_seals_a_person_in_a_case_whoever_binds_it_first(
    store: Store, board: UUID, database: Database, open_store: OpenStore
) -> None:
    stream, person, other = await open_ledger(store, board), uuid4(), await open_store(database)
    note = Note(notes=(anna(person), Personal("helper", uuid4(), {"name": "Bo Testberg"})))
    await asyncio.gather(*(handle(each, origin(board), on(stream, note)) for each in (store, other, store, other)))

    bound = {
        row["person_id"]: row["key_id"]
        for row in await rows(store, board, "select person_id, key_id from keys where case_id = $1", stream)
    }
    used = {
        read_seal(part).key_id
        for recorded in await history(store.pool, board, stream, LEDGER)
        if isinstance(recorded.event, Noted)
        for part in recorded.event.notes
        if isinstance(part, Sealed)
    }
    assert len(bound) == 2
    assert used == set(bound.values())


async def test_two_streams_of_one_case_share_a_persons_key_from_the_start(store: Store, board: UUID) -> None:
    case, second, person = uuid4(), uuid4(), uuid4()
    steps = [
        Step(
            decider=LEDGER,
            stream=stream,
            case=case,
            new=True,
            command=Open(board=board, ledger=stream, at=NOON, owner=anna(person)),
        )
        for stream in (case, second)
    ]
    handled = await handle(store, origin(board), *steps)
    keys = {read_seal(state.opened.owner).key_id for state in handled.states.values()}
    [binding] = await rows(store, board, "select key_id from keys where case_id = $1", case)
    assert keys == {binding["key_id"]}


async def test_of_an_erased_person_nothing_more_is_written_in_the_case(
    store: Store, board: UUID, keyring: Keyring, database: Database
) -> None:
    person = uuid4()
    stream = await open_ledger(store, board, owner=anna(person))
    [binding] = await rows(store, board, "select key_id from keys where case_id = $1", stream)
    await keyring.destroy([binding["key_id"]], "test")
    before = await everything(database)

    with pytest.raises(Refused, match="person-erased"):
        await handle(store, origin(board), on(stream, Note(notes=(anna(person),))))
    assert await everything(database) == before
    await handle(store, origin(board), on(stream, Note(notes=(Personal("helper", uuid4(), {"name": "Bo"}),))))
    await add(store, board, stream, 5)


def test_personal_data_in_clear_can_never_be_stored_and_show_themselves_nowhere() -> None:
    person = anna(uuid4())
    for event in (Opened(board=uuid4(), ledger=uuid4(), at=NOON, owner=person), Noted(notes=(person,))):
        with pytest.raises(TypeError) as failure:
            encode(event)
        assert "Provsson" not in str(failure.value) + repr(event)


async def test_commands_that_come_together_each_have_their_own_outcome(
    store: Store, board: UUID, database: Database, open_store: OpenStore
) -> None:
    ledgers = [await open_ledger(store, board) for _ in range(6)]
    known = origin(board, body=b"known")
    await handle(store, known, on(ledgers[0], Add(at=NOON, amount=1)), answer={"receipt": "then"})
    # Another process writes to the second, so that what is remembered here of it is stale.
    await add(await open_store(database), board, ledgers[1], 10)
    other_board = uuid4()
    elsewhere = await open_ledger(store, other_board)
    done = await asyncio.gather(
        handle(store, known, on(ledgers[0], Add(at=NOON, amount=1)), answer={"receipt": "now"}),
        *(add(store, board, ledger, 2) for ledger in ledgers[1:4]),
        add(store, board, ledgers[4], 1_000_000),
        add(store, board, ledgers[5], 2),
        add(store, other_board, elsewhere, 3),
        return_exceptions=True,
    )
    assert isinstance(done[0], Handled)
    assert (done[0].repeated, done[0].answer) == (True, {"receipt": "then"})
    assert isinstance(done[4], asyncpg.CheckViolationError)
    totals = [(await load(store.pool, board, ledger, LEDGER)).state.total for ledger in ledgers]
    assert totals == [1, 12, 2, 2, 0, 2]
    assert (await load(store.pool, other_board, elsewhere, LEDGER)).state.total == 3


async def test_commands_that_come_together_share_a_transaction(store: Store, board: UUID, database: Database) -> None:
    ledgers = [await open_ledger(store, board) for _ in range(8)]
    await asyncio.gather(*(add(store, board, ledger, 2) for ledger in ledgers))
    written = await owner_rows(
        database.owner_dsn, "select count(distinct xmin::text), count(*) as rows from events where version = 2"
    )
    assert (written[0]["count"], written[0]["rows"]) == (1, 8)
