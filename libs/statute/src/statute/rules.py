"""What a rule of law is here: data with a paragraph, a certainty and the days it applies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

ACT_IN_FORCE = date(2025, 7, 1)
"""Socialtjänstlagen (2025:400) came into force. Rules of older acts start here too, since nothing earlier is asked."""

AMENDED_2025_1501 = date(2026, 1, 1)
"""The changes of 2025:1501 apply. INFERENCE: the consolidated text of February 2026 holds them without a later date."""

Value_co = TypeVar("Value_co", covariant=True)


class Certainty(StrEnum):
    """How sure we are that the law says this."""

    CERTAIN = "certain"  # read in the text of the law
    INFERENCE = "inference"  # a reading of texts that are certain; a lawyer could differ
    FROM_MEMORY = "from memory"  # general knowledge, still to be checked against a source


class NotInForceError(LookupError):
    """Raised when a rule is asked for a day on which no version of it applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[Value_co]):
    """One version of one rule, and through `before` the versions it replaced.

    `reference` names the paragraph ("SoL 21:2"), `title` is a short Swedish name, `says` one English sentence. `value`
    is what code computes with: a clock, an age in years, a closed list, or None where the rule is only cited.
    `valid_from` and `valid_to` are the first and the last day in force; `note` tells what the certainty rests on.
    """

    id: str
    reference: str
    title: str
    says: str
    certainty: Certainty
    value: Value_co
    valid_from: date = ACT_IN_FORCE
    valid_to: date | None = None
    before: Rule[Value_co] | None = None
    note: str = ""

    def __post_init__(self) -> None:
        """Refuse versions that overlap, run backwards or belong to another rule (ValueError)."""
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"{self.id} ends before it begins")
        if self.before is None:
            return
        if self.before.id != self.id:
            raise ValueError(f"{self.id} cannot replace {self.before.id}")
        if self.before.valid_to is None or self.before.valid_to >= self.valid_from:
            raise ValueError(f"{self.id} has two versions in force on {self.valid_from}")

    def versions(self) -> Iterator[Rule[Value_co]]:
        """Every version, the newest first."""
        version: Rule[Value_co] | None = self
        while version is not None:
            yield version
            version = version.before

    def on(self, day: date) -> Rule[Value_co]:
        """The version in force on `day` (Europe/Stockholm); raises NotInForceError when there is none."""
        for version in self.versions():
            if version.valid_from <= day and (version.valid_to is None or day <= version.valid_to):
                return version
        raise NotInForceError(f"{self.reference} ({self.id}) was not in force on {day.isoformat()}")

    def in_force(self, day: date) -> bool:
        """Whether any version applied on `day` (Europe/Stockholm)."""
        return any(v.valid_from <= day and (v.valid_to is None or day <= v.valid_to) for v in self.versions())
