"""The board's decisions, where the public reads them and programs register them."""

from dataclasses import dataclass

import pytest
from tests.integration.direct_access.clients import BOARD, Person, catalogue

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
