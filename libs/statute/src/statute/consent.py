"""Who must agree before someone gets support: SoL 21:1 (assessed) and 21:2 (direct)."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from statute.ages import ADULT, OWN_VOICE, age_on, has_own_voice, is_child
from statute.answers import Allowed, Alternative, Refusal
from statute.direct import DIRECT_SUPPORT, SupportKind
from statute.rules import Certainty, Rule

ASSESSED_RIGHT = Rule(
    id="right-to-assessed-support",
    reference="SoL 11:1",
    title="Rätt till insatser",
    says="Who cannot meet their personal needs themself or otherwise has a right to support from the board.",
    certainty=Certainty.CERTAIN,
    value=None,
)

VOLUNTARY = Rule(
    id="support-is-voluntary",
    reference="SoL 2:1",
    title="Respekt för självbestämmanderätten",
    says="Nobody who speaks for themself is given support against their will.",
    certainty=Certainty.INFERENCE,
    value=None,
    note="Read from self-determination in 2:1, with 3:4 and with 21:1, which asks a child of 15 for its consent.",
)

ASSESSED_CHILD_CONSENTS = Rule(
    id="assessed-own-consent-from-12",
    reference="SoL 21:1",
    title="Samtycke till behovsprövade insatser för barn",
    says="Under 12 the guardian must consent to assessed support. From 12 it may be given without, if it is suitable "
    "and the child consents, and from 15 also if the child asks for it.",
    certainty=Certainty.CERTAIN,
    value=12,
)

ASSESSED_PLACEMENT = Rule(
    id="placement-consent",
    reference="SoL 21:1",
    title="Placering kräver alltid vårdnadshavarens samtycke",
    says="Care in a family home, an emergency home, supported housing or a residential home, and housing with special "
    "support, always need the guardian's consent.",
    certainty=Certainty.CERTAIN,
    value=frozenset(
        {
            SupportKind.FAMILY_HOME,
            SupportKind.EMERGENCY_HOME,
            SupportKind.SUPPORTED_HOUSING,
            SupportKind.RESIDENTIAL_CARE,
            SupportKind.SPECIAL_HOUSING,
        }
    ),
)

OTHER_HOMES = Rule(
    id="other-homes-consent",
    reference="SoL 21:1",
    title="Övriga hem för barn",
    says="Other homes where a child would live need the guardian's consent here, since acts of their own say when not.",
    certainty=Certainty.INFERENCE,
    value=frozenset(
        {
            SupportKind.PROTECTED_HOUSING,
            SupportKind.SPECIAL_YOUTH_HOME,
            SupportKind.LVM_HOME,
            SupportKind.ROUND_THE_CLOCK_HOME,
        }
    ),
    note="21:1 does not name them; LVU, LVM and lag (2024:79) are outside what the platform decides.",
)

DIRECT_CHILD_CONSENT = Rule(
    id="direct-own-consent-from-15",
    reference="SoL 21:2",
    title="Samtycke till insatser utan behovsprövning för barn",
    says="A child gets direct support only with the guardian's consent, unless it has turned 15 and it is suitable.",
    certainty=Certainty.CERTAIN,
    value=15,
)

GUARDIANS_TOGETHER = Rule(
    id="guardians-decide-together",
    reference="FB 6:13",
    title="Två vårdnadshavare bestämmer tillsammans",
    says="Where a child has two guardians, both must consent.",
    certainty=Certainty.INFERENCE,
    value=None,
    note="6:13 is certain; that both are needed for 11:5 is inferred, since 6:13 a names 11:1 and not 11:5.",
)

GUARDIAN_HINDERED = Rule(
    id="one-guardian-where-the-other-is-hindered",
    reference="FB 6:13",
    title="En vårdnadshavare räcker när den andra är förhindrad",
    says="Where one of two guardians is away, ill or otherwise hindered and a decision cannot wait without harm, the "
    "other decides alone.",
    certainty=Certainty.FROM_MEMORY,
    value=None,
    note="Second paragraph of 6:13; it does not reach decisions that mark the child's future, unless the child's best "
    "obviously asks for it. Staff judge it and write why. That it reaches 11:5 is inferred.",
)

GUARDIAN_OVERRULED = Rule(
    id="board-may-overrule-one-guardian",
    reference="FB 6:13 a",
    title="Nämnden kan besluta om stöd mot den ena vårdnadshavarens vilja",
    says="The board may decide that a child gets open treatment under SoL 11:1 although one of two guardians says no.",
    certainty=Certainty.CERTAIN,
    value=None,
    note="It names 11:1 and not 11:5, so the way to it is the assessed one.",
)

SAFE_CONTACT = Rule(
    id="contact-only-where-it-is-safe",
    reference="OSL 26:1",
    title="Ingen får veta av oss att någon har sökt stöd, om det kan skada",
    says="Nobody is sent a link or a message by which they would learn of a support where that is not safe.",
    certainty=Certainty.INFERENCE,
    value=None,
    note="Secrecy in 26:1 holds unless it is clear that nobody comes to harm; here it has been told that it is not "
    "safe. Against a child's guardian: OSL 12:3.",
)

_ASSESSED_WAYS = (Alternative.TALK_WITH_US, Alternative.GUARDIAN_CONSENTS)


class Suitability(StrEnum):
    """The officer's judgement of whether it is suitable (lämpligt) without the guardian."""

    NOT_ASSESSED = "not-assessed"
    SUITABLE = "suitable"
    NOT_SUITABLE = "not-suitable"


