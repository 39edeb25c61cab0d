"""An application over the API: complete, or helped to become so by the person or a caseworker."""

from typing import Any

import pytest
from tests.integration.intake.conftest import APPLICATION, CONCERN, Client, Published
from tests.integration.opened import SOUTH

SECOND = {"what": "Hjälp hemma.", "district": "centrum"}


async def test_a_complete_application_is_investigated_at_once(client: Client, published: Published) -> None:
    taken = await client.send("/applications", APPLICATION)
    assert taken.status_code == 201
    assert taken.json()["missing"] == []
    assert await published(taken.json()["case_id"]) == ["application-received", "investigation-requested"]


async def test_an_incomplete_application_is_asked_about_and_completed_with_its_code(
    client: Client, published: Published
) -> None:
    taken = (await client.send("/applications", SECOND)).json()
    case_id = taken["case_id"]
    assert taken["missing"] == ["who", "contact", "why"]
    assert (await client.waiting(case_id) or {})["step"] == "ask-for-completion"
    assert (await client.send(f"/applications/{case_id}/completion-request", {}, role="caseworker")).status_code == 200
    assert (await client.waiting(case_id) or {})["step"] == "await-completion"

    typed = taken["code"].lower().replace("-", " ")
    part = await client.send("/applications/completion", {"code": typed, "name": "Ali Testberg"})
    assert (part.status_code, part.json()) == (200, {"case_id": case_id, "missing": ["contact", "why"]})
    rest = {"code": taken["code"], "contact": "Ring.", "why": "Det är tungt."}
    last, again = [await client.send("/applications/completion", rest, key="a-key-of-the-rest") for _ in range(2)]
    assert last.json() == again.json() == {"case_id": case_id, "missing": []}
    assert await client.waiting(case_id) is None
    assert await published(case_id) == [
        "application-received",
        "completion-requested",
        "application-completed",
        "investigation-requested",
    ]
    more = await client.send("/applications/completion", {**rest, "why": "Mer."})
    assert (more.status_code, more.json()["code"]) == (409, "application-complete")


async def test_a_caseworker_writes_down_what_the_person_told(client: Client, published: Published) -> None:
    case_id = (await client.send("/applications", SECOND)).json()["case_id"]
    told = {"name": "Ali Testberg", "contact": "Ring.", "why": "Det är tungt."}
    assert (await client.send(f"/applications/{case_id}/completion", told)).status_code == 401
    assert (await client.send(f"/applications/{case_id}/completion", told, role="caseworker")).status_code == 200
    assert (await published(case_id))[-1] == "investigation-requested"


async def test_another_board_cannot_complete_an_application(client: Client) -> None:
    case_id = (await client.send("/applications", SECOND)).json()["case_id"]
    told = {"name": "Ali Testberg"}
    stopped = await client.send(f"/applications/{case_id}/completion", told, role="caseworker", board=SOUTH)
    assert stopped.status_code == 404


async def test_a_step_for_a_report_does_not_fit_an_application(client: Client) -> None:
    case_id = (await client.send("/applications", SECOND)).json()["case_id"]
    body = {"immediate_protection": False, "assessment": "Nej."}
    stopped = await client.send(f"/reports/{case_id}/protection-assessment", body, role="qualified_caseworker")
    assert stopped.status_code == 404


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"number": "19640823-3230"}, "#/number", "number-check-digit"),
        ({"number": "20121340-9984"}, "#/number", "number-date"),
        ({"number": "abc"}, "#/number", "number-format"),
        ({"number": 12}, "#/number", "not-text"),
        ({"birth_date": "2990-01-01"}, "#/birth_date", "not-in-the-past"),
        ({"birth_date": "1990-02-30"}, "#/birth_date", "not-a-date"),
        ({"district": "atlantis"}, "#/district", "no-such-district"),
        ({"district": "Centrum!"}, "#/district", "pattern"),
        ({"what": "bad\u0000text"}, "#/what", "characters"),
        ({"what": "x" * 10_001}, "#/what", "too-long"),
        ({"gender": "robot"}, "#/gender", "not-a-choice"),
        ({"interpreter": "klingon"}, "#/interpreter", "not-a-choice"),
        ({"language": "ali-testberg"}, "#/language", "not-a-choice"),
        ({"wished_support": "ali-testberg"}, "#/wished_support", "no-such-support"),
    ],
)
async def test_bad_input_is_told_field_by_field_and_never_echoed(
    client: Client, changes: dict[str, Any], pointer: str, code: str
) -> None:
    refused = await client.send("/applications", {**APPLICATION, **changes})
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [(pointer, code)]
    for value in changes.values():
        assert str(value) not in refused.text or isinstance(value, int)


async def test_an_unknown_field_is_refused_rather_than_lost(client: Client) -> None:
    refused = await client.send("/applications", {**APPLICATION, "wish": "något"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "unknown-field")


async def test_who_reports_at_work_says_who_they_are(client: Client) -> None:
    refused = await client.send("/reports", {**CONCERN, "reporter": "police"})
    assert [each["code"] for each in refused.json()["errors"]] == ["reporter-name-needed"]
    refused = await client.send("/reports", {**CONCERN, "wants_to_know": True})
    assert [each["code"] for each in refused.json()["errors"]] == ["reporter-contact-needed"]


@pytest.mark.parametrize(
    ("code", "answer"), [("BCDFG-BCDFG-BCDFG", "code-miswritten"), ("BBBBB-BBBBB-BBBBB", "code-unknown"), ("", None)]
)
async def test_a_code_that_leads_nowhere_is_told_as_such(client: Client, code: str, answer: str | None) -> None:
    refused = await client.send("/applications/completion", {"code": code, "why": "Mer."})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == (answer or "code-miswritten")


@pytest.mark.parametrize("case_id", ["2c3fcff4-d187-43e9-bbb8-e18e6a34f9e2", "not-an-id", "%00"])
async def test_an_unknown_case_is_not_found(client: Client, case_id: str) -> None:
    assert (await client.read(f"/cases/{case_id}")).status_code == 404
    stopped = await client.send(f"/applications/{case_id}/completion-request", {}, role="caseworker")
    assert stopped.status_code == 404


async def test_right_to_left_text_is_kept_as_it_was_written(client: Client) -> None:
    case_id = (await client.send("/applications", {**APPLICATION, "what": "أحتاج إلى مساعدة"})).json()["case_id"]
    page = await client.http.get(f"/handlaggare/intake/{case_id}", headers=client.signed_in("caseworker"))
    assert "أحتاج إلى مساعدة" in page.text
