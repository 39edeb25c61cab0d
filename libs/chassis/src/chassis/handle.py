"""A command's way: load, decide, seal, append. The one function that every command of every service passes through."""

import asyncio
import hmac
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar
from uuid import UUID, uuid5
from weakref import WeakValueDictionary

from pydantic_core import to_json

from chassis import event_store
from chassis.answers import Answers
from chassis.case_keys import CaseKeys
from chassis.codec import encode
from chassis.database import Pool
from chassis.decider import Decider, Origin, Refused, Step
from chassis.event_store import Answered, Append, Conflict, Due, Loaded, StreamCache
from chassis.metrics import record_command
from chassis.personal import Sealed, personal_parts, with_sealed
from chassis.telemetry import current_traceparent, span
from contracts.envelope import Envelope
from contracts.published import Published
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


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a piece of work."""

    answer: dict[str, Any]
    repeated: bool
    """The same command had been handled before; this is the answer of then."""
    states: dict[UUID, Any]
    """The state of each stream afterwards. Empty when repeated."""


@dataclass(slots=True)
class _Prepared:
    work: Append
    after: Loaded[Any]
    fresh: dict[UUID, UUID]


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
    try:
        with span("command", what):
            async with _in_turn(store, steps):
                handled = await _until_first(store, origin, steps, answer or {}, timer, mark)
        if handled.repeated:
            outcome = "repeated"
        return handled
    except BaseException as error:
        outcome = "refused" if isinstance(error, Refused) else type(error).__name__
        raise
    finally:
        record_command(time.perf_counter() - began, steps[0].decider.kind, outcome)


@asynccontextmanager
async def _in_turn(store: Store, steps: Sequence[Step[Any]]) -> AsyncIterator[None]:
    """Writers of one process would only make one another start again. All wait for streams in the same order.

    A stream that does not exist yet is known to nobody else.
    """
    async with AsyncExitStack() as turns:
        for stream in sorted({step.stream for step in steps if not step.new}):
            await turns.enter_async_context(store.turns.setdefault(stream, asyncio.Lock()))
        yield


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
    if timer is not None:
        first.timer, first.timer_due = timer.name, timer.at
    if origin.fingerprint is not None:
        first.fingerprint = origin.fingerprint
        first.answer = store.answers.seal(origin.command_id, answer)
    if mark is not None:
        first.mark = to_json(mark).decode()
    answered = await _write(store, [each.work for each in prepared])
    if answered.known:
        return _repeated(store, origin, answered)
    for each in prepared:
        store.cache.keep(origin.board, each.work.kind, each.work.stream, each.after)
        for person, key in each.fresh.items():
            store.keys.remember(origin.board, each.work.case, person, key)
    if any(each.work.out_ids for each in prepared):
        store.appended.set()
    return Handled(dict(answer), False, {each.work.stream: each.after.state for each in prepared})


async def _prepare(store: Store, origin: Origin, step: Step[Any], index: int, fresh: _FreshKeys) -> _Prepared:
    """Decide one step and lay out what its append writes."""
    before, events = await _decide(store, origin.board, step)
    work = Append(
        origin.board,
        step.case_id,
        step.stream,
        step.decider.kind,
        before.version,
        origin.at,
        origin.command_id,
        None,
        b"",
        origin.role,
        origin.actor,
        origin.purpose,
        current_traceparent() if origin.linked else None,
    )
    ids = [uuid5(origin.command_id, f"{index}:{number}") for number in range(len(events))]
    sealed, bind = await _seal(store, origin.board, step, ids, events, fresh)
    state, published = before.state, before.published
    for event_id, event in zip(ids, sealed, strict=True):
        state = step.decider.evolve(state, event)
        message = step.decider.publish(event, state)
        if message is not None:
            published += 1
            _publish(work, store.service, event_id, message, published, origin)
        work.ids.append(event_id)
        work.types.append(event.type)
        work.data.append(encode(event))
        work.published.append(published)
    if events:
        rows = step.decider.rows(state)
        work.rows = to_json(rows).decode() if rows else None
        _set_timers(work, step.decider.timers(before.state), step.decider.timers(state))
    work.persons, work.keys = list(bind), list(bind.values())
    return _Prepared(work, Loaded(before.version + len(events), published, state), bind)


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
    loaded = await current(store, board, step.stream, step.decider)
    return loaded, step.decider.decide(step.command, loaded.state)


async def current(store: Store, board: UUID, stream: UUID, decider: Decider[Any, Any, S]) -> Loaded[S]:
    """Where a stream stands now. What is remembered of it is brought up to date, rather than folded from the start."""
    loaded = await event_store.load(store.pool, board, stream, decider, store.cache.get(board, decider.kind, stream))
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


def _publish(work: Append, service: str, event_id: UUID, message: Published, sequence: int, origin: Origin) -> None:
    envelope = Envelope(
        id=event_id,
        type=message.type,
        source=service,
        time=origin.at,
        board=origin.board,
        stream=work.stream,
        sequence=sequence,
        role=origin.role,
        purpose=origin.purpose,
        traceparent=work.traceparent,
    )
    work.out_ids.append(event_id)
    work.out_headers.append(event_store.outbox_headers(envelope))
    work.out_values.append(message.model_dump_json())


def _set_timers(work: Append, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    work.timers_off = [name for name in before if name not in after]
    for name, due in after.items():
        if before.get(name) != due:
            work.timers_on.append(name)
            work.timers_due.append(due)


async def _write(store: Store, works: Sequence[Append]) -> Answered:
    """One statement for one stream. Several go in one transaction, the streams always in the same order, so that two
    pieces of work that touch the same streams wait for each other and never deadlock."""
    if len(works) == 1:
        return await event_store.append(store.pool, works[0])
    first = works[0]
    async with store.pool.acquire() as connection, connection.transaction():
        ordered = sorted(works, key=lambda work: work.stream)
        carrier = ordered[0]
        if carrier is not first:
            carrier.fingerprint, first.fingerprint = first.fingerprint, None
            carrier.answer, first.answer = first.answer, b""
            carrier.mark, first.mark = first.mark, None
        answered = await event_store.append(connection, carrier)
        if answered.known:
            return answered
        for work in ordered[1:]:
            await event_store.append(connection, work)
        return answered


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
