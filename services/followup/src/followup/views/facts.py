"""What others' events tell of a case: group facts and days, in one vocabulary for both ways to support.

Each column is told by one kind of event, or by one that has the better word, so the rows come out the same in whatever
order streams and topics arrive. Of words from the same stream the newest holds. Nothing personal passes through here.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias
from uuid import UUID

from chassis.received import Received
from contracts import assessment, direct_access, intake
from contracts.published import Published
from contracts.vocabulary import AgeBand, Gender, Path
from statute.clocks import stockholm_day

Row: TypeAlias = dict[str, Any]
"""Columns by name. One that is left out, or None, tells nothing new."""

HANDLED: frozenset[type[Published]] = frozenset(
    {
        intake.ReportReceived,
        intake.ApplicationReceived,
        intake.PreliminaryAssessmentDecided,
        assessment.InvestigationOpened,
        assessment.DecisionMade,
        assessment.SupportOffered,
        assessment.SupportDeclined,
        assessment.SupportStarted,
        assessment.MeasureTaken,
        assessment.SupportEnded,
        assessment.InvestigationClosed,
        direct_access.SupportListed,
        direct_access.SupportRequested,
        direct_access.VisitStarted,
        direct_access.TalkRequested,
        direct_access.SupportStarted,
        direct_access.MeasureTaken,
        direct_access.SupportEnded,
    }
)
"""The published events that follow-up learns from."""


def facts(received: Iterable[Received]) -> dict[str, list[Row]]:
    """The rows that events of one board tell, by table, each row once and with all that they tell of it.

    The events of one stream come in their order.
    """
    cases: dict[UUID, Row] = {}
    supports: dict[tuple[UUID, str], Row] = {}
    measures: list[Row] = []
    names: dict[tuple[str, int, UUID], Row] = {}
    for each in received:
        event = each.event
        if isinstance(event, direct_access.SupportListed):
            version = {"support": event.support, "version": event.catalogue_version, "entry_id": event.case_id}
            names[event.support, event.catalogue_version, event.case_id] = {**version, "name": event.name}
            continue
        if case := _case(event):
            known = cases.setdefault(event.case_id, {"case_id": event.case_id, "path": path_of(event)})
            known.update(_without_older_word(case, known))
        if support := _support(event):
            key = event.case_id, support["support"]
            supports.setdefault(key, {"case_id": event.case_id}).update(support)
        if isinstance(event, assessment.MeasureTaken | direct_access.MeasureTaken):
            measures.append(_measure(event, each))
    newest = {support: names[support, version, entry] for support, version, entry in sorted(names)}
    tables = {"cases": cases.values(), "supports": supports.values(), "measures": measures, "names": newest.values()}
    return {table: list(rows) for table, rows in tables.items() if rows}


def path_of(event: Published) -> Path:
    """The way to support that an event belongs to."""
    return Path.DIRECT if event.type in direct_access.EVENTS else Path.ASSESSED


def _without_older_word(told: Row, known: Row) -> Row:
    """What intake says of the person yields to what the investigation says."""
    if "opened_on" in known and "asked_on" in told:
        return {"came": told["came"], "asked_on": told["asked_on"]}
    return told


def _case(event: Published) -> Row:
    """What an event tells of the case as a whole."""
    match event:
        case intake.ReportReceived(received_at=at):
            return {"came": "report", "asked_on": stockholm_day(at), **_person(event)}
        case intake.ApplicationReceived(received_at=at):
            return {"came": "application", "asked_on": stockholm_day(at), **_person(event)}
        case direct_access.SupportRequested(requested_at=at):
            return {"came": "request", "asked_on": stockholm_day(at), **_person(event)}
        case direct_access.TalkRequested(requested_at=at):
            who = {"age_band": event.age_band, "gender": Gender.UNKNOWN, "district": event.district}
            return {"came": "talk", "asked_on": stockholm_day(at), **who}
        case direct_access.VisitStarted(started_on=day, district=district):
            nobody = {"age_band": AgeBand.UNKNOWN, "gender": Gender.UNKNOWN, "district": district}
            return {"came": "visit", "asked_on": day, **nobody}
        case intake.PreliminaryAssessmentDecided(opened=False, decided_at=at):
            return {"closed_on": stockholm_day(at)}
        case assessment.InvestigationOpened(opened_at=at):
            return {"opened_on": stockholm_day(at), **_person(event)}
        case assessment.DecisionMade(decided_at=at, outcome=outcome):
            return {"decided_on": stockholm_day(at), "outcome": outcome}
        case assessment.InvestigationClosed(closed_at=at):
            return {"closed_on": stockholm_day(at)}
        case _:
            return {}


def _support(event: Published) -> Row:
    """What an event tells of one support in the case."""
    match event:
        case direct_access.SupportRequested(support=support, requested_at=at):
            return {"support": support, "asked_on": stockholm_day(at)}
        case direct_access.VisitStarted(support=support, started_on=day):
            return {"support": support, "asked_on": day, "started_on": day}
        case assessment.DecisionMade(support=str(support), decided_at=at):
            return {"support": support, "granted_on": stockholm_day(at)}
        case assessment.SupportOffered(support=support, offered_at=at):
            return {"support": support, "offered_on": stockholm_day(at)}
        case assessment.SupportDeclined(support=support, declined_at=at, reason=reason):
            return {"support": support, "declined_on": stockholm_day(at), "decline_reason": reason}
        case (
            assessment.SupportStarted(support=support, started_at=at)
            | direct_access.SupportStarted(support=support, started_at=at)
        ):
            return {"support": support, "started_on": stockholm_day(at)}
        case (
            assessment.SupportEnded(support=support, ended_at=at, reason=reason)
            | direct_access.SupportEnded(support=support, ended_at=at, reason=reason)
        ):
            return {"support": support, "ended_on": stockholm_day(at), "end_reason": reason}
        case _:
            return {}


def _measure(event: assessment.MeasureTaken | direct_access.MeasureTaken, received: Received) -> Row:
    return {
        "event_id": received.envelope.id,
        "case_id": event.case_id,
        "support": event.support,
        "instrument": event.instrument,
        "point": event.point,
        "score": event.score,
        "taken_on": stockholm_day(event.taken_at),
        "place": received.envelope.sequence,
    }


def _person(
    event: intake.ReportReceived
    | intake.ApplicationReceived
    | direct_access.SupportRequested
    | assessment.InvestigationOpened,
) -> Row:
    return {"age_band": event.age_band, "gender": event.gender, "district": event.district}
