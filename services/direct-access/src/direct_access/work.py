"""A request's work, the same for people (`pages`) and programs (`api`): from what was sent to what happened."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import wraps
from typing import Any, ParamSpec
from uuid import UUID

from starlette.requests import Request

from chassis import event_store
from chassis.answers import timer_id
from chassis.clock import new_id, now
from chassis.commands import Desk, citizen_origin
from chassis.decider import Origin, Refused, Step
from chassis.districts import NO_SUCH_DISTRICT, require_district
from chassis.handle import current, handle
from chassis.problems import Problem, problem_of_field
from chassis.receipt_code import draw_code
from chassis.reference import reference_of
from chassis.rounds import one_of_many
from contracts.direct_access import LegalBasis
from direct_access import store
from direct_access.decide.catalogue import DecideSupport, check_open, decide
from direct_access.decide.consent import (
    CheckCustody,
    GiveCode,
    GiveConsent,
    GiveOwnYes,
    WithdrawConsent,
    WithdrawOwnYes,
    bookings_ahead,
)
from direct_access.decide.message import offers_of, plan_closing
from direct_access.decide.queue import (
    NOTICE,
    AcceptOffer,
    ConfirmWait,
    ExpireOffer,
    JoinQueue,
    LeaveQueue,
    OfferSeat,
    goes_to_queue,
)
from direct_access.decide.support import (
    BookTime,
    CancelBooking,
    CheckIn,
    Chosen,
    EndSupport,
    HoldMeeting,
    InformOfApplication,
    MoveBooking,
    NoteAbsence,
    NoteReport,
    TakeMeasure,
    TellSafety,
    check_waiting,
)
from direct_access.decide.support import Command as SupportCommand
from direct_access.decide.time import HoldSeat, ReleaseHold, ReleaseSeat, TakeSeat
from direct_access.decide.visit import MeasureVisit, StartVisit
from direct_access.decide.walk_in import CountWalkIn, MendCount
from direct_access.messages import FIELD_OF_REFUSAL
from direct_access.model import catalogue, queue, support, talk, time, visit, walk_in
from direct_access.model.catalogue import Capacity
from direct_access.model.message import MessageDue
from direct_access.model.support import AskedBy, By, Channel, SaidBy
from direct_access.requests.application import ApplicationToStart
from direct_access.requests.catalogue_file import RowError, read_file, write_file
from direct_access.requests.citizen import SupportRequest, TalkRequest, VisitMeasure, VisitRequest
from direct_access.requests.staff import (
    Booking,
    CodeTo,
    ConcernRequest,
    Custody,
    Ending,
    GuardianToName,
    Hindrance,
    Measure,
    Meeting,
    NoteToWrite,
    OpeningChange,
    Safety,
    SuitabilityJudgement,
    SupportToDecide,
    TalkAnswer,
    TimeToOffer,
    ToldConsent,
    WalkIn,
)
from direct_access.store import APPLICATION, CATALOGUE, CONCERN, QUEUE, SUPPORT, TALK, TIME, VISIT, WALK_IN
from direct_access.translate import beginning_of
from keyring import Erased
from statute.clocks import stockholm_day
from statute.decisions import missing_in_application

Answer = dict[str, Any]
P = ParamSpec("P")

_TRIES = 4


def _until_it_holds(work: Callable[P, Awaitable[Answer]]) -> Callable[P, Awaitable[Answer]]:
    """Lay a piece of work out anew where what it rests on, in more than one stream, changed before it was done."""

    @wraps(work)
    async def done(*args: P.args, **kwargs: P.kwargs) -> Answer:
        for _ in range(_TRIES - 1):
            try:
                return await work(*args, **kwargs)
            except Refused as refused:
                if refused.code != "changed-meanwhile":
                    raise
        return await work(*args, **kwargs)

    return done


@dataclass(frozen=True, slots=True)
class Opened:
    """A person's part as staff read it: nothing where it has been erased."""

    fields: dict[str, str]
    erased: bool

    def get(self, name: str) -> str:
        """A field, empty where the person left it out."""
        return self.fields.get(name, "")


@dataclass(frozen=True, slots=True)
class Note:
    """A note as staff read it: when it was written, by whom, about which earlier one, and what it says."""

    id: UUID
    at: datetime
    actor: str | None
    refers_to: UUID | None
    told: Opened


async def decide_support(desk: Desk, origin: Origin, request: SupportToDecide) -> Answer:
    """Register the board's decision on a support.

    Raises:
        Problem: 422, a district is none of the board's.
    """
    require_district(desk, origin.board, *request.districts, field="districts")
    command = request.to_command(at=origin.at, board=origin.board)
    step = Step(decider=CATALOGUE, stream=command.entry, command=command)
    return (await handle(desk.store, origin, step, answer={"entry_id": str(command.entry)})).answer


