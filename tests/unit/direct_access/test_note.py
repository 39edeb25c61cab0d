"""Staff's notes: never without identity, never changed, and what refers to one refers to one of the same support."""

from dataclasses import replace
from uuid import UUID

import pytest
from tests.given import given
from tests.unit.direct_access.a_catalogue import ASKED, NOW, PERSON

from chassis.personal import Personal
from contracts.direct_access import Documentation
from contracts.vocabulary import EndReason
from direct_access.decide.note import WriteNote, what_to_note
from direct_access.model.support import NoteWritten, SupportEnded, record_of
from direct_access.store import SUPPORT
from statute.clocks import stockholm_day
from statute.direct import Duty

FIRST, SECOND = UUID(int=1), UUID(int=2)
TEXT = Personal("note", PERSON, {"text": "Kom med sin syster. Sover bättre."})
WRITE = WriteNote(note=FIRST, text=TEXT, refers_to=None, documentation=Documentation.DOCUMENTED, at=NOW)
WRITTEN = NoteWritten(note=FIRST, text=TEXT, refers_to=None, written_at=NOW)
ENDED = SupportEnded(reason=EndReason.COMPLETED, left_to_do=(), ended_at=NOW)


@pytest.mark.parametrize("documentation", [Documentation.DOCUMENTED, Documentation.ADVICE])
def test_a_note_is_written_in_what_is_documented_and_at_advice(documentation: Documentation) -> None:
    given(SUPPORT, ASKED).when(replace(WRITE, documentation=documentation)).then(WRITTEN)


def test_without_identity_no_note_is_written() -> None:
    secret = replace(WRITE, documentation=Documentation.NO_IDENTITY)
    given(SUPPORT, ASKED).when(secret).refused("no-notes-without-identity", "SoL 14:5", ("report-concern",))


def test_a_correction_is_a_note_of_its_own_and_the_first_one_stays() -> None:
    corrected = replace(WRITTEN, note=SECOND, refers_to=FIRST)
    state = given(SUPPORT, ASKED, WRITTEN).when(replace(WRITE, note=SECOND, refers_to=FIRST)).then(corrected)
    assert record_of(state).notes == {FIRST, SECOND}


def test_a_note_refers_only_to_one_of_the_same_support() -> None:
    given(SUPPORT, ASKED).when(replace(WRITE, refers_to=SECOND)).refused("note-not-found")
    given(SUPPORT, ASKED, WRITTEN).when(replace(WRITE, note=SECOND, refers_to=SECOND)).refused("note-not-found")


def test_what_is_to_be_mended_can_be_mended_when_the_support_has_ended() -> None:
    given(SUPPORT, ASKED, ENDED).when(WRITE).then(WRITTEN)
    given(SUPPORT).when(WRITE).refused("support-not-found")


def test_a_note_stays_in_this_service() -> None:
    assert SUPPORT.publish(WRITTEN, given(SUPPORT, ASKED, WRITTEN).state) is None


def test_the_duty_follows_what_the_board_decided() -> None:
    duties = {documentation: what_to_note(documentation, stockholm_day(NOW)) for documentation in Documentation}
    assert duties == {
        Documentation.DOCUMENTED: Duty.REQUIRED,
        Documentation.ADVICE: Duty.OPTIONAL,
        Documentation.NO_IDENTITY: Duty.FORBIDDEN,
    }
