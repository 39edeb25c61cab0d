"""One person's direct support, from asking to its end. What is documented is documented here (SoL 14:3)."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal, assert_never
from uuid import UUID

from chassis.personal import Part
from contracts.vocabulary import AgeBand, EndReason, Gender, MeasurePoint
from direct_access.model.application import Known


class InformedBy(StrEnum):
    """How the person was told of the right to apply (SoL 11:6: in a suitable way)."""

    PAGE = "page"
    """The page and its receipt said it."""
    STAFF = "staff"


class AskedBy(StrEnum):
    """Who asks for the support, seen from the person who is to have it."""

    SELF = "self"
    GUARDIAN = "guardian"
    """A guardian, for the child."""
    NEAR = "near"
    """Somebody near, such as a grown-up child or a friend."""
    PROFESSIONAL = "professional"
    """Somebody in their work, with the person beside them."""


class Channel(StrEnum):
    """How the asking reached us."""

    PAGE = "page"
    PHONE = "phone"
    VISIT = "visit"


class ContactWay(StrEnum):
    """The one way in which contact is safe."""

    PHONE = "phone"
    """One of us calls. Nothing is written."""
    SMS = "sms"
    EMAIL = "e-mail"
    LETTER = "letter"
    NONE = "none"
    """We do not get in touch: the person does."""


class SaidBy(StrEnum):
    """How somebody said yes or no to us."""

    ASKING = "asking"
    """By asking for the support themself."""
    CODE = "code"
    """By themself, on the page where one types a code."""
    STAFF = "staff"
    """To staff, who noted it."""


class By(StrEnum):
    """Who changed a booking, or how the person is reached."""

    PERSON = "person"
    """With the code from the receipt."""
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportAsked:
    """A direct support was asked for (insats enligt SoL 11:5), by the person or for the person."""

    board: UUID
    support_id: UUID
    support: str
    """The code of the support in the board's catalogue."""
    catalogue_version: int
    person: UUID
    age_band: AgeBand
    gender: Gender
    district: str
    language: str
    interpreter: bool
    suitability_needed: bool
    """The Act asks whether it suits the young person without the guardian (lämpligt, SoL 21:2) before it starts."""
    asker: Part
    """Name, birth date, how to reach the person safely, and own words."""
    asked_at: datetime
    asked_by: AskedBy = AskedBy.SELF
    channel: Channel = Channel.PAGE
    contact: ContactWay = ContactWay.PHONE
    """By default a call, as in what was asked before this was: nothing is written to the person."""
    safe: bool = True
    """False: contact at home or with a guardian is not safe, so no link and no message goes to anyone."""
    helper: Part | None = None
    """Who asks for somebody else: name and how to reach them."""
    receipt_code: UUID | None = None
    """A keyed digest of the code on the receipt. None in what was asked before codes were."""
    type: Literal["support-asked"] = "support-asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianNamed:
    """Somebody was named as the child's guardian. Whether they have custody, staff check."""

    guardian: UUID
    who: Part
    """Name and how to reach them."""
    named_at: datetime
    type: Literal["guardian-named"] = "guardian-named"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeGiven:
    """A guardian, or the person, was given a code to say yes with and to take it back. Its keyed digest is here."""

    who: UUID
    code: UUID
    given_at: datetime
    type: Literal["code-given"] = "code-given"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyChecked:
    """Staff checked who has custody (vårdnad) of the child: these, all of them."""

    guardians: tuple[UUID, ...]
    checked_at: datetime
    type: Literal["custody-checked"] = "custody-checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianHindered:
    """One of two guardians cannot take part in decisions (FB 6:13), so that the other decides alone."""

    guardian: UUID
    grounds: Part
    hindered_at: datetime
    type: Literal["guardian-hindered"] = "guardian-hindered"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """A guardian said yes to the support (SoL 21:2)."""

    guardian: UUID
    by: SaidBy
    given_at: datetime
    type: Literal["consent-given"] = "consent-given"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn:
    """A guardian took the yes back. That it was given stays on record."""

    guardian: UUID
    by: SaidBy
    withdrawn_at: datetime
    type: Literal["consent-withdrawn"] = "consent-withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefused:
    """A guardian who had not said yes said no."""

    guardian: UUID
    by: SaidBy
    refused_at: datetime
    type: Literal["consent-refused"] = "consent-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnYesGiven:
    """The person said yes to what somebody else had asked for."""

    by: SaidBy
    given_at: datetime
    type: Literal["own-yes-given"] = "own-yes-given"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnYesWithdrawn:
    """The person said no, or took the yes back (SoL 2:1)."""

    by: SaidBy
    withdrawn_at: datetime
    type: Literal["own-yes-withdrawn"] = "own-yes-withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyTold:
    """We learned later that contact at home or with a guardian is not safe, or that it is again."""

    safe: bool
    told_at: datetime
    type: Literal["safety-told"] = "safety-told"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTold:
    """We were told anew how to reach the person. It replaces what was told before."""

    contact: ContactWay
    reach: Part
    """Number or address, when, whether a message may be left, and what else to think of."""
    by: By
    own: bool
    """Whether who is reached so has said it: the person, or for a young child the guardian who asked."""
    told_at: datetime
    type: Literal["contact-told"] = "contact-told"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeReleased:
    """A booked time was given up, since a yes that it rested on was taken back."""

    time: UUID
    released_at: datetime
    type: Literal["time-released"] = "time-released"


