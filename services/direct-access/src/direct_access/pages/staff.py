"""Staff's pages: today, times to offer, talks to answer, a concern without a link. In Swedish."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from chassis.auth import Principal, require
from chassis.clock import now
from chassis.commands import AtDesk, Desk, staff_origin
from chassis.decider import Origin, Refused
from chassis.forms import Day, Form, Text, blank_form, read_form, read_query, wrong
from chassis.pages import go_to
from chassis.problems import Problem
from contracts.direct_access import LegalBasis
from contracts.vocabulary import Code, District
from direct_access import store
from direct_access.decide.talk import end_of_day
from direct_access.model import talk
from direct_access.model.support import AskedBy
from direct_access.pages.citizen import LANGUAGE_CHOICES
from direct_access.requests.fields import Minutes, Seats
from direct_access.requests.staff import (
    CallOrVisit,
    TalkAnswer,
    TimeToOffer,
    UnlinkedConcern,
    WalkIn,
)
from direct_access.translate import beginning_of
from direct_access.work import asking, closing, records, seats, supporting, talking, visiting
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


class OfferedTime(BaseModel):
    """A time to offer, in Stockholm's time."""

    support: Code
    day: Day
    clock: Clock
    minutes: Minutes = 45
    seats: Seats = 1
    district: District
    place: Text


PageNumber = Annotated[int, Field(ge=1, le=10_000)]


class Narrowing(BaseModel):
    """Which of the open supports are listed, and which page of each list: words of the address, which can be shared."""

    stod: Code | None = None
    stadsdel: District | None = None
    sida: PageNumber = 1
    samtal: PageNumber = 1


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of a long list, and how many the whole has."""

    part: store.Part
    total: int

    @classmethod
    def of(cls, number: int, total: int) -> Self:
        """The page of this number, or the last that there is."""
        last = max(1, -(-total // _A_PAGE))
        return cls(store.Part(number=min(number, last), size=_A_PAGE), total)

    @property
    def first(self) -> int:
        """The number of its first row."""
        return self.part.skipped + 1

    @property
    def last(self) -> int:
        """The number of its last row."""
        return min(self.part.skipped + self.part.size, self.total)


_A_PAGE = 50


@router.get("")
async def show_today(request: Request, desk: AtDesk, staff: Staff) -> Response:
    """Today: who comes, what waits, who is to be reached. Which of the long lists stands in the address."""
    moment = now()
    today, pool = stockholm_day(moment), desk.store.pool
    narrowing = read_query(request, Narrowing)
    chosen = narrowing.answers or Narrowing()
    support, district = chosen.stod, chosen.stadsdel
    of_supports = Leaf.of(chosen.sida, await store.count_open_supports(pool, staff.board, support, district))
    of_talks = Leaf.of(chosen.samtal, await store.count_waiting_talks(pool, staff.board))
    decided = await store.list_entries(pool, staff.board, today)
    board = next((board for board in desk.municipality.boards if board.id == staff.board), None)
    expected = await store.list_expected(pool, staff.board, beginning_of(today), end_of_day(moment))
    askers = await records.open_parts(desk, [each.asker for each in expected])
    listed = await store.list_catalogue(pool, staff.board, today)
    return desk.pages.staff(
        request,
        "staff_today.html",
        staff,
        today=today,
        names={each.code: each.name for each in decided},
        narrowing=narrowing,
        asked={name: str(value) for name, value in chosen.model_dump(exclude_defaults=True).items()},
        asked_for=[
            (each.code, each.name) for each in decided if each.basis not in {LegalBasis.ASSESSED, LegalBasis.LINK}
        ],
        districts=[(each.code, each.name) for each in board.districts] if board else [],
        of_supports=of_supports,
        of_talks=of_talks,
        times=await store.list_times(pool, staff.board, beginning_of(today), end_of_day(moment)),
        form_id=blank_form(OfferedTime).id,
        now=moment,
        expected=list(zip(expected, askers, strict=True)),
        drop_in=[each for each in listed if "drop-in" in each.capacity],
        walk_ins=await store.count_walk_ins(pool, staff.board, today),
        queues=await store.list_queues(pool, staff.board),
        supports=await store.list_open_supports(
            pool, staff.board, today, of_supports.part, support=support, district=district
        ),
        without_yes=await store.list_without_yes(pool, staff.board, moment),
        of_closed=await closing.list_of_closed(desk, staff.board, moment),
        unreached=await closing.list_unreached(desk, staff.board, moment),
        talks=await store.list_waiting_talks(pool, staff.board, of_talks.part),
        visits=await store.count_visits(pool, staff.board, today),
        clock_of=lambda moment: moment.astimezone(STOCKHOLM).strftime("%H:%M"),
        status=narrowing.status,
    )


@router.post("/kom-forbi")
async def count_walk_in(request: Request, desk: AtDesk, staff: Staff) -> Response:
    """Count one more who walked in, or one fewer, and come back to the day."""
    form = await read_form(request, WalkIn)
    if form.answers is None:
        raise Problem(422, "invalid-request")
    origin = await origin_of(request, desk, staff, form.id, "count-walk-in")
    await visiting.count_walk_in(desk, origin, form.answers)
    return go_to(request, "/personal")


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
    origin = await origin_of(request, desk, staff, form.id, "offer-time")
    answers = form.answers
    try:
        moment = moment_of(answers.day, answers.clock)
        asked = TimeToOffer(starts_at=moment, **answers.model_dump(exclude={"day", "clock"}))
        await seats.offer_time(desk, origin, asked)
    except Refused as refused:
        if not form.holds_back(refused):
            form.add_error("", refused.code)
        return await _offer_page(request, desk, staff, form)
    except Problem as problem:
        form.add_problem(problem)
        return await _offer_page(request, desk, staff, form)
    return go_to(request, "/personal")


@router.get("/registrera")
async def show_register(request: Request, desk: AtDesk, staff: Staff) -> Response:
    """Write down what somebody asks for by telephone or on a visit."""
    return await _register_page(request, desk, staff, blank_form(CallOrVisit, asked_by="self", language="sv"))


@router.post("/registrera")
async def register(request: Request, desk: AtDesk, staff: Staff) -> Response:
    """Save it, and go to the support."""
    form = await read_form(request, CallOrVisit)
    if form.answers is None:
        return await _register_page(request, desk, staff, form)
    asked = form.answers
    if asked.queue and asked.asked_by is not AskedBy.SELF:
        form.add_error("queue", "queue-for-oneself")
        return await _register_page(request, desk, staff, form)
    origin = await origin_of(request, desk, staff, form.id, "ask-for-support")
    try:
        answer = await asking.ask_for_support(
            desk, origin, asked, asked.support, informed=asked.informed_of_application, channel=asked.channel
        )
    except Refused as refused:
        said = None if form.holds_back(refused) else refused
        return await _register_page(request, desk, staff, form, said)
    except Problem as problem:
        form.add_problem(problem)
        return await _register_page(request, desk, staff, form)
    support_id = UUID(answer["support_id"])
    if "code" in answer:
        return code_page(request, desk, staff, support_id, answer["code"])
    if "queued" in answer and asked.safe:
        return code_page(request, desk, staff, support_id, answer["receipt_code"], queued=True)
    return go_to(request, f"/personal/stod/{answer['support_id']}")


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
    origin = await origin_of(request, desk, staff, form.id, "raise-concern")
    try:
        await supporting.raise_unlinked_concern(desk, origin, form.answers, form.answers.support)
    except Problem as problem:
        form.add_problem(problem)
        return await _unlinked_page(request, desk, staff, form)
    return go_to(request, "/personal")


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
    origin = await origin_of(request, desk, staff, form.id, "answer-talk")
    try:
        await talking.answer_talk(desk, origin, talk_id, form.answers)
    except Refused as refused:
        if not form.holds_back(refused):
            form.add_error("", refused.code)
        return await _talk_page(request, desk, staff, talk_id, form)
    return go_to(request, "/personal")


async def _offer_page(request: Request, desk: Desk, staff: Principal, form: Form[OfferedTime]) -> Response:
    return await _board_page(request, desk, staff, "staff_offer.html", form)


async def _unlinked_page(request: Request, desk: Desk, staff: Principal, form: Form[UnlinkedConcern]) -> Response:
    return await _board_page(request, desk, staff, "staff_concern.html", form)


async def _register_page(
    request: Request, desk: Desk, staff: Principal, form: Form[CallOrVisit], refused: Refused | None = None
) -> Response:
    return await _board_page(
        request,
        desk,
        staff,
        "staff_register.html",
        form,
        status=409 if refused else form.status,
        refused=refused,
        languages=LANGUAGE_CHOICES,
    )


async def _board_page(
    request: Request,
    desk: Desk,
    staff: Principal,
    template: str,
    form: Form[Any],
    *,
    status: int | None = None,
    **more: object,
) -> Response:
    """A form of the board's, with its supports, districts and places to choose from."""
    board = next((board for board in desk.municipality.boards if board.id == staff.board), None)
    return desk.pages.staff(
        request,
        template,
        staff,
        form=form,
        entries=await store.list_catalogue(desk.store.pool, staff.board, stockholm_day(now())),
        districts=board.districts if board else (),
        places=board.places if board else (),
        status=status or form.status,
        **more,
    )


