"""What crosses the borders: events out and in, the work list, the advice and the possible steps."""

from datetime import date

from tests.unit.assessment.a_case import (
    ADULT_OPENED,
    BOARD,
    CASE,
    CHILD_OPENED,
    CLOSED,
    GRANTED,
    HEARD,
    NEED,
    NOW,
    OFFERED,
    OPENED,
    PARTLY,
    PERSON,
    PROPOSED,
    RECEIVED,
    STARTED,
    WORDS,
    stage,
)

from assessment import views
from assessment.model import events
from assessment.store import INVESTIGATION
from assessment.translate import opening
from contracts import assessment as published
from contracts.intake import InvestigationRequested, Matter, Subject
from contracts.vocabulary import AgeBand, ContactKind, Gender


def test_intakes_request_opens_the_case_under_its_own_id_and_time() -> None:
    requested = InvestigationRequested(
        case_id=CASE,
        requested_at=OPENED,
        matter=Matter.APPLICATION,
        matter_received_at=RECEIVED,
        subject=Subject(
            person_id=PERSON, age_band=AgeBand.FROM_21, gender=Gender.WOMAN, district="centrum", sealed=WORDS
        ),
        others=(),
        wished_support="kontaktfamilj",
    )
    (opened,) = INVESTIGATION.decide(opening(BOARD, requested), INVESTIGATION.initial)
    assert opened == ADULT_OPENED


def test_an_opened_investigation_is_published_with_group_facts_only() -> None:
    message = INVESTIGATION.publish(CHILD_OPENED, stage(CHILD_OPENED))
    assert isinstance(message, published.InvestigationOpened)
    assert message.child
    assert message.due_at == CHILD_OPENED.due_at
    assert str(PERSON) not in message.model_dump_json()


def test_a_follow_up_names_the_child_by_pseudonym_and_the_day_its_time_runs_from() -> None:
    decided = events.FollowUpDecided(at=NOW, closed_on=date(2025, 9, 11), words=WORDS)
    message = INVESTIGATION.publish(decided, stage(CHILD_OPENED, HEARD, CLOSED, decided))
    assert isinstance(message, published.FollowUpDecided)
    assert (message.person_id, message.investigation_closed_on) == (PERSON, date(2025, 9, 11))


def test_it_is_published_whether_the_child_was_heard_and_why_not_but_not_what_was_said() -> None:
    heard = INVESTIGATION.publish(HEARD, stage(CHILD_OPENED, HEARD))
    assert isinstance(heard, published.ChildHeard)
    assert (heard.heard, heard.reason_code) == (True, None)
    unheard = events.ChildNotHeard(at=NOW, reason=events.WhyNotHeard.TOO_YOUNG, words=WORDS)
    not_heard = INVESTIGATION.publish(unheard, stage(CHILD_OPENED, unheard))
    assert isinstance(not_heard, published.ChildHeard)
    assert (not_heard.heard, not_heard.reason_code) == (False, "too-young")


def test_what_stays_in_the_service_is_not_published() -> None:
    warned = events.ClockWarned(at=NOW)
    assert INVESTIGATION.publish(warned, stage(CHILD_OPENED, warned)) is None
    assert INVESTIGATION.publish(NEED, stage(CHILD_OPENED, NEED)) is None


def test_the_work_list_holds_dates_and_decided_measures_only() -> None:
    (row,) = views.rows(stage(ADULT_OPENED, NEED, PROPOSED, PARTLY))["investigations"]
    assert row == {
        "board_id": BOARD,
        "case_id": CASE,
        "stage": "granted",
        "opened_at": OPENED,
        "last_day": None,
        "clock": None,
        "outcome": "partially-granted",
        "support": "familjebehandling-hemma",
        "provision": "11:1",
        "decided_at": NOW,
        "appeal_by": None,
        "closed_at": NOW,
    }


def test_a_proposal_is_no_decided_measure_and_stays_out_of_the_work_list() -> None:
    (row,) = views.rows(stage(CHILD_OPENED, NEED, PROPOSED, OFFERED))["investigations"]
    assert row["support"] is None
    assert row["clock"] == "running"


def test_the_work_list_tells_when_a_clock_has_warned_or_passed() -> None:
    warned = events.ClockWarned(at=NOW)
    (row,) = views.rows(stage(CHILD_OPENED, warned))["investigations"]
    assert row["clock"] == "warned"
    (row,) = views.rows(stage(CHILD_OPENED, warned, events.ClockPassed(at=NOW)))["investigations"]
    assert row["clock"] == "passed"


def test_advice_names_what_is_left_to_do_for_a_child() -> None:
    assert views.advice(stage(CHILD_OPENED)) == (
        "inform-those-concerned",
        "hear-the-child",
        "contact-those-who-know",
        "ask-for-the-wish",
    )
    done = (
        CHILD_OPENED,
        events.ConcernedInformed(at=NOW),
        HEARD,
        events.ContactMade(at=NOW, contact=ContactKind.SCHOOL, words=WORDS),
        events.WishStated(at=NOW, motivation=7, words=WORDS),
    )
    assert views.advice(stage(*done)) == ()
    assert views.advice(stage(ADULT_OPENED)) == ("ask-for-the-wish",)


def test_a_decision_whose_receipt_is_not_recorded_is_a_task() -> None:
    received = events.DecisionReceived(at=NOW, received_on=date(2025, 9, 11), appeal_by=None)
    granted = (ADULT_OPENED, NEED, PROPOSED, GRANTED)
    assert views.advice(stage(*granted)) == ("record-receipt",)
    assert views.advice(stage(*granted, received)) == ()


def test_the_steps_follow_the_case() -> None:
    assert "proposal" not in views.steps(stage(ADULT_OPENED))
    assert "proposal" in views.steps(stage(ADULT_OPENED, NEED))
    assert "child-heard" not in views.steps(stage(ADULT_OPENED))
    assert "child-not-heard" not in views.steps(stage(CHILD_OPENED, HEARD))
    assert views.steps(stage(ADULT_OPENED, NEED, PROPOSED, GRANTED, STARTED))[0] == "measures"
    assert views.steps(stage(CHILD_OPENED, HEARD, CLOSED)) == ("follow-up",)
    assert views.steps(INVESTIGATION.initial) == ()
