"""Staff's pages: today, one support and its next steps, times to offer, talks to answer. In Swedish."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chassis import event_store
from chassis.auth import Principal, require
from chassis.clock import now
from chassis.commands import AtDesk, Desk, staff_origin
from chassis.decider import Origin, Refused
from chassis.forms import Form, Text, blank_form, read_form, wrong
from chassis.personal import Sealed
from chassis.problems import Problem
from contracts.vocabulary import Code, District
from direct_access import store, work
from direct_access.decide.talk import end_of_day
from direct_access.model import support, talk
from direct_access.requests import (
    Booking,
    ConcernRequest,
    Ending,
    Measure,
    Meeting,
    SuitabilityJudgement,
    TalkAnswer,
    TimeToOffer,
    UnlinkedConcern,
)
from direct_access.translate import beginning_of
from statute.clocks import STOCKHOLM, stockholm_day

router = APIRouter(prefix="/personal", include_in_schema=False)

STAFF = "activity_staff"
Staff = Annotated[Principal, Depends(require(STAFF))]


def _read_clock(written: str) -> str:
    try:
        return time.fromisoformat(written.replace(".", ":").zfill(5)).strftime("%H:%M")
    except ValueError:
        raise wrong("not-a-time") from None


Clock = Annotated[Text, AfterValidator(_read_clock)]
"""A time of day as people write it, such as 9.30 or 14:00."""


class MeetingHeld(BaseModel):
    """When a meeting was, in Stockholm's time."""

    day: date
    clock: Clock


class OfferedTime(BaseModel):
    """A time to offer, in Stockholm's time."""

    support: Code
    day: date
    clock: Clock
    minutes: int = 45
    seats: int = 1
    district: District
    place: Text


class Told(BaseModel):
    """That the person was told of the right to apply. There is nothing to fill in."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something staff can do in a support: its form, and what it does."""

    title: str
    model: type[BaseModel]
    purpose: str
    carry_out: Callable[[Desk, Origin, UUID, Any], Awaitable[work.Answer]]


async def _inform(desk: Desk, origin: Origin, support_id: UUID, _told: Told) -> work.Answer:
    return await work.inform(desk, origin, support_id)


async def _hold_meeting(desk: Desk, origin: Origin, support_id: UUID, held: MeetingHeld) -> work.Answer:
    return await work.hold_meeting(desk, origin, support_id, Meeting(held_at=_moment(held.day, held.clock)))


STEPS: Mapping[str, NextStep] = {
    "lamplighet": NextStep("Bedöm lämpligheten", SuitabilityJudgement, "check-suitability", work.check_suitability),
    "tid": NextStep("Boka tid", Booking, "book-time", work.book_time),
    "information": NextStep("Berätta om rätten att ansöka", Told, "inform-of-application", _inform),
    "mote": NextStep("Registrera möte", MeetingHeld, "hold-meeting", _hold_meeting),
    "matning": NextStep("Registrera mätning", Measure, "take-measure", work.take_measure),
    "avsluta": NextStep("Avsluta", Ending, "end-support", work.end_support),
    "oro": NextStep("Anmäl oro för ett barn", ConcernRequest, "raise-concern", work.raise_concern),
}


@router.get("")
async def show_today(request: Request, desk: AtDesk, staff: Staff) -> Response:
    """Today: who comes, what waits, who is to be reached."""
    moment = now()
    today, pool = stockholm_day(moment), desk.store.pool
    expected = await store.list_expected(pool, staff.board, beginning_of(today), end_of_day(moment))
    askers = await work.open_parts(desk, [each.asker for each in expected])
    return desk.pages.staff(
        request,
        "staff_today.html",
        staff,
        today=today,
        names={each.code: each.name for each in await store.list_catalogue(pool, staff.board, today)},
        expected=list(zip(expected, askers, strict=True)),
        supports=await store.list_open_supports(pool, staff.board),
        talks=await store.list_waiting_talks(pool, staff.board),
        visits=await store.count_visits(pool, staff.board, today),
        reference_of=work.reference_of,
        clock_of=lambda moment: moment.astimezone(STOCKHOLM).strftime("%H:%M"),
    )


