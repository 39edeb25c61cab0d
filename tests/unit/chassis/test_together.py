"""Calls that share a round trip: each gets its own answer, whatever becomes of its company."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from chassis.together import AT_ONCE, MOST, Together

NORTH, SOUTH = uuid4(), uuid4()


class Doubling:
    """Doubles numbers, a turn of the loop later; remembers what came together. Odd numbers cannot be doubled."""

    def __init__(self) -> None:
        self.batches: list[tuple[UUID, Sequence[int]]] = []
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, board: UUID, numbers: Sequence[int]) -> list[int]:
        self.batches.append((board, numbers))
        await self.open.wait()
        await asyncio.sleep(0)
        if odd := [number for number in numbers if number % 2]:
            raise ValueError(odd[0])
        return [2 * number for number in numbers]


async def test_what_comes_at_once_goes_together_and_each_gets_its_own_answer() -> None:
    send = Doubling()
    double = Together(send)
    assert await asyncio.gather(*(double(NORTH, 2 * n) for n in range(MOST))) == [4 * n for n in range(MOST)]
    assert len(send.batches) == 1


async def test_no_batch_is_larger_than_may_be_and_no_more_go_at_once() -> None:
    send = Doubling()
    send.open.clear()
    double = Together(send)
    asked = [asyncio.create_task(double(NORTH, 2)) for _ in range(5 * MOST)]
    for _ in range(10):
        await asyncio.sleep(0)
    assert len(send.batches) == AT_ONCE
    send.open.set()
    assert await asyncio.gather(*asked) == [4] * 5 * MOST
    assert max(len(numbers) for _, numbers in send.batches) == MOST


async def test_boards_never_go_together_and_nobody_is_passed_over() -> None:
    send = Doubling()
    double = Together(send)
    asked = [(board, 2 * n) for n in range(MOST) for board in (NORTH, SOUTH)]
    assert await asyncio.gather(*(double(*each) for each in asked)) == [2 * number for _, number in asked]
    came = {board: [n for of, numbers in send.batches if of == board for n in numbers] for board in (NORTH, SOUTH)}
    assert came == {board: [n for of, n in asked if of == board] for board in (NORTH, SOUTH)}


async def test_one_that_fails_fails_alone() -> None:
    double = Together(Doubling())
    answers = await asyncio.gather(*(double(NORTH, n) for n in (2, 3, 4)), return_exceptions=True)
    assert (answers[0], answers[2]) == (4, 8)
    assert isinstance(answers[1], ValueError)
    assert answers[1].args == (3,)


async def test_what_is_true_for_all_is_told_to_all_without_asking_again() -> None:
    send = Doubling()
    double = Together(send, away=(ValueError,))
    answers = await asyncio.gather(*(double(NORTH, n) for n in (2, 3, 4)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ValueError] * 3
    assert len(send.batches) == 1


async def test_whoever_gives_up_keeps_nobody_waiting() -> None:
    send = Doubling()
    send.open.clear()
    double = Together(send)
    busy = asyncio.create_task(double(NORTH, 2))
    await asyncio.sleep(0)
    gone, stays = asyncio.create_task(double(NORTH, 4)), asyncio.create_task(double(NORTH, 6))
    await asyncio.sleep(0)
    gone.cancel()
    send.open.set()
    assert await stays == 12
    assert await busy == 4
    with pytest.raises(asyncio.CancelledError):
        await gone


async def test_whoever_comes_just_when_the_sender_ends_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.together.AT_ONCE", 1)
    double = Together(Doubling())

    async def twice() -> int:
        return await double(NORTH, 2) + await double(NORTH, 4)

    async with asyncio.timeout(5):
        assert await asyncio.gather(*(twice() for _ in range(MOST))) == [12] * MOST