async def check_decision(desk: Desk, board: UUID, request: SupportToDecide, at: datetime) -> None:
    """Whether a decision can be registered as the catalogue is now. Nothing is registered.

    Raises:
        Refused: the Act does not let the board decide so, or the decision contradicts itself.
        Problem: 422, a district is none of the board's.
    """
    require_district(desk, board, *request.districts, field="districts")
    decide(request.to_command(at=at, board=board), await find_entry(desk, board, request.support))


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """What a row of a file does to the catalogue: a new support, a new version, or nothing."""

    command: DecideSupport
    before: catalogue.Terms | None

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields that become others; none of a new support."""
        return catalogue.changed(self.before, self.command.terms) if self.before else ()

    @property
    def does_something(self) -> bool:
        """Whether the catalogue becomes another."""
        return self.before is None or bool(self.changed)


@dataclass(frozen=True, slots=True)
class Import:
    """A file that has been checked against the catalogue as it is now. With errors it is not carried out at all."""

    rows: list[ImportedRow]
    errors: list[RowError]


async def check_import(desk: Desk, board: UUID, text: str, at: datetime) -> Import:
    """What a file would do, and all that is wrong with it: what cannot be read, and what the Act or policy refuses."""
    read = read_file(text)
    districts = {each.code for known in desk.municipality.boards if known.id == board for each in known.districts}
    rows, errors = [], list(read.errors)
    for number, row in read.rows.items():
        if not districts.issuperset(row.districts):
            errors.append(RowError(number, NO_SUCH_DISTRICT, "districts"))
        command = row.to_command(at=at, board=board)
        entry = await find_entry(desk, board, row.support)
        try:
            decide(command, entry)
        except Refused as refused:
            errors.append(RowError(number, refused.code, FIELD_OF_REFUSAL.get(refused.code, "")))
        rows.append(ImportedRow(command, entry.terms if isinstance(entry, catalogue.Listed) else None))
    return Import(rows, sorted(errors, key=lambda error: error.row))


async def import_catalogue(desk: Desk, origin: Origin, rows: Sequence[ImportedRow]) -> Answer:
    """Register every decision of a checked file in one piece of work: all of them, or none."""
    decided = [row for row in rows if row.does_something]
    # When it comes again nothing is left to do, and the first row alone leads to the answer of then.
    steps = [Step(decider=CATALOGUE, stream=row.command.entry, command=row.command) for row in decided or rows[:1]]
    return (await handle(desk.store, origin, *steps, answer={"decided": len(decided)})).answer


async def export_catalogue(desk: Desk, board: UUID) -> str:
    """What the board has decided on, as a file."""
    codes = [entry.code for entry in await store.list_entries(desk.store.pool, board, stockholm_day(now()))]
    entries = [await find_entry(desk, board, code) for code in codes]
    return write_file([(entry.code, entry.terms) for entry in entries if isinstance(entry, catalogue.Listed)])


async def find_entry(desk: Desk, board: UUID, code: str) -> catalogue.State:
    """A support as the board's catalogue has it now."""
    entry = catalogue.entry_id(board, code)
    return (await event_store.load(desk.store.pool, board, entry, CATALOGUE)).state


async def list_versions(desk: Desk, board: UUID, code: str) -> list[catalogue.SupportDecided]:
    """What the board has decided of a support, each version in its order: the first is number 1.

    A case is read under the version that it recorded, whatever has been decided since.

    Raises:
        Problem: 404, the board has decided on no such support.
    """
    entry = catalogue.entry_id(board, code)
    history = await event_store.history(desk.store.pool, board, entry, CATALOGUE)
    versions = [recorded.event for recorded in history if isinstance(recorded.event, catalogue.SupportDecided)]
    if not versions:
        raise Problem(404, "not-found")
    return versions


async def change_opening(desk: Desk, origin: Origin, code: str, request: OpeningChange) -> Answer:
    """Close a support from a day on, or open it again.

    Raises:
        Problem: 404, the board has no such support; 422, what is named instead is none of its supports.
    """
    if isinstance(await find_entry(desk, origin.board, code), catalogue.Undecided):
        raise Problem(404, "not-found")
    if request.instead is not None and isinstance(
        await find_entry(desk, origin.board, request.instead), catalogue.Undecided
    ):
        raise problem_of_field("instead", "no-such-support")
    entry = catalogue.entry_id(origin.board, code)
    step = Step(decider=CATALOGUE, stream=entry, command=request.to_command(at=origin.at))
    return (await handle(desk.store, origin, step, answer={"entry_id": str(entry)})).answer


