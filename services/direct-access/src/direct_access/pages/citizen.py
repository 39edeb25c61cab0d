"""Citizens' pages: finding support, asking for it, coming without a name, and talking with us anyway."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chassis.clock import now
from chassis.commands import AtDesk, Desk, citizen_origin
from chassis.decider import Refused
from chassis.districts import NO_SUCH_DISTRICT
from chassis.draft_pages import fill_in_draft, forget_draft, keep_draft, lead_to
from chassis.edge import link
from chassis.forms import Form, blank_form, read_form
from chassis.languages import LANGUAGES, choose_language
from chassis.municipality import Board, DistrictOfBoard
from chassis.problems import Problem
from chassis.receipt_code import read_code
from contracts.direct_access import Documentation, LegalBasis
from contracts.vocabulary import Code, MeasurePoint
from direct_access import store
from direct_access.decide.consent import bookings_ahead, code_opens
from direct_access.decide.support import check_asking
from direct_access.model.catalogue import Listed, Opening
from direct_access.model.queue import Queue
from direct_access.model.support import SaidBy
from direct_access.requests.citizen import (
    AboutYou,
    SupportRequest,
    TalkRequest,
    VisitMeasure,
    VisitRequest,
    YesOrNo,
)
from direct_access.work import asking, consenting, deciding, queueing, records, talking, visiting
from statute.clocks import stockholm_day

router = APIRouter(include_in_schema=False)
RESUME = "/fortsatt"
"""Where the code of a draft is typed."""

LANGUAGE_CHOICES = [(language.code, language.name) for language in LANGUAGES.values()]
"""The languages that one may be written to in, each in its own."""
SupportCode = Annotated[Code, Path()]


@dataclass(frozen=True, slots=True)
class Whose:
    """What somebody with a code sees: which support it is, and how their own answer stands. Nothing of anyone else."""

    of: store.CodeOf
    name: str
    guardian: bool
    agrees: bool
    booked: bool
    """Whether a time is booked that a no would give up."""


@dataclass(frozen=True, slots=True)
class Place:
    """A support where one has found it: the board's, with the districts that it is given in."""

    board: Board
    entry: Listed
    districts: tuple[DistrictOfBoard, ...]
    today: date

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/stod/{self.board.id}/{self.entry.code}"

    @property
    def without_name(self) -> bool:
        """Whether one comes here without saying who one is (SoL 14:5)."""
        return self.entry.terms.documentation is Documentation.NO_IDENTITY

    @property
    def closed(self) -> Opening | None:
        """What was said when it closed; None while it takes people."""
        said = self.entry.opening_on(self.today)
        return None if said is None or said.open else said

    @property
    def opens_on(self) -> date | None:
        """The next day that it opens, where that has been said."""
        return next((each.day for each in self.entry.openings if each.open and each.day > self.today), None)


@router.get("/")
async def show_start(request: Request, desk: AtDesk) -> Response:
    """The first page: the ways to support, side by side."""
    return desk.pages.citizen(request, "start.html")


@router.get("/stod/kvitto")
async def show_measure(request: Request, desk: AtDesk) -> Response:
    """Where a visitor writes the code from the receipt."""
    return desk.pages.citizen(request, "measure.html", form=blank_form(VisitMeasure), asking=False)


@router.post("/stod/kvitto")
async def measure(request: Request, desk: AtDesk) -> Response:
    """First the code, then the three questions, then thanks."""
    form = await read_form(request, VisitMeasure)
    answering = "wellbeing" in form.typed
    if not answering:
        form.keep_errors({"code"})
    code = "" if "code" in form.errors else _typed_code(form)
    found = await visiting.find_visit(desk, code) if code else None
    if code and found is None:
        form.add_error("code", "code-unknown")
    elif found and MeasurePoint.END in found[1].measured and form.step != "send":
        form.add_error("code", "measured-already")
    if found is None or form.answers is None or form.step != "send":
        answering = found is not None and "code" not in form.errors and form.step != "change"
        return desk.pages.citizen(request, "measure.html", form=form, asking=answering, status=form.status)
    try:
        answer = await visiting.measure_visit(desk, request, form.id, form.answers)
    except Refused as refused:
        if not form.holds_back(refused):
            form.add_error("code", refused.code)
        return desk.pages.citizen(request, "measure.html", form=form, asking=form.sent_before, status=form.status)
    return desk.pages.citizen(request, "measure_thanks.html", before=answer["answered"] == "before")


