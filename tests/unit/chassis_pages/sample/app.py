"""A service that could be: a form with every kind of field, a page for staff, and routes that go wrong in every way."""

import asyncio
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.requests import Request
from starlette.responses import Response

from chassis.auth import Principal, Realm, require
from chassis.decider import Refused
from chassis.event_store import Conflict
from chassis.forms import LongText, Text, blank_form, read_form, wrong
from chassis.http import IdempotencyKey, create_app
from chassis.municipality import NumberToCall, Occasion
from chassis.pages import Pages, Site, open_pages
from keyring.ring import KeyringAway

MESSAGES = {
    "guardian-must-agree": "En vårdnadshavare behöver säga ja när du är under 15 år.",
    "talk-with-us": "Prata med oss ändå. Vi ringer ingen utan att du vet om det.",
    "apply-instead": "Ansök om stöd. Från 12 år kan du säga ja själv.",
    "already-closed": "Ärendet är redan avslutat.",
    "name.missing": "Skriv vad du heter.",
    "end-before-start": "Slutet måste komma efter början.",
}
BOARDS = {
    UUID("0d9f3c1e-55b1-4a0e-9f57-1d2f6a1b0c01"): "Nämnden Norr",
    UUID("0d9f3c1e-55b1-4a0e-9f57-1d2f6a1b0c02"): "Nämnden Syd",
}
NUMBERS = (
    NumberToCall(number="112", dial="112", when=Occasion.DANGER),
    NumberToCall(number="020-50 50 50", dial="020505050", when=Occasion.VIOLENCE),
)
ERRORS: dict[str, Exception] = {
    "paragraph": Refused("guardian-must-agree", "SoL 21:2", ("talk-with-us", "apply-instead")),
    "state": Refused("already-closed"),
    "conflict": Conflict(),
    "database": ConnectionRefusedError("host db.internal refused Tilda Testsson"),
    "shutdown": asyncpg.AdminShutdownError("terminating"),
    "keyring": KeyringAway(),
    "overflow": asyncpg.NumericValueOutOfRangeError("bigint out of range"),
    "bug": RuntimeError("the name was Tilda Testsson, 20080101-2389"),
}


class Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["talk", "course"]
    times: int = Field(ge=1, le=20)


class Note(BaseModel):
    type: Literal["note"]
    text: str


class Noted(BaseModel):
    id: UUID
    by: str
    key: str
    text: str
    bytes: int


class Visit(BaseModel):
    type: Literal["visit"]
    place: UUID


