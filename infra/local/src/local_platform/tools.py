"""What is installed into .tools of the checkout: Kafka's jars, the stylesheet, the identity provider,
the trace viewer, the metrics store.

    python -m local_platform.tools

installs the first three; the others take longer and are built in the background of the first `make run`.
Each is installed again only when the file that pins its version has changed.
"""

import asyncio
import hashlib
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_platform.checkout import CHECKOUT
from local_platform.processes import PartFailed, run_to_end

TOOLS = CHECKOUT / ".tools"
KAFKA_JARS = TOOLS / "kafka" / "lib"
ASSETS = TOOLS / "assets"
IDENTITY = CHECKOUT / "infra" / "identity"
"""Where the identity provider for development is; Node wants what it needs beside it."""

_KAFKA_POM = CHECKOUT / "infra" / "kafka" / "pom.xml"
_STYLES = CHECKOUT / "libs" / "chassis" / "assets"


async def install_kafka(log: Path) -> None:
    """Fetch the broker's jars with Maven. Raises PartFailed when Maven is missing or fails."""
    stamp = _Stamp(TOOLS / "kafka" / "installed", [_KAFKA_POM])
    if stamp.holds():
        return
    maven = shutil.which("mvn")
    if maven is None:
        raise PartFailed("Kafka needs Maven: install it, or set STODVAG_KAFKA to the address of a running broker")
    shutil.rmtree(KAFKA_JARS, ignore_errors=True)
    copy = ["dependency:copy-dependencies", f"-DoutputDirectory={KAFKA_JARS}", "-DincludeScope=runtime"]
    await _run("Maven", [maven, "-q", "-B", "-f", str(_KAFKA_POM), *copy], log)
    stamp.set()


async def install_stylesheet(log: Path) -> None:
    """Bundle the stylesheet of all pages with npm and Node. Raises PartFailed when one is missing or fails."""
    own = _STYLES.parent / "src" / "chassis" / "static"
    inputs = sorted(file for file in (*_STYLES.glob("*"), *own.glob("*.css")) if file.is_file())
    stamp = _Stamp(ASSETS / "installed", inputs)
    if stamp.holds():
        return
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        raise PartFailed("The full stylesheet needs Node and npm: install them; until then pages use the plain one")
    await _run("npm", [npm, "ci", "--ignore-scripts"], log, cwd=_STYLES)
    await _run("Node", [node, "build.mjs", str(ASSETS)], log, cwd=_STYLES)
    stamp.set()


def require_node() -> str:
    """Where Node is. Raises PartFailed when it is missing."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        raise PartFailed(
            "Signing in needs Node and npm: install them; until then staff's pages ask for a development token"
        )
    return node


async def install_identity(log: Path) -> None:
    """Fetch what the provider for development is made of. Raises PartFailed when Node is missing or npm fails."""
    require_node()
    stamp = _Stamp(TOOLS / "identity" / "installed", [IDENTITY / "package-lock.json"])
    if stamp.holds() and (IDENTITY / "node_modules").is_dir():
        return
    await _run("npm", [shutil.which("npm") or "npm", "ci", "--ignore-scripts"], log, cwd=IDENTITY)
    stamp.set()


@dataclass(frozen=True)
class GoProgram:
    """A program that is built from the Go module that pins it. The platform runs without it where it cannot be."""

    what: str
    module: Path
    """The folder of its go.mod."""
    package: str
    program: Path
    needs: Mapping[str, str]
    """The commands that building takes, each with what a person would install."""
    without: str
    """What is not seen without it."""

    def is_built(self) -> bool:
        """Whether it is there in the pinned version."""
        return self._stamp().holds()

    def require_tools(self) -> None:
        """Raise PartFailed when it is neither built nor can be."""
        missing = [name for command, name in self.needs.items() if shutil.which(command) is None]
        if missing and not self.is_built():
            needed = " and ".join(missing)
            raise PartFailed(f"{self.what} needs {needed}: install it {self.without}; everything else runs without")

    async def build(self, log: Path) -> None:
        """Build it, which takes up to a minute or two the first time."""
        self.require_tools()
        if self.is_built():
            return
        go = shutil.which("go") or "go"
        await _run("Go", [go, "build", "-o", str(self.program), self.package], log, cwd=self.module)
        self._stamp().set()

    def _stamp(self) -> "_Stamp":
        return _Stamp(self.program.with_name("installed"), [self.module / "go.mod", self.module / "go.sum"])


VIEWER = GoProgram(
    what="The trace viewer",
    module=CHECKOUT / "infra" / "telemetry" / "viewer",
    package="github.com/CtrlSpice/otel-desktop-viewer",
    program=TOOLS / "viewer" / "otel-desktop-viewer",
    needs={"go": "Go", "cc": "a C compiler"},
    without="to see traces",
)
METRICS_STORE = GoProgram(
    what="The metrics store",
    module=CHECKOUT / "infra" / "telemetry" / "metrics",
    package="github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-metrics",
    program=TOOLS / "metrics" / "victoria-metrics",
    needs={"go": "Go"},
    without="to see measurements and dashboards",
)


class _Stamp:
    """Remembers from which inputs something was installed."""

    def __init__(self, file: Path, inputs: list[Path]) -> None:
        self._file = file
        self._digest = hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()

    def holds(self) -> bool:
        return self._file.exists() and self._file.read_text() == self._digest

    def set(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(self._digest)


async def _run(name: str, command: list[str], log: Path, cwd: Path | None = None) -> None:
    ended = await run_to_end(name, command, log, cwd=cwd)
    if ended.failed:
        raise PartFailed(f"{name} failed with code {ended.process.returncode}", ended)


async def _install() -> int:
    log = TOOLS / "install.log"
    failures = 0
    for install in (install_kafka, install_stylesheet, install_identity):
        try:
            await install(log)
        except PartFailed as failure:
            print(failure, file=sys.stderr)
            failures += 1
    return failures


if __name__ == "__main__":
    asyncio.run(_install())
