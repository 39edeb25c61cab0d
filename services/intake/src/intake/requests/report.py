"""Concern for a child as somebody reports it, and a caseworker's steps on a report."""

from datetime import datetime
from typing import ClassVar, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from chassis.forms import Day, LongText, Text, wrong
from chassis.personal import Personal
from chassis.persons import BirthDate, Contact, PersonNumber, age_band, told, written_date
from contracts.vocabulary import District, Gender
from intake.decide.report import (
    AssessProtection,
    Command,
    DecideOpening,
    ExtendTime,
    ReceiveReport,
    TellReporter,
)
from statute.reports import ReportAnswer, Reporter

_STRICT = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ReportRequest(BaseModel):
    """Concern for a child."""

    model_config = _STRICT

    told: LongText
    """What one has seen or heard."""
    child_name: Text | None = None
    child_number: PersonNumber | None = None
    child_birth_date: BirthDate | None = None
    child_gender: Gender = Gender.UNKNOWN
    child_contact: Contact | None = None
    """Where the child can be reached, such as its school."""
    district: District
    guardian_name: Text | None = None
    guardian_contact: Contact | None = None
    other_guardian_name: Text | None = None
    other_guardian_contact: Contact | None = None
    reporter: Reporter
    """In which role one reports; decides the duty and what one may be told."""
    reporter_name: Text | None = Field(default=None, validate_default=True)
    """A private person may leave it out."""
    wants_to_know: bool = False
    """Whether one wants to be told if an investigation is opened. Only who has a duty to report may be (SoL 19:6)."""
    reporter_contact: Contact | None = Field(default=None, validate_default=True)

    @field_validator("reporter_name")
    @classmethod
    def _says_who_reports(cls, name: str | None, before: ValidationInfo) -> str | None:
        if name is None and before.data.get("reporter") is not Reporter.ANYONE:
            raise wrong("reporter-name-needed")
        return name

    @field_validator("reporter_contact")
    @classmethod
    def _can_be_answered(cls, contact: str | None, before: ValidationInfo) -> str | None:
        if contact is None and before.data.get("wants_to_know"):
            raise wrong("reporter-contact-needed")
        return contact

    def to_command(
        self, *, at: datetime, board: UUID, case: UUID, child_id: UUID, others: tuple[UUID, UUID, UUID]
    ) -> ReceiveReport:
        """The command. `others` are ids for two guardians and the reporter, used as far as somebody is told of."""
        first, second, reporter = others
        child = told(
            name=self.child_name,
            number=self.child_number,
            born=written_date(self.child_birth_date),
            contact=self.child_contact,
        )
        guardians = (
            ("guardian-1", first, told(name=self.guardian_name, contact=self.guardian_contact)),
            ("guardian-2", second, told(name=self.other_guardian_name, contact=self.other_guardian_contact)),
        )
        who = told(name=self.reporter_name, contact=self.reporter_contact)
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
            age_band=age_band(self.child_birth_date, self.child_number, at),
            gender=self.child_gender,
            district=self.district,
        )


class ProtectionRequest(BaseModel):
    """The immediate assessment of protection (skyddsbedömning, SoL 20:1)."""

    model_config = _STRICT
    matter: ClassVar = "report"

    immediate_protection: bool
    assessment: LongText

    def to_command(self, *, at: datetime, person: UUID, qualified: bool) -> Command:
        """The command, given then by somebody qualified (SoL 25:1) or not; `person` is the child."""
        assessment = Personal("assessment", person, {"assessment": self.assessment})
        return AssessProtection(
            at=at, qualified=qualified, immediate_protection=self.immediate_protection, assessment=assessment
        )


class OpeningRequest(BaseModel):
    """The decision whether to open an investigation (förhandsbedömning, SoL 20:2)."""

    model_config = _STRICT
    matter: ClassVar = "report"

    open: bool
    reasons: LongText
    other_actor: Text | None = None
    """Who can help instead, where no investigation is opened."""

    @model_validator(mode="after")
    def _helps_instead(self) -> "OpeningRequest":
        if self.open and self.other_actor is not None:
            raise wrong("other-actor-and-opened", "other_actor")
        return self

    def to_command(self, *, at: datetime, person: UUID, qualified: bool) -> Command:
        """The command, given then by somebody qualified (SoL 25:1) or not; `person` is the child."""
        reasons = Personal("reasons", person, told(reasons=self.reasons, other_actor=self.other_actor))
        return DecideOpening(at=at, qualified=qualified, open=self.open, reasons=reasons)


class ExtensionRequest(BaseModel):
    """More time for the preliminary assessment, for exceptional reasons (synnerliga skäl, SoL 20:2)."""

    model_config = _STRICT
    matter: ClassVar = "report"

    until: Day
    """The new last day, Europe/Stockholm."""
    reasons: LongText

    def to_command(self, *, at: datetime, person: UUID, qualified: bool) -> Command:
        """The command, given then by somebody qualified (SoL 25:1) or not; `person` is the child."""
        reasons = Personal("reasons", person, {"reasons": self.reasons})
        return ExtendTime(at=at, qualified=qualified, until=self.until, reasons=reasons)


class InformationRequest(BaseModel):
    """What the reporter was told (SoL 19:6)."""

    model_config = _STRICT
    matter: ClassVar = "report"

    answer: ReportAnswer

    def to_command(self, *, at: datetime, person: UUID, qualified: bool) -> Command:  # noqa: ARG002  # as each step
        """The command, given then."""
        return TellReporter(at=at, answer=self.answer)


ReportStep: TypeAlias = ProtectionRequest | OpeningRequest | ExtensionRequest | InformationRequest
