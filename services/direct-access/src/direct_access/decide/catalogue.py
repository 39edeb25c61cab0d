"""What a board may decide of a support, and whether one is given to whom, where and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import assert_never
from uuid import UUID

from chassis.decider import Refused, obey
from contracts.direct_access import Documentation, LegalBasis
from direct_access.model.catalogue import (
    Event,
    Listed,
    Opening,
    State,
    SupportClosed,
    SupportDecided,
    SupportOpened,
    Terms,
    Undecided,
    changed,
)
from statute.clocks import stockholm_day
from statute.direct import BOARD_CATALOGUE, IDENTITY_UNDOCUMENTED, may_be_direct, may_count_as, may_leave_out_identity

_OTHER_WAYS = ("talk-with-us", "apply-assessed")
_APPLIED_FOR = frozenset({LegalBasis.ASSESSED, LegalBasis.LINK})
"""What is not given here. All else is given without assessment, whatever chapter it is said to rest on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideSupport:
    """Register what the board decided of a support."""

    board: UUID
    entry: UUID
    code: str
    terms: Terms
    made_from: int | None = None
    """The version that the change was made from, where that was said: a later one is not overwritten unseen."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSupport:
    """Take nobody from a day on."""

    day: date
    reason: str
    instead: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSupport:
    """Take people again from a day on."""

    day: date
    reason: str
    at: datetime


Command = DecideSupport | CloseSupport | OpenSupport


def decide(command: Command, state: State) -> Sequence[Event]:
    """What happens to the entry; nothing where what is said holds already.

    Raises:
        Refused: the Act does not let the board decide so, the decision contradicts itself, or there is no decision.
    """
    match command:
        case DecideSupport():
            return _decide_support(command, state)
        case CloseSupport(day=day, reason=reason, instead=instead, at=at):
            if _said(state, Opening(day=day, open=False, reason=reason, instead=instead), at):
                return []
            return [SupportClosed(day=day, reason=reason, instead=instead, closed_at=at)]
        case OpenSupport(day=day, reason=reason, at=at):
            if _said(state, Opening(day=day, open=True, reason=reason), at):
                return []
            return [SupportOpened(day=day, reason=reason, opened_at=at)]
        case _:
            assert_never(command)


def _said(state: State, opening: Opening, at: datetime) -> bool:
    """Whether just this has been said already.

    Raises:
        Refused: nobody has decided on the support, nobody is told why, or the day has passed: what was, was.
    """
    if isinstance(state, Undecided):
        raise Refused("support-unknown", BOARD_CATALOGUE.on(stockholm_day(at)).reference)
    if not opening.reason.strip():
        raise Refused("opening-reason-missing")
    if opening.day < stockholm_day(at):
        raise Refused("opening-day-passed")
    if opening.instead == state.code:
        raise Refused("instead-of-itself")
    return opening in state.openings


def _decide_support(command: DecideSupport, state: State) -> Sequence[Event]:
    terms = command.terms
    if isinstance(state, Listed) and not changed(state.terms, terms):
        return []
    if isinstance(state, Listed) and command.made_from not in {None, state.version}:
        raise Refused("decided-meanwhile")
    if terms.age_from is not None and terms.age_to is not None and terms.age_to < terms.age_from:
        raise Refused("ages-backwards")
    if terms.valid_to is not None and terms.valid_to < terms.valid_from:
        raise Refused("validity-backwards")
    day = stockholm_day(command.at)
    _check_basis(terms, day)
    if terms.counted_as is not None:
        obey(may_count_as(terms.counted_as, terms.content, day))
    if isinstance(state, Listed) and not terms.reason.strip():
        raise Refused("change-reason-missing")
    return [
        SupportDecided(board=command.board, entry=command.entry, code=command.code, terms=terms, decided_at=command.at)
    ]


def _check_basis(terms: Terms, day: date) -> None:
    """SoL 11:5 closes the list of what is never direct; 14:5 asks for special reasons, and for a direct support."""
    if terms.basis not in _APPLIED_FOR:
        obey(may_be_direct(terms.kind, terms.content, terms.age_from or 0, day))
    if terms.documentation is Documentation.NO_IDENTITY:
        if terms.basis is not LegalBasis.DIRECT:
            raise Refused("only-direct-without-identity", IDENTITY_UNDOCUMENTED.on(day).reference)
        reasons = bool(terms.special_reasons and terms.special_reasons.strip())
        obey(may_leave_out_identity(decided_by_board=bool(terms.decision), special_reasons=reasons, day=day))


def find_offered(entry: State, day: date, district: str) -> Listed:
    """The entry, where the board gives the support directly on this day in this district.

    Raises:
        Refused: direct support is given only as the board has decided (SoL 11:5); what can be done instead is named.
    """
    rule = BOARD_CATALOGUE.on(day).reference
    match entry:
        case Undecided():
            raise Refused("support-unknown", rule, _OTHER_WAYS)
        case Listed(terms=terms):
            if terms.basis in _APPLIED_FOR:
                raise Refused("support-is-applied-for", rule, ("apply-assessed", "talk-with-us"))
            if day < terms.valid_from or (terms.valid_to is not None and terms.valid_to < day):
                raise Refused("support-not-offered-now", rule, _OTHER_WAYS)
            if terms.districts and district not in terms.districts:
                raise Refused("support-not-in-district", rule, _OTHER_WAYS)
            check_open(entry, day)
            return entry


def is_closed(entry: State, moment: datetime) -> bool:
    """Whether the support takes nobody on the day of a moment."""
    return isinstance(entry, Listed) and not entry.is_open(stockholm_day(moment))


def check_open(entry: Listed, day: date) -> None:
    """Whether the support takes people on a day.

    Raises:
        Refused: it is closed then.
    """
    if not entry.is_open(day):
        raise Refused("support-closed-now", BOARD_CATALOGUE.on(day).reference, ("another-support", *_OTHER_WAYS))


def check_times(entry: State) -> None:
    """Whether the support has times that one can stand in the queue for.

    Raises:
        Refused: one comes to it in another way.
    """
    if isinstance(entry, Listed) and not entry.terms.has_times:
        raise Refused("not-bookable")


def check_age(entry: Listed, age: int, day: date) -> None:
    """Whether the support is meant for somebody of this age, in whole years.

    Raises:
        Refused: the board decided on other ages.
    """
    youngest, oldest = entry.terms.age_from or 0, entry.terms.age_to
    if age < youngest or (oldest is not None and oldest < age):
        raise Refused("outside-the-ages", BOARD_CATALOGUE.on(day).reference, _OTHER_WAYS)
