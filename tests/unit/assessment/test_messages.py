"""Whatever the rules say no with, there is a sentence for it."""

import ast
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from tests.unit.assessment.test_any_order import OPENINGS, PLAYS

import assessment
from assessment.decide.investigation import Command
from assessment.messages import MESSAGES
from assessment.store import INVESTIGATION
from chassis.decider import Refused
from chassis.messages import SHARED_MESSAGES

FOLDER = Path(assessment.__file__).parent
UNSPOKEN = {"no-such-case"}
"""Answered as an address that leads nowhere."""


def _refusals() -> set[str]:
    """Every code that stands as a literal in a refusal of the rules."""
    found = set()
    for file in (FOLDER / "decide").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(func=ast.Name(id="Refused"), args=[ast.Constant(value=str(code)), *_]):
                    found.add(code)
                case _:
                    pass
    return found


@pytest.mark.parametrize("code", sorted(_refusals() - UNSPOKEN))
def test_every_refusal_has_a_sentence(code: str) -> None:
    assert code in MESSAGES


def test_no_sentence_is_written_twice() -> None:
    assert not MESSAGES.keys() & SHARED_MESSAGES.keys()


@settings(deadline=None)
@for_all(OPENINGS, PLAYS)
def test_every_refusal_of_the_statute_has_a_sentence_and_so_has_each_way_out(
    opening: Command, commands: list[tuple[int, Command, bool]]
) -> None:
    state, said = INVESTIGATION.initial, set()
    for _, command, _ in [(0, opening, True), *commands]:
        try:
            for event in INVESTIGATION.decide(command, state):
                state = INVESTIGATION.evolve(state, event)
        except Refused as refused:
            said |= {refused.code, *refused.instead}
    assert said - UNSPOKEN <= MESSAGES.keys()