@dataclass(frozen=True, slots=True, kw_only=True)
class SuitabilityChecked:
    """Staff judged whether the support suits the young person without the guardian (SoL 21:2)."""

    suitable: bool
    grounds: Part
    """Why, in words about the person."""
    checked_at: datetime
    type: Literal["suitability-checked"] = "suitability-checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBooked:
    """A time was booked."""

    time: UUID
    starts_at: datetime
    place: str
    booked_at: datetime
    type: Literal["time-booked"] = "time-booked"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingCancelled:
    """A booked time was given back."""

    time: UUID
    by: By
    cancelled_at: datetime
    type: Literal["booking-cancelled"] = "booking-cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """The person came to a booked time."""

    time: UUID
    arrived_at: datetime
    type: Literal["arrived"] = "arrived"


@dataclass(frozen=True, slots=True, kw_only=True)
class DidNotCome:
    """The person did not come to a booked time. It says no more than that."""

    time: UUID
    noted_at: datetime
    type: Literal["did-not-come"] = "did-not-come"


@dataclass(frozen=True, slots=True, kw_only=True)
class InformedOfApplication:
    """The person was told that one can also apply for assessed support (SoL 11:6)."""

    by: InformedBy
    informed_at: datetime
    type: Literal["informed-of-application"] = "informed-of-application"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportStarted:
    """The support began with its first meeting."""

    started_at: datetime
    type: Literal["support-started"] = "support-started"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingHeld:
    """A meeting was held."""

    held_at: datetime
    type: Literal["meeting-held"] = "meeting-held"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureTaken:
    """The person answered the short measure. Only the sum is kept."""

    instrument: str
    point: MeasurePoint
    score: int
    taken_at: datetime
    type: Literal["measure-taken"] = "measure-taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportEnded:
    """The support ended. What was left to do then (SoL 11:6) never stops it."""

    reason: EndReason
    left_to_do: tuple[str, ...]
    ended_at: datetime
    type: Literal["support-ended"] = "support-ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMade:
    """Staff made a report of concern (SoL 19:1). Only that it was made: for staff, never published or shown further."""

    made_at: datetime
    type: Literal["report-made"] = "report-made"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWritten:
    """Staff wrote a note. It is never changed: what corrects or disputes it is a new note that refers to it."""

    note: UUID
    text: Part
    refers_to: UUID | None
    """The earlier note that this one corrects, or that the person holds to be wrong (SoL 14:6)."""
    written_at: datetime
    type: Literal["note-written"] = "note-written"


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpedToApply:
    """Staff helped to start an application with what is known here. Somebody said yes to just that."""

    application: UUID
    """The application's case, in intake."""
    agreed: tuple[UUID, ...]
    """Who said yes: the person, or guardians."""
    how: Channel
    """There in the room, or by telephone."""
    handed_over: tuple[Known, ...]
    helped_at: datetime
    type: Literal["helped-to-apply"] = "helped-to-apply"


YesEvent = (
    GuardianNamed
    | CodeGiven
    | CustodyChecked
    | GuardianHindered
    | ConsentGiven
    | ConsentWithdrawn
    | ConsentRefused
    | OwnYesGiven
    | OwnYesWithdrawn
    | SafetyTold
    | ContactTold
    | TimeReleased
)
"""What is known of the guardians, of whether and how to reach anyone, who said yes or no, and what a no made free."""

