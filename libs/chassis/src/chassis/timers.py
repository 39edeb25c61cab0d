"""Timers: what happens to a stream because time has passed. A due timer becomes a command, like any other.

A timer's row goes away in the transaction of what it causes, so that it has one effect however many workers look at it.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from chassis.answers import timer_id
from chassis.clock import now
from chassis.database import on_board
from chassis.decider import Decider, Origin, Refused, Step
from chassis.event_store import AlreadyHandled, Conflict, Due
from chassis.handle import Store, handle
from chassis.loops import Outage, is_away, pause, run_until
from chassis.telemetry import Cause, note_error, span

OnTimer: TypeAlias = Callable[[str, str, UUID, datetime], Any]
"""The command that a timer becomes, given the kind of stream, the timer's name, the stream, and when it was due."""

_LOOK_EVERY_SECONDS = 1.0
_PAGE = 100
_SHORTEST_WAIT, _LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Timer:
    """A row of the table, as the function `timers_due` gives it."""

    board: UUID
    stream: UUID
    kind: str
    case: UUID
    due: Due
    traceparent: str | None


class Timers:
    """Looks every second for timers that are due. Two of these at once do no harm."""

    def __init__(
        self,
        store: Store,
        deciders: Iterable[Decider[Any, Any, Any]],
        on_timer: OnTimer,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._store = store
        self._deciders = {decider.kind: decider for decider in deciders}
        self._on_timer = on_timer
        self._clock = clock
        self.outage = Outage("timers")

    async def run(self, stop: asyncio.Event) -> None:
        """Run until told to stop. While the database or the keyring is away, wait."""
        await run_until(stop, self._look(stop))

    async def _look(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.run_due()
                self.outage.over()
                await pause(stop, _LOOK_EVERY_SECONDS)
            except Exception as error:
                if not is_away(error):
                    raise
                await self.outage.wait(error, stop)

    async def run_due(self) -> None:
        """Carry out every timer that is due now, the longest waiting first.

        Raises:
            An error of which `is_away` is true: the database or the keyring. What was not carried out stays due.
        """
        while due := await self._due():
            for timer in due:
                self.outage.beat()
                await self._carry_out(timer)

    async def _due(self) -> list[_Timer]:
        rows = await self._store.pool.fetch("select * from timers_due($1, $2)", self._clock(), _PAGE)
        return [
            _Timer(
                row["board_id"],
                row["stream_id"],
                row["kind"],
                row["case_id"],
                Due(row["name"], row["due_at"]),
                row["traceparent"],
            )
            for row in rows
        ]

    async def _carry_out(self, timer: _Timer) -> None:
        """One timer. Where it fails, it alone is put off, and the others go on."""
        what = {"stodvag.kind": timer.kind, "stodvag.purpose": timer.due.name}
        with span("timer", what, links=[Cause(timer.traceparent)]) as current:
            try:
                await self._command(timer)
            except AlreadyHandled:
                current.set_attribute("stodvag.outcome", "already-handled")
            except Refused as refused:
                current.set_attribute("stodvag.outcome", "refused")
                current.set_attribute("stodvag.refusal", refused.code)
                _log.info("timer-refused", extra=_ids(timer) | {"refusal": refused.code})
                await self._forget(timer)
            except Exception as error:
                if is_away(error) and not isinstance(error, Conflict):
                    raise
                note_error(current, error)
                _log.error("timer-failed", extra=_ids(timer) | {"error": type(error).__name__})
                await self._put_off(timer)

    async def _command(self, timer: _Timer) -> None:
        command = self._on_timer(timer.kind, timer.due.name, timer.stream, timer.due.at)
        origin = Origin(
            command_id=timer_id(timer.stream, timer.due.name, timer.due.at.isoformat()),
            board=timer.board,
            at=self._clock(),
            role="system",
            actor=None,
            purpose=timer.due.name,
        )
        step = Step(decider=self._deciders[timer.kind], stream=timer.stream, case=timer.case, command=command)
        await handle(self._store, origin, step, timer=timer.due)

    async def _forget(self, timer: _Timer) -> None:
        """A refusal is an outcome: the timer is done, unless it has been set anew meanwhile."""
        async with on_board(self._store.pool, timer.board) as connection:
            await connection.execute(
                "delete from timers where stream_id = $1 and name = $2 and due_at = $3",
                timer.stream,
                timer.due.name,
                timer.due.at,
            )

    async def _put_off(self, timer: _Timer) -> None:
        """Wait as long again as it is late by now, so that the waits double without anything to count."""
        at = self._clock()
        wait = min(max(at - timer.due.at, _SHORTEST_WAIT), _LONGEST_WAIT)
        async with on_board(self._store.pool, timer.board) as connection:
            await connection.execute(
                "update timers set next_at = $4 where stream_id = $1 and name = $2 and due_at = $3",
                timer.stream,
                timer.due.name,
                timer.due.at,
                at + wait,
            )


def _ids(timer: _Timer) -> dict[str, str]:
    return {"kind": timer.kind, "timer": timer.due.name, "stream": str(timer.stream)}
