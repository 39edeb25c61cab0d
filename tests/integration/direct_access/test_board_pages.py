"""The board's pages: decisions looked at and then registered, versions side by side, opening, and the file."""

import json
import secrets
from typing import Any

import httpx
import pytest
from tests.integration.direct_access.clients import BOARD, BROWSER, Person, catalogue, hidden_fields

from chassis.clock import now
from direct_access.requests.catalogue_file import FORMAT
from statute.clocks import stockholm_day

FORM: dict[str, Any] = {
    "name": "Mötesplatsen",
    "what": "Ett lugnt rum i biblioteket.",
    "basis": "direct",
    "kind": "open",
    "documentation": "documented",
    "secrecy": "social-services",
    "content": "meeting-place",
    "counted_as": "open-activity",
    "needs": ["loneliness", "mental-health"],
    "languages": ["sv", "fi"],
    "evidence_references": "En källa\n\nEn till",
    "evidence_status": "experience",
    "age_from": "18",
    "valid_from-day": "1",
    "valid_from-month": "1",
    "valid_from-year": "2026",
    "decision": "SN 2025-12-01 § 9",
}


async def press(person: Person, path: str, typed: dict[str, Any], step: str = "check") -> httpx.Response:
    fields = {"form_id": secrets.token_urlsafe(24), **typed, "step": step}
    return await person.http.post(path, data=fields, headers=BROWSER)


async def entry_of(citizen: Person, code: str) -> dict[str, Any] | None:
    listed = (await citizen.get("/catalogue", board=str(BOARD))).json()
    return next((entry for entry in listed if entry["code"] == code), None)


async def test_a_new_support_is_looked_at_and_then_registered(editor: Person, citizen: Person) -> None:
    typed = {**FORM, "support": "motesplatsen"}
    looked_at = await press(editor, "/personal/utbud/nytt", typed)
    assert looked_at.status_code == 200
    assert "Inget är sparat än" in looked_at.text
    assert "Syfte" in looked_at.text, "what is missing is named"
    assert await entry_of(citizen, "motesplatsen") is None
    assert (await press(editor, "/personal/utbud/nytt", typed, "send")).status_code == 303
    entry = await entry_of(citizen, "motesplatsen")
    assert entry
    assert entry["needs"] == ["loneliness", "mental-health"]
    assert entry["evidence_references"] == ["En källa", "En till"]
    again = await press(editor, "/personal/utbud/nytt", typed)
    assert again.status_code == 422
    assert "Nämnden har redan ett stöd med den koden" in again.text


async def test_a_change_is_seen_side_by_side_and_says_why(editor: Person) -> None:
    await press(editor, "/personal/utbud/nytt", {**FORM, "support": "andras"}, "send")
    path = "/personal/utbud/stod/andras"
    page = await editor.open(f"{path}/andra")
    assert 'value="SN 2025-12-01 § 9"' in page.text
    assert 'value="fi" checked' in page.text
    without = await press(editor, f"{path}/andra", {**FORM, "support": "andras", "name": "Rummet"})
    assert without.status_code == 422
    assert "Skriv varför beslutet ändras." in without.text
    assert 'value="Rummet"' in without.text, "nothing typed is lost"
    change = {**FORM, "support": "andras", "name": "Rummet", "reason": "Det bytte namn."}
    looked_at = await press(editor, f"{path}/andra", change)
    assert "Mötesplatsen" in looked_at.text
    assert "Rummet" in looked_at.text
    assert (await press(editor, f"{path}/andra", change, "send")).status_code == 303
    version = (await editor.open(f"{path}/versioner/2")).text
    assert "Det bytte namn." in version
    assert version.rindex("Mötesplatsen") < version.rindex("Rummet"), "the old to the left of the new"
    assert (await editor.open(f"{path}/versioner/3")).status_code == 404
    listed = (await editor.open("/personal/utbud")).text
    assert "SN 2025-12-01 § 9, version 2" in listed


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"kind": "contact-family"}, "basis", "Det här stödet måste man alltid ansöka om."),
        ({"content": "course", "counted_as": "family-treatment"}, "counted_as", "Innehållet avgör"),
        ({"documentation": "no-identity"}, "special_reasons", "särskilda skäl"),
        ({"age_to": "12"}, "age_to", "Den högsta åldern är lägre"),
        ({"decision": ""}, "decision", "Skriv vilket beslut det är"),
    ],
)
async def test_what_cannot_be_decided_is_said_beside_the_field(
    editor: Person, change: dict[str, str], field: str, sentence: str
) -> None:
    page = await press(editor, "/personal/utbud/nytt", {**FORM, "support": "nej", **change})
    assert page.status_code == 422
    assert sentence in page.text
    assert f'id="{field}-error"' in page.text


