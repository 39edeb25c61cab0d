"""The trace viewer: takes spans by OTLP, shows each trace as a waterfall across the services."""

import httpx

from local_platform.processes import Child, require_free_port, start_child, wait_until_ready
from local_platform.settings import Settings, port_variable
from local_platform.tools import VIEWER


class Viewer:
    """The viewer process; a trace has the address `<url>/traces/<trace id>`. Its data stay in the data folder."""

    def __init__(self, settings: Settings) -> None:
        self.url = f"http://127.0.0.1:{settings.ports['viewer']}"
        self.otlp = f"http://127.0.0.1:{settings.ports['otlp']}"
        self._settings = settings
        self._child: Child | None = None

    async def start(self) -> None:
        """Build it where that was not done yet (a minute or two), start it and wait until it answers."""
        await VIEWER.build(self._settings.log("viewer-build"))
        folder = self._settings.home / "viewer"
        folder.mkdir(parents=True, exist_ok=True)
        ports = {"browser-port": "viewer", "http": "otlp", "grpc": "otlp-grpc"}
        for part in ports.values():
            require_free_port(self._settings.ports[part], "the trace viewer", port_variable(part))
        command = [str(VIEWER.program), "--host", "127.0.0.1", "--open-browser=false"]
        command += ["--db", str(folder / "traces.db"), "--db-max-size", "512MB"]
        for option, part in ports.items():
            command += [f"--{option}", str(self._settings.ports[part])]
        self._child = start_child("The trace viewer", command, self._settings.log("viewer"))
        await wait_until_ready(self._child, self._answers, seconds=30)

    async def stop(self) -> None:
        """Stop it."""
        if self._child is not None:
            await self._child.stop(grace=5)

    @property
    def child(self) -> Child | None:
        """The running process, if it has been started."""
        return self._child

    async def _answers(self) -> bool:
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            try:
                return (await client.get(self.url)).status_code == 200
            except httpx.TransportError:
                return False
