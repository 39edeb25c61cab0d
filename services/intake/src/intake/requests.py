"""What people send, from a form or a program, and the commands that it becomes."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from chassis.clock import now
from chassis.forms import LongText, Text, wrong
from chassis.personal import Personal
from contracts.vocabulary import AgeBand, Code, District, Gender
from intake.decide.application import AddToApplication, ReceiveApplication
from intake.decide.report import ReceiveReport
from statute import answers
from statute.ages import age_on
from statute.clocks import stockholm_day
from statute.personal_number import NumberError, parse_personal_number
from statute.reports import Reporter


def _read_number(written: str) -> str:
    """A person number with twelve digits."""
    number = parse_personal_number(written, stockholm_day(now()))
    if isinstance(number, NumberError):
        raise wrong(number.value)
    return number.digits


def _has_been(born: date) -> date:
    if born > stockholm_day(now()):
        raise wrong("not-in-the-past")
    return born


PersonNumber = Annotated[str, Field(max_length=20), AfterValidator(_read_number)]
"""A personal or coordination number as people write it, kept as twelve digits."""
BirthDate = Annotated[date, AfterValidator(_has_been)]


class ReportRequest(BaseModel):
    """Concern for a child, as somebody reports it."""

    model_config = ConfigDict(str_strip_whitespace=True)

    reporter: Reporter = Reporter.ANYONE
    """In which role one reports; decides the duty and what one may be told."""
    district: District
    told: LongText
    """What one has seen or heard."""
    child_name: Text | None = None
    child_number: PersonNumber | None = None
    child_birth_date: BirthDate | None = None
    child_gender: Gender = Gender.UNKNOWN
    child_contact: Text | None = None
    """Where the child can be reached, such as its school."""
    guardian_name: Text | None = None
    guardian_contact: Text | None = None
    other_guardian_name: Text | None = None
    other_guardian_contact: Text | None = None
    reporter_name: Text | None = None
    """A private person may leave it out."""
    reporter_contact: Text | None = None
    wants_to_know: bool = False
    """Whether one wants to be told if an investigation is opened."""

    @model_validator(mode="after")
    def _who_reports(self) -> "ReportRequest":
        if self.reporter is not Reporter.ANYONE and self.reporter_name is None:
            raise wrong("reporter-name-needed", "reporter_name")
        if self.wants_to_know and self.reporter_contact is None:
            raise wrong("reporter-contact-needed", "reporter_contact")
        return self

    def to_command(
        self, *, at: datetime, board: UUID, case: UUID, child_id: UUID, others: tuple[UUID, UUID, UUID]
    ) -> ReceiveReport:
        """The command. `others` are ids for two guardians and the reporter, used as far as somebody is named."""
        child = _told(
            name=self.child_name,
            number=self.child_number,
            born=None if self.child_birth_date is None else self.child_birth_date.isoformat(),
            contact=self.child_contact,
        )
        first, second, reporter = others
        guardians = (
            ("guardian-1", first, _told(name=self.guardian_name, contact=self.guardian_contact)),
            ("guardian-2", second, _told(name=self.other_guardian_name, contact=self.other_guardian_contact)),
        )
        who = _told(name=self.reporter_name, contact=self.reporter_contact)
        return ReceiveReport(
            at=at,
            board=board,
            case=case,
            reporter=self.reporter,
            wants_to_know=self.wants_to_know,
            child_id=child_id,
            child=Personal("child", child_id, child) if child else None,
            told=Personal("told", child_id, {"told": self.told}),
            guardians=tuple(Personal(part, person, fields) for part, person, fields in guardians if fields),
            reporter_part=Personal("reporter", reporter, who) if who else None,
            age_band=_age_band(self.child_birth_date, self.child_number, at),
            gender=self.child_gender,
            district=self.district,
        )


class ApplicationRequest(BaseModel):
    """An application for support. What the law asks for may be missing; then the person is helped to complete it."""

    model_config = ConfigDict(str_strip_whitespace=True)

    district: District
    name: Text | None = None
    number: PersonNumber | None = None
    birth_date: BirthDate | None = None
    gender: Gender = Gender.UNKNOWN
    contact: Text | None = None
    """How contact is safe: number, times, whether a message may be left."""
    wished_support: Code | None = None
    what: LongText | None = None
    """What one applies for."""
    why: LongText | None = None
    """What it is like now."""
    interpreter: Literal["ar", "en", "fi", "fa", "so", "ti", "uk", "sign"] | None = None
    """The language for an interpreter (FL 13)."""

    def filled(self) -> frozenset[answers.Field]:
        """Which of the things that an application must tell (FL 19) it tells."""
        told = {
            answers.Field.WHO: self.name,
            answers.Field.CONTACT: self.contact,
            answers.Field.WHAT: self.what or self.wished_support,
            answers.Field.WHY: self.why,
        }
        return frozenset(field for field, answer in told.items() if answer)

    def to_command(
        self, *, at: datetime, board: UUID, case: UUID, applicant_id: UUID, code_hash: bytes
    ) -> ReceiveApplication:
        """The command."""
        born = None if self.birth_date is None else self.birth_date.isoformat()
        who = _told(name=self.name, number=self.number, born=born, contact=self.contact)
        return ReceiveApplication(
            at=at,
            board=board,
            case=case,
            applicant_id=applicant_id,
            applicant=Personal("applicant", applicant_id, who),
            told=Personal("told", applicant_id, _told(what=self.what, why=self.why)),
            filled=self.filled(),
            code_hash=code_hash,
            wished_support=self.wished_support,
            interpreter=self.interpreter,
            age_band=_age_band(self.birth_date, self.number, at),
            gender=self.gender,
            district=self.district,
        )


class CompletionRequest(BaseModel):
    """What was missing in an application. Any part of it may come at a time."""

    model_config = ConfigDict(str_strip_whitespace=True)

    name: Text | None = None
    contact: Text | None = None
    what: LongText | None = None
    why: LongText | None = None

    @model_validator(mode="after")
    def _tells_something(self) -> "CompletionRequest":
        if not any((self.name, self.contact, self.what, self.why)):
            raise wrong("nothing-told")
        return self

    def to_command(self, *, at: datetime, applicant_id: UUID) -> AddToApplication:
        """The command."""
        told = {
            answers.Field.WHO: self.name,
            answers.Field.CONTACT: self.contact,
            answers.Field.WHAT: self.what,
            answers.Field.WHY: self.why,
        }
        added = _told(name=self.name, contact=self.contact, what=self.what, why=self.why)
        return AddToApplication(
            at=at,
            added=Personal("added", applicant_id, added),
            filled=frozenset(field for field, answer in told.items() if answer),
        )


def _told(**fields: str | None) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _age_band(born: date | None, number: str | None, at: datetime) -> AgeBand:
    day = stockholm_day(at)
    if born is None and number is not None:
        read = parse_personal_number(number, day)
        born = None if isinstance(read, NumberError) else read.birth_date
    return AgeBand.of(None if born is None else age_on(born, day))
