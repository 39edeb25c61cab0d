"""Who must agree before support is given, by age (SoL 21:1 and 21:2)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statute.ages import ADULT, birthday
from statute.answers import Allowed, Alternative, Refusal
from statute.consent import (
    ASSESSED_CHILD_CONSENTS,
    ASSESSED_PLACEMENT,
    ASSESSED_RIGHT,
    DIRECT_CHILD_CONSENT,
    GUARDIAN_HINDERED,
    GUARDIAN_OVERRULED,
    GUARDIANS_TOGETHER,
    OTHER_HOMES,
    SAFE_CONTACT,
    VOLUNTARY,
    Consents,
    Suitability,
    may_contact,
    may_receive_assessed,
    may_start_direct,
    overruling_one_guardian,
)
from statute.direct import DIRECT_SUPPORT, SupportKind

DAY = date(2026, 3, 2)
CHILD_ALONE = Consents(person=True, guardians=frozenset({"mother", "father"}))
ONE_OF_TWO = Consents(person=True, guardians=frozenset({"mother", "father"}), consenting=frozenset({"mother"}))
BOTH = Consents(person=True, guardians=frozenset({"mother", "father"}), consenting=frozenset({"mother", "father"}))
UNWILLING = Consents(person=False, guardians=BOTH.guardians, consenting=BOTH.consenting)

DAYS = st.dates(date(2025, 7, 1), date(2040, 12, 31))
SUITABILITY = st.sampled_from(Suitability)
PEOPLE = st.sampled_from(["mother", "father", "aunt"])
CONSENTS = st.builds(
    Consents, person=st.booleans(), guardians=st.frozensets(PEOPLE, max_size=2), consenting=st.frozensets(PEOPLE)
)


def aged(years: int) -> date:
    """The birth date of someone who turns `years` on DAY."""
    return date(DAY.year - years, DAY.month, DAY.day)


def test_a_17_year_old_gets_youth_counselling_without_a_guardian_when_it_is_suitable() -> None:
    answer = may_start_direct(aged(17), DAY, CHILD_ALONE, Suitability.SUITABLE)
    assert answer == Allowed((DIRECT_SUPPORT, DIRECT_CHILD_CONSENT))


def test_a_17_year_old_waits_for_the_suitability_to_be_assessed() -> None:
    answer = may_start_direct(aged(17), DAY, CHILD_ALONE, Suitability.NOT_ASSESSED)
    assert isinstance(answer, Refusal)
    assert answer.code == "suitability-not-assessed"
    assert answer.instead[0] is Alternative.ASSESS_SUITABILITY


def test_a_14_year_old_needs_the_guardians_and_is_shown_three_ways_talking_first() -> None:
    answer = may_start_direct(aged(14), DAY, CHILD_ALONE, Suitability.SUITABLE)
    assert answer == Refusal(
        "guardian-consent-required",
        DIRECT_CHILD_CONSENT,
        (Alternative.TALK_WITH_US, Alternative.APPLY_ASSESSED, Alternative.GUARDIAN_CONSENTS),
    )
    assert DIRECT_CHILD_CONSENT.reference == "SoL 21:2"


def test_under_12_the_assessed_path_is_not_offered_since_it_needs_the_guardian_too() -> None:
    answer = may_start_direct(aged(11), DAY, CHILD_ALONE, Suitability.SUITABLE)
    assert isinstance(answer, Refusal)
    assert answer.instead == (Alternative.TALK_WITH_US, Alternative.GUARDIAN_CONSENTS)


def test_one_guardian_of_two_is_not_enough_and_both_are() -> None:
    assert isinstance(may_start_direct(aged(14), DAY, ONE_OF_TWO, Suitability.SUITABLE), Refusal)
    assert may_start_direct(aged(14), DAY, BOTH, Suitability.NOT_ASSESSED) == Allowed(
        (DIRECT_SUPPORT, DIRECT_CHILD_CONSENT, GUARDIANS_TOGETHER)
    )


def test_when_no_guardian_is_known_nobody_has_consented() -> None:
    nobody = Consents(person=True, consenting=frozenset({"mother"}))
    assert isinstance(may_start_direct(aged(14), DAY, nobody, Suitability.SUITABLE), Refusal)
    assert isinstance(may_receive_assessed(aged(11), DAY, SupportKind.OPEN, nobody, Suitability.SUITABLE), Refusal)


def test_someone_who_is_no_guardian_cannot_consent_in_a_guardians_place() -> None:
    aunt = Consents(person=True, guardians=frozenset({"mother"}), consenting=frozenset({"aunt"}))
    assert isinstance(may_start_direct(aged(10), DAY, aunt, Suitability.SUITABLE), Refusal)


def test_an_adult_decides_alone() -> None:
    assert may_start_direct(aged(18), DAY, Consents(person=True), Suitability.NOT_ASSESSED) == Allowed(
        (DIRECT_SUPPORT, ADULT, VOLUNTARY)
    )


@pytest.mark.parametrize("age", [15, 17, 18, 40])
def test_from_15_nobody_gets_support_against_their_will(age: int) -> None:
    refused = Refusal("person-does-not-want", VOLUNTARY, (Alternative.ASK_THE_PERSON,))
    assert may_start_direct(aged(age), DAY, UNWILLING, Suitability.SUITABLE) == refused
    assert may_receive_assessed(aged(age), DAY, SupportKind.OPEN, UNWILLING, Suitability.SUITABLE) == refused


@given(st.dates(date(2000, 1, 1), date(2025, 6, 30)), DAYS, CONSENTS, SUITABILITY)
def test_no_child_under_15_ever_starts_direct_support_without_every_guardian(
    born: date, day: date, consents: Consents, suitability: Suitability
) -> None:
    answer = may_start_direct(born, day, consents, suitability)
    if birthday(born, 15) > day and not consents.from_every_guardian():
        assert isinstance(answer, Refusal)
        assert answer.rule.id == "direct-own-consent-from-15"
    if birthday(born, 15) <= day and consents.person and suitability is Suitability.SUITABLE:
        assert isinstance(answer, Allowed)


@pytest.mark.parametrize(("age", "allowed"), [(11, False), (12, True), (14, True), (15, True), (17, True)])
def test_assessed_support_without_a_guardian_begins_at_12(age: int, allowed: bool) -> None:
    answer = may_receive_assessed(aged(age), DAY, SupportKind.OPEN, CHILD_ALONE, Suitability.SUITABLE)
    assert isinstance(answer, Allowed) is allowed
    if isinstance(answer, Allowed):
        assert answer.rules[:2] == (ASSESSED_RIGHT, ASSESSED_CHILD_CONSENTS)


def test_the_day_before_the_birthday_decides_otherwise() -> None:
    born, day_before = date(2011, 3, 3), DAY
    assert isinstance(may_start_direct(born, day_before, CHILD_ALONE, Suitability.SUITABLE), Refusal)
    assert isinstance(may_start_direct(born, date(2026, 3, 3), CHILD_ALONE, Suitability.SUITABLE), Allowed)


def test_a_child_of_13_who_does_not_consent_gets_assessed_support_only_through_the_guardians() -> None:
    unwilling_alone = Consents(person=False, guardians=BOTH.guardians)
    answer = may_receive_assessed(aged(13), DAY, SupportKind.OPEN, unwilling_alone, Suitability.SUITABLE)
    assert isinstance(answer, Refusal)
    assert answer.code == "child-consent-required"
    assert isinstance(
        may_receive_assessed(aged(13), DAY, SupportKind.OPEN, UNWILLING, Suitability.NOT_ASSESSED), Allowed
    )


def test_what_is_not_suitable_needs_the_guardians() -> None:
    for ask in (
        may_start_direct(aged(16), DAY, CHILD_ALONE, Suitability.NOT_SUITABLE),
        may_receive_assessed(aged(16), DAY, SupportKind.OPEN, CHILD_ALONE, Suitability.NOT_SUITABLE),
    ):
        assert isinstance(ask, Refusal)
        assert ask.code == "not-suitable-without-guardian"
        assert Alternative.GUARDIAN_CONSENTS in ask.instead


@given(st.integers(0, 17), st.sampled_from(sorted(ASSESSED_PLACEMENT.value)), SUITABILITY)
def test_a_placement_of_a_child_always_needs_the_guardians(
    age: int, home: SupportKind, suitability: Suitability
) -> None:
    alone = may_receive_assessed(aged(age), DAY, home, CHILD_ALONE, suitability)
    assert alone == Refusal("placement-needs-guardian", ASSESSED_PLACEMENT, (Alternative.GUARDIAN_CONSENTS,))
    assert isinstance(may_receive_assessed(aged(age), DAY, home, BOTH, suitability), Allowed)


def test_homes_that_21_1_does_not_name_need_the_guardians_too() -> None:
    answer = may_receive_assessed(aged(16), DAY, SupportKind.PROTECTED_HOUSING, CHILD_ALONE, Suitability.SUITABLE)
    assert isinstance(answer, Refusal)
    assert answer.rule == OTHER_HOMES


def test_an_adult_receives_assessed_support_by_the_right_in_11_1() -> None:
    answer = may_receive_assessed(
        aged(18), DAY, SupportKind.FAMILY_HOME, Consents(person=True), Suitability.NOT_ASSESSED
    )
    assert answer == Allowed((ASSESSED_RIGHT, ADULT, VOLUNTARY))


@given(st.dates(date(2000, 1, 1), date(2025, 6, 30)), DAYS, st.sampled_from(SupportKind), CONSENTS, SUITABILITY)
def test_no_child_under_12_ever_gets_assessed_support_without_every_guardian(
    born: date, day: date, kind: SupportKind, consents: Consents, suitability: Suitability
) -> None:
    answer = may_receive_assessed(born, day, kind, consents, suitability)
    if birthday(born, 12) > day and not consents.from_every_guardian():
        assert isinstance(answer, Refusal)


def test_one_guardian_decides_alone_where_the_other_is_hindered() -> None:
    alone = Consents(True, BOTH.guardians, ONE_OF_TWO.consenting, hindered=frozenset({"father"}))
    answer = may_start_direct(aged(8), DAY, alone, Suitability.NOT_ASSESSED)
    assert answer == Allowed((DIRECT_SUPPORT, DIRECT_CHILD_CONSENT, GUARDIANS_TOGETHER, GUARDIAN_HINDERED))
    nobody_left = Consents(True, BOTH.guardians, BOTH.consenting, hindered=BOTH.guardians)
    assert isinstance(may_start_direct(aged(8), DAY, nobody_left, Suitability.SUITABLE), Refusal)


def test_with_one_guardian_s_yes_the_assessed_path_is_shown_at_any_age() -> None:
    assert overruling_one_guardian(CHILD_ALONE, DAY) is None
    assert overruling_one_guardian(ONE_OF_TWO, DAY) == GUARDIAN_OVERRULED
    answer = may_start_direct(aged(8), DAY, ONE_OF_TWO, Suitability.SUITABLE)
    assert isinstance(answer, Refusal)
    assert Alternative.APPLY_ASSESSED in answer.instead


def test_nobody_is_contacted_where_it_is_not_safe() -> None:
    assert may_contact(safe=True, day=DAY) == Allowed((SAFE_CONTACT,))
    assert may_contact(safe=False, day=DAY) == Refusal(
        "contact-not-safe", SAFE_CONTACT, (Alternative.TALK_WITH_US, Alternative.APPLY_ASSESSED)
    )