@dataclass(frozen=True, slots=True)
class Consents:
    """Who is known to be a guardian, who of them agrees today, and whether the person asks or agrees.

    Guardians are any ids that can be compared; a consent from someone who is no guardian counts for nothing.
    """

    person: bool
    guardians: frozenset[Hashable] = frozenset()
    consenting: frozenset[Hashable] = frozenset()
    hindered: frozenset[Hashable] = frozenset()
    """Guardians who cannot take part, so that the other decides alone (GUARDIAN_HINDERED)."""

    def from_every_guardian(self) -> bool:
        """Whether every guardian who can agree does; with none known or none left, nobody has agreed (FB 6:13)."""
        asked = self.guardians - self.hindered
        return bool(asked) and asked <= self.consenting


def may_start_direct(born: date, day: date, consents: Consents, suitability: Suitability) -> Allowed | Refusal:
    """Whether support without individual assessment (insats utan individuell behovsprövning) may be given (SoL 21:2).

    An adult decides alone. A child needs every guardian's consent, or to have turned 15 and be found suitable; the
    exception for 12 to 14 years in 21:1 does not apply.
    """
    direct, rule = DIRECT_SUPPORT.on(day), DIRECT_CHILD_CONSENT.on(day)
    if has_own_voice(born, day) and not consents.person:
        return Refusal("person-does-not-want", VOLUNTARY.on(day), (Alternative.ASK_THE_PERSON,))
    if not is_child(born, day):
        return Allowed((direct, ADULT.on(day), VOLUNTARY.on(day)))
    if consents.from_every_guardian():
        return Allowed((direct, rule, *guardian_rules(consents, day)))
    if age_on(born, day) < rule.value:
        return Refusal("guardian-consent-required", rule, _ways_for_a_child(born, day, consents))
    return _judge(suitability, rule, (direct, rule), _ways_for_a_child(born, day, consents))


def may_receive_assessed(
    born: date, day: date, kind: SupportKind, consents: Consents, suitability: Suitability
) -> Allowed | Refusal:
    """Whether the board may decide on assessed support (behovsprövad insats) as far as consent goes (SoL 21:1)."""
    right, rule = ASSESSED_RIGHT.on(day), ASSESSED_CHILD_CONSENTS.on(day)
    if has_own_voice(born, day) and not consents.person:
        return Refusal("person-does-not-want", VOLUNTARY.on(day), (Alternative.ASK_THE_PERSON,))
    if not is_child(born, day):
        return Allowed((right, ADULT.on(day), VOLUNTARY.on(day)))
    if consents.from_every_guardian():
        return Allowed((right, rule, *guardian_rules(consents, day)))
    for homes in (ASSESSED_PLACEMENT.on(day), OTHER_HOMES.on(day)):
        if kind in homes.value:
            return Refusal("placement-needs-guardian", homes, (Alternative.GUARDIAN_CONSENTS,))
    if age_on(born, day) < rule.value:
        return Refusal("guardian-consent-required", rule, _ASSESSED_WAYS)
    return _assessed_without_guardian(born, day, consents, suitability)


def _assessed_without_guardian(
    born: date, day: date, consents: Consents, suitability: Suitability
) -> Allowed | Refusal:
    right, rule = ASSESSED_RIGHT.on(day), ASSESSED_CHILD_CONSENTS.on(day)
    if not consents.person:
        instead = (Alternative.ASK_THE_PERSON, Alternative.GUARDIAN_CONSENTS)
        return Refusal("child-consent-required", rule, instead)
    own_voice = (OWN_VOICE.on(day),) if has_own_voice(born, day) else ()
    return _judge(suitability, rule, (right, rule, *own_voice), _ASSESSED_WAYS)


def _judge(
    suitability: Suitability, rule: Rule[object], rules: tuple[Rule[object], ...], instead: tuple[Alternative, ...]
) -> Allowed | Refusal:
    match suitability:
        case Suitability.SUITABLE:
            return Allowed(rules)
        case Suitability.NOT_ASSESSED:
            return Refusal("suitability-not-assessed", rule, (Alternative.ASSESS_SUITABILITY, *instead))
        case Suitability.NOT_SUITABLE:
            return Refusal("not-suitable-without-guardian", rule, instead)


def may_contact(*, safe: bool, day: date) -> Allowed | Refusal:
    """Whether a link or a message may go out about a support. Where it is not safe, the assessed path is open still."""
    rule = SAFE_CONTACT.on(day)
    if safe:
        return Allowed((rule,))
    return Refusal("contact-not-safe", rule, (Alternative.TALK_WITH_US, Alternative.APPLY_ASSESSED))


def overruling_one_guardian(consents: Consents, day: date) -> Rule[None] | None:
    """The rule by which the board may decide on assessed support although a guardian says no; None where all do."""
    return GUARDIAN_OVERRULED.on(day) if consents.guardians & consents.consenting else None


def guardian_rules(consents: Consents, day: date) -> tuple[Rule[None], ...]:
    """The rules by which the guardians' yes holds."""
    alone = (GUARDIAN_HINDERED.on(day),) if consents.guardians & consents.hindered else ()
    return (GUARDIANS_TOGETHER.on(day), *alone)


def _ways_for_a_child(born: date, day: date, consents: Consents) -> tuple[Alternative, ...]:
    """What a child may do when direct support needs a guardian: talking comes first, the assessed path from 12.

    With one guardian's yes the assessed path is open at any age.
    """
    young = age_on(born, day) < ASSESSED_CHILD_CONSENTS.on(day).value
    if young and overruling_one_guardian(consents, day) is None:
        return _ASSESSED_WAYS
    return (Alternative.TALK_WITH_US, Alternative.APPLY_ASSESSED, Alternative.GUARDIAN_CONSENTS)
