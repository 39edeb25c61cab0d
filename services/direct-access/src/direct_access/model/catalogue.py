"""One form of support as a board decided it. The board's choice makes it direct, within the Act's closed list."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, assert_never
from uuid import UUID, uuid5

from contracts.direct_access import Documentation, LegalBasis
from statute.direct import Content, SupportClass, SupportKind


class Capacity(StrEnum):
    """How one comes to a support."""

    DROP_IN = "drop-in"
    BOOKABLE = "bookable"
    WAITING_LIST = "waiting-list"
    MATCHING = "matching"
    PHONE = "phone"


class Need(StrEnum):
    """What of everyday life a support is for: the words that people look for it by."""

    PARENTING = "parenting"
    ALCOHOL_DRUGS_GAMBLING = "alcohol-drugs-gambling"
    VIOLENCE = "violence"
    MENTAL_HEALTH = "mental-health"
    YOUNG = "young"
    MONEY = "money"
    FAMILY = "family"
    HOUSING = "housing"
    LONELINESS = "loneliness"
    LEAVING_CRIME = "leaving-crime"


class MeetingForm(StrEnum):
    """How one meets."""

    IN_PERSON = "in-person"
    DIGITAL = "digital"
    PHONE = "phone"


class EvidenceStatus(StrEnum):
    """What is known of whether a support helps, as far as the board knows."""

    NOT_EVALUATED = "not-evaluated"
    EXPERIENCE = "experience"
    """Proven experience (beprövad erfarenhet), without studies."""
    PROMISING = "promising"
    """Studies point to an effect, and do not settle it."""
    SUPPORTED = "supported"
    """Several good studies show an effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The state of the evidence, and where it can be read."""

    status: EvidenceStatus
    references: tuple[str, ...] = ()


class Secrecy(StrEnum):
    """The secrecy that applies to what is told."""

    SOCIAL_SERVICES = "social-services"
    """OSL 26:1."""
    FAMILY_COUNSELLING = "family-counselling"
    """OSL 26:3, stricter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the board decided of a support. Texts are Swedish, for the public."""

    name: str
    what: str
    """What it is and what happens there, in plain words."""
    basis: LegalBasis
    kind: SupportKind
    """As far as SoL 11:5 tells kinds of support apart."""
    documentation: Documentation
    age_from: int | None
    """The youngest it is for, in whole years; None where the board set no limit."""
    age_to: int | None
    """The oldest it is for, in whole years."""
    districts: tuple[str, ...]
    """Where it is given; empty means everywhere in the board's area."""
    capacity: tuple[Capacity, ...]
    valid_from: date
    valid_to: date | None
    """The last day; None until the board decides otherwise."""
    decision: str
    """The reference of the board's decision, such as `SN 2026-04-12 § 58`."""
    special_reasons: str | None
    """Why identity is not documented (särskilda skäl, SoL 14:5)."""
    purpose: str = ""
    dose: str = ""
    """How much and how often, such as eight meetings of two hours."""
    place: str = ""
    method: str = ""
    needs: tuple[Need, ...] = ()
    situation: str = ""
    """For whom, besides ages."""
    languages: tuple[str, ...] = ()
    """The languages it is given in without an interpreter, as codes such as `sv`."""
    forms: tuple[MeetingForm, ...] = ()
    provider: str = ""
    """Who carries it out, where it is not the board itself."""
    cost: str = ""
    ksi: str = ""
    """The code of Socialstyrelsen's classification of support (KSI), empty where it is not settled."""
    evidence: Evidence | None = None
    secrecy: Secrecy = Secrecy.SOCIAL_SERVICES
    conditions: str = ""
    """The board's conditions (SoF 9:9), beyond ages and districts."""
    reason: str = ""
    """Why the board changed what it had decided."""
    next_steps: str = ""
    """What happens after one has asked or come."""
    wait: str = ""
    """How long that takes."""
    content: Content | None = None
    """What is actually done."""
    counted_as: SupportClass | None = None
    """What it is counted as, which its content decides."""

    @property
    def has_times(self) -> bool:
        """Whether staff offer times of it, which one can stand in the queue for."""
        return not {Capacity.BOOKABLE, Capacity.WAITING_LIST}.isdisjoint(self.capacity)

    @property
    def only_by_queue(self) -> bool:
        """Whether nobody picks a time: each free seat is offered to who waits, in their order."""
        return Capacity.WAITING_LIST in self.capacity and Capacity.BOOKABLE not in self.capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportDecided:
    """The board decided on a form of support, for the first time or anew."""

    board: UUID
    entry: UUID
    code: str
    terms: Terms
    decided_at: datetime
    """When the decision was registered here, aware, UTC."""
    type: Literal["support-decided"] = "support-decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportClosed:
    """The support takes nobody from a day on. What the board decided of it still holds."""

    day: date
    reason: str
    """For the public, such as `Sommarstängt`."""
    instead: str | None
    """The code of another support to turn to."""
    closed_at: datetime
    type: Literal["support-closed"] = "support-closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportOpened:
    """The support takes people again from a day on."""

    day: date
    reason: str
    opened_at: datetime
    type: Literal["support-opened"] = "support-opened"


