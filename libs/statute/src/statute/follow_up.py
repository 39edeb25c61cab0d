"""Follow-up of a child's situation after an investigation or a placement (SoL 23 kap.); `clocks` holds its clock."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from statute.ages import ADULT, OWN_VOICE, has_own_voice, is_child
from statute.answers import Allowed, Alternative, Refusal, Task
from statute.consent import Consents
from statute.rules import Certainty, Rule


class Ended(StrEnum):
    """What ended before a follow-up was thought of."""

    INVESTIGATION_WITHOUT_SUPPORT = "investigation-without-support"
    INVESTIGATION_WITH_SUPPORT = "investigation-with-support"
    PLACEMENT = "placement"


AFTER_INVESTIGATION = Rule(
    id="follow-up-after-investigation",
    reference="SoL 23:1",
    title="Uppföljning efter utredning",
    says="When an investigation of a child ended without support, the board may decide to follow up; without consent "
    "if the child is in special need of protection or support and LVU does not apply.",
    certainty=Certainty.CERTAIN,
    value=None,
)

AFTER_PLACEMENT = Rule(
    id="follow-up-after-placement",
    reference="SoL 23:2",
    title="Uppföljning efter placering",
    says="The same holds when a child's placement in a family home, protected housing or a residential home ended.",
    certainty=Certainty.CERTAIN,
    value=None,
)

FOLLOW_UP_CONSENT = Rule(
    id="follow-up-consent",
    reference="SoL 23:1",
    title="Samtycke till uppföljning",
    says="With consent means every guardian's, and the child's own from the age of 15.",
    certainty=Certainty.INFERENCE,
    value=None,
    note="23:1 speaks of the guardian's and the child's consent; the age is read from 3:4.",
)

INFORM_OF_FOLLOW_UP = Rule(
    id="inform-of-follow-up",
    reference="SoL 23:3",
    title="Information om uppföljningen",
    says="Guardians, and the child who has turned 15, are told when follow-up begins and when it ends.",
    certainty=Certainty.CERTAIN,
    value=15,
)

CONTACTS_IN_FOLLOW_UP = Rule(
    id="contacts-in-follow-up",
    reference="SoL 23:4",
    title="Kontakter under uppföljningen",
    says="During follow-up the board may use experts, make contacts and talk with the child without the guardian.",
    certainty=Certainty.CERTAIN,
    value=None,
)

FOLLOW_UP_ENDS = Rule(
    id="follow-up-ends",
    reference="SoL 23:5",
    title="När uppföljningen slutar",
    says="Follow-up ends within its six months, or earlier when the board opens a new investigation.",
    certainty=Certainty.CERTAIN,
    value=None,
)


def may_follow_up(
    born: date, day: date, ended: Ended, consents: Consents, *, special_need: bool, lvu_applies: bool
) -> Allowed | Refusal:
    """Whether the board may decide, on `day`, to follow up a child's situation (SoL 23:1, 23:2).

    `special_need` is the judgement that the child is in särskilt behov of the board's protection or support.
    """
    rule = AFTER_PLACEMENT.on(day) if ended is Ended.PLACEMENT else AFTER_INVESTIGATION.on(day)
    if not is_child(born, day):
        return Refusal("not-a-child", ADULT.on(day))
    if ended is Ended.INVESTIGATION_WITH_SUPPORT:
        return Refusal("support-was-decided", rule)
    if consents.from_every_guardian() and (consents.person or not has_own_voice(born, day)):
        return Allowed((rule, FOLLOW_UP_CONSENT.on(day), CONTACTS_IN_FOLLOW_UP.on(day)))
    if special_need and not lvu_applies:
        return Allowed((rule, CONTACTS_IN_FOLLOW_UP.on(day)))
    return Refusal("follow-up-needs-consent", rule, (Alternative.GUARDIAN_CONSENTS, Alternative.ASK_THE_PERSON))


def inform_of_follow_up(born: date, day: date) -> Allowed:
    """Who is told that follow-up begins or ends: the guardians, and the child from 15 (SoL 23:3)."""
    rule = INFORM_OF_FOLLOW_UP.on(day)
    if has_own_voice(born, day):
        tasks = (Task.INFORM_CHILD_OF_FOLLOW_UP, Task.INFORM_GUARDIANS_OF_FOLLOW_UP)
        return Allowed((rule, OWN_VOICE.on(day)), tasks)
    return Allowed((rule,), (Task.INFORM_GUARDIANS_OF_FOLLOW_UP,))


def must_end_follow_up(*, new_investigation: bool, time_is_over: bool, day: date) -> Rule[None] | None:
    """The rule by which follow-up ends now (SoL 23:5), or None while it may go on."""
    return FOLLOW_UP_ENDS.on(day) if new_investigation or time_is_over else None