async def ask_for_support(
    desk: Desk,
    origin: Origin,
    request: SupportRequest,
    code: str,
    *,
    informed: bool,
    channel: Channel = Channel.PAGE,
) -> Answer:
    """Ask for a support, and take the seat of the time that was chosen in the same piece of work.

    Who has a yes to give or take back by themself gets a code for it: the guardian who asks, or the person who sits
    beside a professional. It is in this answer and kept nowhere.
    Who would rather wait than choose anew stands in the queue where the seat was lost. The answer holds the code that
    the time is changed with. Only a keyed digest of it is kept.
    """
    require_district(desk, origin.board, request.district)
    entry = await find_entry(desk, origin.board, code)
    if request.queue and isinstance(entry, catalogue.Listed) and Capacity.BOOKABLE not in entry.terms.capacity:
        raise Refused("not-bookable")
    chosen = await _choose(desk, origin.board, request.time_id) if request.time_id else None
    others_wait = chosen is not None and await _someone_waits(desk, origin.board, code)
    support_id = new_id()
    beside = request.asked_by is AskedBy.PROFESSIONAL and channel is Channel.PAGE
    yes_code = draw_code() if beside or request.for_young_child else None
    # Who asks for somebody else shall not see that person's time.
    own_code = draw_code() if request.asked_by is AskedBy.SELF else None
    known = {"support_id": str(support_id), "reference": reference_of(support_id)}
    if yes_code:
        known |= {"code": yes_code}
    if own_code:
        known |= {"receipt_code": own_code}

    async def ask(time: Chosen | None) -> Answer:
        command = request.to_command(
            at=origin.at,
            board=origin.board,
            support_id=support_id,
            person=new_id(),
            guardians=(new_id(), new_id()),
            code=code_digest(desk, yes_code) if yes_code else None,
            entry=entry,
            chosen=time,
            channel=channel,
            informed=informed,
            receipt_code=digest_of(desk, own_code) if own_code else None,
        )
        steps: list[Step[Any]] = [Step(decider=SUPPORT, stream=support_id, command=command, new=True)]
        answer = dict(known)
        if time is not None:
            seat = TakeSeat(support=code, support_id=support_id, others_wait=others_wait, at=origin.at)
            steps.append(Step(decider=TIME, stream=time.time, command=seat))
            answer |= {"starts_at": time.starts_at.isoformat(), "place": time.place}
        elif request.queue and own_code:
            steps.append(_join(origin, code, support_id))
            answer["queued"] = "yes"
        return (await handle(desk.store, origin, *steps, answer=answer)).answer

    try:
        return await ask(chosen)
    except Refused as refused:
        if chosen is None or not request.queue or refused.code not in {"time-full", "others-wait"}:
            raise
        return await ask(None)


async def find_code(desk: Desk, code: str) -> store.CodeOf | None:
    """Whose code this is, and in which support."""
    digest = code_digest(desk, code)
    for board in desk.municipality.boards:
        if found := await store.find_code(desk.store.pool, board.id, digest):
            return found
    return None


@_until_it_holds
async def say(desk: Desk, origin: Origin, support_id: UUID, who: UUID, by: SaidBy, *, agrees: bool) -> Answer:
    """A guardian, or the person, says yes or no. With a no the times ahead are given up, and the place in the queue."""
    record = await find_record(desk, origin.board, support_id)
    own = who == record.asked.person
    at = origin.at
    if agrees:
        yes = GiveOwnYes(by=by, at=at) if own else GiveConsent(guardian=who, by=by, at=at)
        return await _in_support(desk, origin, support_id, yes)
    freed = bookings_ahead(record, at)
    no: SupportCommand = (
        WithdrawOwnYes(by=by, freed=freed, at=at) if own else WithdrawConsent(guardian=who, by=by, freed=freed, at=at)
    )
    seats = _releasing(origin, support_id, freed)
    left = await _leaving(desk, origin, record.asked.support, support_id)
    return await _in_support(desk, origin, support_id, no, *seats, *left)


async def note_yes_or_no(desk: Desk, origin: Origin, support_id: UUID, request: ToldConsent) -> Answer:
    """Write down what a guardian, or the person, told us."""
    return await say(desk, origin, support_id, request.who, SaidBy.STAFF, agrees=request.agrees)


async def give_code(desk: Desk, origin: Origin, support_id: UUID, request: CodeTo) -> Answer:
    """Draw a code for a guardian, or the person, to be handed over. It is in this answer and kept nowhere."""
    code = draw_code()
    command = GiveCode(who=request.who, code=code_digest(desk, code), at=origin.at)
    return await _in_support(desk, origin, support_id, command, answer={"code": code})


async def name_guardian(desk: Desk, origin: Origin, support_id: UUID, request: GuardianToName) -> Answer:
    """Add a guardian."""
    guardian = new_id()
    command = request.to_command(at=origin.at, guardian=guardian)
    return await _in_support(desk, origin, support_id, command, answer={"guardian": str(guardian)})


