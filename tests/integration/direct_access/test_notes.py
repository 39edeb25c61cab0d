"""Staff's notes on a support: sealed, with who and when, corrected by new ones, for nobody but staff."""

import re
from dataclasses import replace
from uuid import UUID

import pytest
from tests.integration.direct_access.clients import BOARD, Person
from tests.integration.direct_access.test_my_time import PAGE as MY_TIME
from tests.integration.direct_access.test_my_time import book
from tests.integration.direct_access.test_support import ask, offer_time, published
from tests.unit.direct_access.a_catalogue import ASKED

from chassis.clock import new_id, now
from chassis.commands import Desk
from chassis.database import on_board
from chassis.decider import Origin, Step
from chassis.handle import handle
from direct_access.decide.support import InformOfApplication
from direct_access.store import SUPPORT
from local_platform.postgres import Database

FIRST = "Qvxnot: kom med sin syster.\nSover bättre."
SECOND = "Qvxnot: det var en kusin, inte en syster."


async def test_a_note_is_corrected_by_one_that_refers_to_it_and_nothing_is_overwritten(
    citizen: Person, staff: Person, desk: Desk, database: Database
) -> None:
    code, support_id = await book(citizen, await offer_time(staff))
    case = f"/personal/stod/{support_id}"
    assert "Det som har betydelse för stödet skrivs ner (SoL 14:3)." in (await staff.open(case)).text
    blank = await staff.open(f"{case}/anteckning")
    assert "Gäller en tidigare anteckning" not in blank.text
    empty = await staff.send(f"{case}/anteckning", blank, text=" ")
    assert "Skriv anteckningen." in empty.text
    for _twice in range(2):
        assert (await staff.send(f"{case}/anteckning", blank, text=FIRST)).status_code == 303
    (first,) = (await staff.get(f"/supports/{support_id}")).json()["notes"]
    about = await staff.open(f"{case}/anteckning?om={first['note_id']}")
    assert f'<option value="{first["note_id"]}" selected>' in about.text
    corrected = await staff.send(f"{case}/anteckning", about, text=SECOND, refers_to=first["note_id"])
    assert corrected.status_code == 303

    shown = (await staff.get(f"/supports/{support_id}")).json()
    assert shown["duty_to_note"] == "required"
    assert [(each["text"], each["refers_to"], each["writer"]) for each in shown["notes"]] == [
        (SECOND, first["note_id"], "activity_staff-7"),
        (FIRST, None, "activity_staff-7"),
    ]
    page = (await staff.open(case)).text
    assert page.index(SECOND) < page.index(FIRST)
    assert len(re.findall(r"activity_staff-7</bdi>", page)) == 2
    assert f'href="#anteckning-{first["note_id"]}"' in page
    assert f'href="#anteckning-{shown["notes"][0]["note_id"]}"' in page, "who reads the first sees that there is more"

    mine = await citizen.send(MY_TIME, await citizen.open(MY_TIME), code=code)
    assert "Hamngatan 3" in mine.text
    assert "Qvxnot" not in mine.text
    async with on_board(desk.store.pool, BOARD) as connection:
        stored = await connection.fetch("select data::text from events where stream_id = $1", UUID(support_id))
    assert not [row for row in stored if "Qvxnot" in row["data"]]
    assert await published(database, support_id) == ["support-requested", "time-booked", "informed-of-application"]


async def test_programs_write_notes_too_and_hear_what_is_wrong(
    citizen: Person, staff: Person, other_staff: Person
) -> None:
    support_id = await ask(citizen)
    other = (await staff.post(f"/supports/{await ask(citizen)}/notes", {"text": FIRST})).json()["note_id"]
    written = await staff.post(f"/supports/{support_id}/notes", {"text": FIRST})
    assert written.status_code == 201
    astray = await staff.post(f"/supports/{support_id}/notes", {"text": SECOND, "refers_to": other})
    assert (astray.status_code, astray.json()["code"]) == (409, "note-not-found")
    for path, asked_by in ((f"/supports/{support_id}/notes", other_staff), (f"/supports/{UUID(int=1)}/notes", staff)):
        answer = await asked_by.post(path, {"text": FIRST})
        assert (answer.status_code, answer.json()["code"]) == (404, "support-not-found")
    wrong = await staff.post(f"/supports/{support_id}/notes", {"text": "x" * 10_001, "refers_to": "den gamla"})
    assert {error["pointer"] for error in wrong.json()["errors"]} == {"#/text", "#/refers_to"}


