"""What the local platform reads from the environment; the table in infra/local/README.md explains each variable."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from local_platform.checkout import CHECKOUT
from local_platform.processes import PartFailed, free_port

DEFAULT_GATEWAY_PORT = 8080
PARTS_WITH_PORTS = (
    "gateway",
    "intake",
    "assessment",
    "direct-access",
    "followup",
    "postgres",
    "kafka",
    "kafka-controller",
    "viewer",
    "otlp",
    "otlp-grpc",
    "identity",
    "metrics",
)
"""In the order of their default ports: the gateway's, and one more for each."""


REALMS = ("staff", "citizens")


@dataclass(frozen=True, kw_only=True)
class Provider:
    """An identity provider from elsewhere, for one realm. Its endpoints are those that it publishes itself."""

    issuer: str
    audience: str
    """What its access tokens for this platform name as their audience."""
    client_id: str
    client_secret_file: Path


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How one platform is started: where its data lie, on which ports, and which parts run elsewhere already."""

    home: Path
    """Data, keys and logs."""
    ports: Mapping[str, int]
    postgres: str | None = None
    """Address of a superuser on a server that runs already; None starts one."""
    kafka: str | None = None
    """Bootstrap address of brokers that run already; None starts one."""
    otlp: str | None = None
    """http://host:port of an OTLP receiver that runs already; None starts the trace viewer."""
    metrics: str | None = None
    """The whole address that takes measurements by OTLP/HTTP elsewhere; None starts the metrics store."""
    viewer: bool = True
    """Whether to start the trace viewer and the metrics store at all."""
    traced_percent: float = 100
    """How many of a hundred traces are kept whatever becomes of them; those that fail or are slow are kept always."""
    identity: bool = True
    """Whether to start the identity provider for development at all."""
    providers: Mapping[str, Provider] = field(default_factory=dict)
    """Identity providers that run already, by realm; the one for development stands in for the others."""
    public_address: str | None = None
    """Where people find the gateway; None is localhost."""
    limits: Path = CHECKOUT / "infra" / "gateway" / "limits.toml"
    """How much the gateway lets through."""
    rate_factor: int = 1000
    """What the rates of `limits` are multiplied with: on one machine everybody shares one address. 1 in production."""
    https: bool = False
    """Whether the gateway is reached by https only, so that browsers are told to remember it."""
    namespace: str = "stodvag"
    """The first part of every topic and consumer group."""
    database_prefix: str = "stodvag"
    municipality: Path = CHECKOUT / "infra" / "example" / "municipality.toml"

    @property
    def address(self) -> str:
        """Where people find the gateway: browsers keep secure cookies for localhost, also without TLS."""
        return self.public_address or f"http://localhost:{self.ports['gateway']}"

    @property
    def boards(self) -> tuple[UUID, ...]:
        """The municipality's boards."""
        return tuple(UUID(board["id"]) for board in tomllib.loads(self.municipality.read_text())["boards"])

    def log(self, part: str) -> Path:
        """Where a part's output is kept."""
        return self.home / "logs" / f"{part}.log"


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of `make run`. Raises PartFailed where a number is none, or a provider is half described."""
    return Settings(
        home=Path(environ.get("STODVAG_HOME", CHECKOUT / ".run")).absolute(),
        ports=_read_ports(environ),
        postgres=environ.get("STODVAG_POSTGRES"),
        kafka=environ.get("STODVAG_KAFKA"),
        otlp=environ.get("STODVAG_OTLP"),
        providers={realm: found for realm in REALMS if (found := _read_provider(environ, realm))},
        public_address=environ.get("STODVAG_ADDRESS"),
        limits=Path(environ.get("STODVAG_LIMITS", Settings.limits)).absolute(),
        rate_factor=_read_rate_factor(environ.get("STODVAG_RATE_FACTOR", str(Settings.rate_factor))),
        https=environ.get("STODVAG_HTTPS") == "1",
        metrics=environ.get("STODVAG_OTLP_METRICS"),
        traced_percent=_read_percent(environ.get("STODVAG_TRACED_PERCENT", "100")),
        namespace=environ.get("STODVAG_NAMESPACE", "stodvag"),
        database_prefix=environ.get("STODVAG_DATABASE_PREFIX", "stodvag"),
        municipality=Path(environ.get("STODVAG_MUNICIPALITY", Settings.municipality)).absolute(),
    )


def free_ports() -> dict[str, int]:
    """A free port for each part, for a platform that lives beside others."""
    ports: set[int] = set()
    while len(ports) < len(PARTS_WITH_PORTS):
        ports.add(free_port())
    return dict(zip(PARTS_WITH_PORTS, ports, strict=True))


def port_variable(part: str) -> str:
    """The variable that sets a part's port."""
    return f"STODVAG_{part.replace('-', '_').upper()}_PORT"


def provider_variables(realm: str) -> list[str]:
    """The variables that describe a realm's identity provider: issuer, audience, client, and the file of its secret."""
    return [f"STODVAG_{realm.upper()}_{name}" for name in ("ISSUER", "AUDIENCE", "CLIENT_ID", "CLIENT_SECRET_FILE")]


def _read_provider(environ: Mapping[str, str], realm: str) -> Provider | None:
    names = provider_variables(realm)
    missing = [name for name in names if not environ.get(name)]
    if len(missing) == len(names):
        return None
    if missing:
        raise PartFailed(
            f"An identity provider for {realm} needs {', '.join(missing)} as well: set it, or none of them"
        )
    issuer, audience, client_id, file = (environ[name] for name in names)
    return Provider(issuer=issuer, audience=audience, client_id=client_id, client_secret_file=Path(file).absolute())


def _read_ports(environ: Mapping[str, str]) -> dict[str, int]:
    first = _read_port(environ, "gateway", DEFAULT_GATEWAY_PORT)
    return {part: _read_port(environ, part, first + offset) for offset, part in enumerate(PARTS_WITH_PORTS)}


def _read_percent(value: str) -> float:
    try:
        percent = float(value)
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        raise PartFailed("STODVAG_TRACED_PERCENT is not a share: set it to a number from 0 to 100")
    return percent


def _read_port(environ: Mapping[str, str], part: str, default: int) -> int:
    value = environ.get(port_variable(part), str(default))
    if not value.isdecimal() or not 0 < int(value) < 65_536:
        raise PartFailed(f"{port_variable(part)} is not a port: set it to a number between 1 and 65535")
    return int(value)


def _read_rate_factor(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) <= 10_000:
        raise PartFailed("STODVAG_RATE_FACTOR is not a factor: set it to a number between 1 and 10000")
    return int(value)
