"""This service's streams, and its named questions to its own views."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from chassis.database import Pool, on_board
from chassis.decider import Decider
from chassis.languages import swedish_order
from direct_access import translate
from direct_access.decide import application as decide_application
from direct_access.decide import catalogue as decide_catalogue
from direct_access.decide import concern as decide_concern
from direct_access.decide import message as decide_message
from direct_access.decide import queue as decide_queue
from direct_access.decide import support as decide_support
from direct_access.decide import talk as decide_talk
from direct_access.decide import time as decide_time
from direct_access.decide import visit as decide_visit
from direct_access.decide import walk_in as decide_walk_in
from direct_access.model import application, catalogue, concern, message, queue, support, talk, time, visit, walk_in
from direct_access.views import catalogue as catalogue_view
from direct_access.views import message as message_view
from direct_access.views import queue as queue_view
from direct_access.views import support as support_view
from direct_access.views import talk as talk_view
from direct_access.views import time as time_view
from direct_access.views import visit as visit_view
from direct_access.views import walk_in as walk_in_view
from statute.clocks import stockholm_day

CATALOGUE: Decider[decide_catalogue.Command, catalogue.Event, catalogue.State] = Decider(
    kind="catalogue",
    events=(catalogue.SupportDecided, catalogue.SupportClosed, catalogue.SupportOpened),
    initial=catalogue.initial,
    decide=decide_catalogue.decide,
    evolve=catalogue.evolve,
    publish=translate.publish_catalogue,
    rows=catalogue_view.rows,
)
SUPPORT: Decider[decide_support.Command, support.Event, support.State] = Decider(
    kind="support",
    events=(
        support.SupportAsked,
        support.SuitabilityChecked,
        support.TimeBooked,
        support.BookingCancelled,
        support.Arrived,
        support.DidNotCome,
        support.InformedOfApplication,
        support.SupportStarted,
        support.MeetingHeld,
        support.MeasureTaken,
        support.SupportEnded,
        support.ReportMade,
        support.SafetyTold,
        support.ContactTold,
        support.GuardianNamed,
        support.CodeGiven,
        support.CustodyChecked,
        support.GuardianHindered,
        support.ConsentGiven,
        support.ConsentWithdrawn,
        support.ConsentRefused,
        support.OwnYesGiven,
        support.OwnYesWithdrawn,
        support.TimeReleased,
        support.NoteWritten,
        support.HelpedToApply,
    ),
    initial=support.initial,
    decide=decide_support.decide,
    evolve=support.evolve,
    publish=translate.publish_support,
    rows=support_view.rows,
)
TIME: Decider[decide_time.Command, time.Event, time.State] = Decider(
    kind="time",
    events=(time.TimeOffered, time.SeatTaken, time.SeatReleased, time.SeatHeld, time.HoldReleased),
    initial=time.initial,
    decide=decide_time.decide,
    evolve=time.evolve,
    rows=time_view.rows,
)
QUEUE: Decider[decide_queue.Command, queue.Event, queue.State] = Decider(
    kind="queue",
    events=(
        queue.PlaceTaken,
        queue.PlaceLeft,
        queue.SeatOffered,
        queue.OfferAccepted,
        queue.OfferExpired,
        queue.OfferWithdrawn,
        queue.WaitConfirmed,
    ),
    initial=queue.initial,
    decide=decide_queue.decide,
    evolve=queue.evolve,
    rows=queue_view.rows,
)
VISIT: Decider[decide_visit.Command, visit.Event, visit.State] = Decider(
    kind="visit",
    events=(visit.VisitStarted, visit.VisitMeasured),
    initial=visit.initial,
    decide=decide_visit.decide,
    evolve=visit.evolve,
    publish=translate.publish_visit,
    rows=visit_view.rows,
)
WALK_IN: Decider[decide_walk_in.Command, walk_in.Event, walk_in.State] = Decider(
    kind="walk-in",
    events=(walk_in.WalkedIn, walk_in.CountMended),
    initial=walk_in.initial,
    decide=decide_walk_in.decide,
    evolve=walk_in.evolve,
    rows=walk_in_view.rows,
)
TALK: Decider[decide_talk.Command, talk.Event, talk.State] = Decider(
    kind="talk",
    events=(talk.TalkRequested, talk.TalkAnswered, talk.AnswerOverdue),
    initial=talk.initial,
    decide=decide_talk.decide,
    evolve=talk.evolve,
    publish=translate.publish_talk,
    rows=talk_view.rows,
    timers=talk_view.timers,
)
CONCERN: Decider[decide_concern.Command, concern.Event, concern.State] = Decider(
    kind="concern",
    events=(concern.ConcernRaised,),
    initial=concern.initial,
    decide=decide_concern.decide,
    evolve=concern.evolve,
    publish=translate.publish_concern,
)
APPLICATION: Decider[decide_application.Command, application.Event, application.State] = Decider(
    kind="application",
    events=(application.ApplicationStarted,),
    initial=application.initial,
    decide=decide_application.decide,
    evolve=application.evolve,
    publish=translate.publish_application,
)
MESSAGE: Decider[decide_message.Command, message.Event, message.State] = Decider(
    kind="message",
    events=(
        message.MessageDue,
        message.MessageTried,
        message.MessageSent,
        message.MessageGivenUp,
        message.MessageDropped,
    ),
    initial=message.initial,
    decide=decide_message.decide,
    evolve=message.evolve,
    rows=message_view.rows,
)
DECIDERS = (CATALOGUE, SUPPORT, TIME, QUEUE, VISIT, WALK_IN, TALK, CONCERN, APPLICATION, MESSAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A support as the catalogue lists it today."""

    board_id: UUID
    entry_id: UUID
    code: str
    version: int
    name: str
    what: str
    basis: str
    documentation: str
    age_from: int | None
    age_to: int | None
    districts: list[str]
    capacity: list[str]
    valid_from: date
    valid_to: date | None
    decision: str
    purpose: str
    dose: str
    place: str
    method: str
    needs: list[str]
    situation: str
    languages: list[str]
    forms: list[str]
    provider: str
    cost: str
    ksi: str
    evidence_status: str | None
    evidence_references: list[str]
    secrecy: str
    conditions: str
    reason: str
    next_steps: str
    wait: str
    content: str | None
    counted_as: str | None
    missing: list[str]
    """The fields that a complete description has and this one lacks."""
    open: bool
    """Whether it takes people on the day asked for."""
    closed_reason: str
    instead: str | None
    """While it is closed: the code of another support to turn to."""
    opens_on: date | None
    """While it is closed: when it opens again, where that is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeTime:
    """A time with seats left."""

    time_id: UUID
    support: str
    district: str
    place: str
    starts_at: datetime
    minutes: int
    seats_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportRow:
    """A support on staff's list. `asker` is sealed."""

    support_id: UUID
    support: str
    district: str
    step: str
    asked_at: datetime
    to_check: bool
    to_book: bool
    to_inform: bool
    meetings: int
    asker: str
    safe: bool
    """False: nobody at home is contacted, and one of us takes over."""
    waits_for: list[str]
    """Whose yes is missing, as far as the age of asking tells."""
    check_age: bool
    """Whether that may have changed with a birthday, which only the support itself tells: the birth date is sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutYes:
    """A booked time ahead that rests on a yes which is missing."""

    support_id: UUID
    support: str
    starts_at: datetime
    safe: bool
    waits_for: list[str]
    check_age: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeOf:
    """Whose code it is, and in which support."""

    board_id: UUID
    support_id: UUID
    who: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Somebody who has booked a time. `asker` is sealed."""

    support_id: UUID
    time_id: UUID
    support: str
    starts_at: datetime
    place: str
    outcome: str
    asker: str
    waits_for: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRow:
    """A time of a day, with its seats."""

    time_id: UUID
    support: str
    place: str
    starts_at: datetime
    minutes: int
    seats: int
    seats_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """How many wait for a support's times."""

    support: str
    waiting: int
    resting: int
    usual_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkRow:
    """A talk that somebody waits for. `asker` is sealed."""

    talk_id: UUID
    district: str
    requested_at: datetime
    due_at: datetime
    late: bool
    asker: str
    way: str | None
    """How contact is safe; `none` of who gets in touch themself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """A message that did not reach the person, about a time that is still ahead."""

    support_id: UUID
    support: str
    kind: str
    why: str
    starts_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedBooking:
    """A time ahead that somebody has booked on a day when the support is closed."""

    support_id: UUID
    support: str
    time_id: UUID
    starts_at: datetime
    closed_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedQueue:
    """A queue that somebody stands in while its support is closed."""

    support: str
    closed_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitCount:
    """How many came without identity to a support."""

    support: str
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The room of a support: seats that are free ahead, and people who have asked and have no time."""

    support: str
    free_seats: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a long list: the page of this number, counted from 1."""

    number: int
    size: int

    @property
    def skipped(self) -> int:
        """How many stand before it."""
        return (self.number - 1) * self.size


R = TypeVar("R")

_AT_ONCE = 100
"""How many reminders are looked at in one go."""

_ENTRIES = """
select board_id, c.entry_id, code, version, name, what, basis, documentation, age_from, age_to, districts, capacity,
       valid_from, valid_to, decision, purpose, dose, place, method, needs, situation, languages, forms, provider, cost,
       ksi, evidence_status, evidence_references, secrecy, conditions, c.reason, next_steps, wait,
       content, counted_as, missing, said.open is distinct from false as open,
       case when said.open then '' else coalesce(said.reason, '') end as closed_reason, said.instead,
       case when not said.open then opens.day end as opens_on
