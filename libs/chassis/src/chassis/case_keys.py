"""Which key seals whose data in a case. A binding is made in the transaction that first needs it."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from uuid import UUID

from chassis.database import Connection, Pool
from chassis.decider import Refused
from chassis.together import Together
from keyring.ring import Keyring, KeyringAway
from keyring.seals import Erased, KeyHandle


class CaseKeys:
    """The key of each (board, case, person) of one service, known ones remembered."""

    def __init__(self, pool: Pool, keyring: Keyring, size: int = 10_000) -> None:
        self._keyring = keyring
        self._size = size
        self._read: Together[Connection, UUID, dict[UUID, UUID]] = Together(pool.acquire, _read_bound)
        # The keyring has a pool of its own.
        self._open: Together[None, Sequence[UUID], Mapping[UUID, KeyHandle | Erased]] = Together(
            nullcontext, self._open_keys, (KeyringAway,)
        )
        self._bound: OrderedDict[tuple[UUID, UUID, UUID], UUID] = OrderedDict()

    async def of(
        self, board: UUID, case: UUID, persons: Iterable[UUID], *, new_case: bool
    ) -> tuple[dict[UUID, KeyHandle], dict[UUID, KeyHandle]]:
        """The keys of these persons in a case, and which of them are fresh and still have to be bound.

        Raises:
            KeyringAway: a key that is needed is not at hand, and the keyring does not answer.
            Refused: a person's data in the case have been erased; nothing more may be written of them there.
        """
        wanted = set(persons)
        bound = {person: key for person in wanted if (key := self._bound.get((board, case, person)))}
        if len(bound) < len(wanted) and not new_case:
            read = await self._read(board, case)
            self.remember(board, case, read)
            bound = {person: key for person, key in read.items() if person in wanted}
        handles: dict[UUID, KeyHandle] = {}
        opened: Mapping[UUID, KeyHandle | Erased] = self._keyring.at_hand(bound.values())
        if len(opened) < len(bound):
            opened = await self._open(board, tuple(bound.values()))
        for person, key in bound.items():
            handle = opened[key]
            if isinstance(handle, Erased):
                raise Refused("person-erased", "SoL 16:1")
            handles[person] = handle
        unbound = sorted(wanted - bound.keys())
        fresh = dict(zip(unbound, await self._keyring.fresh_keys(len(unbound)), strict=True)) if unbound else {}
        return handles | fresh, fresh

    def remember(self, board: UUID, case: UUID, bound: Mapping[UUID, UUID]) -> None:
        """Persons of a case and their keys, as they are known to be committed."""
        for person, key in bound.items():
            self._bound[board, case, person] = key
        while len(self._bound) > self._size:
            self._bound.popitem(last=False)

    async def _open_keys(
        self, _link: None, _board: UUID, asked: Sequence[Sequence[UUID]]
    ) -> list[Mapping[UUID, KeyHandle | Erased]]:
        opened = await self._keyring.keys({key for keys in asked for key in keys})
        return [opened] * len(asked)


async def _read_bound(connection: Connection, board: UUID, cases: Sequence[UUID]) -> list[dict[UUID, UUID]]:
    """Who is bound to which key in each of these cases, in one round trip."""
    bound: dict[UUID, dict[UUID, UUID]] = {case: {} for case in cases}
    for row in await connection.fetch("select case_id, person_id, key_id from case_keys($1, $2)", board, cases):
        bound[row["case_id"]][row["person_id"]] = row["key_id"]
    return [bound[case] for case in cases]
