"""The metrics store: takes measurements by OTLP, answers PromQL, shows the dashboards of infra/telemetry."""

import httpx

from local_platform.checkout import CHECKOUT
from local_platform.processes import Child, require_free_port, start_child, wait_until_ready
from local_platform.settings import Settings, port_variable
from local_platform.tools import METRICS_STORE

DASHBOARDS = CHECKOUT / "infra" / "telemetry" / "dashboards"
KEPT_DAYS = 90


class MetricsStore:
    """The store's process. Its data stay in the data folder for ninety days."""

    def __init__(self, settings: Settings) -> None:
        self.url = f"http://127.0.0.1:{settings.ports['metrics']}"
        self.otlp = f"{self.url}/opentelemetry/v1/metrics"
        self.dashboards = f"{self.url}/vmui/#/dashboards"
        self._settings = settings
        self._child: Child | None = None

    async def start(self) -> None:
        """Build it where that was not done yet, start it and wait until it answers."""
        await METRICS_STORE.build(self._settings.log("metrics-build"))
        require_free_port(self._settings.ports["metrics"], "the metrics store", port_variable("metrics"))
        command = [
            str(METRICS_STORE.program),
            f"-httpListenAddr=127.0.0.1:{self._settings.ports['metrics']}",
            f"-storageDataPath={self._settings.home / 'metrics'}",
            f"-retentionPeriod={KEPT_DAYS}d",
            f"-vmui.customDashboardsPath={DASHBOARDS}",
            "-opentelemetry.usePrometheusNaming",
            "-loggerLevel=WARN",
            # Half of the machine's memory would be its own idea of what a store may take.
            "-memory.allowedBytes=128MB",
        ]
        self._child = start_child("The metrics store", command, self._settings.log("metrics"))
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
                return (await client.get(f"{self.url}/health")).status_code == 200
            except httpx.TransportError:
                return False
