"""Support without individual assessment: what may be offered so, what is documented, what must be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from statute.ages import YOUTH
from statute.answers import Allowed, Alternative, Refusal, Task
from statute.rules import Certainty, Rule


class SupportKind(StrEnum):
    """Kinds of support as far as the Act tells them apart; all others are OPEN."""

    CONTACT_PERSON = "contact-person"  # kontaktperson
    CONTACT_FAMILY = "contact-family"  # kontaktfamilj
    QUALIFIED_CONTACT_PERSON = "qualified-contact-person"  # kvalificerad kontaktperson
    FAMILY_HOME = "family-home"  # familjehem
    LVM_HOME = "lvm-home"  # LVM-hem
    SPECIAL_YOUTH_HOME = "special-youth-home"  # särskilt ungdomshem
    EMERGENCY_HOME = "emergency-home"  # jourhem
    SUPPORTED_HOUSING = "supported-housing"  # stödboende
    PROTECTED_HOUSING = "protected-housing"  # skyddat boende
    RESIDENTIAL_CARE = "residential-care"  # annat hem för vård eller boende
    ELDERLY_HOUSING = "elderly-housing"  # särskild boendeform för äldre, SoL 8:4
    SPECIAL_HOUSING = "special-housing"  # bostad med särskilt stöd, SoL 8:11
    ROUND_THE_CLOCK_HOME = "round-the-clock-home"  # hem för viss annan heldygnsvård
    OPEN = "open"  # all other support


class Content(StrEnum):
    """What is actually done in a support."""

    COURSE = "course"
    """Several take part in a programme, such as parents in a group."""
    FAMILY_WORK = "family-work"
    """Treatment with one family together, on how its members are with each other."""
    CHILD_TALKS = "child-talks"
    """Talks with a child or a young person."""
    TALKS = "talks"
    """Talks with an adult, a couple or a family."""
    ADVICE = "advice"
    MEETING_PLACE = "meeting-place"
    HOUSING = "housing"
    CONTACT = "contact"
    """Somebody to be with, such as a contact family."""
    MONEY = "money"


class SupportClass(StrEnum):
    """What a support is counted as."""

    FAMILY_TREATMENT = "family-treatment"
    PARENT_COURSE = "parent-course"
    TALK_SUPPORT = "talk-support"
    ADVICE = "advice"
    OPEN_ACTIVITY = "open-activity"
    HOUSING = "housing"
    CONTACT = "contact"
    ECONOMIC = "economic"


DIRECT_SUPPORT = Rule(
    id="direct-support",
    reference="SoL 11:5",
    title="Insatser utan individuell behovsprövning",
    says="The board may give support for personal needs without individual assessment.",
    certainty=Certainty.CERTAIN,
    value=None,
)

NEVER_DIRECT = Rule(
    id="never-direct",
    reference="SoL 11:5 p. 1–4, 6, 7",
    title="Insatser som alltid kräver behovsprövning",
    says="Contact persons and families, family homes, LVM homes, special youth homes, housing for the elderly or with "
    "special support and homes for other round-the-clock care always need individual assessment.",
    certainty=Certainty.CERTAIN,
    value=frozenset(
        {
            SupportKind.CONTACT_PERSON,
            SupportKind.CONTACT_FAMILY,
            SupportKind.QUALIFIED_CONTACT_PERSON,
            SupportKind.FAMILY_HOME,
            SupportKind.LVM_HOME,
            SupportKind.SPECIAL_YOUTH_HOME,
            SupportKind.ELDERLY_HOUSING,
            SupportKind.SPECIAL_HOUSING,
            SupportKind.ROUND_THE_CLOCK_HOME,
        }
    ),
)

NEVER_DIRECT_FOR_YOUNG = Rule(
    id="never-direct-for-young",
    reference="SoL 11:5 p. 5",
    title="Vård av barn och unga kräver behovsprövning",
    says="Care of children and youth between 18 and 20 in emergency homes, supported or protected housing and other "
    "residential homes always needs individual assessment.",
    certainty=Certainty.CERTAIN,
    value=frozenset(
        {
            SupportKind.EMERGENCY_HOME,
            SupportKind.SUPPORTED_HOUSING,
            SupportKind.PROTECTED_HOUSING,
            SupportKind.RESIDENTIAL_CARE,
        }
    ),
)

NEVER_DIRECT_CONTENT = Rule(
    id="content-never-direct",
    reference="SoL 11:5",
    title="Det som görs avgör om en insats kan ges utan behovsprövning",
    says="A contact person or family is never direct, and money is no support for personal needs, whatever kind of "
    "support either is called.",
    certainty=Certainty.INFERENCE,
    value=frozenset({Content.CONTACT, Content.MONEY}),
    note="11:5 p. 1 names contact persons and families; 11:5 speaks of personal needs, and economic assistance stands "
    "in 12 kap. That the content decides and not the name is read from the purpose of a closed list.",
)

BOARD_CATALOGUE = Rule(
    id="board-decides-catalogue",
    reference="SoL 11:5",
    title="Nämnden bestämmer utbudet",
    says="Direct support is given only as the board has decided, on the board's conditions.",
    certainty=Certainty.INFERENCE,
    value=None,
    note="11:5 says may (får); SoF 9:9 speaks of the board's conditions.",
)

CONTENT_DECIDES_CLASS = Rule(
    id="content-decides-class",
    reference="SoF 9:9",
    title="Innehållet avgör vad en insats räknas som",
    says="A support is counted as what is done in it: a course is never family treatment, whatever it is called.",
    certainty=Certainty.INFERENCE,
    value={
        SupportClass.FAMILY_TREATMENT: frozenset({Content.FAMILY_WORK}),
        SupportClass.PARENT_COURSE: frozenset({Content.COURSE}),
        SupportClass.TALK_SUPPORT: frozenset({Content.TALKS, Content.CHILD_TALKS}),
        SupportClass.ADVICE: frozenset({Content.ADVICE}),
        SupportClass.OPEN_ACTIVITY: frozenset({Content.MEETING_PLACE}),
        SupportClass.HOUSING: frozenset({Content.HOUSING}),
        SupportClass.CONTACT: frozenset({Content.CONTACT}),
        SupportClass.ECONOMIC: frozenset({Content.MONEY}),
    },
    note="No paragraph says so. SoF 9:9 speaks of the board's conditions, which cannot be read unless a support is "
    "called what it is; follow-up found courses counted as family treatment.",
)

APPLICATION_INFORMATION = Rule(
    id="application-information",
    reference="SoL 11:6",
    title="Information om att man kan ansöka",
    says="Whoever gives direct support tells those who come, in a suitable way, that they can apply for assessed "
    "support.",
    certainty=Certainty.CERTAIN,
    value=None,
)

DOCUMENT = Rule(
    id="document-what-happens",
    reference="SoL 14:3",
    title="Handläggning och genomförande dokumenteras",
    says="The handling of cases and the carrying out of support are documented: decisions, facts, events that matter.",
    certainty=Certainty.CERTAIN,
    value=None,
)

ADVICE_UNDOCUMENTED = Rule(
    id="advice-undocumented",
    reference="SoL 14:4",
    title="Personliga förhållanden vid rådgivning",
    says="Personal circumstances need not be documented when advice is given.",
    certainty=Certainty.CERTAIN,
    value=None,
    note="That a name is a personal circumstance is inferred.",
)

IDENTITY_UNDOCUMENTED = Rule(
    id="identity-undocumented",
    reference="SoL 14:5",
    title="Identitet dokumenteras inte",
    says="The board may, for special reasons, decide that what can reveal the person's identity is not documented when "
    "direct support is carried out.",
    certainty=Certainty.CERTAIN,
    value=None,
)

DISPUTED_IS_NOTED = Rule(
    id="disputed-is-noted",
    reference="SoL 14:6",
    title="Att personen anser att något är fel",
    says="Where the person holds something in the record to be wrong, that is noted.",
    certainty=Certainty.CERTAIN,
    value=None,
    note="That it is noted beside what was written, which stays, is inferred.",
)

IDENTITY_FIELDS = Rule(
    id="identity-fields",
    reference="SoL 14:5",
    title="Uppgifter som kan röja identiteten",
    says="Under such a decision no record holds a name, a number, an address, a device, a birth date or free text.",
    certainty=Certainty.INFERENCE,
    value=frozenset(
        {
            "name",
            "given_name",
            "family_name",
            "person_id",
            "person_number",
            "coordination_number",
            "birth_date",
            "address",
            "email",
            "phone",
            "ip_address",
            "user_agent",
            "device_id",
            "eid_subject",
            "free_text",
        }
    ),
    note="14:5 says data that can reveal identity, and lists nothing; 14:6 asks for respect for integrity.",
)

UNIDENTIFIED_FROM_15 = Rule(
    id="unidentified-from-15",
    reference="SoL 21:2",
    title="Under 15 år går det inte att vara anonym",
    says="A child under 15 cannot come without identity, since the guardian's consent has to be established.",
    certainty=Certainty.INFERENCE,
    value=15,
)


class Documentation(StrEnum):
    """How the board lets one direct support be documented."""

    FULL = "full"
    ADVICE = "advice"
    WITHOUT_IDENTITY = "without-identity"


class Duty(StrEnum):
    """Whether something goes into the record."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Record:
    """What a record of direct support holds: who the person is, and the person's circumstances."""

    identity: Duty
    circumstances: Duty
    rule: Rule[object]


