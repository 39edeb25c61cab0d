"""Whom a message has to reach, and whom none reached."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.commands import Desk
from chassis.rounds import one_of_many
from direct_access import store
from direct_access.decide.message import plan_closing, plan_queue_closing
from direct_access.model import queue
from direct_access.model.message import MessageDue
from direct_access.work.queueing import find_queue, list_offers


@dataclass(frozen=True, slots=True)
class OfClosed:
    """Somebody who has a time on a day when the support is closed, or stands in its queue meanwhile."""

    support_id: UUID
    support: str
    starts_at: datetime | None
    """None of who stands in the queue."""
    safe: bool
    """False: nobody at home is contacted, and one of us takes over."""
    written: bool
    """Whether a message about it has left."""


@dataclass(frozen=True, slots=True)
class _Concerned:
    """Somebody whom a closing is about, and the message about it."""

    support: str
    message: MessageDue
    offered: bool = False
    """Whether a seat on an open day is offered to who waits."""


async def list_of_closed(desk: Desk, board: UUID, at: datetime) -> list[OfClosed]:
    """Whom staff have to reach since a support is closed, those with a time first."""
    concerned = await _list_concerned(desk, board, at)
    if not concerned:
        return []
    pool = desk.store.pool
    unsafe = await store.list_unsafe(pool, board, [each.message.support_id for each in concerned])
    sent = await store.list_sent(pool, board, [each.message.message for each in concerned])
    return [
        OfClosed(
            support_id=each.message.support_id,
            support=each.support,
            starts_at=each.message.starts_at,
            safe=each.message.support_id not in unsafe,
            written=each.message.message in sent,
        )
        for each in concerned
    ]


async def list_closings(desk: Desk, board: UUID, at: datetime) -> list[MessageDue]:
    """The messages about closings, whether or not each is to be sent. Who has an offer that stands is told nothing."""
    return [each.message for each in await _list_concerned(desk, board, at) if not each.offered]


async def _list_concerned(desk: Desk, board: UUID, at: datetime) -> list[_Concerned]:
    pool = desk.store.pool
    concerned = [
        _Concerned(each.support, _closing_of(board, each, at))
        for each in await store.list_closed_bookings(pool, board, at)
    ]
    for closed in await store.list_closed_queues(pool, board, at):
        with one_of_many("list_closings"):
            line = await find_queue(desk, board, closed.support)
            for place in line.waiting if isinstance(line, queue.Queue) else ():
                message = plan_queue_closing(
                    board=board, support_id=place.support_id, closed_from=closed.closed_from, at=at
                )
                concerned.append(_Concerned(closed.support, message, place.offer is not None))
    return concerned


def _closing_of(board: UUID, booked: store.ClosedBooking, at: datetime) -> MessageDue:
    return plan_closing(
        board=board,
        support_id=booked.support_id,
        time=booked.time_id,
        starts_at=booked.starts_at,
        closed_from=booked.closed_from,
        at=at,
    )


async def list_unreached(desk: Desk, board: UUID, at: datetime) -> list[store.Unreached]:
    """Whom a message did not reach about a time that is still theirs, or an offer that stands, the next time first."""
    offers = [each.message for each in await list_offers(desk, board)]
    return await store.list_unreached(desk.store.pool, board, at, offers)