async def check_custody(desk: Desk, origin: Origin, support_id: UUID, request: Custody) -> Answer:
    """Say who has custody."""
    return await _in_support(desk, origin, support_id, CheckCustody(guardians=request.guardians, at=origin.at))


async def tell_safety(desk: Desk, origin: Origin, support_id: UUID, request: Safety) -> Answer:
    """Say whether contact is safe, as it was learned since."""
    return await _in_support(desk, origin, support_id, TellSafety(safe=request.safe, at=origin.at))


async def note_hindered(desk: Desk, origin: Origin, support_id: UUID, request: Hindrance) -> Answer:
    """Say that a guardian cannot take part."""
    return await _in_support(desk, origin, support_id, request.to_command(at=origin.at))


def code_digest(desk: Desk, code: str) -> UUID:
    """What is kept of a code that a yes is said with: a keyed digest."""
    return desk.store.answers.command_id("consent", "receipt-code", code)


async def check_suitability(desk: Desk, origin: Origin, support_id: UUID, request: SuitabilityJudgement) -> Answer:
    """Judge the suitability."""
    record = await find_record(desk, origin.board, support_id)
    return await _in_support(desk, origin, support_id, request.to_command(at=origin.at, person=record.asked.person))


@_until_it_holds
async def book_time(desk: Desk, origin: Origin, support_id: UUID, request: Booking) -> Answer:
    """Book a time for somebody who has asked, its seat and all."""
    record = await find_record(desk, origin.board, support_id)
    chosen = await _choose(desk, origin.board, request.time_id)
    born = await _birth_date(desk, record)
    booking = BookTime(chosen=chosen, born=born, informed=request.informed_of_application, at=origin.at)
    seat = TakeSeat(support=record.asked.support, support_id=support_id, at=origin.at)
    taken = Step(decider=TIME, stream=chosen.time, command=seat)
    left = await _leaving(desk, origin, record.asked.support, support_id, keep=chosen.time)
    return await _in_support(desk, origin, support_id, booking, taken, *left)


async def cancel_booking(desk: Desk, origin: Origin, support_id: UUID, booked: UUID, by: By) -> Answer:
    """Give a time back. Its seat is free in the same moment."""
    freed = Step(decider=TIME, stream=booked, command=ReleaseSeat(support_id=support_id, at=origin.at))
    return await _in_support(desk, origin, support_id, CancelBooking(time=booked, by=by, at=origin.at), freed)


async def move_booking(desk: Desk, origin: Origin, support_id: UUID, booked: UUID, to: UUID, by: By) -> Answer:
    """Change to another time. The old seat is given back in the moment the new one is taken, and not before."""
    if booked == to:
        raise Refused("time-booked-already")
    record = await find_record(desk, origin.board, support_id)
    chosen = await _choose(desk, origin.board, to)
    born = await _birth_date(desk, record)
    command = MoveBooking(time=booked, chosen=chosen, born=born, by=by, at=origin.at)
    freed = Step(decider=TIME, stream=booked, command=ReleaseSeat(support_id=support_id, at=origin.at))
    others_wait = by is By.PERSON and await _someone_waits(desk, origin.board, record.asked.support)
    seat = TakeSeat(support=record.asked.support, support_id=support_id, others_wait=others_wait, at=origin.at)
    taken = Step(decider=TIME, stream=to, command=seat)
    answer = {"starts_at": chosen.starts_at.isoformat(), "place": chosen.place}
    return await _in_support(desk, origin, support_id, command, freed, taken, answer=answer)


async def check_in(desk: Desk, origin: Origin, support_id: UUID, booked: UUID) -> Answer:
    """Say that the person came to a booked time."""
    return await _in_support(desk, origin, support_id, CheckIn(time=booked, at=origin.at))


async def note_absence(desk: Desk, origin: Origin, support_id: UUID, booked: UUID) -> Answer:
    """Say that the person did not come to a booked time."""
    return await _in_support(desk, origin, support_id, NoteAbsence(time=booked, at=origin.at))


async def join_queue(desk: Desk, origin: Origin, support_id: UUID) -> Answer:
    """Stand in the queue with what has been asked for before."""
    record = check_waiting(await find_support(desk, origin.board, support_id), origin.at)
    step = _join(origin, record.asked.support, support_id)
    return (await handle(desk.store, origin, step, answer={"queued": "yes"})).answer


