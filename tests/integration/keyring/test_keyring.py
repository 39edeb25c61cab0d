"""The keyring on a real PostgreSQL: fresh keys, opening, destruction, retention, pseudonyms."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from keyring.master import MasterKey, MasterKeyUnfit
from keyring.ring import Keyring, Tombstone, UnknownKey
from keyring.seals import Erased, KeyHandle, Payload, SealBroken, seal
from local_platform.postgres import Database

CHILD = Payload({"name": "Kanariefågel Testdotter", "number": "190905271474"})
REPORTER = Payload({"name": "Ljungpipare Testsson"})


class Clock:
    """Stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def _as_owner(database: Database, query: str, *arguments: object) -> list[asyncpg.Record]:
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        return await owner.fetch(query, *arguments)
    finally:
        await owner.close()


async def test_sealed_parts_of_several_keys_open_in_their_order_by_another_process(
    database: Database, master: MasterKey
) -> None:
    async with Keyring.connect(database.app_dsn, master) as writer, Keyring.connect(database.app_dsn, master) as reader:
        child, reporter = await writer.fresh_keys(2)
        event = uuid4()
        parts = [seal(child, event, "child", CHILD), seal(reporter, event, "reporter", REPORTER)]

        assert await reader.open_many([parts[1], parts[0], parts[1]]) == [REPORTER, CHILD, REPORTER]
        assert await reader.open_many([]) == []


async def test_a_key_is_found_again_to_seal_the_next_event_of_the_case(database: Database, master: MasterKey) -> None:
    async with Keyring.connect(database.app_dsn, master) as first, Keyring.connect(database.app_dsn, master) as later:
        [key] = await first.fresh_keys(1)
        found = (await later.keys([key.key_id]))[key.key_id]
        assert isinstance(found, KeyHandle)

        assert await first.open_many([seal(found, uuid4(), "child", CHILD)]) == [CHILD]


async def test_the_database_holds_no_key_and_no_number_in_clear(database: Database, master: MasterKey) -> None:
    async with Keyring.connect(database.app_dsn, master, block=3) as keyring:
        await keyring.person(uuid4(), CHILD["number"])
        [key] = await keyring.fresh_keys(1)
    rows = await _as_owner(database, "SELECT key_id, wrapped FROM keyring.keys")
    persons = await _as_owner(database, "SELECT persons::text AS text FROM keyring.persons")

    assert key.key_id in {row["key_id"] for row in rows}
    for row in rows:
        with pytest.raises(SealBroken):
            MasterKey(bytes(32)).unwrap(row["key_id"], row["wrapped"])
    assert CHILD["number"] not in persons[0]["text"]
    assert CHILD["number"].encode().hex() not in persons[0]["text"]


async def test_a_destroyed_key_leaves_erased_and_the_other_person_of_the_event_stays(
    database: Database, master: MasterKey
) -> None:
    async with Keyring.connect(database.app_dsn, master) as keyring:
        child, reporter = await keyring.fresh_keys(2)
        event = uuid4()
        parts = [seal(child, event, "child", CHILD), seal(reporter, event, "reporter", REPORTER)]
        await keyring.destroy([child.key_id], "retention-ended")

        assert await keyring.open_many(parts) == [Erased(), REPORTER]
    [left] = await _as_owner(database, "SELECT * FROM keyring.keys WHERE key_id = $1", child.key_id)
    assert left["wrapped"] is None
    assert left["reason"] == "retention-ended"


async def test_a_process_that_remembers_a_key_forgets_it_60_seconds_after_it_asked(
    database: Database, master: MasterKey
) -> None:
    clock = Clock()
    async with (
        Keyring.connect(database.app_dsn, master) as destroyer,
        Keyring.connect(database.app_dsn, master, clock=clock) as reader,
    ):
        [key] = await destroyer.fresh_keys(1)
        sealed = seal(key, uuid4(), "child", CHILD)
        assert await reader.open_many([sealed]) == [CHILD]
        await destroyer.destroy([key.key_id], "retention-ended")

        assert await destroyer.open_many([sealed]) == [Erased()]
        clock.now += 59.9
        assert await reader.open_many([sealed]) == [CHILD]
        clock.now += 0.1
        assert await reader.open_many([sealed]) == [Erased()]


