"""What people send, from a form or a program, and the commands that it becomes."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from chassis.clock import now
from chassis.forms import LongText, Text, wrong
from chassis.personal import Personal
from contracts.direct_access import Documentation, LegalBasis
from contracts.vocabulary import AgeBand, Code, District, EndReason, Gender, MeasurePoint
from direct_access.decide.catalogue import DecideSupport
from direct_access.decide.concern import RaiseConcern
from direct_access.decide.support import AskForSupport, CheckSuitability, Chosen
from direct_access.decide.talk import AnswerTalk, RequestTalk
from direct_access.decide.time import OfferTime
from direct_access.model.catalogue import Capacity, Terms, entry_id
from direct_access.model.catalogue import State as Entry
from direct_access.model.measure import HIGHEST_ANSWER, Answers
from direct_access.model.receipt_code import read_code
from statute.ages import age_on
from statute.clocks import stockholm_day
from statute.direct import SupportKind
from statute.personal_number import NumberError, parse_personal_number

Years = Annotated[int, Field(ge=0, le=120)]
Answer = Annotated[int, Field(ge=0, le=HIGHEST_ANSWER)]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[a-z]{1,12})?$")]


def _has_been(born: date) -> date:
    if born > stockholm_day(now()) or born.year < 1900:
        raise wrong("not-in-the-past")
    return born


def _read_number(written: str) -> str:
    number = parse_personal_number(written, stockholm_day(now()))
    if isinstance(number, NumberError):
        raise wrong(number.value)
    return number.digits


def _read_receipt_code(typed: str) -> str:
    code = read_code(typed)
    if code is None:
        raise wrong("code-miswritten")
    return code


BirthDate = Annotated[date, AfterValidator(_has_been)]
PersonNumber = Annotated[str, Field(max_length=20), AfterValidator(_read_number)]
"""A personal or coordination number as people write it, kept as twelve digits."""
ReceiptCode = Annotated[str, Field(max_length=60), AfterValidator(_read_receipt_code)]


class Request(BaseModel):
    """What every request has in common: spaces around a text do not matter."""

    model_config = ConfigDict(str_strip_whitespace=True)


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
    valid_from: date
    valid_to: date | None = None
    decision: Annotated[str, Field(min_length=1, max_length=200)]
    special_reasons: Annotated[str, Field(max_length=2_000)] | None = None

    def to_command(self, *, at: datetime, board: UUID) -> DecideSupport:
        """The command."""
        terms = Terms(**self.model_dump(exclude={"support"}))
        entry = entry_id(board, self.support)
        return DecideSupport(board=board, entry=entry, code=self.support, terms=terms, at=at)


class AboutYou(Request):
    """What decides whether somebody can ask for a support alone. Asked first, so that nobody writes in vain."""

    birth_date: BirthDate
    district: District


class SupportRequest(AboutYou):
    """Somebody asks for a direct support for themself."""

    name: Text
    contact: Text
    """A telephone number or an address where we may reach the person."""
    safe_contact: Text | None = None
    """How contact is safe: when, and what must not be done."""
    words: LongText | None = None
    """What the person wants us to know."""
    alone_words: LongText | None = None
    """From who is under 18: why it suits to come without a guardian."""
    gender: Gender = Gender.UNKNOWN
    interpreter: LanguageCode | None = None
    """The language of the interpreter that is wished for."""
    time_id: UUID | None = None
    """A time among those that are free."""

    def to_command(
        self,
        *,
        at: datetime,
        board: UUID,
        support_id: UUID,
        person: UUID,
        entry: Entry,
        chosen: Chosen | None,
        language: str,
        informed: bool,
    ) -> AskForSupport:
        """The command."""
        told = _told(
            name=self.name,
            born=self.birth_date.isoformat(),
            contact=self.contact,
            safe_contact=self.safe_contact,
            words=self.words,
            alone_words=self.alone_words,
            interpreter=self.interpreter,
        )
        return AskForSupport(
            board=board,
            support_id=support_id,
            entry=entry,
            person=person,
            born=self.birth_date,
            gender=self.gender,
            district=self.district,
            language=language,
            interpreter=self.interpreter is not None,
            asker=Personal("asker", person, told),
            chosen=chosen,
            informed=informed,
            at=at,
        )


class SupportRequestByProgram(SupportRequest):
    """The same from a program, which says by itself what the page knows."""

    support: Code
    language: LanguageCode = "sv"
    informed_of_application: bool = False
    """Whether the person has been shown that one can also apply for assessed support (SoL 11:6)."""


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


class Meeting(Request):
    """A meeting that was held; now, where no time is given."""

    held_at: AwareDatetime | None = None

    def moment(self, at: datetime) -> datetime:
        """When it was held, UTC."""
        return (self.held_at or at).astimezone(UTC)


class MeasureAnswers(Request):
    """The three answers of `hur-har-du-det`, from 0 (worst) to 10 (best)."""

    wellbeing: Answer
    relations: Answer
    days: Answer

    def to_answers(self) -> Answers:
        """The answers as the domain has them."""
        return Answers(wellbeing=self.wellbeing, relations=self.relations, days=self.days)


class Measure(MeasureAnswers):
    """A measure that staff register with the person."""

    point: MeasurePoint


class VisitMeasure(MeasureAnswers):
    """A measure that a visitor without identity answers with the code."""

    code: ReceiptCode


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
        born = self.child_birth_date.isoformat() if self.child_birth_date else None
        known = _told(name=self.child_name, number=self.child_number, born=born, contact=self.child_contact)
        return RaiseConcern(
            board=board,
            case=case,
            support=support,
            child=child,
            age_band=self._age_band(stockholm_day(at)),
            gender=self.child_gender,
            district=self.district,
            about_child=Personal("child", child, known),
            noticed=Personal("told", child, {"told": self.told}),
            origin_case=origin_case,
            at=at,
        )

    def _age_band(self, day: date) -> AgeBand:
        born = self.child_birth_date
        if born is None and self.child_number is not None:
            number = parse_personal_number(self.child_number, day)
            born = None if isinstance(number, NumberError) else number.birth_date
        return AgeBand.of(None if born is None else age_on(born, day))


class UnlinkedConcern(ConcernRequest):
    """A concern that was noticed where identity is not documented: the support is named, and no case (SoL 14:5)."""

    support: Code


class TimeToOffer(Request):
    """A time that can be booked."""

    support: Code
    starts_at: AwareDatetime
    minutes: Annotated[int, Field(ge=5, le=480)] = 45
    seats: Annotated[int, Field(ge=1, le=100)] = 1
    district: District
    place: Text

    def to_command(self, *, at: datetime, board: UUID, time: UUID, entry: Entry) -> OfferTime:
        """The command."""
        return OfferTime(
            board=board,
            time=time,
            entry=entry,
            starts_at=self.starts_at.astimezone(UTC),
            minutes=self.minutes,
            seats=self.seats,
            district=self.district,
            place=self.place,
            at=at,
        )


class VisitRequest(Request):
    """Somebody is here. Nothing is asked but where."""

    district: District


class VisitRequestByProgram(VisitRequest):
    """The same from a program."""

    support: Code


class TalkRequest(Request):
    """Somebody wants to talk with us."""

    district: District
    contact: Text
    safe_contact: Text | None = None
    name: Text | None = None
    age: Years | None = None
    words: LongText | None = None

    def to_command(self, *, at: datetime, board: UUID, talk: UUID, person: UUID) -> RequestTalk:
        """The command."""
        told = _told(
            name=self.name,
            contact=self.contact,
            safe_contact=self.safe_contact,
            age=None if self.age is None else str(self.age),
            words=self.words,
        )
        return RequestTalk(
            board=board,
            talk=talk,
            person=person,
            age_band=AgeBand.of(self.age),
            district=self.district,
            asker=Personal("asker", person, told),
            at=at,
        )


class TalkAnswer(Request):
    """The person was reached."""

    reached: Literal[True] = True
    note: LongText | None = None

    def to_command(self, *, at: datetime, person: UUID) -> AnswerTalk:
        """The command."""
        return AnswerTalk(note=Personal("note", person, {"note": self.note}) if self.note else None, at=at)


def _told(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}
