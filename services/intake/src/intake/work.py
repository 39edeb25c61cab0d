"""A request's work, the same for people (`pages`) and programs (`api`)."""

from types import MappingProxyType
from typing import Annotated, Any, assert_never
from uuid import UUID

from fastapi import Depends, Request

from chassis.auth import Principal, require
from chassis.clock import new_id, now
from chassis.commands import Desk, citizen_origin, staff_origin
from chassis.decider import Decider, Step
from chassis.districts import board_of
from chassis.handle import current, handle
from chassis.listed_supports import ListedSupport, list_supports
from chassis.problems import Problem, problem_of_field
from chassis.receipt_code import draw_code
from contracts.direct_access import LegalBasis
from intake import store
from intake.decide.application import missing_of, require_incomplete
from intake.model import application, report
from intake.requests.application import (
    ApplicationRequest,
    ApplicationStep,
    AskedRequest,
    CompletionRequest,
    CompletionWithCode,
)
from intake.requests.report import (
    ExtensionRequest,
    InformationRequest,
    OpeningRequest,
    ProtectionRequest,
    ReportRequest,
    ReportStep,
)
from intake.store import ApplicationCase, ReportCase
from intake.translate import APPLICATIONS, REPORTS
from statute.answers import Field
from statute.clocks import stockholm_day

Caseworker = Annotated[Principal, Depends(require("caseworker", "qualified_caseworker"))]
"""Who takes steps; those on a report need the qualified (SoL 25:1)."""
Reader = Annotated[Principal, Depends(require("caseworker", "qualified_caseworker", "team_lead"))]

STEPS: MappingProxyType[str, type[ReportStep | ApplicationStep]] = MappingProxyType(
    {
        "protection-assessment": ProtectionRequest,
        "preliminary-assessment": OpeningRequest,
        "extension": ExtensionRequest,
        "reporter-information": InformationRequest,
        "completion-request": AskedRequest,
        "completion": CompletionRequest,
    }
)
"""Each step of a caseworker, by the last part of its address."""


async def take_in_report(request: Request, desk: Desk, key: str, body: ReportRequest) -> dict[str, Any]:
    """Take in a report, once for each `key`; the answer that its sender gets."""
    board = board_of(desk, body.district)
    origin = await citizen_origin(request, desk, board, key, purpose="handle-report")
    case = new_id()
    command = body.to_command(
        at=origin.at,
        board=board,
        case=case,
        child_id=await _person_of(desk, board, body.child_number),
        others=(new_id(), new_id(), new_id()),
    )
    step = Step(decider=REPORTS, stream=case, command=command, new=True)
    return (await handle(desk.store, origin, step, answer={"case_id": case})).answer


async def take_in_application(request: Request, desk: Desk, key: str, body: ApplicationRequest) -> dict[str, Any]:
    """Take in an application, once for each `key`; the answer that its sender gets, with a code to complete it by.

    Raises:
        Problem: as `check_application`.
    """
    board = await check_application(desk, body)
    origin = await citizen_origin(request, desk, board, key, purpose="handle-application")
    case, code = new_id(), draw_code()
    command = body.to_command(
        at=origin.at,
        board=board,
        case=case,
        applicant_id=await _person_of(desk, board, body.number),
        code_hash=store.code_digest(desk, code),
    )
    step = Step(decider=APPLICATIONS, stream=case, command=command, new=True)
    answer = {"case_id": case, "code": code, "missing": missing_of(body.filled(), origin.at)}
    return (await handle(desk.store, origin, step, answer=answer)).answer


async def check_application(desk: Desk, body: ApplicationRequest) -> UUID:
    """Take only words that are known where they are kept in the open; the board that serves the district.

    Raises:
        Problem: 422, the municipality has no such district, or no board gives the support that is wished for.
    """
    board = board_of(desk, body.district)
    if body.wished_support is not None and body.wished_support not in {each.code for each in await wishable(desk)}:
        raise problem_of_field("wished_support", "no-such-support")
    return board


