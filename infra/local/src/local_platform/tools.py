"""What is installed into .tools of the checkout: Kafka's jars, the stylesheet, the identity provider, the trace viewer.

    python -m local_platform.tools

installs the first three; the viewer takes longer and is built in the background of the first `make run`.
Each is installed again only when the file that pins its version has changed.
"""

import asyncio
import hashlib
import shutil
import sys
from pathlib import Path

from local_platform.checkout import CHECKOUT
from local_platform.processes import PartFailed, run_to_end

TOOLS = CHECKOUT / ".tools"
KAFKA_JARS = TOOLS / "kafka" / "lib"
ASSETS = TOOLS / "assets"
IDENTITY = CHECKOUT / "infra" / "identity"
"""Where the identity provider for development is; Node wants what it needs beside it."""
VIEWER = TOOLS / "viewer" / "otel-desktop-viewer"

_KAFKA_POM = CHECKOUT / "infra" / "kafka" / "pom.xml"
_STYLES = CHECKOUT / "libs" / "chassis" / "assets"
_VIEWER_MODULE = CHECKOUT / "infra" / "telemetry" / "viewer"


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


def viewer_is_built() -> bool:
    """Whether the trace viewer is there in the pinned version."""
    return _viewer_stamp().holds()


def require_viewer_tools() -> None:
    """Raise PartFailed when the trace viewer is neither built nor can be."""
    missing = [name for name in ("go", "cc") if shutil.which(name) is None]
    if missing and not viewer_is_built():
        needed = " and ".join({"go": "Go", "cc": "a C compiler"}[name] for name in missing)
        raise PartFailed(f"The trace viewer needs {needed}: install it to see traces; everything else runs without")


async def build_viewer(log: Path) -> None:
    """Build the trace viewer from its pinned Go module, which takes a minute or two the first time."""
    require_viewer_tools()
    if viewer_is_built():
        return
    go = shutil.which("go") or "go"
    command = [go, "build", "-o", str(VIEWER), "github.com/CtrlSpice/otel-desktop-viewer"]
    await _run("Go", command, log, cwd=_VIEWER_MODULE)
    _viewer_stamp().set()


def _viewer_stamp() -> "_Stamp":
    return _Stamp(VIEWER.with_name("installed"), [_VIEWER_MODULE / "go.mod", _VIEWER_MODULE / "go.sum"])


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
