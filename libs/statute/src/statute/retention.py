"""How long records are kept before they are erased (gallring, SoL 16 kap.)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from statute.ages import birthday
from statute.clocks import add_months
from statute.rules import AMENDED_2025_1501, Certainty, Rule

DRAFT_KEPT_DAYS = 14
"""How long a form that was not sent is kept for who asked for it. Our own promise, not a rule of the Act."""

PERSONAL_FILE_KEPT = Rule(
    id="personal-file-kept",
    reference="SoL 16:1",
    title="Personakt gallras efter fem år",
    says="A personal file is erased five years after its last note, but not while a compilation on the person remains.",
    certainty=Certainty.CERTAIN,
    value=5,
)

COMPILATION_KEPT = Rule(
    id="compilation-kept",
    reference="SoL 16:1",
    title="Sammanställning gallras efter fem år",
    says="Data in a compilation are erased five years after the circumstances they describe ceased.",
    certainty=Certainty.CERTAIN,
    value=5,
)

ERASED_BY_NEXT_YEAR = Rule(
    id="erased-by-next-year",
    reference="SoL 16:1",
    title="Gallringen klar året efter",
    says="Erasure is finished at the latest in the calendar year after the duty arose.",
    certainty=Certainty.CERTAIN,
    value=1,
)

CHILD_INVESTIGATION_KEPT = Rule(
    id="child-investigation-kept",
    reference="SoL 16:2 a",
    title="Barnutredning sparas till 30 år",
    says="Documents of an investigation of a child's protection or support are not erased before it has turned 30.",
    certainty=Certainty.INFERENCE,
    value=30,
    valid_from=AMENDED_2025_1501,
    note="The text (2025:1501) is certain. Inferred: its commencement, and that the later of 16:1 and 16:2 a decides.",
)

REPORT_NOT_OPENED_KEPT = Rule(
    id="report-not-opened-kept",
    reference="SoL 16:2 a",
    title="Anmälan utan utredning gallras efter fem år",
    says="Documents of a report where no investigation was opened are erased after five years, as 16:1 says.",
    certainty=Certainty.INFERENCE,
    value=5,
    valid_from=AMENDED_2025_1501,
    note="The text (2025:1501) is certain, its commencement is inferred. Until then 16:1 gave the same five years.",
)


@dataclass(frozen=True, slots=True)
class PersonalFile:
    """Notes in a personal file (personakt), kept on assessed support and, by our reading, on direct support too."""

    last_note: date


@dataclass(frozen=True, slots=True)
class Compilation:
    """Data in a compilation across persons (sammanställning)."""

    circumstances_ceased: date


@dataclass(frozen=True, slots=True)
class ChildInvestigation:
    """An investigation of a child's need of protection or support."""

    last_note: date
    born: date


@dataclass(frozen=True, slots=True)
class ReportNotOpened:
    """A report after which no investigation was opened."""

    last_note: date


Kept = PersonalFile | Compilation | ChildInvestigation | ReportNotOpened


@dataclass(frozen=True, slots=True)
class Retention:
    """Kept until `until`, the first day on which erasing is due; erased at the latest on `erased_by`."""

    until: date
    erased_by: date
    rules: tuple[Rule[object], ...]


def retain_until(record: Kept, day: date, *others: Kept) -> Retention:
    """How long `record` is kept by the law in force on `day`, with `others` on the same person: the longest wins.

    The law moves, so ask again before erasing anything. Placements, adoption and parenthood, which are never erased,
    and the research sample (SoL 16:2, 16:4) are not answered here.
    """
    until, rule = max((_until(each, day) for each in (record, *others)), key=lambda answer: answer[0])
    finished = ERASED_BY_NEXT_YEAR.on(day)
    return Retention(until, date(until.year + finished.value, 12, 31), (rule, finished))


def _until(record: Kept, day: date) -> tuple[date, Rule[int]]:
    by_last_note = PERSONAL_FILE_KEPT.on(day)
    match record:
        case PersonalFile(last_note):
            return _years_after(last_note, by_last_note)
        case Compilation(ceased):
            return _years_after(ceased, COMPILATION_KEPT.on(day))
        case ReportNotOpened(last_note):
            in_force = REPORT_NOT_OPENED_KEPT.in_force(day)
            return _years_after(last_note, REPORT_NOT_OPENED_KEPT.on(day) if in_force else by_last_note)
        case ChildInvestigation(last_note, born):
            answers = [_years_after(last_note, by_last_note)]
            if CHILD_INVESTIGATION_KEPT.in_force(day):
                rule = CHILD_INVESTIGATION_KEPT.on(day)
                answers.append((birthday(born, rule.value), rule))
            return max(answers, key=lambda answer: answer[0])


def _years_after(day: date, rule: Rule[int]) -> tuple[date, Rule[int]]:
    return add_months(day, 12 * rule.value), rule