@_until_it_holds
async def leave_queue(desk: Desk, origin: Origin, support_id: UUID) -> Answer:
    """Stand in the queue no longer. A seat that was kept is for the next in line."""
    record = await find_record(desk, origin.board, support_id)
    queue_of = queue.queue_id(origin.board, record.asked.support)
    steps = await _leaving(desk, origin, record.asked.support, support_id)
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
    chosen = await _choose(desk, origin.board, offered)
    accept = AcceptOffer(support_id=support_id, time=offered, at=origin.at)
    return await _in_support(
        desk,
        origin,
        support_id,
        BookTime(chosen=chosen, born=await _birth_date(desk, record), informed=False, at=origin.at),
        Step(decider=QUEUE, stream=queue.queue_id(origin.board, code), command=accept),
        Step(decider=TIME, stream=offered, command=TakeSeat(support=code, support_id=support_id, at=origin.at)),
        answer={"starts_at": chosen.starts_at.isoformat(), "place": chosen.place},
    )


async def find_queue(desk: Desk, board: UUID, code: str) -> queue.State:
    """The queue to a support's times as it stands."""
    return (await current(desk.store, board, queue.queue_id(board, code), QUEUE)).state


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


async def list_offers(desk: Desk, board: UUID) -> list[MessageDue]:
    """The messages about every offer that stands on a board."""
    offers = list[MessageDue]()
    for code in await store.list_queues_with_offers(desk.store.pool, board):
        with one_of_many("list_offers"):
            offers += offers_of(await find_queue(desk, board, code))
    return offers


async def list_unreached(desk: Desk, board: UUID, at: datetime) -> list[store.Unreached]:
    """Whom a message did not reach about a time that is still theirs, or an offer that stands, the next time first."""
    offers = [each.message for each in await list_offers(desk, board)]
    return await store.list_unreached(desk.store.pool, board, at, offers)


async def list_choosable(desk: Desk, board: UUID, code: str, at: datetime) -> list[store.FreeTime]:
    """The free times that anyone may take now: where somebody waits, only those that begin too soon to be offered."""
    times = await _list_free(desk, board, code, at)
    if not await _someone_waits(desk, board, code):
        return times
    return [each for each in times if not goes_to_queue(each.starts_at, at)]


async def _list_free(desk: Desk, board: UUID, code: str, after: datetime) -> list[store.FreeTime]:
    """The next times with seats left, on days when the support is open."""
    entry = await find_entry(desk, board, code)
    times = await store.list_free_times(desk.store.pool, board, code, after)
    return [
        each for each in times if isinstance(entry, catalogue.Listed) and entry.is_open(stockholm_day(each.starts_at))
    ]


async def serve_queues(desk: Desk) -> None:
    """Let offers expire that nobody answered, and offer free seats to the first in line, on every board."""
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
    for offer in [each.offer for each in line.waiting if each.offer and each.offer.expires_at <= at]:
        gone = ExpireOffer(support_id=offer.support_id, time=offer.time, at=at)
        release = ReleaseHold(support_id=offer.support_id, at=at)
        await handle(
            desk.store,
            _by_the_clock(board, stream, f"expire:{offer.support_id}:{offer.expires_at.isoformat()}", at),
            Step(decider=QUEUE, stream=stream, command=gone),
            Step(decider=TIME, stream=offer.time, command=release),
        )
    for free in await _list_free(desk, board, code, at + NOTICE):
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


def _by_the_clock(board: UUID, stream: UUID, what: str, at: datetime) -> Origin:
    """The origin of what nobody but the clock asks for."""
    command_id = timer_id(stream, "serve-queue", what)
    return Origin(command_id=command_id, board=board, at=at, role="system", actor=None, purpose="serve-queue")


async def _someone_waits(desk: Desk, board: UUID, code: str) -> bool:
    line = await find_queue(desk, board, code)
    return isinstance(line, queue.Queue) and line.next is not None


def _join(origin: Origin, code: str, support_id: UUID) -> Step[Any]:
    stream = queue.queue_id(origin.board, code)
    command = JoinQueue(board=origin.board, queue=stream, support=code, support_id=support_id, at=origin.at)
    return Step(decider=QUEUE, stream=stream, command=command)


