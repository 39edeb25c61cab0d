"""Envoy before the services, configured by infra/gateway: envoy.yaml, and limits.toml for how much it lets through."""

import asyncio
import base64
import hashlib
import json
import resource
import ssl
import tomllib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

import httpx

from chassis.auth import DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER
from local_platform.checkout import CHECKOUT
from local_platform.identity import IDLE_SECONDS, Realm
from local_platform.interfaces import write_interfaces
from local_platform.processes import Child, PartFailed, start_child, wait_until_ready
from local_platform.settings import REALMS, Settings
from local_platform.tokens import TokenIssuer

SOURCE = CHECKOUT / "infra" / "gateway"
RATES = ("everything", "sent", "codes", "sign_in", "service")
"""The parts of limits.toml that hold rates."""

TRACED = frozenset(
    {
        "component",
        "downstream_cluster",
        "error",
        "guid:x-request-id",
        "http.method",
        "http.protocol",
        "http.request.method",
        "http.status_code",
        "http.url",
        "node_id",
        "peer.address",
        "request_size",
        "response_flags",
        "response_size",
        "upstream_address",
        "upstream_cluster",
        "upstream_cluster.name",
        "url.scheme",
        "user_agent",
        "zone",
    }
)
"""All that the gateway's spans may say. Envoy sets most of it by itself, under names older than the conventions."""
SAYS_NOTHING = frozenset({"http.url", "peer.address", "upstream_address", "user_agent"})
"""What Envoy would tell of who asked for what: always `-` here."""


class Gateway:
    """The gateway process. Programs find it at `url`, people at `address`."""

    def __init__(self, settings: Settings, otlp: str | None, realms: Mapping[str, Realm] | None = None) -> None:
        """`otlp` is where spans go, None traces nothing; `realms` are those that somebody can sign in to, if any."""
        self.url = f"http://127.0.0.1:{settings.ports['gateway']}"
        self.address = settings.address
        self._settings = settings
        self._otlp = otlp
        self._realms = realms or {}
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """The running process."""
        if self._child is None:
            raise PartFailed("The gateway has not been started")
        return self._child

    async def start(self) -> None:
        """Write the configuration, start Envoy and wait until it answers."""
        configuration = await asyncio.to_thread(write_configuration, self._settings, self._otlp, self._realms)
        self._child = start_child("The gateway", command(configuration), self._settings.log("gateway"))
        await wait_until_ready(self._child, self._answers, seconds=30)

    async def stop(self) -> None:
        """Stop it."""
        if self._child is not None:
            await self._child.stop(grace=5)

    def kill9(self) -> None:
        """End it at once."""
        self.child.kill9()

    async def restart(self) -> None:
        """Start it again after it was stopped or killed."""
        await self.stop()
        await self.start()

    async def _answers(self) -> bool:
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            try:
                return (await client.get(f"{self.url}/health/ready")).status_code == 200
            except httpx.TransportError:
                return False


def command(configuration: Path) -> list[str]:
    """What starts Envoy with this configuration."""
    program = [
        str(_program()),
        "-c",
        str(configuration),
        "-l",
        "warning",
        "--disable-hot-restart",
        "--concurrency",
        "2",
    ]
    # What it says of a failed sign-in holds the code and the state.
    return [*program, "--component-log-level", "oauth2:off"]


def write_configuration(settings: Settings, otlp: str | None, realms: Mapping[str, Realm]) -> Path:
    """Fill in the gateway's configuration and its pages, beside each other in the data folder."""
    folder = settings.home / "gateway"
    write_interfaces(folder / "catalogue")
    style = (SOURCE / "answers.css").read_text()
    for page in ("too-many.html", "not-now.html"):
        (folder / page).write_text(Template((SOURCE / page).read_text()).substitute(style=style))
    receiver = urlsplit(otlp or "http://127.0.0.1:4318")
    values: dict[str, object] = {f"{part.replace('-', '_')}_port": port for part, port in settings.ports.items()}
    values |= read_limits(settings) | _describe_sign_in(settings, realms)
    configuration = folder / "envoy.yaml"
    configuration.write_text(
        Template((SOURCE / "envoy.yaml").read_text()).substitute(
            values,
            folder=folder,
            style_hash="sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            strict_transport_security="max-age=31536000; includeSubDomains" if settings.https else "",
            otlp_host=receiver.hostname,
            otlp_port=receiver.port or 4318,
            traced_percent=settings.traced_percent if otlp else 0,
        )
    )
    return configuration


