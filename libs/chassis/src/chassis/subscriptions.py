"""What a service does with others' events: project them into its views, or react to them with commands of its own."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from chassis import clock
from chassis.answers import reaction_id
from chassis.database import Connection
from chassis.decider import Origin, Refused, Step
from chassis.event_store import AlreadyHandled
from chassis.handle import Store, handle
from chassis.inbox import Arrival, Keeps, Standing, by_board, keep, mark, stand, take
from chassis.received import Received
from chassis.telemetry import database_span
from contracts.published import Published


@dataclass(frozen=True, kw_only=True)
class Projection:
    """Views of others' events. They must commute: streams and topics arrive in any order, each stream in its own."""

    name: str
    """Part of the consumer group and of every inbox row; never changes."""
    topics: tuple[str, ...]
    """The services that it listens to."""
    handles: frozenset[type[Published]]
    """Events of other types are kept unhandled, so that a later version can rebuild from them (see `keeps`)."""
    apply: Callable[[Connection, list[Received]], Awaitable[None]]
    """Change the rows of one board by new events in their order, in the transaction of the connection, set by set."""
    keeps: Keeps = "all"
    """Whose payload is kept: that of other types only where they may become this service's business."""


@dataclass(frozen=True, kw_only=True)
class Reaction:
    """Events that become commands here, each in a transaction of its own with its inbox mark."""

    name: str
    """Part of the consumer group, of every inbox row and command id; never changes."""
    topics: tuple[str, ...]
    """The services that it listens to."""
    handles: frozenset[type[Published]]
    react: Callable[[Received], Sequence[Step[Any]] | None]
    """Pure: the commands that an event becomes, carried out together or not at all; none leaves it unhandled."""
    purpose: str
    """Why the data are processed, as a constant word."""


Subscription: TypeAlias = Projection | Reaction

_IN_ORDER = {Standing.NEXT, Standing.KNOWN}


async def take_batch(store: Store, subscription: Subscription, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Give sound arrivals of one topic their effect in one transaction; returns those that must go one by one.

    These are the events of keys where something stands in the way. Of a reaction, only unhandled events are given here.
    """
    hindered = set()
    async with store.pool.acquire() as connection, connection.transaction():
        for group in by_board(arrivals):
            standings = await take(connection, subscription.name, group, data=_keeps(subscription))
            stood = list(zip(group, standings, strict=True))
            hindered |= {arrival.key for arrival, standing in stood if standing not in _IN_ORDER}
            await _project(
                connection,
                subscription,
                [arrival for arrival, standing in stood if standing is Standing.NEXT and arrival.key not in hindered],
            )
    return [arrival for arrival in arrivals if arrival.key in hindered]


async def take_one(store: Store, subscription: Subscription, arrival: Arrival, *, redriving: bool = False) -> Standing:
    """Give one sound arrival its effect, if it stands next in its order; returns where it stood.

    Redriving looks past what is parked.

    Raises:
        Exception: whatever the service's own code raises. Nothing was written then.
    """
    with database_span("take", "take event"):
        async with store.pool.acquire() as connection, connection.transaction():
            (standing,) = await stand(connection, subscription.name, [arrival], redriving=redriving)
            if standing is not Standing.NEXT:
                return standing
            if isinstance(subscription, Projection):
                if await keep(connection, subscription.name, arrival, data=subscription.keeps):
                    await _project(connection, subscription, [arrival])
                return standing
    await _react(store, subscription, arrival)
    return standing


def _keeps(subscription: Subscription) -> Keeps:
    return subscription.keeps if isinstance(subscription, Projection) else "none"


async def _project(connection: Connection, subscription: Subscription, kept: Sequence[Arrival]) -> None:
    """Give new arrivals of one board, which are kept by now, their effect on a projection's rows."""
    received = [each for each in (arrival.received() for arrival in kept) if each is not None]
    if received and isinstance(subscription, Projection):
        await subscription.apply(connection, received)


async def _react(store: Store, reaction: Reaction, arrival: Arrival) -> None:
    """Let an event become its command. That the domain says no is an outcome too, and recorded."""
    received = arrival.received()
    steps = None if received is None else reaction.react(received)
    if not steps:
        await _note(store, reaction, arrival, "unhandled")
        return
    origin = Origin(
        command_id=reaction_id(reaction.name, arrival.sound.id),
        board=arrival.board,
        at=clock.now(),
        role="system",
        actor=None,
        purpose=reaction.purpose,
    )
    try:
        await handle(store, origin, *steps, mark=mark(reaction.name, arrival))
    except AlreadyHandled:
        return
    except Refused as refused:
        await _note(store, reaction, arrival, f"refused:{refused.code}")


async def _note(store: Store, reaction: Reaction, arrival: Arrival, outcome: str) -> None:
    async with store.pool.acquire() as connection, connection.transaction():
        await keep(connection, reaction.name, arrival, outcome=outcome, data="none")
