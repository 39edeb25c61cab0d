"""A command's way: load, decide, seal, append. The one function that every command of every service passes through."""

import asyncio
import hmac
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeAlias, TypeVar
from uuid import UUID, uuid5
from weakref import WeakValueDictionary

from pydantic_core import to_json

from chassis import event_store
from chassis.answers import Answers
from chassis.case_keys import CaseKeys
from chassis.codec import encode
from chassis.database import Connection, Pool
from chassis.decider import Decider, Origin, Refused, Step
from chassis.event_store import Answered, Append, Conflict, Due, Loaded, NewEvent, Read, StreamCache, Wanted
from chassis.metrics import record_command
from chassis.personal import Sealed, personal_parts, with_sealed
from chassis.telemetry import current_traceparent, database_span, span
from chassis.together import Together
from keyring.ring import Keyring
from keyring.seals import KeyHandle, seal

S = TypeVar("S")

_ATTEMPTS = 12

_FreshKeys: TypeAlias = dict[tuple[UUID, UUID], KeyHandle]
"""Keys that this piece of work binds, by case and person."""


@dataclass(slots=True)
class Store:
    """What `handle` needs of a service."""

    service: str
    pool: Pool
    keyring: Keyring
    answers: Answers
    keys: CaseKeys
    cache: StreamCache = field(default_factory=StreamCache)
    appended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the outbox has something new, so that the relay need not wait for its next look."""
    turns: WeakValueDictionary[UUID, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """Who writes to a stream in this process, while somebody does."""

    append: Together[Connection, Sequence[Append], Answered] = field(init=False)
    read: Together[Connection, Wanted, Read] = field(init=False)

    def __post_init__(self) -> None:
        self.append = Together(self.pool.acquire, event_store.append)
        self.read = Together(self.pool.acquire, event_store.read_streams)


Answer = dict[str, Any]
"""What a command is answered with, now and when it comes again."""


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a piece of work."""

    answer: Answer
    repeated: bool
    """The same command had been handled before; this is the answer of then."""
    states: dict[UUID, Any]
    """The state of each stream afterwards. Empty when repeated."""


class _Prepared(NamedTuple):
    work: Append
    after: Loaded[Any]


async def handle(
    store: Store,
    origin: Origin,
    *steps: Step[Any],
    answer: Mapping[str, Any] | None = None,
    timer: Due | None = None,
    mark: Mapping[str, Any] | None = None,
) -> Handled:
    """Carry out a command on one stream, or on several that must change together.

    `timer` is the timer of the first step's stream that caused this; it is deleted with it. `mark` is the inbox row
    of the event that caused this; it is written with it.

    Raises:
        Refused: a decider said no, or the command's id was used before with another body. Nothing was written.
        AlreadyHandled: the event or timer that caused this has had its effect.
        Conflict: other writers were first every time; try again later.
        KeyringAway, or one of `database.AWAY`: a part is away; nothing is known to be written.
    """
    what = {"stodvag.kind": steps[0].decider.kind, "stodvag.purpose": origin.purpose}
    began, outcome = time.perf_counter(), "done"
    # A stream that does not exist yet is known to nobody else.
    shared = sorted({step.stream for step in steps if not step.new})
    try:
        with span("command", what):
            handled = await _in_turn(
                store, shared, lambda: _until_first(store, origin, steps, answer or {}, timer, mark)
            )
        if handled.repeated:
            outcome = "repeated"
        return handled
    except BaseException as error:
        outcome = "refused" if isinstance(error, Refused) else type(error).__name__
        raise
    finally:
        record_command(time.perf_counter() - began, steps[0].decider.kind, outcome)


async def _in_turn(store: Store, streams: Sequence[UUID], work: Callable[[], Awaitable[Handled]]) -> Handled:
    """Writers of one process would only make one another start again. All wait for streams in the same order."""
    if not streams:
        return await work()
    async with store.turns.setdefault(streams[0], asyncio.Lock()):
        return await _in_turn(store, streams[1:], work)


async def _until_first(
    store: Store,
    origin: Origin,
    steps: Sequence[Step[Any]],
    answer: Mapping[str, Any],
    timer: Due | None,
    mark: Mapping[str, Any] | None,
) -> Handled:
    """Try until no other process was first."""
    for attempt in range(_ATTEMPTS):
        try:
            return await _attempt(store, origin, steps, answer, timer, mark)
        except Conflict:
            for step in steps:
                await current(store, origin.board, step.stream, step.decider)
            # Whoever was first may have begun a stream that was thought to be new.
            steps = tuple(replace(step, new=False) for step in steps)
            await asyncio.sleep(random.uniform(0, 0.002 * 2 ** min(attempt, 6)))  # noqa: S311  # spreads the writers
        except Refused:
            if (answered := await _answered_before(store, origin)) is None:
                raise
            return _repeated(store, origin, answered)
    raise Conflict