async def _talk_page(request: Request, desk: Desk, staff: Principal, talk_id: UUID, form: Form[TalkAnswer]) -> Response:
    found = await talking.find_talk(desk, staff.board, talk_id)
    answered = found if isinstance(found, talk.Answered) else None
    sealed_note = [str(answered.note)] if answered and answered.note else []
    asker, *notes = await records.open_parts(desk, [str(found.request.asker), *sealed_note])
    return desk.pages.staff(
        request,
        "staff_talk.html",
        staff,
        form=None if answered else form,
        talk_id=talk_id,
        requested=found.request,
        due_on=stockholm_day(found.request.due_at - timedelta.resolution),
        answered_at=answered.answered_at if answered else None,
        note=notes[0] if notes else None,
        late=found.late,
        asker=asker,
        status=form.status,
    )


def code_page(
    request: Request, desk: Desk, staff: Principal, support_id: UUID, code: str, *, queued: bool = False
) -> Response:
    """A code to hand over: to say yes with, or of who was `queued` to answer offers with."""
    return desk.pages.staff(request, "staff_code.html", staff, support_id=support_id, code=code, queued=queued)


async def origin_of(request: Request, desk: Desk, staff: Principal, key: str, purpose: str) -> Origin:
    """The origin of a command that staff give by a form, whose id is `key`."""
    return await staff_origin(request, desk, staff, key, role=STAFF, purpose=purpose)


def moment_of(day: date, clock: str) -> datetime:
    """A day and a time of day in Stockholm as a moment."""
    return datetime.combine(day, time.fromisoformat(clock), STOCKHOLM)
