"""Intake's pages as a browser without a script meets them."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.integration.intake.conftest import APPLICATION, CONCERN, FROM_SCHOOL, Client, field
from tests.integration.opened import NORTH, SOUTH, Running

from chassis.database import on_board

ALL = ["", "?sprak=en", "?sprak=ar", "?sprak=sv-lattlast"]
HTML = {"Accept": "text/html"}


async def post(client: Client, path: str, data: dict[str, Any], role: str | None = None) -> Any:
    """Send a form, by a citizen where no role is named."""
    headers = HTML | (client.signed_in(role) if role else {})
    return await client.http.post(path, data=data, headers=headers)


@pytest.mark.parametrize("language", ALL)
@pytest.mark.parametrize("path", ["/ansok", "/ansok/komplettera", "/oro"])
async def test_each_form_opens_in_each_language(client: Client, path: str, language: str) -> None:
    page = await client.http.get(path + language, headers=HTML)
    assert page.status_code == 200
    assert page.headers["content-language"] == {"": "sv", "sv-lattlast": "sv-simple"}.get(language[7:], language[7:])


async def test_an_application_goes_over_the_check_to_a_receipt_and_can_be_completed(client: Client) -> None:
    form = await client.http.get("/ansok?stod=kontaktfamilj", headers=HTML)
    assert '<option value="kontaktfamilj" selected>Kontaktfamilj</option>' in form.text
    typed = {
        "form_id": field(form.text, "form_id"),
        "wished_support": "kontaktfamilj",
        "why": "Jag orkar inte.\r\nAlls.",
        "district": "norrhamn",
        "birth_date-day": "7",
        "birth_date-month": "3",
        "birth_date-year": "2011",
        "talk_first": "true",
        "interpreter": "swl",
        "gender": "woman",
    }
    check = await post(client, "/ansok", typed)
    assert check.status_code == 200
    told = ("Kontaktfamilj", "Norrhamn", "7 mars 2011", "Svenskt teckenspråk", "Kvinna", "vem du är")
    for said in ("Stämmer det här?", *told):
        assert said in check.text
    assert "vad du ansöker om" not in check.text, "the support that the person came from says what"

    receipt = await post(client, "/ansok", {**typed, "step": "send"})
    number, code = re.findall(r'<p class="reference"><bdi dir="ltr">([^<]+)</bdi>', receipt.text)
    assert "Vi har fått din ansökan" in receipt.text
    again = await post(client, "/ansok", {**typed, "step": "send"})
    assert code in again.text, "a reload shows the same receipt"

    found = await post(client, "/handlaggare/intake", {"case_id": number}, "caseworker")
    page = await client.http.get(found.headers["location"], headers=client.signed_in("caseworker"))
    for said in ("2011-03-07", "Vill prata med oss innan vi kontaktar vårdnadshavare.", "teckenspråk", "kontaktfamilj"):
        assert said in page.text

    added = {"code": code, "name": "Ali Testberg", "contact": "Ring.", "step": "send"}
    done = await post(client, "/ansok/komplettera", added)
    assert "Allt vi behöver finns med" in done.text
    more = await post(client, "/ansok/komplettera", added)
    assert more.status_code == 422
    assert "Ansökan är redan komplett" in more.text
    assert field(more.text, "code") == code


@pytest.mark.parametrize(
    ("path", "typed", "changed"),
    [("/ansok", APPLICATION, {"why": "Nu är det värre."}), ("/oro", CONCERN, {"told": "Det är mer än så."})],
)
async def test_sent_gone_back_changed_and_sent_again_nothing_is_lost_and_nothing_happens_twice(
    client: Client, path: str, typed: dict[str, str], changed: dict[str, str]
) -> None:
    async def count_cases() -> int:
        async with on_board(client.running.desk.store.pool, NORTH) as connection:
            return int(await connection.fetchval("select count(distinct stream_id) from events"))

    first = {"form_id": field((await client.http.get(path, headers=HTML)).text, "form_id"), **typed, "step": "send"}
    assert '<section class="receipt"' in (await post(client, path, first)).text
    before = await count_cases()
    held = await post(client, path, {**first, **changed})
    assert held.status_code == 409
    assert "Du har redan skickat det här formuläret" in held.text
    for said in (*changed.values(), typed["district"]):
        assert said in held.text
    assert await count_cases() == before, "nothing is sent twice by accident"

    fresh = {**first, **changed, "form_id": field(held.text, "form_id")}
    assert '<section class="receipt"' in (await post(client, path, fresh)).text
    assert await count_cases() == before + 1, "on purpose it is sent once more"


async def test_a_completion_that_was_sent_already_with_other_words_waits_too(client: Client) -> None:
    sent = await post(client, "/ansok", {"what": "Hjälp.", "district": "centrum", "step": "send"})
    code = re.findall(r'<p class="reference"><bdi dir="ltr">([^<]+)</bdi>', sent.text)[1]
    form_id = field((await client.http.get("/ansok/komplettera", headers=HTML)).text, "form_id")
    added = {"form_id": form_id, "code": code, "name": "Ali Testberg", "step": "send"}
    assert (await post(client, "/ansok/komplettera", added)).status_code == 200
    held = await post(client, "/ansok/komplettera", {**added, "name": "Ali Testsson"})
    assert held.status_code == 409
    assert "Du har redan skickat det här formuläret" in held.text
    assert field(held.text, "name") == "Ali Testsson"
    fresh = {**added, "name": "Ali Testsson", "form_id": field(held.text, "form_id")}
    assert (await post(client, "/ansok/komplettera", fresh)).status_code == 200


@pytest.mark.parametrize("code", ["BCDFG", "B" * 300, "BBBBB-BBBBB-BBBBB"])
async def test_a_code_that_leads_nowhere_is_told_before_anything_else_is_asked(client: Client, code: str) -> None:
    page = await post(client, "/ansok/komplettera", {"code": code, "step": "check"})
    assert page.status_code == 422
    assert ("Vi hittar ingen ansökan med den koden" if code[5:6] == "-" else "Koden har 15 tecken") in page.text
    assert field(page.text, "code") == code
    assert 'name="why"' not in page.text
    late = await post(client, "/ansok/komplettera", {"code": code, "why": "Jag orkar inte.", "step": "send"})
    assert late.status_code == 422
    assert "Jag orkar inte." in late.text, "what was typed all the same is kept"


async def test_a_completion_asks_for_the_code_first_and_then_for_what_is_missing(client: Client) -> None:
    sent = await post(client, "/ansok", {"what": "Hjälp.", "district": "centrum", "step": "send"})
    code = re.findall(r'<p class="reference"><bdi dir="ltr">([^<]+)</bdi>', sent.text)[1]
    opened = await post(client, "/ansok/komplettera", {"code": code.lower(), "step": "check"})
    assert opened.status_code == 200
    assert "hur vi når dig" in opened.text
    assert "vad du ansöker om" not in opened.text
    empty = await post(client, "/ansok/komplettera", {"code": field(opened.text, "code"), "step": "send"})
    assert "Fyll i minst ett av fälten." in empty.text
    told = {"code": field(empty.text, "code"), "name": "Ali Testberg", "contact": "Ring.", "why": "Tungt."}
    done = await post(client, "/ansok/komplettera", {**told, "step": "send"})
    assert "Allt vi behöver finns med" in done.text
    complete = await post(client, "/ansok/komplettera", {"code": code, "step": "check"})
    assert "Ansökan är redan komplett" in complete.text


async def test_an_empty_report_says_all_that_may_be_needed_at_once(client: Client) -> None:
    empty = await post(client, "/oro", {"step": "check"})
    told = re.findall(r'<a class="ds-link" href="#(\w+)"', empty.text)
    assert told == ["told", "district", "reporter", "reporter_name"]


async def test_a_form_keeps_what_was_typed_and_says_what_to_mend(client: Client) -> None:
    typed = {**APPLICATION, "number": "19640823-3230", "district": "atlantis", "gender": "man", "why": "<b>tungt</b>"}
    page = await post(client, "/ansok", typed)
    assert page.status_code == 422
    assert "En siffra i numret är fel" in page.text
    assert field(page.text, "name") == "Ali Testberg"
    assert field(page.text, "number") == "19640823-3230"
    assert "&lt;b&gt;tungt&lt;/b&gt;" in page.text
    assert re.search(r'value="man" checked', page.text)
    mended = await post(client, "/ansok", {**typed, "number": "", "step": "send"})
    assert "Vi känner inte till den stadsdelen" in mended.text


@pytest.mark.parametrize(
    ("code", "said"),
    [("", "Skriv koden"), ("fel", "Koden har 15 tecken"), ("BBBBB-BBBBB-BBBBB", "Vi hittar ingen ansökan")],
)
async def test_a_wrong_code_is_told_beside_its_field(client: Client, code: str, said: str) -> None:
    page = await post(client, "/ansok/komplettera", {"code": code, "why": "Mer.", "step": "send"})
    assert page.status_code == 422
    assert said in page.text
    assert "Mer." in page.text


async def test_concern_goes_over_the_check_to_a_receipt_with_the_numbers_to_call_on_top(client: Client) -> None:
    form = await client.http.get("/oro", headers=HTML)
    assert form.text.index('href="tel:112"') < form.text.index("<form")
    asked = await post(client, "/oro", {"told": CONCERN["told"]})
    assert asked.status_code == 422
    assert "Välj en stadsdel." in asked.text
    assert "Välj det som stämmer." in asked.text

    typed = {**FROM_SCHOOL, "wants_to_know": "true", "form_id": field(form.text, "form_id"), "child_gender": "man"}
    check = await post(client, "/oro", typed)
    for said in ("Stämmer det här?", "Hamnskolan", "Mo Testsson", "Pojke", "Skola eller förskola", "Rut Rektorsson"):
        assert said in check.text
    changed = await post(client, "/oro", {**typed, "step": "change"})
    assert field(changed.text, "child_name") == "Kim Testsson"
    receipt = await post(client, "/oro", {**typed, "step": "send"})
    assert "Inom 14 dagar" in receipt.text


async def test_changing_language_keeps_what_was_typed(client: Client) -> None:
    page = await post(client, "/oro?sprak=ar", {**CONCERN, "reporter": "police", "step": "change"})
    assert page.status_code == 200
    assert 'dir="rtl"' in page.text
    assert CONCERN["told"] in page.text


async def test_a_caseworker_takes_a_report_from_the_list_to_the_answer(client: Client) -> None:
    case_id = (await client.send("/reports", FROM_SCHOOL)).json()["case_id"]
    headers = client.signed_in("qualified_caseworker")
    listed = await client.http.get("/handlaggare/intake", headers=headers)
    assert case_id in listed.text
    assert "Kim Testsson" not in listed.text
    case = f"/handlaggare/intake/{case_id}"
    page = await client.http.get(case, headers=headers)
    for said in ("Kim Testsson", "Mo Testsson", "Rut Rektorsson", "Kommer hungrig till skolan."):
        assert said in page.text

    empty = await post(client, f"{case}/steg/protection-assessment", {"assessment": "Tryggt."}, "qualified_caseworker")
    assert empty.status_code == 422
    assert "Tryggt." in empty.text
    for step, data, said in (
        (
            "protection-assessment",
            {"immediate_protection": "true", "assessment": "Nej."},
            "barnet behöver skydd omedelbart",
        ),
        ("preliminary-assessment", {"open": "true", "reasons": "Behövs."}, "utredning inleds"),
        ("reporter-information", {"answer": "opened"}, "Anmälaren fick besked"),
    ):
        form = await client.http.get(f"{case}/steg/{step}", headers=headers)
        sent = {**data, "form_id": field(form.text, "form_id")}
        moved = await post(client, f"{case}/steg/{step}", sent, "qualified_caseworker")
        assert (moved.status_code, moved.headers["location"]) == (303, case)
        assert said in (await client.http.get(case, headers=headers)).text


async def test_a_refused_step_says_why_and_what_to_do_and_keeps_the_words(client: Client) -> None:
    case_id = (await client.send("/reports", FROM_SCHOOL)).json()["case_id"]
    case = f"/handlaggare/intake/{case_id}/steg"
    closing = {"open": "false", "reasons": "Skolan hjälper redan."}
    page = await post(client, f"{case}/preliminary-assessment", closing, "qualified_caseworker")
    assert page.status_code == 409
    for said in ("Gör skyddsbedömningen först.", "Gör skyddsbedömningen.", "SoL 20:1", "Skolan hjälper redan."):
        assert said in page.text
    early = await post(client, f"{case}/reporter-information", {"answer": "opened"}, "qualified_caseworker")
    assert early.status_code == 409
    assert "Förhandsbedömningen är inte gjord än" in early.text


async def test_a_step_that_does_not_fit_the_case_is_not_found(client: Client) -> None:
    case_id = (await client.send("/reports", FROM_SCHOOL)).json()["case_id"]
    headers = client.signed_in("qualified_caseworker")
    for step in ("completion", "reporter-information", "nothing"):
        assert (await client.http.get(f"/handlaggare/intake/{case_id}/steg/{step}", headers=headers)).status_code == 404
    for step in ("completion", "completion-request", "nothing"):
        sent = await post(client, f"/handlaggare/intake/{case_id}/steg/{step}", {}, "qualified_caseworker")
        assert sent.status_code == 404


async def test_an_application_is_asked_about_and_completed_on_its_page(client: Client) -> None:
    case_id = (await client.send("/applications", {"what": "Hjälp.", "district": "centrum"})).json()["case_id"]
    case = f"/handlaggare/intake/{case_id}"
    assert (await post(client, f"{case}/steg/completion-request", {}, "caseworker")).status_code == 303
    refused = await post(client, f"{case}/steg/completion-request", {}, "caseworker")
    assert "Personen har redan fått frågan" in refused.text
    told = {"name": "Ali Testberg", "contact": "Ring.", "why": "Det är tungt."}
    assert (await post(client, f"{case}/steg/completion", told, "caseworker")).status_code == 303
    page = await client.http.get(case, headers=client.signed_in("caseworker"))
    assert "Lämnat över till utredning" in page.text
    late = await post(client, f"{case}/steg/completion", told, "caseworker")
    assert (late.status_code, "Ansökan är redan komplett" in late.text) == (409, True)


async def test_a_case_is_found_by_its_number_only_and_on_its_own_board_only(client: Client) -> None:
    case_id = (await client.send("/reports", CONCERN)).json()["case_id"]
    found = await post(client, "/handlaggare/intake", {"case_id": case_id}, "caseworker")
    assert (found.status_code, found.headers["location"]) == (303, f"/handlaggare/intake/{case_id}")
    unknown = await post(client, "/handlaggare/intake", {"case_id": str(uuid4())}, "caseworker")
    assert (unknown.status_code, "inget ärende med det numret" in unknown.text) == (422, True)
    named = await post(client, "/handlaggare/intake", {"case_id": "Kim Testsson"}, "caseworker")
    assert (named.status_code, field(named.text, "case_id")) == (422, "Kim Testsson")
    elsewhere = await client.http.post(
        "/handlaggare/intake", data={"case_id": case_id}, headers=client.signed_in("caseworker", SOUTH)
    )
    assert elsewhere.status_code == 422


async def test_the_chosen_board_is_kept_from_page_to_page(client: Client) -> None:
    case_id = (await client.send("/reports", FROM_SCHOOL)).json()["case_id"]
    step = f"/handlaggare/intake/{case_id}/steg/protection-assessment?namnd={NORTH}"
    sent = await post(client, step, {"immediate_protection": "false", "assessment": "Nej."}, "qualified_caseworker")
    assert sent.headers["location"] == f"/handlaggare/intake/{case_id}?namnd={NORTH}"


async def test_what_is_erased_is_said_to_be_erased(client: Client, running: Running) -> None:
    case_id = (await client.send("/reports", CONCERN)).json()["case_id"]
    async with on_board(running.desk.store.pool, NORTH) as connection:
        keys = await connection.fetch("select key_id from keys where case_id = $1", UUID(case_id))
    await running.desk.keyring.destroy([row["key_id"] for row in keys], "test")
    page = await client.http.get(f"/handlaggare/intake/{case_id}", headers=client.signed_in("caseworker"))
    assert "Uppgifterna är gallrade" in page.text
    assert CONCERN["told"] not in page.text


async def test_pages_for_staff_ask_who_is_there(client: Client) -> None:
    case_id = (await client.send("/reports", CONCERN)).json()["case_id"]
    for path in ("/handlaggare/intake", f"/handlaggare/intake/{case_id}"):
        assert (await client.http.get(path, headers=HTML)).status_code == 401
        assert (await client.http.get(path, headers=HTML | client.signed_in("analyst"))).status_code == 403
