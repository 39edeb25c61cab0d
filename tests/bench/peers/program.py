"""A peer that runs as a process of its own, in its own environment: it answers each line with one."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from local_platform.checkout import CHECKOUT

FOLDER = Path(__file__).parent
PYTHON = CHECKOUT / ".tools" / "peers" / "bin" / "python"


@dataclass(frozen=True)
class Program:
    """One that runs."""

    version: str
    """Of the peer, as installed."""
    _process: asyncio.subprocess.Process

    async def ask(self, line: str) -> str:
        """Its answer. Raises RuntimeError when it ends instead; its reason is on this process's standard error."""
        self.tell(line)
        return await _answer(self._process)

    def tell(self, line: str) -> None:
        """Say something that it does not answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())


@asynccontextmanager
async def program(*command: str | Path, task: Mapping[str, object]) -> AsyncIterator[Program]:
    """Start it with what it is to do, which may hold a password and therefore is no argument; end it afterwards."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=FOLDER, stdin=pipe, stdout=pipe)
    assert process.stdin is not None
    try:
        process.stdin.write(f"{json.dumps(task)}\n".encode())
        yield Program(await _answer(process), process)
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()


async def _answer(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise RuntimeError("a peer ended by itself")
    return line.decode().strip()