async def _attempt(
    store: Store,
    origin: Origin,
    steps: Sequence[Step[Any]],
    answer: Mapping[str, Any],
    timer: Due | None,
    mark: Mapping[str, Any] | None,
) -> Handled:
    fresh: _FreshKeys = {}
    prepared = [await _prepare(store, origin, step, index, fresh) for index, step in enumerate(steps)]
    first = prepared[0].work
    first.timer = timer
    if origin.fingerprint is not None:
        first.fingerprint = origin.fingerprint
        first.answer = store.answers.seal(origin.command_id, answer)
    if mark is not None:
        first.mark = to_json(mark).decode()
    with database_span("append", "append events"):
        answered = await store.append(origin.board, [each.work for each in prepared])
    if answered.known:
        return _repeated(store, origin, answered)
    for each in prepared:
        store.cache.keep(origin.board, each.work.kind, each.work.stream, each.after)
        store.keys.remember(origin.board, each.work.case, each.work.keys)
    if any(event.out_value is not None for each in prepared for event in each.work.events):
        store.appended.set()
    return Handled(dict(answer), False, {each.work.stream: each.after.state for each in prepared})


async def _prepare(store: Store, origin: Origin, step: Step[Any], index: int, fresh: _FreshKeys) -> _Prepared:
    """Decide one step and lay out what its append writes."""
    before, events = await _decide(store, origin.board, step)
    traceparent = current_traceparent() if origin.linked else None
    ids = [uuid5(origin.command_id, f"{index}:{number}") for number in range(len(events))]
    sealed, bind = await _seal(store, origin.board, step, ids, events, fresh)
    work = Append(
        step.stream,
        step.decider.kind,
        step.case_id,
        origin.at,
        origin.command_id,
        origin.role,
        origin.actor,
        origin.purpose,
        traceparent,
        before.version,
        keys=bind,
    )
    state, published = before.state, before.published
    for event_id, event in zip(ids, sealed, strict=True):
        state = step.decider.evolve(state, event)
        message = step.decider.publish(event, state)
        out = () if message is None else (message.type, message.model_dump_json())
        published += message is not None
        work.events.append(NewEvent(event_id, event.type, encode(event), published, *out))
    if events:
        work.rows = step.decider.rows(state)
        _set_timers(work, step.decider.timers(before.state), step.decider.timers(state))
    return _Prepared(work, Loaded(before.version + len(events), published, state))


async def _decide(store: Store, board: UUID, step: Step[Any]) -> tuple[Loaded[Any], Sequence[Any]]:
    """Decide on the state that is remembered; where that gives no events for the append to check, look again."""
    if step.new:
        blank = Loaded(0, 0, step.decider.initial)
        return blank, step.decider.decide(step.command, blank.state)
    remembered = store.cache.get(board, step.decider.kind, step.stream)
    if remembered is not None:
        with suppress(Refused):
            if events := step.decider.decide(step.command, remembered.state):
                return remembered, events
    loaded = await current(store, board, step.stream, step.decider, step.case_id)
    return loaded, step.decider.decide(step.command, loaded.state)


async def current(
    store: Store, board: UUID, stream: UUID, decider: Decider[Any, Any, S], case: UUID | None = None
) -> Loaded[S]:
    """Where a stream stands now. What is remembered of it is brought up to date, rather than folded from the start.

    Of a case that is named, the keys come with it.
    """
    known = store.cache.get(board, decider.kind, stream)
    with database_span("load", "load stream"):
        read = await store.read(board, Wanted(stream, 0 if known is None else known.version, case))
    if case is not None:
        store.keys.remember(board, case, read.keys)
    loaded = event_store.fold(read.events, decider, known)
    if loaded.version:
        store.cache.keep(board, decider.kind, stream, loaded)
    return loaded


async def _seal(
    store: Store, board: UUID, step: Step[Any], ids: Sequence[UUID], events: Sequence[Any], fresh: _FreshKeys
) -> tuple[list[Any], dict[UUID, UUID]]:
    """The events with every person's part sealed, and the key ids that this step has to bind to their person.

    `fresh` holds the keys that earlier steps of the same work bind.
    """
    parts = [personal_parts(event) for event in events]
    persons = {part.person for found in parts for part in found}
    if not persons:
        return list(events), {}
    handles = {person: fresh[step.case_id, person] for person in persons if (step.case_id, person) in fresh}
    own_new_case = step.new and step.case_id == step.stream
    known, unbound = await store.keys.of(board, step.case_id, persons - handles.keys(), new_case=own_new_case)
    handles |= known
    fresh.update({(step.case_id, person): key for person, key in unbound.items()})
    sealed = []
    for event_id, event, found in zip(ids, events, parts, strict=True):
        swap = {id(part): Sealed(seal(handles[part.person], event_id, part.part, part.fields)) for part in found}
        sealed.append(with_sealed(event, swap) if swap else event)
    return sealed, {person: key.key_id for person, key in unbound.items()}


def _set_timers(work: Append, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    work.timers_off = [name for name in before if name not in after]
    work.timers_on = {name: due for name, due in after.items() if before.get(name) != due}


async def _answered_before(store: Store, origin: Origin) -> Answered | None:
    """What the same command was answered, if it was: what it did may be the very reason why it is refused now."""
    if origin.fingerprint is None:
        return None
    return await event_store.answered(store.pool, origin.board, origin.command_id)


def _repeated(store: Store, origin: Origin, answered: Answered) -> Handled:
    known, sealed = answered.fingerprint, answered.answer
    if (
        known is None
        or sealed is None
        or origin.fingerprint is None
        or not hmac.compare_digest(known, origin.fingerprint)
    ):
        raise Refused("idempotency-key-reused")
    return Handled(store.answers.open(origin.command_id, sealed), True, {})
