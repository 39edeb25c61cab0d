"""Whose yes it takes for what a direct support knows to go along to an application."""

from __future__ import annotations

from datetime import date

from statute.ages import OWN_VOICE, age_on, has_own_voice
from statute.answers import Allowed, Alternative, Refusal
from statute.consent import ASSESSED_CHILD_CONSENTS, Consents, guardian_rules, overruling_one_guardian
from statute.rules import Certainty, Rule

HANDED_OVER_BY_CONSENT = Rule(
    id="handed-over-by-consent",
    reference="OSL 10:1, 12:2",
    title="Uppgifter lämnas över med den enskildes ja",
    says="What a direct support knows of a person goes along to an application as far as the person says yes to it.",
    certainty=Certainty.INFERENCE,
    value=None,
    note="That a yes lifts the secrecy of 26:1 and 26:3 is certain; 10:1 is from memory. Whether secrecy holds between "
    "two activities of one board (OSL 8:2) is not decided here: the yes is asked for in either case.",
)

SPEAKS_FOR_THE_CHILD = Rule(
    id="who-applies-for-a-child",
    reference="SoL 3:4, 21:1, FB 6:13 a",
    title="Vem som kan säga ja till att ett barns ansökan startas",
    says="From 15 the child alone. Below that a guardian, and one is enough; from 12 also the child.",
    certainty=Certainty.INFERENCE,
    value=None,
    note="Nobody is asked for more than on the way without help. The board may decide on assessed support against one "
    "guardian (6:13 a), and from 12 without any where the child consents (21:1), so none of them can keep the matter "
    "from being opened (14:2).",
)


def may_hand_over(born: date, day: date, consents: Consents) -> Allowed | Refusal:
    """Whether what is known may go along to an application, by who has said yes to just that (OSL 10:1, 12:2)."""
    rule, speaks = HANDED_OVER_BY_CONSENT.on(day), SPEAKS_FOR_THE_CHILD.on(day)
    if has_own_voice(born, day):
        if consents.person:
            return Allowed((rule, OWN_VOICE.on(day)))
        return Refusal("no-yes-to-hand-over", rule, (Alternative.ASK_THE_PERSON,))
    if consents.from_every_guardian():
        return Allowed((rule, speaks, *guardian_rules(consents, day)))
    overruled = overruling_one_guardian(consents, day)
    if overruled is not None:
        return Allowed((rule, speaks, overruled))
    own = ASSESSED_CHILD_CONSENTS.on(day)
    if age_on(born, day) < own.value:
        return Refusal("no-yes-for-the-child", speaks, (Alternative.TALK_WITH_US, Alternative.GUARDIAN_CONSENTS))
    if consents.person:
        return Allowed((rule, speaks, own))
    return Refusal("no-yes-to-hand-over", rule, (Alternative.ASK_THE_PERSON, Alternative.GUARDIAN_CONSENTS))
