"""From application to appeal: what each paper must hold, what comes before a decision, and what can be appealed."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from statute.answers import Allowed, Alternative, Field, Incomplete, Refusal
from statute.rules import Certainty, Rule

APPLICATION_HOLDS = Rule(
    id="application-holds",
    reference="FL 19",
    title="Vad en ansökan innehåller",
    says="An application tells who applies, how to reach them, what they apply for and why.",
    certainty=Certainty.CERTAIN,
    value=(Field.WHO, Field.CONTACT, Field.WHAT, Field.WHY),
)

HELP_TO_COMPLETE = Rule(
    id="help-to-complete",
    reference="FL 20",
    title="Hjälp att komplettera",
    says="The board first helps the person to complete an incomplete application, and only then asks in writing.",
    certainty=Certainty.CERTAIN,
    value=None,
)

GROUNDS_OF_CHOICE = Rule(
    id="grounds-of-choice",
    reference="not law; cf. SoL 5:1",
    title="Fyra grunder för valet av insats",
    says="A proposal shows its grounds: research, the person's wish, the situation and professional experience.",
    certainty=Certainty.INFERENCE,
    value=(Field.RESEARCH, Field.PERSONS_WISH, Field.SITUATION, Field.PROFESSIONAL_EXPERIENCE),
    note="Evidence-based practice as the field describes it; 5:1 asks for science and experience, not this list.",
)

COMMUNICATE = Rule(
    id="communicate-before-decision",
    reference="FL 25",
    title="Kommunikation före beslut",
    says="Before deciding, the board sends the person all material that matters and sets a time to answer, unless "
    "obviously unnecessary.",
    certainty=Certainty.CERTAIN,
    value=None,
    note="That a full grant needs no communication is inferred from obviously unnecessary (uppenbart obehövligt).",
)

SPEAK_BEFORE_BOARD = Rule(
    id="speak-before-board",
    reference="SoL 14:8",
    title="Rätt att lämna uppgifter muntligt",
    says="Who is given the chance to answer may do so orally before the board, and is told so.",
    certainty=Certainty.CERTAIN,
    value=None,
)

WRITTEN_DECISION = Rule(
    id="written-decision",
    reference="FL 31",
    title="Vad ett skriftligt beslut innehåller",
    says="A written decision shows its date and content, who decided, who presented the case and who else took part.",
    certainty=Certainty.CERTAIN,
    value=(Field.DATE, Field.CONTENT, Field.DECIDED_BY, Field.PRESENTED_BY, Field.TOOK_PART),
)

REASONS = Rule(
    id="reasons-for-decision",
    reference="FL 32",
    title="Klargörande motivering",
    says="The reasons name the provisions applied and the circumstances that decided, unless obviously unnecessary.",
    certainty=Certainty.CERTAIN,
    value=(Field.PROVISIONS, Field.CIRCUMSTANCES),
    note="That only a full grant does without reasons is inferred.",
)

HOW_TO_APPEAL = Rule(
    id="how-to-appeal",
    reference="FL 33",
    title="Underrättelse om hur man överklagar",
    says="Who may appeal is told what form and content an appeal has, where it is handed in and within what time.",
    certainty=Certainty.CERTAIN,
    value=(Field.APPEAL_FORM, Field.APPEAL_CONTENT, Field.APPEAL_WHERE, Field.APPEAL_TIME),
)

PARTIAL_IS_REFUSAL = Rule(
    id="partial-grant-is-refusal",
    reference="SoL 35:1",
    title="Delvis bifall är avslag i övrigt",
    says="A partial grant refuses the rest: it gives reasons for that and tells how to appeal.",
    certainty=Certainty.FROM_MEMORY,
    value=None,
    note="The Act does not list kinds of outcome; this is how practice and FL 32–33 are read together.",
)

APPEALABLE = Rule(
    id="appealable-decisions",
    reference="SoL 35:1",
    title="Beslut som kan överklagas",
    says="Decisions under the listed provisions can be appealed to an administrative court.",
    certainty=Certainty.CERTAIN,
    value=frozenset({"11:1", "12:1", "12:5", "18:11", "22:2", "24:1", "24:4", "24:5", "29:7"})
    | {f"32:{section}" for section in range(5, 11)},
)

NOT_APPEALABLE = Rule(
    id="closed-appeal-list",
    reference="SoL 35:1",
    title="Beslut som inte kan överklagas",
    says="The list is closed: direct support (11:5), to open or not to open an investigation and follow-up of a child "
    "are not on it; the board's decisions can be tried for legality under KL 13.",
    certainty=Certainty.INFERENCE,
    value=None,
)

APPLIES_AT_ONCE = Rule(
    id="applies-at-once",
    reference="SoL 35:5",
    title="Beslut gäller omedelbart",
    says="An appealable decision applies at once, unless a court says otherwise.",
    certainty=Certainty.CERTAIN,
    value=None,
)


class Outcome(StrEnum):
    """How a case about assessed support is decided."""

    GRANTED = "granted"  # bifall
    PARTLY_GRANTED = "partly-granted"  # delvis bifall, avslag i övrigt
    REFUSED = "refused"  # avslag


@dataclass(frozen=True, slots=True)
class Communication:
    """The material was sent, to be answered by `answer_by` (a day in Europe/Stockholm, itself included)."""

    answer_by: date
    told_of_speaking_before_board: bool
    answered: bool


def check_application(filled: Iterable[Field], day: date) -> Allowed | Incomplete:
    """Whether an application holds what FL 19 asks for; what is missing the person is first helped with (FL 20)."""
    rule = APPLICATION_HOLDS.on(day)
    return _require((rule,), frozenset(filled), allowed=(rule, HELP_TO_COMPLETE.on(day)))


def missing_in_application(filled: Iterable[Field], day: date) -> tuple[Field, ...]:
    """What an application still has to tell, in the order of the law (FL 19)."""
    answer = check_application(filled, day)
    return tuple(field for field, _rule in answer.missing) if isinstance(answer, Incomplete) else ()


def check_proposal(filled: Iterable[Field], day: date) -> Allowed | Incomplete:
    """Whether a proposal of support shows all four grounds of choice. Practice, not law."""
    rule = GROUNDS_OF_CHOICE.on(day)
    return _require((rule,), frozenset(filled), allowed=(rule,))


def may_decide(outcome: Outcome, communication: Communication | None, day: date) -> Allowed | Refusal:
    """Whether the case may be decided on `day`: communicated and answered, or the time to answer is over (FL 25).

    Only a full grant may be decided without: there communication is obviously unnecessary.
    """
    rule, orally = COMMUNICATE.on(day), SPEAK_BEFORE_BOARD.on(day)
    if outcome is Outcome.GRANTED:
        return Allowed((rule,))
    if communication is None:
        return Refusal("not-communicated", rule, (Alternative.COMMUNICATE_FIRST,))
    if not communication.told_of_speaking_before_board:
        return Refusal("oral-right-not-told", orally, (Alternative.COMMUNICATE_FIRST,))
    if not communication.answered and day <= communication.answer_by:
        return Refusal("time-to-answer-runs", rule, (Alternative.ASK_THE_PERSON,))
    return Allowed((rule, orally))


def check_decision(outcome: Outcome, provision: str, filled: Iterable[Field], day: date) -> Allowed | Incomplete:
    """Whether a written decision holds what FL 31–33 ask for.

    `provision` is the paragraph decided on, such as "11:1". A refusal, in whole or in the rest, gives reasons, and
    tells how to appeal where the provision can be appealed. Who presented or took part is filled also when nobody did.
    """
    asked: tuple[Rule[tuple[Field, ...]], ...] = (WRITTEN_DECISION.on(day),)
    cited: tuple[Rule[object], ...] = ()
    if outcome is not Outcome.GRANTED:
        asked += (REASONS.on(day),)
        if provision in APPEALABLE.on(day).value:
            asked += (HOW_TO_APPEAL.on(day),)
    if outcome is Outcome.PARTLY_GRANTED:
        cited = (PARTIAL_IS_REFUSAL.on(day),)
    return _require(asked, frozenset(filled), allowed=(*asked, *cited))


def may_appeal(outcome: Outcome, provision: str, day: date) -> Allowed | Refusal:
    """Whether a decision on `provision` ("11:1") can be appealed to an administrative court (SoL 35:1).

    What was granted in full went nobody against. Direct support is not appealed but applied for as assessed support.
    """
    appealable, other = APPEALABLE.on(day), NOT_APPEALABLE.on(day)
    if provision == "11:5":
        return Refusal("not-appealable", other, (Alternative.APPLY_ASSESSED,))
    if provision not in appealable.value:
        return Refusal("not-appealable", other, (Alternative.ASK_FOR_LEGALITY_REVIEW,))
    match outcome:
        case Outcome.GRANTED:
            return Refusal("nothing-to-appeal", appealable)
        case Outcome.PARTLY_GRANTED:
            return Allowed((appealable, PARTIAL_IS_REFUSAL.on(day), APPLIES_AT_ONCE.on(day)))
        case Outcome.REFUSED:
            return Allowed((appealable, APPLIES_AT_ONCE.on(day)))


def _require(
    asked: tuple[Rule[tuple[Field, ...]], ...], filled: AbstractSet[Field], allowed: tuple[Rule[object], ...]
) -> Allowed | Incomplete:
    missing = tuple((field, rule) for rule in asked for field in rule.value if field not in filled)
    return Incomplete(missing) if missing else Allowed(allowed)
