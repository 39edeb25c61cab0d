"""What others' events tell of a case: group facts and days, in one vocabulary for both ways to support.

Each column is told by one kind of event, or by one that has the better word, so the rows come out the same in whatever
order streams and topics arrive. Of words from the same stream the newest holds. Nothing personal passes through here.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from chassis.received import Received
from contracts import assessment, direct_access, intake
from contracts.published import Published
from contracts.vocabulary import AgeBand, Gender, Path
from statute.clocks import stockholm_day

Row: TypeAlias = dict[str, Any]
"""Columns by name. One that is left out, or None, tells nothing new. Words of a vocabulary stand as plain text, which
JSON takes ten times faster than a member of an enumeration."""

Told: TypeAlias = tuple[Row, Row]
"""What an event tells of the case as a whole, and of one support in it."""


def facts(received: Iterable[Received]) -> dict[str, list[Row]]:
    """The rows that events of one board tell, by table, each row once and with all that they tell of it.

    The events of one stream come in their order.
    """
    cases: dict[UUID, Row] = {}
    supports: dict[tuple[UUID, str], Row] = {}
    measures: list[Row] = []
    names: dict[tuple[str, int, UUID], Row] = {}
    entries: dict[tuple[str, int, UUID], Row] = {}
    openings: dict[tuple[str, date, int], Row] = {}
    for each in received:
        event = each.event
        if isinstance(event, direct_access.SupportListed):
            version = {"support": event.support, "version": event.catalogue_version, "entry_id": event.case_id}
            names[event.support, event.catalogue_version, event.case_id] = {**version, "name": event.name}
            entries[event.support, event.catalogue_version, event.case_id] = {**version, **_entry(event)}
        elif isinstance(event, assessment.MeasureTaken | direct_access.MeasureTaken):
            measures.append(_measure(event, each))
        elif (tell := _TELLS.get(type(event))) is not None:
            case, support = tell(event)
            if case:
                known = cases.setdefault(event.case_id, {"case_id": event.case_id, "path": path_of(event).value})
                known.update(_without_older_word(case, known))
            if support:
                key = event.case_id, support["support"]
                supports.setdefault(key, {"case_id": event.case_id}).update(support)
        elif isinstance(event, direct_access.SupportClosed | direct_access.SupportOpened):
            place = each.envelope.sequence
            openings[event.support, event.day, place] = {**_opening(event), "place": place}
    newest = {support: names[support, version, entry] for support, version, entry in sorted(names)}
    newest_entries = {support: entries[support, version, entry] for support, version, entry in sorted(entries)}
    said_last = {(support, day): openings[support, day, place] for support, day, place in sorted(openings)}
    tables = {
        "cases": cases.values(),
        "supports": supports.values(),
        "measures": measures,
        "names": newest.values(),
        "catalogue": newest_entries.values(),
        "openings": said_last.values(),
    }
    return {table: list(rows) for table, rows in tables.items() if rows}


def _entry(event: direct_access.SupportListed) -> Row:
    return {
        "basis": event.basis.value,
        "documentation": event.documentation.value,
        "valid_from": event.valid_from,
        "valid_to": event.valid_to,
        "needs": event.needs,
        "complete": event.complete,
        "with_conditions": event.with_conditions,
    }


def _opening(event: direct_access.SupportClosed | direct_access.SupportOpened) -> Row:
    return {"support": event.support, "day": event.day, "open": isinstance(event, direct_access.SupportOpened)}


def path_of(event: Published) -> Path:
    """The way to support that an event belongs to."""
    return Path.DIRECT if event.type in direct_access.EVENTS else Path.ASSESSED


def _without_older_word(told: Row, known: Row) -> Row:
    """What intake says of the person yields to what the investigation says."""
    if "opened_on" in known and "asked_on" in told:
        return {"came": told["came"], "asked_on": told["asked_on"]}
    return told


def _measure(event: assessment.MeasureTaken | direct_access.MeasureTaken, received: Received) -> Row:
    return {
        "event_id": received.envelope.id,
        "case_id": event.case_id,
        "support": event.support,
        "instrument": event.instrument,
        "point": event.point.value,
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
    return {"age_band": event.age_band.value, "gender": event.gender.value, "district": event.district}


def _reported(event: intake.ReportReceived) -> Told:
    return {"came": "report", "asked_on": stockholm_day(event.received_at), **_person(event)}, {}


def _applied(event: intake.ApplicationReceived) -> Told:
    return {"came": "application", "asked_on": stockholm_day(event.received_at), **_person(event)}, {}


def _preliminarily_assessed(event: intake.PreliminaryAssessmentDecided) -> Told:
    return {} if event.opened else {"closed_on": stockholm_day(event.decided_at)}, {}


def _opened(event: assessment.InvestigationOpened) -> Told:
    return {"opened_on": stockholm_day(event.opened_at), **_person(event)}, {}


def _decided(event: assessment.DecisionMade) -> Told:
    day = stockholm_day(event.decided_at)
    support = {} if event.support is None else {"support": event.support, "granted_on": day}
    return {"decided_on": day, "outcome": event.outcome.value}, support


def _closed(event: assessment.InvestigationClosed) -> Told:
    return {"closed_on": stockholm_day(event.closed_at)}, {}


def _offered(event: assessment.SupportOffered) -> Told:
    return {}, {"support": event.support, "offered_on": stockholm_day(event.offered_at)}


def _declined(event: assessment.SupportDeclined) -> Told:
    day = stockholm_day(event.declined_at)
    return {}, {"support": event.support, "declined_on": day, "decline_reason": event.reason.value}


def _requested(event: direct_access.SupportRequested) -> Told:
    day = stockholm_day(event.requested_at)
    return {"came": "request", "asked_on": day, **_person(event)}, {"support": event.support, "asked_on": day}


def _talk_requested(event: direct_access.TalkRequested) -> Told:
    who = {"age_band": event.age_band.value, "gender": Gender.UNKNOWN.value, "district": event.district}
    return {"came": "talk", "asked_on": stockholm_day(event.requested_at), **who}, {}


def _visited(event: direct_access.VisitStarted) -> Told:
    day = event.started_on
    nobody = {"age_band": AgeBand.UNKNOWN.value, "gender": Gender.UNKNOWN.value, "district": event.district}
    support = {"support": event.support, "asked_on": day, "started_on": day}
    return {"came": "visit", "asked_on": day, **nobody}, support


def _started(event: assessment.SupportStarted | direct_access.SupportStarted) -> Told:
    return {}, {"support": event.support, "started_on": stockholm_day(event.started_at)}


def _ended(event: assessment.SupportEnded | direct_access.SupportEnded) -> Told:
    return {}, {"support": event.support, "ended_on": stockholm_day(event.ended_at), "end_reason": event.reason.value}


_TELLS: Mapping[type[Published], Callable[[Any], Told]] = {
    intake.ReportReceived: _reported,
    intake.ApplicationReceived: _applied,
    intake.PreliminaryAssessmentDecided: _preliminarily_assessed,
    assessment.InvestigationOpened: _opened,
    assessment.DecisionMade: _decided,
    assessment.InvestigationClosed: _closed,
    assessment.SupportOffered: _offered,
    assessment.SupportDeclined: _declined,
    assessment.SupportStarted: _started,
    assessment.SupportEnded: _ended,
    direct_access.SupportRequested: _requested,
    direct_access.TalkRequested: _talk_requested,
    direct_access.VisitStarted: _visited,
    direct_access.SupportStarted: _started,
    direct_access.SupportEnded: _ended,
}
"""What an event tells of its case and of one support in it. A table: trying one type after the other costs more than
all the rest."""

HANDLED: frozenset[type[Published]] = frozenset(_TELLS) | {
    direct_access.SupportListed,
    direct_access.SupportClosed,
    direct_access.SupportOpened,
    direct_access.MeasureTaken,
    assessment.MeasureTaken,
}
"""The published events that follow-up learns from."""
