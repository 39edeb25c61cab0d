"""The support itself: offered, accepted or declined, started, measured, ended."""

from dataclasses import dataclass, field
from datetime import date, datetime

from assessment.decide.guards import about, opened, require_birth_date, today
from assessment.model.events import (
    Event,
    MeasureTaken,
    OfferAccepted,
    OfferDeclined,
    SupportEnded,
    SupportOffered,
    SupportStarted,
)
from assessment.model.investigation import Granted, Investigating, Proposal, State, Supporting
from chassis.decider import Refused, obey
from contracts.vocabulary import Code, DeclineReason, EndReason, MeasurePoint
from statute.consent import ASSESSED_CHILD_CONSENTS, Consents, Suitability, may_receive_assessed
from statute.investigations import QualifiedTask

INSTRUMENTS = {"hur-har-du-det": 30}
"""Each short measure and its highest score; the lowest is 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferSupport:
    """Offer the support that was proposed, or granted."""

    at: datetime
    qualified: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class AcceptOffer:
    """Record who said yes (SoL 21:1). `born` is the registered date, asked about and not kept."""

    at: datetime
    qualified: bool
    born: date = field(repr=False)
    person_agrees: bool
    guardians: int
    guardians_agreeing: int
    suitability: Suitability


@dataclass(frozen=True, kw_only=True, slots=True)
class DeclineOffer:
    """Record that the person, or the guardians, said no, and why in their own words."""

    at: datetime
    qualified: bool
    reason: DeclineReason
    words: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class StartSupport:
    """Record that the granted support has begun."""

    at: datetime
    qualified: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeMeasure:
    """Record a short measure that the person answered."""

    at: datetime
    qualified: bool
    instrument: Code
    point: MeasurePoint
    score: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EndSupport:
    """Record that the support has ended."""

    at: datetime
    qualified: bool
    reason: EndReason


def offer_support(command: OfferSupport, state: State) -> list[Event]:
    """One offer at a time. What was declined can be offered again: people change their minds."""
    choosing = _choosing(state, command)
    support = _proposed(choosing).support
    if choosing.offer is not None and choosing.offer.accepted is not False:
        raise Refused("offer-stands")
    return [SupportOffered(at=command.at, support=support)]


def accept_offer(command: AcceptOffer, state: State) -> list[Event]:
    """Accepted is what those have said yes to who must."""
    choosing = _choosing(state, command)
    if choosing.offer is None or choosing.offer.accepted is not None:
        raise Refused("nothing-offered")
    require_birth_date(choosing.case, command.born, today(command))
    guardians = frozenset(range(command.guardians))
    consents = Consents(command.person_agrees, guardians, frozenset(range(command.guardians_agreeing)))
    kind = _proposed(choosing).kind
    obey(may_receive_assessed(command.born, today(command), kind, consents, command.suitability))
    accepted = OfferAccepted(
        at=command.at,
        support=choosing.offer.support,
        person_agrees=command.person_agrees,
        guardians=command.guardians,
        guardians_agreeing=command.guardians_agreeing,
        suitability=command.suitability,
    )
    return [accepted]


def decline_offer(command: DeclineOffer, state: State) -> list[Event]:
    """A yes can be taken back until the support begins."""
    choosing = _choosing(state, command)
    offer = choosing.offer
    if offer is None or offer.accepted is False:
        raise Refused("nothing-offered")
    words = about(choosing.case, words=command.words)
    return [OfferDeclined(at=command.at, support=offer.support, reason=command.reason, words=words)]


def start_support(command: StartSupport, state: State) -> list[Event]:
    """What was granted may begin, unless an offer of it waits for its answer."""
    case = opened(state, command, QualifiedTask.FOLLOW_UP_SUPPORT)
    if not isinstance(state, Granted):
        raise Refused("support-not-granted")
    if state.offer is not None and state.offer.accepted is None:
        raise Refused("offer-not-answered")
    if case.child and state.offer is None:
        raise Refused("consent-missing", ASSESSED_CHILD_CONSENTS.reference)
    return [SupportStarted(at=command.at, support=state.proposal.support)]


def take_measure(command: TakeMeasure, state: State) -> list[Event]:
    """Measures belong to a support that is under way."""
    supporting = _supporting(state, command)
    highest = INSTRUMENTS.get(command.instrument)
    if highest is None:
        raise Refused("unknown-instrument")
    if not 0 <= command.score <= highest:
        raise Refused("score-out-of-range")
    taken = MeasureTaken(
        at=command.at,
        support=supporting.support,
        instrument=command.instrument,
        point=command.point,
        score=command.score,
    )
    return [taken]


def end_support(command: EndSupport, state: State) -> list[Event]:
    """The reason is what follow-up learns from."""
    supporting = _supporting(state, command)
    return [SupportEnded(at=command.at, support=supporting.support, reason=command.reason)]


def _choosing(state: State, command: OfferSupport | AcceptOffer | DeclineOffer) -> Investigating | Granted:
    opened(state, command, QualifiedTask.INVESTIGATE_NEED)
    if not isinstance(state, Investigating | Granted):
        raise Refused("nothing-to-offer")
    return state


def _proposed(state: Investigating | Granted) -> Proposal:
    if state.proposal is None:
        raise Refused("nothing-proposed")
    return state.proposal


def _supporting(state: State, command: TakeMeasure | EndSupport) -> Supporting:
    opened(state, command, QualifiedTask.FOLLOW_UP_SUPPORT)
    if not isinstance(state, Supporting):
        raise Refused("support-not-running")
    return state
