"""This service's stream, and its named questions to what it knows of cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from chassis.database import Connection, Pool, on_board
from chassis.decider import Decider
from chassis.received import Received
from contracts.vocabulary import Path
from followup.decide import Command, decide, timers
from followup.model import EVENTS, Event, State, evolve, initial
from followup.translate import publish
from followup.views import follow_ups
from followup.views.breadth import Given
from followup.views.facts import facts
from followup.views.results import By, Tally

FOLLOW_UPS: Decider[Command, Event, State] = Decider(
    kind="child-follow-up",
    events=EVENTS,
    initial=initial,
    decide=decide,
    evolve=evolve,
    publish=publish,
    rows=follow_ups.rows,
    timers=timers,
)
"""Follow-ups of children's situations. The stream's id is the case's."""

RESULT_TABLES = ("cases", "supports", "measures", "names", "catalogue", "openings")
"""What the projection of others' events writes."""
OWN_TABLES = ("child_follow_ups",)


async def save_facts(connection: Connection, received: list[Received]) -> None:
    """Keep what events of one board tell, in the transaction of the connection."""
    told = facts(received)
    if told:
        await connection.execute("select save_facts($1), save_catalogue($1)", to_json(told).decode())


_TALLIES = """
    with counted as (
        select c.path, coalesce(c.came = 'visit', false) as visits, coalesce(s.support, '') as support,
               case $1::text when 'district' then coalesce(c.district, 'unknown')
                             when 'gender' then coalesce(c.gender, 'unknown')
                             when 'age' then coalesce(c.age_band, 'unknown') end as "group",
               s.started_on is not null as started,
               s.started_on is null and (s.declined_on is not null or s.ended_on is not null) as declined,
               s.started_on is not null and (s.ended_on is not null or c.came = 'visit') as ended,
               coalesce(s.decline_reason, 'before-start') as reason, s.end_reason, m.instrument, m.change
        from cases c left join supports s using (case_id) left join lateral (
            select e.instrument, e.score - b.score as change
            from measures b join measures e using (case_id, support, instrument)
            where case_id = s.case_id and support = s.support
              and b.point = 'start' and e.point = 'end' and e.place > b.place
            order by b.place, e.place desc limit 1
        ) m on true
    )
    select path, visits, support, "group",
           count(*) as reached,
           count(*) filter (where started) as started,
           coalesce(array_agg(reason) filter (where declined), '{}') as declined,
           count(*) filter (where ended) as ended,
           count(*) filter (where ended and end_reason = 'completed') as completed,
           count(*) filter (where ended and end_reason = 'lost-contact') as lost_contact,
           coalesce(array_agg(change order by change) filter (where ended and change is not null), '{}') as changes,
           coalesce(array_agg(distinct instrument) filter (where ended and change is not null), '{}') as instruments
    from counted group by path, visits, support, "group"
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted on a board, and what its catalogue calls each support."""

    tallies: list[Tally]
    names: Mapping[str, str]


async def count(pool: Pool, board: UUID, by: By | None) -> Counted:
    """Count a board's cases on both ways, all as of one moment."""
    async with on_board(pool, board) as connection:
        rows = await connection.fetch(_TALLIES, by)
        names = {row["support"]: row["name"] for row in await connection.fetch("select support, name from names")}
    return Counted([_tally(dict(row)) for row in rows], names)


def _tally(row: dict[str, Any]) -> Tally:
    row["path"] = Path(row["path"])
    row["declined"], row["changes"] = tuple(row["declined"]), tuple(row["changes"])
    row["instruments"] = frozenset(row["instruments"])
    return Tally(**row)


@dataclass(frozen=True, slots=True)
class KnownSupport:
    """What became of one support in a case."""

    support: str
    asked_on: date | None
    offered_on: date | None
    granted_on: date | None
    declined_on: date | None
    decline_reason: str | None
    started_on: date | None
    ended_on: date | None
    end_reason: str | None


@dataclass(frozen=True, slots=True)
class KnownMeasure:
    """One answer to a measure."""

    support: str
    instrument: str
    point: str
    score: int
    taken_on: date


@dataclass(frozen=True, slots=True)
class KnownCase:
    """What follow-up knows of a case: days and group facts."""

    case_id: UUID
    path: str
    came: str | None
    asked_on: date | None
    opened_on: date | None
    decided_on: date | None
    outcome: str | None
    closed_on: date | None
    age_band: str | None
    gender: str | None
    district: str | None
    supports: list[KnownSupport]
    measures: list[KnownMeasure]


_GIVEN = """
    select basis, documentation, needs, complete, with_conditions, said.open is distinct from false as open
    from catalogue c left join lateral (
        select open from openings o where o.support = c.support and o.day <= $1 order by o.day desc limit 1
    ) said on true
    where valid_from <= $1 and (valid_to is null or $1 <= valid_to)
"""


async def list_given(pool: Pool, board: UUID, day: date) -> list[Given]:
    """What a board gives on a day."""
    async with on_board(pool, board) as connection:
        rows = await connection.fetch(_GIVEN, day)
    return [Given(**{**row, "needs": tuple(row["needs"])}) for row in rows]


_CASE = """
    select case_id, path, came, asked_on, opened_on, decided_on, outcome, closed_on, age_band, gender, district
    from cases where case_id = $1
"""
_SUPPORTS = """
    select support, asked_on, offered_on, granted_on, declined_on, decline_reason, started_on, ended_on, end_reason
    from supports where case_id = $1 order by support
"""
_MEASURES = "select support, instrument, point, score, taken_on from measures where case_id = $1 order by place"


async def find_case(pool: Pool, board: UUID, case_id: UUID) -> KnownCase | None:
    """What is known of a case; None if nothing has been heard of it on this board."""
    async with on_board(pool, board) as connection:
        case = await connection.fetchrow(_CASE, case_id)
        if case is None:
            return None
        supports = [KnownSupport(**row) for row in await connection.fetch(_SUPPORTS, case_id)]
        measures = [KnownMeasure(**row) for row in await connection.fetch(_MEASURES, case_id)]
    return KnownCase(**case, supports=supports, measures=measures)


@dataclass(frozen=True, slots=True)
class ListedFollowUp:
    """A child's follow-up on the list."""

    case_id: UUID
    started_on: date
    last_day: date
    warned: bool
    ended_on: date | None
    reason: str | None


_FOLLOW_UP = """
    select case_id, started_on, last_day, warned, ended_on, reason from child_follow_ups where case_id = $1
"""
_FOLLOW_UPS = """
    select case_id, started_on, last_day, warned, ended_on, reason from child_follow_ups
    where ended_on is null or ended_on >= $1
    order by ended_on is not null, last_day, case_id limit 500
"""


async def list_follow_ups(pool: Pool, board: UUID, ended_since: date) -> list[ListedFollowUp]:
    """A board's running follow-ups, the nearest last day first, then those that ended on this day or later."""
    async with on_board(pool, board) as connection:
        return [ListedFollowUp(**row) for row in await connection.fetch(_FOLLOW_UPS, ended_since)]


async def find_follow_up(pool: Pool, board: UUID, case_id: UUID) -> ListedFollowUp | None:
    """The follow-up in a case, if there is one on this board."""
    async with on_board(pool, board) as connection:
        row = await connection.fetchrow(_FOLLOW_UP, case_id)
    return None if row is None else ListedFollowUp(**row)
