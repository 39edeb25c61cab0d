"""One client that floods and clings, in a process of its own, so that what it costs here is not counted for others.

python -m tests.system.flooding PORT CONNECTIONS SECONDS

First it opens so many connections that say nothing, half a head or half a body, and prints how many were taken. Then,
for so many seconds, it opens and sends forms as fast as it can, and prints how it was answered: {"200": 13, "422": 5,
"429": 200}.
"""

import asyncio
import json
import os
import resource
import sys
import time
from collections import Counter

SLOW = (
    b"",
    b"POST /ansok HTTP/1.1\r\nhost: stodvag\r\nx-slow: ",
    b"POST /ansok HTTP/1.1\r\nhost: stodvag\r\ncontent-length: 200000\r\n\r\nname=",
)
OPEN = b"GET /ansok HTTP/1.1\r\nhost: stodvag\r\n\r\n"
SEND = b"POST /ansok HTTP/1.1\r\nhost: stodvag\r\norigin: http://stodvag\r\ncontent-length: 0\r\n\r\n"
AT_ONCE = 100


async def cling(port: int, count: int) -> list[asyncio.StreamWriter]:
    """Open slow connections, as many of each kind."""
    turn = asyncio.Semaphore(200)
    taken: list[asyncio.StreamWriter] = []

    async def connect(said: bytes) -> None:
        async with turn:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(said)
            taken.append(writer)

    await asyncio.gather(*(connect(SLOW[number % len(SLOW)]) for number in range(count)))
    return taken


async def flood(port: int, seconds: float) -> Counter[str]:
    """Open a form and send it empty, again and again on one connection: how it was answered."""
    statuses = Counter[str]()
    stop = time.monotonic() + seconds
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < stop:
        for request in (OPEN, SEND):
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            statuses[head[9:12]] += 1
            await reader.readexactly(int(head.split("content-length: ", 1)[1].split("\r\n", 1)[0]))
    writer.close()
    return statuses


async def cling_and_flood(port: int, count: int, seconds: float) -> None:
    """Do both, and tell."""
    taken = await cling(port, count)
    print(len(taken), flush=True)
    answered = await asyncio.gather(*(flood(port, seconds) for _ in range(AT_ONCE)))
    print(json.dumps(sum(answered, Counter[str]())), flush=True)
    for writer in taken:
        writer.transport.abort()


if __name__ == "__main__":
    os.nice(10)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(cling_and_flood(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
