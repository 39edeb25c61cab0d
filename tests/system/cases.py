"""Cases at every stage, and the addresses at which the services show them."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TypeAlias
from uuid import UUID, uuid4

import asyncpg
import httpx
from tests.system.routes import Route, every_route

from local_platform import journeys
from local_platform.platform import Platform
from local_platform.player import Player

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_VIEWS = {
    ("intake", "case_id"): "work_list",
    ("assessment", "case_id"): "investigations",
    ("direct-access", "support_id"): "supports",
    ("direct-access", "talk_id"): "talks",
    ("followup", "case_id"): "child_follow_ups",
}
"""Where a service lists what an address names."""

Addresses = Mapping[Route, list[str]]
"""Addresses by route, for each route that names a case."""
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@asynccontextmanager
async def as_owner(running: Platform, service: str) -> AsyncIterator[Connection]:
    """A service's database (or the keyring's) as its owner, who sees every board."""
    connection = await asyncpg.connect(running.databases[service].owner_dsn)
    try:
        yield connection
    finally:
        await connection.close()


class Door:
    """Asks at the gateway, with a token or without."""

    def __init__(self, platform: Platform, client: httpx.AsyncClient) -> None:
        self.north, self.south = platform.settings.boards[:2]
        self.client = client
        self._tokens = platform.tokens

    async def ask(
        self,
        route: Route,
        path: str,
        *,
        role: str | None = None,
        board: UUID | None = None,
        body: object = None,
        form: Mapping[str, list[str]] | None = None,
    ) -> httpx.Response:
        """What a route answers at this address, the northern board's where none is named."""
        headers = {"Accept": "*/*" if route.for_programs else "text/html"}
        if route.for_programs:
            headers["Idempotency-Key"] = str(uuid4())
        if role is not None:
            headers["Authorization"] = f"Bearer {self._tokens.issue(role, [board or self.north], f'system-{role}')}"
        sent = {"data": dict(form)} if form is not None else {"json": body} if body is not None else {}
        return await self.client.request(route.method, path, headers=headers, **sent)


async def play_cases(running: Platform, client: httpx.AsyncClient) -> Addresses:
    """Bring cases of the northern board to every stage, and say where they are found."""
    player = Player(running, client, lambda _: None)
    await journeys.youth_counselling(player)
    await journeys.application_to_support(player)
    await journeys.report_to_follow_up(player)
    await journeys.fourteen_and_alone(player)
    await _leave_open(player)
    return await find_addresses(running, Door(running, client))


async def find_addresses(running: Platform, door: Door) -> Addresses:
    """Where the northern board's newest cases are found."""
    ids = {each: await _newest(running, *each, view) for each, view in _VIEWS.items()}
    found = dict[Route, list[str]]()
    for route in sorted(every_route(), key=lambda route: len(route.parameters)):
        match route.parameters:
            case ["case_id" | "support_id" | "talk_id" as name]:
                found[route] = [route.filled(**{name: each}) for each in ids[route.service, name]]
            case [_, "step"]:
                found[route] = await _steps_offered(door, route, found)
            case _:
                pass
    return found


def nowhere(route: Route) -> str:
    """An address of a route where there is nothing."""
    return route.filled(
        case_id=uuid4(), support_id=uuid4(), talk_id=uuid4(), time_id=uuid4(), board_id=uuid4(), message=uuid4(),
        step="-", came="-", code="finns-inte", version=1,
    )  # fmt: skip


async def _leave_open(player: Player) -> None:
    """A report that nobody has looked at, an application that is investigated, a support and a talk that wait."""
    intake, direct = "/api/intake/v1", "/api/direct-access/v1"
    somebody = {"district": "centrum", "name": "Mika Exempel", "contact": "0700-00 00 09"}
    await player.done(f"{intake}/reports", {"district": "centrum", "reporter": "anyone", "told": "Något är fel."})
    applied = {**somebody, "what": "Avlastning", "why": "Vi orkar inte."}
    taken = await player.done(f"{intake}/applications", applied)
    await player.arrives(f"/api/assessment/v1/cases/{taken['case_id']}", role="caseworker")
    safe = {"safe": True, "contact_way": "phone"}
    asked = {**somebody, **safe, "support": "ungdomssamtal", "birth_date": str(journeys.years_ago(16))}
    await player.done(f"{direct}/supports", asked)
    await player.done(f"{direct}/talks", {**somebody, "contact_way": "phone"})


async def _newest(running: Platform, service: str, column: str, view: str) -> list[UUID]:
    async with as_owner(running, service) as owner:
        rows = await owner.fetch(
            f"select v.{column} as id from {view} v join events e on e.stream_id = v.{column} "
            "where v.board_id = $1 group by 1 order by max(e.position) desc limit 4",
            running.settings.boards[0],
        )
    return [row["id"] for row in rows]


async def _steps_offered(door: Door, steps: Route, found: Addresses) -> list[str]:
    """The addresses of the steps that the pages of cases lead to."""
    pages = Route(steps.service, "GET", steps.path.removesuffix("/{step}").removesuffix("/steg"))
    address = re.compile(re.sub(r"\\{\w+\\}", r"[\\w-]+", re.escape(steps.path)) + r"(?=[\"?])")
    offered = set[str]()
    for path in found[pages]:
        page = await door.ask(pages, path, role=max(steps.roles or ()))
        offered |= {each for each in address.findall(page.text) if each.startswith(path)}
    return sorted(offered)