async def _leaving(
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


def _releasing(origin: Origin, support_id: UUID, freed: frozenset[UUID]) -> list[Step[Any]]:
    """What it takes to give the seats in these times up."""
    free = ReleaseSeat(support_id=support_id, at=origin.at)
    return [Step(decider=TIME, stream=each, command=free) for each in sorted(freed)]


async def find_by_code(desk: Desk, code: str) -> tuple[UUID, UUID] | None:
    """The board and the support that a receipt's code belongs to."""
    digest = digest_of(desk, code)
    for board in desk.municipality.boards:
        if (found := await store.find_by_code(desk.store.pool, board.id, digest)) is not None:
            return board.id, found
    return None


def digest_of(desk: Desk, code: str) -> UUID:
    """A keyed digest of the code on a receipt with a name."""
    return desk.store.answers.command_id("asker", "receipt-code", code)


async def inform(desk: Desk, origin: Origin, support_id: UUID) -> Answer:
    """Say that the person was told of the right to apply."""
    return await _in_support(desk, origin, support_id, InformOfApplication(at=origin.at))


async def hold_meeting(desk: Desk, origin: Origin, support_id: UUID, request: Meeting) -> Answer:
    """Say that a meeting was held."""
    born = await _birth_date(desk, await find_record(desk, origin.board, support_id))
    command = HoldMeeting(held_at=request.moment(origin.at), born=born, at=origin.at)
    return await _in_support(desk, origin, support_id, command)


async def take_measure(desk: Desk, origin: Origin, support_id: UUID, request: Measure) -> Answer:
    """Register the answers to the short measure."""
    command = TakeMeasure(point=request.point, answers=request.to_answers(), at=origin.at)
    return await _in_support(desk, origin, support_id, command)


@_until_it_holds
async def end_support(desk: Desk, origin: Origin, support_id: UUID, request: Ending) -> Answer:
    """End a support. Its seats ahead and its place in the queue are for others."""
    record = await find_record(desk, origin.board, support_id)
    freed = bookings_ahead(record, origin.at)
    end = EndSupport(reason=request.reason, freed=freed, at=origin.at)
    left = await _leaving(desk, origin, record.asked.support, support_id)
    return await _in_support(desk, origin, support_id, end, *_releasing(origin, support_id, freed), *left)


async def write_note(desk: Desk, origin: Origin, support_id: UUID, request: NoteToWrite) -> Answer:
    """Write a note."""
    record = await find_record(desk, origin.board, support_id)
    note = new_id()
    command = request.to_command(
        at=origin.at,
        note=note,
        person=record.asked.person,
        documentation=(await find_terms(desk, origin.board, record)).documentation,
    )
    return await _in_support(desk, origin, support_id, command, answer={"note_id": str(note)})


async def list_notes(desk: Desk, board: UUID, support_id: UUID) -> list[Note]:
    """The notes on a support, the newest first."""
    history = await event_store.history(desk.store.pool, board, support_id, SUPPORT)
    written = [(each.event, each.actor) for each in history[::-1] if isinstance(each.event, support.NoteWritten)]
    opened = await open_parts(desk, [str(event.text) for event, _ in written])
    return [
        Note(event.note, event.written_at, actor, event.refers_to, told)
        for (event, actor), told in zip(written, opened, strict=True)
    ]


async def raise_concern(desk: Desk, origin: Origin, support_id: UUID, request: ConcernRequest) -> Answer:
    """Report a concern that was noticed in a support. The support notes no more than that a report was made."""
    record = await find_record(desk, origin.board, support_id)
    raised = await _concern(desk, origin, request, record.asked.support, support_id)
    noted = Step(decider=SUPPORT, stream=support_id, command=NoteReport(at=origin.at))
    # The answer is the report's alone to give: whoever reads the support's history must not find the way to it.
    return (await handle(desk.store, origin, raised, noted, answer={"reported": True})).answer


async def raise_unlinked_concern(desk: Desk, origin: Origin, request: ConcernRequest, support_code: str) -> Answer:
    """Report a concern that was noticed where identity is not documented. No stream of a visit hears of it.

    Raises:
        Problem: 422, the board has no such support or district. Its code is kept unsealed, so it must be a known one.
    """
    if isinstance(await find_entry(desk, origin.board, support_code), catalogue.Undecided):
        raise problem_of_field("support", "no-such-support")
    raised = await _concern(desk, origin, request, support_code, None)
    return (await handle(desk.store, origin, raised, answer={"reported": True})).answer


async def start_application(desk: Desk, origin: Origin, support_id: UUID, request: ApplicationToStart) -> Answer:
    """Help to start an application with what is known and somebody said yes to. Its code is kept nowhere but here.

    Raises:
        Problem: 404, no such support; 409, what it knew has been erased; 422, no board gives the support wished for.
    """
    record = await find_record(desk, origin.board, support_id)
    asker = await _open_asker(desk, record)
    if request.wished_support is not None and request.wished_support not in {
        entry.code for entry in await list_wishable(desk, origin.board)
    }:
        raise problem_of_field("wished_support", "no-such-support")
    application, code = new_id(), draw_code()
    asked, fields = record.asked, asker.fields
    digest = desk.store.answers.code_digest(code)
    started = request.to_command(
        at=origin.at,
        application=application,
        asked=asked,
        safe=record.safe,
        fields=fields,
        guardians=await open_guardians(desk, origin.board, support_id),
        code_hash=digest,
    )
    note = request.to_note(at=origin.at, application=application, asked=asked, fields=fields)
    step = Step(decider=APPLICATION, stream=application, command=started, new=True)
    answer = {
        "application_id": str(application),
        "reference": reference_of(application),
        "receipt_code": code,
        "missing": missing_in_application(started.tells, stockholm_day(origin.at)),
    }
    return await _in_support(desk, origin, support_id, note, step, answer=answer)


async def open_guardians(desk: Desk, board: UUID, support_id: UUID) -> dict[UUID, dict[str, str]]:
    """Who was named as guardian in a support, with what was told of each; nothing of who has been erased."""
    history = await event_store.history(desk.store.pool, board, support_id, SUPPORT)
    named = [each.event for each in history if isinstance(each.event, support.GuardianNamed)]
    opened = await open_parts(desk, [str(each.who) for each in named])
    return {each.guardian: who.fields for each, who in zip(named, opened, strict=True) if not who.erased}


async def list_wishable(desk: Desk, board: UUID) -> list[store.Entry]:
    """What can be applied for on the board today."""
    entries = await store.list_catalogue(desk.store.pool, board, stockholm_day(now()))
    return [entry for entry in entries if entry.basis == LegalBasis.ASSESSED]


async def offer_time(desk: Desk, origin: Origin, request: TimeToOffer) -> Answer:
    """Offer a time.

    Raises:
        Problem: 422, the board has no such district or place.
    """
    require_district(desk, origin.board, request.district)
    if request.place not in {
        place for board in desk.municipality.boards if board.id == origin.board for place in board.places
    }:
        raise problem_of_field("place", "no-such-place")
    entry = await find_entry(desk, origin.board, request.support)
    command = request.to_command(at=origin.at, board=origin.board, time=new_id(), entry=entry)
    step = Step(decider=TIME, stream=command.time, command=command, new=True)
    return (await handle(desk.store, origin, step, answer={"time_id": str(command.time)})).answer


async def start_visit(desk: Desk, origin: Origin, request: VisitRequest, support_code: str) -> Answer:
    """Let somebody in without asking who, with a code of which only a keyed digest is kept."""
    require_district(desk, origin.board, request.district)
    code = draw_code()
    on = stockholm_day(origin.at)
    command = StartVisit(
        board=origin.board,
        visit=visit_of(desk, code),
        entry=await find_entry(desk, origin.board, support_code),
        district=request.district,
        on=on,
    )
    step = Step(decider=VISIT, stream=command.visit, command=command, new=True)
    # The support id is drawn for this answer alone and leads nowhere.
    answer = {"code": code, "support_id": str(new_id())[:8]}
    return (await handle(desk.store, without_trace(origin, on), step, answer=answer)).answer


async def count_walk_in(desk: Desk, origin: Origin, request: WalkIn) -> Answer:
    """Count one more who walked in, or one fewer. Neither the moment nor who counted is kept."""
    on = stockholm_day(origin.at)
    stream = walk_in.count_id(origin.board, request.support, on)
    entry = await find_entry(desk, origin.board, request.support)
    command = MendCount(on=on) if request.mend else CountWalkIn(board=origin.board, count=stream, entry=entry, on=on)
    step = Step(decider=WALK_IN, stream=stream, command=command)
    return (await handle(desk.store, without_trace(origin, on), step, answer={"counted": True})).answer


async def measure_visit(desk: Desk, request: Request, key: str, answers: VisitMeasure) -> Answer:
    """Register a visitor's answers, found by the code alone.

    Raises:
        Refused: no visit has this code, or both measures are taken.
    """
    found = await find_visit(desk, answers.code)
    if found is None:
        raise Refused("code-unknown")
    board, visited = found
    origin = await citizen_origin(request, desk, board, key, purpose="measure-visit")
    on = stockholm_day(origin.at)
    command = MeasureVisit(answers=answers.to_answers(), on=on)
    step = Step(decider=VISIT, stream=visited.started.visit, command=command)
    answer = {"answered": "after" if visited.measured else "before"}
    return (await handle(desk.store, without_trace(origin, on), step, answer=answer)).answer


async def find_visit(desk: Desk, code: str) -> tuple[UUID, visit.Visit] | None:
    """The board and the visit that a code belongs to."""
    stream = visit_of(desk, code)
    for board in desk.municipality.boards:
        state = (await event_store.load(desk.store.pool, board.id, stream, VISIT)).state
        if isinstance(state, visit.Visit):
            return board.id, state
    return None


async def request_talk(desk: Desk, origin: Origin, request: TalkRequest) -> Answer:
    """Ask to talk."""
    require_district(desk, origin.board, request.district)
    talk_id = new_id()
    command = request.to_command(at=origin.at, board=origin.board, talk=talk_id, person=new_id())
    step = Step(decider=TALK, stream=talk_id, command=command, new=True)
    answer = {"talk_id": str(talk_id), "reference": reference_of(talk_id)}
    return (await handle(desk.store, origin, step, answer=answer)).answer


async def answer_talk(desk: Desk, origin: Origin, talk_id: UUID, request: TalkAnswer) -> Answer:
    """Say that the person was reached."""
    state = await find_talk(desk, origin.board, talk_id)
    command = request.to_command(at=origin.at, person=state.request.person)
    step = Step(decider=TALK, stream=talk_id, command=command)
    return (await handle(desk.store, origin, step, answer={"talk_id": str(talk_id)})).answer


async def find_support(desk: Desk, board: UUID, support_id: UUID) -> support.Asked | support.Running | support.Ended:
    """A support as it stands.

    Raises:
        Problem: 404, the board has no such support.
    """
    state = (await event_store.load(desk.store.pool, board, support_id, SUPPORT)).state
    if isinstance(state, support.NotAsked):
        raise Problem(404, "support-not-found")
    return state


async def find_record(desk: Desk, board: UUID, support_id: UUID) -> support.Record:
    """What has been recorded of a support. Raises as `find_support` does."""
    return (await find_support(desk, board, support_id)).record


async def find_terms(desk: Desk, board: UUID, record: support.Record) -> catalogue.Terms:
    """What the board had decided of a support when it was asked for, which is what holds for the case."""
    versions = await list_versions(desk, board, record.asked.support)
    return versions[record.asked.catalogue_version - 1].terms


async def find_talk(desk: Desk, board: UUID, talk_id: UUID) -> talk.Waiting | talk.Answered:
    """A talk as it stands.

    Raises:
        Problem: 404, the board has no such talk.
    """
    state = (await event_store.load(desk.store.pool, board, talk_id, TALK)).state
    if isinstance(state, talk.NotRequested):
        raise Problem(404, "talk-not-found")
    return state


async def open_parts(desk: Desk, parts: Sequence[str]) -> list[Opened]:
    """Sealed parts, opened for those who may read them, in their order.

    Raises:
        KeyringAway: they cannot be opened now.
    """
    opened = await desk.keyring.open_many(parts)
    return [Opened({}, True) if isinstance(part, Erased) else Opened(dict(part), False) for part in opened]


def visit_of(desk: Desk, code: str) -> UUID:
    """The stream of a visit: a keyed digest of its code, since the code itself is kept nowhere."""
    return desk.store.answers.command_id("visitor", "receipt-code", code)


def without_trace(origin: Origin, on: date) -> Origin:
    """The origin as it may be kept where identity is not documented: the day, nobody's name, no trace (SoL 14:5)."""
    return replace(origin, at=beginning_of(on), role="citizen", actor=None, linked=False)


async def _choose(desk: Desk, board: UUID, time_id: UUID) -> Chosen:
    state = (await event_store.load(desk.store.pool, board, time_id, TIME)).state
    if isinstance(state, time.NotOffered):
        raise Refused("time-not-found")
    entry = await find_entry(desk, board, state.offer.support)
    if isinstance(entry, catalogue.Listed):
        check_open(entry, stockholm_day(state.offer.starts_at))
    return Chosen(time=time_id, starts_at=state.offer.starts_at, place=state.offer.place)


async def _concern(
    desk: Desk, origin: Origin, request: ConcernRequest, support_code: str, origin_case: UUID | None
) -> Step[Any]:
    require_district(desk, origin.board, request.district)
    number = request.child_number
    command = request.to_command(
        at=origin.at,
        board=origin.board,
        case=new_id(),
        child=await desk.keyring.person(origin.board, number) if number else new_id(),
        support=support_code,
        origin_case=origin_case,
    )
    return Step(decider=CONCERN, stream=command.case, command=command, new=True)


async def _birth_date(desk: Desk, record: support.Record) -> date:
    """When the person was born, as told.

    Raises:
        Problem: 409, it has been erased.
        KeyringAway: it cannot be opened now.
    """
    return date.fromisoformat((await _open_asker(desk, record)).fields["born"])


async def _open_asker(desk: Desk, record: support.Record) -> Opened:
    """What the person told, or somebody for them.

    Raises:
        Problem: 409, it has been erased.
        KeyringAway: it cannot be opened now.
    """
    (asker,) = await open_parts(desk, [str(record.asked.asker)])
    if asker.erased:
        raise Problem(409, "person-erased")
    return asker


async def _in_support(
    desk: Desk,
    origin: Origin,
    support_id: UUID,
    command: SupportCommand,
    *others: Step[Any],
    answer: Answer | None = None,
) -> Answer:
    step = Step(decider=SUPPORT, stream=support_id, command=command)
    answer = {"support_id": str(support_id), **(answer or {})}
    try:
        return (await handle(desk.store, origin, step, *others, answer=answer)).answer
    except Refused as refused:
        if refused.code == "support-not-found":
            raise Problem(404, refused.code) from None
        raise
