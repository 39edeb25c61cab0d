"""A request's work, the same for people (`pages`) and programs (`api`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from starlette.requests import Request as HttpRequest

from assessment import views
from assessment.model.events import DecisionMade, Event, InvestigationOpened
from assessment.model.investigation import NotOpened, State
from assessment.requests.choice import Proposal
from assessment.requests.steps import Request
from assessment.store import INVESTIGATION
from assessment.views import Letter
from chassis import event_store
from chassis.auth import Principal, require
from chassis.clock import now
from chassis.commands import Desk, staff_origin
from chassis.decider import Refused, Step
from chassis.event_store import Recorded
from chassis.handle import handle
from chassis.listed_supports import ListedSupport, list_supports
from chassis.personal import sealed_parts
from chassis.problems import Problem, problem_of_field
from contracts.direct_access import LegalBasis
from keyring import Erased
from statute.clocks import stockholm_day

Caseworker = Annotated[Principal, Depends(require("caseworker", "qualified_caseworker"))]
"""Who works in investigations; those about children and youth need the qualified (SoL 25:1)."""
Reader = Annotated[Principal, Depends(require("caseworker", "qualified_caseworker", "team_lead"))]

Told = Mapping[str, str] | Erased
"""One opened part: its fields, or the mark that it has been erased."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, with its parts opened."""

    recorded: Recorded
    told: tuple[Told, ...]

    @property
    def event(self) -> Event:
        """What happened."""
        event: Event = self.recorded.event
        return event


@dataclass(frozen=True, slots=True)
class CaseFile:
    """An investigation as an officer reads it."""

    state: State
    entries: tuple[Entry, ...]

    @property
    def opening(self) -> Entry:
        """How it began: the parts of the person and of the others, as far as intake sent any."""
        return self.entries[0]

    def has_subject(self) -> bool:
        """Whether the first of the opening's parts is about the person."""
        opened = self.opening.event
        return isinstance(opened, InvestigationOpened) and opened.subject is not None

    def subject(self) -> Mapping[str, str]:
        """What is known of the person; nothing where nothing was told, or where it is erased."""
        told = self.opening.told[0] if self.has_subject() else {}
        return {} if isinstance(told, Erased) else told


async def carry_out(
    http: HttpRequest,
    desk: Desk,
    principal: Principal,
    key: str,
    case_id: UUID,
    request: Request,
    **answer: Sequence[str],
) -> dict[str, Any]:
    """Let an officer's request have its effect, once for each `key`, and give its answer.

    Raises:
        Problem: 404, the board has no such case; 422, it gives no such support.
        Refused: the rules say no.
    """
    if isinstance(request, Proposal):
        await _require_given(desk, principal.board, request.support)
    qualified = "qualified_caseworker" in principal.roles
    role = "qualified_caseworker" if qualified else "caseworker"
    origin = await staff_origin(http, desk, principal, key, role=role, purpose="investigate")
    command = request.to_command(origin.at, qualified=qualified)
    step = Step(decider=INVESTIGATION, stream=case_id, command=command)
    try:
        handled = await handle(desk.store, origin, step, answer={"case_id": str(case_id), **answer})
    except Refused as refused:
        if refused.code == "no-such-case":
            raise Problem(404, "not-found") from None
        raise
    return handled.answer


async def proposable(desk: Desk, board: UUID) -> list[ListedSupport]:
    """The supports that a board gives today, as far as its catalogue has come here over Kafka."""
    return await list_supports(desk.store.pool, [board], stockholm_day(now()), set(LegalBasis) - {LegalBasis.LINK})


async def find_state(desk: Desk, board: UUID, case_id: UUID) -> State:
    """Where a case stands.

    Raises:
        Problem: 404, the board has no such case.
    """
    state = (await event_store.load(desk.store.pool, board, case_id, INVESTIGATION)).state
    if isinstance(state, NotOpened):
        raise Problem(404, "not-found")
    return state


async def read_history(desk: Desk, board: UUID, case_id: UUID) -> tuple[State, Sequence[Recorded]]:
    """Where a case stands, and what happened in it, nobody's data opened.

    Raises:
        Problem: 404, the board has no such case.
    """
    history = await event_store.history(desk.store.pool, board, case_id, INVESTIGATION)
    if not history:
        raise Problem(404, "not-found")
    state: State = INVESTIGATION.initial
    for each in history:
        state = INVESTIGATION.evolve(state, each.event)
    return state, history


async def read_case(desk: Desk, board: UUID, case_id: UUID) -> CaseFile:
    """A case with everything that was told in it.

    Raises:
        Problem: 404, the board has no such case.
        KeyringAway: the keys cannot be read now.
    """
    state, history = await read_history(desk, board, case_id)
    parts = [[part for _, part in sealed_parts(each.event)] for each in history]
    opened = iter(await desk.keyring.open_many([part for found in parts for part in found]))
    entries = tuple(Entry(each, tuple(next(opened) for _ in found)) for each, found in zip(history, parts, strict=True))
    return CaseFile(state, entries)


async def read_letter(desk: Desk, board: UUID, case_id: UUID) -> Letter:
    """The letter of a case's decision.

    Raises:
        Problem: 404, the board has no such case, or nothing is decided in it.
    """
    case = await read_case(desk, board, case_id)
    (name,) = (each.name for each in desk.municipality.boards if each.id == board)
    for entry in case.entries:
        if isinstance(entry.event, DecisionMade):
            (words,) = entry.told
            return views.letter(case.state, entry.event, {} if isinstance(words, Erased) else words, name)
    raise Problem(404, "not-found")


async def _require_given(desk: Desk, board: UUID, support: str) -> None:
    """The code of a support is kept unsealed, so it must be one that the board gives, not what somebody wrote there."""
    if support not in {each.code for each in await proposable(desk, board)}:
        raise problem_of_field("support", "no-such-support")
