"""What staff and programs of the board send: decisions, times, and the steps of a support."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field

from chassis.forms import Day, LongText, Text
from chassis.personal import Personal
from chassis.persons import BirthDate, PersonNumber, age_band, told, written_date
from contracts.direct_access import Documentation, LegalBasis
from contracts.vocabulary import Code, District, EndReason, Gender, MeasurePoint
from direct_access.decide.catalogue import CloseSupport, DecideSupport, OpenSupport
from direct_access.decide.concern import RaiseConcern
from direct_access.decide.consent import NameGuardian, NoteHindered
from direct_access.decide.note import WriteNote
from direct_access.decide.support import CheckSuitability
from direct_access.decide.talk import AnswerTalk
from direct_access.decide.time import OfferTime
from direct_access.model.catalogue import (
    Capacity,
    Evidence,
    EvidenceStatus,
    MeetingForm,
    Need,
    Secrecy,
    Terms,
    entry_id,
)
from direct_access.model.catalogue import State as Entry
from direct_access.model.support import Channel
from direct_access.requests.citizen import MeasureAnswers, Reach, SupportRequest
from direct_access.requests.fields import Minutes, Moment, Request, Seats, SpokenLanguage, Years
from statute.direct import Content, SupportClass, SupportKind

Line = Annotated[str, Field(max_length=300)]
Paragraph = Annotated[str, Field(max_length=2_000)]


def _split_lines(typed: object) -> object:
    """A form sends one text for several lines; a program sends them one by one."""
    if isinstance(typed, list) and all(isinstance(each, str) for each in typed):
        return [line for each in typed for line in each.splitlines() if line.strip()]
    return typed


class SupportToDecide(Request):
    """A support as the board decided it."""

    support: Code
    name: Annotated[str, Field(min_length=1, max_length=120)]
    what: Annotated[str, Field(min_length=1, max_length=2_000)]
    basis: LegalBasis
    kind: SupportKind = SupportKind.OPEN
    documentation: Documentation
    age_from: Years | None = None
    age_to: Years | None = None
    districts: Annotated[tuple[District, ...], Field(max_length=50)] = ()
    capacity: Annotated[tuple[Capacity, ...], Field(max_length=len(Capacity))] = ()
    valid_from: Day
    valid_to: Day | None = None
    decision: Annotated[str, Field(min_length=1, max_length=200)]
    special_reasons: Annotated[str, Field(max_length=2_000)] | None = None
    purpose: Paragraph = ""
    dose: Line = ""
    place: Line = ""
    method: Line = ""
    needs: Annotated[tuple[Need, ...], Field(max_length=len(Need))] = ()
    situation: Paragraph = ""
    languages: Annotated[tuple[SpokenLanguage, ...], Field(max_length=30)] = ()
    forms: Annotated[tuple[MeetingForm, ...], Field(max_length=len(MeetingForm))] = ()
    provider: Line = ""
    cost: Line = ""
    ksi: Annotated[str, Field(max_length=20)] = ""
    evidence_status: EvidenceStatus | None = None
    evidence_references: Annotated[tuple[Text, ...], BeforeValidator(_split_lines), Field(max_length=20)] = ()
    secrecy: Secrecy = Secrecy.SOCIAL_SERVICES
    conditions: Paragraph = ""
    reason: Paragraph = ""
    next_steps: Paragraph = ""
    wait: Line = ""
    content: Content | None = None
    counted_as: SupportClass | None = None
    version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """The version that the change was made from. Where another has been decided since, this one is refused."""

    def to_command(self, *, at: datetime, board: UUID) -> DecideSupport:
        """The command."""
        status = self.evidence_status
        evidence = None if status is None else Evidence(status=status, references=self.evidence_references)
        told = self.model_dump(exclude={"support", "version", "evidence_status", "evidence_references"})
        terms = Terms(**told, evidence=evidence)
        entry = entry_id(board, self.support)
        return DecideSupport(board=board, entry=entry, code=self.support, terms=terms, made_from=self.version, at=at)


class OpeningChange(Request):
    """From which day a support is closed, or open again."""

    open: bool
    day: Day
    reason: Annotated[str, Field(min_length=1, max_length=200)]
    instead: Code | None = None
    """While it is closed: the code of another support to turn to."""

    def to_command(self, *, at: datetime) -> CloseSupport | OpenSupport:
        """The command."""
        if self.open:
            return OpenSupport(day=self.day, reason=self.reason, at=at)
        return CloseSupport(day=self.day, reason=self.reason, instead=self.instead, at=at)


class SuitabilityJudgement(Request):
    """Whether the support suits the young person without the guardian (SoL 21:2), and why."""

    suitable: bool
    grounds: LongText

    def to_command(self, *, at: datetime, person: UUID) -> CheckSuitability:
        """The command."""
        grounds = Personal("grounds", person, {"grounds": self.grounds})
        return CheckSuitability(suitable=self.suitable, grounds=grounds, at=at)


class Booking(Request):
    """A time for somebody who has asked."""

    time_id: UUID
    informed_of_application: bool = False
    """Whether the person was told of the right to apply (SoL 11:6)."""


class WalkIn(Request):
    """One more who walked in, or one fewer."""

    support: Code
    mend: bool = False
    """The last one was counted by mistake."""


class Meeting(Request):
    """A meeting that was held; now, where no time is given."""

    held_at: Moment | None = None

    def moment(self, at: datetime) -> datetime:
        """When it was held, UTC."""
        return self.held_at or at


class Measure(MeasureAnswers):
    """A measure that staff register with the person."""

    point: MeasurePoint


class Ending(Request):
    """Why a support ends."""

    reason: EndReason


class ConcernRequest(Request):
    """A concern for a child that staff must report (SoL 19:1)."""

    district: District
    told: LongText
    """What was noticed, heard or seen."""
    child_name: Text | None = None
    child_number: PersonNumber | None = None
    child_birth_date: BirthDate | None = None
    child_contact: Text | None = None
    """Where the child can be reached, such as its school."""
    child_gender: Gender = Gender.UNKNOWN

    def to_command(
        self, *, at: datetime, board: UUID, case: UUID, child: UUID, support: str, origin_case: UUID | None
    ) -> RaiseConcern:
        """The command. The parts are named and filled as those of intake's own reports."""
        known = told(
            name=self.child_name,
            number=self.child_number,
            born=written_date(self.child_birth_date),
            contact=self.child_contact,
        )
        return RaiseConcern(
            board=board,
            case=case,
            support=support,
            child=child,
            age_band=age_band(self.child_birth_date, self.child_number, at),
            gender=self.child_gender,
            district=self.district,
            about_child=Personal("child", child, known),
            noticed=Personal("told", child, {"told": self.told}),
            origin_case=origin_case,
            at=at,
        )


