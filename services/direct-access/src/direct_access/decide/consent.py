"""Who must say yes before a support is booked or begins, and what happens when a yes is taken back.

A yes is the guardian's for a child under 15 (SoL 21:2), else the person's own (SoL 2:1). It can be taken back at any
time; what it carried stops there, and that it was given stays on record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import assert_never
from uuid import UUID

from chassis.decider import Refused, obey
from chassis.personal import Part
from contracts.vocabulary import AgeBand
from direct_access.model.support import (
    AskedBy,
    CodeGiven,
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
    ContactWay,
    CustodyChecked,
    Event,
    GuardianHindered,
    GuardianNamed,
    OwnYesGiven,
    OwnYesWithdrawn,
    Record,
    SaidBy,
    TimeReleased,
)
from statute.ages import ADULT, OWN_VOICE, earliest_turning, has_own_voice
from statute.answers import Alternative, Refusal
from statute.clocks import stockholm_day
from statute.consent import (
    GUARDIAN_HINDERED,
    GUARDIAN_OVERRULED,
    GUARDIANS_TOGETHER,
    Consents,
    Suitability,
    may_contact,
    may_start_direct,
)

WRITTEN = frozenset({ContactWay.SMS, ContactWay.EMAIL, ContactWay.LETTER})
_UNJUDGED = Suitability.NOT_ASSESSED
_CHOOSES = frozenset({AskedBy.SELF, AskedBy.PROFESSIONAL})
"""Where the person said how contact is safe: by asking, or beside who asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameGuardian:
    """Add somebody who is told of as the child's guardian."""

    guardian: UUID
    who: Part
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveCode:
    """Give a guardian, or the person, a code of their own. `code` is its keyed digest."""

    who: UUID
    code: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCustody:
    """Say who has custody of the child, according to the register: all of them."""

    guardians: tuple[UUID, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteHindered:
    """Say that a guardian cannot take part, so that the other decides alone."""

    guardian: UUID
    grounds: Part
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveConsent:
    """A guardian says yes."""

    guardian: UUID
    by: SaidBy
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawConsent:
    """A guardian says no, or takes the yes back. `freed`: the times whose seats the same piece of work gives up."""

    guardian: UUID
    by: SaidBy
    freed: frozenset[UUID]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveOwnYes:
    """The person says yes to what somebody else asked for."""

    by: SaidBy
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawOwnYes:
    """The person says no, or takes the yes back."""

    by: SaidBy
    freed: frozenset[UUID]
    at: datetime


ConsentCommand = (
    NameGuardian | GiveCode | CheckCustody | NoteHindered | GiveConsent | WithdrawConsent | GiveOwnYes | WithdrawOwnYes
)


def decide_consent(command: ConsentCommand, record: Record) -> Sequence[Event]:
    """What a yes, a no, or what is known of the guardians makes happen in a support that was asked for.

    Raises:
        Refused: it is about nobody who was named or has custody, or a code would go to somebody where contact is not
            safe.
    """
    match command:
        case NameGuardian(guardian=guardian, who=who, at=at):
            return [GuardianNamed(guardian=guardian, who=who, named_at=at)]
        case GiveCode():
            return _give_code(command, record)
        case CheckCustody(guardians=guardians, at=at):
            for each in guardians:
                _require_named(each, record, at)
            return (
                [] if record.custody == frozenset(guardians) else [CustodyChecked(guardians=guardians, checked_at=at)]
            )
        case NoteHindered():
            return _note_hindered(command, record)
        case GiveConsent(guardian=guardian, by=by, at=at):
            _require_voice(guardian, by, record, at)
            given = guardian in record.consenting - record.hindered
            return [] if given else [ConsentGiven(guardian=guardian, by=by, given_at=at)]
        case WithdrawConsent():
            return _say_no(command, record)
        case GiveOwnYes(by=by, at=at):
            return [] if record.own_yes else [OwnYesGiven(by=by, given_at=at)]
        case WithdrawOwnYes(by=by, freed=freed, at=at):
            if record.said_no and not bookings_ahead(record, at):
                return []
            return [OwnYesWithdrawn(by=by, withdrawn_at=at), *release_times(record, freed, at)]
        case _:
            assert_never(command)


def require_yes(record: Record, born: date, at: datetime) -> None:
    """Whether everyone whose yes is needed has said it; what staff judge (SoL 21:2) may still be to do.

    Raises:
        Refused: somebody has not, with the paragraph and what can be done instead.
    """
    obey(may_start_direct(born, stockholm_day(at), consents_of(record), Suitability.SUITABLE))


def missing_yes(record: Record, born: date, day: date) -> tuple[str, ...]:
    """What a time cannot be booked without on a day, by the age on that day: `own-yes`, `custody` or `consent`."""
    if not isinstance(may_start_direct(born, day, consents_of(record), Suitability.SUITABLE), Refusal):
        return ()
    return _guardians_missing(record) if not has_own_voice(born, day) else ("own-yes",)


def hangs_on_suitability(record: Record, born: date, day: date) -> bool:
    """Whether what staff judge (SoL 21:2) decides on a day, by the age on that day."""
    willing = replace(consents_of(record), person=True)
    answers = [may_start_direct(born, day, willing, judged) for judged in (Suitability.SUITABLE, _UNJUDGED)]
    return [isinstance(each, Refusal) for each in answers] == [False, True]


def waits_for(record: Record) -> tuple[str, ...]:
    """What is missing before a time can be booked, as far as the age of asking tells; the same words.

    Who has said yes themself and been found suitable without the guardians has turned 15 since.
    """
    if not asked_for_young_child(record):
        return () if record.own_yes else ("own-yes",)
    return () if record.own_yes and record.suitable else _guardians_missing(record)


def check_age_from(record: Record) -> date | None:
    """From which day on age may have changed whose yes it takes; None where it changes nothing any more.

    It follows from the age band of asking, which is wide and no secret: the first day on which anybody of that band
    can have turned 15, or 18. Of the birth date it tells nothing, which stays sealed.
    """
    asked, day = record.asked, stockholm_day(record.asked.asked_at)
    if asked_for_young_child(record):
        settled, age = record.own_yes and not waits_for(record), OWN_VOICE.on(day).value
    else:
        settled, age = not asked.suitability_needed or record.suitable is not None, ADULT.on(day).value
    if settled:
        return None
    oldest = next((each for each in reversed(range(age)) if AgeBand.of(each) is asked.age_band), None)
    return None if oldest is None else earliest_turning(age, oldest, day)


def asked_for_young_child(record: Record) -> bool:
    """Whether it was asked for a child who could not ask alone, by a guardian (SoL 21:2)."""
    return record.asked.age_band in {AgeBand.UNDER_12, AgeBand.FROM_12}


def require_start(record: Record, born: date, at: datetime) -> None:
    """Whether the support may be given today.

    Raises:
        Refused: it may not, with the paragraph and what can be done instead.
    """
    judged = {True: Suitability.SUITABLE, False: Suitability.NOT_SUITABLE, None: Suitability.NOT_ASSESSED}
    obey(may_start_direct(born, stockholm_day(at), consents_of(record), judged[record.suitable]))


def consents_of(record: Record) -> Consents:
    """Who agrees today. Nobody counts as guardian before staff have checked custody."""
    return Consents(
        person=record.own_yes,
        guardians=record.custody,
        consenting=record.consenting,
        hindered=record.hindered,
    )


def may_answer(record: Record, who: UUID) -> bool:
    """Whether somebody's yes or no is asked for here: the person's, and a guardian's unless staff found no custody."""
    return who == record.asked.person or not record.custody or who in record.custody


def code_opens(record: Record, who: UUID) -> bool:
    """Whether somebody's code still leads to their own answer.

    Where contact has become unsafe, no guardian learns anything by a code of before. The one who asked knows of the
    support, and can take the yes back; a no of any other is told to staff.
    """
    unharmed = record.safe or who in {record.asked.person, _guardian_who_asked(record)}
    return unharmed and may_answer(record, who)


def may_message(record: Record) -> bool:
    """Whether a message may be sent to the person, in the way they chose.

    Never where contact is not safe, where they wish for none or for a call, before they have said yes themself, or
    where a guardian or somebody near wrote down where to: it may be their own telephone. For a child under 15 it is the
    guardian who asked that is written to, for as long as their yes stands. What was told anew since is written to only
    where who is reached so said it.
    """
    chosen = record.own_yes and record.asked.asked_by in _CHOOSES
    told = record.contact_told is None or record.contact_told.own
    return told and record.contact in WRITTEN and (chosen or _guardian_who_asked_agrees(record))


def bookings_ahead(record: Record, at: datetime) -> frozenset[UUID]:
    """The booked times that have not begun: what can still be given up."""
    return frozenset(booking.time for booking in record.bookings if booking.starts_at > at)


def release_times(record: Record, freed: frozenset[UUID], at: datetime) -> list[Event]:
    """Give up the times ahead, whose seats the same piece of work gives up.

    Raises:
        Refused: a time was booked or has begun since the work was laid out; it is to be tried again.
    """
    ahead = bookings_ahead(record, at)
    if ahead != freed:
        raise Refused("changed-meanwhile", instead=("try-again",))
    return [TimeReleased(time=time, released_at=at) for time in sorted(ahead)]


def _guardian_who_asked(record: Record) -> UUID | None:
    """Who asked for a child under 15; from that age on nobody who asks is named as guardian by it."""
    return record.guardians[0] if asked_for_young_child(record) and record.guardians else None


def _guardian_who_asked_agrees(record: Record) -> bool:
    asked = _guardian_who_asked(record)
    return asked is not None and asked in record.consenting and may_answer(record, asked)


def _guardians_missing(record: Record) -> tuple[str, ...]:
    if not record.custody:
        return ("custody",)
    return () if consents_of(record).from_every_guardian() else ("consent",)


def _require_voice(guardian: UUID, by: SaidBy, record: Record, at: datetime) -> None:
    """Whether a guardian's yes or no is taken, said in this way.

    Raises:
        Refused: nobody has told of them, they have no custody, or their code opens nothing since contact is not safe.
    """
    require_guardian(guardian, record, at)
    if by is SaidBy.CODE and not code_opens(record, guardian):
        obey(may_contact(safe=False, day=stockholm_day(at)))


def _say_no(command: WithdrawConsent, record: Record) -> Sequence[Event]:
    guardian, by, at = command.guardian, command.by, command.at
    _require_voice(guardian, by, record, at)
    if guardian in record.refusing and not bookings_ahead(record, at):
        return []
    no: Event = ConsentRefused(guardian=guardian, by=by, refused_at=at)
    if guardian in record.consenting:
        no = ConsentWithdrawn(guardian=guardian, by=by, withdrawn_at=at)
    return [no, *release_times(record, command.freed, at)]


def _give_code(command: GiveCode, record: Record) -> Sequence[Event]:
    obey(may_contact(safe=record.safe, day=stockholm_day(command.at)))
    if command.who != record.asked.person:
        require_guardian(command.who, record, command.at)
    elif record.asked.asked_by is AskedBy.SELF:
        raise Refused("own-yes-said-already")
    return [CodeGiven(who=command.who, code=command.code, given_at=command.at)]


def _note_hindered(command: NoteHindered, record: Record) -> Sequence[Event]:
    rule = GUARDIAN_HINDERED.on(stockholm_day(command.at)).reference
    _require_named(command.guardian, record, command.at)
    if len(record.custody) < 2 or command.guardian not in record.custody:
        raise Refused("custody-not-checked", rule, ("check-custody",))
    if command.guardian in record.refusing:
        # Who has said no is not hindered. Only the board may go against it, and on the assessed path alone.
        overruled = GUARDIAN_OVERRULED.on(stockholm_day(command.at)).reference
        raise Refused("guardian-said-no", overruled, (str(Alternative.APPLY_ASSESSED),))
    if record.custody <= record.hindered | {command.guardian}:
        raise Refused("no-guardian-left", rule, (str(Alternative.APPLY_ASSESSED),))
    return [GuardianHindered(guardian=command.guardian, grounds=command.grounds, hindered_at=command.at)]


def _require_named(guardian: UUID, record: Record, at: datetime) -> None:
    """Whether somebody was named as the child's guardian.

    Raises:
        Refused: nobody has told of them.
    """
    if guardian not in record.guardians:
        raise Refused("guardian-unknown", GUARDIANS_TOGETHER.on(stockholm_day(at)).reference, ("name-guardian",))


def require_guardian(guardian: UUID, record: Record, at: datetime) -> None:
    """Whether somebody was named as the child's guardian, and as far as staff have checked has custody.

    Raises:
        Refused: nobody has told of them, or they have none.
    """
    _require_named(guardian, record, at)
    if not may_answer(record, guardian):
        raise Refused("without-custody", GUARDIANS_TOGETHER.on(stockholm_day(at)).reference, ("check-custody",))
