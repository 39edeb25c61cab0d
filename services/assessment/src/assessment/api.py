"""Assessment for programs: the work list, cases, and every step that an officer takes in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.requests import Request as HttpRequest

from assessment import store, views, work
from assessment.requests import choice, inquiry, support
from assessment.requests.steps import Request
from assessment.store import Listed
from assessment.views import Letter
from assessment.work import Caseworker, Reader
from chassis.auth import Principal
from chassis.commands import AtDesk, Desk
from chassis.http import IdempotencyKey

router = APIRouter(prefix="/api/assessment/v1", tags=["assessment"])


class Done(BaseModel):
    """A step was recorded."""

    case_id: UUID


class ClosedCase(BaseModel):
    """The investigation was closed."""

    case_id: UUID
    advice: list[str]
    """What had not been done by then, by code, such as `contact-those-who-know`. It stopped nothing."""


class SupportToPropose(BaseModel):
    """A support that a proposal can name."""

    support: str
    name: str
    """In Swedish, as the board decided it."""


class Happening(BaseModel):
    """Something that happened in a case."""

    type: str
    at: datetime
    role: str


class CaseDocument(BaseModel):
    """Where a case stands, without anybody's personal data."""

    case_id: UUID
    stage: str
    child: bool
    last_day: date | None
    """The last day of a child's four months (SoL 20:3), Europe/Stockholm."""
    steps: list[str]
    """What can be done now, as the last part of the addresses to post to."""
    advice: list[str]
    events: list[Happening]


@dataclass(frozen=True, slots=True)
class Officer:
    """Who takes a step, on which request, with which idempotency key."""

    http: HttpRequest
    desk: Desk
    principal: Principal
    key: str

    async def carry_out(self, case_id: UUID, request: Request, **answer: Sequence[str]) -> dict[str, Any]:
        """Let the step have its effect; its answer."""
        return await work.carry_out(self.http, self.desk, self.principal, self.key, case_id, request, **answer)


async def _officer(http: HttpRequest, desk: AtDesk, principal: Caseworker, key: IdempotencyKey) -> Officer:
    return Officer(http, desk, principal, key)


ByOfficer = Annotated[Officer, Depends(_officer)]


@router.get("/cases")
async def read_work_list(desk: AtDesk, principal: Reader) -> list[Listed]:
    """A board's investigations, those whose time ends first on top. Nothing sensitive (SoLPUL 7 a §)."""
    return await store.work_list(desk.store.pool, principal.board)


@router.get("/supports")
async def list_supports(desk: AtDesk, principal: Reader) -> list[SupportToPropose]:
    """What the board gives today and a proposal can name, in Swedish order of names."""
    return [
        SupportToPropose(support=each.code, name=each.name) for each in await work.proposable(desk, principal.board)
    ]


@router.get("/cases/{case_id}")
async def read_case(case_id: UUID, desk: AtDesk, principal: Reader) -> CaseDocument:
    """Where a case stands. Search is by case number only (SoLPUF 15 §)."""
    state, history = await work.read_history(desk, principal.board, case_id)
    clock = views.running_clock(state)
    return CaseDocument(
        case_id=case_id,
        stage=views.stage(state),
        child=views.is_child(state),
        last_day=clock.last_day if clock else None,
        steps=list(views.steps(state)),
        advice=list(views.advice(state)),
        events=[Happening(type=each.event.type, at=each.recorded_at, role=each.role) for each in history],
    )


@router.get("/cases/{case_id}/decision")
async def read_decision(case_id: UUID, desk: AtDesk, principal: Reader) -> Letter:
    """The decision as the person is told it (FL 31–33)."""
    return await work.read_letter(desk, principal.board, case_id)


@router.post("/cases/{case_id}/concerned-informed")
async def inform_concerned(case_id: UUID, officer: ByOfficer) -> Done:
    """Those concerned were told that the investigation was opened (SoL 20:4)."""
    return Done.model_validate(await officer.carry_out(case_id, inquiry.ConcernedInformed()))