@router.get("/tider")
async def show_offer(request: Request, desk: AtDesk, staff: Staff) -> Response:
    """Offer a time."""
    return await _offer_page(request, desk, staff, blank_form(OfferedTime, minutes="45", seats="1"))


@router.post("/tider")
async def offer(request: Request, desk: AtDesk, staff: Staff) -> Response:
    """Offer a time, and come back for the next."""
    form = await read_form(request, OfferedTime)
    if form.answers is None:
        return await _offer_page(request, desk, staff, form)
    origin = await _origin(request, desk, staff, form.id, "offer-time")
    answers = form.answers
    try:
        moment = _moment(answers.day, answers.clock)
        asked = TimeToOffer(starts_at=moment, **answers.model_dump(exclude={"day", "clock"}))
        await work.offer_time(desk, origin, asked)
    except Refused as refused:
        form.add_error("", refused.code)
        return await _offer_page(request, desk, staff, form)
    return RedirectResponse(_kept(request, "/personal"), 303)


@router.get("/oro")
async def show_unlinked_concern(request: Request, desk: AtDesk, staff: Staff) -> Response:
    """A concern that was noticed where nobody's identity is documented."""
    return await _unlinked_page(request, desk, staff, blank_form(UnlinkedConcern))


@router.post("/oro")
async def raise_unlinked_concern(request: Request, desk: AtDesk, staff: Staff) -> Response:
    """Report it."""
    form = await read_form(request, UnlinkedConcern)
    if form.answers is None:
        return await _unlinked_page(request, desk, staff, form)
    origin = await _origin(request, desk, staff, form.id, "raise-concern")
    await work.raise_unlinked_concern(desk, origin, form.answers, form.answers.support)
    return RedirectResponse(_kept(request, "/personal"), 303)


@router.get("/prata/{talk_id}")
async def show_talk(request: Request, desk: AtDesk, staff: Staff, talk_id: UUID) -> Response:
    """Who wants to talk, and how contact is safe."""
    return await _talk_page(request, desk, staff, talk_id, blank_form(TalkAnswer))


@router.post("/prata/{talk_id}")
async def answer_talk(request: Request, desk: AtDesk, staff: Staff, talk_id: UUID) -> Response:
    """Say that the person was reached."""
    form = await read_form(request, TalkAnswer)
    if form.answers is None:
        return await _talk_page(request, desk, staff, talk_id, form)
    origin = await _origin(request, desk, staff, form.id, "answer-talk")
    try:
        await work.answer_talk(desk, origin, talk_id, form.answers)
    except Refused as refused:
        form.add_error("", refused.code)
        return await _talk_page(request, desk, staff, talk_id, form)
    return RedirectResponse(_kept(request, "/personal"), 303)


@router.get("/stod/{support_id}")
async def show_support(request: Request, desk: AtDesk, staff: Staff, support_id: UUID) -> Response:
    """One support: who, what happened, and what can be done next."""
    record = await _find(desk, staff, support_id)
    history = await event_store.history(desk.store.pool, staff.board, support_id, store.SUPPORT)
    sealed = [_part_of(recorded.event) for recorded in history]
    opened = iter(await work.open_parts(desk, [part for part in sealed if part]))
    entries = [(recorded, next(opened) if part else None) for recorded, part in zip(history, sealed, strict=True)]
    ended = any(isinstance(recorded.event, support.SupportEnded) for recorded in history)
    return desk.pages.staff(
        request,
        "staff_support.html",
        staff,
        support_id=support_id,
        reference=work.reference_of(support_id),
        record=record,
        asker=entries[0][1],
        entries=entries,
        steps={name: STEPS[name].title for name in _possible(record, ended=ended)},
    )


@router.get("/stod/{support_id}/{step}")
async def show_step(request: Request, desk: AtDesk, staff: Staff, support_id: UUID, step: str) -> Response:
    """The form of a step."""
    moment = now().astimezone(STOCKHOLM)
    form = blank_form(
        _step(step).model,
        **{"day-day": str(moment.day), "day-month": str(moment.month), "day-year": str(moment.year)},
    )
    return await _step_page(request, desk, staff, support_id, step, form)


