"""Visits without identity, and who walked in."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from starlette.requests import Request

from chassis import event_store
from chassis.clock import new_id
from chassis.commands import Desk, citizen_origin
from chassis.decider import Origin, Refused, Step
from chassis.districts import require_district
from chassis.handle import Answer, handle
from chassis.receipt_code import draw_code
from direct_access.decide.visit import MeasureVisit, StartVisit
from direct_access.decide.walk_in import CountWalkIn, MendCount
from direct_access.model import visit, walk_in
from direct_access.requests.citizen import VisitMeasure, VisitRequest
from direct_access.requests.staff import WalkIn
from direct_access.store import VISIT, WALK_IN
from direct_access.translate import beginning_of
from direct_access.work.deciding import find_entry
from statute.clocks import stockholm_day


async def start_visit(desk: Desk, origin: Origin, request: VisitRequest, support_code: str) -> Answer:
    """Let somebody in without asking who, with a code.

    A keyed digest of it is kept, and this answer, sealed, for as long as the same request may come again: a page that
    is loaded anew shows the same code.
    """
    require_district(desk, origin.board, request.district)
    code = draw_code()
    on = stockholm_day(origin.at)
    command = StartVisit(
        board=origin.board,
        visit=visit_of(desk, code),
        entry=await find_entry(desk, origin.board, support_code),
        district=request.district,
        on=on,
    )
    step = Step(decider=VISIT, stream=command.visit, command=command, new=True)
    # The support id is drawn for this answer alone and leads nowhere.
    answer = {"code": code, "support_id": str(new_id())[:8]}
    return (await handle(desk.store, without_trace(origin, on), step, answer=answer)).answer


async def count_walk_in(desk: Desk, origin: Origin, request: WalkIn) -> Answer:
    """Count one more who walked in, or one fewer. Neither the moment nor who counted is kept."""
    on = stockholm_day(origin.at)
    stream = walk_in.count_id(origin.board, request.support, on)
    entry = await find_entry(desk, origin.board, request.support)
    command = MendCount(on=on) if request.mend else CountWalkIn(board=origin.board, count=stream, entry=entry, on=on)
    step = Step(decider=WALK_IN, stream=stream, command=command)
    return (await handle(desk.store, without_trace(origin, on), step, answer={"counted": True})).answer


async def measure_visit(desk: Desk, request: Request, key: str, answers: VisitMeasure) -> Answer:
    """Register a visitor's answers, found by the code alone.

    Raises:
        Refused: no visit has this code, or both measures are taken.
    """
    found = await find_visit(desk, answers.code)
    if found is None:
        raise Refused("code-unknown")
    board, visited = found
    origin = await citizen_origin(request, desk, board, key, purpose="measure-visit")
    on = stockholm_day(origin.at)
    command = MeasureVisit(answers=answers.to_answers(), on=on)
    step = Step(decider=VISIT, stream=visited.started.visit, command=command)
    answer = {"answered": "after" if visited.measured else "before"}
    return (await handle(desk.store, without_trace(origin, on), step, answer=answer)).answer


async def find_visit(desk: Desk, code: str) -> tuple[UUID, visit.Visit] | None:
    """The board and the visit that a code belongs to."""
    stream = visit_of(desk, code)
    for board in desk.municipality.boards:
        state = (await event_store.load(desk.store.pool, board.id, stream, VISIT)).state
        if isinstance(state, visit.Visit):
            return board.id, state
    return None


def visit_of(desk: Desk, code: str) -> UUID:
    """The stream of a visit: a keyed digest of its code."""
    return desk.store.answers.command_id("visitor", "receipt-code", code)


def without_trace(origin: Origin, on: date) -> Origin:
    """The origin as it may be kept where identity is not documented: the day, nobody's name, no trace (SoL 14:5)."""
    return replace(origin, at=beginning_of(on), role="citizen", actor=None, linked=False)
