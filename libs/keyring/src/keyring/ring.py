"""The keyring as services use it: fresh keys, opening, retention and destruction of keys, pseudonyms of persons."""

import asyncio
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Self
from uuid import UUID, uuid4  # noqa: TID251 - the keyring is a shell, and draws the ids of its keys

import asyncpg

from keyring.cache import KeyCache
from keyring.master import MasterKey, MasterKeyUnfit
from keyring.seals import Erased, KeyHandle, Payload, Seal, break_seal, read_seal

PATIENCE_SECONDS: Final = 5.0
MOST_CONNECTIONS: Final = 4
CODE: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")

# Every call runs fixed statements with checked arguments, so what PostgreSQL objects to (it starts, stops, fails over,
# is full, not migrated yet, refuses the password) is the keyring's trouble and never that of the request.
TROUBLE: Final = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


class KeyringAway(Exception):
    """The keyring's database cannot be used now; the cause says why. No request is at fault: answer 503, or wait."""


class UnknownKey(Exception):
    """A key that this keyring neither holds nor has destroyed: a part from elsewhere, or keys lost with a backup."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of a destroyed key: when (UTC) and why, as a code."""

    key_id: UUID
    destroyed_at: datetime
    reason: str


class Keyring:
    """Keys and pseudonyms, shared by all services through the functions of one database.

    Each method that needs the database raises KeyringAway while it cannot be used, and nothing else for that cause;
    within 5 s, or twice that where the server is frozen and does not even take the word to stop.
    """

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", master: MasterKey, block: int, clock: Callable[[], float]
    ) -> None:
        self._pool = pool
        self._master = master
        self._block = block
        self._clock = clock
        self._cache = KeyCache(clock)
        self._stock: deque[KeyHandle] = deque()
        self._minting = asyncio.Lock()
        self._refilling: asyncio.Task[None] | None = None

    @classmethod
    @asynccontextmanager
    async def connect(
        cls,
        dsn: str,
        master: MasterKey,
        *,
        min_connections: int = 1,
        block: int = 500,
        clock: Callable[[], float] = time.monotonic,
    ) -> AsyncIterator[Self]:
        """Open the keyring with its first block of fresh keys at hand, and close it at the end.

        `block` is how many keys are minted at a time; below half of it the next block is fetched in the background.
        `clock` is monotonic, in seconds. Raises MasterKeyUnfit where this database was first opened with another key.
        """
        pool = asyncpg.create_pool(
            dsn,
            min_size=min_connections,
            max_size=max(min_connections, MOST_CONNECTIONS),
            timeout=PATIENCE_SECONDS,
            reset=_leave_as_is,
        )
        with _trouble_means_away():
            await pool
        keyring = cls(pool, master, block, clock)
        try:
            await keyring._claim()
            await keyring._refill(block)
            yield keyring
        finally:
            await keyring._close()

    async def ping(self) -> None:
        """See that the database answers."""
        async with self._database() as database:
            await database.fetchval("SELECT 1")

    async def fresh_keys(self, count: int) -> list[KeyHandle]:
        """Give keys that nothing is sealed with yet; from the stock, without a round trip, as long as it lasts.

        The caller binds a key to (case, person) in its own transaction. One that is never bound is simply unused.
        """
        while len(self._stock) < count:
            await self._refill(count)
        keys = [self._stock.popleft() for _ in range(count)]
        self._cache.remember({key.key_id: key for key in keys}, self._clock())
        if len(self._stock) < self._block // 2 and (self._refilling is None or self._refilling.done()):
            self._refilling = asyncio.create_task(self._refill_ahead())
        return keys

    def at_hand(self, key_ids: Iterable[UUID]) -> dict[UUID, KeyHandle | Erased]:
        """Give those of the keys that were asked for within the last 60 s, without a round trip."""
        return self._cache.recall(key_ids)

    async def keys(self, key_ids: Collection[UUID]) -> dict[UUID, KeyHandle | Erased]:
        """Give each key by its id, to seal or unseal with, or Erased where it is destroyed.

        One round trip for all that were not asked for within the last 60 s, none where all were. Raises UnknownKey.
        """
        asked_at = self._clock()
        found = self.at_hand(key_ids)
        missing = list({key_id for key_id in key_ids if key_id not in found})
        if missing:
            async with self._database() as database:
                rows = await database.fetch("SELECT key_id, wrapped FROM keyring.open($1)", missing)
            read = {row["key_id"]: self._unwrapped(row["key_id"], row["wrapped"]) for row in rows}
            if len(read) < len(missing):
                raise UnknownKey(f"{len(missing) - len(read)} of {len(missing)} keys are not in this keyring")
            self._cache.remember(read, asked_at)
            found |= read
        return found

    async def open_many(self, sealed: Sequence[str]) -> list[Payload | Erased]:
        """Open sealed parts, in their order, with at most one round trip. Raises SealBroken, UnknownKey.

        Each part is opened in the event and part that it names itself; whoever knows where it ought to belong
        compares that with `read_seal`, or opens it with `unseal`.
        """
        closed = [read_seal(text) for text in sealed]
        keys = await self.keys({part.key_id for part in closed})
        return [_opened(keys[part.key_id], part) for part in closed]

    async def set_retention(self, key_id: UUID, retention_class: str, until: date | None) -> None:
        """Say to which retention class a key belongs and until which day it is kept; None is for ever (SoL 16:2).

        It may be said again and again, as a report becomes a placement. On a destroyed key it has no effect.
        Raises UnknownKey.
        """
        _require_code(retention_class)
        async with self._database() as database:
            known: bool = await database.fetchval(
                "SELECT keyring.set_retention($1, $2, $3)", key_id, retention_class, until
            )
        if not known:
            raise UnknownKey("the key is not in this keyring")

    async def destroy(self, key_ids: Collection[UUID], reason: str) -> None:
        """Destroy keys for good; what they sealed is erased at once here, and within 60 s in every other process.

        `reason` is a code (kebab-case), kept with the time as a tombstone; a key that is destroyed already keeps its
        first one. An unknown key gets a tombstone too, so that no copy of it can come back.
        """
        _require_code(reason)
        async with self._database() as database:
            await database.execute("SELECT keyring.destroy($1, $2)", list(key_ids), reason)
        self._cache.forget(key_ids)

    async def destroyed_since(self, since: datetime) -> list[Tombstone]:
        """Give the tombstones from that time on (aware), oldest first, to be kept apart from the keyring's backups.

        Whoever copies the list goes on from the last time seen, that time included; none is missed so.
        """
        async with self._database() as database:
            rows = await database.fetch("SELECT key_id, destroyed_at, reason FROM keyring.destroyed_since($1)", since)
        return [Tombstone(**row) for row in rows]

    async def replay(self, tombstones: Sequence[Tombstone]) -> None:
        """Destroy again what had been destroyed, after a restore of the database from a backup. May be repeated."""
        key_ids = [tombstone.key_id for tombstone in tombstones]
        moments = [tombstone.destroyed_at for tombstone in tombstones]
        reasons = [tombstone.reason for tombstone in tombstones]
        for reason in reasons:
            _require_code(reason)
        async with self._database() as database:
            await database.execute("SELECT keyring.replay($1, $2, $3)", key_ids, moments, reasons)
        self._cache.forget(key_ids)

    async def person(self, board_id: UUID, number: str) -> UUID:
        """Give the person's random pseudonym within a board; the same for the same number, drawn the first time.

        `number` is a personnummer or samordningsnummer with twelve digits, otherwise ValueError; it is not stored.
        A person without a number gets an id from whoever meets them first.
        """
        index = self._master.person_index(board_id, number)
        async with self._database() as database:
            person_id: UUID = await database.fetchval("SELECT keyring.person($1, $2)", board_id, index)
        return person_id

    @asynccontextmanager
    async def _database(self) -> AsyncIterator["asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"]:
        # The time covers the wait for a free connection, or callers would queue one by one behind a silent server.
        # `acquire` keeps its own for the release: a frozen server would never confirm that a call was cancelled.
        with _trouble_means_away():
            async with asyncio.timeout(PATIENCE_SECONDS), self._pool.acquire(timeout=PATIENCE_SECONDS) as connection:
                yield connection

    async def _claim(self) -> None:
        async with self._database() as database:
            ours = await database.fetchval("SELECT keyring.claim_master($1)", self._master.fingerprint())
        if not ours:
            raise MasterKeyUnfit("this keyring was first opened with another master key")

    async def _refill(self, wanted: int) -> None:
        async with self._database() as database, self._minting:
            short = wanted - len(self._stock)
            if short <= 0:
                return
            made = [self._master.make_key(uuid4()) for _ in range(max(self._block, short))]
            key_ids = [key.key_id for key, _ in made]
            await database.execute("SELECT keyring.mint($1, $2)", key_ids, [wrapped for _, wrapped in made])
            self._stock.extend(key for key, _ in made)

    async def _refill_ahead(self) -> None:
        # While the database is away the stock lasts a while; who finds it empty is told then.
        with suppress(KeyringAway):
            await self._refill(self._block // 2)

    def _unwrapped(self, key_id: UUID, wrapped: bytes | None) -> KeyHandle | Erased:
        return Erased() if wrapped is None else self._master.unwrap(key_id, wrapped)

    async def _close(self) -> None:
        if self._refilling is not None:
            self._refilling.cancel()
            await asyncio.wait([self._refilling])
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._pool.close()


@contextmanager
def _trouble_means_away() -> Iterator[None]:
    try:
        yield
    except asyncpg.DataError:
        # A wrong argument is the caller's fault, and waiting would not mend it.
        raise
    except TROUBLE as error:
        raise KeyringAway("the keyring's database cannot be used now") from error


async def _leave_as_is(connection: asyncpg.Connection) -> None:
    """Spare the reset that a pool sends at each release: a call of a function leaves nothing behind in a session."""


def _opened(key: KeyHandle | Erased, closed: Seal) -> Payload | Erased:
    return key if isinstance(key, Erased) else break_seal(key, closed)


def _require_code(code: str) -> None:
    if not CODE.fullmatch(code):
        raise ValueError("a code is written in kebab-case, at most 63 characters")
