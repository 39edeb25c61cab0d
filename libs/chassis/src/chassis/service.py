"""A service process: its parts opened, its loops run side by side, all of it stopped in order."""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import uvicorn
import uvloop
from fastapi import APIRouter, FastAPI

from chassis.answers import Answers
from chassis.auth import Realm
from chassis.case_keys import CaseKeys
from chassis.commands import Desk
from chassis.config import Loop, Settings
from chassis.consumer import Consumer
from chassis.database import open_pool
from chassis.decider import Decider
from chassis.draft_pages import draft_pages
from chassis.drafts import Drafts
from chassis.gauges import Gauges
from chassis.handle import Store
from chassis.health import readiness
from chassis.http import create_app
from chassis.logs import start_logging
from chassis.municipality import read_municipality
from chassis.operations import operations_router
from chassis.pages import Site, open_pages
from chassis.relay import Relay
from chassis.rounds import Round, Rounds, erase_drafts
from chassis.subscriptions import Subscription
from chassis.telemetry import ObserveRequests
from chassis.timers import OnTimer, Timers
from chassis.tracing import EVERY_SECONDS, telemetry
from chassis.upkeep import keep_up_or_exit
from keyring import Keyring, MasterKey, read_master_key

_Loop: TypeAlias = Relay | Consumer | Timers | Rounds


@dataclass(frozen=True, kw_only=True)
class Service:
    """What makes one service this service and no other."""

    name: str
    """As in addresses, topics and traces, such as `direct-access`."""
    package: str
    title: str
    """What its API is called."""
    deciders: tuple[Decider[Any, Any, Any], ...]
    routers: tuple[APIRouter, ...]
    messages: Mapping[str, str]
    """Its sentences by code: refusals, alternatives, field errors."""
    subscriptions: tuple[Subscription, ...] = ()
    on_timer: OnTimer | None = None
    """The command that a timer becomes."""
    on_rounds: tuple[Round, ...] = ()
    """What is to be done across streams, every second, beside the timers. None of them waits for another."""
    views: tuple[str, ...] = ()
    """The tables of its own views, which are rebuilt from its own events."""
    projected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The tables of each projection, by its name, which are rebuilt from the inbox."""
    unlinked: tuple[str, ...] = ()
    """The beginnings of paths whose answers carry no trace, unless their route says so (SoL 14:5)."""
    drafts: str | None = None
    """The address where the code of a draft is typed; None where no form keeps drafts."""
    migrations: int = 1
    """How many migrations of its own must have been applied before it can serve."""


@asynccontextmanager
async def open_desk(service: Service, settings: Settings, master: MasterKey) -> AsyncIterator[Desk]:
    """Open what the service's routes and loops work with, and close it at the end."""
    async with AsyncExitStack() as stack:
        keyring = await stack.enter_async_context(Keyring.connect(settings.keyring, master))
        pool = await stack.enter_async_context(await open_pool(settings.database))
        store = Store(service.name, pool, keyring, Answers(master, service.name), CaseKeys(pool, keyring))
        municipality = read_municipality(settings.municipality)
        site = Site(
            municipality=municipality.name,
            boards={board.id: board.name for board in municipality.boards},
            numbers_to_call=municipality.numbers_to_call,
            telephone=municipality.telephone,
            assets=settings.assets,
            development=settings.development,
        )
        pages = open_pages(service.package, service.messages, site)
        yield Desk(store, keyring, pages, municipality, Drafts(pool, master, service.name))


def build_app(service: Service, settings: Settings, desk: Desk, loops: Sequence[_Loop] = ()) -> FastAPI:
    """The service's web application. Without the role `api` it answers for its health only, and that of its loops."""
    serves = Loop.API in settings.roles
    outages = [loop.outage for loop in loops]
    ready, wanted = readiness(desk, settings.kafka, service.name, service.migrations, outages, serves=serves)
    app = create_app(
        service.name,
        title=service.title,
        version="1",
        pages=desk.pages,
        staff=settings.staff,
        citizens=settings.citizens,
        ready=ready,
        wanted=wanted,
        unlinked=service.unlinked,
    )
    app.state.desk = desk
    if serves:
        _add_routes(app, service)
    return app


