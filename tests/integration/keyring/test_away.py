"""While the keyring's database is away: what is at hand goes on, the rest says KeyringAway, and it heals by itself."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol
from uuid import uuid4

import asyncpg
import psutil
import pytest

from keyring.master import MasterKey
from keyring.ring import Keyring, KeyringAway, Tombstone
from keyring.seals import KeyHandle, Payload, seal
from local_platform.postgres import Database, Postgres

CHILD = Payload({"name": "Kanariefågel Testdotter"})
NUMBER = "190905271474"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Server(Protocol):
    """What these tests need of the run's PostgreSQL."""

    async def create_database(self, prefix: str) -> Database:
        """An empty database with its two roles."""
        ...


class OwnServer(Protocol):
    """A server that a test may stop and start, with a migrated keyring database."""

    @property
    def postgres(self) -> Postgres:
        """The server."""
        ...

    @property
    def database(self) -> Database:
        """The keyring database in it."""
        ...


def _calls_that_need_the_database(keyring: Keyring, key: KeyHandle) -> list[Callable[[], Awaitable[object]]]:
    elsewhere = KeyHandle(uuid4(), key.secret)
    return [
        lambda: keyring.set_retention(key.key_id, "report", None),
        lambda: keyring.destroy([uuid4()], "retention-ended"),
        lambda: keyring.destroyed_since(NOW),
        lambda: keyring.replay([Tombstone(elsewhere.key_id, NOW, "retention-ended")]),
        lambda: keyring.keys([elsewhere.key_id]),
        lambda: keyring.open_many([seal(elsewhere, uuid4(), "child", CHILD)]),
        lambda: keyring.person(uuid4(), NUMBER),
        lambda: keyring.fresh_keys(30),
    ]


async def test_a_stopped_server_means_away_for_what_is_not_at_hand_and_nothing_after_its_return(
    own_server: OwnServer, master: MasterKey
) -> None:
    dsn = own_server.database.app_dsn
    async with Keyring.connect(dsn, master, block=10) as keyring:
        [key] = await keyring.fresh_keys(1)
        sealed = seal(key, uuid4(), "child", CHILD)
        await own_server.postgres.stop()

        for call in _calls_that_need_the_database(keyring, key):
            with pytest.raises(KeyringAway) as away:
                await call()
            shown = "".join(traceback.format_exception(away.value))
            assert CHILD["name"] not in shown
            assert NUMBER not in shown
        with pytest.raises(KeyringAway):
            async with Keyring.connect(dsn, master):
                pytest.fail("a keyring was opened on a stopped server")
        assert await keyring.open_many([sealed]) == [CHILD], "the key is remembered"
        assert len(await keyring.fresh_keys(9)) == 9, "the stock lasts"
        with pytest.raises(KeyringAway):
            await keyring.fresh_keys(1)

        await own_server.postgres.start()
        for call in _calls_that_need_the_database(keyring, key):
            await call()


async def test_sessions_ended_by_the_server_are_replaced(own_server: OwnServer, master: MasterKey) -> None:
    async with Keyring.connect(own_server.database.app_dsn, master) as keyring:
        admin = await asyncpg.connect(own_server.postgres.admin_dsn)
        await admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'keyring'")
        await admin.close()
        async with asyncio.timeout(20):
            while True:
                try:
                    await keyring.person(uuid4(), NUMBER)
                    break
                except KeyringAway:
                    continue


async def test_a_database_that_does_not_answer_means_away_after_five_seconds_however_many_ask(
    database: Database, master: MasterKey
) -> None:
    owner = await asyncpg.connect(database.owner_dsn)
    async with Keyring.connect(database.app_dsn, master, block=10) as keyring:
        [key] = await keyring.fresh_keys(1)
        sealed = seal(key, uuid4(), "child", CHILD)
        async with owner.transaction():
            await owner.execute("LOCK TABLE keyring.keys, keyring.persons IN ACCESS EXCLUSIVE MODE")
            many = [keyring.person(uuid4(), NUMBER) for _ in range(10)] + [keyring.fresh_keys(20) for _ in range(10)]
            waiting = asyncio.gather(*many, return_exceptions=True)

            assert await keyring.open_many([sealed]) == [CHILD]
            assert len(await keyring.fresh_keys(5)) == 5
            async with asyncio.timeout(8):
                outcomes = await waiting
        assert [type(outcome) for outcome in outcomes] == [KeyringAway] * 20
        await keyring.person(uuid4(), NUMBER)
    await owner.close()


@pytest.mark.slow
async def test_a_frozen_server_means_away_within_ten_seconds_and_heals_when_it_thaws(
    own_server: OwnServer, master: MasterKey
) -> None:
    server = psutil.Process(own_server.postgres.child.process.pid)
    async with Keyring.connect(own_server.database.app_dsn, master) as keyring:
        await keyring.person(uuid4(), NUMBER)
        processes = [server, *server.children()]
        for process in processes:
            process.suspend()
        try:
            async with asyncio.timeout(11):
                many = [keyring.person(uuid4(), NUMBER) for _ in range(20)]
                outcomes = await asyncio.gather(*many, return_exceptions=True)
        finally:
            for process in processes:
                process.resume()

        assert [type(outcome) for outcome in outcomes] == [KeyringAway] * 20
        await keyring.person(uuid4(), NUMBER)


async def test_a_database_that_is_not_migrated_or_refuses_the_password_is_away_as_well(
    postgres: Server, master: MasterKey
) -> None:
    database = await postgres.create_database("keyring")
    wrong_password = database.app_dsn.replace(f"{database.app_role}:", f"{database.app_role}:x")
    assert wrong_password != database.app_dsn
    for dsn in (database.app_dsn, wrong_password):
        with pytest.raises(KeyringAway):
            async with Keyring.connect(dsn, master):
                pytest.fail("a keyring was opened where there is none")


async def test_a_wrong_argument_is_not_taken_for_an_absence(database: Database, master: MasterKey) -> None:
    async with Keyring.connect(database.app_dsn, master) as keyring:
        with pytest.raises(asyncpg.DataError, match="invalid input"):
            await keyring.keys(["no uuid"])  # type: ignore[list-item]


async def test_a_caller_that_gives_up_leaves_the_keyring_in_order(database: Database, master: MasterKey) -> None:
    owner = await asyncpg.connect(database.owner_dsn)
    async with Keyring.connect(database.app_dsn, master, block=5) as keyring:
        async with owner.transaction():
            await owner.execute("LOCK TABLE keyring.keys IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await keyring.fresh_keys(20)

        assert len(await keyring.fresh_keys(20)) == 20
    await owner.close()