Event = (
    SupportAsked
    | YesEvent
    | SuitabilityChecked
    | TimeBooked
    | BookingCancelled
    | Arrived
    | DidNotCome
    | InformedOfApplication
    | SupportStarted
    | MeetingHeld
    | MeasureTaken
    | SupportEnded
    | ReportMade
    | NoteWritten
    | HelpedToApply
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What has been recorded of a support so far."""

    asked: SupportAsked
    safe: bool
    """Whether contact at home or with a guardian is safe, as far as was told last."""
    contact_told: ContactTold | None = None
    """How to reach the person as it was told last; None: as it was asked with."""
    suitable: bool | None = None
    """None until somebody has judged."""
    bookings: tuple[TimeBooked, ...] = ()
    released: tuple[TimeBooked, ...] = ()
    """Bookings that were given up."""
    arrived: frozenset[UUID] = frozenset()
    absent: frozenset[UUID] = frozenset()
    """The booked times that the person came to, and those that they did not."""
    own_yes: bool = True
    """Whether the person wants the support: said by asking, or since."""
    said_no: bool = False
    """Whether the person has said no since somebody asked for them."""
    guardians: tuple[UUID, ...] = ()
    """Everyone who was named as guardian, in that order."""
    custody: frozenset[UUID] = frozenset()
    """Who has custody as far as staff have checked; empty until then."""
    hindered: frozenset[UUID] = frozenset()
    """Who cannot take part. Whoever says yes or no is hindered no longer."""
    consenting: frozenset[UUID] = frozenset()
    refusing: frozenset[UUID] = frozenset()
    """The guardians whose last word was no."""
    codes: tuple[CodeGiven, ...] = ()
    informed: bool = False
    meetings: int = 0
    measured: frozenset[MeasurePoint] = frozenset()
    notes: frozenset[UUID] = frozenset()

    @property
    def chosen_way(self) -> ContactWay:
        """The way that was told last, whether or not contact is safe."""
        return self.asked.contact if self.contact_told is None else self.contact_told.contact

    @property
    def contact(self) -> ContactWay:
        """How contact with the person is safe. Where it is safe in no way, nothing is sent."""
        return self.chosen_way if self.safe else ContactWay.NONE


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Nobody has asked yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Asked for, not begun."""

    record: Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """Under way."""

    record: Record
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Over. The person may still have to be told of the right to apply."""

    record: Record
    ended_at: datetime
    reason: EndReason


State = NotAsked | Asked | Running | Ended

initial: State = NotAsked()


def evolve(state: State, event: Event) -> State:
    """The support after an event."""
    match event:
        case SupportAsked():
            return Asked(record=Record(asked=event, safe=event.safe, own_yes=event.asked_by is AskedBy.SELF))
        case SupportStarted(started_at=at):
            return Running(record=record_of(state), started_at=at)
        case SupportEnded(ended_at=at, reason=reason):
            return Ended(record=record_of(state), ended_at=at, reason=reason)
        case SuitabilityChecked(suitable=suitable):
            return _with(state, replace(record_of(state), suitable=suitable))
        case TimeBooked():
            return _with(state, _booked(record_of(state), event))
        case BookingCancelled() | Arrived() | DidNotCome():
            return _with(state, _became(record_of(state), event))
        case InformedOfApplication():
            return _with(state, replace(record_of(state), informed=True))
        case MeetingHeld():
            return _with(state, replace(record_of(state), meetings=record_of(state).meetings + 1))
        case MeasureTaken(point=point):
            return _with(state, replace(record_of(state), measured=record_of(state).measured | {point}))
        case NoteWritten(note=note):
            return _with(state, replace(record_of(state), notes=record_of(state).notes | {note}))
        case ReportMade() | HelpedToApply():
            return state
        case _:
            return _with(state, _note_yes(record_of(state), event))


def record_of(state: State) -> Record:
    """What has been recorded. A stream begins with asking, so only a broken one has nothing."""
    if isinstance(state, NotAsked):
        raise ValueError("a support begins with somebody asking for it")
    return state.record


def _booked(record: Record, event: TimeBooked) -> Record:
    """With a time booked, which may be one that was given up before."""
    released = tuple(each for each in record.released if each.time != event.time)
    return replace(record, bookings=(*record.bookings, event), released=released)


def _became(record: Record, event: BookingCancelled | Arrived | DidNotCome) -> Record:
    match event:
        case BookingCancelled(time=time):
            return _release(record, time)
        case Arrived(time=time):
            return replace(record, arrived=record.arrived | {time}, absent=record.absent - {time})
        case DidNotCome(time=time):
            return replace(record, absent=record.absent | {time}, arrived=record.arrived - {time})
        case _:
            assert_never(event)


def _with(state: State, record: Record) -> State:
    if isinstance(state, NotAsked):
        return state
    return replace(state, record=record)


def _note_yes(record: Record, event: YesEvent) -> Record:
    """What is known of the guardians, and who says yes, after an event."""
    match event:
        case TimeReleased(time=time):
            return _release(record, time)
        case SafetyTold(safe=safe):
            return replace(record, safe=safe)
        case ContactTold():
            return replace(record, contact_told=event)
        case GuardianNamed(guardian=guardian):
            return replace(record, guardians=(*record.guardians, guardian))
        case CodeGiven():
            return replace(record, codes=(*record.codes, event))
        case CustodyChecked(guardians=guardians):
            return replace(record, custody=frozenset(guardians))
        case GuardianHindered(guardian=guardian):
            return replace(record, hindered=record.hindered | {guardian})
        case ConsentGiven(guardian=guardian):
            return _heard(record, guardian, agrees=True)
        case ConsentWithdrawn(guardian=guardian) | ConsentRefused(guardian=guardian):
            return _heard(record, guardian, agrees=False)
        case OwnYesGiven():
            return replace(record, own_yes=True, said_no=False)
        case OwnYesWithdrawn():
            return replace(record, own_yes=False, said_no=True)
        case _:
            assert_never(event)


def _heard(record: Record, guardian: UUID, *, agrees: bool) -> Record:
    """A guardian's last word is the one that counts."""
    one = frozenset({guardian})
    return replace(
        record,
        hindered=record.hindered - one,
        consenting=record.consenting | one if agrees else record.consenting - one,
        refusing=record.refusing - one if agrees else record.refusing | one,
    )


def _release(record: Record, time: UUID) -> Record:
    kept = tuple(booking for booking in record.bookings if booking.time != time)
    given_up = tuple(booking for booking in record.bookings if booking.time == time)
    return replace(record, bookings=kept, released=(*record.released, *given_up))
