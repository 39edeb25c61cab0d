"""Coming to a support where identity is not documented (SoL 14:5), and answering the short measure there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import assert_never
from uuid import UUID

from chassis.decider import Refused
from contracts.direct_access import Documentation
from contracts.vocabulary import MeasurePoint
from direct_access.decide.catalogue import find_offered
from direct_access.model.catalogue import State as Entry
from direct_access.model.measure import INSTRUMENT, Answers
from direct_access.model.visit import Event, NotStarted, State, Visit, VisitMeasured, VisitStarted
from statute.direct import IDENTITY_UNDOCUMENTED


@dataclass(frozen=True, slots=True, kw_only=True)
class StartVisit:
    """Come in. Nothing is asked but where."""

    board: UUID
    visit: UUID
    entry: Entry
    district: str
    on: date
    """Today in Stockholm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureVisit:
    """Answer the short measure: the first time is before, the second after."""

    answers: Answers
    on: date


Command = StartVisit | MeasureVisit


def decide(command: Command, state: State) -> Sequence[Event]:
    """What a command makes happen.

    Raises:
        Refused: the board documents identity in this support, no visit has this code, or both measures are taken.
    """
    match command:
        case StartVisit():
            return _start(command, state)
        case MeasureVisit():
            return _measure(command, state)
        case _:
            assert_never(command)


def _start(command: StartVisit, state: State) -> Sequence[Event]:
    if isinstance(state, Visit):
        raise Refused("visit-started-already")
    listed = find_offered(command.entry, command.on, command.district)
    if listed.terms.documentation is not Documentation.NO_IDENTITY:
        # Anonymity is the board's decision for each support, never the visitor's or the officer's choice.
        raise Refused("identity-is-documented", IDENTITY_UNDOCUMENTED.on(command.on).reference, ("ask-with-name",))
    return [
        VisitStarted(
            board=command.board,
            visit=command.visit,
            support=listed.code,
            catalogue_version=listed.version,
            district=command.district,
            started_on=command.on,
        )
    ]


def _measure(command: MeasureVisit, state: State) -> Sequence[Event]:
    match state:
        case NotStarted():
            raise Refused("code-unknown")
        case Visit(measured=()):
            point = MeasurePoint.START
        case Visit(measured=(MeasurePoint.START,)):
            point = MeasurePoint.END
        case Visit():
            raise Refused("measured-already")
        case _:
            assert_never(state)
    return [VisitMeasured(instrument=INSTRUMENT, point=point, score=command.answers.score, taken_on=command.on)]
