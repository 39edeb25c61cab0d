"""Between what happens here in private and what the services publish to one another. The privacy boundary."""

from typing import assert_never
from uuid import UUID

from assessment.decide.inquiry import OpenInvestigation
from assessment.model import events
from assessment.model.events import Event
from assessment.model.investigation import NotOpened, State
from chassis.personal import Sealed
from contracts import assessment as published
from contracts.intake import InvestigationRequested
from contracts.published import Published


def publish(event: Event, after: State) -> Published | None:  # noqa: C901, PLR0912  # one branch for each event
    """The published form of an event, given the investigation after it; None keeps it private. No words leave here."""
    if isinstance(after, NotOpened):
        return None
    case = after.case.id
    match event:
        case events.InvestigationOpened():
            return published.InvestigationOpened(
                case_id=case,
                opened_at=event.at,
                matter=event.matter,
                child=event.child,
                age_band=event.age_band,
                gender=event.gender,
                district=event.district,
                due_at=event.due_at,
            )
        case events.ContactMade():
            return published.ContactMade(case_id=case, made_at=event.at, contact=event.contact)
        case events.ChildHeard():
            return published.ChildHeard(case_id=case, at=event.at, heard=True, reason_code=None)
        case events.ChildNotHeard():
            return published.ChildHeard(case_id=case, at=event.at, heard=False, reason_code=event.reason.value)
        case events.SupportProposed():
            grounds = tuple(published.GroundStated(ground=each.ground, weight=each.weight) for each in event.grounds)
            return published.ProposalMade(case_id=case, proposed_at=event.at, support=event.support, grounds=grounds)
        case events.Communicated():
            return published.Communicated(case_id=case, communicated_at=event.at)
        case events.DecisionMade():
            return published.DecisionMade(
                case_id=case,
                decided_at=event.at,
                outcome=event.outcome,
                support=event.support,
                appealable=event.appealable,
            )
        case events.SupportOffered():
            return published.SupportOffered(case_id=case, offered_at=event.at, support=event.support)
        case events.OfferDeclined():
            return published.SupportDeclined(
                case_id=case, declined_at=event.at, support=event.support, reason=event.reason
            )
        case events.SupportStarted():
            return published.SupportStarted(case_id=case, started_at=event.at, support=event.support)
        case events.MeasureTaken():
            return published.MeasureTaken(
                case_id=case,
                taken_at=event.at,
                support=event.support,
                instrument=event.instrument,
                point=event.point,
                score=event.score,
            )
        case events.SupportEnded():
            return published.SupportEnded(case_id=case, ended_at=event.at, support=event.support, reason=event.reason)
        case events.InvestigationClosed():
            return published.InvestigationClosed(
                case_id=case, closed_at=event.at, with_support=event.with_support, within_time=event.within_time
            )
        case events.FollowUpDecided():
            return published.FollowUpDecided(
                case_id=case,
                decided_at=event.at,
                investigation_closed_on=event.closed_on,
                person_id=after.case.person,
            )
        case (
            events.ConcernedInformed()
            | events.InformingWithheld()
            | events.NeedAssessed()
            | events.WishStated()
            | events.TimeExtended()
            | events.ClockWarned()
            | events.ClockPassed()
            | events.AnswerGiven()
            | events.OfferAccepted()
            | events.DecisionReceived()
        ):
            return None
        case _:
            assert_never(event)


def opening(board: UUID, requested: InvestigationRequested) -> OpenInvestigation:
    """The command that intake's request becomes. Sealed parts are taken over unopened."""
    subject = requested.subject
    return OpenInvestigation(
        board=board,
        case=requested.case_id,
        at=requested.requested_at,
        received_at=requested.matter_received_at,
        matter=requested.matter,
        person=subject.person_id,
        age_band=subject.age_band,
        gender=subject.gender,
        district=subject.district,
        wished_support=requested.wished_support,
        subject=None if subject.sealed is None else Sealed(subject.sealed),
        others=tuple(Sealed(part) for part in requested.others),
    )
