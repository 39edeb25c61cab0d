"""Staff's notes on a support: whether the Act lets or bids them be written, and which earlier one a note refers to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from uuid import UUID

from chassis.decider import Refused, obey
from chassis.personal import Part
from contracts.direct_access import Documentation
from direct_access.model.support import NoteWritten, Record
from statute.clocks import stockholm_day
from statute.direct import Documentation as InTheAct
from statute.direct import Duty, duty_to_note, may_note

_IN_THE_ACT: Mapping[Documentation, InTheAct] = MappingProxyType(
    {
        Documentation.DOCUMENTED: InTheAct.FULL,
        Documentation.ADVICE: InTheAct.ADVICE,
        Documentation.NO_IDENTITY: InTheAct.WITHOUT_IDENTITY,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteNote:
    """Write a note, also when the support has ended."""

    note: UUID
    text: Part
    refers_to: UUID | None
    documentation: Documentation
    """As the board had decided it in the version of the support that the case keeps."""
    at: datetime


def what_to_note(documentation: Documentation, day: date) -> Duty:
    """Whether notes are to be written (SoL 14:3), can be (14:4) or must not be (14:5)."""
    return duty_to_note(_IN_THE_ACT[documentation], day)


def decide_note(command: WriteNote, record: Record) -> Sequence[NoteWritten]:
    """The note.

    Raises:
        Refused: identity is not documented in this support (SoL 14:5), or what it refers to is no note of this support.
    """
    obey(may_note(_IN_THE_ACT[command.documentation], stockholm_day(command.at)))
    if command.refers_to is not None and command.refers_to not in record.notes:
        raise Refused("note-not-found")
    return [NoteWritten(note=command.note, text=command.text, refers_to=command.refers_to, written_at=command.at)]
