"""The whole platform on this machine, as one context: everything in it is stopped when the context ends.

async with platform(settings) as running:
    running.gateway.url, running.tokens.issue("caseworker", boards, "k-1"), running.services["intake"].kill9()
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from chassis.auth import DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER
from local_platform.gateway import Gateway
from local_platform.identity import IdentityProvider, Realm, find_realms, missing_realms
from local_platform.kafka import Kafka, require_brokers, require_java
from local_platform.metrics import MetricsStore
from local_platform.postgres import Database, Postgres, create_database, require_server
from local_platform.processes import Child, PartFailed, free_port, require_free_port
from local_platform.secret_files import read_or_make_secret
from local_platform.services import SERVICES, ServiceProcess, migrate, migration_folders, module_of
from local_platform.settings import Settings, port_variable
from local_platform.tokens import TokenIssuer
from local_platform.tools import (
    ASSETS,
    METRICS_STORE,
    VIEWER,
    GoProgram,
    install_identity,
    install_kafka,
    install_stylesheet,
)
from local_platform.topics import apply_topics, read_topics
from local_platform.viewer import Viewer

Report = Callable[[str], None]
"""Takes one line for the person at the terminal."""


@dataclass
class Platform:
    """A running platform. `postgres` and `kafka` are None where servers from elsewhere are used."""

    settings: Settings
    tokens: TokenIssuer
    postgres: Postgres | None
    postgres_dsn: str
    kafka: Kafka | None
    kafka_address: str
    databases: Mapping[str, Database]
    """By service (`direct-access`), and the keyring's as `keyring`."""
    environments: Mapping[str, Mapping[str, str]]
    """What each service's processes find in their environment, without the port."""
    gateway: Gateway
    viewer: Viewer | None
    realms: Mapping[str, Realm]
    """Where people sign in, `staff` and `citizens`; what is missing, nobody can sign in to."""
    identity: IdentityProvider | None
    metrics: MetricsStore | None
    services: dict[str, ServiceProcess] = field(default_factory=dict)
    """By name; those of `add_process` under the name given there."""

    async def add_process(self, name: str, service: str, roles: str) -> ServiceProcess:
        """Start one more process of a service with the loops named (`api,relay,consumer,timers`) on a free port."""
        environment = {**self.environments[service], "STODVAG_ROLES": roles}
        process = ServiceProcess(name, service, free_port(), environment, self.settings.log(name))
        self.services[name] = process
        await process.start()
        return process

    def children(self) -> list[Child]:
        """Every process that runs for this platform, to notice one that ends by itself."""
        parts = [
            part for part in (self.postgres, self.kafka, self.identity, self.gateway, *self.services.values()) if part
        ]
        beside = [part.child for part in (self.viewer, self.metrics) if part]
        return [part.child for part in parts] + [child for child in beside if child]


