"""What the functions of this library answer: yes, no or not yet, always with the rules that say so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from statute.rules import Rule


class Task(StrEnum):
    """Work that a rule leaves behind without stopping anyone."""

    INFORM_OF_APPLICATION = "inform-of-application"
    INFORM_THOSE_CONCERNED = "inform-those-concerned"
    INFORM_CHILD_OF_FOLLOW_UP = "inform-child-of-follow-up"
    INFORM_GUARDIANS_OF_FOLLOW_UP = "inform-guardians-of-follow-up"


class Alternative(StrEnum):
    """What the person, or the officer, can do instead."""

    TALK_WITH_US = "talk-with-us"
    APPLY_ASSESSED = "apply-assessed"
    GUARDIAN_CONSENTS = "guardian-consents"
    ASSESS_SUITABILITY = "assess-suitability"
    ASK_THE_PERSON = "ask-the-person"
    DOCUMENT_IDENTITY = "document-identity"
    OPEN_INVESTIGATION = "open-investigation"
    GIVE_REASON = "give-reason"
    COUNT_AS_CONTENT = "count-as-content"
    ASSESS_PROTECTION = "assess-protection"
    HAND_OVER_TO_QUALIFIED = "hand-over-to-qualified"
    COMMUNICATE_FIRST = "communicate-first"
    ASK_FOR_LEGALITY_REVIEW = "ask-for-legality-review"
    REPORT_CONCERN = "report-concern"


class Field(StrEnum):
    """A named part of an application, a proposal or a decision that a rule asks for."""

    WHO = "who"
    CONTACT = "contact"
    WHAT = "what"
    WHY = "why"
    RESEARCH = "research"
    PERSONS_WISH = "persons-wish"
    SITUATION = "situation"
    PROFESSIONAL_EXPERIENCE = "professional-experience"
    DATE = "date"
    CONTENT = "content"
    DECIDED_BY = "decided-by"
    PRESENTED_BY = "presented-by"
    TOOK_PART = "took-part"
    PROVISIONS = "provisions"
    CIRCUMSTANCES = "circumstances"
    APPEAL_FORM = "appeal-form"
    APPEAL_CONTENT = "appeal-content"
    APPEAL_WHERE = "appeal-where"
    APPEAL_TIME = "appeal-time"


@dataclass(frozen=True, slots=True)
class Allowed:
    """Yes, by these rules; `tasks` are left to do and block nothing."""

    rules: tuple[Rule[object], ...]
    tasks: tuple[Task, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """No: a constant `code` for the message catalogues, the rule it rests on, and what to do instead, best first."""

    code: str
    rule: Rule[object]
    instead: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Not yet: each missing field with the rule that asks for it, in the order of the law."""

    missing: tuple[tuple[Field, Rule[object]], ...]
