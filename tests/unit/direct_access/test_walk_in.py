"""Who walks in is counted and nothing else."""

from dataclasses import replace

from tests.given import given
from tests.unit.direct_access import a_catalogue as a

from direct_access.decide.walk_in import CountWalkIn, MendCount
from direct_access.model.walk_in import CountMended, WalkedIn, count_id
from direct_access.store import WALK_IN

TODAY = a.NOW.date()
ID = count_id(a.BOARD, "ungdomssamtal", TODAY)
ONE_MORE = CountWalkIn(board=a.BOARD, count=ID, entry=a.listed(a.DROP_IN), on=TODAY)
CAME = WalkedIn(board=a.BOARD, count=ID, support="ungdomssamtal", on=TODAY)
MENDED = CountMended(on=TODAY)


def test_each_press_counts_one_and_a_mistake_is_taken_back() -> None:
    state = given(WALK_IN, CAME).when(ONE_MORE).then(CAME)
    assert WALK_IN.rows(state)["walk_ins"][0]["walk_ins"] == 2
    state = given(WALK_IN, CAME, CAME).when(MendCount(on=TODAY)).then(MENDED)
    assert WALK_IN.rows(state)["walk_ins"][0]["walk_ins"] == 1
    given(WALK_IN, CAME, MENDED).when(MendCount(on=TODAY)).refused("nobody-counted")
    given(WALK_IN).when(MendCount(on=TODAY)).refused("nobody-counted")


def test_nobody_walks_in_where_one_books() -> None:
    given(WALK_IN).when(replace(ONE_MORE, entry=a.listed())).refused("not-drop-in")
