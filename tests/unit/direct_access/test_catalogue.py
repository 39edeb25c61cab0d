"""The board decides what is given directly, within what the Act allows."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from tests.given import fold, given
from tests.unit.direct_access.a_catalogue import BOARD, DROP_IN, NOW, YOUTH_TALKS

from chassis.codec import decode, encode
from chassis.decider import Refused
from contracts import direct_access
from contracts.direct_access import Documentation, LegalBasis, SupportListed
from direct_access.decide.catalogue import CloseSupport, Command, DecideSupport, OpenSupport, find_offered
from direct_access.model.catalogue import (
    Evidence,
    EvidenceStatus,
    Listed,
    MeetingForm,
    Need,
    SupportClosed,
    SupportDecided,
    SupportOpened,
    Terms,
    entry_id,
    missing,
)
from direct_access.store import CATALOGUE
from direct_access.views.catalogue import rows
from statute.clocks import stockholm_day
from statute.direct import (
    NEVER_DIRECT,
    NEVER_DIRECT_CONTENT,
    NEVER_DIRECT_FOR_YOUNG,
    Content,
    SupportClass,
    SupportKind,
)

ENTRY = entry_id(BOARD, "ungdomssamtal")


def decide(terms: Terms) -> DecideSupport:
    return DecideSupport(board=BOARD, entry=ENTRY, code="ungdomssamtal", terms=terms, at=NOW)


def decided(terms: Terms) -> SupportDecided:
    return SupportDecided(board=BOARD, entry=ENTRY, code="ungdomssamtal", terms=terms, decided_at=NOW)


def test_a_board_lists_a_support() -> None:
    given(CATALOGUE).when(decide(YOUTH_TALKS)).then(decided(YOUTH_TALKS))


def test_the_same_decision_again_makes_no_new_version() -> None:
    given(CATALOGUE, decided(YOUTH_TALKS)).when(decide(YOUTH_TALKS)).then()


def test_each_new_decision_is_a_version_that_others_hear_of() -> None:
    older = replace(YOUTH_TALKS, age_to=25, reason="Fler har frågat.")
    event = decided(older)
    state = given(CATALOGUE, decided(YOUTH_TALKS)).when(decide(older)).then(event)
    published = CATALOGUE.publish(event, state)
    assert isinstance(published, SupportListed)
    assert (published.catalogue_version, published.age_to, published.case_id) == (2, 25, ENTRY)


def test_others_hear_how_broad_and_complete_a_support_is_and_when_it_is_closed() -> None:
    terms = replace(YOUTH_TALKS, needs=(Need.YOUNG,), forms=(MeetingForm.DIGITAL,), languages=("sv",), conditions="Ja.")
    event = decided(terms)
    state = given(CATALOGUE).when(decide(terms)).then(event)
    told = CATALOGUE.publish(event, state)
    assert isinstance(told, SupportListed)
    assert (told.needs, told.forms, told.languages) == (("young",), ("digital",), ("sv",))
    assert (told.complete, told.with_conditions) == (False, True)
    day = stockholm_day(NOW)
    state = given(CATALOGUE, event).when(close(day)).then(closed(day))
    published = CATALOGUE.publish(closed(day), state)
    assert isinstance(published, direct_access.SupportClosed)
    assert (published.support, published.day, published.case_id) == ("ungdomssamtal", day, ENTRY)
    assert "Sommarstängt" not in published.model_dump_json(), "the reason stays here"


def test_a_contact_family_is_never_direct() -> None:
    terms = replace(YOUTH_TALKS, kind=SupportKind.CONTACT_FAMILY)
    given(CATALOGUE).when(decide(terms)).refused("always-needs-assessment", "SoL 11:5 p. 1–4, 6, 7")


def test_protected_housing_is_direct_for_adults_only() -> None:
    housing = replace(YOUTH_TALKS, kind=SupportKind.PROTECTED_HOUSING, age_to=None)
    given(CATALOGUE).when(decide(replace(housing, age_from=20))).refused("always-needs-assessment", "SoL 11:5 p. 5")
    given(CATALOGUE).when(decide(replace(housing, age_from=21))).then(decided(replace(housing, age_from=21)))


@for_all(
    kind=st.sampled_from(SupportKind),
    age_from=st.none() | st.integers(0, 100),
    basis=st.sampled_from([LegalBasis.DIRECT, LegalBasis.CHAPTER_13]),
)
def test_nothing_in_the_closed_list_is_ever_given_without_assessment_on_any_basis(
    kind: SupportKind, age_from: int | None, basis: LegalBasis
) -> None:
    closed = NEVER_DIRECT.value | (NEVER_DIRECT_FOR_YOUNG.value if (age_from or 0) < 21 else frozenset())
    terms = replace(YOUTH_TALKS, kind=kind, age_from=age_from, age_to=None, basis=basis)
    when = given(CATALOGUE).when(decide(terms))
    if kind in closed:
        when.refused("always-needs-assessment")
    else:
        assert len(when.events()) == 1


def test_a_contact_family_by_another_name_is_not_direct_either() -> None:
    befriending = replace(YOUTH_TALKS, kind=SupportKind.OPEN, content=Content.CONTACT)
    given(CATALOGUE).when(decide(befriending)).refused("always-needs-assessment", "SoL 11:5", ("apply-assessed",))


def test_a_support_after_assessment_is_shown_whatever_its_kind() -> None:
    terms = replace(YOUTH_TALKS, kind=SupportKind.CONTACT_FAMILY, basis=LegalBasis.ASSESSED)
    given(CATALOGUE).when(decide(terms)).then(decided(terms))


@pytest.mark.parametrize("reasons", [None, "", "   "])
def test_identity_is_left_out_only_for_special_reasons(reasons: str | None) -> None:
    given(CATALOGUE).when(decide(replace(DROP_IN, special_reasons=reasons))).refused(
        "special-reasons-missing", "SoL 14:5"
    )


def test_identity_is_left_out_only_by_the_board_s_decision() -> None:
    given(CATALOGUE).when(decide(replace(DROP_IN, decision=""))).refused("only-the-board-decides", "SoL 14:5")


def test_identity_is_left_out_only_in_direct_support() -> None:
    counselling = replace(DROP_IN, basis=LegalBasis.CHAPTER_13)
    given(CATALOGUE).when(decide(counselling)).refused("only-direct-without-identity", "SoL 14:5")


def test_a_decision_that_contradicts_itself_is_refused() -> None:
    given(CATALOGUE).when(decide(replace(YOUTH_TALKS, age_to=14))).refused("ages-backwards")
    ends = YOUTH_TALKS.valid_from - timedelta(days=1)
    given(CATALOGUE).when(decide(replace(YOUTH_TALKS, valid_to=ends))).refused("validity-backwards")


def test_two_boards_have_entries_of_their_own() -> None:
    assert entry_id(BOARD, "budget") != entry_id(ENTRY, "budget")


def test_the_view_shows_what_holds_now() -> None:
    drop_in = replace(DROP_IN, reason="Fler kommer när de slipper säga vem de är.")
    state = given(CATALOGUE, decided(YOUTH_TALKS)).when(decide(drop_in)).then(decided(drop_in))
    (row,) = rows(state)["catalogue"]
    assert row["version"] == 2
    assert row["documentation"] is Documentation.NO_IDENTITY
    assert row["valid_from"] == date(2026, 1, 1)


def test_a_change_says_why() -> None:
    older = replace(YOUTH_TALKS, age_to=25)
    given(CATALOGUE, decided(YOUTH_TALKS)).when(decide(older)).refused("change-reason-missing")
    given(CATALOGUE, decided(YOUTH_TALKS)).when(decide(replace(YOUTH_TALKS, reason="Bara skälet är nytt."))).then()


def test_a_change_from_an_older_version_is_refused_and_what_holds_already_is_not() -> None:
    first, second = YOUTH_TALKS, replace(YOUTH_TALKS, age_to=25, reason="Fler har frågat.")
    third = replace(YOUTH_TALKS, cost="Gratis.", reason="Priset saknades.")
    stands = given(CATALOGUE, decided(first), decided(second))
    stands.when(replace(decide(third), made_from=1)).refused("decided-meanwhile")
    stands.when(replace(decide(third), made_from=2)).then(decided(third))
    stands.when(decide(third)).then(decided(third))
    stands.when(replace(decide(second), made_from=1)).then()
    given(CATALOGUE).when(replace(decide(first), made_from=1)).then(decided(first))


def test_the_order_of_words_is_no_change() -> None:
    listed = replace(YOUTH_TALKS, needs=(Need.YOUNG, Need.FAMILY))
    given(CATALOGUE, decided(listed)).when(decide(replace(listed, needs=(Need.FAMILY, Need.YOUNG)))).then()


def closed(day: date) -> SupportClosed:
    return SupportClosed(day=day, reason="Sommarstängt.", instead="hamnen", closed_at=NOW)


def close(day: date, reason: str = "Sommarstängt.", instead: str = "hamnen") -> CloseSupport:
    return CloseSupport(day=day, reason=reason, instead=instead, at=NOW)


def test_a_support_is_closed_from_a_day_and_opened_again() -> None:
    day = stockholm_day(NOW)
    again = day + timedelta(days=30)
    opened = SupportOpened(day=again, reason="Sommaren är slut.", opened_at=NOW)
    state = (
        given(CATALOGUE, decided(YOUTH_TALKS), closed(day))
        .when(OpenSupport(day=again, reason="Sommaren är slut.", at=NOW))
        .then(opened)
    )
    assert isinstance(state, Listed)
    assert [state.is_open(day + timedelta(days=days)) for days in (-1, 0, 29, 30)] == [True, False, False, True]
    with pytest.raises(Refused) as refused:
        find_offered(state, day, "centrum")
    assert (refused.value.code, refused.value.instead[0]) == ("support-closed-now", "another-support")
    assert find_offered(state, again, "centrum") == state


def test_a_new_decision_leaves_what_is_closed_closed() -> None:
    changed = replace(YOUTH_TALKS, age_to=25, reason="Fler har frågat.")
    state = (
        given(CATALOGUE, decided(YOUTH_TALKS), closed(stockholm_day(NOW))).when(decide(changed)).then(decided(changed))
    )
    assert isinstance(state, Listed)
    assert not state.is_open(stockholm_day(NOW))


def test_what_is_said_twice_of_a_day_happens_once() -> None:
    day = stockholm_day(NOW)
    given(CATALOGUE, decided(YOUTH_TALKS), closed(day)).when(close(day)).then()


def test_closing_says_why_and_never_rewrites_what_was() -> None:
    day, listed = stockholm_day(NOW), decided(YOUTH_TALKS)
    given(CATALOGUE).when(close(day)).refused("support-unknown", "SoL 11:5")
    given(CATALOGUE, listed).when(close(day, reason=" ")).refused("opening-reason-missing")
    given(CATALOGUE, listed).when(close(day - timedelta(days=1))).refused("opening-day-passed")
    given(CATALOGUE, listed).when(close(day, instead="ungdomssamtal")).refused("instead-of-itself")


def test_a_course_is_never_registered_as_family_treatment() -> None:
    course = replace(YOUTH_TALKS, content=Content.COURSE)
    given(CATALOGUE).when(decide(replace(course, counted_as=SupportClass.FAMILY_TREATMENT))).refused(
        "content-decides-class", "SoF 9:9", ("count-as-content",)
    )
    counted = replace(course, counted_as=SupportClass.PARENT_COURSE)
    given(CATALOGUE).when(decide(counted)).then(decided(counted))


TERMS = st.builds(
    replace,
    st.just(YOUTH_TALKS),
    kind=st.sampled_from(SupportKind),
    basis=st.sampled_from(LegalBasis),
    documentation=st.sampled_from(Documentation),
    age_from=st.none() | st.integers(0, 100),
    age_to=st.none() | st.integers(0, 100),
    special_reasons=st.sampled_from([None, "", "Unga kommer annars inte."]),
    content=st.none() | st.sampled_from(Content),
    counted_as=st.none() | st.sampled_from(SupportClass),
    reason=st.sampled_from(["", "Nämnden har ändrat sig."]),
)
DAYS = st.integers(-2, 40).map(lambda days: stockholm_day(NOW) + timedelta(days=days))
COMMANDS = st.lists(
    TERMS.map(decide)
    | st.builds(close, DAYS, st.sampled_from(["", "Stängt."]))
    | st.builds(OpenSupport, day=DAYS, reason=st.sampled_from(["", "Öppet."]), at=st.just(NOW)),
    max_size=12,
)


@for_all(commands=COMMANDS)
def test_no_order_of_commands_lets_what_the_act_forbids_be_direct(commands: list[Command]) -> None:
    state, versions = CATALOGUE.initial, 0
    for command in commands:
        try:
            events = CATALOGUE.decide(command, state)
        except Refused:
            continue
        state = fold(CATALOGUE, events, state)
        versions += any(isinstance(event, SupportDecided) for event in events)
        assert isinstance(state, Listed)
        assert state.version == versions
        terms = state.terms
        if terms.basis in {LegalBasis.DIRECT, LegalBasis.CHAPTER_13}:
            assert terms.content not in NEVER_DIRECT_CONTENT.value
            assert terms.kind not in NEVER_DIRECT.value
            assert terms.kind not in NEVER_DIRECT_FOR_YOUNG.value or (terms.age_from or 0) >= 21
        if terms.documentation is Documentation.NO_IDENTITY:
            assert terms.basis is LegalBasis.DIRECT
            assert terms.special_reasons
        if terms.counted_as is SupportClass.FAMILY_TREATMENT:
            assert terms.content is Content.FAMILY_WORK
        assert versions == 1 or terms.reason


def test_what_is_not_described_is_named() -> None:
    described = replace(
        YOUTH_TALKS,
        purpose="Att prata i tid.",
        content=Content.CHILD_TALKS,
        dose="Fem samtal.",
        place="Skolgatan 2",
        method="Stödsamtal",
        needs=(Need.YOUNG,),
        situation="För dig som vill prata.",
        languages=("sv",),
        forms=(MeetingForm.IN_PERSON,),
        cost="Gratis.",
        evidence=Evidence(status=EvidenceStatus.NOT_EVALUATED),
        next_steps="Du väljer en tid.",
        wait="En vecka.",
        ksi="ABC DE FG",
    )
    assert missing(described) == ()
    assert missing(replace(described, dose="", evidence=None)) == ("dose", "evidence")
    assert missing(replace(described, dose="", evidence=None, ksi="", basis=LegalBasis.LINK)) == ()
    assert missing(replace(described, ksi="")) == ("ksi",)


def test_a_decision_of_before_the_new_fields_can_still_be_read() -> None:
    written = json.loads(encode(decided(YOUTH_TALKS)))
    old = {"name", "what", "basis", "kind", "documentation", "age_from", "age_to", "districts", "capacity"}
    old |= {"valid_from", "valid_to", "decision", "special_reasons"}
    written["terms"] = {name: value for name, value in written["terms"].items() if name in old}
    assert decode(CATALOGUE, "support-decided", json.dumps(written)) == decided(YOUTH_TALKS)
