"""A rule answers with the version in force on a day, and cannot be written wrongly."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statute.answers import Alternative, Field, Task
from statute.law import rules
from statute.rules import ACT_IN_FORCE, Certainty, NotInForceError, Rule

ALL_RULES = [rule for _, _, rule in rules()]

FIRST = Rule(
    id="example",
    reference="SoL 0:0",
    title="Exempel",
    says="An example.",
    certainty=Certainty.CERTAIN,
    value=10,
    valid_to=date(2025, 12, 31),
)
SECOND = replace(FIRST, value=20, valid_from=date(2026, 3, 1), valid_to=date(2026, 6, 30), before=FIRST)
THIRD = replace(SECOND, value=30, valid_from=date(2026, 7, 1), valid_to=None, before=SECOND)


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2025, 7, 1), 10),
        (date(2025, 12, 31), 10),
        (date(2026, 3, 1), 20),
        (date(2026, 6, 30), 20),
        (date(2026, 7, 1), 30),
        (date(2099, 1, 1), 30),
    ],
)
def test_the_version_of_the_day_answers_on_its_first_and_last_day(day: date, value: int) -> None:
    assert THIRD.on(day).value == value


@pytest.mark.parametrize("day", [date(2025, 6, 30), date(2026, 1, 1), date(2026, 2, 28)])
def test_a_day_without_a_version_is_a_clear_error(day: date) -> None:
    assert not THIRD.in_force(day)
    with pytest.raises(NotInForceError, match=rf"SoL 0:0 \(example\) was not in force on {day}"):
        THIRD.on(day)


@given(st.dates(date(2025, 1, 1), date(2030, 1, 1)))
def test_at_most_one_version_is_in_force_on_any_day(day: date) -> None:
    holding = [v for v in THIRD.versions() if v.valid_from <= day and (v.valid_to is None or day <= v.valid_to)]
    assert len(holding) == THIRD.in_force(day)
    assert holding == [THIRD.on(day)] if holding else True


def test_versions_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="two versions in force"):
        replace(FIRST, valid_from=date(2025, 12, 31), valid_to=None, before=FIRST)


def test_a_version_that_never_ended_cannot_be_replaced() -> None:
    with pytest.raises(ValueError, match="two versions in force"):
        replace(FIRST, valid_from=date(2026, 1, 1), valid_to=None, before=replace(FIRST, valid_to=None))


def test_a_version_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        replace(FIRST, valid_to=date(2025, 6, 30))


def test_a_version_of_another_rule_cannot_be_replaced() -> None:
    with pytest.raises(ValueError, match="cannot replace"):
        replace(SECOND, id="another")


def test_ids_are_unique_kebab_case_and_no_other_code() -> None:
    ids = [rule.id for rule in ALL_RULES]
    assert len(ids) == len(set(ids)) > 40
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule_id) for rule_id in ids)
    assert set(ids).isdisjoint({*Task, *Alternative, *Field})


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.id)
def test_every_rule_says_what_it_rests_on(rule: Rule[object]) -> None:
    for version in rule.versions():
        assert version.reference
        assert version.title
        assert version.says.endswith(".")
        assert version.valid_from >= ACT_IN_FORCE


@pytest.mark.parametrize("rule", ALL_RULES, ids=lambda rule: rule.id)
def test_no_rule_applied_before_the_act_and_every_rule_applies_in_2026(rule: Rule[object]) -> None:
    assert not rule.in_force(ACT_IN_FORCE - timedelta(days=1))
    assert rule.in_force(date(2026, 1, 1))
