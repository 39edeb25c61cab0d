"""What citizens send: asking for support, coming without a name, asking to talk."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from chassis.clock import now
from chassis.forms import LongText, PageLanguage, ReceiptCode, Text, wrong
from chassis.interpreters import Interpreter
from chassis.languages import SWEDISH
from chassis.personal import Personal
from chassis.persons import BirthDate, Contact, told
from contracts.vocabulary import AgeBand, Code, District, Gender
from direct_access.decide.support import AskForSupport, Chosen, Guardian, TellContact
from direct_access.decide.talk import RequestTalk
from direct_access.model.catalogue import MeetingForm, Need
from direct_access.model.catalogue import State as Entry
from direct_access.model.measure import Answers
from direct_access.model.support import AskedBy, By, Channel, ContactWay
from direct_access.requests.fields import Answer, Request, SpokenLanguage, Years
from direct_access.views.finding import Wish
from statute.ages import has_own_voice
from statute.clocks import stockholm_day


class Search(Request):
    """What somebody looks for among all support. It stands in the address, so it asks nothing that tells who it is."""

    q: Annotated[str, Field(max_length=100)] | None = None
    behov: Need | None = None
    alder: Years | None = None
    plats: District | None = None
    talas: SpokenLanguage | None = None
    hur: MeetingForm | None = None

    def to_wish(self) -> Wish:
        """The wish."""
        return Wish(
            words=self.q,
            need=self.behov,
            age=self.alder,
            district=self.plats,
            language=self.talas,
            form=self.hur,
        )


class AboutYou(Request):
    """What decides who can ask, and how. Asked first, so that nobody writes in vain."""

    asked_by: AskedBy = AskedBy.SELF
    safe: bool
    """Whether it is safe that we get in touch at home or with another guardian. Who does not know says no."""
    birth_date: BirthDate
    """When the person who is to have the support was born."""
    district: District


class Reach(Request):
    """How contact is safe."""

    contact_way: ContactWay
    contact: Contact | None = Field(default=None, validate_default=True)
    """A telephone number or an address where we may reach the person, or the guardian who asks for a child."""
    contact_times: Text | None = None
    """When it is safe."""
    may_leave_message: bool = False
    """Whether a message may be left where somebody else could hear or read it."""
    safe_contact: Text | None = None
    """What else is to be thought of."""

    @field_validator("contact")
    @classmethod
    def _can_be_reached(cls, contact: str | None, before: ValidationInfo) -> str | None:
        if contact is None and before.data.get("contact_way") is not ContactWay.NONE:
            raise wrong("missing")
        return contact

    def told_of_contact(self) -> dict[str, str | None]:
        """What is kept sealed of it."""
        return {
            "contact": self.contact,
            "contact_times": self.contact_times,
            "may_leave_message": "yes" if self.may_leave_message else None,
            "safe_contact": self.safe_contact,
        }

    def to_contact(self, *, at: datetime, person: UUID, by: By, own: bool) -> TellContact:
        """The command where it is told anew."""
        reach = Personal("reach", person, told(**self.told_of_contact()))
        return TellContact(contact=self.contact_way, reach=reach, by=by, own=own, at=at)


class HowToReach(Reach):
    """How contact is safe and in which language (FL 13): what every form asks that is not without identity."""

    name: Text | None = None
    language: PageLanguage = SWEDISH.code
    """The language to be written to in."""
    interpreter: Interpreter | None = None
    """The language of the interpreter that is wished for."""

    def told_of_contact(self) -> dict[str, str | None]:
        """What is kept sealed of it, the interpreter as well."""
        return {**super().told_of_contact(), "interpreter": self.interpreter}


def _is_for_young_child(asked_by: AskedBy, born: date) -> bool:
    return asked_by is AskedBy.GUARDIAN and not has_own_voice(born, stockholm_day(now()))


class SupportRequest(HowToReach, AboutYou):
    """A direct support is asked for, for oneself or for somebody else."""

    name: Text
    """The name of the person who is to have the support."""
    helper_name: Text | None = Field(default=None, validate_default=True)
    """Who asks for somebody else."""
    helper_contact: Contact | None = None
    agrees: bool = Field(default=False, validate_default=True)
    """The guardian who asks for a child says yes to the support."""
    other_guardian_name: Text | None = None
    other_guardian_contact: Contact | None = None
    words: LongText | None = None
    """What the person wants us to know."""
    alone_words: LongText | None = None
    """From who is under 18: why it suits to come without a guardian."""
    gender: Gender = Gender.UNKNOWN
    time_id: UUID | None = None
    """A time among those that are free."""
    queue: bool = False
    """Whether to stand in the queue where no time was chosen, or somebody else was first."""

    @field_validator("helper_name")
    @classmethod
    def _says_who_asks(cls, helper_name: str | None, before: ValidationInfo) -> str | None:
        if helper_name is None and before.data.get("asked_by", AskedBy.SELF) is not AskedBy.SELF:
            raise wrong("missing")
        return helper_name

    @field_validator("agrees")
    @classmethod
    def _guardian_agrees(cls, agrees: bool, before: ValidationInfo) -> bool:
        known = before.data.keys() >= {"asked_by", "birth_date"}
        if not agrees and known and _is_for_young_child(before.data["asked_by"], before.data["birth_date"]):
            raise wrong("agreement-missing")
        return agrees

    @property
    def for_young_child(self) -> bool:
        """Whether a guardian asks for a child who is too young to speak for itself."""
        return _is_for_young_child(self.asked_by, self.birth_date)

    def to_command(
        self,
        *,
        at: datetime,
        board: UUID,
        support_id: UUID,
        person: UUID,
        guardians: tuple[UUID, UUID],
        code: UUID | None,
        entry: Entry,
        chosen: Chosen | None,
        channel: Channel,
        informed: bool,
        receipt_code: UUID | None,
    ) -> AskForSupport:
        """The command. `guardians`: ids, first for who asks. `code`: a digest, of the code of whoever can say yes."""
        fields = told(
            name=self.name,
            born=self.birth_date.isoformat(),
            words=self.words,
            alone_words=self.alone_words,
            **self.told_of_contact(),
        )
        asking, other = guardians
        helper = told(name=self.helper_name, contact=self.helper_contact or self._guardian_contact)
        return AskForSupport(
            board=board,
            support_id=support_id,
            entry=entry,
            person=person,
            born=self.birth_date,
            gender=self.gender,
            district=self.district,
            language=self.language,
            interpreter=self.interpreter is not None,
            asker=Personal("asker", person, fields),
            chosen=chosen,
            informed=informed,
            at=at,
            asked_by=self.asked_by,
            channel=channel,
            contact=self.contact_way,
            safe=self.safe,
            helper=None if self.asked_by is AskedBy.SELF else Personal("helper", asking, helper),
            guardians=self._guardians(asking, other, code) if self.for_young_child else (),
            own_code=code,
            receipt_code=receipt_code,
        )

    @property
    def _guardian_contact(self) -> str | None:
        return self.contact if self.asked_by is AskedBy.GUARDIAN else None

    def _guardians(self, asking: UUID, other: UUID, code: UUID | None) -> tuple[Guardian, ...]:
        own = told(name=self.helper_name, contact=self.contact)
        first = Guardian(id=asking, who=Personal("who", asking, own), code=code)
        if self.other_guardian_name is None:
            return (first,)
        theirs = told(name=self.other_guardian_name, contact=self.other_guardian_contact)
        return (first, Guardian(id=other, who=Personal("who", other, theirs)))


class SupportRequestByProgram(SupportRequest):
    """The same from a program, which says by itself what the page knows."""

    support: Code
    informed_of_application: bool = False
    """Whether the person has been shown that one can also apply for assessed support (SoL 11:6)."""


class TypedCode(Request):
    """The code of a guardian, or of somebody whom another asked for."""

    code: ReceiptCode


class YesOrNo(TypedCode):
    """Yes to a support, or no, by somebody with a code of their own."""

    agrees: bool


class TimeWish(StrEnum):
    """What somebody wants done with their time."""

    MOVE = "move"
    ASK_CANCEL = "ask-cancel"
    """Asked once more before a seat is given away."""
    CANCEL = "cancel"
    KEEP = "keep"
    ACCEPT = "accept"
    """Say yes to an offer from the queue."""
    JOIN_QUEUE = "join-queue"
    LEAVE_QUEUE = "leave-queue"
    STILL_WAIT = "still-wait"
    ASK_CONTACT = "ask-contact"
    """Asked how to be reached from now on."""
    CONTACT = "contact"


class MyTime(Request):
    """What the holder of a receipt's code wants. The code is typed in a form and stands in no address."""

    code: ReceiptCode
    wish: TimeWish | None = None
    booked: UUID | None = None
    """The time that it is about."""
    time_id: UUID | None = None
    """The time to change to."""


