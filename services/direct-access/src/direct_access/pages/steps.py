"""One support for staff: who, what happened, and each step that can be taken next, with its form. In Swedish."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from chassis import event_store
from chassis.auth import Principal
from chassis.clock import now
from chassis.commands import AtDesk, Desk
from chassis.decider import Origin, Refused
from chassis.forms import Day, Form, blank_form, read_form
from chassis.handle import Answer
from chassis.pages import go_to
from chassis.personal import Sealed
from chassis.problems import Problem
from direct_access import store
from direct_access.decide.consent import bookings_ahead, hangs_on_suitability, may_answer, missing_yes, waits_for
from direct_access.decide.note import what_to_note
from direct_access.model import support
from direct_access.model.catalogue import Listed
from direct_access.model.support import By
from direct_access.pages.staff import Clock, Staff, code_page, moment_of, origin_of
from direct_access.requests.application import ApplicationToStart, known_of
from direct_access.requests.staff import (
    Booking,
    CodeTo,
    ConcernRequest,
    ContactToTell,
    Custody,
    Ending,
    GuardianToName,
    Hindrance,
    Measure,
    Meeting,
    NoteToWrite,
    Safety,
    SuitabilityJudgement,
    ToldConsent,
)
from direct_access.work import booking, closing, consenting, deciding, reaching, records, supporting
from statute.ages import has_own_voice, is_child
from statute.clocks import STOCKHOLM, stockholm_day

router = APIRouter(prefix="/personal/stod", include_in_schema=False)


class MeetingHeld(BaseModel):
    """When a meeting was, in Stockholm's time."""

    day: Day
    clock: Clock


class Cancelled(BaseModel):
    """Which booked time is given back."""

    booked: UUID


class Moved(Cancelled):
    """Which booked time is changed, and to which."""

    time_id: UUID


