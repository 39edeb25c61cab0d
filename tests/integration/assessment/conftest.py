"""The assessment service on a database of its own, spoken to over HTTP without a network, and intake's voice."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.integration.direct_events import list_support
from tests.integration.opened import NORTH, SOUTH, Running, Server, open_service

from assessment.consumer import OPENING
from assessment.main import SERVICE
from chassis.clock import now
from chassis.inbox import read_record
from chassis.subscriptions import take_one
from contracts.envelope import Envelope
from contracts.intake import InvestigationRequested, Matter, Subject
from contracts.published import write
from contracts.vocabulary import AgeBand, Gender
from keyring import seal

BOARD, OTHER_BOARD = NORTH, SOUTH


@pytest.fixture(scope="session")
async def running(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Assessment, which has heard of one support in the board's catalogue."""
    async with open_service(SERVICE, postgres, tmp_path_factory.mktemp("assessment")) as running:
        await list_support(running.desk.store, BOARD, "familjebehandling-hemma", "Familjebehandling hemma")
        yield running


Sign = Callable[..., dict[str, str]]


@pytest.fixture(scope="session")
def sign(running: Running) -> Sign:
    """The headers of somebody signed in with a role, on a board."""

    def sign_in(role: str, board: UUID = BOARD) -> dict[str, str]:
        return running.signed_in(role, board, "officer-7")

    return sign_in


@pytest.fixture
async def client(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    """A program or a browser, as far as it speaks HTTP."""
    async with running.client() as http:
        yield http


Take = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def take(client: httpx.AsyncClient, sign: Sign) -> Take:
    """Take a step in a case over the API, as a qualified caseworker where nothing else is said."""

    async def take_step(
        case: UUID, step: str, role: str = "qualified_caseworker", key: str | None = None, **fields: Any
    ) -> httpx.Response:
        headers = {**sign(role), "Idempotency-Key": key or secrets.token_urlsafe(16)}
        return await client.post(f"/api/assessment/v1/cases/{case}/{step}", headers=headers, json=fields)

    return take_step


async def requested(running: Running, **changes: Any) -> tuple[Envelope, InvestigationRequested]:
    """Intake's request to open an investigation; by default after a report of concern for a child."""
    case, person = uuid4(), uuid4()
    subject_key, school_key = await running.desk.keyring.fresh_keys(2)
    child = {"name": "Kim Testsson", "born": "2016-03-04", "contact": "Hamnskolan"}
    event = InvestigationRequested(
        case_id=case,
        requested_at=now(),
        matter=Matter.REPORT,
        matter_received_at=now(),
        subject=Subject(
            person_id=person,
            age_band=AgeBand.of(9),
            gender=Gender.OTHER,
            district="centrum",
            sealed=seal(subject_key, uuid4(), "child", child),
        ),
        others=(seal(school_key, uuid4(), "reporter", {"name": "Rut Rektorsson"}),),
    ).model_copy(update=changes)
    envelope = Envelope(
        id=uuid4(),
        type=InvestigationRequested.type,
        source="intake",
        time=event.requested_at,
        board=BOARD,
        stream=case,
        sequence=1,
        role="qualified_caseworker",
        purpose="handle-report",
        traceparent=None,
    )
    return envelope, event


Open = Callable[..., Awaitable[UUID]]


@pytest.fixture
def open_case(running: Running) -> Open:
    """Open a case as the consumer does when intake asks for it; its id."""

    async def react(**changes: Any) -> UUID:
        envelope, event = await requested(running, **changes)
        arrival = read_record("t.intake.v1", str(event.case_id), envelope.to_headers(), write(event), OPENING.handles)
        await take_one(running.desk.store, OPENING, arrival)
        return event.case_id

    return react


def adult() -> dict[str, Any]:
    """The changes that make a request one about an adult who applied."""
    subject = Subject(person_id=uuid4(), age_band=AgeBand.FROM_21, gender=Gender.WOMAN, district="centrum", sealed=None)
    return {"matter": Matter.APPLICATION, "subject": subject, "others": (), "wished_support": "kontaktfamilj"}
