"""Times and their seats."""

from typing import Any
from uuid import UUID

from chassis import event_store
from chassis.clock import new_id
from chassis.commands import Desk
from chassis.decider import Origin, Refused, Step
from chassis.districts import require_district
from chassis.handle import Answer, handle
from chassis.problems import problem_of_field
from direct_access.decide.catalogue import check_open
from direct_access.decide.support import Chosen
from direct_access.decide.time import ReleaseSeat
from direct_access.model import catalogue, time
from direct_access.requests.staff import TimeToOffer
from direct_access.store import TIME
from direct_access.work.deciding import find_entry
from statute.clocks import stockholm_day


def releasing(origin: Origin, support_id: UUID, freed: frozenset[UUID]) -> list[Step[Any]]:
    """What it takes to give the seats in these times up."""
    free = ReleaseSeat(support_id=support_id, at=origin.at)
    return [Step(decider=TIME, stream=each, command=free) for each in sorted(freed)]


async def offer_time(desk: Desk, origin: Origin, request: TimeToOffer) -> Answer:
    """Offer a time.

    Raises:
        Problem: 422, the board has no such district or place.
    """
    require_district(desk, origin.board, request.district)
    if request.place not in {
        place for board in desk.municipality.boards if board.id == origin.board for place in board.places
    }:
        raise problem_of_field("place", "no-such-place")
    entry = await find_entry(desk, origin.board, request.support)
    command = request.to_command(at=origin.at, board=origin.board, time=new_id(), entry=entry)
    step = Step(decider=TIME, stream=command.time, command=command, new=True)
    return (await handle(desk.store, origin, step, answer={"time_id": str(command.time)})).answer


async def choose(desk: Desk, board: UUID, time_id: UUID) -> Chosen:
    state = (await event_store.load(desk.store.pool, board, time_id, TIME)).state
    if isinstance(state, time.NotOffered):
        raise Refused("time-not-found")
    entry = await find_entry(desk, board, state.offer.support)
    if isinstance(entry, catalogue.Listed):
        check_open(entry, stockholm_day(state.offer.starts_at))
    return Chosen(time=time_id, starts_at=state.offer.starts_at, place=state.offer.place)
