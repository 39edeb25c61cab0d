"""A tiny service to test the chassis with: ledgers that are opened by somebody, added to, and closed by time.

It has one of each: a personal part, a published event and a private one, a view, a timer, and an event with an old
version.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Literal, assert_never
from uuid import UUID

from chassis.decider import Decider, Refused, Rows
from chassis.personal import Part
from contracts.published import Published

SERVICE = "sample"
MIGRATIONS = (
    Path(__file__).parents[3] / "libs" / "chassis" / "migrations",
    Path(__file__).parent / "sample_service" / "migrations",
)
PATIENCE = timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Somebody opened a ledger."""

    board: UUID
    ledger: UUID
    at: datetime
    owner: Part | None
    type: Literal["opened"] = "opened"


@dataclass(frozen=True, kw_only=True)
class Added:
    """Something was added. The second version: the first called the amount `cents`, in hundredths."""

    at: datetime
    amount: int
    type: Literal["added.v2"] = "added.v2"


@dataclass(frozen=True, kw_only=True)
class Noted:
    """Somebody wrote something about one or several persons. Private: it is never published."""

    notes: tuple[Part, ...]
    type: Literal["noted"] = "noted"


@dataclass(frozen=True, kw_only=True)
class Closed:
    """No more can be added."""

    at: datetime
    by_time: bool
    type: Literal["closed"] = "closed"


Event = Opened | Added | Noted | Closed


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """A ledger as folded so far."""

    opened: Opened | None = None
    changed_at: datetime | None = None
    total: int = 0
    open: bool = False


@dataclass(frozen=True, kw_only=True)
class Open:
    """Open a ledger, for somebody or for nobody in particular."""

    board: UUID
    ledger: UUID
    at: datetime
    owner: Part | None = None


@dataclass(frozen=True, kw_only=True)
class Add:
    """Add an amount, as long as the total stays within `at_most`."""

    at: datetime
    amount: int
    at_most: int | None = None


@dataclass(frozen=True, kw_only=True)
class Note:
    """Write something down."""

    notes: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class Close:
    """Close a ledger. Closing a closed one changes nothing."""

    at: datetime
    by_time: bool = False


Command = Open | Add | Note | Close


def decide(command: Command, ledger: Ledger) -> list[Event]:
    """The rules of ledgers."""
    match command:
        case Open(board=board, ledger=ledger_id, at=at, owner=owner):
            if ledger.opened is not None:
                raise Refused("already-open")
            return [Opened(board=board, ledger=ledger_id, at=at, owner=owner)]
        case Add(at=at, amount=amount, at_most=at_most):
            if not ledger.open:
                raise Refused("not-open", "SoL 1:1", ("open-another",))
            if at_most is not None and ledger.total + amount > at_most:
                raise Refused("too-much")
            return [Added(at=at, amount=amount)]
        case Note(notes=notes):
            return [Noted(notes=notes)]
        case Close(at=at, by_time=by_time):
            return [Closed(at=at, by_time=by_time)] if ledger.open else []
        case _:
            assert_never(command)


def evolve(ledger: Ledger, event: Event) -> Ledger:
    """A ledger after an event."""
    match event:
        case Opened(at=at):
            return replace(ledger, opened=event, changed_at=at, open=True)
        case Added(at=at, amount=amount):
            return replace(ledger, changed_at=at, total=ledger.total + amount)
        case Noted():
            return ledger
        case Closed(at=at):
            return replace(ledger, changed_at=at, open=False)
        case _:
            assert_never(event)


class AmountAdded(Published):
    """Something was added to a ledger."""

    type: ClassVar[str] = "stodvag.sample.amount-added.v1"
    added_at: datetime
    amount: int
    total: int
    owner: str | None


class LedgerClosed(Published):
    """A ledger was closed."""

    type: ClassVar[str] = "stodvag.sample.ledger-closed.v1"
    total: int


PUBLISHED: dict[str, type[Published]] = {event.type: event for event in (AmountAdded, LedgerClosed)}


def publish(event: Event, ledger: Ledger) -> Published | None:
    """The published form of an event."""
    if ledger.opened is None:
        return None
    match event:
        case Added(at=at, amount=amount):
            return AmountAdded(
                case_id=ledger.opened.ledger,
                added_at=at,
                amount=amount,
                total=ledger.total,
                owner=_sealed(ledger.opened),
            )
        case Closed():
            return LedgerClosed(case_id=ledger.opened.ledger, total=ledger.total)
        case _:
            return None


def rows(ledger: Ledger) -> Rows:
    """A ledger's row in the view."""
    if ledger.opened is None:
        return {}
    row = {
        "board_id": ledger.opened.board,
        "stream_id": ledger.opened.ledger,
        "total": ledger.total,
        "open": ledger.open,
        "owner": _sealed(ledger.opened),
    }
    return {"ledgers": [row]}


def timers(ledger: Ledger) -> dict[str, datetime]:
    """An open ledger is closed fourteen days after its last change."""
    if not ledger.open or ledger.changed_at is None:
        return {}
    return {"close": ledger.changed_at + PATIENCE}


def _sealed(opened: Opened) -> str | None:
    return None if opened.owner is None else str(opened.owner)


LEDGER: Decider[Command, Event, Ledger] = Decider(
    kind="ledger",
    events=(Opened, Added, Noted, Closed),
    initial=Ledger(),
    decide=decide,
    evolve=evolve,
    publish=publish,
    rows=rows,
    timers=timers,
    upcasters={"added": ("added.v2", lambda old: {"at": old["at"], "amount": old["cents"] // 100})},
)
