"""What may be given without assessment, and what its records hold (SoL 11:5, 11:6, 14:3–14:5)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statute.answers import Allowed, Alternative, Refusal, Task
from statute.direct import (
    ADVICE_UNDOCUMENTED,
    APPLICATION_INFORMATION,
    BOARD_CATALOGUE,
    CONTENT_DECIDES_CLASS,
    DIRECT_SUPPORT,
    DISPUTED_IS_NOTED,
    DOCUMENT,
    IDENTITY_FIELDS,
    IDENTITY_UNDOCUMENTED,
    NEVER_DIRECT,
    NEVER_DIRECT_CONTENT,
    NEVER_DIRECT_FOR_YOUNG,
    UNIDENTIFIED_FROM_15,
    Content,
    Documentation,
    Duty,
    Record,
    SupportClass,
    SupportKind,
    duty_to_note,
    may_be_direct,
    may_come_unidentified,
    may_count_as,
    may_end_direct,
    may_hold_without_identity,
    may_leave_out_identity,
    may_note,
    what_to_document,
)

DAY = date(2026, 3, 2)
AGES = st.integers(0, 120)


@given(st.sampled_from(sorted(NEVER_DIRECT.value)), AGES)
def test_the_listed_kinds_are_never_direct_at_any_age(kind: SupportKind, age: int) -> None:
    assert may_be_direct(kind, None, age, DAY) == Refusal(
        "always-needs-assessment", NEVER_DIRECT, (Alternative.APPLY_ASSESSED,)
    )


@pytest.mark.parametrize("kind", sorted(NEVER_DIRECT_FOR_YOUNG.value))
@pytest.mark.parametrize("age", [0, 17, 18, 20, 21, 90])
def test_homes_for_care_are_direct_from_21_only(kind: SupportKind, age: int) -> None:
    answer = may_be_direct(kind, Content.HOUSING, age, DAY)
    assert isinstance(answer, Allowed) is (age >= 21)
    if isinstance(answer, Refusal):
        assert answer.rule == NEVER_DIRECT_FOR_YOUNG


@given(AGES)
def test_open_support_may_be_direct_for_everyone_as_the_board_decides(age: int) -> None:
    assert may_be_direct(SupportKind.OPEN, Content.TALKS, age, DAY) == Allowed((DIRECT_SUPPORT, BOARD_CATALOGUE))


@pytest.mark.parametrize("content", Content)
def test_what_is_done_is_looked_at_whatever_the_support_is_called(content: Content) -> None:
    answer = may_be_direct(SupportKind.OPEN, content, 30, DAY)
    assert isinstance(answer, Refusal) is (content in {Content.CONTACT, Content.MONEY})
    if isinstance(answer, Refusal):
        assert (answer.code, answer.rule) == ("always-needs-assessment", NEVER_DIRECT_CONTENT)


def test_the_closed_list_covers_every_kind_but_open_support() -> None:
    assert NEVER_DIRECT.value | NEVER_DIRECT_FOR_YOUNG.value == set(SupportKind) - {SupportKind.OPEN}
    assert not NEVER_DIRECT.value & NEVER_DIRECT_FOR_YOUNG.value


@pytest.mark.parametrize(
    ("by_board", "reasons", "code"),
    [(False, True, "only-the-board-decides"), (True, False, "special-reasons-missing")],
)
def test_identity_is_left_out_only_by_the_boards_decision_with_special_reasons(
    by_board: bool, reasons: bool, code: str
) -> None:
    refused = may_leave_out_identity(decided_by_board=by_board, special_reasons=reasons, day=DAY)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.rule) == (code, IDENTITY_UNDOCUMENTED)
    allowed = may_leave_out_identity(decided_by_board=True, special_reasons=True, day=DAY)
    assert allowed == Allowed((IDENTITY_UNDOCUMENTED,))


def test_a_child_under_15_cannot_come_unidentified() -> None:
    assert isinstance(may_come_unidentified(15, DAY), Allowed)
    refused = may_come_unidentified(14, DAY)
    assert isinstance(refused, Refusal)
    assert refused.rule == UNIDENTIFIED_FROM_15
    assert refused.instead[0] is Alternative.TALK_WITH_US


def test_the_board_chooses_among_three_ways_to_document() -> None:
    assert what_to_document(Documentation.FULL, DAY) == Record(Duty.REQUIRED, Duty.REQUIRED, DOCUMENT)
    assert what_to_document(Documentation.ADVICE, DAY) == Record(Duty.OPTIONAL, Duty.OPTIONAL, ADVICE_UNDOCUMENTED)
    assert what_to_document(Documentation.WITHOUT_IDENTITY, DAY) == Record(
        Duty.FORBIDDEN, Duty.REQUIRED, IDENTITY_UNDOCUMENTED
    )


def test_notes_are_required_optional_or_forbidden_as_the_board_decided() -> None:
    duties = [duty_to_note(documentation, DAY) for documentation in Documentation]
    assert duties == [Duty.REQUIRED, Duty.OPTIONAL, Duty.FORBIDDEN]
    assert may_note(Documentation.FULL, DAY) == Allowed((DOCUMENT, DISPUTED_IS_NOTED))
    assert may_note(Documentation.ADVICE, DAY) == Allowed((ADVICE_UNDOCUMENTED, DISPUTED_IS_NOTED))
    assert may_note(Documentation.WITHOUT_IDENTITY, DAY) == Refusal(
        "no-notes-without-identity", IDENTITY_FIELDS, (Alternative.REPORT_CONCERN,)
    )


@pytest.mark.parametrize("field", sorted(IDENTITY_FIELDS.value))
def test_no_identifying_field_is_held_without_identity(field: str) -> None:
    refused = may_hold_without_identity(["support_id", field], DAY)
    assert refused == Refusal("identity-in-record", IDENTITY_FIELDS)


def test_what_identifies_nobody_is_held_without_identity() -> None:
    answer = may_hold_without_identity(["support_id", "attended_on", "score", "age_band"], DAY)
    assert answer == Allowed((IDENTITY_FIELDS, IDENTITY_UNDOCUMENTED))


def test_ending_is_never_barred_and_leaves_untold_information_as_a_task() -> None:
    assert may_end_direct(informed_of_application=True, day=DAY) == Allowed((APPLICATION_INFORMATION,))
    assert may_end_direct(informed_of_application=False, day=DAY) == Allowed(
        (APPLICATION_INFORMATION,), (Task.INFORM_OF_APPLICATION,)
    )


@given(st.sampled_from(SupportClass), st.none() | st.sampled_from(Content))
def test_content_decides_what_a_support_is_counted_as(counted_as: SupportClass, content: Content | None) -> None:
    answer = may_count_as(counted_as, content, DAY)
    if content in CONTENT_DECIDES_CLASS.value[counted_as]:
        assert isinstance(answer, Allowed)
    else:
        assert answer == Refusal("content-decides-class", CONTENT_DECIDES_CLASS, (Alternative.COUNT_AS_CONTENT,))


def test_a_course_is_never_family_treatment() -> None:
    assert isinstance(may_count_as(SupportClass.FAMILY_TREATMENT, Content.COURSE, DAY), Refusal)
    assert isinstance(may_count_as(SupportClass.FAMILY_TREATMENT, None, DAY), Refusal)
    assert isinstance(may_count_as(SupportClass.FAMILY_TREATMENT, Content.FAMILY_WORK, DAY), Allowed)


def test_each_content_is_counted_as_one_class_and_each_class_has_a_content() -> None:
    counted = [content for contents in CONTENT_DECIDES_CLASS.value.values() for content in contents]
    assert sorted(counted) == sorted(Content)
    assert set(CONTENT_DECIDES_CLASS.value) == set(SupportClass)
