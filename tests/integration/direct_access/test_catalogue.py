"""The board's decisions, where the public reads them and programs register them."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from tests.integration.direct_access.clients import ASK, BOARD, Person, catalogue

from chassis.clock import now
from statute.clocks import stockholm_day

YOUTH_TALKS = catalogue()[0]


async def test_a_decision_is_listed_in_the_api_and_on_the_page(citizen: Person) -> None:
    listed = (await citizen.get("/catalogue", board=str(BOARD))).json()
    assert {entry["code"] for entry in listed} >= {"ungdomssamtal", "hamnen", "familjebehandling"}
    page = (await citizen.open("/stod")).text
    assert page.index("Droppin Hamnen") < page.index("Ungdomssamtal")
    for path in ("/", "/prata", f"/stod/{BOARD}/familjebehandling"):
        assert (await citizen.open(path)).status_code == 200


async def test_the_same_decision_keeps_the_version_and_a_new_one_raises_it(editor: Person, citizen: Person) -> None:
    new = {**YOUTH_TALKS, "support": "provstod"}
    for _ in range(2):
        assert (await editor.post("/catalogue", new)).status_code == 201
    assert await version(citizen, "provstod") == 1
    assert (await editor.post("/catalogue", {**new, "age_to": 25, "reason": "Fler har frågat."})).status_code == 201
    assert await version(citizen, "provstod") == 2


async def version(citizen: Person, code: str) -> int:
    listed = (await citizen.get("/catalogue", board=str(BOARD))).json()
    return int(next(entry["version"] for entry in listed if entry["code"] == code))


async def test_a_decision_that_has_ended_is_not_listed(editor: Person, citizen: Person) -> None:
    ended = {**YOUTH_TALKS, "support": "forr", "valid_from": "2025-07-01", "valid_to": "2025-12-31"}
    assert (await editor.post("/catalogue", ended)).status_code == 201
    listed = (await citizen.get("/catalogue", board=str(BOARD))).json()
    assert "forr" not in {entry["code"] for entry in listed}


@dataclass(frozen=True)
class Refusal:
    """What a decision is changed to, and what is said of it."""

    change: dict[str, object]
    code: str
    rule: str


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal({"kind": "contact-family"}, "always-needs-assessment", "SoL 11:5 p. 1–4, 6, 7"),
        Refusal({"documentation": "no-identity"}, "special-reasons-missing", "SoL 14:5"),
    ],
    ids=lambda refusal: refusal.code,
)
async def test_what_the_act_forbids_is_refused(editor: Person, refusal: Refusal) -> None:
    answer = await editor.post("/catalogue", {**YOUTH_TALKS, **refusal.change})
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["rule"]) == (refusal.code, refusal.rule)


async def test_only_an_editor_registers_decisions(citizen: Person, staff: Person) -> None:
    assert (await citizen.post("/catalogue", YOUTH_TALKS)).status_code == 401
    assert (await staff.post("/catalogue", YOUTH_TALKS)).status_code == 403


@pytest.mark.parametrize("path", ["/stod/ingen/ungdomssamtal", f"/stod/{BOARD}/finns-inte", f"/stod/{BOARD}/ÅÄÖ"])
async def test_an_unknown_address_is_a_page_that_leads_on(citizen: Person, path: str) -> None:
    page = await citizen.open(path)
    assert page.status_code == 404
    assert "Till första sidan" in page.text


@pytest.mark.parametrize("language", ["sv", "sv-lattlast", "en", "fi", "ar"])
async def test_every_citizen_page_is_shown_in_every_language(citizen: Person, language: str) -> None:
    for path in ("/", "/stod", "/stod/kvitto", "/prata", f"/stod/{BOARD}/ungdomssamtal", f"/stod/{BOARD}/hamnen"):
        page = await citizen.open(f"{path}?sprak={language}")
        assert page.status_code == 200
        direction = "rtl" if language == "ar" else "ltr"
        assert f'dir="{direction}"' in page.text[:200]


async def test_a_closed_support_takes_nobody_and_leads_on(editor: Person, citizen: Person, staff: Person) -> None:
    places = {**catalogue()[1], "support": "kajen", "name": "Kajen"}
    talks = {**YOUTH_TALKS, "support": "kajsamtal", "name": "Kajsamtal"}
    for entry in (places, talks):
        assert (await editor.post("/catalogue", entry)).status_code == 201
    today = stockholm_day(now())
    free = {"support": "kajsamtal", "starts_at": (now() + timedelta(days=3)).isoformat()}
    offered = await staff.post("/times", {**free, "district": "centrum", "place": await a_place(staff)})
    assert offered.status_code == 201, offered.text
    ahead = {"open": False, "day": str(today + timedelta(days=2)), "reason": "Vi flyttar."}
    assert (await editor.post("/catalogue/kajsamtal/openings", ahead)).status_code == 201
    refused = await citizen.post("/supports", {**ASK, "support": "kajsamtal", "time_id": offered.json()["time_id"]})
    assert (refused.status_code, refused.json()["code"]) == (422, "support-closed-now")

    closed = {"open": False, "day": str(today), "reason": "Sommarstängt.", "instead": "hamnen"}
    assert (await editor.post("/catalogue/kajen/openings", closed)).status_code == 201
    again = {"open": True, "day": str(today + timedelta(days=30)), "reason": "Sommaren är slut."}
    assert (await editor.post("/catalogue/kajen/openings", again)).status_code == 201
    visit = await citizen.post("/visits", {"support": "kajen", "district": "centrum"})
    assert (visit.status_code, visit.json()["code"]) == (422, "support-closed-now")
    assert "another-support" in visit.text
    page = (await citizen.open(f"/stod/{BOARD}/kajen")).text
    assert "Sommarstängt." in page
    assert f"/stod/{BOARD}/hamnen" in page
    assert "Jag är här" not in page
    listed = {entry["code"]: entry for entry in (await citizen.get("/catalogue", board=str(BOARD))).json()}
    assert (listed["kajen"]["open"], listed["kajen"]["opens_on"]) == (False, again["day"])
    assert listed["kajsamtal"]["open"]

    back = {"open": True, "day": str(today), "reason": "Vi öppnar ändå."}
    assert (await editor.post("/catalogue/kajen/openings", back)).status_code == 201
    assert (await citizen.post("/visits", {"support": "kajen", "district": "centrum"})).status_code == 201


async def a_place(staff: Person) -> str:
    found = re.search(
        r'<select[^>]*name="place".*?<option value="([^"]+)"', (await staff.open("/personal/tider")).text, re.DOTALL
    )
    assert found
    return found[1]


async def test_what_is_named_instead_is_one_of_the_board_s_own(editor: Person) -> None:
    closed = {"open": False, "day": str(stockholm_day(now())), "reason": "Stängt.", "instead": "finns-inte"}
    assert (await editor.post("/catalogue/hamnen/openings", closed)).status_code == 422


async def test_every_version_can_be_read_with_its_reason(editor: Person, citizen: Person) -> None:
    first = {**YOUTH_TALKS, "support": "versioner"}
    second = {
        **first,
        "age_to": 25,
        "needs": ["young"],
        "evidence_status": "not-evaluated",
        "reason": "Fler frågar.",
    }
    for entry in (first, second):
        assert (await editor.post("/catalogue", entry)).status_code == 201
    without = await editor.post("/catalogue", {**first, "age_to": 30})
    assert (without.status_code, without.json()["code"]) == (409, "change-reason-missing")
    versions = (await citizen.get("/catalogue/versioner/versions", board=str(BOARD))).json()
    assert [(each["version"], each["age_to"], each["reason"]) for each in versions] == [
        (1, 20, ""),
        (2, 25, "Fler frågar."),
    ]
    listed = {entry["code"]: entry for entry in (await citizen.get("/catalogue", board=str(BOARD))).json()}
    assert listed["versioner"]["needs"] == ["young"]
    assert "purpose" in listed["versioner"]["missing"]
    assert "evidence" not in listed["versioner"]["missing"]


async def test_a_case_keeps_the_version_it_began_under(editor: Person, citizen: Person, staff: Person) -> None:
    first = {**YOUTH_TALKS, "support": "behalls", "dose": "Fem samtal.", "decision": "SN 2025-11-20 § 200"}
    second = {**first, "dose": "Två samtal.", "decision": "SN 2026-02-01 § 3", "reason": "Kortare."}
    assert (await editor.post("/catalogue", first)).status_code == 201
    asked = await citizen.post("/supports", {**ASK, "support": "behalls"})
    assert asked.status_code == 201, asked.text
    assert (await editor.post("/catalogue", second)).status_code == 201
    page = (await staff.open(f"/personal/stod/{asked.json()['support_id']}")).text
    assert "SN 2025-11-20 § 200, version 1" in page
    assert "Fem samtal." in page
    assert "Två samtal." not in page
    assert "behåller sin version" in page
