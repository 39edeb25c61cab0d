"""A support's record found, its sealed parts opened, and a command carried out in it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, ParamSpec
from uuid import UUID

from chassis import event_store
from chassis.commands import Desk
from chassis.decider import Origin, Refused, Step
from chassis.handle import Answer, handle
from chassis.problems import Problem
from direct_access.decide.support import Command as SupportCommand
from direct_access.model import catalogue, support
from direct_access.store import SUPPORT
from direct_access.work.deciding import list_versions
from keyring import Erased

P = ParamSpec("P")

_TRIES = 4
_REACH = frozenset({"contact", "contact_times", "may_leave_message", "safe_contact"})
"""What is told of how to reach somebody. When it is told anew nothing of it stays from before."""


def until_it_holds(work: Callable[P, Awaitable[Answer]]) -> Callable[P, Awaitable[Answer]]:
    """Lay a piece of work out anew where what it rests on, in more than one stream, changed before it was done."""

    @wraps(work)
    async def done(*args: P.args, **kwargs: P.kwargs) -> Answer:
        for _ in range(_TRIES - 1):
            try:
                return await work(*args, **kwargs)
            except Refused as refused:
                if refused.code != "changed-meanwhile":
                    raise
        return await work(*args, **kwargs)

    return done


@dataclass(frozen=True, slots=True)
class Opened:
    """A person's part as staff read it: nothing where it has been erased."""

    fields: dict[str, str]
    erased: bool

    def get(self, name: str) -> str:
        """A field, empty where the person left it out."""
        return self.fields.get(name, "")


async def find_support(desk: Desk, board: UUID, support_id: UUID) -> support.Asked | support.Running | support.Ended:
    """A support as it stands.

    Raises:
        Problem: 404, the board has no such support.
    """
    state = (await event_store.load(desk.store.pool, board, support_id, SUPPORT)).state
    if isinstance(state, support.NotAsked):
        raise Problem(404, "support-not-found")
    return state


async def find_record(desk: Desk, board: UUID, support_id: UUID) -> support.Record:
    """What has been recorded of a support. Raises as `find_support` does."""
    return (await find_support(desk, board, support_id)).record


async def find_terms(desk: Desk, board: UUID, record: support.Record) -> catalogue.Terms:
    """What the board had decided of a support when it was asked for, which is what holds for the case."""
    versions = await list_versions(desk, board, record.asked.support)
    return versions[record.asked.catalogue_version - 1].terms


async def open_parts(desk: Desk, parts: Sequence[str]) -> list[Opened]:
    """Sealed parts, opened for those who may read them, in their order.

    Raises:
        KeyringAway: they cannot be opened now.
    """
    opened = await desk.keyring.open_many(parts)
    return [Opened({}, True) if isinstance(part, Erased) else Opened(dict(part), False) for part in opened]


async def open_person(desk: Desk, record: support.Record) -> Opened:
    """What the person told, or somebody for them, and how to reach them as it was told last.

    Raises:
        KeyringAway: it cannot be opened now.
    """
    newer = record.contact_told
    parts = [record.asked.asker, *([newer.reach] if newer else [])]
    asker, *reach = await open_parts(desk, [str(part) for part in parts])
    if not reach or asker.erased:
        return asker
    kept = {name: value for name, value in asker.fields.items() if name not in _REACH}
    return Opened({**kept, **reach[0].fields}, False)


async def birth_date(desk: Desk, record: support.Record) -> date:
    """When the person was born, as told.

    Raises:
        Problem: 409, it has been erased.
        KeyringAway: it cannot be opened now.
    """
    return date.fromisoformat((await open_asker(desk, record)).fields["born"])


async def open_asker(desk: Desk, record: support.Record) -> Opened:
    """What the person told, or somebody for them.

    Raises:
        Problem: 409, it has been erased.
        KeyringAway: it cannot be opened now.
    """
    asker = await open_person(desk, record)
    if asker.erased:
        raise Problem(409, "person-erased")
    return asker


async def in_support(
    desk: Desk,
    origin: Origin,
    support_id: UUID,
    command: SupportCommand,
    *others: Step[Any],
    answer: Answer | None = None,
) -> Answer:
    step = Step(decider=SUPPORT, stream=support_id, command=command)
    answer = {"support_id": str(support_id), **(answer or {})}
    try:
        return (await handle(desk.store, origin, step, *others, answer=answer)).answer
    except Refused as refused:
        if refused.code == "support-not-found":
            raise Problem(404, refused.code) from None
        raise