@router.get("/stod/samtycke")
async def show_yes_or_no(request: Request, desk: AtDesk) -> Response:
    """Where a guardian, or somebody whom another asked for, types their code to say yes or take it back."""
    return desk.pages.citizen(request, "consent.html", form=blank_form(YesOrNo), found=None)


@router.post("/stod/samtycke")
async def say_yes_or_no(request: Request, desk: AtDesk) -> Response:
    """First the code, then yes or no, then what it led to."""
    form = await read_form(request, YesOrNo)
    answering = "agrees" in form.typed or form.step == "send"
    if not answering:
        form.keep_errors({"code"})
    code = "" if "code" in form.errors else _typed_code(form)
    found = await _whose(desk, code, form) if code else None
    if found is None or form.answers is None or form.step != "send":
        shown = found if "code" not in form.errors else None
        return desk.pages.citizen(request, "consent.html", form=form, found=shown, status=form.status)
    agrees = form.answers.agrees
    origin = await citizen_origin(request, desk, found.of.board_id, form.id, purpose="say-yes-or-no")
    try:
        await consenting.say(desk, origin, found.of.support_id, found.of.who, SaidBy.CODE, agrees=agrees)
    except Refused as refused:
        # Just now the code may have ceased to open anything; then the answer is that of an unknown one.
        if found := await _whose(desk, code, form):
            form.add_error("", refused.code)
        return desk.pages.citizen(request, "consent.html", form=form, found=found, status=form.status)
    return desk.pages.citizen(request, "consent_said.html", found=found, agrees=agrees)


@router.get("/prata")
async def show_talk(request: Request, desk: AtDesk) -> Response:
    """Talk with us, about anything."""
    return _talk_page(request, desk, _blank_talk(request), None)


@router.post("/prata")
async def talk(request: Request, desk: AtDesk) -> Response:
    """Ask to talk."""
    return await _request_talk(request, desk, None)


@router.get("/stod/{board_id}/{code}")
async def show_support(request: Request, desk: AtDesk, board_id: UUID, code: SupportCode) -> Response:
    """One support: what it is, what happens next, and the first questions."""
    place = await _find_place(request, desk, board_id, code)
    if place.without_name:
        return _visit_page(request, desk, blank_form(VisitRequest), place)
    return _support_page(request, desk, blank_form(AboutYou), place)


@router.post("/stod/{board_id}/{code}")
async def come_or_ask(request: Request, desk: AtDesk, board_id: UUID, code: SupportCode) -> Response:
    """Come in without a name where the board decided so, else ask with one."""
    place = await _find_place(request, desk, board_id, code)
    if place.without_name:
        return await _start_visit(request, desk, place)
    form = await read_form(request, SupportRequest)
    if form.step == "resume":
        if not await fill_in_draft(request, desk, form):
            return lead_to(request, RESUME)
        return await _ask_page(request, desk, form, place)
    if "name" not in form.typed:
        return await _begin_asking(request, desk, form, place)
    return await _ask(request, desk, form, place)


@router.get("/stod/{board_id}/{code}/prata")
async def show_talk_instead(request: Request, desk: AtDesk, board_id: UUID, code: SupportCode) -> Response:
    """For who cannot start this support alone: numbers to call, a talk, the other way, and last the paragraph."""
    return _talk_page(request, desk, _blank_talk(request), await _find_place(request, desk, board_id, code))


@router.post("/stod/{board_id}/{code}/prata")
async def talk_instead(request: Request, desk: AtDesk, board_id: UUID, code: SupportCode) -> Response:
    """Ask to talk instead."""
    return await _request_talk(request, desk, await _find_place(request, desk, board_id, code))


