"""Reports of concern for a child: who reports, what the board does at once, what the reporter may be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from statute.answers import Allowed, Alternative, Refusal
from statute.rules import ACT_IN_FORCE, AMENDED_2025_1501, Certainty, Rule


class Reporter(StrEnum):
    """Who reports: the 22 points of SoL 19:1 in their order, then those of 19:2, 19:3 and 19:4."""

    HEALTH_CARE = "health-care"
    SOCIAL_SERVICES = "social-services"
    DISABILITY_SERVICES = "disability-services"
    SCHOOL = "school"
    CUSTODY_MEDIATOR = "custody-mediator"
    SECURITY_GUARD = "security-guard"
    EMPLOYMENT_SERVICE = "employment-service"
    ECONOMIC_CRIME_AUTHORITY = "economic-crime-authority"
    SOCIAL_INSURANCE = "social-insurance"
    PRISON_AND_PROBATION = "prison-and-probation"
    ENFORCEMENT_AUTHORITY = "enforcement-authority"
    COAST_GUARD = "coast-guard"
    COUNTY_BOARD = "county-board"
    MIGRATION_AGENCY = "migration-agency"
    POLICE = "police"
    FORENSIC_PSYCHIATRY = "forensic-psychiatry"
    TAX_AGENCY = "tax-agency"
    SECURITY_SERVICE = "security-service"
    CUSTOMS = "customs"
    PROSECUTOR = "prosecutor"
    OTHER_AUTHORITY_FOR_CHILDREN = "other-authority-for-children"
    PRIVATE_PROFESSIONAL = "private-professional"
    FAMILY_COUNSELLOR = "family-counsellor"
    CHILDRENS_OMBUDSMAN = "childrens-ombudsman"
    ANYONE = "anyone"


_BY_OTHER_PARAGRAPHS = {Reporter.FAMILY_COUNSELLOR, Reporter.CHILDRENS_OMBUDSMAN, Reporter.ANYONE}

MUST_REPORT = Rule(
    id="must-report",
    reference="SoL 19:1",
    title="Skyldighet att anmäla genast",
    says="The listed authorities and professionals report at once when they learn or suspect that a child fares ill; "
    "those who give direct support are among them, employed by a board (p. 2) or privately (p. 22).",
    certainty=Certainty.INFERENCE,
    value=frozenset(set(Reporter) - _BY_OTHER_PARAGRAPHS),
    valid_from=AMENDED_2025_1501,
    note="The list (2025:1501) is certain, its commencement is inferred.",
    before=Rule(
        id="must-report",
        reference="SoL 19:1",
        title="Skyldighet att anmäla genast",
        says="Authorities whose work concerns children, health and social services, prison and probation, police and "
        "private professionals in those fields report at once.",
        certainty=Certainty.FROM_MEMORY,
        value=frozenset(
            {
                Reporter.HEALTH_CARE,
                Reporter.SOCIAL_SERVICES,
                Reporter.DISABILITY_SERVICES,
                Reporter.SCHOOL,
                Reporter.PRISON_AND_PROBATION,
                Reporter.POLICE,
                Reporter.FORENSIC_PSYCHIATRY,
                Reporter.SECURITY_SERVICE,
                Reporter.OTHER_AUTHORITY_FOR_CHILDREN,
                Reporter.PRIVATE_PROFESSIONAL,
            }
        ),
        valid_from=ACT_IN_FORCE,
        valid_to=date(2025, 12, 31),
        note="The list as it stood before 2025:1501.",
    ),
)

COUNSELLOR_REPORTS = Rule(
    id="family-counsellor-reports",
    reference="SoL 19:2",
    title="Familjerådgivares anmälningsskyldighet",
    says="Family counsellors report at once sexual exploitation or abuse of a child in its home.",
    certainty=Certainty.CERTAIN,
    value=None,
)

OMBUDSMAN_REPORTS = Rule(
    id="childrens-ombudsman-reports",
    reference="SoL 19:3",
    title="Barnombudsmannens anmälningsskyldighet",
    says="What the Children's Ombudsman reports stands in lag (1993:335).",
    certainty=Certainty.CERTAIN,
    value=None,
)

ANYONE_SHOULD_REPORT = Rule(
    id="anyone-should-report",
    reference="SoL 19:4",
    title="Var och en bör anmäla",
    says="Anyone who learns or suspects that a child fares ill should report it.",
    certainty=Certainty.CERTAIN,
    value=None,
)

OFFER_MEETING = Rule(
    id="offer-meeting",
    reference="SoL 19:5",
    title="Erbjudande om möte",
    says="The board should offer child, guardian and a reporter with a duty a meeting, if it suits the child.",
    certainty=Certainty.CERTAIN,
    value=None,
)


class ReportAnswer(StrEnum):
    """All that a reporter may be told."""

    OPENED = "opened"
    NOT_OPENED = "not-opened"
    ALREADY_RUNNING = "already-running"


TELL_REPORTER = Rule(
    id="tell-reporter",
    reference="SoL 19:6",
    title="Vad anmälaren får veta",
    says="A reporter with a duty may be told that an investigation was opened, was not opened or runs already, and "
    "nothing more; who asks shall be told, unless it is unsuitable.",
    certainty=Certainty.INFERENCE,
    value=frozenset(ReportAnswer),
    valid_from=AMENDED_2025_1501,
    note="The text (2025:1501) is certain, its commencement is inferred.",
    before=Rule(
        id="tell-reporter",
        reference="SoL 19:6",
        title="Vad anmälaren får veta",
        says="A reporter with a duty may be told the same three things; no time was set.",
        certainty=Certainty.FROM_MEMORY,
        value=frozenset(ReportAnswer),
        valid_from=ACT_IN_FORCE,
        valid_to=date(2025, 12, 31),
        note="The wording before 2025:1501.",
    ),
)

PROTECTION_RECORDED = Rule(
    id="protection-assessment-recorded",
    reference="SoL 20:1",
    title="Skyddsbedömningen dokumenteras",
    says="The need of immediate protection is assessed at once and recorded, for a child in a personakt.",
    certainty=Certainty.CERTAIN,
    value=None,
)

OPEN_OR_NOT = Rule(
    id="decide-to-open-or-not",
    reference="SoL 20:2",
    title="Förhandsbedömning",
    says="A report about a child or youth makes the board open or not open an investigation, unless one already runs.",
    certainty=Certainty.CERTAIN,
    value=None,
)


class Strength(StrEnum):
    """How strongly someone is asked to report."""

    SHALL = "shall"
    SHALL_IF_ABUSE_AT_HOME = "shall-if-abuse-at-home"
    BY_OWN_ACT = "by-own-act"
    SHOULD = "should"


@dataclass(frozen=True, slots=True)
class ReportingDuty:
    """How strongly someone is asked to report, and by which rule."""

    strength: Strength
    rule: Rule[object]


def duty_to_report(reporter: Reporter, day: date) -> ReportingDuty:
    """How strongly `reporter` is asked to report a child who may fare ill, under SoL 19:1–19:4."""
    if reporter in MUST_REPORT.on(day).value:
        return ReportingDuty(Strength.SHALL, MUST_REPORT.on(day))
    if reporter is Reporter.FAMILY_COUNSELLOR:
        return ReportingDuty(Strength.SHALL_IF_ABUSE_AT_HOME, COUNSELLOR_REPORTS.on(day))
    if reporter is Reporter.CHILDRENS_OMBUDSMAN:
        return ReportingDuty(Strength.BY_OWN_ACT, OMBUDSMAN_REPORTS.on(day))
    return ReportingDuty(Strength.SHOULD, ANYONE_SHOULD_REPORT.on(day))


def may_tell_reporter(reporter: Reporter, what: str, day: date) -> Allowed | Refusal:
    """Whether the reporter may be told `what`: one ReportAnswer, and only with a duty under 19:1–19:3 (SoL 19:6)."""
    rule = TELL_REPORTER.on(day)
    if duty_to_report(reporter, day).strength is Strength.SHOULD:
        return Refusal("reporter-without-duty", rule)
    if what not in rule.value:
        return Refusal("more-than-reporter-may-know", rule)
    return Allowed((rule,))


def should_offer_meeting(reporter: Reporter, *, suits_child: bool, day: date) -> Allowed | Refusal:
    """Whether child, guardian and reporter should be offered a meeting (SoL 19:5)."""
    rule = OFFER_MEETING.on(day)
    if duty_to_report(reporter, day).strength is Strength.SHOULD:
        return Refusal("reporter-without-duty", rule)
    if not suits_child:
        return Refusal("meeting-does-not-suit-child", rule)
    return Allowed((rule,))


def may_close_report(*, assessed: bool, in_personal_file: bool, about_child: bool, day: date) -> Allowed | Refusal:
    """Whether a report may be closed without opening: protection was assessed, for a child in a personal file (20:1).

    Opening an investigation is never held up by this: the assessment's own clock runs on.
    """
    rule = PROTECTION_RECORDED.on(day)
    if not assessed:
        return Refusal("protection-not-assessed", rule, (Alternative.ASSESS_PROTECTION,))
    if about_child and not in_personal_file:
        return Refusal("protection-not-in-personal-file", rule, (Alternative.ASSESS_PROTECTION,))
    return Allowed((rule, OPEN_OR_NOT.on(day)))