def read_limits(settings: Settings) -> dict[str, int]:
    """The numbers of the limits, as the configuration names them, the rates multiplied as the settings say.

    Raises PartFailed where one is not a number above 0.
    """
    limits: dict[str, int] = {}
    for part, numbers in tomllib.loads(settings.limits.read_text()).items():
        for name, number in numbers.items():
            if not isinstance(number, int) or number < 1:
                raise PartFailed(f"{part}.{name} in {settings.limits} is not a number above 0")
            limits[f"{part}_{name}"] = number * (settings.rate_factor if part in RATES else 1)
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files != resource.RLIM_INFINITY:
        # Envoy takes as many files as it may have, and needs some for its own way to the services.
        limits["connections_open"] = min(limits["connections_open"], max(files - 2_000, files // 2))
    return limits | {"heap_bytes": limits["memory_mebibytes"] * 1024 * 1024}


def _describe_sign_in(settings: Settings, realms: Mapping[str, Realm]) -> dict[str, object]:
    """What the template says of both realms, and of the tokens that `make run` prints."""
    development_jwks = TokenIssuer(settings.home / "tokens").jwks_file
    values: dict[str, object] = {
        "address": settings.address,
        "host": urlsplit(settings.address).hostname,
        "idle_seconds": IDLE_SECONDS,
        "development_issuer": DEVELOPMENT_ISSUER,
        "development_audience": DEVELOPMENT_AUDIENCE,
        "development_jwks": development_jwks,
        # Where nobody can sign in, staff's pages ask for a development token, and keep it in a cookie.
        "staff_pages_require": "staff" if "staff" in realms else "staff-or-none",
        "kept_from_services": "cookie" if "staff" in realms else "x-no-cookie",
    }
    for name in REALMS:
        values |= _describe_realm(name, realms.get(name), development_jwks)
    return values


def _describe_realm(name: str, realm: Realm | None, any_file: Path) -> dict[str, object]:
    """What the template says of a realm; one that nobody can sign in to is switched off and leads nowhere."""
    nowhere = "http://127.0.0.1:9"
    described: dict[str, object] = {
        "away": "true" if realm is None else "false",
        "issuer": realm.issuer if realm else f"urn:stodvag:nobody:{name}",
        "audience": realm.audience if realm else "nobody",
        "client": realm.client_id if realm else "nobody",
        "client_secret": realm.client_secret_file if realm else any_file,
        "cookies_secret": realm.cookie_secret_file if realm else any_file,
        "authorization": realm.authorization_endpoint if realm else nowhere,
        "end_session": realm.end_session_endpoint if realm else "",
    }
    for kind, address in (("tokens", realm and realm.token_endpoint), ("keys", realm and realm.jwks)):
        parts = urlsplit(address or nowhere)
        secure = parts.scheme == "https"
        described |= {
            kind: parts.geturl(),
            f"{kind}_host": parts.hostname,
            f"{kind}_port": parts.port or (443 if secure else 80),
            f"{kind}_socket": _describe_socket(parts.hostname or "", secure=secure),
        }
    return {f"{name}_{key}": value for key, value in described.items()}


def _describe_socket(host: str, *, secure: bool) -> str:
    """How the gateway speaks to a provider: by TLS, as this machine's certificates say, or on it without."""
    kinds = "type.googleapis.com/envoy.extensions.transport_sockets"
    if not secure:
        plain = {"@type": f"{kinds}.raw_buffer.v3.RawBuffer"}
        return json.dumps({"name": "envoy.transport_sockets.raw_buffer", "typed_config": plain})
    authorities = ssl.get_default_verify_paths()
    believed = {
        "trusted_ca": {"filename": authorities.cafile or "/etc/ssl/certs/ca-certificates.crt"},
        "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": host}}],
    }
    tls = {
        "@type": f"{kinds}.tls.v3.UpstreamTlsContext",
        "sni": host,
        "common_tls_context": {"validation_context": believed},
    }
    return json.dumps({"name": "envoy.transport_sockets.tls", "typed_config": tls})


def _program() -> Path:
    package = find_spec("envoy")
    if package is None or package.origin is None:
        raise PartFailed("The gateway's program is not installed: run make setup")
    return Path(package.origin).parent / "_bin" / "envoy"
