"""Envoy before the services, configured by infra/gateway/envoy.yaml."""

from importlib.util import find_spec
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

import httpx

from local_platform.checkout import CHECKOUT
from local_platform.processes import Child, PartFailed, start_child, wait_until_ready
from local_platform.settings import Settings

TEMPLATE = CHECKOUT / "infra" / "gateway" / "envoy.yaml"

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
    """The gateway process. `otlp` is where spans go; None traces nothing."""

    def __init__(self, settings: Settings, otlp: str | None) -> None:
        self.url = f"http://127.0.0.1:{settings.ports['gateway']}"
        self._settings = settings
        self._otlp = otlp
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """The running process."""
        if self._child is None:
            raise PartFailed("The gateway has not been started")
        return self._child

    async def start(self) -> None:
        """Write the configuration, start Envoy and wait until it answers."""
        configuration = self._settings.home / "gateway" / "envoy.yaml"
        configuration.parent.mkdir(parents=True, exist_ok=True)
        configuration.write_text(fill_template(self._settings, self._otlp))
        command = [str(_program()), "-c", str(configuration), "-l", "warning"]
        command += ["--disable-hot-restart", "--concurrency", "2"]
        self._child = start_child("The gateway", command, self._settings.log("gateway"))
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


def fill_template(settings: Settings, otlp: str | None) -> str:
    """The gateway's configuration for these ports."""
    receiver = urlsplit(otlp or "http://127.0.0.1:4318")
    ports = {f"{part.replace('-', '_')}_port": port for part, port in settings.ports.items()}
    values = ports | {
        "otlp_host": receiver.hostname,
        "otlp_port": receiver.port or 4318,
        "traced_percent": settings.traced_percent if otlp else 0,
    }
    return Template(TEMPLATE.read_text()).substitute(values)


def _program() -> Path:
    package = find_spec("envoy")
    if package is None or package.origin is None:
        raise PartFailed("The gateway's program is not installed: run make setup")
    return Path(package.origin).parent / "_bin" / "envoy"