@router.post("/stod/{support_id}/{step}")
async def take_step(request: Request, desk: AtDesk, staff: Staff, support_id: UUID, step: str) -> Response:
    """Take it, and come back to the support."""
    found = _step(step)
    form: Form[Any] = await read_form(request, found.model)
    if form.answers is None:
        return await _step_page(request, desk, staff, support_id, step, form)
    origin = await _origin(request, desk, staff, form.id, found.purpose)
    try:
        await found.carry_out(desk, origin, support_id, form.answers)
    except Refused as refused:
        form.add_error("", refused.code)
        return await _step_page(request, desk, staff, support_id, step, form)
    return RedirectResponse(_kept(request, f"/personal/stod/{support_id}"), 303)


def _step(name: str) -> NextStep:
    if name not in STEPS:
        raise Problem(404, "not-found")
    return STEPS[name]


def _possible(record: support.Record, *, ended: bool) -> list[str]:
    """The steps that can be taken now, the most urgent first."""
    if ended:
        return [*([] if record.informed else ["information"]), "oro"]
    judged = ["lamplighet"] if record.asked.suitability_needed else []
    told = [] if record.informed else ["information"]
    return [*judged, "tid", "mote", *(["matning"] if record.meetings else []), *told, "avsluta", "oro"]


def _part_of(event: support.Event) -> str | None:
    """The sealed part of an event, if it has one."""
    match event:
        case support.SupportAsked(asker=Sealed() as part) | support.SuitabilityChecked(grounds=Sealed() as part):
            return part
        case _:
            return None


async def _find(desk: Desk, staff: Principal, support_id: UUID) -> support.Record:
    try:
        return await work.find_record(desk, staff.board, support_id)
    except Refused:
        raise Problem(404, "not-found") from None


async def _step_page(
    request: Request, desk: Desk, staff: Principal, support_id: UUID, step: str, form: Form[Any]
) -> Response:
    record = await _find(desk, staff, support_id)
    board = next((board for board in desk.municipality.boards if board.id == staff.board), None)
    return desk.pages.staff(
        request,
        "staff_step.html",
        staff,
        form=form,
        step=step,
        title=STEPS[step].title,
        support_id=support_id,
        reference=work.reference_of(support_id),
        record=record,
        times=await store.list_free_times(desk.store.pool, staff.board, record.asked.support, now()),
        districts=board.districts if board else (),
        status=form.status,
    )


async def _offer_page(request: Request, desk: Desk, staff: Principal, form: Form[OfferedTime]) -> Response:
    return await _board_page(request, desk, staff, "staff_offer.html", form)


async def _unlinked_page(request: Request, desk: Desk, staff: Principal, form: Form[UnlinkedConcern]) -> Response:
    return await _board_page(request, desk, staff, "staff_concern.html", form)


async def _board_page(request: Request, desk: Desk, staff: Principal, template: str, form: Form[Any]) -> Response:
    """A form of the board's, with its supports and districts to choose from."""
    board = next((board for board in desk.municipality.boards if board.id == staff.board), None)
    return desk.pages.staff(
        request,
        template,
        staff,
        form=form,
        entries=await store.list_catalogue(desk.store.pool, staff.board, stockholm_day(now())),
        districts=board.districts if board else (),
        status=form.status,
    )


async def _talk_page(request: Request, desk: Desk, staff: Principal, talk_id: UUID, form: Form[TalkAnswer]) -> Response:
    try:
        found = await work.find_talk(desk, staff.board, talk_id)
    except Refused:
        raise Problem(404, "not-found") from None
    (asker,) = await work.open_parts(desk, [str(found.request.asker)])
    return desk.pages.staff(
        request,
        "staff_talk.html",
        staff,
        form=form if isinstance(found, talk.Waiting) else None,
        reference=work.reference_of(talk_id),
        requested=found.request,
        answered_at=found.answered_at if isinstance(found, talk.Answered) else None,
        late=found.late,
        asker=asker,
        status=form.status,
    )


async def _origin(request: Request, desk: Desk, staff: Principal, key: str, purpose: str) -> Origin:
    return await staff_origin(request, desk, staff, key, role=STAFF, purpose=purpose)


def _moment(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), STOCKHOLM)


def _kept(request: Request, path: str) -> str:
    """An address of ours with the board kept that this one names."""
    board = request.query_params.get("namnd")
    return f"{path}?namnd={board}" if board else path