@router.post("/cases/{case_id}/information-withheld")
async def withhold_information(case_id: UUID, body: inquiry.InformationWithheld, officer: ByOfficer) -> Done:
    """Special reasons (särskilda skäl) speak against telling those concerned (SoL 20:4)."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/contacts")
async def record_contact(case_id: UUID, body: inquiry.Contact, officer: ByOfficer) -> Done:
    """Record what somebody who knows the person said (SoL 20:5)."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/child-heard")
async def hear_child(case_id: UUID, body: inquiry.ChildHeard, officer: ByOfficer) -> Done:
    """Record what the child said, how it was informed and what it understood (SoL 3:2, 3:3, 20:7)."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/child-not-heard")
async def state_why_not_heard(case_id: UUID, body: inquiry.ChildNotHeard, officer: ByOfficer) -> Done:
    """State why the child has not been heard."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/needs")
async def assess_need(case_id: UUID, body: inquiry.Need, officer: ByOfficer) -> Done:
    """Record a need, and the goal set for it."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/wishes")
async def state_wish(case_id: UUID, body: inquiry.Wish, officer: ByOfficer) -> Done:
    """Record what the person wishes, in their own words."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/time-extension")
async def extend_time(case_id: UUID, body: inquiry.TimeExtension, officer: ByOfficer) -> Done:
    """Give a child's investigation a set time more, for special reasons (SoL 20:3)."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/proposal")
async def propose_support(case_id: UUID, body: choice.Proposal, officer: ByOfficer) -> Done:
    """Propose a support, with all four grounds of the choice."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/communication")
async def communicate(case_id: UUID, body: choice.Communication, officer: ByOfficer) -> Done:
    """Record that the person got all material and time to answer (FL 25)."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/answer")
async def record_answer(case_id: UUID, body: choice.Answer, officer: ByOfficer) -> Done:
    """Record what the person answered."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/offer")
async def offer_support(case_id: UUID, officer: ByOfficer) -> Done:
    """Record that the support was offered."""
    return Done.model_validate(await officer.carry_out(case_id, support.Offer()))


@router.post("/cases/{case_id}/offer-accepted")
async def accept_offer(case_id: UUID, body: support.OfferAccepted, officer: ByOfficer) -> Done:
    """Record who said yes (SoL 21:1)."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/offer-declined")
async def decline_offer(case_id: UUID, body: support.OfferDeclined, officer: ByOfficer) -> Done:
    """Record that the offer was declined, and why in the person's own words."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/decision")
async def decide(case_id: UUID, body: choice.Decision, officer: ByOfficer) -> Done:
    """Decide on the case (FL 31–33). This closes the investigation."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/decision-received")
async def record_receipt(case_id: UUID, body: choice.DecisionReceived, officer: ByOfficer) -> Done:
    """Record on which day the person got the decision: the time to appeal runs from then (FL 44)."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/support-started")
async def start_support(case_id: UUID, officer: ByOfficer) -> Done:
    """Record that the granted support has begun."""
    return Done.model_validate(await officer.carry_out(case_id, support.SupportStarted()))


@router.post("/cases/{case_id}/measures")
async def take_measure(case_id: UUID, body: support.Measure, officer: ByOfficer) -> Done:
    """Record a short measure that the person answered."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/support-ended")
async def end_support(case_id: UUID, body: support.SupportEnded, officer: ByOfficer) -> Done:
    """Record that the support has ended."""
    return Done.model_validate(await officer.carry_out(case_id, body))


@router.post("/cases/{case_id}/closing")
async def close_without_support(case_id: UUID, body: choice.Closing, officer: ByOfficer) -> ClosedCase:
    """Close the investigation without support. What was not done is told, and stops nothing."""
    state = await work.find_state(officer.desk, officer.principal.board, case_id)
    return ClosedCase.model_validate(await officer.carry_out(case_id, body, advice=views.advice(state)))


@router.post("/cases/{case_id}/follow-up")
async def decide_follow_up(case_id: UUID, body: choice.FollowUp, officer: ByOfficer) -> Done:
    """Decide to follow up the child's situation (SoL 23:1)."""
    return Done.model_validate(await officer.carry_out(case_id, body))
