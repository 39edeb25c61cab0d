"""Opened keys are remembered for 60 s and no longer, under a clock that the test sets."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from keyring.cache import KeyCache
from keyring.seals import Erased, KeyHandle

SECRET = bytes(32)


class Clock:
    """Stands still until the test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _key(number: int) -> KeyHandle:
    return KeyHandle(UUID(int=number), SECRET)


def test_a_key_is_remembered_until_60_seconds_have_passed() -> None:
    clock = Clock()
    cache = KeyCache(clock)
    cache.remember({_key(1).key_id: _key(1)}, clock())

    clock.now += 59.9
    assert cache.recall([UUID(int=1)]) == {UUID(int=1): _key(1)}
    clock.now += 0.1
    assert cache.recall([UUID(int=1)]) == {}


def test_asking_does_not_prolong_a_memory() -> None:
    clock = Clock()
    cache = KeyCache(clock)
    cache.remember({_key(1).key_id: _key(1)}, clock())
    for _ in range(5):
        clock.now += 12
        found = cache.recall([UUID(int=1)])

    assert found == {}


def test_a_destroyed_key_is_remembered_as_destroyed() -> None:
    clock = Clock()
    cache = KeyCache(clock)
    cache.remember({UUID(int=1): Erased()}, clock())

    assert cache.recall([UUID(int=1)]) == {UUID(int=1): Erased()}


def test_a_forgotten_key_is_gone_at_once_and_the_others_stay() -> None:
    clock = Clock()
    cache = KeyCache(clock)
    cache.remember({_key(n).key_id: _key(n) for n in (1, 2)}, clock())
    cache.forget([UUID(int=1), UUID(int=99)])

    assert cache.recall([UUID(int=1), UUID(int=2)]) == {UUID(int=2): _key(2)}


def test_no_more_than_ten_thousand_keys_are_kept_and_the_oldest_go_first() -> None:
    clock = Clock()
    cache = KeyCache(clock)
    cache.remember({UUID(int=n): _key(n) for n in range(10_005)}, clock())
    everything = [UUID(int=n) for n in range(10_005)]

    assert set(cache.recall(everything)) == set(everything[5:])


@given(st.lists(st.tuples(st.floats(0, 40), st.floats(0, 10)), max_size=30), st.floats(0, 100))
def test_no_key_is_ever_given_after_60_seconds_however_slow_its_answer_was(
    answers: list[tuple[float, float]], later: float
) -> None:
    clock = Clock()
    cache = KeyCache(clock)
    asked: dict[UUID, float] = {}
    for number, (pause, delay) in enumerate(answers):
        clock.now += pause
        asked[UUID(int=number)] = clock.now - delay
        cache.remember({UUID(int=number): _key(number)}, clock.now - delay)
    clock.now += later

    expected = {key_id for key_id, asked_at in asked.items() if asked_at > clock.now - 60}
    assert set(cache.recall(asked)) == expected
