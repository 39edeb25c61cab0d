"""Staff help somebody to apply: what is handed over, with whose yes, and what intake hears of it."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.given import given
from tests.unit.direct_access.a_catalogue import ASKED, BOARD, CASE, FOURTEEN, NOW, PERSON, SEVENTEEN, TOLD_BY_PAGE
from tests.unit.direct_access.test_consent import BOTH_HAVE_CUSTODY, FATHER, FROM_MOTHER, MOTHER

from chassis.personal import Personal, Sealed, with_sealed
from contracts import direct_access as published
from contracts.vocabulary import AgeBand, EndReason, Gender, Speaker
from direct_access.decide.application import HelpToApply, StartApplication
from direct_access.model.application import ApplicationStarted, Known
from direct_access.model.support import (
    Channel,
    ContactWay,
    CustodyChecked,
    HelpedToApply,
    InformedBy,
    InformedOfApplication,
    SupportEnded,
)
from direct_access.requests.application import NOT_SAFE, ApplicationToStart, known_of
from direct_access.store import APPLICATION, SUPPORT
from statute.answers import Field

APPLIED = UUID("77777777-7777-4777-8777-777777777777")
DIGEST = "ab" * 32
TOLD = {
    "name": "Alva Test",
    "born": SEVENTEEN.isoformat(),
    "contact": "070-174 06 05",
    "contact_times": "Efter skolan.",
    "safe_contact": "Ring inte hem.",
    "words": "Jag sover inte.",
    "alone_words": "Mamma blir arg.",
    "interpreter": "fi",
}
GUARDIANS = {MOTHER: {"name": "Mia Test", "contact": "070-174 06 06"}, FATHER: {"name": "Per Test"}}
HELP = HelpToApply(
    application=APPLIED, born=SEVENTEEN, agreed=(PERSON,), how=Channel.VISIT, handed_over=(Known.NAME,), at=NOW
)
HELPED = HelpedToApply(
    application=APPLIED, agreed=(PERSON,), how=Channel.VISIT, handed_over=(Known.NAME,), helped_at=NOW
)
TOLD_BY_STAFF = InformedOfApplication(by=InformedBy.STAFF, informed_at=NOW)
FOR_CHILD = (*FROM_MOTHER, BOTH_HAVE_CUSTODY)


def started(**changes: object) -> StartApplication:
    """What a request becomes where all of `TOLD` is known."""
    sent = {"agreed": [str(PERSON)], "how": "visit", **changes}
    request = ApplicationToStart.model_validate(sent)
    return request.to_command(
        at=NOW,
        application=APPLIED,
        asked=ASKED,
        person=PERSON,
        safe=True,
        fields=TOLD,
        guardians=GUARDIANS,
        code_hash=DIGEST,
    )


def test_whoever_is_helped_to_apply_has_been_told_that_one_can() -> None:
    given(SUPPORT, ASKED).when(HELP).then(HELPED, TOLD_BY_STAFF)
    given(SUPPORT, ASKED, TOLD_BY_PAGE).when(HELP).then(HELPED)
    ended = SupportEnded(reason=EndReason.COMPLETED, left_to_do=(), ended_at=NOW)
    given(SUPPORT, ASKED, TOLD_BY_PAGE, ended).when(HELP).then(HELPED)


def test_it_takes_a_yes_to_just_that_from_who_speaks_for_the_person() -> None:
    for_child = replace(HELP, born=FOURTEEN)
    mother = replace(for_child, agreed=(MOTHER,))
    given(SUPPORT, *FOR_CHILD).when(mother).then(replace(HELPED, agreed=(MOTHER,)), TOLD_BY_STAFF)
    given(SUPPORT, *FOR_CHILD).when(for_child).then(HELPED, TOLD_BY_STAFF)
    infant = replace(for_child, born=date(2020, 1, 1))
    given(SUPPORT, *FOR_CHILD).when(infant).refused("no-yes-for-the-child", "SoL 3:4, 21:1, FB 6:13 a")
    given(SUPPORT, *FROM_MOTHER).when(mother).refused("guardian-not-checked", "FB 6:13", ("check-custody",))
    given(SUPPORT, ASKED).when(mother).refused("guardian-unknown")
    only_father = CustodyChecked(guardians=(FATHER,), checked_at=NOW)
    given(SUPPORT, *FROM_MOTHER, only_father).when(mother).refused("without-custody", "FB 6:13", ("check-custody",))
    grown = replace(mother, born=SEVENTEEN)
    given(SUPPORT, *FOR_CHILD).when(grown).refused("no-yes-to-hand-over", "OSL 10:1, 12:2", ("ask-the-person",))


def test_a_consent_to_the_support_is_no_consent_to_the_application() -> None:
    nobody = replace(HELP, born=FOURTEEN, agreed=())
    given(SUPPORT, *FOR_CHILD).when(nobody).refused("no-yes-to-hand-over")


def test_only_what_was_chosen_is_handed_over() -> None:
    command = started(hand_over=["name", "contact", "language"], what="Någon som hjälper mig hemma.")
    assert isinstance(command.applicant, Personal)
    assert isinstance(command.told, Personal)
    assert command.applicant.fields == {
        "name": "Alva Test",
        "contact": "Ring: 070-174 06 05. Efter skolan. Lämna inget meddelande. Ring inte hem.",
        "interpreter": "finska",
    }
    assert command.told.fields == {"what": "Någon som hjälper mig hemma."}
    assert command.tells == (Field.WHO, Field.CONTACT, Field.WHAT)
    assert (command.age_band, command.gender) == (AgeBand.UNKNOWN, Gender.UNKNOWN)
    assert "Alva" not in repr(command)


NUMBER = "19821105-9954"


def test_a_number_goes_along_sealed_as_one_that_intake_is_told_itself_and_nothing_else_does() -> None:
    request = ApplicationToStart.model_validate({"agreed": [str(PERSON)], "how": "visit", "number": NUMBER})
    command = request.to_command(
        at=NOW, application=APPLIED, asked=ASKED, person=MOTHER, safe=True, fields=TOLD, guardians={}, code_hash=DIGEST
    )
    assert isinstance(command.applicant, Personal)
    assert command.applicant.fields == {"number": "198211059954"}
    assert (command.person, command.applicant.person) == (MOTHER, MOTHER), "whom the register's number leads to"
    assert command.age_band is AgeBand.FROM_21, "as intake counts it"
    assert "1105" not in repr(command)
    note = request.to_note(at=NOW, application=APPLIED, asked=ASKED, fields=TOLD)
    assert note.handed_over == (Known.NUMBER,)
    with pytest.raises(ValidationError):
        ApplicationToStart.model_validate({"agreed": [str(PERSON)], "how": "visit", "number": "19821105-9955"})


@for_all(st.frozensets(st.sampled_from(Known)))
def test_what_is_left_out_stands_nowhere_in_the_application(chosen: frozenset[Known]) -> None:
    command = started(hand_over=sorted(chosen))
    assert isinstance(command.applicant, Personal)
    assert isinstance(command.told, Personal)
    told = " ".join([*command.applicant.fields.values(), *command.told.fields.values()])
    alone = {
        Known.NAME: "Alva",
        Known.BORN: "2009",
        Known.CONTACT: "070",
        Known.LANGUAGE: "finska",
        Known.WORDS: "sover",
    }
    assert {each for each, word in alone.items() if word in told} == chosen - {Known.GENDER, Known.NUMBER}
    assert (command.gender is Gender.WOMAN) is (Known.GENDER in chosen)
    assert (command.age_band is AgeBand.FROM_15) is (Known.BORN in chosen)


@pytest.mark.parametrize("chosen", [(), (Known.CONTACT,)])
def test_that_contact_is_not_safe_goes_along_whatever_is_left_out(chosen: tuple[Known, ...]) -> None:
    request = ApplicationToStart(hand_over=chosen, agreed=(PERSON,), how=Channel.PHONE)
    command = request.to_command(
        at=NOW,
        application=APPLIED,
        asked=ASKED,
        person=PERSON,
        safe=False,
        fields=TOLD,
        guardians=GUARDIANS,
        code_hash=DIGEST,
    )
    assert isinstance(command.applicant, Personal)
    assert command.applicant.fields["not_safe"] == NOT_SAFE


def test_who_cannot_be_reached_is_handed_over_as_that_and_asked_for_it_again() -> None:
    asked = replace(ASKED, contact=ContactWay.NONE)
    known = known_of(asked, {"born": SEVENTEEN.isoformat()})
    assert known[Known.CONTACT] == "Hör inte av er, personen hör av sig själv. Lämna inget meddelande."
    request = ApplicationToStart(hand_over=(Known.CONTACT,), agreed=(PERSON,), how=Channel.PHONE)
    assert request.tells({}) == ()


def test_intake_hears_it_once_as_a_case_of_its_own_with_the_words_sealed() -> None:
    command = started(hand_over=["name"], why="Det är tungt.")
    (event,) = given(APPLICATION).when(command).events()
    assert isinstance(event, ApplicationStarted)
    given(APPLICATION, event).when(command).refused("application-started-already")
    sealed = with_sealed(event, {id(event.applicant): Sealed("s1.who"), id(event.told): Sealed("s1.words")})
    heard = APPLICATION.publish(sealed, APPLICATION.evolve(APPLICATION.initial, sealed))
    assert isinstance(heard, published.ApplicationStarted)
    assert (heard.case_id, heard.origin_case_id, heard.applicant.person_id) == (APPLIED, CASE, PERSON)
    assert (heard.applicant.sealed, heard.told, heard.tells) == ("s1.who", "s1.words", ("who", "why"))
    assert (heard.agreed, heard.code_hash) == (Speaker.PERSON, DIGEST)
    with pytest.raises(TypeError, match="sealed"):
        APPLICATION.publish(event, APPLICATION.evolve(APPLICATION.initial, event))


def test_for_a_child_it_is_the_guardian_who_applies_and_is_told_of() -> None:
    fields = {**TOLD, "born": FOURTEEN.isoformat()}
    yes = (((MOTHER,), Speaker.GUARDIAN), ((PERSON, FATHER), Speaker.GUARDIAN), ((PERSON,), Speaker.PERSON))
    for agreed, who in yes:
        request = ApplicationToStart(agreed=agreed, how=Channel.VISIT)
        command = request.to_command(
            at=NOW,
            application=APPLIED,
            asked=ASKED,
            person=PERSON,
            safe=True,
            fields=fields,
            guardians=GUARDIANS,
            code_hash=DIGEST,
        )
        assert (command.agreed, command.board) == (who, BOARD)
        told_of = {each.person: each.fields for each in command.guardians if isinstance(each, Personal)}
        assert told_of == {each: GUARDIANS[each] for each in agreed if each != PERSON}


def test_from_15_no_guardian_goes_along_even_if_one_said_yes_too() -> None:
    command = started(agreed=[str(PERSON), str(MOTHER)])
    assert (command.agreed, command.guardians) == (Speaker.PERSON, ())
