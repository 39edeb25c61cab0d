"""Whom a message has to reach, and whom none reached."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.commands import Desk
from direct_access import store
from direct_access.decide.message import plan_closing
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


async def list_of_closed(desk: Desk, board: UUID, at: datetime) -> list[OfClosed]:
    """Whom staff have to reach since a support is closed, those with a time first."""
    pool = desk.store.pool
    booked = await store.list_closed_bookings(pool, board, at)
    waiting = [
        (place.support_id, line.support)
        for code in await store.list_closed_queues(pool, board, at)
        if isinstance(line := await find_queue(desk, board, code), queue.Queue)
        for place in line.waiting
    ]
    if not booked and not waiting:
        return []
    messages = [closing_of(board, each, at).message for each in booked]
    unsafe = await store.list_unsafe(pool, board, [*(each.support_id for each in booked), *(id_ for id_, _ in waiting)])
    sent = await store.list_sent(pool, board, messages)
    return [
        *(
            OfClosed(each.support_id, each.support, each.starts_at, each.support_id not in unsafe, message in sent)
            for each, message in zip(booked, messages, strict=True)
        ),
        *(OfClosed(support_id, code, None, support_id not in unsafe, written=False) for support_id, code in waiting),
    ]


def closing_of(board: UUID, booked: store.ClosedBooking, at: datetime) -> MessageDue:
    """The message about a booked time on a day when the support is closed."""
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