async def _begin_asking(request: Request, desk: Desk, sent: Form[SupportRequest], place: Place) -> Response:
    """The first questions: whether this person can ask alone. Only then the rest is asked."""
    about = await read_form(request, AboutYou)
    _check_district(about, place.board.districts)
    if about.answers is None:
        return _support_page(request, desk, about, place)
    answers = about.answers
    try:
        check_asking(place.entry, answers.birth_date, answers.district, now(), answers.asked_by)
    except Refused as refused:
        return _other_ways(request, desk, about, place, refused)
    sent.errors.clear()
    wished = {"queue": ["true"]} if place.entry.terms.only_by_queue else {}
    sent.typed = {"language": [_language_of(request)], **wished, **sent.typed}
    return await _ask_page(request, desk, sent, place)


async def _ask(request: Request, desk: Desk, form: Form[SupportRequest], place: Place) -> Response:
    """The rest of the questions, the answers to check, and the receipt."""
    if form.step == "save":
        return await keep_draft(request, desk, form, resume=RESUME)
    _check_district(form, place.board.districts)
    if form.answers is None:
        return await _ask_page(request, desk, form, place)
    if form.step != "send":
        return await _check_page(request, desk, form, place)
    origin = await citizen_origin(request, desk, place.board.id, form.id, purpose="ask-for-support")
    try:
        answer = await asking.ask_for_support(desk, origin, form.answers, place.entry.code, informed=True)
    except Refused as refused:
        if form.holds_back(refused):
            return await _check_page(request, desk, form, place)
        if refused.code.startswith("time-") or refused.code in {"others-wait", "only-by-queue"}:
            form.add_error("queue" if refused.code == "only-by-queue" else "time_id", refused.code)
            return await _ask_page(request, desk, form, place)
        return _other_ways(request, desk, form, place, refused)
    await forget_draft(request, desk, form)
    starts_at = datetime.fromisoformat(answer["starts_at"]) if "starts_at" in answer else None
    line = await queueing.find_queue(desk, place.board.id, place.entry.code) if "queued" in answer else None
    number = line.number_of(UUID(answer["support_id"])) if isinstance(line, Queue) else None
    usual = line.expected_wait if isinstance(line, Queue) else None
    return desk.pages.citizen(
        request,
        "ask_receipt.html",
        place=place,
        asked=form.answers,
        answer=answer,
        starts_at=starts_at,
        number=number,
        usual=usual,
    )


def _other_ways(request: Request, desk: Desk, form: Form[Any], place: Place, refused: Refused) -> Response:
    """Never only a no: who is too young alone is led to the page with numbers and a talk, others to what there is."""
    if refused.code == "guardian-consent-required":
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{place.path}/prata{query}", 303)
    return _support_page(request, desk, form, place, refused=refused, status=422)


async def _start_visit(request: Request, desk: Desk, place: Place) -> Response:
    form = await read_form(request, VisitRequest)
    _check_district(form, place.board.districts)
    if form.answers is None:
        return _visit_page(request, desk, form, place)
    origin = await citizen_origin(request, desk, place.board.id, form.id, purpose="start-visit")
    try:
        answer = await visiting.start_visit(desk, origin, form.answers, place.entry.code)
    except Refused as refused:
        if not form.holds_back(refused):
            form.add_error("district", refused.code)
        return _visit_page(request, desk, form, place)
    return desk.pages.citizen(
        request, "visit_receipt.html", place=place, code=answer["code"], support_id=answer["support_id"]
    )


async def _request_talk(request: Request, desk: Desk, place: Place | None) -> Response:
    form = await read_form(request, TalkRequest)
    if form.step == "save":
        return await keep_draft(request, desk, form, resume=RESUME)
    if form.step == "resume" and not await fill_in_draft(request, desk, form):
        return lead_to(request, RESUME)
    _check_district(form, _districts(desk, place))
    if form.answers is None:
        return _talk_page(request, desk, form, place)
    if form.step != "send":
        return _talk_page(request, desk, form, place, "talk_check.html")
    board = place.board.id if place else desk.municipality.board_of(form.answers.district)
    origin = await citizen_origin(request, desk, board, form.id, purpose="request-talk")
    try:
        answer = await talking.request_talk(desk, origin, form.answers)
    except Refused as refused:
        if not form.holds_back(refused):
            raise
        return _talk_page(request, desk, form, place, "talk_check.html")
    await forget_draft(request, desk, form)
    return desk.pages.citizen(
        request, "talk_receipt.html", reference=answer["reference"], contact_way=form.answers.contact_way
    )


