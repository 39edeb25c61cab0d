"""Calls that share a round trip: each gets its own answer, whatever becomes of its company."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
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

    async def __call__(self, _link: int, board: UUID, numbers: Sequence[int]) -> list[int]:
        self.batches.append((board, numbers))
        await self.open.wait()
        await asyncio.sleep(0)
        if odd := [number for number in numbers if number % 2]:
            raise ValueError(odd[0])
        return [2 * number for number in numbers]


class Links:
    """Gives links, each with a number, and knows how many it gave and has back."""

    def __init__(self, *, away: bool = False) -> None:
        self.away = away
        self.given = self.back = 0

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[int]:
        if self.away:
            raise OSError
        self.given += 1
        try:
            yield self.given
        finally:
            await asyncio.sleep(0)
            self.back += 1


async def test_what_comes_at_once_goes_together_and_each_gets_its_own_answer() -> None:
    send = Doubling()
    double = Together(Links(), send)
    assert await asyncio.gather(*(double(NORTH, 2 * n) for n in range(MOST))) == [4 * n for n in range(MOST)]
    assert len(send.batches) == 1


async def test_no_batch_is_larger_than_may_be_and_no_more_go_at_once() -> None:
    send = Doubling()
    send.open.clear()
    double = Together(Links(), send)
    asked = [asyncio.create_task(double(NORTH, 2)) for _ in range(5 * MOST)]
    for _ in range(10):
        await asyncio.sleep(0)
    assert len(send.batches) == AT_ONCE
    send.open.set()
    assert await asyncio.gather(*asked) == [4] * 5 * MOST
    assert max(len(numbers) for _, numbers in send.batches) == MOST


async def test_boards_never_go_together_and_nobody_is_passed_over() -> None:
    send = Doubling()
    double = Together(Links(), send)
    asked = [(board, 2 * n) for n in range(MOST) for board in (NORTH, SOUTH)]
    assert await asyncio.gather(*(double(*each) for each in asked)) == [2 * number for _, number in asked]
    came = {board: [n for of, numbers in send.batches if of == board for n in numbers] for board in (NORTH, SOUTH)}
    assert came == {board: [n for of, n in asked if of == board] for board in (NORTH, SOUTH)}


async def test_one_that_fails_fails_alone() -> None:
    double = Together(Links(), Doubling())
    answers = await asyncio.gather(*(double(NORTH, n) for n in (2, 3, 4)), return_exceptions=True)
    assert (answers[0], answers[2]) == (4, 8)
    assert isinstance(answers[1], ValueError)
    assert answers[1].args == (3,)


async def test_what_is_true_for_all_is_told_to_all_without_asking_again() -> None:
    send = Doubling()
    double = Together(Links(), send, away=(ValueError,))
    answers = await asyncio.gather(*(double(NORTH, n) for n in (2, 3, 4)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ValueError] * 3
    assert len(send.batches) == 1


async def test_a_link_is_kept_while_somebody_waits_and_then_given_back() -> None:
    links = Links()
    double = Together(links, Doubling())
    await asyncio.gather(*(double(NORTH, 2) for _ in range(3 * AT_ONCE * MOST)))
    assert links.given == AT_ONCE
    for _ in range(10):
        await asyncio.sleep(0)
    assert links.back == AT_ONCE


async def test_a_link_that_failed_is_not_used_again() -> None:
    used: list[int] = []

    async def send(link: int, _board: UUID, numbers: Sequence[int]) -> Sequence[int]:
        used.append(link)
        if link == 1:
            raise OSError
        return numbers

    double = Together(Links(), send)
    answers = await asyncio.gather(*(double(NORTH, n) for n in range(3 * MOST)), return_exceptions=True)
    assert used.count(1) == 1
    assert sum(isinstance(answer, OSError) for answer in answers) == MOST


async def test_whoever_waits_for_a_link_that_cannot_be_had_is_told() -> None:
    double = Together(Links(away=True), Doubling())
    answers = await asyncio.gather(*(double(NORTH, 2) for _ in range(2 * MOST)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [OSError] * 2 * MOST


async def test_whoever_gives_up_keeps_nobody_waiting() -> None:
    send = Doubling()
    send.open.clear()
    double = Together(Links(), send)
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
    double = Together(Links(), Doubling())

    async def twice() -> int:
        return await double(NORTH, 2) + await double(NORTH, 4)

    async with asyncio.timeout(5):
        assert await asyncio.gather(*(twice() for _ in range(MOST))) == [12] * MOST