@asynccontextmanager
async def platform(settings: Settings, report: Report = lambda _: None) -> AsyncIterator[Platform]:
    """Start everything, in order; stop everything in the opposite order, whatever happens.

    Raises PartFailed with one line that says what to do when a part does not come up. Optional parts (the full
    stylesheet, the identity provider, the trace viewer, the metrics store) that lack a tool are reported and left out.
    """
    _require_free_ports(settings)
    identity = await _install_tools(settings, report)
    async with AsyncExitStack() as stack:
        postgres, kafka = await _start_servers(settings, identity, stack, report)
        dsn = settings.postgres or (postgres.admin_dsn if postgres else "")
        address = settings.kafka or (kafka.address if kafka else "")
        databases = await _prepare_databases(settings, dsn)
        report("Databases ready")
        await apply_topics(address, settings.namespace, read_topics())
        report("Topics ready")

        viewer = Viewer(settings) if settings.otlp is None and _wanted(VIEWER, settings, report) else None
        otlp = settings.otlp or (viewer.otlp if viewer else None)
        store = (
            MetricsStore(settings) if settings.metrics is None and _wanted(METRICS_STORE, settings, report) else None
        )
        metrics = settings.metrics or (store.otlp if store else None)
        tokens = TokenIssuer(settings.home / "tokens")
        realms = await find_realms(settings, identity)
        running = Platform(
            settings=settings,
            tokens=tokens,
            postgres=postgres,
            postgres_dsn=dsn,
            kafka=kafka,
            kafka_address=address,
            databases=databases,
            environments={
                name: _environment(settings, name, databases, address, tokens, realms)
                | _observed(settings, otlp, metrics)
                for name in SERVICES
            },
            gateway=Gateway(settings, otlp, realms),
            viewer=viewer,
            realms=realms,
            identity=identity,
            metrics=store,
        )
        stack.push_async_callback(_stop_services, running)
        await _start_services(running, report)
        stack.push_async_callback(running.gateway.stop)
        await running.gateway.start()
        report(f"Gateway ready at {running.gateway.address}")
        if viewer is not None:
            await _start_beside("Trace viewer", viewer, viewer.url, stack, report)
        if store is not None:
            await _start_beside("Metrics store", store, store.dashboards, stack, report)
        yield running


def _require_free_ports(settings: Settings) -> None:
    elsewhere = {"viewer", "otlp", "otlp-grpc", "metrics"}
    elsewhere |= {"postgres"} if settings.postgres else set()
    elsewhere |= {"kafka", "kafka-controller"} if settings.kafka else set()
    elsewhere |= set() if settings.identity and missing_realms(settings) else {"identity"}
    for part, port in settings.ports.items():
        if part not in elsewhere:
            require_free_port(port, part, port_variable(part))


async def _install_tools(settings: Settings, report: Report) -> IdentityProvider | None:
    """Install what is missing. Gives the identity provider to start, if one is needed and can be."""
    if settings.kafka is None:
        require_java()
        await install_kafka(settings.log("install"))
    try:
        await install_stylesheet(settings.log("install"))
    except PartFailed as failure:
        report(str(failure))
    if not settings.identity or not missing_realms(settings):
        return None
    try:
        await install_identity(settings.log("install"))
    except PartFailed as failure:
        report(str(failure))
        return None
    return IdentityProvider(settings, missing_realms(settings))


async def _start_servers(
    settings: Settings, identity: IdentityProvider | None, stack: AsyncExitStack, report: Report
) -> tuple[Postgres | None, Kafka | None]:
    ports = settings.ports
    postgres = kafka = None
    starts = []
    if settings.postgres is None:
        postgres = Postgres(settings.home / "postgres", ports["postgres"], settings.log("postgres"))
        stack.push_async_callback(postgres.stop)
        starts.append(_start("PostgreSQL", postgres, report))
    else:
        starts.append(require_server(settings.postgres))
    if settings.kafka is None:
        folder = settings.home / "kafka"
        kafka = Kafka(folder, ports["kafka"], ports["kafka-controller"], settings.log("kafka"))
        stack.push_async_callback(kafka.stop)
        starts.append(_start("Kafka", kafka, report))
    else:
        starts.append(require_brokers(settings.kafka))
    if identity is not None:
        stack.push_async_callback(identity.stop)
        starts.append(_start("Sign-in", identity, report))
    await _together(*starts)
    return postgres, kafka


async def _start(name: str, part: Postgres | Kafka | IdentityProvider | ServiceProcess, report: Report) -> None:
    await part.start()
    report(f"{name} ready")


async def _prepare_databases(settings: Settings, dsn: str) -> dict[str, Database]:
    secret = read_or_make_secret(settings.home / "secrets" / "databases")
    databases = {
        part: await create_database(dsn, f"{settings.database_prefix}_{module_of(part)}", secret)
        for part in (*SERVICES, "keyring")
    }
    log = settings.log("migrations")
    await _together(*(migrate(database, migration_folders(part), log) for part, database in databases.items()))
    return databases


