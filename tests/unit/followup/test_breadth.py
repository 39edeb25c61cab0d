"""What boards give, counted so that they can be compared."""

from hypothesis import given as for_all
from hypothesis import strategies as st

from contracts.direct_access import Documentation, LegalBasis
from followup.views.breadth import Given, breadth

GIVEN = st.builds(
    Given,
    basis=st.sampled_from(LegalBasis).map(str),
    documentation=st.sampled_from(Documentation).map(str),
    needs=st.lists(st.sampled_from(["young", "violence", "money"]), max_size=4).map(tuple),
    complete=st.none() | st.booleans(),
    with_conditions=st.none() | st.booleans(),
    open=st.booleans(),
)


def a_support(**told: object) -> Given:
    usual = {"basis": "direct", "documentation": "documented", "needs": ("young",), "complete": True}
    return Given(**{**usual, "with_conditions": False, "open": True, **told})  # type: ignore[arg-type]


def test_supports_are_counted_by_basis_and_need() -> None:
    found = breadth(
        [
            a_support(needs=("young", "violence"), documentation="no-identity", open=False),
            a_support(basis="assessed", complete=False, with_conditions=True),
            a_support(complete=None, with_conditions=None, needs=()),
        ]
    )
    assert found.supports == 3
    assert found.by_basis == {"direct": 2, "chapter-13": 0, "assessed": 1, "link": 0}
    assert found.by_need == {"violence": 1, "young": 2}
    assert (found.without_identity, found.with_conditions, found.open_now) == (1, 1, 2)
    assert found.complete_share == 0.5


def test_where_nobody_has_told_of_descriptions_no_share_is_made_up() -> None:
    assert breadth([]).complete_share is None
    assert breadth([a_support(complete=None)]).complete_share is None


@for_all(st.lists(GIVEN))
def test_every_support_is_counted_once_by_basis_and_at_most_once_in_each_need(given: list[Given]) -> None:
    found = breadth(given)
    assert sum(found.by_basis.values()) == found.supports == len(given)
    assert all(count <= len(given) for count in found.by_need.values())
    assert found.complete_share is None or 0 <= found.complete_share <= 1