async def test_a_support_is_closed_on_the_page(editor: Person, citizen: Person) -> None:
    await press(editor, "/personal/utbud/nytt", {**FORM, "support": "stangs"}, "send")
    path = "/personal/utbud/stod/stangs/oppet"
    page = (await editor.open(path)).text
    assert 'name="day-year" value="' in page
    today = stockholm_day(now())
    day = {"day-day": str(today.day), "day-month": str(today.month), "day-year": str(today.year)}
    passed = await press(editor, path, {"open": "false", **day, "day-year": "2020", "reason": "Stängt."}, "send")
    assert "Dagen har varit" in passed.text
    assert (await press(editor, path, {"open": "false", **day, "reason": "Sommarstängt."}, "send")).status_code == 303
    entry = await entry_of(citizen, "stangs")
    assert entry
    assert (entry["open"], entry["closed_reason"]) == (False, "Sommarstängt.")
    assert "Sommarstängt." in (await editor.open("/personal/utbud/stod/stangs")).text


async def upload(editor: Person, document: Any) -> httpx.Response:
    text = document if isinstance(document, str) else json.dumps(document)
    files = {"file": ("utbud.json", text.encode(), "application/json")}
    return await editor.http.post("/personal/utbud/fil", files=files, headers=BROWSER)


async def test_the_file_that_goes_out_comes_in_again_and_changes_nothing(editor: Person) -> None:
    exported = await editor.open("/personal/utbud/fil/utbud.json")
    assert exported.json()["format"] == FORMAT
    looked_at = await upload(editor, exported.text)
    assert "Filen säger samma sak som utbudet" in looked_at.text


async def test_a_file_is_read_whole_after_it_has_been_looked_at(editor: Person, citizen: Person) -> None:
    exported = (await editor.open("/personal/utbud/fil/utbud.json")).json()
    youth = next(row for row in exported["supports"] if row["support"] == "hamnen")
    changed = {**youth, "dose": "Varje dag 15–20.", "reason": "Vi öppnar fler dagar."}
    new = {**catalogue()[0], "support": "ur-fil", "name": "Ur en fil"}
    looked_at = await upload(editor, {"format": 1, "supports": [changed, new]})
    assert looked_at.status_code == 200
    assert "Varje dag 15–20." in looked_at.text
    assert "Ur en fil" in looked_at.text
    assert await entry_of(citizen, "ur-fil") is None
    sent = await press(editor, "/personal/utbud/fil", hidden_fields(looked_at.text), "send")
    assert sent.status_code == 303
    assert await entry_of(citizen, "ur-fil")
    hamnen = await entry_of(citizen, "hamnen")
    assert hamnen
    assert hamnen["dose"] == "Varje dag 15–20."


async def test_every_error_in_a_file_is_told_with_row_and_field_and_nothing_is_read(
    editor: Person, citizen: Person
) -> None:
    new = {**catalogue()[0], "support": "halvt"}
    rows = [
        new,
        {**new, "support": "dom-ar-fel", "age_from": "gammal", "basis": "gratis"},
        {**new, "support": "forbjudet", "kind": "contact-family"},
        {**new, "support": "kurs", "content": "course", "counted_as": "family-treatment"},
        new,
        {**new, "support": "annanstans", "districts": ["ingenstans"]},
        {**new, "support": "felstavat", "syftet": "x"},
        {**catalogue()[1], "name": "Utan skäl"},
    ]
    page = await upload(editor, {"format": 1, "supports": rows})
    assert page.status_code == 422
    for row, field in [
        (2, "Från ålder"),
        (2, "Rättslig grund"),
        (3, "Rättslig grund"),
        (4, "Räknas som"),
        (5, "Kod i adressen"),
        (6, "Stadsdelar"),
        (7, "syftet"),
        (8, "Varför beslutet ändras"),
    ]:
        assert f'Rad {row}</th><td role="cell" data-heading="Fält"><div>{field}' in page.text.replace("\n", "")
    assert "gammal" not in page.text
    document = json.dumps({"format": 1, "supports": [new, rows[1]]})  # One that can be read, and one that cannot.
    assert (await press(editor, "/personal/utbud/fil", {"document": document}, "send")).status_code == 422
    assert await entry_of(citizen, "halvt") is None