def may_be_direct(kind: SupportKind, content: Content | None, age: int, day: date) -> Allowed | Refusal:
    """Whether `kind`, in which `content` is done, may be direct for someone `age` years old (SoL 11:5).

    What may not is applied for.
    """
    never, never_for_young = NEVER_DIRECT.on(day), NEVER_DIRECT_FOR_YOUNG.on(day)
    if kind in never.value:
        return Refusal("always-needs-assessment", never, (Alternative.APPLY_ASSESSED,))
    never_content = NEVER_DIRECT_CONTENT.on(day)
    if content in never_content.value:
        return Refusal("always-needs-assessment", never_content, (Alternative.APPLY_ASSESSED,))
    if kind in never_for_young.value and age < YOUTH.on(day).value:
        return Refusal("always-needs-assessment", never_for_young, (Alternative.APPLY_ASSESSED,))
    return Allowed((DIRECT_SUPPORT.on(day), BOARD_CATALOGUE.on(day)))


def may_count_as(counted_as: SupportClass, content: Content | None, day: date) -> Allowed | Refusal:
    """Whether a support with this content may be counted as `counted_as`; unknown content is counted as nothing."""
    rule = CONTENT_DECIDES_CLASS.on(day)
    if content in rule.value[counted_as]:
        return Allowed((rule,))
    return Refusal("content-decides-class", rule, (Alternative.COUNT_AS_CONTENT,))


