"""Asking for a direct support, and what staff do in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import assert_never
from uuid import UUID

from chassis.decider import Refused, obey
from chassis.personal import Part
from contracts.direct_access import Documentation
from contracts.vocabulary import AgeBand, EndReason, Gender, MeasurePoint
from direct_access.decide.application import HelpToApply, help_to_apply
from direct_access.decide.catalogue import check_age, find_offered
from direct_access.decide.consent import (
    ConsentCommand,
    bookings_ahead,
    decide_consent,
    release_times,
    require_start,
    require_yes,
)
from direct_access.decide.note import WriteNote, decide_note
from direct_access.model.catalogue import Listed
from direct_access.model.catalogue import State as Entry
from direct_access.model.measure import INSTRUMENT, Answers
from direct_access.model.support import (
    Arrived,
    Asked,
    AskedBy,
    BookingCancelled,
    By,
    Channel,
    CodeGiven,
    ConsentGiven,
    ContactTold,
    ContactWay,
    DidNotCome,
    Ended,
    Event,
    GuardianNamed,
    InformedBy,
    InformedOfApplication,
    MeasureTaken,
    MeetingHeld,
    NotAsked,
    Record,
    ReportMade,
    Running,
    SafetyTold,
    SaidBy,
    State,
    SuitabilityChecked,
    SupportAsked,
    SupportEnded,
    SupportStarted,
    TimeBooked,
)
from statute.ages import age_on, has_own_voice
from statute.answers import Alternative, Refusal
from statute.clocks import stockholm_day
from statute.consent import GUARDIANS_TOGETHER, VOLUNTARY, Consents, Suitability, may_start_direct
from statute.direct import DIRECT_SUPPORT, IDENTITY_UNDOCUMENTED, may_end_direct


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A time that is to be booked. Its seat is taken in the time's own stream, by the same piece of work."""

    time: UUID
    starts_at: datetime
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardian:
    """Somebody told of as the child's guardian, and a keyed digest of their code where they have been given one."""

    id: UUID
    who: Part
    code: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForSupport:
    """Ask for a direct support, for oneself or somebody else. For oneself a time can be chosen right away."""

    board: UUID
    support_id: UUID
    entry: Entry
    """The support as the board's catalogue has it now."""
    person: UUID
    born: date = field(repr=False)
    """The birth date as told. It is kept sealed, in the asker's part."""
    gender: Gender
    district: str
    language: str
    interpreter: bool
    asker: Part
    chosen: Chosen | None
    informed: bool
    """The page that is answered with tells of the right to apply (SoL 11:6)."""
    at: datetime
    asked_by: AskedBy = AskedBy.SELF
    channel: Channel = Channel.PAGE
    contact: ContactWay = ContactWay.PHONE
    safe: bool = True
    helper: Part | None = None
    guardians: tuple[Guardian, ...] = ()
    """Who asks as a guardian, and says yes by it; then the other one, if told of."""
    own_code: UUID | None = None
    """A keyed digest of the code that the person beside a professional says yes with."""
    receipt_code: UUID | None = None
    """A keyed digest of the code that the receipt shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSuitability:
    """Judge whether the support suits the young person without the guardian."""

    suitable: bool
    grounds: Part
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BookTime:
    """Book a time. Whether the person was told of the right to apply is said at once."""

    chosen: Chosen
    born: date = field(repr=False)
    informed: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelBooking:
    """Give a booked time back, before it begins."""

    time: UUID
    by: By
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveBooking:
    """Change a booked time to another, before it begins. Nothing is given back unless the new seat is won."""

    time: UUID
    chosen: Chosen
    born: date = field(repr=False)
    """The person's birth date: a new time rests on the same yes as a first one."""
    by: By
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """Say that the person came to a booked time."""

    time: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAbsence:
    """Say that the person did not come to a booked time that has begun."""

    time: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InformOfApplication:
    """Say that the person was told of the right to apply for assessed support."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldMeeting:
    """Say that a meeting was held. The first one starts the support."""

    held_at: datetime
    born: date = field(repr=False)
    """The person's birth date, opened from the asker's part: whose yes is needed follows from the age today."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeMeasure:
    """Register the person's answers to the short measure."""

    point: MeasurePoint
    answers: Answers
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSupport:
    """End the support, begun or not. `freed`: the times whose seats are given up in the same piece of work."""

    reason: EndReason
    freed: frozenset[UUID] = frozenset()
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TellSafety:
    """Say whether contact at home or with a guardian is safe, as it was learned since the support was asked for."""

    safe: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TellContact:
    """Say anew how to reach the person. `own`: whether who is reached so has said it."""

    contact: ContactWay
    reach: Part
    by: By
    own: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteReport:
    """Note that a report of concern was made. The report itself is a case of its own."""

    at: datetime


