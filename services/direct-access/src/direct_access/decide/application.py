"""Helping somebody to apply for assessed support with what is already known. Intake takes the application in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from chassis.decider import Refused, obey
from chassis.personal import Part
from contracts.vocabulary import AgeBand, Gender, Speaker
from direct_access.decide.consent import require_guardian
from direct_access.model import support
from direct_access.model.application import ApplicationStarted, Event, Known, NotStarted, State
from direct_access.model.support import Channel, HelpedToApply, InformedBy, InformedOfApplication, Record
from statute.ages import has_own_voice
from statute.answers import Field
from statute.clocks import stockholm_day
from statute.consent import GUARDIANS_TOGETHER, Consents
from statute.handing_over import may_hand_over


@dataclass(frozen=True, slots=True, kw_only=True)
class StartApplication:
    """Start an application. Whether it may be is decided where the support is (`HelpToApply`), in the same work."""

    board: UUID
    case: UUID
    support: str
    person: UUID
    age_band: AgeBand
    gender: Gender
    district: str
    applicant: Part
    told: Part
    tells: tuple[Field, ...]
    wished_support: str | None
    agreed: Speaker
    guardians: tuple[Part, ...]
    code_hash: str
    origin_case: UUID
    at: datetime


Command = StartApplication


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpToApply:
    """Hand over what somebody has said yes to, to an application that is started by it."""

    application: UUID
    born: date = field(repr=False)
    """The person's birth date, opened from the asker's part: whose yes counts follows from the age today."""
    agreed: tuple[UUID, ...]
    how: Channel
    handed_over: tuple[Known, ...]
    at: datetime


def decide(command: Command, state: State) -> Sequence[Event]:
    """The application, once.

    Raises:
        Refused: the case exists.
    """
    if not isinstance(state, NotStarted):
        raise Refused("application-started-already")
    return [
        ApplicationStarted(
            board=command.board,
            case=command.case,
            support=command.support,
            person=command.person,
            age_band=command.age_band,
            gender=command.gender,
            district=command.district,
            applicant=command.applicant,
            told=command.told,
            tells=command.tells,
            wished_support=command.wished_support,
            agreed=command.agreed,
            guardians=command.guardians,
            code_hash=command.code_hash,
            origin_case=command.origin_case,
            started_at=command.at,
        )
    ]


def help_to_apply(command: HelpToApply, record: Record) -> Sequence[support.Event]:
    """What is noted in the support. Whoever is helped to apply has been told that one can (SoL 11:6).

    Raises:
        Refused: nobody who speaks for the person has said yes.
    """
    day = stockholm_day(command.at)
    guardians = frozenset(command.agreed) - {record.asked.person}
    for each in guardians:
        require_guardian(each, record, command.at)
    if guardians and not record.custody and not has_own_voice(command.born, day):
        raise Refused("guardian-not-checked", GUARDIANS_TOGETHER.on(day).reference, ("check-custody",))
    said = Consents(
        person=record.asked.person in command.agreed,
        guardians=record.custody,
        consenting=guardians,
        hindered=record.hindered,
    )
    obey(may_hand_over(command.born, day, said))
    helped = HelpedToApply(
        application=command.application,
        agreed=command.agreed,
        how=command.how,
        handed_over=command.handed_over,
        helped_at=command.at,
    )
    told = InformedOfApplication(by=InformedBy.STAFF, informed_at=command.at)
    return [helped] if record.informed else [helped, told]


def speaker(born: date, person: UUID, agreed: Sequence[UUID], at: datetime) -> Speaker:
    """Who speaks for the person: a guardian who said yes for a child, else the person."""
    for_child = not has_own_voice(born, stockholm_day(at)) and any(each != person for each in agreed)
    return Speaker.GUARDIAN if for_child else Speaker.PERSON
