"""The queue to a support's times: who stands in it, and whom a free seat is offered to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.answers import timer_id
from chassis.clock import now
from chassis.commands import Desk
from chassis.decider import Origin, Step
from chassis.handle import Answer, current, handle
from chassis.rounds import one_of_many
from direct_access import store
from direct_access.decide.catalogue import check_times, is_closed
from direct_access.decide.message import offers_of
from direct_access.decide.queue import (
    NOTICE,
    AcceptOffer,
    ConfirmWait,
    ExpireOffer,
    JoinQueue,
    LeaveQueue,
    OfferSeat,
    WithdrawOffer,
    goes_to_queue,
)
from direct_access.decide.queue import Command as QueueCommand
from direct_access.decide.support import BookTime, check_waiting
from direct_access.decide.time import HoldSeat, ReleaseHold, TakeSeat
from direct_access.model import catalogue, queue
from direct_access.model.message import MessageDue
from direct_access.model.support import By
from direct_access.store import QUEUE, TIME
from direct_access.work.deciding import find_entry
from direct_access.work.records import birth_date, find_record, find_support, in_support, until_it_holds
from direct_access.work.seats import choose


async def join_queue(desk: Desk, origin: Origin, support_id: UUID) -> Answer:
    """Stand in the queue with what has been asked for before."""
    record = check_waiting(await find_support(desk, origin.board, support_id), origin.at)
    check_times(await find_entry(desk, origin.board, record.asked.support))
    step = join(origin, record.asked.support, support_id)
    return (await handle(desk.store, origin, step, answer={"queued": "yes"})).answer


@until_it_holds
async def leave_queue(desk: Desk, origin: Origin, support_id: UUID) -> Answer:
    """Stand in the queue no longer. A seat that was kept is for the next in line."""
    record = await find_record(desk, origin.board, support_id)
    queue_of = queue.queue_id(origin.board, record.asked.support)
    steps = await leaving(desk, origin, record.asked.support, support_id)
    if not steps:
        leave = LeaveQueue(support_id=support_id, offered=None, at=origin.at)
        steps = [Step(decider=QUEUE, stream=queue_of, command=leave)]
    return (await handle(desk.store, origin, *steps, answer={})).answer


async def confirm_wait(desk: Desk, origin: Origin, support_id: UUID) -> Answer:
    """Say that one still waits, after offers that passed."""
    record = await find_record(desk, origin.board, support_id)
    stream = queue.queue_id(origin.board, record.asked.support)
    step = Step(decider=QUEUE, stream=stream, command=ConfirmWait(support_id=support_id, at=origin.at))
    return (await handle(desk.store, origin, step, answer={})).answer


async def accept_offer(desk: Desk, origin: Origin, support_id: UUID, offered: UUID) -> Answer:
    """Say yes to the offer of a time: the kept seat, the booking and the place in the queue in one piece of work."""
    record = await find_record(desk, origin.board, support_id)
    code = record.asked.support
    chosen = await choose(desk, origin.board, offered)
    accept = AcceptOffer(support_id=support_id, time=offered, at=origin.at)
    return await in_support(
        desk,
        origin,
        support_id,
        BookTime(chosen=chosen, born=await birth_date(desk, record), informed=False, at=origin.at),
        Step(decider=QUEUE, stream=queue.queue_id(origin.board, code), command=accept),
        Step(decider=TIME, stream=offered, command=TakeSeat(support=code, support_id=support_id, at=origin.at)),
        answer={"starts_at": chosen.starts_at.isoformat(), "place": chosen.place},
    )


async def find_queue(desk: Desk, board: UUID, code: str) -> queue.State:
    """The queue to a support's times as it stands."""
    return (await current(desk.store, board, queue.queue_id(board, code), QUEUE)).state


async def list_offers(desk: Desk, board: UUID) -> list[MessageDue]:
    """The messages about every offer that stands on a board."""
    offers = list[MessageDue]()
    for code in await store.list_queues_with_offers(desk.store.pool, board):
        with one_of_many("list_offers"):
            offers += offers_of(await find_queue(desk, board, code))
    return offers


async def list_choosable(desk: Desk, board: UUID, code: str, at: datetime) -> list[store.FreeTime]:
    """The free times that anyone may take now: where somebody waits, only those that begin too soon to be offered.

    Where seats go by the queue alone there are none. What begins too soon there, staff call somebody about.
    """
    if is_only_by_queue(await find_entry(desk, board, code)):
        return []
    times = await store.list_free_times(desk.store.pool, board, code, at)
    if not await _someone_waits(desk, board, code):
        return times
    return [each for each in times if not goes_to_queue(each.starts_at, at)]