from catalogue c
left join lateral (
    select open, reason, instead from catalogue_openings o
    where o.entry_id = c.entry_id and o.day <= $1 order by o.day desc limit 1
) said on true
left join lateral (
    select day from catalogue_openings o where o.entry_id = c.entry_id and o.day > $1 and o.open order by o.day limit 1
) opens on true
"""
_LISTED = f"{_ENTRIES} where valid_from <= $1 and (valid_to is null or $1 <= valid_to)"
_PLACES = """
select support, sum(free)::int as free_seats, sum(waiting)::int as waiting from (
    select support, seats_left as free, 0 as waiting from times t where starts_at > $1
        and not exists (select from closed c where c.support = t.support and starts_at <@ during)
    union all
    select support, 0, 1 from supports where step <> 'ended' and to_book
) counted group by support
"""
_OPEN_SUPPORTS = """
select support_id, support, district, step, asked_at, to_check, to_book, to_inform, meetings, asker,
       coalesce(safe, true) as safe, coalesce(waits_for, '{}') as waits_for,
       coalesce(check_age_from <= $1, false) as check_age
from supports left join askings using (board_id, support_id)
where (step <> 'ended' or to_inform) and support = coalesce($2, support) and district = coalesce($3, district)
order by safe, asked_at, support_id limit $4 offset $5
"""
_HOW_MANY_OPEN = """
select count(*) from supports
where (step <> 'ended' or to_inform) and support = coalesce($1, support) and district = coalesce($2, district)
"""
_EXPECTED = """
select support_id, time_id, support, b.starts_at, b.place, outcome, asker, coalesce(waits_for, '{}') as waits_for
from bookings b join supports using (support_id) left join askings using (support_id)
where b.starts_at >= $1 and b.starts_at < $2 and not b.released and step <> 'ended' order by b.starts_at
"""
_WITHOUT_YES = """
select support_id, support, starts_at, safe, waits_for, coalesce(check_age_from <= $2, false) as check_age
from bookings join supports using (board_id, support_id) join askings using (board_id, support_id)
where starts_at > $1 and not released and outcome = 'booked' and step <> 'ended' and waits_for <> '{}'
order by starts_at
"""
_CODE = "select board_id, support_id, who from consent_codes where code = $1"
_TIMES = """
select time_id, support, place, starts_at, minutes, seats, seats_left
from times where starts_at >= $1 and starts_at < $2 order by starts_at
"""
_QUEUES = "select support, waiting, resting, usual_days from queues where waiting > 0 order by support"
_WALK_INS = "select support, walk_ins from walk_ins where counted_on = $1"
_BY_CODE = "select support_id from supports where code = $1"
_WAITING_TALKS = """
select talk_id, district, requested_at, due_at, late, asker, way
from talks where answered_at is null order by way is not distinct from 'none', due_at, talk_id limit $1 offset $2
"""
_HOW_MANY_TALKS = "select count(*) from talks where answered_at is null"
_CLOSED = """
with closed as (
    select support, closed_from, during from (
        select code as support, open, day as closed_from, tstzrange(
            day::timestamp at time zone 'Europe/Stockholm',
            lead(day) over (partition by entry_id order by day)::timestamp at time zone 'Europe/Stockholm') as during
        from catalogue_openings join catalogue using (board_id, entry_id)
    ) said where not open
)
"""
"""When each support is closed: from the beginning of a day until it opens again. Stands before a query."""
_FREE_TIMES = """
select time_id, support, district, place, starts_at, minutes, seats_left
from times t where support = $1 and starts_at > $2 and seats_left > 0
    and not exists (select from closed c where c.support = t.support and starts_at <@ during)
