"""An application, complete or helped to become so."""

from datetime import UTC, datetime
from uuid import UUID

from tests.given import given

from chassis.personal import Personal
from contracts.vocabulary import AgeBand, Gender
from intake.decide.application import AddToApplication, AskForCompletion, ReceiveApplication
from intake.model.application import (
    ApplicationReceived,
    CompletionAskedFor,
    CompletionReceived,
    InvestigationAskedFor,
)
from intake.translate import APPLICATIONS
from statute.answers import Field

BOARD, CASE, PERSON = UUID(int=1), UUID(int=2), UUID(int=3)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALL = frozenset({Field.WHO, Field.CONTACT, Field.WHAT, Field.WHY})


def part(name: str) -> Personal:
    return Personal(name, PERSON, {"name": "Testperson"})


def applying(filled: frozenset[Field]) -> ReceiveApplication:
    return ReceiveApplication(
        at=NOW,
        board=BOARD,
        case=CASE,
        applicant_id=PERSON,
        applicant=part("applicant"),
        told=part("told"),
        filled=filled,
        code_hash="digest",
        wished_support=None,
        age_band=AgeBand.FROM_21,
        gender=Gender.UNKNOWN,
        district="centrum",
    )


def received(*missing: Field) -> ApplicationReceived:
    return ApplicationReceived(
        board=BOARD,
        case=CASE,
        received_at=NOW,
        applicant_id=PERSON,
        applicant=part("applicant"),
        told=part("told"),
        missing=missing,
        code_hash="digest",
        wished_support=None,
        age_band=AgeBand.FROM_21,
        gender=Gender.UNKNOWN,
        district="centrum",
    )


def adding(*filled: Field) -> AddToApplication:
    return AddToApplication(at=NOW, added=part("added"), filled=frozenset(filled))


ASKED_FOR = InvestigationAskedFor(asked_at=NOW)


def test_a_complete_application_is_investigated_at_once() -> None:
    given(APPLICATIONS).when(applying(ALL)).then(received(), ASKED_FOR)


def test_an_incomplete_application_is_taken_in_and_says_what_is_missing() -> None:
    given(APPLICATIONS).when(applying(ALL - {Field.CONTACT, Field.WHY})).then(received(Field.CONTACT, Field.WHY))


def test_the_person_is_asked_once_for_what_is_missing() -> None:
    asked = CompletionAskedFor(asked_at=NOW, missing=(Field.WHY,))
    given(APPLICATIONS, received(Field.WHY)).when(AskForCompletion(at=NOW)).then(asked)
    given(APPLICATIONS, received(Field.WHY), asked).when(AskForCompletion(at=NOW)).refused(
        "completion-already-asked-for"
    )


def test_the_last_missing_thing_starts_the_investigation() -> None:
    added = CompletionReceived(received_at=NOW, added=part("added"), still_missing=())
    given(APPLICATIONS, received(Field.WHY)).when(adding(Field.WHY)).then(added, ASKED_FOR)


def test_a_part_of_what_is_missing_is_kept_and_the_rest_waited_for() -> None:
    added = CompletionReceived(received_at=NOW, added=part("added"), still_missing=(Field.CONTACT,))
    given(APPLICATIONS, received(Field.CONTACT, Field.WHY)).when(adding(Field.WHY)).then(added)


def test_what_was_told_before_need_not_be_told_again() -> None:
    first = CompletionReceived(received_at=NOW, added=part("added"), still_missing=(Field.CONTACT,))
    last = CompletionReceived(received_at=NOW, added=part("added"), still_missing=())
    given(APPLICATIONS, received(Field.CONTACT, Field.WHY), first).when(adding(Field.CONTACT)).then(last, ASKED_FOR)


def test_a_complete_application_takes_no_more() -> None:
    given(APPLICATIONS, received(), ASKED_FOR).when(adding(Field.WHY)).refused("application-complete")