async def wishable(desk: Desk) -> list[ListedSupport]:
    """The supports that can be applied for today on any board: who applies need not know which one decides.

    The catalogue is another service's and comes by Kafka. As long as one is on its way it cannot be wished for by its
    code, but always in words.
    """
    boards = [board.id for board in desk.municipality.boards]
    return await list_supports(desk.store.pool, boards, stockholm_day(now()), {LegalBasis.ASSESSED})


async def complete_with_code(request: Request, desk: Desk, key: str, body: CompletionWithCode) -> dict[str, Any]:
    """Add to an application what the person tells who has its code; what it still has to tell.

    Raises:
        Problem: 422, no application has the code.
        Refused: the application is complete already.
    """
    board, case_id, state = await _find_by_code(desk, body.code)
    origin = await citizen_origin(request, desk, board, key, purpose="handle-application")
    command = body.to_command(at=origin.at, person=state.received.applicant_id)
    waiting = state.missing if isinstance(state, application.Incomplete) else ()
    missing = [field for field in waiting if field not in body.filled()]
    step = Step(decider=APPLICATIONS, stream=case_id, command=command)
    return (await handle(desk.store, origin, step, answer={"case_id": case_id, "missing": missing})).answer


async def missing_by_code(desk: Desk, code: str) -> tuple[Field, ...]:
    """What the application of a code still has to tell.

    Raises:
        Problem: 422, no application has the code.
        Refused: the application is complete already.
    """
    _, _, state = await _find_by_code(desk, code)
    return require_incomplete(state).missing


async def _find_by_code(desk: Desk, code: str) -> tuple[UUID, UUID, application.Incomplete | application.Complete]:
    found = await store.find_by_code(desk, code)
    if found is None:
        raise problem_of_field("code", "code-unknown")
    board, case_id = found
    state = (await current(desk.store, board, case_id, APPLICATIONS)).state
    if isinstance(state, application.Nothing):
        raise problem_of_field("code", "code-unknown")
    return board, case_id, state


async def take_step(
    request: Request, desk: Desk, principal: Principal, key: str, case_id: UUID, step: ReportStep | ApplicationStep
) -> dict[str, Any]:
    """Let a caseworker's step have its effect, once for each `key`, and give its answer.

    Raises:
        Problem: 404, the board has no such case.
        Refused: the rules say no.
    """
    decider: Decider[Any, Any, Any] = REPORTS if step.matter == "report" else APPLICATIONS
    person = await _person_in(desk, principal.board, case_id, decider)
    if person is None:
        raise Problem(404, "not-found")
    qualified = "qualified_caseworker" in principal.roles
    role = "qualified_caseworker" if qualified else "caseworker"
    origin = await staff_origin(request, desk, principal, key, role=role, purpose=f"handle-{step.matter}")
    command = step.to_command(at=origin.at, person=person, qualified=qualified)
    work = Step(decider=decider, stream=case_id, command=command)
    return (await handle(desk.store, origin, work, answer={"case_id": case_id})).answer


async def find_case(desk: Desk, board: UUID, case_id: UUID) -> ReportCase | ApplicationCase:
    """A case of a board.

    Raises:
        Problem: 404, no such case there.
    """
    case = await store.find_case(desk, board, case_id)
    if case is None:
        raise Problem(404, "not-found")
    return case


async def _person_of(desk: Desk, board: UUID, number: str | None) -> UUID:
    """The pseudonym of whoever has a number; a new one where no number is known."""
    return new_id() if number is None else await desk.keyring.person(board, number)


async def _person_in(desk: Desk, board: UUID, case_id: UUID, decider: Decider[Any, Any, Any]) -> UUID | None:
    """The person that a case is about. Nothing changes who that is, so what is remembered of the case tells it too."""
    remembered = desk.store.cache.get(board, decider.kind, case_id)
    person = None if remembered is None else _whom(remembered.state)
    return person or _whom((await current(desk.store, board, case_id, decider)).state)


def _whom(state: report.State | application.State) -> UUID | None:
    """The person that a case is about; None where there is no such case."""
    match state:
        case report.Open() | report.Decided():
            return state.received.child_id
        case application.Incomplete() | application.Complete():
            return state.received.applicant_id
        case report.Nothing() | application.Nothing():
            return None
        case _:
            assert_never(state)