class Told(BaseModel):
    """That the person was told of the right to apply. There is nothing to fill in."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something staff can do in a support: its form, and what it does."""

    title: str
    model: type[BaseModel]
    purpose: str
    carry_out: Callable[[Desk, Origin, UUID, Any], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class ByAge:
    """What follows in a support from how old the person is today: the birth date is opened for it, and kept nowhere."""

    waits_for: tuple[str, ...]
    """Whose yes is missing before a time can be booked."""
    to_judge: bool
    """Whether it hangs on whether the support suits the young person without the guardians (SoL 21:2)."""
    guardians: bool
    """Whether what guardians say can matter."""


async def _inform(desk: Desk, origin: Origin, support_id: UUID, _told: Told) -> Answer:
    return await supporting.inform(desk, origin, support_id)


async def _cancel(desk: Desk, origin: Origin, support_id: UUID, cancelled: Cancelled) -> Answer:
    return await booking.cancel_booking(desk, origin, support_id, cancelled.booked, By.STAFF)


async def _move(desk: Desk, origin: Origin, support_id: UUID, moved: Moved) -> Answer:
    return await booking.move_booking(desk, origin, support_id, moved.booked, moved.time_id, By.STAFF)


async def _hold_meeting(desk: Desk, origin: Origin, support_id: UUID, held: MeetingHeld) -> Answer:
    return await supporting.hold_meeting(desk, origin, support_id, Meeting(held_at=moment_of(held.day, held.clock)))


STEPS: Mapping[str, NextStep] = {
    "svar": NextStep("Skriv in ett ja eller nej", ToldConsent, "note-consent", consenting.note_yes_or_no),
    "vardnadshavare": NextStep("Lägg till vårdnadshavare", GuardianToName, "name-guardian", consenting.name_guardian),
    "vardnad": NextStep("Kontrollera vårdnaden", Custody, "check-custody", consenting.check_custody),
    "hinder": NextStep("En vårdnadshavare är förhindrad", Hindrance, "note-hindered", consenting.note_hindered),
    "trygghet": NextStep("Ändra om kontakt är trygg", Safety, "tell-safety", consenting.tell_safety),
    "kontakt": NextStep("Ändra hur vi når personen", ContactToTell, "tell-contact", reaching.tell_contact),
    "kod": NextStep("Lämna ut en kod", CodeTo, "give-code", consenting.give_code),
    "lamplighet": NextStep(
        "Bedöm lämpligheten", SuitabilityJudgement, "check-suitability", consenting.check_suitability
    ),
    "tid": NextStep("Boka tid", Booking, "book-time", booking.book_time),
    "byt-tid": NextStep("Byt tid", Moved, "move-booking", _move),
    "avboka": NextStep("Avboka tid", Cancelled, "cancel-booking", _cancel),
    "information": NextStep("Berätta om rätten att ansöka", Told, "inform-of-application", _inform),
    "mote": NextStep("Registrera möte", MeetingHeld, "hold-meeting", _hold_meeting),
    "matning": NextStep("Registrera mätning", Measure, "take-measure", supporting.take_measure),
    "anteckning": NextStep("Skriv anteckning", NoteToWrite, "write-note", supporting.write_note),
    "ansokan": NextStep("Hjälp till att ansöka", ApplicationToStart, "start-application", supporting.start_application),
    "avsluta": NextStep("Avsluta", Ending, "end-support", supporting.end_support),
    "oro": NextStep("Anmäl oro för ett barn", ConcernRequest, "raise-concern", supporting.raise_concern),
}


@router.get("/{support_id}")
async def show_support(request: Request, desk: AtDesk, staff: Staff, support_id: UUID) -> Response:
    """One support: who, what happened, and what can be done next."""
    record = await records.find_record(desk, staff.board, support_id)
    ended, entries = await _history(desk, staff.board, support_id)
    entry = await deciding.find_entry(desk, staff.board, record.asked.support)
    versions = await deciding.list_versions(desk, staff.board, record.asked.support)
    terms = versions[record.asked.catalogue_version - 1].terms
    sealed_helper = record.asked.helper
    (helper,) = await records.open_parts(desk, [str(sealed_helper)]) if sealed_helper else (None,)
    moment = now()
    unreached = await closing.list_unreached(desk, staff.board, moment)
    asker = await records.open_person(desk, record)
    born = date.fromisoformat(asker.get("born")) if asker.get("born") else None
    age = _by_age(record, born, moment)
    return desk.pages.staff(
        request,
        "staff_support.html",
        staff,
        support_id=support_id,
        name=entry.terms.name if isinstance(entry, Listed) else record.asked.support,
        record=record,
        terms=terms,
        newest=len(versions),
        asker=asker,
        born=born,
        helper=helper,
        people=_people(record, entries),
        age=age,
        without_yes=[each for each in record.bookings if each.starts_at > moment] if age.waits_for else [],
        unreached=[each for each in unreached if each.support_id == support_id],
        duty_to_note=what_to_note(terms.documentation, stockholm_day(moment)),
        notes=await supporting.list_notes(desk, staff.board, support_id),
        entries=[each for each in entries[::-1] if not isinstance(each["event"], support.NoteWritten)],
        steps={
            name: STEPS[name].title
            for name in _possible(record, age, moment, ended=ended)
            if name not in {"ansokan", "kontakt"} or not asker.erased
        },
    )


@router.get("/{support_id}/{step}")
async def show_step(request: Request, desk: AtDesk, staff: Staff, support_id: UUID, step: str) -> Response:
    """The form of a step."""
    moment = now().astimezone(STOCKHOLM)
    form = blank_form(
        _step(step).model,
        refers_to=request.query_params.get("om", ""),
        **{"day-day": str(moment.day), "day-month": str(moment.month), "day-year": str(moment.year)},
    )
    return await _step_page(request, desk, staff, support_id, step, form)


@router.post("/{support_id}/{step}")
async def take_step(request: Request, desk: AtDesk, staff: Staff, support_id: UUID, step: str) -> Response:
    """Take it, and come back to the support."""
    found = _step(step)
    form: Form[Any] = await read_form(request, found.model)
    if form.answers is None:
        return await _step_page(request, desk, staff, support_id, step, form)
    origin = await origin_of(request, desk, staff, form.id, found.purpose)
    try:
        answer = await found.carry_out(desk, origin, support_id, form.answers)
    except Refused as refused:
        said = None if form.holds_back(refused) else refused
        return await _step_page(request, desk, staff, support_id, step, form, said)
    except Problem as problem:
        form.add_problem(problem)
        return await _step_page(request, desk, staff, support_id, step, form)
    if "application_id" in answer:
        return await _started_page(request, desk, staff, support_id, answer)
    if "code" in answer:
        return code_page(request, desk, staff, support_id, answer["code"])
    return go_to(request, f"/personal/stod/{support_id}")


async def _started_page(request: Request, desk: Desk, staff: Principal, support_id: UUID, answer: Answer) -> Response:
    record = await records.find_record(desk, staff.board, support_id)
    return desk.pages.staff(
        request, "staff_application.html", staff, support_id=support_id, answer=answer, safe=record.safe
    )


async def _history(desk: Desk, board: UUID, support_id: UUID) -> tuple[bool, list[dict[str, Any]]]:
    """Whether a support has ended, and all that happened in it, with what was told in it opened."""
    history = await event_store.history(desk.store.pool, board, support_id, store.SUPPORT)
    sealed = [_part_of(recorded.event) for recorded in history]
    opened = iter(await records.open_parts(desk, [part for part in sealed if part]))
    entries = [
        {
            "at": recorded.recorded_at,
            "role": recorded.role,
            "event": recorded.event,
            "told": next(opened) if part else None,
        }
        for recorded, part in zip(history, sealed, strict=True)
    ]
    return any(isinstance(recorded.event, support.SupportEnded) for recorded in history), entries


def _people(record: support.Record, entries: Sequence[Mapping[str, Any]]) -> list[tuple[UUID, str]]:
    """Everyone whose yes can matter here, by id and in words: the guardians, then the person."""
    named = [
        (each["event"].guardian, "Uppgiften är gallrad" if each["told"].erased else each["told"].get("name"))
        for each in entries
        if isinstance(each["event"], support.GuardianNamed) and each["told"]
    ]
    return [*named, (record.asked.person, "Den som ska få stödet")]


def _by_age(record: support.Record, born: date | None, moment: datetime) -> ByAge:
    """What follows from the age today; where the birth date has been erased, from the age of asking."""
    if born is None:
        return ByAge(waits_for(record), to_judge=record.asked.suitability_needed, guardians=bool(record.guardians))
    day = stockholm_day(moment)
    guardians = bool(record.guardians) and is_child(born, day)
    return ByAge(missing_yes(record, born, day), hangs_on_suitability(record, born, day), guardians)


async def _for_application(
    desk: Desk, board: UUID, record: support.Record, people: Sequence[tuple[UUID, str]]
) -> dict[str, Any]:
    """What can be handed over and applied for, and whose yes can count: from 15 the person's alone (SoL 3:4)."""
    asker = await records.open_person(desk, record)
    born, person = asker.get("born"), record.asked.person
    alone = born != "" and has_own_voice(date.fromisoformat(born), stockholm_day(now()))
    guardians = await supporting.open_guardians(desk, board, record.asked.support_id)
    return {
        "known": known_of(replace(record.asked, contact=record.chosen_way), asker.fields),
        "speakers": [
            (each, name, ", ".join(guardians.get(each, {}).values()))
            for each, name in people
            if each == person or (not alone and may_answer(record, each))
        ],
        "wishable": await deciding.list_wishable(desk, board),
    }


@router.post("/{support_id}/tider/{time_id}/{came}")
async def register_arrival(
    request: Request, desk: AtDesk, staff: Staff, support_id: UUID, time_id: UUID, came: Literal["kom", "kom-inte"]
) -> Response:
    """Say that the person came to a booked time, or did not, and come back to the day."""
    form = await read_form(request, Told)
    origin = await origin_of(request, desk, staff, form.id, "register-arrival")
    register = booking.check_in if came == "kom" else booking.note_absence
    await register(desk, origin, support_id, time_id)
    return go_to(request, "/personal")


def _step(name: str) -> NextStep:
    if name not in STEPS:
        raise Problem(404, "not-found")
    return STEPS[name]


def _possible(record: support.Record, age: ByAge, moment: datetime, *, ended: bool) -> list[str]:
    """The steps that can be taken now, the most urgent first."""
    if ended:
        return [*([] if record.informed else ["information"]), "ansokan", "oro"]
    asked = record.asked
    judged = ["lamplighet"] if age.to_judge else []
    answers = ["svar"] if record.guardians or asked.asked_by is not support.AskedBy.SELF else []
    codes = ["kod"] if answers and record.safe else []
    custody = ["vardnad"] if age.guardians else []
    other = ["vardnadshavare", *(["hinder"] if len(record.custody) > 1 else [])] if age.guardians else []
    consents = [*custody, *answers, *codes, *other]
    told = [] if record.informed else ["information"]
    booked = ["byt-tid", "avboka"] if bookings_ahead(record, moment) else []
    measured = ["matning"] if record.meetings else []
    return [
        *consents,
        *judged,
        "tid",
        *booked,
        "mote",
        *measured,
        *told,
        "ansokan",
        "kontakt",
        "trygghet",
        "avsluta",
        "oro",
    ]


def _part_of(event: support.Event) -> str | None:
    """The sealed part of an event, if it has one."""
    match event:
        case support.SupportAsked(asker=Sealed() as part) | support.SuitabilityChecked(grounds=Sealed() as part):
            return part
        case support.ContactTold(reach=Sealed() as part):
            return part
        case support.GuardianNamed(who=Sealed() as part) | support.GuardianHindered(grounds=Sealed() as part):
            return part
        case _:
            return None


async def _step_page(
    request: Request,
    desk: Desk,
    staff: Principal,
    support_id: UUID,
    step: str,
    form: Form[Any],
    refused: Refused | None = None,
) -> Response:
    record = await records.find_record(desk, staff.board, support_id)
    _, entries = await _history(desk, staff.board, support_id)
    board = next((board for board in desk.municipality.boards if board.id == staff.board), None)
    people = _people(record, entries)
    more = await _for_application(desk, staff.board, record, people) if step == "ansokan" else {}
    return desk.pages.staff(
        request,
        "staff_step.html",
        staff,
        form=form,
        step=step,
        title=STEPS[step].title,
        support_id=support_id,
        record=record,
        people=people,
        booked=[each for each in record.bookings if each.starts_at > now()],
        duty_to_note=what_to_note(
            (await records.find_terms(desk, staff.board, record)).documentation, stockholm_day(now())
        ),
        notes=await supporting.list_notes(desk, staff.board, support_id),
        times=await store.list_free_times(desk.store.pool, staff.board, record.asked.support, now()),
        districts=board.districts if board else (),
        refused=refused,
        status=409 if refused else form.status,
        **more,
    )
