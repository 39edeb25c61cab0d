"""The holder of a receipt's code: what time one has, another instead of it, or none."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from chassis.clock import now
from chassis.commands import AtDesk, Desk, citizen_origin
from chassis.decider import Origin, Refused
from chassis.forms import Form, blank_form, read_form
from chassis.handle import Answer
from direct_access.decide.catalogue import is_closed
from direct_access.model.catalogue import Listed
from direct_access.model.queue import Queue
from direct_access.model.support import By, Ended, Record, TimeBooked
from direct_access.requests.citizen import MyContact, MyTime, TimeWish
from direct_access.work import asking, booking, deciding, queueing, reaching, records

router = APIRouter(include_in_schema=False)


def _time_of(typed: MyTime) -> UUID:
    if typed.booked is None:
        raise Refused("not-booked")
    return typed.booked


async def _move(desk: Desk, origin: Origin, support_id: UUID, typed: MyTime) -> Answer:
    if typed.time_id is None:
        raise Refused("time-not-found")
    return await booking.move_booking(desk, origin, support_id, _time_of(typed), typed.time_id, By.PERSON)


async def _cancel(desk: Desk, origin: Origin, support_id: UUID, typed: MyTime) -> Answer:
    return await booking.cancel_booking(desk, origin, support_id, _time_of(typed), By.PERSON)


async def _accept(desk: Desk, origin: Origin, support_id: UUID, typed: MyTime) -> Answer:
    return await queueing.accept_offer(desk, origin, support_id, _time_of(typed))


async def _leave_queue(desk: Desk, origin: Origin, support_id: UUID, _typed: MyTime) -> Answer:
    return await queueing.leave_queue(desk, origin, support_id)


async def _still_wait(desk: Desk, origin: Origin, support_id: UUID, _typed: MyTime) -> Answer:
    return await queueing.confirm_wait(desk, origin, support_id)


async def _join(desk: Desk, origin: Origin, support_id: UUID, _typed: MyTime) -> Answer:
    return await queueing.join_queue(desk, origin, support_id)


_DO: Mapping[TimeWish | None, Callable[[Desk, Origin, UUID, MyTime], Awaitable[Answer]]] = {
    TimeWish.MOVE: _move,
    TimeWish.CANCEL: _cancel,
    TimeWish.ACCEPT: _accept,
    TimeWish.JOIN_QUEUE: _join,
    TimeWish.LEAVE_QUEUE: _leave_queue,
    TimeWish.STILL_WAIT: _still_wait,
}
"""What each wish does. The others only show."""


@router.get("/stod/tid")
async def show_my_time(request: Request, desk: AtDesk) -> Response:
    """Where the code from a receipt is written."""
    return desk.pages.citizen(request, "my_time.html", form=blank_form(MyTime), found=False)


@router.post("/stod/tid")
async def change_my_time(request: Request, desk: AtDesk) -> Response:
    """First the code; then the time, and what is wished for with it."""
    form = await read_form(request, MyTime)
    if form.answers is None:
        return _code_page(request, desk, form)
    typed = form.answers
    found = await asking.find_by_code(desk, typed.code)
    if found is None:
        form.add_error("code", "code-of-no-receipt")
        return _code_page(request, desk, form)
    board, support_id = found
    if typed.wish is TimeWish.ASK_CONTACT:
        return _contact_page(request, desk, blank_form(MyContact, code=typed.code))
    if typed.wish is TimeWish.CONTACT:
        return await _change_contact(request, desk, board, support_id)
    if typed.wish is TimeWish.MOVE and typed.time_id is None:
        form.add_error("time_id", "missing")
    elif typed.wish in _DO:
        try:
            return await _carry_out(request, desk, form.id, typed, board, support_id)
        except Refused as refused:
            chose = typed.wish is TimeWish.MOVE and refused.code not in {"not-booked", "only-by-queue"}
            form.add_error("time_id" if chose else "", refused.code)
    state = await records.find_support(desk, board, support_id)
    record = state.record
    booked = next_booking(record, now())
    line = await queueing.find_queue(desk, board, record.asked.support)
    place = line.find(support_id) if isinstance(line, Queue) else None
    entry = await deciding.find_entry(desk, board, record.asked.support)
    choosable = await queueing.list_choosable(desk, board, record.asked.support, now())
    return desk.pages.citizen(
        request,
        "my_time.html",
        form=form,
        found=True,
        cancelling=typed.wish is TimeWish.ASK_CANCEL and booked is not None,
        booked=booked,
        place=place,
        ended=isinstance(state, Ended),
        has_times=isinstance(entry, Listed) and entry.terms.has_times,
        closed=is_closed(entry, now()),
        only_by_queue=queueing.is_only_by_queue(entry),
        number=line.number_of(support_id) if isinstance(line, Queue) and place else None,
        usual=line.expected_wait if isinstance(line, Queue) else None,
        times=[each for each in choosable if booked is None or each.time_id != booked.time],
        status=form.status,
    )


async def _carry_out(request: Request, desk: Desk, key: str, typed: MyTime, board: UUID, support_id: UUID) -> Response:
    """What was wished for, and the page that says that it is done."""
    origin = await citizen_origin(request, desk, board, key, purpose=f"{typed.wish}-by-code")
    answer = await _DO[typed.wish](desk, origin, support_id, typed)
    starts_at = datetime.fromisoformat(answer["starts_at"]) if "starts_at" in answer else None
    return desk.pages.citizen(
        request, "my_time_done.html", wish=str(typed.wish), starts_at=starts_at, place=answer.get("place")
    )


async def _change_contact(request: Request, desk: Desk, board: UUID, support_id: UUID) -> Response:
    """How to be reached from now on. What was told before is not shown: somebody else may hold the code."""
    form = await read_form(request, MyContact)
    if form.answers is None:
        return _contact_page(request, desk, form)
    origin = await citizen_origin(request, desk, board, form.id, purpose="tell-contact-by-code")
    try:
        await reaching.tell_own_contact(desk, origin, support_id, form.answers)
    except Refused as refused:
        form.add_error("", refused.code)
        return _contact_page(request, desk, form)
    return desk.pages.citizen(request, "my_time_done.html", wish=str(TimeWish.CONTACT), starts_at=None, place=None)


def _contact_page(request: Request, desk: Desk, form: Form[MyContact]) -> Response:
    return desk.pages.citizen(request, "my_contact.html", form=form, status=form.status)


def _code_page(request: Request, desk: Desk, form: Form[MyTime]) -> Response:
    return desk.pages.citizen(request, "my_time.html", form=form, found=False, status=form.status)


def next_booking(record: Record, moment: datetime) -> TimeBooked | None:
    """The next time that somebody is expected at."""
    ahead = [each for each in record.bookings if each.starts_at > moment]
    return min(ahead, key=lambda each: each.starts_at, default=None)