async def test_once_the_key_is_gone_notes_are_said_to_be_erased_and_none_is_added(
    citizen: Person, staff: Person, desk: Desk
) -> None:
    support_id = await ask(citizen)
    await staff.post(f"/supports/{support_id}/notes", {"text": FIRST})
    await staff.post(f"/supports/{support_id}/end", {"reason": "moved"})
    async with on_board(desk.store.pool, BOARD) as connection:
        keys = await connection.fetch("select key_id from keys where case_id = $1", UUID(support_id))
    await desk.keyring.destroy([row["key_id"] for row in keys], "retention")
    (note,) = (await staff.get(f"/supports/{support_id}")).json()["notes"]
    assert (note["text"], note["erased"]) == ("", True)
    page = (await staff.open(f"/personal/stod/{support_id}")).text
    assert "Uppgiften är gallrad." in page
    assert "Qvxnot" not in page
    assert f"/personal/stod/{support_id}/anteckning" not in page
    more = await staff.post(f"/supports/{support_id}/notes", {"text": SECOND})
    assert more.json()["code"] == "person-erased"


@pytest.mark.parametrize(
    ("documentation", "duty"), [("advice", "optional"), ("no-identity", "forbidden")], ids=["advice", "no-identity"]
)
async def test_the_duty_is_that_of_the_decision_which_the_case_was_started_under(
    staff: Person, editor: Person, desk: Desk, documentation: str, duty: str
) -> None:
    code = f"anteckning-{documentation}"
    decided = {
        "support": code,
        "name": "Samtal",
        "what": "Vi pratar.",
        "basis": "direct",
        "documentation": documentation,
        "special_reasons": "Få kommer annars.",
        "valid_from": "2026-01-01",
        "decision": "SN 2025-11-20 § 120",
    }
    changed = {**decided, "documentation": "documented", "reason": "Ändrat sedan dess."}
    for each in (decided, changed):
        assert (await editor.post("/catalogue", each)).status_code == 201
    support_id = await record_in_spite_of_the_rules(desk, code)

    shown = (await staff.get(f"/supports/{support_id}")).json()
    assert shown["duty_to_note"] == duty
    case = f"/personal/stod/{support_id}"
    page, form = (await staff.open(case)).text, (await staff.open(f"{case}/anteckning")).text
    written = await staff.post(f"/supports/{support_id}/notes", {"text": FIRST})
    if duty == "optional":
        assert "Vid rådgivning behöver personliga förhållanden inte skrivas ner (SoL 14:4)." in page
        assert written.status_code == 201
    else:
        assert f"{case}/anteckning" not in page
        assert "<textarea" not in form
        assert (written.status_code, written.json()["code"]) == (422, "no-notes-without-identity")
        assert written.json()["rule"] == "SoL 14:5"
    await staff.post(f"/supports/{support_id}/end", {"reason": "moved"})


async def record_in_spite_of_the_rules(desk: Desk, code: str) -> UUID:
    """A support as asked for under the first version of an entry, whatever the Act lets be asked for there."""
    support_id = new_id()
    asked = replace(ASKED, support_id=support_id, support=code, catalogue_version=1)
    origin = Origin(command_id=new_id(), board=BOARD, at=now(), role="system", actor=None, purpose="test")
    lenient = replace(SUPPORT, decide=lambda _command, _state: [asked])
    command = InformOfApplication(at=origin.at)
    await handle(desk.store, origin, Step(decider=lenient, stream=support_id, command=command, new=True))
    return support_id