@pytest.mark.parametrize(
    "document",
    ["", "{", "[]", '{"format": 2, "supports": []}', '{"format": 1}', '{"format": 1, "supports": [1]}', "[" * 9000],
)
async def test_what_is_no_file_of_ours_is_told_so(editor: Person, document: str) -> None:
    page = await upload(editor, document)
    assert page.status_code == 422
    assert "Inget är inläst" in page.text


async def test_characters_that_cannot_be_kept_are_found_in_a_file(editor: Person) -> None:
    row = {**catalogue()[0], "support": "tecken", "what": "noll\x00"}
    assert "Rad 1" in (await upload(editor, {"format": 1, "supports": [row]})).text


async def test_only_an_editor_opens_the_board_s_pages(citizen: Person, staff: Person) -> None:
    for path in ("", "/nytt", "/fil", "/fil/utbud.json", "/stod/hamnen", "/stod/hamnen/andra", "/stod/hamnen/oppet"):
        assert (await staff.open(f"/personal/utbud{path}")).status_code == 403
        assert (await citizen.open(f"/personal/utbud{path}")).status_code == 401


async def test_programs_fetch_the_file_and_send_it_back_with_the_same_rules(editor: Person, citizen: Person) -> None:
    fetched = await editor.get("/catalogue/file")
    assert fetched.text == (await editor.open("/personal/utbud/fil/utbud.json")).text
    assert (await editor.post("/catalogue/file/check", fetched.json())).json() == {"would_decide": 0, "rows": []}
    hamnen = next(row for row in fetched.json()["supports"] if row["support"] == "hamnen")
    changed = {**hamnen, "cost": "Gratis.", "reason": "Fler har frågat vad det kostar."}
    file = {"format": 1, "supports": [changed, {**catalogue()[0], "support": "ur-program"}]}
    looked_at = await editor.post("/catalogue/file/check", file)
    assert looked_at.json()["rows"] == [
        {"support": "hamnen", "new": False, "changed": ["cost"]},
        {"support": "ur-program", "new": True, "changed": []},
    ]
    assert await entry_of(citizen, "ur-program") is None
    key = "one-key-for-the-same-file"
    for _twice in range(2):
        done = await editor.post("/catalogue/file", file, key)
        assert (done.status_code, done.json()) == (200, {"decided": 2})
    found = await entry_of(citizen, "hamnen")
    assert found
    assert found["cost"] == "Gratis."
    assert await entry_of(citizen, "ur-program")


async def test_programs_hear_every_error_of_a_file_at_once_and_nothing_is_read(
    editor: Person, citizen: Person, staff: Person
) -> None:
    new = {**catalogue()[0], "support": "halvt-program"}
    rows = [
        new,
        {**new, "support": "fel", "age_from": "gammal", "basis": "gratis"},
        {**new, "support": "forbjudet", "kind": "contact-family"},
        {**new, "support": "annanstans", "districts": ["ingenstans"]},
        {**new, "support": "felstavat", "syftet": "x"},
        "ingen rad",
    ]
    answer = await editor.post("/catalogue/file", {"format": 1, "supports": rows})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert answer.headers["content-type"] == "application/problem+json"
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
        ("#/supports/1/basis", "not-a-choice"),
        ("#/supports/1/age_from", "not-a-number"),
        ("#/supports/2/basis", "always-needs-assessment"),
        ("#/supports/3/districts", "no-such-district"),
        ("#/supports/4", "unknown-field"),
        ("#/supports/5", "wrong-form"),
    ]
    assert "gammal" not in answer.text
    assert await entry_of(citizen, "halvt-program") is None
    other = (await editor.post("/catalogue/file/check", {"format": 2, "supports": [new]})).json()
    assert [(error["pointer"], error["code"]) for error in other["errors"]] == [("#", "file-of-another-format")]
    assert (await staff.post("/catalogue/file/check", {"format": 1, "supports": [new]})).status_code == 403
    assert (await staff.get("/catalogue/file")).status_code == 403