class MyContact(Reach):
    """How the holder of a receipt's code wants to be reached from now on."""

    code: ReceiptCode


class MeasureAnswers(Request):
    """The three answers of `hur-har-du-det`, from 0 (worst) to 10 (best)."""

    wellbeing: Answer
    relations: Answer
    days: Answer

    def to_answers(self) -> Answers:
        """The answers as the domain has them."""
        return Answers(wellbeing=self.wellbeing, relations=self.relations, days=self.days)


class VisitRequest(Request):
    """Somebody is here. Nothing is asked but where."""

    district: District


class VisitRequestByProgram(VisitRequest):
    """The same from a program."""

    support: Code


class VisitMeasure(MeasureAnswers):
    """A measure that a visitor without identity answers with the code."""

    code: ReceiptCode


class TalkRequest(HowToReach):
    """Somebody wants to talk with us."""

    district: District
    age: Years | None = None
    words: LongText | None = None

    def to_command(self, *, at: datetime, board: UUID, talk: UUID, person: UUID) -> RequestTalk:
        """The command."""
        fields = told(
            name=self.name,
            language=self.language,
            age=None if self.age is None else str(self.age),
            words=self.words,
            **self.told_of_contact(),
        )
        return RequestTalk(
            board=board,
            talk=talk,
            person=person,
            age_band=AgeBand.of(self.age),
            district=self.district,
            asker=Personal("asker", person, fields),
            contact=self.contact_way,
            at=at,
        )