Command = (
    AskForSupport
    | CheckSuitability
    | BookTime
    | CancelBooking
    | MoveBooking
    | CheckIn
    | NoteAbsence
    | InformOfApplication
    | HoldMeeting
    | TakeMeasure
    | EndSupport
    | NoteReport
    | TellSafety
    | TellContact
    | WriteNote
    | HelpToApply
    | ConsentCommand
)


def decide(command: Command, state: State) -> Sequence[Event]:
    """What a command makes happen.

    Raises:
        Refused: the Act, the board's catalogue or how things stand says no.
    """
    match command:
        case AskForSupport():
            return _ask(command, state)
        case CheckSuitability():
            return _check_suitability(command, state)
        case BookTime(chosen=chosen, born=born, informed=informed, at=at):
            require_yes(_require_open(state), born, at)
            return [_book(chosen, at), *([_inform(InformedBy.STAFF, at)] if informed else [])]
        case CancelBooking() | MoveBooking() | CheckIn() | NoteAbsence():
            return _change_booking(command, _require_open(state))
        case InformOfApplication(at=at):
            return [] if _require_asked(state).informed else [_inform(InformedBy.STAFF, at)]
        case HoldMeeting():
            return _hold_meeting(command, state)
        case TakeMeasure():
            return _take_measure(command, state)
        case EndSupport():
            return _end(command, state)
        case TellSafety(safe=safe, at=at):
            return [] if _require_open(state).safe is safe else [SafetyTold(safe=safe, told_at=at)]
        case TellContact(contact=contact, reach=reach, by=by, own=own, at=at):
            _require_open(state)
            return [ContactTold(contact=contact, reach=reach, by=by, own=own, told_at=at)]
        case NoteReport() | WriteNote() | HelpToApply():
            return _note(command, _require_asked(state))
        case _:
            return decide_consent(command, _require_open(state))


def _note(command: NoteReport | WriteNote | HelpToApply, record: Record) -> Sequence[Event]:
    """What is noted in a support, ended or not."""
    match command:
        case NoteReport(at=at):
            return [ReportMade(made_at=at)]
        case WriteNote():
            return decide_note(command, record)
        case HelpToApply():
            return help_to_apply(command, record)
        case _:
            assert_never(command)


def _ask(command: AskForSupport, state: State) -> Sequence[Event]:
    if not isinstance(state, NotAsked):
        raise Refused("already-asked")
    listed, needed = check_asking(command.entry, command.born, command.district, command.at, command.asked_by)
    day = stockholm_day(command.at)
    if command.chosen and command.asked_by is not AskedBy.SELF:
        raise Refused("book-after-yes", VOLUNTARY.on(day).reference, (str(Alternative.ASK_THE_PERSON),))
    asked = SupportAsked(
        board=command.board,
        support_id=command.support_id,
        support=listed.code,
        catalogue_version=listed.version,
        person=command.person,
        age_band=AgeBand.of(age_on(command.born, day)),
        gender=command.gender,
        district=command.district,
        language=command.language,
        interpreter=command.interpreter,
        suitability_needed=needed,
        asker=command.asker,
        asked_at=command.at,
        asked_by=command.asked_by,
        channel=command.channel,
        contact=command.contact,
        safe=command.safe,
        helper=command.helper,
        receipt_code=command.receipt_code,
    )
    booked = [_book(command.chosen, command.at)] if command.chosen else []
    informed = [_inform(InformedBy.PAGE, command.at)] if command.informed else []
    return [asked, *_ask_for_yes(command, day), *booked, *informed]


def _ask_for_yes(command: AskForSupport, day: date) -> list[Event]:
    """Who has said yes by asking, and by which codes yes can be said or taken back."""
    at = command.at
    if has_own_voice(command.born, day):
        beside = command.own_code if command.asked_by is AskedBy.PROFESSIONAL else None
        return [CodeGiven(who=command.person, code=beside, given_at=at)] if beside else []
    if not command.guardians:
        raise Refused("guardian-unknown", GUARDIANS_TOGETHER.on(day).reference, ("name-guardian",))
    asking = command.guardians[0]
    named: list[Event] = [GuardianNamed(guardian=each.id, who=each.who, named_at=at) for each in command.guardians]
    code: list[Event] = [CodeGiven(who=asking.id, code=asking.code, given_at=at)] if asking.code else []
    return [*named, *code, ConsentGiven(guardian=asking.id, by=SaidBy.ASKING, given_at=at)]


def check_asking(
    entry: Entry, born: date, district: str, at: datetime, asked_by: AskedBy = AskedBy.SELF
) -> tuple[Listed, bool]:
    """The support as listed, and whether its suitability must be judged before it starts (SoL 21:2).

    Raises:
        Refused: the board does not give it to this person, or whoever asks cannot ask for it.
    """
    day = stockholm_day(at)
    listed = find_offered(entry, day, district)
    if listed.terms.documentation is Documentation.NO_IDENTITY:
        raise Refused("come-without-name", IDENTITY_UNDOCUMENTED.on(day).reference, ("drop-in",))
    needed = _needs_suitability(born, day, asked_by)
    check_age(listed, age_on(born, day), day)
    return listed, needed


