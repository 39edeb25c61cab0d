"""A visit without identity: counted and measured, and nobody can tell whose it was."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime

from hypothesis import given as for_all
from hypothesis import strategies as st
from tests.given import given
from tests.unit.direct_access import a_catalogue as a

from chassis.personal import Part
from contracts import direct_access as published
from contracts.vocabulary import MeasurePoint
from direct_access.decide.visit import MeasureVisit, StartVisit
from direct_access.model.catalogue import Undecided
from direct_access.model.measure import INSTRUMENT, Answers
from direct_access.model.visit import VisitMeasured, VisitStarted
from direct_access.store import VISIT
from statute.answers import Allowed
from statute.direct import may_hold_without_identity

TODAY = date(2026, 3, 10)
VISIT_ID = a.CASE
START = StartVisit(board=a.BOARD, visit=VISIT_ID, entry=a.listed(a.DROP_IN, "hamnen"), district="centrum", on=TODAY)
STARTED = VisitStarted(
    board=a.BOARD, visit=VISIT_ID, support="hamnen", catalogue_version=3, district="centrum", started_on=TODAY
)
MEASURE = MeasureVisit(answers=Answers(wellbeing=3, relations=4, days=5), on=TODAY)
BEFORE = VisitMeasured(instrument=INSTRUMENT, point=MeasurePoint.START, score=12, taken_on=TODAY)
AFTER = replace(BEFORE, point=MeasurePoint.END)


def test_somebody_comes_and_answers_before_and_after() -> None:
    given(VISIT).when(START).then(STARTED)
    given(VISIT, STARTED).when(MEASURE).then(BEFORE)
    given(VISIT, STARTED, BEFORE).when(MEASURE).then(AFTER)
    given(VISIT, STARTED, BEFORE, AFTER).when(MEASURE).refused("measured-already")


def test_only_the_board_makes_a_support_anonymous() -> None:
    named = replace(START, entry=a.listed())
    given(VISIT).when(named).refused("identity-is-documented", "SoL 14:5", ("ask-with-name",))
    given(VISIT).when(replace(START, entry=Undecided())).refused("support-unknown", "SoL 11:5")


def test_a_code_that_nobody_has_opens_nothing() -> None:
    given(VISIT).when(MEASURE).refused("code-unknown")


def test_a_code_is_of_one_visit() -> None:
    given(VISIT, STARTED).when(START).refused("visit-started-already")


def test_no_event_has_room_for_who_it_was() -> None:
    for event in VISIT.events:
        names = [field.name for field in fields(event)]
        assert isinstance(may_hold_without_identity(names, TODAY), Allowed)
        kinds = {str(field.type) for field in fields(event)}
        assert not any(forbidden in kind for kind in kinds for forbidden in (str(Part), "datetime.datetime"))


@for_all(day=st.dates(date(2026, 1, 1), date(2030, 12, 31)))
def test_others_hear_the_day_and_no_hour(day: date) -> None:
    started, before = replace(STARTED, started_on=day), replace(BEFORE, taken_on=day)
    state = VISIT.evolve(VISIT.evolve(VISIT.initial, started), before)
    came, measured = VISIT.publish(started, state), VISIT.publish(before, state)
    assert isinstance(came, published.VisitStarted)
    assert isinstance(measured, published.MeasureTaken)
    assert came.started_on == day
    midnight = measured.taken_at.astimezone(UTC)
    assert midnight < datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert (midnight.minute, midnight.second, midnight.microsecond) == (0, 0, 0)