Event = SupportDecided | SupportClosed | SupportOpened


@dataclass(frozen=True, slots=True)
class Undecided:
    """No board has decided on this support."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Whether a support takes people, from a day until the next such day."""

    day: date
    open: bool
    reason: str
    instead: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The support stands in the catalogue. `version` counts the board's decisions on it."""

    board: UUID
    entry: UUID
    code: str
    version: int
    terms: Terms
    openings: tuple[Opening, ...] = ()
    """By day, one a day; before the first the support is open."""

    def opening_on(self, day: date) -> Opening | None:
        """What was said last of whether it takes people, up to and with a day; None while nothing was said."""
        return next((each for each in reversed(self.openings) if each.day <= day), None)

    def is_open(self, day: date) -> bool:
        """Whether the support takes people on a day."""
        said = self.opening_on(day)
        return said is None or said.open


State = Undecided | Listed

initial: State = Undecided()


def evolve(state: State, event: Event) -> State:
    """The entry after an event.

    Raises:
        ValueError: the stream opens or closes what nobody has decided on, so it is corrupt.
    """
    match event:
        case SupportDecided():
            known = state if isinstance(state, Listed) else None
            return Listed(
                board=event.board,
                entry=event.entry,
                code=event.code,
                version=known.version + 1 if known else 1,
                terms=event.terms,
                openings=known.openings if known else (),
            )
        case SupportClosed(day=day, reason=reason, instead=instead):
            return _with_opening(state, Opening(day=day, open=False, reason=reason, instead=instead))
        case SupportOpened(day=day, reason=reason):
            return _with_opening(state, Opening(day=day, open=True, reason=reason))
        case _:
            assert_never(event)


def _with_opening(state: State, opening: Opening) -> Listed:
    """What is said last of a day holds for it."""
    if isinstance(state, Undecided):
        raise ValueError("opening-of-nothing")
    others = (each for each in state.openings if each.day != opening.day)
    return replace(state, openings=tuple(sorted([*others, opening], key=lambda each: each.day)))


_DESCRIBED = (
    "purpose",
    "content",
    "dose",
    "place",
    "method",
    "needs",
    "situation",
    "languages",
    "forms",
    "capacity",
    "cost",
    "evidence",
    "next_steps",
    "wait",
    "ksi",
)
_DESCRIBED_ELSEWHERE = ("purpose", "needs", "situation", "next_steps", "wait")


def missing(terms: Terms) -> tuple[str, ...]:
    """The fields that a complete description has and this one lacks.

    What is legitimately empty is not asked for: limits of age and district, a provider where the board gives the
    support itself, and conditions where there are none. The KSI code is asked for also while nobody knows it: what is
    not classified cannot be compared, and no code is better than a made-up one. A link describes no more than where it
    leads.
    """
    asked = _DESCRIBED_ELSEWHERE if terms.basis is LegalBasis.LINK else _DESCRIBED
    return tuple(name for name in asked if not getattr(terms, name))


def changed(before: Terms, after: Terms) -> tuple[str, ...]:
    """The fields in which two versions differ. Why they do is no difference, nor the order that words are listed in."""

    def said(terms: Terms, name: str) -> object:
        value = getattr(terms, name)
        return frozenset(value) if isinstance(value, tuple) else value

    return tuple(
        name for name in Terms.__dataclass_fields__ if name != "reason" and said(before, name) != said(after, name)
    )


def entry_id(board: UUID, code: str) -> UUID:
    """The stream of a board's entry: the same for the same code, so that a support is listed once."""
    return uuid5(board, f"support:{code}")