async def test_destroying_twice_keeps_the_first_time_and_reason(database: Database, master: MasterKey) -> None:
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    async with Keyring.connect(database.app_dsn, master) as keyring:
        [key] = await keyring.fresh_keys(1)
        await keyring.destroy([key.key_id, key.key_id], "retention-ended")
        first = await keyring.destroyed_since(long_ago)
        await keyring.destroy([key.key_id], "draft-dropped")
        await keyring.destroy([], "draft-dropped")

        assert await keyring.destroyed_since(long_ago) == first
    assert [(stone.key_id, stone.reason) for stone in first] == [(key.key_id, "retention-ended")]
    assert abs(first[0].destroyed_at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_list_copied_from_the_last_time_seen_misses_no_slow_destruction(
    database: Database, master: MasterKey
) -> None:
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    slow = await asyncpg.connect(database.app_dsn)
    async with Keyring.connect(database.app_dsn, master) as keyring:
        first, second = await keyring.fresh_keys(2)
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute("SELECT keyring.destroy($1, 'retention-ended')", [first.key_id])
        quick = asyncio.create_task(keyring.destroy([second.key_id], "retention-ended"))
        waiting = (
            "SELECT FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = $1)"
        )
        while not quick.done() and not await _as_owner(database, waiting, database.name):
            pass
        seen = await keyring.destroyed_since(long_ago)
        await transaction.commit()
        await quick
        await slow.close()
        seen += await keyring.destroyed_since(max((stone.destroyed_at for stone in seen), default=long_ago))

    assert {stone.key_id for stone in seen} == {first.key_id, second.key_id}


async def test_a_clock_that_was_set_back_hides_no_tombstone_from_who_copies_the_list(
    database: Database, master: MasterKey
) -> None:
    last_seen = datetime.now(UTC) + timedelta(hours=1)
    async with Keyring.connect(database.app_dsn, master) as keyring:
        earlier, later = await keyring.fresh_keys(2)
        await keyring.replay([Tombstone(earlier.key_id, last_seen, "retention-ended")])
        await keyring.destroy([later.key_id], "retention-ended")

        assert later.key_id in {stone.key_id for stone in await keyring.destroyed_since(last_seen)}


async def test_after_a_restore_the_copied_list_destroys_again_what_the_backup_still_held(
    new_database: Callable[[], Awaitable[Database]], master: MasterKey
) -> None:
    lost, restored = await new_database(), await new_database()
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    async with Keyring.connect(lost.app_dsn, master) as before:
        kept, destroyed = await before.fresh_keys(2)
        backup = await _as_owner(lost, "SELECT key_id, wrapped FROM keyring.keys")
        [minted_after_backup] = await _keys_of_a_new_process(lost, master)
        event = uuid4()
        parts = [seal(key, event, "child", CHILD) for key in (kept, destroyed, minted_after_backup)]
        await before.destroy([destroyed.key_id, minted_after_backup.key_id], "retention-ended")
        copied = await before.destroyed_since(long_ago)

    copy = "INSERT INTO keyring.keys (key_id, wrapped) SELECT * FROM unnest($1::uuid[], $2::bytea[])"
    await _as_owner(restored, copy, [row["key_id"] for row in backup], [row["wrapped"] for row in backup])
    async with Keyring.connect(restored.app_dsn, master) as after:
        assert await after.open_many(parts[:2]) == [CHILD, CHILD], "the backup holds the destroyed key"
        await after.replay(copied)
        await after.replay(copied)

        assert await after.open_many(parts) == [CHILD, Erased(), Erased()]
        assert await after.destroyed_since(long_ago) == copied


async def test_a_key_from_elsewhere_is_unknown_and_not_taken_for_erased(database: Database, master: MasterKey) -> None:
    foreign, _ = master.make_key(uuid4())
    async with Keyring.connect(database.app_dsn, master) as keyring:
        with pytest.raises(UnknownKey, match="1 of 1 keys"):
            await keyring.open_many([seal(foreign, uuid4(), "child", CHILD)])
        with pytest.raises(UnknownKey):
            await keyring.set_retention(foreign.key_id, "report", None)


async def test_the_retention_of_a_key_can_change_until_it_is_destroyed(database: Database, master: MasterKey) -> None:
    async with Keyring.connect(database.app_dsn, master) as keyring:
        [key] = await keyring.fresh_keys(1)
        for said in (("report", date(2031, 5, 1)), ("placement", None), ("case", date(2036, 1, 1))):
            await keyring.set_retention(key.key_id, *said)
            [kept] = await _as_owner(
                database, "SELECT retention_class, retain_until FROM keyring.keys WHERE key_id = $1", key.key_id
            )
            assert tuple(kept) == said
        await keyring.destroy([key.key_id], "retention-ended")
        await keyring.set_retention(key.key_id, "report", date(2040, 1, 1))
        [left] = await _as_owner(database, "SELECT * FROM keyring.keys WHERE key_id = $1", key.key_id)

    assert (left["retention_class"], left["retain_until"]) == ("case", date(2036, 1, 1))


async def test_reasons_and_classes_are_codes_so_that_nobody_writes_a_name_there(
    database: Database, master: MasterKey
) -> None:
    async with Keyring.connect(database.app_dsn, master) as keyring:
        [key] = await keyring.fresh_keys(1)
        for told in ("Kanariefågel bad om det", "", "Ended", "a" * 64):
            with pytest.raises(ValueError, match="kebab-case"):
                await keyring.destroy([key.key_id], told)
            with pytest.raises(ValueError, match="kebab-case"):
                await keyring.set_retention(key.key_id, told, None)
            with pytest.raises(ValueError, match="kebab-case"):
                await keyring.replay([Tombstone(key.key_id, datetime.now(UTC), told)])


async def test_a_person_keeps_one_random_pseudonym_per_board(database: Database, master: MasterKey) -> None:
    board, other_board = uuid4(), uuid4()
    async with Keyring.connect(database.app_dsn, master) as keyring:
        person = await keyring.person(board, "190905271474")

        assert await keyring.person(board, "190905271474") == person
        assert await keyring.person(board, "198211059954") != person
        assert await keyring.person(other_board, "190905271474") != person
    assert person.version == 4


async def test_many_who_meet_a_person_first_at_once_get_one_pseudonym(database: Database, master: MasterKey) -> None:
    board = uuid4()
    async with (
        Keyring.connect(database.app_dsn, master, min_connections=8) as one,
        Keyring.connect(database.app_dsn, master, min_connections=8) as other,
    ):
        for number in ("190905271474", "198211059954", "199012119948", "200012099891", "197306749982"):
            answers = await asyncio.gather(*(ring.person(board, number) for ring in (one, other) * 20))

            assert len(set(answers)) == 1


async def test_fresh_keys_asked_for_at_once_by_many_are_never_given_twice(
    database: Database, master: MasterKey
) -> None:
    async with (
        Keyring.connect(database.app_dsn, master, block=7) as one,
        Keyring.connect(database.app_dsn, master, block=7) as other,
    ):
        given = await asyncio.gather(*(ring.fresh_keys(count) for ring in (one, other) for count in (0, 1, 3, 20) * 10))
    key_ids = [key.key_id for keys in given for key in keys]
    stored = {row["key_id"] for row in await _as_owner(database, "SELECT key_id FROM keyring.keys")}

    assert len(key_ids) == 2 * 10 * (0 + 1 + 3 + 20)
    assert len(set(key_ids)) == len(key_ids)
    assert set(key_ids) <= stored


async def test_the_stock_is_filled_again_in_the_background_before_it_is_empty(
    database: Database, master: MasterKey
) -> None:
    async with Keyring.connect(database.app_dsn, master, block=10) as keyring, asyncio.timeout(10):
        await keyring.fresh_keys(5)
        assert (await _as_owner(database, "SELECT count(*) FROM keyring.keys"))[0]["count"] == 10
        await keyring.fresh_keys(1)
        while (await _as_owner(database, "SELECT count(*) FROM keyring.keys"))[0]["count"] < 20:
            pass


async def test_another_master_key_than_the_first_is_refused_at_once(database: Database, master: MasterKey) -> None:
    async with Keyring.connect(database.app_dsn, master):
        pass
    with pytest.raises(MasterKeyUnfit, match="another master key"):
        async with Keyring.connect(database.app_dsn, MasterKey(bytes(32))):
            pytest.fail("the keyring was opened with another master key")
    async with Keyring.connect(database.app_dsn, master):
        pass


async def _keys_of_a_new_process(database: Database, master: MasterKey) -> list[KeyHandle]:
    async with Keyring.connect(database.app_dsn, master) as keyring:
        return await keyring.fresh_keys(1)