order by starts_at limit 20
"""
_QUEUES_TO_SERVE = """
select support from queues q where next_expiry <= $1 or ready > 0 and exists (
    select from times t where t.board_id = q.board_id and t.support = q.support and starts_at > $2 and seats_left > 0
        and not exists (select from closed c where c.support = t.support and starts_at <@ during))
    or next_expiry is not null
        and exists (select from closed c where c.support = q.support and during && tstzrange($1, null))
"""
_DUE_REMINDERS = """
select r.board_id, message_id, r.support_id, r.time_id, r.starts_at, r.due_at, r.until_at
from reminders r join supports s using (board_id, support_id) left join messages m using (message_id)
where r.wanted and r.due_at <= $1 and r.starts_at > $1
    and (m.message_id is null or m.outcome is null and m.again_at <= $1)
    and not exists (select from closed c where c.support = s.support and r.starts_at <@ during)
    and (r.way is null or r.way <> all($2) or r.until_at <= $1)
    and (r.way is distinct from 'sms' or $3::timestamptz is null or r.until_at <= $3)
order by r.due_at limit $4
"""
_CLOSED_BOOKINGS = """
select support_id, s.support, time_id, starts_at, closed_from
from bookings b join supports s using (board_id, support_id)
join closed c on c.support = s.support and starts_at <@ during
where starts_at > $1 and not released and outcome = 'booked' and step <> 'ended' order by starts_at
"""
_CLOSED_QUEUES = """
select support, closed_from from queues join closed using (support)
where waiting > 0 and $1::timestamptz <@ during order by support
"""
_UNSAFE = "select support_id from askings where support_id = any($1) and not safe"
_SENT = "select message_id from messages where message_id = any($1) and outcome = 'sent'"
_QUEUES_WITH_OFFERS = "select support from queues where next_expiry is not null"
_NOT_TO_SEND = """
select message_id from messages where message_id = any($1) and (outcome is not null or again_at > $2)
"""
_UNREACHED = """
select support_id, support, kind, why, m.starts_at from messages m join supports using (board_id, support_id)
where outcome = 'given-up' and m.starts_at > $1 and step <> 'ended' and (
    message_id = any($2)
    or exists (select from reminders r where r.message_id = m.message_id and r.wanted))
