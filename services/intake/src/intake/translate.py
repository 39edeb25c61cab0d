"""Between intake's own events and the published ones. What is not translated here stays in intake."""

from collections.abc import Sequence
from typing import assert_never

from chassis.decider import Decider, Step
from chassis.personal import Sealed, as_sealed
from chassis.received import Received
from contracts import direct_access
from contracts import intake as published
from contracts.intake import Matter, Subject
from contracts.published import Published
from contracts.vocabulary import ReportSource
from intake.decide.application import Command as ApplicationCommand
from intake.decide.application import ReceiveApplication
from intake.decide.application import decide as decide_application
from intake.decide.clocks import has_duty, timers
from intake.decide.report import Command as ReportCommand
from intake.decide.report import ReceiveReport
from intake.decide.report import decide as decide_report
from intake.model import application, report
from intake.views.application import rows as application_rows
from intake.views.report import rows as report_rows
from statute.answers import Field
from statute.reports import Reporter

_SOURCES = {
    Reporter.SCHOOL: ReportSource.SCHOOL,
    Reporter.HEALTH_CARE: ReportSource.HEALTH_CARE,
    Reporter.POLICE: ReportSource.POLICE,
    Reporter.SOCIAL_SERVICES: ReportSource.SOCIAL_SERVICES,
    Reporter.ANYONE: ReportSource.PRIVATE,
}


def publish_report(event: report.Event, state: report.State) -> Published | None:
    """The published form of a report's event; None keeps it in intake."""
    if isinstance(state, report.Nothing):
        raise report.ImpossibleHistory
    received = state.received
    match event:
        case report.ReportReceived():
            return published.ReportReceived(
                case_id=received.case,
                received_at=event.received_at,
                source=_SOURCES.get(event.reporter, ReportSource.OTHER),
                mandatory=has_duty(event),
                age_band=event.age_band,
                gender=event.gender,
                district=event.district,
                origin_case_id=event.origin_case,
            )
        case report.ProtectionAssessed():
            return published.ProtectionAssessed(
                case_id=received.case, assessed_at=event.assessed_at, immediate_protection=event.immediate_protection
            )
        case report.OpeningDecided():
            return published.PreliminaryAssessmentDecided(
                case_id=received.case, decided_at=event.decided_at, opened=event.opened, within_time=event.within_time
            )
        case report.InvestigationAskedFor():
            return published.InvestigationRequested(
                case_id=received.case,
                requested_at=event.asked_at,
                matter=Matter.REPORT,
                matter_received_at=received.received_at,
                subject=Subject(
                    person_id=received.child_id,
                    age_band=received.age_band,
                    gender=received.gender,
                    district=received.district,
                    sealed=None if received.child is None else as_sealed(received.child),
                ),
                told=as_sealed(received.told),
                others=tuple(map(as_sealed, received.guardians)),
            )
        case report.ReporterTold():
            return published.ReporterInformed(case_id=received.case, informed_at=event.told_at)
        case report.TimeExtended() | report.ClockRang():
            return None
        case _:
            assert_never(event)


def publish_application(event: application.Event, state: application.State) -> Published | None:
    """The published form of an application's event."""
    if isinstance(state, application.Nothing):
        raise report.ImpossibleHistory
    received = state.received
    match event:
        case application.ApplicationReceived():
            return published.ApplicationReceived(
                case_id=received.case,
                received_at=event.received_at,
                complete=not event.missing,
                wished_support=event.wished_support,
                age_band=event.age_band,
                gender=event.gender,
                district=event.district,
                origin_case_id=event.origin_case,
            )
        case application.CompletionAskedFor():
            return published.CompletionRequested(case_id=received.case, requested_at=event.asked_at)
        case application.CompletionReceived():
            if event.still_missing:
                return None
            return published.ApplicationCompleted(case_id=received.case, completed_at=event.received_at)
        case application.InvestigationAskedFor():
            added = state.added if isinstance(state, application.Complete) else ()
            return published.InvestigationRequested(
                case_id=received.case,
                requested_at=event.asked_at,
                matter=Matter.APPLICATION,
                matter_received_at=received.received_at,
                subject=Subject(
                    person_id=received.applicant_id,
                    age_band=received.age_band,
                    gender=received.gender,
                    district=received.district,
                    sealed=as_sealed(received.applicant),
                ),
                told=as_sealed(received.told),
                others=tuple(map(as_sealed, (*received.guardians, *added))),
                wished_support=received.wished_support,
            )
        case _:
            assert_never(event)


REPORTS: Decider[ReportCommand, report.Event, report.State] = Decider(
    kind="report",
    events=report.EVENTS,
    initial=report.initial,
    decide=decide_report,
    evolve=report.evolve,
    publish=publish_report,
    rows=report_rows,
    timers=timers,
)
"""Reports of concern."""

APPLICATIONS: Decider[ApplicationCommand, application.Event, application.State] = Decider(
    kind="application",
    events=application.EVENTS,
    initial=application.initial,
    decide=decide_application,
    evolve=application.evolve,
    publish=publish_application,
    rows=application_rows,
)
"""Applications."""


def take_in_concern(received: Received) -> Sequence[Step[report.State]] | None:
    """Concern raised by staff of a direct support becomes a report at once (SoL 19:1). None for any other event."""
    event = received.event
    if not isinstance(event, direct_access.ConcernRaised):
        return None
    command = ReceiveReport(
        at=event.raised_at,
        board=received.envelope.board,
        case=event.case_id,
        reporter=Reporter.SOCIAL_SERVICES,
        wants_to_know=False,
        child_id=event.child.person_id,
        child=None if event.child.sealed is None else Sealed(event.child.sealed),
        told=Sealed(event.concern),
        age_band=event.child.age_band,
        gender=event.child.gender,
        district=event.child.district,
        origin_case=event.origin_case_id,
    )
    return [Step(decider=REPORTS, stream=event.case_id, command=command, new=True)]


def take_in_application(received: Received) -> Sequence[Step[application.State]] | None:
    """An application that staff of a direct support helped to start, with what the person let them hand over."""
    event = received.event
    if not isinstance(event, direct_access.ApplicationStarted) or event.applicant.sealed is None:
        return None
    command = ReceiveApplication(
        at=event.started_at,
        board=received.envelope.board,
        case=event.case_id,
        applicant_id=event.applicant.person_id,
        applicant=Sealed(event.applicant.sealed),
        told=Sealed(event.told),
        filled=frozenset(field for field in Field if field in event.tells),
        code_hash=event.code_hash,
        wished_support=event.wished_support,
        age_band=event.applicant.age_band,
        gender=event.applicant.gender,
        district=event.applicant.district,
        origin_case=event.origin_case_id,
        agreed=event.agreed,
        guardians=tuple(map(Sealed, event.guardians)),
    )
    return [Step(decider=APPLICATIONS, stream=event.case_id, command=command, new=True)]
