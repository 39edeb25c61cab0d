"""A request's work, the same for people (`pages`) and programs (`api`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from chassis.auth import Principal, require
from chassis.clock import now
from chassis.commands import Desk, staff_origin
from chassis.decider import Refused, Step
from chassis.handle import handle
from chassis.languages import swedish_order
from chassis.municipality import Board
from chassis.problems import Problem
from contracts.vocabulary import AgeBand, Gender
from followup import store
from followup.decide import EndedByCaseworker, EndFollowUp
from followup.store import FOLLOW_UPS, KnownCase, ListedFollowUp
from followup.views.breadth import Breadth, breadth
from followup.views.results import By, Results, results
from statute.clocks import stockholm_day
from statute.follow_up import INFORM_OF_FOLLOW_UP
from statute.rules import Rule
from statute.small_cells import fewest_shown

Reader = Annotated[Principal, Depends(require("analyst", "team_lead", "caseworker", "qualified_caseworker"))]
"""Who reads the results."""
CaseReader = Annotated[Principal, Depends(require("caseworker", "qualified_caseworker", "team_lead"))]
"""Who reads what is known of one case, and the list of children's follow-ups."""
Caseworker = Annotated[Principal, Depends(require("caseworker", "qualified_caseworker"))]
"""Who ends a follow-up."""

STAYS_DAYS = 60
"""How long a follow-up that has ended stays on the list."""


@dataclass(frozen=True, slots=True)
class Found:
    """The results, and in which order and words to show them."""

    results: Results
    rule: Rule[int]
    """Why small numbers are hidden."""
    names: Mapping[str, str]
    """What the board's catalogue calls each support."""
    groups: Mapping[str, str | None]
    """The groups that are known beforehand, in order; a district with its name."""

    def name_of(self, support: str) -> str:
        """What a support is called: by its code, where the board's catalogue does not name it."""
        return self.names.get(support, support)

    def in_order(self, supports: Mapping[str, object]) -> list[str]:
        """The codes of supports in the Swedish order of their names, who has none last."""
        return sorted(supports, key=lambda code: (not code, swedish_order(self.name_of(code))))

    def groups_in_order(self, groups: Mapping[str, object]) -> list[tuple[str, str | None]]:
        """The groups that were found, each with its name if it has one; those nobody knew of last."""
        known = [(group, name) for group, name in self.groups.items() if group in groups]
        return known + [(group, None) for group in sorted(groups) if group not in self.groups]


async def find_results(desk: Desk, board: UUID, by: By | None) -> Found:
    """A board's results as they may be shown today."""
    rule = fewest_shown(stockholm_day(now()))
    counted = await store.count(desk.store.pool, board, by)
    return Found(results(counted.tallies, rule.value), rule, counted.names, _groups(desk, board, by))


async def compare_boards(desk: Desk) -> list[tuple[Board, Breadth]]:
    """What each board of the municipality gives today. A catalogue is public, so every board's is shown to all."""
    today = stockholm_day(now())
    return [
        (board, breadth(await store.list_given(desk.store.pool, board.id, today))) for board in desk.municipality.boards
    ]


async def find_case(desk: Desk, board: UUID, case_id: UUID) -> KnownCase:
    """What is known of a case.

    Raises:
        Problem: 404 where nothing has been heard of it on this board.
    """
    case = await store.find_case(desk.store.pool, board, case_id)
    if case is None:
        raise Problem(404, "not-found")
    return case


async def list_follow_ups(desk: Desk, board: UUID) -> list[ListedFollowUp]:
    """A board's running follow-ups of children, and those that ended lately."""
    return await store.list_follow_ups(desk.store.pool, board, stockholm_day(now()) - timedelta(days=STAYS_DAYS))


async def find_follow_up(desk: Desk, board: UUID, case_id: UUID) -> ListedFollowUp:
    """A child's follow-up.

    Raises:
        Problem: 404 where there is none in this case on this board.
    """
    found = await store.find_follow_up(desk.store.pool, board, case_id)
    if found is None:
        raise Problem(404, "not-found")
    return found


def told_from_age() -> int:
    """The age, in years, from which a child itself is told that follow-up begins and ends (SoL 23:3)."""
    return INFORM_OF_FOLLOW_UP.on(stockholm_day(now())).value


async def end_follow_up(
    request: Request, desk: Desk, principal: Principal, key: str, case_id: UUID, reason: EndedByCaseworker
) -> None:
    """End a follow-up, once for each `key`.

    Raises:
        Problem: 404, there is none in this case on this board.
        Refused: `follow-up-is-over`.
    """
    role = "qualified_caseworker" if "qualified_caseworker" in principal.roles else "caseworker"
    origin = await staff_origin(request, desk, principal, key, role=role, purpose="follow-up-child")
    command = EndFollowUp(at=origin.at, reason=reason)
    try:
        await handle(desk.store, origin, Step(decider=FOLLOW_UPS, stream=case_id, command=command))
    except Refused as refused:
        if refused.code == "no-such-follow-up":
            raise Problem(404, refused.code) from None
        raise


def _groups(desk: Desk, board: UUID, by: By | None) -> Mapping[str, str | None]:
    match by:
        case None:
            return {}
        case By.DISTRICT:
            districts = [each for found in desk.municipality.boards if found.id == board for each in found.districts]
            return {**{each.code: each.name for each in districts}, "unknown": None}
        case By.GENDER:
            return {each.value: None for each in Gender}
        case By.AGE:
            return {each.value: None for each in AgeBand}
