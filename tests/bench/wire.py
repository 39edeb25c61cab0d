"""A client that costs next to nothing, so that what is measured is the server: HTTP/1.1 over connections kept open."""

import asyncio
from collections.abc import Mapping
from types import TracebackType


class Wire:
    """So many connections to one address, each for one request at a time."""

    def __init__(self, host: str, port: int, connections: int) -> None:
        self._host = host
        self._port = port
        self._connections = connections
        self._idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def __aenter__(self) -> "Wire":
        for _ in range(self._connections):
            self._idle.put_nowait(await asyncio.open_connection(self._host, self._port))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while not self._idle.empty():
            _, writer = self._idle.get_nowait()
            writer.close()

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        """Send JSON; the status and body of the answer."""
        lines = [f"POST {path} HTTP/1.1", "host: stodvag.test", "content-type: application/json"]
        lines += [f"content-length: {len(body)}", *(f"{name}: {value}" for name, value in headers.items())]
        return await self._send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    async def get(self, path: str) -> tuple[int, bytes]:
        """Ask for a page; the status and body of the answer."""
        return await self._send(f"GET {path} HTTP/1.1\r\nhost: stodvag.test\r\naccept: text/html\r\n\r\n".encode())

    async def _send(self, request: bytes) -> tuple[int, bytes]:
        reader, writer = await self._idle.get()
        try:
            return await _ask(reader, writer, request)
        except (asyncio.IncompleteReadError, ConnectionError):
            # The server closed a connection that had been idle for a while.
            reader, writer = await asyncio.open_connection(self._host, self._port)
            return await _ask(reader, writer, request)
        finally:
            self._idle.put_nowait((reader, writer))


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bytes]:
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, _, rest = head.partition(b"content-length:")
    length = int(rest.split(b"\r\n", 1)[0])
    return int(head.split(b" ", 2)[1]), await reader.readexactly(length)
