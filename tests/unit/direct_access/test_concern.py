"""A concern for a child: at once to intake, with its own case, and no way back into the support."""

from uuid import UUID

import pytest
from tests.given import given
from tests.unit.direct_access import a_catalogue as a

from chassis.personal import Personal, Sealed, with_sealed
from contracts import direct_access as published
from contracts.vocabulary import AgeBand, Gender
from direct_access.decide.concern import RaiseConcern
from direct_access.model.concern import ConcernRaised
from direct_access.store import CONCERN

REPORT = UUID("44444444-4444-4444-8444-444444444444")
CHILD = Personal("child", a.PERSON, {"name": "Alva Test"})
NOTICED = Personal("concern", a.PERSON, {"told": "Berättade att hon inte vågar gå hem."})
RAISE = RaiseConcern(
    board=a.BOARD,
    case=REPORT,
    support="ungdomssamtal",
    child=a.PERSON,
    age_band=AgeBand.FROM_15,
    gender=Gender.WOMAN,
    district="centrum",
    about_child=CHILD,
    noticed=NOTICED,
    origin_case=a.CASE,
    at=a.NOW,
)
RAISED = ConcernRaised(
    board=a.BOARD,
    case=REPORT,
    support="ungdomssamtal",
    child=a.PERSON,
    age_band=AgeBand.FROM_15,
    gender=Gender.WOMAN,
    district="centrum",
    about_child=CHILD,
    noticed=NOTICED,
    origin_case=a.CASE,
    raised_at=a.NOW,
)


def test_staff_report_what_they_noticed_once() -> None:
    given(CONCERN).when(RAISE).then(RAISED)
    given(CONCERN, RAISED).when(RAISE).refused("concern-raised-already")


def test_intake_hears_it_as_a_case_of_its_own_with_the_words_sealed() -> None:
    sealed = with_sealed(RAISED, {id(CHILD): Sealed("s1.child"), id(NOTICED): Sealed("s1.words")})
    heard = CONCERN.publish(sealed, CONCERN.evolve(CONCERN.initial, sealed))
    assert isinstance(heard, published.ConcernRaised)
    assert (heard.case_id, heard.origin_case_id) == (REPORT, a.CASE)
    assert (heard.child.sealed, heard.concern) == ("s1.child", "s1.words")


def test_words_that_are_not_sealed_never_leave() -> None:
    with pytest.raises(TypeError, match="sealed"):
        CONCERN.publish(RAISED, CONCERN.evolve(CONCERN.initial, RAISED))
