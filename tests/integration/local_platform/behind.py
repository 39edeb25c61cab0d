"""What stands behind the gateway here: a listener in the place of each service and of the receiver of spans."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field

from local_platform.services import SERVICES
from local_platform.settings import Settings

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"


@dataclass
class Behind:
    """What was asked, and how it is answered."""

    asked: dict[str, list[str]] = field(default_factory=dict)
    """Each request's head, by service."""
    answer: bytes = OK
    """What every service says; nothing closes the connection without a word."""
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, services take requests and do not answer until it is set."""
    spans: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)
    """The bodies that the receiver of spans was sent."""


@asynccontextmanager
async def stand_behind(settings: Settings) -> AsyncIterator[Behind]:
    """Listen on the ports of the services and of the receiver of spans."""
    seen = Behind()
    seen.goes_on.set()
    async with AsyncExitStack() as stack:
        for part in (*SERVICES, "otlp"):
            listener = await asyncio.start_server(listen(part, seen), "127.0.0.1", settings.ports[part])
            stack.callback(listener.close)
        yield seen
        seen.goes_on.set()


def listen(part: str, seen: Behind) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    """How a listener in the place of this part takes one connection."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Who has nothing to ask, after all, closes the connection without a word.
        with closing(writer), suppress(asyncio.IncompleteReadError, ConnectionResetError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            if part == "otlp":
                seen.spans.put_nowait(await reader.readuntil(b"\r\n0\r\n\r\n"))
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            else:
                seen.asked.setdefault(part, []).append(head)
                await seen.goes_on.wait()
                writer.write(seen.answer)
            await writer.drain()

    return answer
