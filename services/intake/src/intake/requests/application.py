"""An application for support as a person sends it, what is added to it later, and a caseworker's steps on it."""

from datetime import datetime
from typing import Annotated, ClassVar, TypeAlias
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from chassis.figures import in_figures
from chassis.forms import LongText, PageLanguage, ReceiptCode, Text, wrong
from chassis.interpreters import Interpreter
from chassis.languages import SWEDISH, name_language
from chassis.personal import Personal
from chassis.persons import BirthDate, PersonNumber, age_band, told, written_date
from contracts.vocabulary import Code, District, Gender
from intake.decide.application import AddToApplication, AskForCompletion, Command, ReceiveApplication
from statute import answers

_STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)
_HowToReach = Annotated[LongText, AfterValidator(in_figures)]


class ApplicationRequest(BaseModel):
    """An application for support. What the law asks for may be missing; then the person is helped to complete it."""

    model_config = _STRICT

    what: LongText | None = None
    """What one applies for."""
    why: LongText | None = None
    """What it is like now."""
    wished_support: Code | None = None
    name: Text | None = None
    number: PersonNumber | None = None
    birth_date: BirthDate | None = None
    gender: Gender = Gender.UNKNOWN
    talk_first: bool = False
    """A young person asks that nobody calls a guardian before we have talked with them (cf. SoL 21:1)."""
    contact: _HowToReach | None = None
    """How contact is safe: number, times, whether a message may be left."""
    district: District
    interpreter: Interpreter | None = None
    """The language for an interpreter (FL 13)."""
    language: PageLanguage = SWEDISH.code
    """The language that the person reads."""

    def filled(self) -> frozenset[answers.Field]:
        """Which of the things that an application must tell (FL 19) it tells."""
        return _filled(who=self.name, contact=self.contact, what=self.what or self.wished_support, why=self.why)

    def to_command(
        self, *, at: datetime, board: UUID, case: UUID, applicant_id: UUID, code_hash: str
    ) -> ReceiveApplication:
        """The command."""
        who = told(
            name=self.name,
            number=self.number,
            born=written_date(self.birth_date),
            contact=self.contact,
            guardians="Vill prata med oss innan vi kontaktar vårdnadshavare." if self.talk_first else None,
            language=None if self.language == SWEDISH.code else name_language(self.language),
            interpreter=None if self.interpreter is None else name_language(self.interpreter),
        )
        return ReceiveApplication(
            at=at,
            board=board,
            case=case,
            applicant_id=applicant_id,
            applicant=Personal("applicant", applicant_id, who),
            told=Personal("told", applicant_id, told(what=self.what, why=self.why)),
            filled=self.filled(),
            code_hash=code_hash,
            wished_support=self.wished_support,
            age_band=age_band(self.birth_date, self.number, at),
            gender=self.gender,
            district=self.district,
        )


class CompletionRequest(BaseModel):
    """What was missing in an application. Any part of it may come at a time."""

    model_config = _STRICT
    matter: ClassVar = "application"

    what: LongText | None = None
    why: LongText | None = None
    name: Text | None = None
    contact: _HowToReach | None = None

    @model_validator(mode="after")
    def _tells_something(self) -> "CompletionRequest":
        if not any((self.what, self.why, self.name, self.contact)):
            raise wrong("nothing-told")
        return self

    def filled(self) -> frozenset[answers.Field]:
        """Which of the things that an application must tell (FL 19) it tells."""
        return _filled(who=self.name, contact=self.contact, what=self.what, why=self.why)

    def to_command(self, *, at: datetime, person: UUID, qualified: bool = False) -> Command:  # noqa: ARG002  # as each
        """The command; `person` is who applied."""
        added = told(what=self.what, why=self.why, name=self.name, contact=self.contact)
        return AddToApplication(at=at, added=Personal("added", person, added), filled=self.filled())


class CompletionWithCode(CompletionRequest):
    """What the person adds, who knows the code on the receipt."""

    code: ReceiptCode


class AskedRequest(BaseModel):
    """The person was asked, and helped, to tell what is missing (FL 20)."""

    model_config = _STRICT
    matter: ClassVar = "application"

    def to_command(self, *, at: datetime, person: UUID, qualified: bool) -> Command:  # noqa: ARG002  # as each step
        """The command, given then."""
        return AskForCompletion(at=at)


ApplicationStep: TypeAlias = AskedRequest | CompletionRequest


def _filled(*, who: str | None, contact: str | None, what: str | None, why: str | None) -> frozenset[answers.Field]:
    told_of = {
        answers.Field.WHO: who,
        answers.Field.CONTACT: contact,
        answers.Field.WHAT: what,
        answers.Field.WHY: why,
    }
    return frozenset(field for field, answer in told_of.items() if answer)