def may_leave_out_identity(*, decided_by_board: bool, special_reasons: bool, day: date) -> Allowed | Refusal:
    """Whether a direct support may run without identity (SoL 14:5): the board's own choice, with särskilda skäl."""
    rule = IDENTITY_UNDOCUMENTED.on(day)
    if not decided_by_board:
        return Refusal("only-the-board-decides", rule, (Alternative.DOCUMENT_IDENTITY,))
    if not special_reasons:
        return Refusal("special-reasons-missing", rule, (Alternative.GIVE_REASON, Alternative.DOCUMENT_IDENTITY))
    return Allowed((rule,))


def may_come_unidentified(age: int, day: date) -> Allowed | Refusal:
    """Whether someone of the stated `age` may come alone for support where identity is not documented."""
    rule = UNIDENTIFIED_FROM_15.on(day)
    if age < rule.value:
        instead = (Alternative.TALK_WITH_US, Alternative.DOCUMENT_IDENTITY, Alternative.GUARDIAN_CONSENTS)
        return Refusal("too-young-to-be-unidentified", rule, instead)
    return Allowed((rule, IDENTITY_UNDOCUMENTED.on(day)))


def what_to_document(documentation: Documentation, day: date) -> Record:
    """What the record of a direct support holds under the board's choice of `documentation` (SoL 14:3–14:5)."""
    match documentation:
        case Documentation.FULL:
            return Record(Duty.REQUIRED, Duty.REQUIRED, DOCUMENT.on(day))
        case Documentation.ADVICE:
            return Record(Duty.OPTIONAL, Duty.OPTIONAL, ADVICE_UNDOCUMENTED.on(day))
        case Documentation.WITHOUT_IDENTITY:
            return Record(Duty.FORBIDDEN, Duty.REQUIRED, IDENTITY_UNDOCUMENTED.on(day))


def duty_to_note(documentation: Documentation, day: date) -> Duty:
    """Whether staff write about the person in words of their own: never where identity is left out (SoL 14:5)."""
    record = what_to_document(documentation, day)
    return Duty.FORBIDDEN if record.identity is Duty.FORBIDDEN else record.circumstances


def may_note(documentation: Documentation, day: date) -> Allowed | Refusal:
    """Whether staff may write such a note; that the person disagrees with an earlier one they must note (14:6)."""
    if duty_to_note(documentation, day) is Duty.FORBIDDEN:
        return Refusal("no-notes-without-identity", IDENTITY_FIELDS.on(day), (Alternative.REPORT_CONCERN,))
    return Allowed((what_to_document(documentation, day).rule, DISPUTED_IS_NOTED.on(day)))


def may_hold_without_identity(fields: Iterable[str], day: date) -> Allowed | Refusal:
    """Whether a record with the named `fields` may be kept under a 14:5 decision; the answer names no field."""
    rule = IDENTITY_FIELDS.on(day)
    if rule.value.isdisjoint(fields):
        return Allowed((rule, IDENTITY_UNDOCUMENTED.on(day)))
    return Refusal("identity-in-record", rule)


def may_end_direct(*, informed_of_application: bool, day: date) -> Allowed:
    """Ending is always allowed; information that was never given (SoL 11:6) stays behind as a task."""
    tasks = () if informed_of_application else (Task.INFORM_OF_APPLICATION,)
    return Allowed((APPLICATION_INFORMATION.on(day),), tasks)
