"""What others hear of this service. The privacy boundary: sealed parts leave unopened, the rest is group facts.

This service listens to no other.
"""

from datetime import UTC, date, datetime, time
from typing import assert_never
from uuid import UUID

from chassis.personal import Part, as_sealed
from contracts import direct_access as published
from contracts.intake import Subject
from contracts.published import Published
from direct_access.decide.talk import PassDay
from direct_access.model import application, catalogue, concern, support, talk, visit
from direct_access.views.talk import ANSWER_DUE
from statute.clocks import STOCKHOLM


def publish_catalogue(event: catalogue.Event, state: catalogue.State) -> Published | None:
    """The board's decision on a support, and whether it takes people."""
    if isinstance(state, catalogue.Undecided):
        return None
    entry, code, terms = state.entry, state.code, state.terms
    match event:
        case catalogue.SupportDecided():
            return published.SupportListed(
                case_id=entry,
                support=code,
                name=terms.name,
                basis=terms.basis,
                documentation=terms.documentation,
                age_from=terms.age_from,
                age_to=terms.age_to,
                districts=terms.districts,
                valid_from=terms.valid_from,
                valid_to=terms.valid_to,
                catalogue_version=state.version,
                needs=tuple(terms.needs),
                forms=tuple(terms.forms),
                capacity=tuple(terms.capacity),
                languages=terms.languages,
                counted_as=terms.counted_as,
                complete=not catalogue.missing(terms),
                with_conditions=bool(terms.conditions),
            )
        case catalogue.SupportClosed(day=day, closed_at=at):
            return published.SupportClosed(case_id=entry, support=code, day=day, closed_at=at)
        case catalogue.SupportOpened(day=day, opened_at=at):
            return published.SupportOpened(case_id=entry, support=code, day=day, opened_at=at)
        case _:
            assert_never(event)


def publish_support(event: support.Event, state: support.State) -> Published | None:
    """A step of a person's support. That a report was made, notes, and who said yes or no stay here."""
    asked = support.record_of(state).asked
    case, code = asked.support_id, asked.support
    match event:
        case support.SupportAsked():
            return published.SupportRequested(
                case_id=case,
                requested_at=event.asked_at,
                support=code,
                catalogue_version=event.catalogue_version,
                age_band=event.age_band,
                gender=event.gender,
                district=event.district,
            )
        case support.SuitabilityChecked(suitable=suitable, checked_at=at):
            return published.SuitabilityChecked(case_id=case, checked_at=at, suitable=suitable)
        case support.TimeBooked(starts_at=starts_at, booked_at=at):
            return published.TimeBooked(case_id=case, booked_at=at, starts_at=starts_at)
        case support.InformedOfApplication(informed_at=at):
            return published.InformedOfApplication(case_id=case, informed_at=at)
        case support.SupportStarted(started_at=at):
            return published.SupportStarted(case_id=case, started_at=at, support=code)
        case support.MeetingHeld(held_at=at):
            return published.MeetingHeld(case_id=case, held_at=at)
        case support.MeasureTaken(instrument=instrument, point=point, score=score, taken_at=at):
            return published.MeasureTaken(
                case_id=case, taken_at=at, support=code, instrument=instrument, point=point, score=score
            )
        case support.SupportEnded(reason=reason, ended_at=at):
            return published.SupportEnded(case_id=case, ended_at=at, support=code, reason=reason)
        case support.BookingCancelled() | support.Arrived() | support.DidNotCome():
            return None
        case support.ContactTold() | support.ReportMade() | support.NoteWritten() | support.HelpedToApply():
            return None
        case (
            support.GuardianNamed()
            | support.CodeGiven()
            | support.CustodyChecked()
            | support.GuardianHindered()
            | support.ConsentGiven()
            | support.ConsentWithdrawn()
            | support.ConsentRefused()
            | support.OwnYesGiven()
            | support.OwnYesWithdrawn()
            | support.SafetyTold()
            | support.TimeReleased()
        ):
            return None
        case _:
            assert_never(event)


def publish_visit(event: visit.Event, state: visit.State) -> Published | None:
    """A step of a visit without identity, told by the day."""
    if isinstance(state, visit.NotStarted):
        return None
    started = state.started
    match event:
        case visit.VisitStarted():
            return published.VisitStarted(
                case_id=started.visit,
                started_on=started.started_on,
                support=started.support,
                catalogue_version=started.catalogue_version,
                district=started.district,
            )
        case visit.VisitMeasured():
            return published.MeasureTaken(
                case_id=started.visit,
                taken_at=beginning_of(event.taken_on),
                support=started.support,
                instrument=event.instrument,
                point=event.point,
                score=event.score,
            )
        case _:
            assert_never(event)


def publish_talk(event: talk.Event, _state: talk.State) -> Published | None:
    """That somebody asked to talk, and nothing of how it went."""
    match event:
        case talk.TalkRequested():
            return published.TalkRequested(
                case_id=event.talk,
                requested_at=event.requested_at,
                age_band=event.age_band,
                district=event.district,
            )
        case talk.TalkAnswered() | talk.AnswerOverdue():
            return None
        case _:
            assert_never(event)


def publish_concern(event: concern.Event, _state: concern.State) -> Published | None:
    """The concern, for intake."""
    match event:
        case concern.ConcernRaised():
            return published.ConcernRaised(
                case_id=event.case,
                raised_at=event.raised_at,
                support=event.support,
                child=_subject(event, event.child, event.about_child),
                concern=as_sealed(event.noticed),
                origin_case_id=event.origin_case,
            )
        case _:
            assert_never(event)


def publish_application(event: application.Event, _state: application.State) -> Published | None:
    """The application, for intake."""
    match event:
        case application.ApplicationStarted():
            return published.ApplicationStarted(
                case_id=event.case,
                started_at=event.started_at,
                support=event.support,
                applicant=_subject(event, event.person, event.applicant),
                told=as_sealed(event.told),
                tells=tuple(event.tells),
                wished_support=event.wished_support,
                agreed=event.agreed,
                guardians=tuple(map(as_sealed, event.guardians)),
                code_hash=event.code_hash,
                origin_case_id=event.origin_case,
            )
        case _:
            assert_never(event)


def _subject(event: concern.ConcernRaised | application.ApplicationStarted, person: UUID, told: Part) -> Subject:
    """Who a case in intake is about: what was told of them, unopened, and the group that they belong to."""
    return Subject(
        person_id=person,
        age_band=event.age_band,
        gender=event.gender,
        district=event.district,
        sealed=as_sealed(told),
    )


def command_of_timer(_kind: str, name: str, _stream: UUID, due: datetime) -> PassDay:
    """What a timer asks for. There is one: the day in which a talk was to be answered has passed.

    Raises:
        LookupError: no timer of ours has this name.
    """
    if name != ANSWER_DUE:
        raise LookupError(name)
    return PassDay(at=due)


def beginning_of(day: date) -> datetime:
    """When a day begins in Stockholm, UTC: it stands for the day where no finer time may be told (SoL 14:5)."""
    return datetime.combine(day, time(0), STOCKHOLM).astimezone(UTC)
