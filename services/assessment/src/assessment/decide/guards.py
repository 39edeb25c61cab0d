"""What several commands ask before they are carried out."""

from datetime import date, datetime
from typing import Protocol

from assessment.model.investigation import Case, Investigating, NotOpened, State
from chassis.decider import Refused, obey
from chassis.personal import Personal
from contracts.vocabulary import AgeBand
from statute.ages import YOUTH, age_on
from statute.clocks import stockholm_day
from statute.investigations import QualifiedTask, may_handle


class ByOfficer(Protocol):
    """A command that an officer of the board gives."""

    @property
    def at(self) -> datetime:
        """When, aware, UTC."""
        ...

    @property
    def qualified(self) -> bool:
        """Whether the officer has the degree that work with children asks for (SoL 25:1)."""
        ...


def begins_below(band: AgeBand, age: int) -> bool:
    """Whether an age band begins below an age. The bands' edges are those of the law; an unknown age is not below."""
    edge = band.value.partition("-")[0].rstrip("+")
    return edge.isdecimal() and int(edge) < age


def opened(state: State, command: ByOfficer, task: QualifiedTask) -> Case:
    """The case, once it is known that it exists and that this officer may do `task` in it.

    Raises:
        Refused: no such case, or the person is a child or youth and the officer is not qualified (SoL 25:1).
    """
    if isinstance(state, NotOpened):
        raise Refused("no-such-case")
    day = stockholm_day(command.at)
    child_or_youth = state.case.child or begins_below(state.case.age_band, YOUTH.on(day).value)
    obey(may_handle(task, child_or_youth=child_or_youth, qualified=command.qualified, day=day))
    return state.case


def investigating(state: State, command: ByOfficer) -> Investigating:
    """The investigation, once it is known that it is under way and that this officer may work in it.

    Raises:
        Refused: no such case, the officer is not qualified (SoL 25:1), or the investigation is closed.
    """
    opened(state, command, QualifiedTask.INVESTIGATE_NEED)
    if not isinstance(state, Investigating):
        raise Refused("investigation-closed")
    return state


def require_birth_date(case: Case, born: date, today: date) -> None:
    """Go on if the registered birth date fits the age band of the case, so that a slip cannot change the rules.

    Raises:
        Refused: the date lies ahead, or gives another age band than the case has.
    """
    received_on = stockholm_day(case.received_at)
    if born > today:
        raise Refused("birth-date-ahead")
    known = case.age_band is not AgeBand.UNKNOWN
    if known and (born > received_on or AgeBand.of(age_on(born, received_on)) is not case.age_band):
        raise Refused("birth-date-does-not-fit")


def about(case: Case, **fields: str | None) -> Personal:
    """Words about the person, to be sealed with the person's key. Fields that are None are left out."""
    return Personal("person", case.person, {name: text for name, text in fields.items() if text is not None})


def today(command: ByOfficer) -> date:
    """The day of a command in Stockholm, which the rules are asked about."""
    return stockholm_day(command.at)