async def _ask_page(request: Request, desk: Desk, form: Form[SupportRequest], place: Place) -> Response:
    return await _page(request, desk, "ask.html", form, place)


async def _check_page(request: Request, desk: Desk, form: Form[SupportRequest], place: Place) -> Response:
    return await _page(request, desk, "ask_check.html", form, place)


async def _page(request: Request, desk: Desk, template: str, form: Form[SupportRequest], place: Place) -> Response:
    return desk.pages.citizen(
        request,
        template,
        form=form,
        place=place,
        times=await _times(desk, place),
        languages=LANGUAGE_CHOICES,
        status=form.status,
    )


def _support_page(
    request: Request,
    desk: Desk,
    form: Form[Any],
    place: Place,
    *,
    refused: Refused | None = None,
    status: int | None = None,
) -> Response:
    asked_for_here = place.entry.terms.basis not in {LegalBasis.ASSESSED, LegalBasis.LINK}
    shown = form if asked_for_here and not place.closed else None
    return desk.pages.citizen(
        request, "support.html", form=shown, place=place, refused=refused, status=status or form.status
    )


def _visit_page(request: Request, desk: Desk, form: Form[VisitRequest], place: Place) -> Response:
    return desk.pages.citizen(request, "visit.html", form=form, place=place, status=form.status)


def _blank_talk(request: Request) -> Form[TalkRequest]:
    return blank_form(TalkRequest, language=_language_of(request))


def _language_of(request: Request) -> str:
    """The page's language, which is asked about as the one to write in."""
    return choose_language(request.query_params.get("sprak"), request.headers.get("accept-language")).code


def _talk_page(
    request: Request, desk: Desk, form: Form[TalkRequest], place: Place | None, template: str = "talk.html"
) -> Response:
    return desk.pages.citizen(
        request,
        template,
        form=form,
        place=place,
        districts=_districts(desk, place),
        languages=LANGUAGE_CHOICES,
        status=form.status,
    )


def _check_district(form: Form[Any], districts: Sequence[DistrictOfBoard]) -> None:
    """Say beside the field that the district is none of those to choose from."""
    if form.answers is not None and form.answers.district not in {each.code for each in districts}:
        form.add_error("district", NO_SUCH_DISTRICT)


def _districts(desk: Desk, place: Place | None) -> tuple[DistrictOfBoard, ...]:
    boards = (place.board,) if place else desk.municipality.boards
    return tuple(district for board in boards for district in board.districts)


async def _times(desk: Desk, place: Place) -> list[store.FreeTime]:
    return await queueing.list_choosable(desk, place.board.id, place.entry.code, now())


async def _find_place(request: Request, desk: Desk, board_id: UUID, code: str) -> Place:
    """The support of an address. Only where its board documents identity may the answer carry a trace.

    Raises:
        Problem: there is no such board, or it has decided on no such support.
    """
    board = next((board for board in desk.municipality.boards if board.id == board_id), None)
    entry = await deciding.find_entry(desk, board_id, code) if board else None
    if board is None or not isinstance(entry, Listed):
        raise Problem(404, "not-found")
    given_in, today = entry.terms.districts, stockholm_day(now())
    districts = tuple(each for each in board.districts if not given_in or each.code in given_in)
    place = Place(board, entry, districts, today)
    if not place.without_name:
        link(request)
    return place


async def _whose(desk: Desk, code: str, form: Form[YesOrNo]) -> Whose | None:
    """Whose code it is, and how their answer stands; else None, and one and the same error, whatever the reason is."""
    found = await consenting.find_code(desk, code)
    record = await records.find_record(desk, found.board_id, found.support_id) if found else None
    if found is None or record is None or not code_opens(record, found.who):
        form.add_error("code", "consent-code-unknown")
        return None
    entry = await deciding.find_entry(desk, found.board_id, record.asked.support)
    guardian = found.who != record.asked.person
    return Whose(
        of=found,
        name=entry.terms.name if isinstance(entry, Listed) else record.asked.support,
        guardian=guardian,
        agrees=found.who in record.consenting if guardian else record.own_yes,
        booked=bool(bookings_ahead(record, now())),
    )


def _typed_code(form: Form[Any]) -> str:
    """The code as typed and read, once it is known to hold."""
    return read_code(form.value("code")) or ""