def _environment(
    settings: Settings,
    service: str,
    databases: Mapping[str, Database],
    kafka: str,
    tokens: TokenIssuer,
    realms: Mapping[str, Realm],
) -> dict[str, str]:
    master_key = settings.home / "secrets" / "master-key"
    read_or_make_secret(master_key)
    environment = {
        "STODVAG_DATABASE": databases[service].app_dsn,
        "STODVAG_DATABASE_OWNER": databases[service].owner_dsn,
        "STODVAG_KEYRING": databases["keyring"].app_dsn,
        "STODVAG_MASTER_KEY_FILE": str(master_key),
        "STODVAG_KAFKA": kafka,
        "STODVAG_NAMESPACE": settings.namespace,
        "STODVAG_HOST": "127.0.0.1",
        "STODVAG_DEVELOPMENT_JWKS": str(tokens.jwks_file),
        "STODVAG_MUNICIPALITY": str(settings.municipality),
    }
    if staff := realms.get("staff"):
        environment |= {
            "STODVAG_JWKS": staff.jwks,
            "STODVAG_ISSUER": staff.issuer,
            "STODVAG_AUDIENCE": staff.audience,
        }
    else:
        environment |= {
            "STODVAG_JWKS": str(tokens.jwks_file),
            "STODVAG_ISSUER": DEVELOPMENT_ISSUER,
            "STODVAG_AUDIENCE": DEVELOPMENT_AUDIENCE,
            "STODVAG_DEVELOPMENT": "true",
        }
    if citizens := realms.get("citizens"):
        environment |= {
            "STODVAG_CITIZENS_JWKS": citizens.jwks,
            "STODVAG_CITIZENS_ISSUER": citizens.issuer,
            "STODVAG_CITIZENS_AUDIENCE": citizens.audience,
        }
    if service == "direct-access":
        environment |= {
            "STODVAG_MESSAGES_ADDRESS": settings.address,
            "STODVAG_MESSAGES_SPOOL": str(settings.home / "messages"),
        }
    if (ASSETS / "stodvag.css").exists():
        environment["STODVAG_ASSETS"] = str(ASSETS)
    return environment


async def _start_services(running: Platform, report: Report) -> None:
    for name in SERVICES:
        port, log = running.settings.ports[name], running.settings.log(name)
        running.services[name] = ServiceProcess(name, name, port, running.environments[name], log)
    await _together(*(_start(name, process, report) for name, process in running.services.items()))


async def _stop_services(running: Platform) -> None:
    await asyncio.gather(*(process.stop() for process in running.services.values()))


def _observed(settings: Settings, otlp: str | None, metrics: str | None) -> dict[str, str]:
    """Where a service's traces and measurements go."""
    return {
        "STODVAG_OTLP": otlp or "",
        "STODVAG_OTLP_METRICS": metrics or "",
        "STODVAG_TRACED_SHARE": str(settings.traced_percent / 100),
    }


def _wanted(program: GoProgram, settings: Settings, report: Report) -> bool:
    """Whether an optional part is to start; a line says so where it cannot be built."""
    if not settings.viewer:
        return False
    try:
        program.require_tools()
    except PartFailed as failure:
        report(str(failure))
        return False
    return True


async def _start_beside(
    name: str, part: Viewer | MetricsStore, address: str, stack: AsyncExitStack, report: Report
) -> None:
    """Start a part beside everything else: its first build takes a while, and nothing waits for it."""

    async def start() -> None:
        try:
            await part.start()
            report(f"{name} ready at {address}")
        except PartFailed as failure:
            report(f"{name} left out: {failure}")

    starting = asyncio.create_task(start())

    async def stop() -> None:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await part.stop()

    stack.push_async_callback(stop)


async def _together(*starts: Coroutine[None, None, None]) -> None:
    """Start parts side by side; the first that fails ends the others' start and is what is told."""
    try:
        async with asyncio.TaskGroup() as group:
            for start in starts:
                group.create_task(start)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