order by m.starts_at limit 200
"""
_VISITS = "select support, count(*) as visits from visits where started_on = $1 group by support order by support"


async def list_catalogue(pool: Pool, board: UUID, day: date) -> list[Entry]:
    """What the board has decided on and holds on `day`, in Swedish order of names."""
    entries = await _fetch(pool, board, Entry, _LISTED, day)
    return sorted(entries, key=lambda entry: swedish_order(entry.name))


async def list_entries(pool: Pool, board: UUID, day: date) -> list[Entry]:
    """Everything that the board has decided on, also what has ended or not begun, as it stands on `day`."""
    entries = await _fetch(pool, board, Entry, _ENTRIES, day)
    return sorted(entries, key=lambda entry: swedish_order(entry.name))


async def list_places(pool: Pool, board: UUID, after: datetime) -> dict[str, Places]:
    """How many seats are free ahead, on days when the support is open, and how many wait for a time, by support."""
    return {each.support: each for each in await _fetch(pool, board, Places, _CLOSED + _PLACES, after)}


async def list_free_times(pool: Pool, board: UUID, support: str, after: datetime) -> list[FreeTime]:
    """The next times of a support with seats left, on days when it is open."""
    return await _fetch(pool, board, FreeTime, _CLOSED + _FREE_TIMES, support, after)


async def list_open_supports(
    pool: Pool,
    board: UUID,
    day: date,
    part: Part,
    *,
    support: str | None = None,
    district: str | None = None,
) -> list[SupportRow]:
    """What is asked for, under way, or ended with something left to say: unsafe first, then the longest waiting."""
    return await _fetch(pool, board, SupportRow, _OPEN_SUPPORTS, day, support, district, part.size, part.skipped)


async def count_open_supports(pool: Pool, board: UUID, support: str | None, district: str | None) -> int:
    """How many that list has in all."""
    return await _count(pool, board, _HOW_MANY_OPEN, support, district)


async def list_without_yes(pool: Pool, board: UUID, at: datetime) -> list[WithoutYes]:
    """The booked times ahead that rest on a yes which is missing, the next first."""
    return await _fetch(pool, board, WithoutYes, _WITHOUT_YES, at, stockholm_day(at))


async def list_expected(pool: Pool, board: UUID, begins: datetime, ends: datetime) -> list[Expected]:
    """Who has booked a time from `begins` and before `ends`."""
    return await _fetch(pool, board, Expected, _EXPECTED, begins, ends)


async def list_times(pool: Pool, board: UUID, begins: datetime, ends: datetime) -> list[TimeRow]:
    """The times from `begins` and before `ends`, with their seats."""
    return await _fetch(pool, board, TimeRow, _TIMES, begins, ends)


async def list_queues(pool: Pool, board: UUID) -> list[QueueRow]:
    """The queues that somebody stands in."""
    return await _fetch(pool, board, QueueRow, _QUEUES)


async def count_walk_ins(pool: Pool, board: UUID, day: date) -> dict[str, int]:
    """How many walked in on `day` (Europe/Stockholm), by support."""
    async with on_board(pool, board) as connection:
        return {row["support"]: row["walk_ins"] for row in await connection.fetch(_WALK_INS, day)}


async def list_queues_to_serve(pool: Pool, board: UUID, at: datetime, offered_after: datetime) -> list[str]:
    """The supports in whose queue something may be to do.

    An offer has expired or stands while the support is closed at some time ahead, or a seat can be offered that begins
    after `offered_after`.
    """
    async with on_board(pool, board) as connection:
        return [row["support"] for row in await connection.fetch(_CLOSED + _QUEUES_TO_SERVE, at, offered_after)]


async def find_by_code(pool: Pool, board: UUID, code: UUID) -> UUID | None:
    """The support that the digest of a receipt's code belongs to."""
    async with on_board(pool, board) as connection:
        found: UUID | None = await connection.fetchval(_BY_CODE, code)
    return found


