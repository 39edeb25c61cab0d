"""Calls of a database that come while others are on their way share the next round trip.

Nothing waits for company: where the database is idle a call goes at once, alone. Under load, what came meanwhile goes
together, so that a round trip, a transaction and a flush serve several.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

from chassis.database import AWAY

Q = TypeVar("Q")
A = TypeVar("A")
L = TypeVar("L")

AT_ONCE = 2
MOST = 8


class _Waiting(NamedTuple, Generic[Q, A]):
    board: UUID
    asked: Q
    answer: "asyncio.Future[A]"


class Together(Generic[L, Q, A]):
    """One kind of call. `send` carries out several of one board over a link, and answers in their order. Whatever it
    raises of `away` is true for all of them. A link is opened for as long as somebody waits: a connection of a pool, to
    take and give back which costs half of what a call does."""

    def __init__(
        self,
        link: Callable[[], AbstractAsyncContextManager[L]],
        send: Callable[[L, UUID, Sequence[Q]], Awaitable[Sequence[A]]],
        away: tuple[type[BaseException], ...] = AWAY,
    ) -> None:
        self._link = link
        self._send = send
        self._away = away
        self._waiting: deque[_Waiting[Q, A]] = deque()
        self._senders: set[asyncio.Task[None]] = set()
        self._sending = 0

    async def __call__(self, board: UUID, asked: Q) -> A:
        """Carry out one call.

        Raises:
            What it raises when it is carried out alone.
        """
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(board, asked, answer))
        if self._sending < AT_ONCE:
            self._sending += 1
            sender = asyncio.create_task(self._send_waiting())
            self._senders.add(sender)
            sender.add_done_callback(self._senders.discard)
        return await answer

    async def _send_waiting(self) -> None:
        try:
            while batch := self._next():
                await self._send_over_one_link(batch)
        finally:
            # At once, and not when the task is seen to be done: who comes in between would wait for ever.
            self._sending -= 1

    async def _send_over_one_link(self, batch: list[_Waiting[Q, A]]) -> None:
        """Send this batch and those after it, until nobody waits or the link has failed."""
        try:
            async with self._link() as link:
                while batch:
                    batch = self._next() if await self._send_batch(link, batch) else []
        except Exception as error:  # noqa: BLE001  # whoever asked raises it
            _fail(batch, error)
        finally:
            for each in batch:
                each.answer.cancel()

    async def _send_batch(self, link: L, batch: Sequence[_Waiting[Q, A]]) -> bool:
        """Carry out a batch; says whether more can go over the link."""
        try:
            answers = await self._send(link, batch[0].board, [each.asked for each in batch])
            for each, answer in zip(batch, answers, strict=True):
                _tell(each, answer)
        except self._away as error:
            _fail(batch, error)
            return False
        except Exception as error:  # noqa: BLE001  # whoever asked raises it
            if len(batch) == 1:
                _fail(batch, error)
            else:
                # One of them is at fault, and each gets its own answer.
                return all([await self._send_batch(link, [each]) for each in batch])
        return True

    def _next(self) -> list[_Waiting[Q, A]]:
        """Whoever has waited longest, and others of that board. Who has given up is left out."""
        batch: list[_Waiting[Q, A]] = []
        others: list[_Waiting[Q, A]] = []
        while self._waiting and len(batch) < MOST:
            each = self._waiting.popleft()
            if not each.answer.done():
                (others if batch and each.board != batch[0].board else batch).append(each)
        self._waiting.extendleft(reversed(others))
        return batch


def _tell(one: _Waiting[Q, A], answer: A) -> None:
    if not one.answer.done():
        one.answer.set_result(answer)


def _fail(batch: Sequence[_Waiting[Q, A]], error: BaseException) -> None:
    for each in batch:
        if not each.answer.done():
            each.answer.set_exception(error)
