"""Child processes: start, watch, stop, kill. Everything the platform starts, it starts here."""

import asyncio
import os
import pwd
import random
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import psutil


class PartFailed(Exception):
    """A part did not come up or ended by itself. The text is one line that says what to do.

    `log_end` holds the last lines of the part's log, for a person who wants to know why.
    """

    def __init__(self, text: str, child: "Child | None" = None) -> None:
        super().__init__(text if child is None else f"{text}; its log is {child.log}")
        self.log_end = "" if child is None else child.last_lines()


class Child:
    """One process that we started, with its log file."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self.name = name
        self.process = process
        self.log = log

    @property
    def pid(self) -> int:
        """The process id, also after the end."""
        return self.process.pid

    @property
    def failed(self) -> bool:
        """Whether it ended with another code than 0."""
        return self.process.poll() not in {None, 0}

    @property
    def alive(self) -> bool:
        """Whether it still runs; asking reaps a child that ended."""
        return self.process.poll() is None

    async def stop(self, grace: float, how: signal.Signals = signal.SIGTERM) -> None:
        """Ask it to end, wait `grace` seconds, then kill it and its own children."""
        if self.alive:
            self.process.send_signal(how)
        try:
            await asyncio.to_thread(self.process.wait, grace)
        except subprocess.TimeoutExpired:
            self.kill9()

    def kill9(self) -> None:
        """End it at once, with the processes that it started, as a power cut would."""
        doomed = _family(self.pid) if self.alive else []
        for process in doomed:
            _kill(process)
        self.process.wait()
        _wait_until_gone(doomed)

    def last_lines(self, count: int = 10) -> str:
        """The end of its log, for a person who must see why it ended."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])


def start_child(
    name: str,
    command: list[str],
    log: Path,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
) -> Child:
    """Start a process in a session of its own, so that Ctrl-C reaches only us and we end the rest in order.

    Its output is appended to `log`. With `user`, started by root, it runs with that user's rights alone.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=None if environment is None else dict(environment),
            start_new_session=True,
            user=user,
            group=None if user is None else pwd.getpwnam(user).pw_gid,
            extra_groups=None if user is None else [],
        )
    return Child(name, process, log)


async def run_to_end(
    name: str,
    command: list[str],
    log: Path,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
) -> Child:
    """Run a command that ends by itself and give it back, ended; cut short by us, it is killed."""
    child = start_child(name, command, log, cwd=cwd, environment=environment, user=user)
    try:
        await asyncio.to_thread(child.process.wait)
    finally:
        child.kill9()
    return child


async def wait_until_ready(
    child: Child, ready: Callable[[], Awaitable[bool]], seconds: float, pause: float = 0.05
) -> None:
    """Ask `ready` until it says yes.

    Raises PartFailed when the child ends first or the time is over. A child that did not get ready is killed.
    """
    deadline = time.monotonic() + seconds
    try:
        while not await ready():
            if not child.alive:
                raise PartFailed(f"{child.name} ended with code {child.process.returncode} before it was ready", child)
            if time.monotonic() > deadline:
                raise PartFailed(f"{child.name} was not ready within {seconds:.0f} s", child)
            await asyncio.sleep(pause)
    except BaseException:
        child.kill9()
        raise


def require_free_port(port: int, part: str, variable: str) -> None:
    """Raise PartFailed when another process listens on this port of 127.0.0.1."""
    if not _is_free(port):
        raise PartFailed(
            f"Port {port} for {part} is taken{_who_listens(port)}: stop what uses it, or set {variable} to a free port"
        )


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on.

    Below the range that the system draws outgoing ports from, so that it is still free when a killed server comes back.
    """
    for port in random.sample(range(18_000, 32_000), 200):
        if _is_free(port):
            return port
    raise PartFailed("No free port between 18000 and 32000: stop other servers on this machine")


async def accepts_connections(port: int) -> bool:
    """Whether something on this port of 127.0.0.1 takes a connection."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def is_running(pid: int, name: str) -> bool:
    """Whether a process of this number and program name lives; zombies do not."""
    try:
        process = psutil.Process(pid)
        return process.name() == name and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _who_listens(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            at_port = connection.laddr and connection.laddr.port == port
            if at_port and connection.status == psutil.CONN_LISTEN and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        return ""
    return ""


def _family(pid: int) -> list[psutil.Process]:
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _kill(process: psutil.Process) -> None:
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _wait_until_gone(processes: list[psutil.Process]) -> None:
    # Orphans go to process 1, which may never reap them: a zombie counts as gone.
    deadline = time.monotonic() + 5
    while any(_still_runs(process) for process in processes) and time.monotonic() < deadline:
        time.sleep(0.01)


def _still_runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