async def list_waiting_talks(pool: Pool, board: UUID, part: Part) -> list[TalkRow]:
    """Who wants to talk: who waits to be reached, the one that is due first first, then who gets in touch themself."""
    return await _fetch(pool, board, TalkRow, _WAITING_TALKS, part.size, part.skipped)


async def count_waiting_talks(pool: Pool, board: UUID) -> int:
    """How many want to talk in all."""
    return await _count(pool, board, _HOW_MANY_TALKS)


async def list_due_reminders(
    pool: Pool,
    board: UUID,
    at: datetime,
    resting: Collection[support.ContactWay],
    quiet_until: datetime | None,
) -> list[message.MessageDue]:
    """The first reminders to be sent now, or given up, by what is known of them in the view.

    Those by a way that rests are left out, and SMS that wait until a night is over, or they would take the place of
    others.
    """
    async with on_board(pool, board) as connection:
        return [
            message.MessageDue(
                board=row["board_id"],
                message=row["message_id"],
                kind=message.MessageKind.REMINDER,
                support_id=row["support_id"],
                time=row["time_id"],
                starts_at=row["starts_at"],
                due_at=row["due_at"],
                until=row["until_at"],
            )
            for row in await connection.fetch(_CLOSED + _DUE_REMINDERS, at, list(resting), quiet_until, _AT_ONCE)
        ]


