"""What citizens send: asking for support, coming without a name, asking to talk."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from chassis.forms import LongText, PageLanguage, Text
from chassis.interpreters import Interpreter
from chassis.languages import SWEDISH
from chassis.personal import Personal
from chassis.persons import BirthDate, told
from contracts.vocabulary import AgeBand, Code, District, Gender
from direct_access.decide.support import AskForSupport, Chosen
from direct_access.decide.talk import RequestTalk
from direct_access.model.catalogue import MeetingForm, Need
from direct_access.model.catalogue import State as Entry
from direct_access.model.measure import Answers
from direct_access.requests.fields import Answer, ReceiptCode, Request, SpokenLanguage, Years
from direct_access.views.finding import Wish


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
    interpreter: Interpreter | None = None
    """The language of the interpreter that is wished for (FL 13)."""
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
        fields = told(
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
            asker=Personal("asker", person, fields),
            chosen=chosen,
            informed=informed,
            at=at,
        )


class SupportRequestByProgram(SupportRequest):
    """The same from a program, which says by itself what the page knows."""

    support: Code
    language: PageLanguage = SWEDISH.code
    informed_of_application: bool = False
    """Whether the person has been shown that one can also apply for assessed support (SoL 11:6)."""


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
        fields = told(
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
            asker=Personal("asker", person, fields),
            at=at,
        )