async def serve_queues(desk: Desk) -> None:
    """End offers that nobody answered or whose day is closed, and offer free seats to the first, on every board."""
    for board in desk.municipality.boards:
        at = now()
        for code in await store.list_queues_to_serve(desk.store.pool, board.id, at, at + NOTICE):
            with one_of_many("serve_queues"):
                await _serve_queue(desk, board.id, code, at)


async def _serve_queue(desk: Desk, board: UUID, code: str, at: datetime) -> None:
    stream = queue.queue_id(board, code)
    line = await find_queue(desk, board, code)
    if isinstance(line, queue.NoQueue):
        return
    await _end_offers(desk, line, await find_entry(desk, board, code), at)
    for free in await store.list_free_times(desk.store.pool, board, code, at + NOTICE):
        for _ in range(free.seats_left):
            line = await find_queue(desk, board, code)
            first = None if isinstance(line, queue.NoQueue) else line.next
            if first is None:
                return
            offered = OfferSeat(
                support_id=first.support_id, time=free.time_id, starts_at=free.starts_at, place=free.place, at=at
            )
            await handle(
                desk.store,
                _by_the_clock(board, stream, f"offer:{first.support_id}:{free.time_id}:{at.isoformat()}", at),
                Step(decider=QUEUE, stream=stream, command=offered),
                Step(decider=TIME, stream=free.time_id, command=HoldSeat(support_id=first.support_id, at=at)),
            )


async def _end_offers(desk: Desk, line: queue.Queue, entry: catalogue.State, at: datetime) -> None:
    """Whose day is closed is no answer missed, also where it would have expired by now."""
    for offer in [each.offer for each in line.waiting if each.offer]:
        one, time = offer.support_id, offer.time
        if is_closed(entry, offer.starts_at):
            gone: QueueCommand = WithdrawOffer(support_id=one, time=time, entry=entry, at=at)
        elif offer.expires_at <= at:
            gone = ExpireOffer(support_id=one, time=time, at=at)
        else:
            continue
        what = f"{type(gone).__name__}:{one}:{offer.expires_at.isoformat()}"
        await handle(
            desk.store,
            _by_the_clock(line.board, line.queue, what, at),
            Step(decider=QUEUE, stream=line.queue, command=gone),
            Step(decider=TIME, stream=time, command=ReleaseHold(support_id=one, at=at)),
        )


def _by_the_clock(board: UUID, stream: UUID, what: str, at: datetime) -> Origin:
    """The origin of what nobody but the clock asks for."""
    command_id = timer_id(stream, "serve-queue", what)
    return Origin(command_id=command_id, board=board, at=at, role="system", actor=None, purpose="serve-queue")


async def taking(desk: Desk, origin: Origin, code: str, support_id: UUID, time: UUID, by: By) -> Step[Any]:
    """What it takes to take a free seat. A person passes nobody in the queue; staff may book anyone in."""
    own = by is By.PERSON
    seat = TakeSeat(
        support=code,
        support_id=support_id,
        others_wait=own and await _someone_waits(desk, origin.board, code),
        only_by_queue=own and is_only_by_queue(await find_entry(desk, origin.board, code)),
        at=origin.at,
    )
    return Step(decider=TIME, stream=time, command=seat)


def is_only_by_queue(entry: catalogue.State) -> bool:
    """Whether the board has decided that nobody picks a time of this support."""
    return isinstance(entry, catalogue.Listed) and entry.terms.only_by_queue


async def _someone_waits(desk: Desk, board: UUID, code: str) -> bool:
    line = await find_queue(desk, board, code)
    return isinstance(line, queue.Queue) and line.next is not None


def join(origin: Origin, code: str, support_id: UUID) -> Step[Any]:
    stream = queue.queue_id(origin.board, code)
    command = JoinQueue(board=origin.board, queue=stream, support=code, support_id=support_id, at=origin.at)
    return Step(decider=QUEUE, stream=stream, command=command)


async def leaving(
    desk: Desk, origin: Origin, code: str, support_id: UUID, *, keep: UUID | None = None
) -> list[Step[Any]]:
    """What it takes to stand in the queue no longer; nothing for who does not. The seat of `keep` is being taken."""
    line = await find_queue(desk, origin.board, code)
    place = line.find(support_id) if isinstance(line, queue.Queue) else None
    if place is None:
        return []
    leave = LeaveQueue(support_id=support_id, offered=place.offered, at=origin.at)
    steps: list[Step[Any]] = [Step(decider=QUEUE, stream=queue.queue_id(origin.board, code), command=leave)]
    if place.offered is not None and place.offered != keep:
        release = ReleaseHold(support_id=support_id, at=origin.at)
        steps.append(Step(decider=TIME, stream=place.offered, command=release))
    return steps
