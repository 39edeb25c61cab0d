"""Envoy before the services, configured by infra/gateway: envoy.yaml, and limits.toml for how much it lets through."""

import asyncio
import base64
import hashlib
import resource
import tomllib
from importlib.util import find_spec
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

import httpx

from local_platform.checkout import CHECKOUT
from local_platform.interfaces import write_interfaces
from local_platform.processes import Child, PartFailed, start_child, wait_until_ready
from local_platform.settings import Settings

SOURCE = CHECKOUT / "infra" / "gateway"
RATES = ("everything", "sent", "codes", "sign_in", "service")
"""The parts of limits.toml that hold rates."""


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
        configuration = await asyncio.to_thread(write_configuration, self._settings, self._otlp)
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
    return [str(_program()), "-c", str(configuration), "-l", "warning", "--disable-hot-restart", "--concurrency", "2"]


def write_configuration(settings: Settings, otlp: str | None) -> Path:
    """Fill in the gateway's configuration and its pages, beside each other in the data folder."""
    folder = settings.home / "gateway"
    write_interfaces(folder / "catalogue")
    style = (SOURCE / "answers.css").read_text()
    for page in ("too-many.html", "not-now.html"):
        (folder / page).write_text(Template((SOURCE / page).read_text()).substitute(style=style))
    receiver = urlsplit(otlp or "http://127.0.0.1:4318")
    values = {f"{part.replace('-', '_')}_port": port for part, port in settings.ports.items()} | read_limits(settings)
    configuration = folder / "envoy.yaml"
    configuration.write_text(
        Template((SOURCE / "envoy.yaml").read_text()).substitute(
            values,
            folder=folder,
            style_hash="sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            strict_transport_security="max-age=31536000; includeSubDomains" if settings.https else "",
            otlp_host=receiver.hostname,
            otlp_port=receiver.port or 4318,
            traced_percent=100 if otlp else 0,
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


def _program() -> Path:
    package = find_spec("envoy")
    if package is None or package.origin is None:
        raise PartFailed("The gateway's program is not installed: run make setup")
    return Path(package.origin).parent / "_bin" / "envoy"