def check_waiting(state: State, at: datetime) -> Record:
    """What was asked for, where one may stand in the queue to its times.

    Raises:
        Refused: it has ended, the person does not want it any longer, or has a time.
    """
    record = _require_open(state)
    if not record.own_yes:
        rule = VOLUNTARY.on(stockholm_day(at)).reference
        raise Refused("person-does-not-want", rule, (str(Alternative.ASK_THE_PERSON),))
    if bookings_ahead(record, at):
        raise Refused("has-a-time")
    return record


def _needs_suitability(born: date, day: date, asked_by: AskedBy) -> bool:
    """Whether somebody must judge the suitability before the support starts (SoL 21:2).

    Raises:
        Refused: it could not start however it was judged: only a guardian can ask for a child under 15.
    """
    if asked_by is AskedBy.GUARDIAN and not has_own_voice(born, day):
        return False
    willing = Consents(person=True)
    obey(may_start_direct(born, day, willing, Suitability.SUITABLE))
    return isinstance(may_start_direct(born, day, willing, Suitability.NOT_ASSESSED), Refusal)


def _check_suitability(command: CheckSuitability, state: State) -> Sequence[Event]:
    record = _require_open(state)
    if not record.asked.suitability_needed and not record.guardians:
        raise Refused("suitability-not-needed")
    return [SuitabilityChecked(suitable=command.suitable, grounds=command.grounds, checked_at=command.at)]


def _hold_meeting(command: HoldMeeting, state: State) -> Sequence[Event]:
    record = _require_open(state)
    if command.held_at > command.at:
        raise Refused("meeting-in-the-future")
    day = stockholm_day(command.held_at)
    if day < command.born or not DIRECT_SUPPORT.in_force(day):
        raise Refused("meeting-too-early")
    # What is written down afterwards is held against how old the person was when it happened.
    require_start(record, command.born, command.held_at)
    started = [SupportStarted(started_at=command.held_at)] if isinstance(state, Asked) else []
    return [*started, MeetingHeld(held_at=command.held_at)]


def _take_measure(command: TakeMeasure, state: State) -> Sequence[Event]:
    match state:
        case NotAsked():
            raise Refused("support-not-found")
        case Asked():
            raise Refused("not-started")
        case Ended():
            raise Refused("support-ended")
        case Running(record=record):
            once = {MeasurePoint.START, MeasurePoint.END}
            if command.point in record.measured & once:
                raise Refused("measured-already")
            return [
                MeasureTaken(
                    instrument=INSTRUMENT, point=command.point, score=command.answers.score, taken_at=command.at
                )
            ]
        case _:
            assert_never(state)


def _end(command: EndSupport, state: State) -> Sequence[Event]:
    record = _require_open(state)
    allowed = may_end_direct(informed_of_application=record.informed, day=stockholm_day(command.at))
    left_to_do = tuple(str(task) for task in allowed.tasks)
    released = release_times(record, command.freed, command.at)
    return [*released, SupportEnded(reason=command.reason, left_to_do=left_to_do, ended_at=command.at)]


def _require_asked(state: State) -> Record:
    if isinstance(state, NotAsked):
        raise Refused("support-not-found")
    return state.record


def _require_open(state: State) -> Record:
    """What has been recorded of a support that is asked for or under way."""
    if isinstance(state, Ended):
        raise Refused("support-ended")
    return _require_asked(state)


def _change_booking(command: CancelBooking | MoveBooking | CheckIn | NoteAbsence, record: Record) -> Sequence[Event]:
    """A booking can be given back until its time begins; that somebody did not come shows only then."""
    booking = next((each for each in record.bookings if each.time == command.time), None)
    if booking is None:
        raise Refused("not-booked")
    at, begun = command.at, booking.starts_at <= command.at
    match command:
        case CancelBooking(by=by):
            if begun:
                raise Refused("time-passed")
            return [BookingCancelled(time=booking.time, by=by, cancelled_at=at)]
        case MoveBooking(chosen=chosen, born=born, by=by):
            if begun:
                raise Refused("time-passed")
            require_yes(record, born, at)
            return [BookingCancelled(time=booking.time, by=by, cancelled_at=at), _book(chosen, at)]
        case CheckIn():
            return [] if booking.time in record.arrived else [Arrived(time=booking.time, arrived_at=at)]
        case NoteAbsence():
            if not begun:
                raise Refused("time-not-begun")
            return [] if booking.time in record.absent else [DidNotCome(time=booking.time, noted_at=at)]
        case _:
            assert_never(command)


def _book(chosen: Chosen, at: datetime) -> TimeBooked:
    return TimeBooked(time=chosen.time, starts_at=chosen.starts_at, place=chosen.place, booked_at=at)


def _inform(by: InformedBy, at: datetime) -> InformedOfApplication:
    return InformedOfApplication(by=by, informed_at=at)
