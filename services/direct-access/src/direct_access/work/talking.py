"""Somebody wants to talk."""

from uuid import UUID

from chassis import event_store
from chassis.clock import new_id
from chassis.commands import Desk
from chassis.decider import Origin, Step
from chassis.districts import require_district
from chassis.handle import Answer, handle
from chassis.problems import Problem
from chassis.reference import reference_of
from direct_access.model import talk
from direct_access.requests.citizen import TalkRequest
from direct_access.requests.staff import TalkAnswer
from direct_access.store import TALK


async def request_talk(desk: Desk, origin: Origin, request: TalkRequest) -> Answer:
    """Ask to talk."""
    require_district(desk, origin.board, request.district)
    talk_id = new_id()
    command = request.to_command(at=origin.at, board=origin.board, talk=talk_id, person=new_id())
    step = Step(decider=TALK, stream=talk_id, command=command, new=True)
    answer = {"talk_id": str(talk_id), "reference": reference_of(talk_id)}
    return (await handle(desk.store, origin, step, answer=answer)).answer


async def answer_talk(desk: Desk, origin: Origin, talk_id: UUID, request: TalkAnswer) -> Answer:
    """Say that the person was reached."""
    state = await find_talk(desk, origin.board, talk_id)
    command = request.to_command(at=origin.at, person=state.request.person)
    step = Step(decider=TALK, stream=talk_id, command=command)
    return (await handle(desk.store, origin, step, answer={"talk_id": str(talk_id)})).answer


async def find_talk(desk: Desk, board: UUID, talk_id: UUID) -> talk.Waiting | talk.Answered:
    """A talk as it stands.

    Raises:
        Problem: 404, the board has no such talk.
    """
    state = (await event_store.load(desk.store.pool, board, talk_id, TALK)).state
    if isinstance(state, talk.NotRequested):
        raise Problem(404, "talk-not-found")
    return state
