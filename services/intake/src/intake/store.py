"""Intake's own queries: the work list, a case as it stands, and the case that a receipt's code leads to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from uuid import UUID

from chassis.commands import Desk
from chassis.database import on_board
from chassis.event_store import Recorded, history
from chassis.reference import read_reference
from intake.model import application, report
from intake.translate import APPLICATIONS, REPORTS


@dataclass(frozen=True, slots=True)
class WorkListRow:
    """A case on the work list. Holds nothing sensitive (7 a § SoLPUL)."""

    case_id: UUID
    matter: str
    received_at: datetime
    step: str
    due_on: date | None
    due_clock: str | None
    near: bool
    late: bool


@dataclass(frozen=True, slots=True)
class ReportCase:
    """A report as it stands, with what happened."""

    state: report.Open | report.Decided
    history: Sequence[Recorded]
    matter: str = "report"


@dataclass(frozen=True, slots=True)
class ApplicationCase:
    """An application as it stands, with what happened."""

    state: application.Incomplete | application.Complete
    history: Sequence[Recorded]
    matter: str = "application"


async def work_list(desk: Desk, board: UUID) -> list[WorkListRow]:
    """What waits for somebody, the nearest day first, then the oldest."""
    async with on_board(desk.store.pool, board) as connection:
        rows = await connection.fetch(
            "select case_id, matter, received_at, step, due_on, due_clock, near, late from work_list where open "
            "order by late desc, due_on nulls last, received_at limit 500"
        )
    return [WorkListRow(**row) for row in rows]


async def find_case(desk: Desk, board: UUID, case_id: UUID) -> ReportCase | ApplicationCase | None:
    """A case of a board by its number, the only thing that it may be searched by (15 § SoLPUF); None if it has none."""
    async with on_board(desk.store.pool, board) as connection:
        matter = await connection.fetchval("select matter from work_list where case_id = $1", case_id)
    if matter is None:
        return None
    happened = await history(desk.store.pool, board, case_id, REPORTS if matter == "report" else APPLICATIONS)
    events = [each.event for each in happened]
    if matter == "report":
        reported = reduce(report.evolve, events, report.initial)
        return None if isinstance(reported, report.Nothing) else ReportCase(reported, happened)
    applied = reduce(application.evolve, events, application.initial)
    return None if isinstance(applied, application.Nothing) else ApplicationCase(applied, happened)


async def find_case_ids(desk: Desk, board: UUID, written: str) -> list[UUID]:
    """The board's cases that a number may stand for, as a receipt shows it or whole: rarely more than one."""
    async with on_board(desk.store.pool, board) as connection:
        rows = await connection.fetch(
            "select case_id from work_list where case_id between $1 and $2 limit 2", *read_reference(written)
        )
    return [row["case_id"] for row in rows]


async def find_by_code(desk: Desk, code: str) -> tuple[UUID, UUID] | None:
    """The board and case of the application whose receipt has this code, from here or from a direct support."""
    digests = [code_digest(desk, code), desk.store.answers.code_digest(code)]
    for board in desk.municipality.boards:
        async with on_board(desk.store.pool, board.id) as connection:
            case_id = await connection.fetchval("select case_id from receipts where code_hash = any($1)", digests)
        if case_id is not None:
            return board.id, case_id
    return None


def code_digest(desk: Desk, code: str) -> str:
    """What is kept of a receipt's code: a keyed digest, in hex."""
    return desk.store.answers.fingerprint(f"receipt {code}".encode()).hex()