async def list_queues_with_offers(pool: Pool, board: UUID) -> list[str]:
    """The supports in whose queue an offer stands."""
    async with on_board(pool, board) as connection:
        return [row["support"] for row in await connection.fetch(_QUEUES_WITH_OFFERS)]


async def list_not_to_send(pool: Pool, board: UUID, messages: Sequence[UUID], at: datetime) -> set[UUID]:
    """Those of these messages that are over, or are not to be tried again yet."""
    async with on_board(pool, board) as connection:
        return {row["message_id"] for row in await connection.fetch(_NOT_TO_SEND, messages, at)}


async def list_unreached(pool: Pool, board: UUID, at: datetime, offers: Sequence[UUID]) -> list[Unreached]:
    """Whom a message did not reach about a time or one of these offers, the next time first."""
    return await _fetch(pool, board, Unreached, _UNREACHED, at, offers)


async def list_closed_bookings(pool: Pool, board: UUID, after: datetime) -> list[ClosedBooking]:
    """The booked times ahead on days when their support is closed, the next first."""
    return await _fetch(pool, board, ClosedBooking, _CLOSED + _CLOSED_BOOKINGS, after)


async def list_closed_queues(pool: Pool, board: UUID, at: datetime) -> list[ClosedQueue]:
    """The queues that somebody stands in while their support is closed."""
    return await _fetch(pool, board, ClosedQueue, _CLOSED + _CLOSED_QUEUES, at)


async def list_unsafe(pool: Pool, board: UUID, supports: Sequence[UUID]) -> set[UUID]:
    """Those of these supports in which contact is not safe."""
    async with on_board(pool, board) as connection:
        return {row["support_id"] for row in await connection.fetch(_UNSAFE, supports)}


async def list_sent(pool: Pool, board: UUID, messages: Sequence[UUID]) -> set[UUID]:
    """Those of these messages that have left."""
    async with on_board(pool, board) as connection:
        return {row["message_id"] for row in await connection.fetch(_SENT, messages)}


async def find_code(pool: Pool, board: UUID, digest: UUID) -> CodeOf | None:
    """Whose code this is, by its keyed digest; None where the board has given no such code."""
    found = await _fetch(pool, board, CodeOf, _CODE, digest)
    return found[0] if found else None


async def count_visits(pool: Pool, board: UUID, day: date) -> list[VisitCount]:
    """How many came without identity on `day` (Europe/Stockholm)."""
    return await _fetch(pool, board, VisitCount, _VISITS, day)


async def _count(pool: Pool, board: UUID, query: str, *arguments: object) -> int:
    async with on_board(pool, board) as connection:
        found: int = await connection.fetchval(query, *arguments)
    return found


async def _fetch(pool: Pool, board: UUID, row: Callable[..., R], query: str, *arguments: object) -> list[R]:
    """A query's rows on one board, each as `row`."""
    async with on_board(pool, board) as connection:
        return [row(**found) for found in await connection.fetch(query, *arguments)]
