"""Helping somebody to apply: what is known, in the words in which it is handed over, and what staff send."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from chassis.forms import LongText
from chassis.languages import SWEDISH, name_language
from chassis.personal import Personal
from chassis.persons import PersonNumber, age_band, told
from contracts.vocabulary import Code, Gender, Speaker
from direct_access.decide.application import HelpToApply, StartApplication, speaker
from direct_access.model.application import Known
from direct_access.model.support import Channel, ContactWay, SupportAsked
from direct_access.requests.fields import Request
from statute import answers

NOT_SAFE = "Kontakt hemma eller med en vårdnadshavare är inte trygg. Skicka inget till någon."
"""Goes along whatever else is left out."""

_GENDERS = {Gender.WOMAN: "Kvinna", Gender.MAN: "Man", Gender.OTHER: "Annat"}
_SPOKEN = {"language": "Läser", "interpreter": "Vill ha tolk på"}
_WAYS = {
    ContactWay.PHONE: "Ring",
    ContactWay.SMS: "Skicka sms",
    ContactWay.EMAIL: "Skriv e-post",
    ContactWay.LETTER: "Skriv brev",
    ContactWay.NONE: "Hör inte av er, personen hör av sig själv",
}


def known_of(asked: SupportAsked, fields: Mapping[str, str]) -> dict[Known, str]:
    """What a support knows, each as it would be handed over. `fields`: the asker's part, opened."""
    known = {
        Known.NAME: fields.get("name", ""),
        Known.BORN: fields.get("born", ""),
        Known.CONTACT: _contact(asked.contact, fields),
        Known.GENDER: _GENDERS.get(asked.gender, ""),
        Known.LANGUAGE: ". ".join(f"{_SPOKEN[name]} {words}" for name, words in _languages(asked, fields).items()),
        Known.WORDS: "\n\n".join(fields[name] for name in ("words", "alone_words") if name in fields),
    }
    return {each: words for each, words in known.items() if words}


class ApplicationToStart(Request):
    """An application that staff help somebody to start: what is handed over, what is wished for, and who said yes."""

    hand_over: Annotated[tuple[Known, ...], Field(max_length=len(Known))] = ()
    what: LongText | None = None
    """What the person wishes for, in the person's own words."""
    why: LongText | None = None
    """What it is like now, in the same."""
    wished_support: Code | None = None
    number: PersonNumber | None = None
    """The person's personal or coordination number, where they want it to go along."""
    agreed: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=11)]
    """Who said yes to just this: the person, or guardians of a child under 15."""
    how: Literal[Channel.PHONE, Channel.VISIT]
    """By telephone, or there in the room."""

    def tells(self, fields: Mapping[str, str]) -> tuple[answers.Field, ...]:
        """Which of what an application must tell (FL 19) it tells."""
        told_of = {
            answers.Field.WHO: Known.NAME in self.hand_over and "name" in fields,
            answers.Field.CONTACT: Known.CONTACT in self.hand_over and "contact" in fields,
            answers.Field.WHAT: self.what or self.wished_support,
            answers.Field.WHY: self.why,
        }
        return tuple(field for field, answer in told_of.items() if answer)

    def to_note(
        self, *, at: datetime, application: UUID, asked: SupportAsked, fields: Mapping[str, str]
    ) -> HelpToApply:
        """The command in the support."""
        return HelpToApply(
            application=application,
            born=date.fromisoformat(fields["born"]),
            agreed=self.agreed,
            how=self.how,
            handed_over=(
                *(each for each in known_of(asked, fields) if each in self.hand_over),
                *([Known.NUMBER] if self.number else []),
            ),
            at=at,
        )

    def to_command(
        self,
        *,
        at: datetime,
        application: UUID,
        asked: SupportAsked,
        person: UUID,
        safe: bool,
        fields: Mapping[str, str],
        guardians: Mapping[UUID, Mapping[str, str]],
        code_hash: str,
    ) -> StartApplication:
        """The command that starts it. The parts are named and filled as those of intake's own applications.

        `person`: who applies; with a number, the one whom the register's number leads to, as for intake's own.
        `safe`: whether contact at home is, as far as is known by now. `guardians`: what each of them is told of with,
        opened. It goes along of who says yes for a child.
        """
        born = date.fromisoformat(fields["born"])
        chosen = {each: words for each, words in known_of(asked, fields).items() if each in self.hand_over}
        languages = _languages(asked, fields) if Known.LANGUAGE in chosen else {}
        applicant = told(
            name=chosen.get(Known.NAME),
            number=self.number,
            born=chosen.get(Known.BORN),
            contact=chosen.get(Known.CONTACT),
            not_safe=None if safe else NOT_SAFE,
            **languages,
        )
        spoken = speaker(born, asked.person, self.agreed, at)
        saying_yes = [each for each in guardians if each in self.agreed] if spoken is Speaker.GUARDIAN else []
        wished = told(what=self.what, why=self.why, written=chosen.get(Known.WORDS))
        return StartApplication(
            board=asked.board,
            case=application,
            support=asked.support,
            person=person,
            age_band=age_band(born if Known.BORN in chosen else None, self.number, at),
            gender=asked.gender if Known.GENDER in chosen else Gender.UNKNOWN,
            district=asked.district,
            applicant=Personal("applicant", person, applicant),
            told=Personal("told", person, wished),
            tells=self.tells(fields),
            wished_support=self.wished_support,
            agreed=spoken,
            guardians=tuple(Personal("guardians", each, guardians[each]) for each in saying_yes),
            code_hash=code_hash,
            origin_case=asked.support_id,
            at=at,
        )


def _contact(way: ContactWay, fields: Mapping[str, str]) -> str:
    number, message = fields.get("contact"), "may_leave_message" in fields
    if number is None and way is not ContactWay.NONE:
        return ""
    told_of = [
        f"{_WAYS[way]}: {number}" if number else _WAYS[way],
        fields.get("contact_times", ""),
        "Meddelande får lämnas" if message else "Lämna inget meddelande",
        fields.get("safe_contact", ""),
    ]
    return ". ".join(each.rstrip(".") for each in told_of if each) + "."


def _languages(asked: SupportAsked, fields: Mapping[str, str]) -> dict[str, str]:
    interpreter = fields.get("interpreter")
    return told(
        language=None if asked.language == SWEDISH.code else name_language(asked.language),
        interpreter=None if interpreter is None else name_language(interpreter),
    )
