"""Intake's own queries: the work list, a case as it stands, and who a number belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.clock import new_id
from chassis.commands import Desk
from chassis.database import on_board
from chassis.event_store import Recorded, history
from chassis.problems import Problem
from intake.translate import APPLICATIONS, REPORTS


@dataclass(frozen=True, slots=True)
class WorkListRow:
    """A case on the work list."""

    case_id: UUID
    matter: str
    received_at: datetime
    step: str
    due_on: date | None
    due_clock: str | None
    late: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands, with what happened in it."""

    case_id: UUID
    matter: str
    state: Any
    history: Sequence[Recorded]


async def work_list(desk: Desk, board: UUID) -> list[WorkListRow]:
    """What waits for somebody, the nearest day first, then the oldest."""
    async with on_board(desk.store.pool, board) as connection:
        rows = await connection.fetch(
            "select case_id, matter, received_at, step, due_on, due_clock, late from work_list where open "
            "order by late desc, due_on nulls last, received_at limit 500"
        )
    return [WorkListRow(**row) for row in rows]


async def find_case(desk: Desk, board: UUID, case_id: UUID) -> Case:
    """A case of a board.

    Raises:
        Problem: 404, no such case there.
    """
    async with on_board(desk.store.pool, board) as connection:
        matter = await connection.fetchval("select matter from work_list where case_id = $1", case_id)
    if matter is None:
        raise Problem(404, "not-found")
    decider: Any = REPORTS if matter == "report" else APPLICATIONS
    happened = await history(desk.store.pool, board, case_id, decider)
    state = decider.initial
    for recorded in happened:
        state = decider.evolve(state, recorded.event)
    return Case(case_id, matter, state, happened)


async def find_by_code(desk: Desk, code: str) -> tuple[UUID, UUID] | None:
    """The board and case of the application whose receipt has this code."""
    digest = code_digest(desk, code).hex()
    for board in desk.municipality.boards:
        async with on_board(desk.store.pool, board.id) as connection:
            case_id = await connection.fetchval("select case_id from receipts where code_hash = $1", digest)
        if case_id is not None:
            return board.id, case_id
    return None


def code_digest(desk: Desk, code: str) -> bytes:
    """What is kept of a receipt's code."""
    return desk.store.answers.fingerprint(f"receipt {code}".encode())


async def person_of(desk: Desk, board: UUID, number: str | None) -> UUID:
    """The pseudonym of whoever has a number; a new one where no number is known."""
    return new_id() if number is None else await desk.keyring.person(board, number)
