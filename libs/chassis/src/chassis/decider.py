"""The shape of a service's pure core: commands are decided into events, events are folded into a state.

Nothing here does I/O. Time, ids, actor and purpose arrive with the command.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from contracts.published import Published
from statute.answers import Refusal


class Refused(Exception):
    """The domain says no. An outcome, not a fault: nothing was written.

    `code` is a constant in kebab-case that the message catalogues have a text for; `rule` is the paragraph that it
    rests on, such as "SoL 21:2"; `instead` names, by code, what the person can do.
    """

    def __init__(self, code: str, rule: str | None = None, instead: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.rule = rule
        self.instead = instead


A = TypeVar("A")


def obey(answer: A | Refusal) -> A:
    """What the statute answers, where it does not say no.

    Raises:
        Refused: the statute's no, with its paragraph and what can be done instead.
    """
    if isinstance(answer, Refusal):
        raise Refused(answer.code, answer.rule.reference, tuple(each.value for each in answer.instead))
    return answer


class Event(Protocol):
    """A private event: a frozen dataclass with a literal `type`, in the past tense."""

    @property
    def type(self) -> str:
        """The name it is stored under, such as `report-received`; never changed, since a new shape is a new event."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


C = TypeVar("C")
E = TypeVar("E", bound=Event)
S = TypeVar("S")

Rows = Mapping[str, Sequence[Mapping[str, object]]]
"""Rows of a service's own views, by table. Each row is written whole."""

Json = dict[str, Any]
Upcaster = Callable[[Json], Json]


def _no_timers(_state: object) -> Mapping[str, datetime]:
    return {}


def _unpublished(_event: object, _state: object) -> None:
    return None


def _no_rows(_state: object) -> Rows:
    return {}


@dataclass(frozen=True, kw_only=True)
class Decider(Generic[C, E, S]):
    """One kind of stream: how its commands are decided, its events folded, and what follows from its state."""

    kind: str
    """The kind of stream, such as `report`. Stored with each event."""
    events: tuple[type[Any], ...]
    """Every event of the stream, so that stored ones can be read."""
    initial: S
    decide: Callable[[C, S], Sequence[E]]
    """Pure. Returns the events of a command, none if it changes nothing.

    Raises:
        Refused: the command must not be carried out.
    """
    evolve: Callable[[S, E], S]
    publish: Callable[[E, S], Published | None] = _unpublished
    """The published form of an event, given the state after it; None keeps it private."""
    rows: Callable[[S], Rows] = _no_rows
    """This service's own view rows of a stream, given its state."""
    timers: Callable[[S], Mapping[str, datetime]] = _no_timers
    """What is to happen to the stream, and when, given its state: name → aware UTC time."""
    upcasters: Mapping[str, tuple[str, Upcaster]] = field(default_factory=dict)
    """Old event type → (newer type, how to lift its data)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a command comes from: its id, whose it is, and why the data are processed."""

    command_id: UUID
    board: UUID
    at: datetime
    """When the command was given, aware, UTC."""
    role: str
    """The role of who acts, such as `caseworker`, `citizen` or `system`."""
    actor: str | None
    """A pseudonym of who acts; None where nobody is signed in."""
    purpose: str
    """Why, as a constant word, such as `handle-report`."""
    fingerprint: bytes | None = None
    """A keyed digest of the request's body. None for commands that no client can send again, such as a reaction's."""
    linked: bool = True
    """Whether the trace of the request is kept with what happens. Not where identity is not documented (SoL 14:5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[S]):
    """One stream's part of a piece of work."""

    decider: Decider[Any, Any, S]
    stream: UUID
    command: Any
    case: UUID | None = None
    """The case that the stream belongs to; by default the stream is its own case."""
    new: bool = False
    """The stream is known not to exist yet, so there is nothing to load."""

    @property
    def case_id(self) -> UUID:
        """The case: the Kafka key, and what keys are bound to."""
        return self.case or self.stream