def describe(service: Service) -> dict[str, Any]:
    """The OpenAPI document that the service serves, without opening anything."""
    app = create_app(
        service.name,
        title=service.title,
        version="1",
        pages=open_pages(service.package, service.messages, Site(municipality="")),
        staff=Realm(),
        ready={},
    )
    _add_routes(app, service)
    return app.openapi()


def run(service: Service) -> None:
    """Run the service until it is told to stop (SIGTERM, SIGINT). The settings come from the environment.

    With arguments on the command line it does what they say instead (see `upkeep`): `python -m intake.main rebuild`.
    """
    settings = Settings()  # type: ignore[call-arg]  # pydantic-settings reads the environment
    if arguments := sys.argv[1:]:
        keep_up_or_exit(service, arguments, settings)
        return
    start_logging(service.name)
    uvloop.run(_serve(service, settings))


def _add_routes(app: FastAPI, service: Service) -> None:
    drafts = () if service.drafts is None else (draft_pages(service.drafts),)
    for router in (*drafts, *service.routers, operations_router(service.name, service.subscriptions)):
        app.include_router(router)


async def _serve(service: Service, settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with telemetry(service.name, settings.telemetry, database=settings.database, kafka=settings.kafka):
        async with (
            open_desk(service, settings, read_master_key(settings.master_key_file)) as desk,
            asyncio.TaskGroup() as loops,
        ):
            working = _loops(service, settings, desk)
            for loop in working:
                loops.create_task(loop.run(stop))
            if settings.otlp_metrics:
                loops.create_task(_gauges(service, settings, desk, working).run(stop))
            app = build_app(service, settings, desk, working)
            calm_the_collector()
            loops.create_task(_serve_http(ObserveRequests(app), settings, stop))


def _loops(service: Service, settings: Settings, desk: Desk) -> Sequence[_Loop]:
    store = desk.store
    loops: list[_Loop] = []
    if Loop.RELAY in settings.roles:
        loops.append(Relay(settings.database, settings.kafka, settings.namespace, service.name, store.appended))
    if Loop.CONSUMER in settings.roles:
        loops += [Consumer(store, settings.kafka, settings.namespace, each) for each in service.subscriptions]
    if Loop.TIMERS in settings.roles and service.on_timer is not None:
        loops.append(Timers(store, service.deciders, service.on_timer))
    if Loop.TIMERS in settings.roles and service.drafts is not None:
        loops.append(Rounds(desk, erase_drafts, every_seconds=60))
    if Loop.TIMERS in settings.roles:
        loops += [Rounds(desk, each) for each in service.on_rounds]
    return loops


def _gauges(service: Service, settings: Settings, desk: Desk, loops: Sequence[_Loop]) -> Gauges:
    """The database's gauges are read where the outbox is emptied."""
    return Gauges(
        desk.store.pool if Loop.RELAY in settings.roles else None,
        [each.name for each in service.subscriptions],
        [each.kind for each in service.deciders],
        [loop for loop in loops if isinstance(loop, Consumer)],
        EVERY_SECONDS,
    )


def calm_the_collector() -> None:
    """What was imported and built by now stays, and is not looked through in the middle of a request. Requests leave
    hundreds of objects each and hardly a cycle among them."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


class _Server(uvicorn.Server):
    """Leaves the signals to us, who stop the loops with it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve_http(app: ObserveRequests, settings: Settings, stop: asyncio.Event) -> None:
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=10,
    )
    server = _Server(config)

    async def stop_when_told() -> None:
        await stop.wait()
        server.should_exit = True

    async with asyncio.TaskGroup() as both:
        both.create_task(stop_when_told())
        await server.serve()
        if not stop.is_set():
            sys.exit(f"cannot listen on {settings.host}:{settings.port}")