class Application(BaseModel):
    """What a program sends."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    born: date
    child: UUID | None = None
    score: float | None = None
    wishes: list[Wish] = Field(default=[], max_length=5)
    labels: dict[str, int] = {}
    more: Annotated[Note | Visit, Field(discriminator="type")] | None = None
    anything: Any = None


class Talk(BaseModel):
    """What a person fills in."""

    name: Text
    birth_date: date
    way: Literal["phone", "meeting", "chat"]
    days: list[Literal["monday", "tuesday", "wednesday"]] = []
    telephone: Text | None = None
    district: Literal["north", "south"] | None = None
    start: int | None = Field(default=None, ge=8, le=17)
    end: int | None = Field(default=None, ge=8, le=17)
    story: LongText | None = None
    interpreter: bool = False

    @model_validator(mode="after")
    def check_times(self) -> "Talk":
        if self.start and self.end and self.end <= self.start:
            raise wrong("end-before-start", field="end")
        return self


def open_sample(site: Site | None = None) -> Pages:
    site = site or Site(municipality="Exempelkommun", boards=BOARDS, numbers_to_call=NUMBERS, development=True)
    return open_pages("tests.unit.chassis_pages.sample", MESSAGES, site)


def create_sample(staff: Realm, pages: Pages | None = None) -> FastAPI:
    pages = pages or open_sample()

    async def up() -> None:
        await asyncio.sleep(0)

    app = create_app(
        "sample",
        title="Prov",
        version="1",
        pages=pages,
        staff=staff,
        ready={"database": up},
        unlinked=("/hamnen/",),
    )
    app.include_router(_routes_for_programs())
    app.include_router(_routes_for_people(pages))
    return app


def _routes_for_programs() -> APIRouter:
    api = APIRouter(prefix="/api/sample/v1")

    @api.post("/applications", status_code=201)
    async def apply(application: Application, key: IdempotencyKey) -> dict[str, Any]:
        return {"key": key, "application": application.model_dump(mode="json")}

    @api.get("/applications/{application_id}")
    async def read(application_id: UUID, page: Annotated[int, Field(ge=1, le=1000)] = 1) -> dict[str, Any]:
        return {"id": application_id, "page": page}

    @api.post("/applications/{application_id}/notes")
    async def note(
        request: Request,
        principal: Annotated[Principal, Depends(require("caseworker"))],
        key: IdempotencyKey,
        application_id: UUID,
        body: Note,
    ) -> Noted:
        sent = len(await request.body())
        return Noted(id=application_id, by=principal.subject, key=key, text=body.text, bytes=sent)

    @api.post("/applications/{application_id}/page")
    async def turn(application_id: UUID, page: int) -> dict[str, Any]:
        return {"id": application_id, "page": page}

    @api.post("/errors/{name}")
    async def fail_to_do(name: Literal[tuple(ERRORS)]) -> dict[str, str]:  # type: ignore[valid-type]
        raise ERRORS[name]

    @api.get("/errors/{name}")
    async def fail(name: Literal[tuple(ERRORS)]) -> None:  # type: ignore[valid-type]
        raise ERRORS[name]

    @api.get("/cases")
    async def cases(principal: Annotated[Principal, Depends(require("caseworker", "team_lead"))]) -> dict[str, Any]:
        return {"subject": principal.subject, "board": principal.board}

    return api


def _routes_for_people(pages: Pages) -> APIRouter:
    people = APIRouter(include_in_schema=False)

    @people.get("/prata")
    async def show(request: Request) -> Response:
        return pages.citizen(request, "talk.html", form=blank_form(Talk))

    @people.post("/prata")
    async def talk(request: Request) -> Response:
        form = await read_form(request, Talk)
        if form.answers is None:
            return pages.citizen(request, "talk.html", form=form, status=form.status)
        if form.step != "send":
            return pages.citizen(request, "check.html", form=form)
        return pages.citizen(request, "sent.html", reference="IN-2025-4711", key=form.id)

    @people.get("/hamnen/klart")
    async def unlinked(request: Request) -> Response:
        return pages.citizen(request, "unlinked.html", code="HAV-93K-7TQ", support_id="8f2c-11d0")

    @people.get("/allt")
    async def everything(request: Request) -> Response:
        return pages.citizen(request, "everything.html", refused=ERRORS["paragraph"])

    @people.get("/arbete")
    async def work(request: Request, principal: Annotated[Principal, Depends(require("caseworker"))]) -> Response:
        entries = [
            {"at": datetime(2025, 11, 3, 9, 12, tzinfo=UTC), "title": "Anmälan kom in", "role": "citizen"},
            {
                "at": datetime(2025, 11, 3, 10, 40, tzinfo=UTC),
                "title": "Skyddsbedömning klar",
                "text": "Inget akut behov av skydd. Barnet är tryggt hos sin mormor i kväll.",
            },
            {"at": datetime(2025, 11, 12, 13, 5, tzinfo=UTC), "title": "Utredning inledd", "role": "caseworker"},
        ]
        return pages.staff(request, "work.html", principal, entries=entries)

    @people.post("/arbete")
    async def do(principal: Annotated[Principal, Depends(require("caseworker"))]) -> dict[str, str]:
        return {"subject": principal.subject}

    @people.get("/fel/{name}")
    async def fail(name: str) -> None:
        raise ERRORS[name]

    return people
