"""This service's stream, and its named questions to its own view."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import get_args
from uuid import UUID

from assessment import views
from assessment.decide.investigation import Command, decide
from assessment.model.events import Event
from assessment.model.investigation import State, evolve, initial
from assessment.translate import publish
from chassis.database import Pool, on_board
from chassis.decider import Decider

INVESTIGATION: Decider[Command, Event, State] = Decider(
    kind="investigation",
    events=get_args(Event),
    initial=initial,
    decide=decide,
    evolve=evolve,
    publish=publish,
    rows=views.rows,
    timers=views.timers,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the work list. `clock` is running, warned or passed while a child's four months run."""

    case_id: UUID
    stage: str
    opened_at: datetime
    last_day: date | None
    clock: str | None
    outcome: str | None
    support: str | None
    provision: str | None
    decided_at: datetime | None
    appeal_by: date | None
    closed_at: datetime | None


_WORK_LIST = """
    select case_id, stage, opened_at, last_day, clock, outcome, support, provision, decided_at, appeal_by, closed_at
    from investigations
    where stage <> 'settled' and stage <> 'closed' or closed_at > now() - interval '60 days'
    order by stage in ('settled', 'closed'), last_day nulls last, opened_at
    limit 500
"""


async def work_list(pool: Pool, board: UUID) -> list[Listed]:
    """A board's investigations, those whose time ends first on top; what is over stays for sixty days."""
    async with on_board(pool, board) as connection:
        return [Listed(**row) for row in await connection.fetch(_WORK_LIST)]
