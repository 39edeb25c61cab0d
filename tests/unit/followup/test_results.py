"""Both ways side by side, in one vocabulary."""

from dataclasses import replace

from contracts.vocabulary import Path
from followup.views.results import NO_SUPPORT, Line, Tally, results, shares
from followup.views.small_cells import Hidden

TALKS = Tally(
    path=Path.DIRECT,
    visits=False,
    support="ungdomssamtal",
    group=None,
    reached=40,
    started=30,
    declined=(),
    ended=20,
    completed=15,
    lost_contact=5,
    changes=(*[4] * 8, *[0] * 5, *[-2] * 5),
    instruments=frozenset({"hur-har-du-det"}),
)
ADVICE = replace(TALKS, support="radgivning", reached=60, started=60, ended=0, completed=0, lost_contact=0, changes=())
TREATMENT = replace(
    TALKS, path=Path.ASSESSED, support="familjebehandling", declined=(*["no-trust"] * 5, *["too-far"] * 5)
)
VISITS = replace(TALKS, visits=True, support="droppin", reached=50, started=50, ended=50, completed=0, lost_contact=0)


def test_each_way_has_its_sum_and_its_supports() -> None:
    found = results([TALKS, ADVICE, TREATMENT], few=5)
    assert found.direct.total.numbers == {
        "reached": 100,
        "started": 90,
        "not_started": 10,
        "declined": 0,
        "waiting": 10,
        "ended": 20,
        "ongoing": 70,
        "completed": 15,
        "not_completed": 5,
        "lost_contact": 5,
        "ended_otherwise": 0,
        "measured": Hidden.PROTECTS,
        "not_measured": Hidden.PROTECTS,
        "improved": Hidden.PROTECTS,
        "not_improved": Hidden.PROTECTS,
        "unchanged": Hidden.PROTECTS,
        "worse": Hidden.PROTECTS,
    }, "two ended without a measure, which is too few to tell"
    assert found.direct.supports is not None
    assert {name: line.numbers["reached"] for name, line in found.direct.supports.items()} == {
        "ungdomssamtal": 40,
        "radgivning": 60,
    }
    assert found.assessed.total.numbers["declined"] == 10
    assert found.assessed.decline_reasons == {"no-trust": 5, "too-far": 5}


def test_change_is_told_with_how_many_were_measured_and_how_many_were_not() -> None:
    measured = replace(TALKS, ended=25)
    line = results([measured], few=5).direct.total
    assert (line.numbers["measured"], line.numbers["not_measured"]) == (18, 7)
    assert (line.numbers["improved"], line.numbers["unchanged"], line.numbers["worse"]) == (8, 5, 5)
    assert line.median_change == 0


def test_no_median_is_taken_over_points_of_different_instruments() -> None:
    other = replace(TALKS, support="annat", instruments=frozenset({"annat-matt"}), ended=25)
    found = results([replace(TALKS, ended=25), other], few=5)
    assert found.direct.total.median_change is None
    assert found.direct.supports is not None
    assert found.direct.supports["annat"].median_change == 0


def test_visits_without_identity_are_counted_beside_and_tell_no_end_of_their_own() -> None:
    found = results([TALKS, VISITS], few=5)
    assert found.direct.total.numbers["reached"] == 40
    assert found.visits.total.numbers == {
        "reached": 50,
        "measured": 18,
        "not_measured": 32,
        "improved": 8,
        "not_improved": 10,
        "unchanged": 5,
        "worse": 5,
    }
    assert found.visits.decline_reasons is None


def test_a_way_with_fewer_than_five_tells_nothing_more() -> None:
    few = replace(TREATMENT, reached=3, started=1, declined=("no-trust",), ended=1, completed=1, changes=(9,))
    found = results([TALKS, few], few=5)
    assert set(found.assessed.total.numbers.values()) == {Hidden.FEW}
    assert found.assessed.total.median_change is None
    assert found.assessed.supports is None
    assert found.assessed.decline_reasons is None


def test_a_way_that_nobody_came_shows_zeroes() -> None:
    found = results([], few=5)
    assert set(found.direct.total.numbers.values()) == {0}
    assert found.direct.supports == {}
    assert found.direct.total.median_change is None


def test_who_was_offered_nothing_stands_in_a_row_of_its_own() -> None:
    nothing = replace(TREATMENT, support=NO_SUPPORT, reached=12, started=0, declined=(), ended=0, changes=())
    nothing = replace(nothing, completed=0, lost_contact=0)
    found = results([TREATMENT, nothing], few=5)
    assert found.assessed.supports is not None
    assert found.assessed.supports[NO_SUPPORT].numbers["reached"] == 12


def test_a_support_is_broken_down_by_group_and_small_groups_hide() -> None:
    women, men, others = (replace(TALKS, group=group) for group in ("woman", "man", "other"))
    others = replace(others, reached=3, started=3, ended=3, completed=3, lost_contact=0, changes=())
    found = results([women, men, others], few=5)
    assert found.direct.supports is not None
    [line] = found.direct.supports.values()
    assert line.groups is not None
    assert {group: each.numbers["reached"] for group, each in line.groups.items()} == {
        "man": Hidden.PROTECTS,
        "other": Hidden.FEW,
        "woman": 40,
    }
    assert found.direct.total.groups is None


def test_a_share_is_told_where_both_numbers_are() -> None:
    told = shares(Line({"reached": 20, "started": 5, "ended": 0, "completed": 0, "measured": 20}, None, None))
    assert told == {"started": 0.25, "completed": None}
    hidden = Line({"reached": Hidden.PROTECTS, "started": 5, "ended": 20, "completed": Hidden.FEW}, None, None)
    assert shares(hidden) == {"started": None, "completed": None}
