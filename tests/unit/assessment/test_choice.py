"""Choosing: four grounds, the material communicated, a decision that says what and why."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.given import given
from tests.unit.assessment.a_case import (
    ACCEPTED,
    ADULT_OPENED,
    ANSWERED,
    CHILD_OPENED,
    COMMUNICATE,
    COMMUNICATED,
    DECIDE,
    GROUNDS,
    HEARD,
    NEED,
    NOW,
    OFFERED,
    PERSON,
    PROPOSE,
    PROPOSED,
    WORDS,
    stage,
)

from assessment.decide.choice import RecordAnswer
from assessment.model import events
from assessment.store import INVESTIGATION
from chassis.personal import Personal
from contracts.vocabulary import DecisionOutcome, DeclineReason

READY = (ADULT_OPENED, NEED, PROPOSED, COMMUNICATED, ANSWERED)


def test_a_proposal_keeps_weights_in_clear_and_words_sealed() -> None:
    (proposed,) = given(INVESTIGATION, ADULT_OPENED, NEED).when(PROPOSE).events()
    assert isinstance(proposed, events.SupportProposed)
    assert [(each.ground.value, each.weight) for each in proposed.grounds] == [
        ("research", 1),
        ("wish", 3),
        ("situation", 2),
        ("profession", 0),
    ]
    assert isinstance(proposed.words, Personal)
    assert proposed.words.person == PERSON
    assert proposed.words.fields["wish"] == "Det hon själv bad om."


def test_a_proposal_answers_an_assessed_need() -> None:
    given(INVESTIGATION, ADULT_OPENED).when(PROPOSE).refused("need-not-assessed")


@pytest.mark.parametrize("left_out", range(4))
def test_all_four_grounds_are_stated(left_out: int) -> None:
    propose = replace(PROPOSE, grounds=GROUNDS[:left_out] + GROUNDS[left_out + 1 :])
    code = ["research", "persons-wish", "situation", "professional-experience"][left_out]
    given(INVESTIGATION, ADULT_OPENED, NEED).when(propose).refused(f"ground-missing-{code}")


def test_a_ground_may_weigh_nothing_but_not_all_four() -> None:
    nothing = replace(PROPOSE, grounds=tuple(replace(each, weight=0) for each in GROUNDS))
    given(INVESTIGATION, ADULT_OPENED, NEED).when(nothing).refused("no-ground-weighs")
    too_much = replace(PROPOSE, grounds=(replace(GROUNDS[0], weight=4), *GROUNDS[1:]))
    given(INVESTIGATION, ADULT_OPENED, NEED).when(too_much).refused("weight-out-of-range")


def test_a_new_proposal_is_communicated_and_offered_anew() -> None:
    after = stage(ADULT_OPENED, NEED, PROPOSED, COMMUNICATED, OFFERED, PROPOSED)
    assert after.offer is None
    assert after.communication is None


def test_a_day_to_answer_by_lies_ahead() -> None:
    late = replace(COMMUNICATE, answer_by=date(2025, 9, 10))
    given(INVESTIGATION, ADULT_OPENED).when(late).refused("answer-day-passed")


def test_only_what_was_communicated_can_be_answered() -> None:
    answer = RecordAnswer(at=NOW, qualified=True, words="Jag håller inte med.")
    given(INVESTIGATION, ADULT_OPENED).when(answer).refused("nothing-communicated")


def test_a_partial_grant_closes_the_investigation_and_can_be_appealed() -> None:
    decided, closed = given(INVESTIGATION, *READY).when(DECIDE).events()
    assert isinstance(decided, events.DecisionMade)
    assert decided.support == "familjebehandling-hemma"
    assert decided.appealable
    assert isinstance(decided.words, Personal)
    assert decided.words.fields == {
        "content": "Du får familjebehandling hemma.",
        "reasons": "Behovet kan mötas hemma.",
        "refused": "Kontaktfamilj.",
        "decided_by": "Bo Beslut, enhetschef",
    }
    assert isinstance(closed, events.InvestigationClosed)
    assert closed.with_support
    assert closed.within_time is None


def test_a_full_grant_needs_no_communication_and_cannot_be_appealed() -> None:
    granted = replace(DECIDE, outcome=DecisionOutcome.GRANTED, reasons=None, refused=None)
    decided, _ = given(INVESTIGATION, ADULT_OPENED, NEED, PROPOSED).when(granted).events()
    assert isinstance(decided, events.DecisionMade)
    assert not decided.appealable


def test_nothing_is_refused_in_whole_or_part_before_it_was_communicated() -> None:
    given(INVESTIGATION, ADULT_OPENED, NEED, PROPOSED).when(DECIDE).refused(
        "not-communicated", "FL 25", ("communicate-first",)
    )
    refuse = replace(DECIDE, outcome=DecisionOutcome.REFUSED)
    given(INVESTIGATION, ADULT_OPENED).when(refuse).refused("not-communicated", "FL 25")


def test_the_person_gets_the_time_to_answer_that_was_set() -> None:
    waiting = (ADULT_OPENED, NEED, PROPOSED, COMMUNICATED)
    given(INVESTIGATION, *waiting).when(DECIDE).refused("time-to-answer-runs", "FL 25")
    later = replace(DECIDE, at=datetime(2025, 9, 21, 8, tzinfo=UTC))
    given(INVESTIGATION, *waiting).when(later).events()


def test_the_person_was_told_of_the_right_to_speak_before_the_board() -> None:
    silent = replace(COMMUNICATED, told_of_speaking=False)
    given(INVESTIGATION, ADULT_OPENED, NEED, PROPOSED, silent, ANSWERED).when(DECIDE).refused(
        "oral-right-not-told", "SoL 14:8"
    )


def test_a_refusal_in_whole_or_part_gives_its_reasons() -> None:
    given(INVESTIGATION, *READY).when(replace(DECIDE, reasons=None)).refused("decision-lacks-circumstances", "FL 32")
    refuse = replace(DECIDE, outcome=DecisionOutcome.REFUSED, reasons=" ")
    given(INVESTIGATION, *READY).when(refuse).refused("decision-lacks-circumstances", "FL 32")


def test_a_decision_says_who_made_it_and_what_it_is() -> None:
    given(INVESTIGATION, *READY).when(replace(DECIDE, decided_by=" ")).refused("decision-lacks-decided-by", "FL 31")
    given(INVESTIGATION, *READY).when(replace(DECIDE, content="")).refused("decision-lacks-content", "FL 31")


def test_a_partial_grant_says_what_it_refuses() -> None:
    given(INVESTIGATION, *READY).when(replace(DECIDE, refused=None)).refused("refused-part-missing", "SoL 35:1")


def test_only_what_was_proposed_is_granted() -> None:
    communicated = (ADULT_OPENED, COMMUNICATED, ANSWERED)
    given(INVESTIGATION, *communicated).when(DECIDE).refused("nothing-proposed")


def test_a_refusal_settles_the_case_without_support() -> None:
    refuse = replace(DECIDE, outcome=DecisionOutcome.REFUSED)
    decided, closed = given(INVESTIGATION, *READY).when(refuse).events()
    assert isinstance(decided, events.DecisionMade)
    assert isinstance(closed, events.InvestigationClosed)
    assert decided.support is None
    assert not closed.with_support


def test_a_child_is_granted_what_those_who_must_agree_have_accepted() -> None:
    granted = replace(DECIDE, outcome=DecisionOutcome.GRANTED)
    proposed = (CHILD_OPENED, NEED, HEARD, PROPOSED)
    given(INVESTIGATION, *proposed).when(granted).refused("consent-missing", "SoL 21:1")
    given(INVESTIGATION, *proposed, OFFERED).when(granted).refused("consent-missing", "SoL 21:1")
    declined = events.OfferDeclined(at=NOW, support=OFFERED.support, reason=DeclineReason.NO_TRUST, words=WORDS)
    given(INVESTIGATION, *proposed, OFFERED, declined).when(granted).refused("offer-was-declined")
    _, closed = given(INVESTIGATION, *proposed, OFFERED, ACCEPTED).when(granted).events()
    assert isinstance(closed, events.InvestigationClosed)
    assert closed.within_time is True


def test_a_child_is_heard_before_a_decision() -> None:
    granted = replace(DECIDE, outcome=DecisionOutcome.GRANTED)
    unheard = (CHILD_OPENED, NEED, PROPOSED, OFFERED, ACCEPTED)
    given(INVESTIGATION, *unheard).when(granted).refused("child-not-heard", "SoL 3:2", ("give-reason",))
