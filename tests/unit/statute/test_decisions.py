"""From application to appeal."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statute.answers import Allowed, Alternative, Field, Incomplete, Refusal
from statute.decisions import (
    APPEALABLE,
    APPLICATION_HOLDS,
    APPLIES_AT_ONCE,
    COMMUNICATE,
    GROUNDS_OF_CHOICE,
    HELP_TO_COMPLETE,
    HOW_TO_APPEAL,
    NOT_APPEALABLE,
    PARTIAL_IS_REFUSAL,
    REASONS,
    SPEAK_BEFORE_BOARD,
    WRITTEN_DECISION,
    Communication,
    Outcome,
    check_application,
    check_decision,
    check_proposal,
    may_appeal,
    may_decide,
)
from statute.rules import Certainty

DAY = date(2026, 3, 16)
AGAINST = [Outcome.PARTLY_GRANTED, Outcome.REFUSED]
COMPLETE = frozenset(WRITTEN_DECISION.value + REASONS.value + HOW_TO_APPEAL.value)
SENT = Communication(answer_by=date(2026, 3, 15), told_of_speaking_before_board=True, answered=False)


def test_an_application_says_who_how_to_reach_what_and_why() -> None:
    whole = (Field.WHO, Field.CONTACT, Field.WHAT, Field.WHY)
    assert check_application(whole, DAY) == Allowed((APPLICATION_HOLDS, HELP_TO_COMPLETE))
    assert check_application([Field.WHO, Field.CONTACT], DAY) == Incomplete(
        ((Field.WHAT, APPLICATION_HOLDS), (Field.WHY, APPLICATION_HOLDS))
    )


@given(st.frozensets(st.sampled_from(Field)))
def test_a_proposal_shows_all_four_grounds_or_names_those_that_lack(filled: frozenset[Field]) -> None:
    answer = check_proposal(filled, DAY)
    lacking = [field for field in GROUNDS_OF_CHOICE.value if field not in filled]
    named = [field for field, _ in answer.missing] if isinstance(answer, Incomplete) else []
    assert named == lacking


def test_the_four_grounds_are_marked_as_practice_and_not_law() -> None:
    assert len(GROUNDS_OF_CHOICE.value) == 4
    assert GROUNDS_OF_CHOICE.reference.startswith("not law")
    assert GROUNDS_OF_CHOICE.certainty is Certainty.INFERENCE


@pytest.mark.parametrize("outcome", AGAINST)
def test_nothing_goes_against_a_person_who_was_not_told_of_the_material(outcome: Outcome) -> None:
    assert may_decide(outcome, None, DAY) == Refusal("not-communicated", COMMUNICATE, (Alternative.COMMUNICATE_FIRST,))


@pytest.mark.parametrize("outcome", AGAINST)
def test_the_board_waits_for_the_answer_until_its_last_day_has_passed(outcome: Outcome) -> None:
    waiting = may_decide(outcome, SENT, date(2026, 3, 15))
    assert isinstance(waiting, Refusal)
    assert waiting.code == "time-to-answer-runs"
    assert may_decide(outcome, SENT, date(2026, 3, 16)) == Allowed((COMMUNICATE, SPEAK_BEFORE_BOARD))
    answered = Communication(answer_by=date(2026, 3, 30), told_of_speaking_before_board=True, answered=True)
    assert isinstance(may_decide(outcome, answered, DAY), Allowed)


def test_the_person_is_told_of_the_right_to_speak_before_the_board() -> None:
    untold = Communication(answer_by=date(2026, 3, 1), told_of_speaking_before_board=False, answered=True)
    refused = may_decide(Outcome.REFUSED, untold, DAY)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.rule) == ("oral-right-not-told", SPEAK_BEFORE_BOARD)


def test_a_full_grant_needs_no_communication_no_reasons_and_no_appeal() -> None:
    assert isinstance(may_decide(Outcome.GRANTED, None, DAY), Allowed)
    assert check_decision(Outcome.GRANTED, "11:1", WRITTEN_DECISION.value, DAY) == Allowed((WRITTEN_DECISION,))
    refused = may_appeal(Outcome.GRANTED, "11:1", DAY)
    assert isinstance(refused, Refusal)
    assert refused.code == "nothing-to-appeal"


def test_a_partial_grant_gives_reasons_and_how_to_appeal_like_a_refusal() -> None:
    assert check_decision(Outcome.PARTLY_GRANTED, "11:1", COMPLETE, DAY) == Allowed(
        (WRITTEN_DECISION, REASONS, HOW_TO_APPEAL, PARTIAL_IS_REFUSAL)
    )
    bare = check_decision(Outcome.PARTLY_GRANTED, "11:1", WRITTEN_DECISION.value, DAY)
    assert isinstance(bare, Incomplete)
    assert [field for field, _ in bare.missing] == [*REASONS.value, *HOW_TO_APPEAL.value]


@given(st.sampled_from(AGAINST), st.sampled_from(sorted(COMPLETE)))
def test_a_decision_against_the_person_lacks_nothing_that_is_asked_for(outcome: Outcome, left_out: Field) -> None:
    answer = check_decision(outcome, "11:1", COMPLETE - {left_out}, DAY)
    assert isinstance(answer, Incomplete)
    assert [field for field, _ in answer.missing] == [left_out]


def test_what_cannot_be_appealed_gives_reasons_but_no_way_to_appeal() -> None:
    without = COMPLETE - frozenset(HOW_TO_APPEAL.value)
    assert check_decision(Outcome.REFUSED, "11:4", without, DAY) == Allowed((WRITTEN_DECISION, REASONS))


@pytest.mark.parametrize("outcome", AGAINST)
def test_assessed_support_is_appealable_and_applies_at_once(outcome: Outcome) -> None:
    answer = may_appeal(outcome, "11:1", DAY)
    assert isinstance(answer, Allowed)
    assert answer.rules[0] == APPEALABLE
    assert answer.rules[-1] == APPLIES_AT_ONCE
    assert (PARTIAL_IS_REFUSAL in answer.rules) is (outcome is Outcome.PARTLY_GRANTED)


def test_direct_support_is_not_appealed_but_applied_for() -> None:
    assert may_appeal(Outcome.REFUSED, "11:5", DAY) == Refusal(
        "not-appealable", NOT_APPEALABLE, (Alternative.APPLY_ASSESSED,)
    )


@pytest.mark.parametrize("provision", ["11:4", "12:2", "20:2", "23:1"])
def test_the_list_of_appealable_decisions_is_closed(provision: str) -> None:
    assert may_appeal(Outcome.REFUSED, provision, DAY) == Refusal(
        "not-appealable", NOT_APPEALABLE, (Alternative.ASK_FOR_LEGALITY_REVIEW,)
    )
