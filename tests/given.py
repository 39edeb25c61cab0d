"""Given these events, when this command, then those events or this refusal: how the pure core is tested.

given(REPORTS, ReportReceived(...)).when(OpenInvestigation(...)).then(InvestigationRequested(...))
given(REPORTS).when(OpenInvestigation(...)).refused("not-received")
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Generic, TypeVar

import pytest

from chassis.decider import Decider, Event, Refused
from chassis.personal import Personal

C = TypeVar("C")
E = TypeVar("E", bound=Event)
S = TypeVar("S")


@dataclass(frozen=True)
class Given(Generic[C, E, S]):
    """A stream in which some events have happened."""

    decider: Decider[C, E, S]
    state: S

    def when(self, command: C) -> "When[C, E, S]":
        """The command that is given now. It is decided when the outcome is asked for."""
        return When(self.decider, self.state, command)


@dataclass(frozen=True)
class When(Generic[C, E, S]):
    """A command on a stream, with the outcome still to be told."""

    decider: Decider[C, E, S]
    before: S
    command: C

    def events(self) -> list[E]:
        """What the command makes happen."""
        return list(self.decider.decide(self.command, self.before))

    def then(self, *expected: E) -> S:
        """Exactly these events happen, none if nothing is named; the state after them."""
        happened = self.events()
        assert [_comparable(event) for event in happened] == [_comparable(event) for event in expected]
        return fold(self.decider, happened, self.before)

    def refused(self, code: str, rule: str | None = None, instead: tuple[str, ...] | None = None) -> Refused:
        """The domain says no, with this code and, where named, this paragraph and these alternatives."""
        with pytest.raises(Refused) as refusal:
            self.decider.decide(self.command, self.before)
        assert refusal.value.code == code
        if rule is not None:
            assert refusal.value.rule == rule
        if instead is not None:
            assert refusal.value.instead == instead
        return refusal.value


def given(decider: Decider[C, E, S], *events: E) -> Given[C, E, S]:
    """A stream of this kind in which these events have happened, in this order."""
    return Given(decider, fold(decider, events, decider.initial))


def fold(decider: Decider[Any, E, S], events: Iterable[E], state: S) -> S:
    """The state after these events."""
    for event in events:
        state = decider.evolve(state, event)
    return state


def _comparable(value: Any) -> Any:
    """A value as something that equals another with the same content: `Personal` hides what it holds, also from ==."""
    match value:
        case Personal():
            return ("personal", value.part, value.person, value.fields)
        case tuple():
            return tuple(_comparable(each) for each in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return (type(value), {field.name: _comparable(getattr(value, field.name)) for field in fields(value)})
        case _:
            return value
