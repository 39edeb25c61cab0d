"""Choosing: the proposal with its grounds, the material communicated, and the decision."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from assessment.decide.closing import closed
from assessment.decide.guards import about, investigating, today
from assessment.model.events import (
    AnswerGiven,
    Communicated,
    DecisionMade,
    Event,
    SupportProposed,
    WeighedGround,
)
from assessment.model.investigation import Investigating, State
from chassis.decider import Refused, obey
from contracts.vocabulary import Code, DecisionOutcome, Ground
from statute.answers import Allowed, Field, Incomplete
from statute.consent import ASSESSED_CHILD_CONSENTS
from statute.decisions import (
    PARTIAL_IS_REFUSAL,
    Outcome,
    check_decision,
    check_proposal,
    may_appeal,
    may_decide,
)
from statute.direct import SupportKind

_OUTCOMES = {
    DecisionOutcome.GRANTED: Outcome.GRANTED,
    DecisionOutcome.PARTIALLY_GRANTED: Outcome.PARTLY_GRANTED,
    DecisionOutcome.REFUSED: Outcome.REFUSED,
}
_GROUNDS = {
    Ground.RESEARCH: Field.RESEARCH,
    Ground.WISH: Field.PERSONS_WISH,
    Ground.SITUATION: Field.SITUATION,
    Ground.PROFESSION: Field.PROFESSIONAL_EXPERIENCE,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StatedGround:
    """One ground of the choice: its weight (0 none, 1 some, 2 clear, 3 decisive) and why, in words."""

    ground: Ground
    weight: int
    words: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProposeSupport:
    """Propose a support, with all four grounds of the choice."""

    at: datetime
    qualified: bool
    support: Code
    kind: SupportKind
    grounds: tuple[StatedGround, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Communicate:
    """Record that the person got all material (FL 25), to be answered at the latest on `answer_by`."""

    at: datetime
    qualified: bool
    answer_by: date
    told_of_speaking: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordAnswer:
    """Record what the person answered on the material, or that they have nothing to add."""

    at: datetime
    qualified: bool
    words: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Decide:
    """Decide (FL 31–33): grant the proposed support, grant a part of what was asked for, or refuse."""

    at: datetime
    qualified: bool
    outcome: DecisionOutcome
    provision: str
    content: str = field(repr=False)
    reasons: str | None = field(repr=False)
    refused: str | None = field(repr=False)
    """What a partial grant refuses."""
    decided_by: str = field(repr=False)
    presented_by: str | None = field(repr=False)
    took_part: str | None = field(repr=False)
    names_left_out: bool


def propose_support(command: ProposeSupport, state: State) -> list[Event]:
    """A proposal answers an assessed need and shows what it rests on. A ground may weigh nothing, but not all four."""
    inquiry = investigating(state, command)
    if inquiry.needs == 0:
        raise Refused("need-not-assessed")
    stated = {_GROUNDS[each.ground] for each in command.grounds if each.words.strip()}
    _require_whole(check_proposal(stated, today(command)), "ground-missing")
    if any(not 0 <= each.weight <= 3 for each in command.grounds):
        raise Refused("weight-out-of-range")
    if all(each.weight == 0 for each in command.grounds):
        raise Refused("no-ground-weighs")
    proposed = SupportProposed(
        at=command.at,
        support=command.support,
        kind=command.kind,
        grounds=tuple(WeighedGround(ground=each.ground, weight=each.weight) for each in command.grounds),
        words=about(inquiry.case, **{each.ground.value: each.words for each in command.grounds}),
    )
    return [proposed]


def communicate(command: Communicate, state: State) -> list[Event]:
    """The person gets at least the rest of the day; how long is enough depends on the case."""
    investigating(state, command)
    if command.answer_by < today(command):
        raise Refused("answer-day-passed")
    return [Communicated(at=command.at, answer_by=command.answer_by, told_of_speaking=command.told_of_speaking)]


def record_answer(command: RecordAnswer, state: State) -> list[Event]:
    """There must be something to answer."""
    inquiry = investigating(state, command)
    if inquiry.communication is None:
        raise Refused("nothing-communicated")
    return [AnswerGiven(at=command.at, words=about(inquiry.case, words=command.words))]


def decide_case(command: Decide, state: State) -> list[Event]:
    """A decision ends the investigation. What a child is granted was accepted by those who must agree (SoL 21:1)."""
    inquiry = investigating(state, command)
    outcome, day = _OUTCOMES[command.outcome], today(command)
    support = None if outcome is Outcome.REFUSED else _to_grant(inquiry)
    obey(may_decide(outcome, inquiry.communication, day))
    _require_whole(check_decision(outcome, command.provision, _filled(command), day), "decision-lacks")
    if outcome is Outcome.PARTLY_GRANTED and not command.refused:
        raise Refused("refused-part-missing", PARTIAL_IS_REFUSAL.on(day).reference)
    decided = DecisionMade(
        at=command.at,
        outcome=command.outcome,
        support=support,
        provision=command.provision,
        appealable=isinstance(may_appeal(outcome, command.provision, day), Allowed),
        names_left_out=command.names_left_out,
        words=about(
            inquiry.case,
            content=command.content,
            reasons=command.reasons,
            refused=command.refused,
            decided_by=command.decided_by,
            presented_by=command.presented_by,
            took_part=command.took_part,
        ),
    )
    return [decided, closed(inquiry, command, with_support=support is not None)]


def _to_grant(inquiry: Investigating) -> Code:
    """The proposed support, once a child and its guardians have said yes as the Act asks."""
    if inquiry.proposal is None:
        raise Refused("nothing-proposed")
    if inquiry.offer is not None and inquiry.offer.accepted is False:
        raise Refused("offer-was-declined")
    if inquiry.case.child and (inquiry.offer is None or inquiry.offer.accepted is None):
        raise Refused("consent-missing", ASSESSED_CHILD_CONSENTS.reference)
    return inquiry.proposal.support


def _filled(command: Decide) -> Iterator[Field]:
    """What the decision's paper holds. The letter gives the date and how to appeal, and says if nobody took part."""
    yield from (Field.DATE, Field.PROVISIONS, Field.PRESENTED_BY, Field.TOOK_PART)
    yield from (Field.APPEAL_FORM, Field.APPEAL_CONTENT, Field.APPEAL_WHERE, Field.APPEAL_TIME)
    if command.content.strip():
        yield Field.CONTENT
    if command.decided_by.strip():
        yield Field.DECIDED_BY
    if command.reasons and command.reasons.strip():
        yield Field.CIRCUMSTANCES


def _require_whole(answer: Allowed | Incomplete, code: str) -> None:
    """Go on if nothing is missing.

    Raises:
        Refused: `code` and the first field that is missing, such as `decision-lacks-circumstances`.
    """
    if isinstance(answer, Incomplete):
        field_missing, rule = answer.missing[0]
        raise Refused(f"{code}-{field_missing.value}", rule.reference)
