"""An application over the API: complete, or helped to become so by the person or a caseworker."""

from typing import Any
from uuid import uuid4

import pytest
from tests.integration.direct_events import from_direct_access
from tests.integration.intake.conftest import APPLICATION, CONCERN, Client, Published
from tests.integration.opened import NORTH, SOUTH, Running

from chassis.clock import now
from chassis.receipt_code import draw_code
from chassis.reference import reference_of
from chassis.subscriptions import take_one
from contracts.direct_access import ApplicationStarted
from contracts.intake import Subject
from contracts.vocabulary import AgeBand, Gender, Speaker
from intake.consumer import APPLICATIONS_WITH_HELP
from keyring import seal

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


async def test_what_staff_of_a_direct_support_helped_to_start_is_taken_in_once_and_completed_with_its_code(
    client: Client, running: Running, published: Published
) -> None:
    event, code = await started_with_help(running)
    for _ in range(2):
        arrival = from_direct_access(NORTH, event, APPLICATIONS_WITH_HELP.handles)
        await take_one(running.desk.store, APPLICATIONS_WITH_HELP, arrival)
    case_id = str(event.case_id)
    assert (await client.waiting(case_id) or {})["step"] == "ask-for-completion"
    assert (await client.read(f"/cases/{case_id}")).json()["origin_case_id"] == str(event.origin_case_id)

    page = await client.http.get(f"/handlaggare/intake/{case_id}", headers=client.signed_in("caseworker"))
    shown = ("Startad med hjälp", reference_of(event.origin_case_id), "En vårdnadshavare har sagt ja", "Mia Testberg")
    assert [words for words in shown if words not in page.text] == []
    assert page.text.index("Kontakt är inte trygg") < page.text.index("Nästa steg")
    step = f"/handlaggare/intake/{case_id}/steg/completion-request"
    asking = await client.http.get(step, headers=client.signed_in("caseworker"))
    assert "Kontakt är inte trygg" in asking.text, "whoever is about to get in touch sees it"

    rest = {"code": code.lower(), "contact": "Ring inte hem.", "why": "Det är tungt."}
    done = await client.send("/applications/completion", rest)
    assert (done.status_code, done.json()) == (200, {"case_id": case_id, "missing": []})
    assert await published(case_id) == ["application-received", "application-completed", "investigation-requested"]


async def started_with_help(running: Running) -> tuple[ApplicationStarted, str]:
    """An application that staff of a direct support helped to start, and the code that they handed over."""
    (key,), code = await running.desk.keyring.fresh_keys(1), draw_code()
    who = {"name": "Ali Testberg", "not_safe": "Skriver bara sms."}
    sealed = seal(key, uuid4(), "applicant", who)
    event = ApplicationStarted(
        case_id=uuid4(),
        started_at=now(),
        support="ungdomssamtal",
        applicant=Subject(
            person_id=uuid4(), age_band=AgeBand.FROM_15, gender=Gender.UNKNOWN, district="centrum", sealed=sealed
        ),
        told=seal(key, uuid4(), "told", {"what": "Hjälp hemma.", "written": "Jag sover inte."}),
        tells=("who", "what", "a-word-that-is-newer"),
        wished_support=None,
        agreed=Speaker.GUARDIAN,
        guardians=(seal(key, uuid4(), "guardians", {"name": "Mia Testberg"}),),
        code_hash=running.desk.store.answers.code_digest(code),
        origin_case_id=uuid4(),
    )
    return event, code


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
    refused = await client.send("/reports", {**CONCERN, "reporter": "police", "wants_to_know": True})
    said = [each["code"] for each in refused.json()["errors"]]
    assert said == ["reporter-name-needed", "reporter-contact-needed"], "at once"


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
