"""Opened keys, remembered for a short while."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Final
from uuid import UUID

from keyring.seals import Erased, KeyHandle

SECONDS: Final = 60.0
MOST_KEYS: Final = 10_000


class KeyCache:
    """Keys by id, none older than 60 s counted from when they were asked for, and at most 10,000 of them.

    So a key that another process destroys is forgotten here within 60 s. `clock` is monotonic, in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._keys: OrderedDict[UUID, tuple[float, KeyHandle | Erased]] = OrderedDict()

    def recall(self, key_ids: Iterable[UUID]) -> dict[UUID, KeyHandle | Erased]:
        """Give those of the keys that are still remembered."""
        self._drop_old()
        oldest_kept = self._clock() - SECONDS
        entries = ((key_id, self._keys[key_id]) for key_id in key_ids if key_id in self._keys)
        return {key_id: key for key_id, (asked_at, key) in entries if asked_at > oldest_kept}

    def remember(self, keys: Mapping[UUID, KeyHandle | Erased], asked_at: float) -> None:
        """Remember keys that were asked for at that time of the clock."""
        for key_id, key in keys.items():
            self._keys[key_id] = (asked_at, key)
            self._keys.move_to_end(key_id)
        self._drop_old()

    def forget(self, key_ids: Iterable[UUID]) -> None:
        """Forget keys at once."""
        for key_id in key_ids:
            self._keys.pop(key_id, None)

    def _drop_old(self) -> None:
        # From the front, which holds the oldest but for keys whose answer was slow; `recall` looks at those again.
        oldest_kept = self._clock() - SECONDS
        while self._keys:
            asked_at, _ = next(iter(self._keys.values()))
            if asked_at > oldest_kept and len(self._keys) <= MOST_KEYS:
                break
            self._keys.popitem(last=False)