async def test_two_editors_do_not_overwrite_each_other(editor: Person, citizen: Person) -> None:
    await press(editor, "/personal/utbud/nytt", {**FORM, "support": "tva-samtidigt"}, "send")
    path = "/personal/utbud/stod/tva-samtidigt/andra"
    opened = hidden_fields((await editor.open(path)).text)
    assert opened["version"] == "1"
    mine = {**FORM, **opened, "name": "Rummet", "reason": "Det bytte namn."}
    theirs = {
        **FORM,
        **hidden_fields((await editor.open(path)).text),
        "cost": "Gratis.",
        "reason": "Fler har frågat vad det kostar.",
    }
    looked_at = await press(editor, path, mine)
    assert looked_at.status_code == 200
    assert (await press(editor, path, theirs, "send")).status_code == 303

    met = await press(editor, path, mine, "send")
    assert met.status_code == 409
    assert "Det finns ett nyare beslut än det som du utgick från." in met.text
    assert "Fler har frågat vad det kostar." in met.text
    assert 'data-heading="Nu"><div>Gratis.' in met.text
    assert 'value="Rummet"' in met.text, "nothing typed is lost"
    assert "Det bytte namn." in met.text
    entry = await entry_of(citizen, "tva-samtidigt")
    assert entry
    assert (entry["version"], entry["name"]) == (2, "Mötesplatsen")

    again = {**mine, **hidden_fields(met.text), "cost": "Gratis."}
    assert again["version"] == "2"
    assert (await press(editor, path, again)).status_code == 200
    assert (await press(editor, path, again, "send")).status_code == 303
    entry = await entry_of(citizen, "tva-samtidigt")
    assert entry
    assert (entry["version"], entry["name"], entry["cost"]) == (3, "Rummet", "Gratis.")
    unheard_of = {**again, "version": "99", "name": "Salen"}
    assert (await press(editor, path, unheard_of)).status_code == 404


async def test_a_program_says_which_version_it_changes(editor: Person) -> None:
    decided = {**catalogue()[2], "support": "med-version"}
    assert (await editor.post("/catalogue", decided)).status_code == 201
    changed = {**decided, "cost": "Gratis.", "reason": "Priset saknades.", "version": 1}
    assert (await editor.post("/catalogue", changed)).status_code == 201
    other = {**decided, "wait": "En vecka.", "reason": "Kön är kortare.", "version": 1}
    refused = await editor.post("/catalogue", other)
    assert (refused.status_code, refused.json()["code"]) == (409, "decided-meanwhile")
    assert (await editor.post("/catalogue", {**other, "version": 2})).status_code == 201
    unsaid = {**decided, "wait": "Två veckor.", "reason": "Kön är längre."}
    assert (await editor.post("/catalogue", unsaid)).status_code == 201, "whoever names no version changes the last"


async def test_a_file_does_not_undo_what_was_decided_since_it_was_fetched(editor: Person, citizen: Person) -> None:
    decided = {**catalogue()[2], "support": "fil-version"}
    await editor.post("/catalogue", decided)
    exported = (await editor.get("/catalogue/file")).json()
    row = next(row for row in exported["supports"] if row["support"] == "fil-version")
    assert row["version"] == 1
    await editor.post("/catalogue", {**decided, "cost": "Gratis.", "reason": "Priset saknades."})
    document: dict[str, Any] = {
        "format": FORMAT,
        "supports": [{**row, "wait": "En vecka.", "reason": "Kön är kortare."}],
    }
    page = await upload(editor, document)
    assert page.status_code == 422
    assert 'data-heading="Fält"><div>Version' in page.text
    assert "Det finns ett nyare beslut än det som du utgick från." in page.text
    answer = (await editor.post("/catalogue/file", document)).json()
    assert [(error["pointer"], error["code"]) for error in answer["errors"]] == [
        ("#/supports/0/version", "decided-meanwhile")
    ]
    del document["supports"][0]["version"]
    assert (await editor.post("/catalogue/file", document)).json() == {"decided": 1}
    entry = await entry_of(citizen, "fil-version")
    assert entry
    assert (entry["version"], entry["wait"]) == (3, "En vecka.")
