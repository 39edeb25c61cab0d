"""Investigating what a person needs, a child above all: who may, whom to inform and ask, how the child is heard."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from statute.answers import Allowed, Alternative, Refusal, Task
from statute.reports import MUST_REPORT, Reporter
from statute.rules import Certainty, Rule

OPEN_AT_ONCE = Rule(
    id="open-investigation-at-once",
    reference="SoL 14:2",
    title="Utredning inleds genast",
    says="Information that could lead to a measure by the board, an application too, opens an investigation at once.",
    certainty=Certainty.CERTAIN,
    value=None,
)


class QualifiedTask(StrEnum):
    """Tasks about children and youth that need a degree (SoL 25:1)."""

    ASSESS_OPENING = "assess-opening"
    INVESTIGATE_NEED = "investigate-need"
    FOLLOW_UP_SUPPORT = "follow-up-support"


QUALIFIED = Rule(
    id="qualified-for-children",
    reference="SoL 25:1",
    title="Krav på socionomexamen",
    says="Assessing whether to open, investigating needs and following up decided support for children and youth need "
    "a degree in social work or another relevant one.",
    certainty=Certainty.CERTAIN,
    value=frozenset(QualifiedTask),
)

INFORM_CONCERNED = Rule(
    id="inform-of-investigation",
    reference="SoL 20:4",
    title="Information om att utredning inletts",
    says="Those concerned by an investigation of a child are told at once that it was opened, unless special reasons "
    "speak against it.",
    certainty=Certainty.CERTAIN,
    value=None,
)

HAND_OVER = Rule(
    id="hand-over-information",
    reference="SoL 20:6",
    title="Skyldighet att lämna uppgifter",
    says="Once an investigation of a child is decided, those with a duty to report hand over all that may matter.",
    certainty=Certainty.CERTAIN,
    value=None,
)


class Setting(StrEnum):
    """What is going on when the board wishes to talk with a child."""

    DIRECT_SUPPORT = "direct-support"
    PRELIMINARY_ASSESSMENT = "preliminary-assessment"
    CHILD_INVESTIGATION = "child-investigation"
    CUSTODY_TRANSFER = "custody-transfer"
    FOLLOW_UP = "follow-up"


TALK_WITH_CHILD = Rule(
    id="talk-without-guardian",
    reference="SoL 20:7, 23:4",
    title="Samtal med barn utan vårdnadshavare",
    says="A talk with a child needs neither the guardian's consent nor presence in an investigation of its protection "
    "or support, in one of custody transfer, and in follow-up of its situation.",
    certainty=Certainty.CERTAIN,
    value=frozenset({Setting.CHILD_INVESTIGATION, Setting.CUSTODY_TRANSFER, Setting.FOLLOW_UP}),
)

CHILD_DECIDES_TALK = Rule(
    id="child-decides-talk",
    reference="SoL 3:2",
    title="Barnet vill själv tala",
    says="Elsewhere a talk needs the guardian, unless the child makes contact itself or is mature enough to decide.",
    certainty=Certainty.INFERENCE,
    value=None,
    note="JO accepted such talks with mature children under the former Act, whose rule was the same.",
)

CHILD_HEARD = Rule(
    id="child-is-heard",
    reference="SoL 3:2",
    title="Barnets rätt att framföra sina åsikter",
    says="A child is given the chance to express its views; an investigation that ends without says why.",
    certainty=Certainty.INFERENCE,
    value=None,
    note="The right is certain; that the reason is recorded as a field of its own is practice, not law.",
)


def may_handle(task: QualifiedTask, *, child_or_youth: bool, qualified: bool, day: date) -> Allowed | Refusal:
    """Whether an officer may do `task`: for children and youth only with the qualification (SoL 25:1)."""
    rule = QUALIFIED.on(day)
    if child_or_youth and task in rule.value and not qualified:
        return Refusal("not-qualified", rule, (Alternative.HAND_OVER_TO_QUALIFIED,))
    return Allowed((rule,))


def open_child_investigation(*, reasons_against_informing: bool, day: date) -> Allowed:
    """Opening is at once (SoL 14:2) and leaves the task to inform, unless särskilda skäl speak against it (20:4)."""
    tasks = () if reasons_against_informing else (Task.INFORM_THOSE_CONCERNED,)
    return Allowed((OPEN_AT_ONCE.on(day), INFORM_CONCERNED.on(day)), tasks)


def may_ask_for_information(source: Reporter, *, investigation_open: bool, day: date) -> Allowed | Refusal:
    """Whether `source`, a school say, is bound to hand over what it knows of the child (SoL 20:6)."""
    rule = HAND_OVER.on(day)
    if not investigation_open:
        return Refusal("no-investigation-open", rule, (Alternative.OPEN_INVESTIGATION,))
    if source not in MUST_REPORT.on(day).value:
        return Refusal("source-not-bound", rule, (Alternative.ASK_THE_PERSON,))
    return Allowed((rule, MUST_REPORT.on(day)))


def may_talk_with_child(
    setting: Setting, *, guardians_consent: bool, child_decides: bool, day: date
) -> Allowed | Refusal:
    """Whether to talk with a child: by law in three settings, else by the guardian or by the child's own choice."""
    rule = TALK_WITH_CHILD.on(day)
    if setting in rule.value or guardians_consent:
        return Allowed((rule,))
    if child_decides:
        return Allowed((CHILD_DECIDES_TALK.on(day),))
    return Refusal("talk-needs-guardian", rule, (Alternative.GUARDIAN_CONSENTS, Alternative.OPEN_INVESTIGATION))


def may_close_child_investigation(*, child_heard: bool, reason_not_heard: bool, day: date) -> Allowed | Refusal:
    """Whether an investigation of a child may be closed: the child was heard, or a reason why not is recorded."""
    rule = CHILD_HEARD.on(day)
    if not child_heard and not reason_not_heard:
        return Refusal("child-not-heard", rule, (Alternative.GIVE_REASON,))
    return Allowed((rule,))