class UnlinkedConcern(ConcernRequest):
    """A concern that was noticed where identity is not documented: the support is named, and no case (SoL 14:5)."""

    support: Code


class TimeToOffer(Request):
    """A time that can be booked."""

    support: Code
    starts_at: Moment
    minutes: Minutes = 45
    seats: Seats = 1
    district: District
    place: Text

    def to_command(self, *, at: datetime, board: UUID, time: UUID, entry: Entry) -> OfferTime:
        """The command."""
        return OfferTime(
            board=board,
            time=time,
            entry=entry,
            starts_at=self.starts_at,
            minutes=self.minutes,
            seats=self.seats,
            district=self.district,
            place=self.place,
            at=at,
        )


class TalkAnswer(Request):
    """The person was reached."""

    reached: Literal[True] = True
    note: LongText | None = None

    def to_command(self, *, at: datetime, person: UUID) -> AnswerTalk:
        """The command."""
        return AnswerTalk(note=Personal("note", person, {"note": self.note}) if self.note else None, at=at)


class CallOrVisit(SupportRequest):
    """Somebody asked for a support by telephone or on a visit, as staff write it down with them."""

    support: Code
    channel: Literal[Channel.PHONE, Channel.VISIT]
    informed_of_application: bool = False
    """Whether the person was told of the right to apply (SoL 11:6)."""


class GuardianToName(Request):
    """Somebody who is told of as the child's guardian."""

    name: Text
    contact: Text | None = None

    def to_command(self, *, at: datetime, guardian: UUID) -> NameGuardian:
        """The command."""
        who = Personal("who", guardian, told(name=self.name, contact=self.contact))
        return NameGuardian(guardian=guardian, who=who, at=at)


class Safety(Request):
    """Whether contact at home or with a guardian is safe. Who does not know says no."""

    safe: bool


class ContactToTell(Reach):
    """How the person is reached from now on, as somebody told staff."""

    own: bool = False
    """Whether who is reached so has said it. What somebody else said is called, and never written to from here."""


class Custody(Request):
    """Who has custody of the child according to the register."""

    guardians: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=10)]


class Hindrance(Request):
    """A guardian who cannot take part, and why (FB 6:13)."""

    guardian: UUID
    grounds: LongText

    def to_command(self, *, at: datetime) -> NoteHindered:
        """The command."""
        grounds = Personal("grounds", self.guardian, {"grounds": self.grounds})
        return NoteHindered(guardian=self.guardian, grounds=grounds, at=at)


class ToldConsent(Request):
    """What somebody told staff: yes or no. `who`: a guardian, or the person."""

    who: UUID
    agrees: bool


class NoteToWrite(Request):
    """A note about the person and the support, and the earlier one that it corrects or disputes."""

    text: LongText
    refers_to: UUID | None = None

    def to_command(self, *, at: datetime, note: UUID, person: UUID, documentation: Documentation) -> WriteNote:
        """The command."""
        text = Personal("note", person, {"text": self.text})
        return WriteNote(note=note, text=text, refers_to=self.refers_to, documentation=documentation, at=at)


class CodeTo(Request):
    """To whom a code is handed over."""

    who: UUID
