"""The append path of `eventsourcing`, as its documentation has it: aggregates, saved and loaded by an application.

Runs in an environment of its own. One line of JSON says what to do, each further line asks for a turn.
"""

import json
import os
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

Said = dict[str, Any]


class Case(Aggregate):
    """Remembers what was said last."""

    @event("Received")
    def __init__(self, said: Said) -> None:
        self.last = said

    @event("Noted")
    def note(self, said: Said) -> None:
        """One more event."""
        self.last = said


class Cases(Application[UUID]):
    """Two events a command."""

    def open(self, said: Said, *more: Said) -> UUID:
        """A new case."""
        case = Case(said)
        for each in more:
            case.note(each)
        self.save(case)
        case_id: UUID = case.id
        return case_id

    def go_on(self, case_id: UUID, *said: Said) -> None:
        """A running one, which is loaded."""
        case: Case = self.repository.get(case_id)
        for each in said:
            case.note(each)
        self.save(case)


def _turn(cases: Cases, threads: ThreadPoolExecutor, events: list[Said], batch: int) -> float:
    running = list(threads.map(cases.open, events[:1] * (batch // 2)))

    def command(case_id: UUID | None) -> None:
        if case_id is None:
            cases.open(*events)
        else:
            cases.go_on(case_id, *events)

    works: Iterable[UUID | None] = (each for case_id in running for each in (None, case_id))
    started = time.perf_counter()
    list(threads.map(command, works))
    return batch / (time.perf_counter() - started)


def main() -> None:
    """As many threads and connections as commands at a time, since it is synchronous."""
    task = json.loads(sys.stdin.readline())
    address = urlsplit(task["dsn"])
    os.environ |= {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": address.path.lstrip("/"),
        "POSTGRES_HOST": str(address.hostname),
        "POSTGRES_PORT": str(address.port),
        "POSTGRES_USER": str(address.username),
        "POSTGRES_PASSWORD": str(address.password),
        "POSTGRES_POOL_SIZE": str(task["width"]),
    }
    events = [each["data"] for each in task["events"]]
    cases = Cases()
    print(version("eventsourcing"), flush=True)
    with ThreadPoolExecutor(task["width"]) as threads:
        for _ in sys.stdin:
            print(_turn(cases, threads, events, task["batch"]), flush=True)
    cases.close()


if __name__ == "__main__":
    main()
