"""The officers' pages: the work list, a case, the form of each step, and the letter."""

import re
import secrets
from uuid import UUID

import httpx
import pytest
from tests.integration.assessment.conftest import Open, Sign, Take, adult
from tests.integration.assessment.test_journeys import GROUNDS, ok
from tests.integration.opened import Running

from assessment import work
from assessment.requests.steps import STEPS
from chassis.clock import now
from chassis.database import on_board
from statute.clocks import stockholm_day


@pytest.fixture
def browser(client: httpx.AsyncClient, sign: Sign) -> httpx.AsyncClient:
    """A qualified caseworker's browser, signed in."""
    client.headers.update(sign("qualified_caseworker"))
    client.headers["accept"] = "text/html"
    return client


def _form_id(page: httpx.Response) -> str:
    found = re.search(r'name="form_id" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


async def _send(browser: httpx.AsyncClient, case: UUID, step: str, **fields: str) -> httpx.Response:
    """Open the form of a step, fill it in and send it."""
    path = f"/utredning/{case}/steg/{step}"
    page = ok(await browser.get(path))
    return await browser.post(path, data={"form_id": _form_id(page), "step": "send", **fields})


async def test_the_work_list_leads_to_the_case(browser: httpx.AsyncClient, open_case: Open) -> None:
    case = await open_case()
    listed = ok(await browser.get("/utredning"))
    assert f'href="/utredning/{case}"' in listed.text
    assert "Kim Testsson" not in listed.text
    page = ok(await browser.get(f"/utredning/{case}"))
    assert "Kim Testsson" in page.text
    assert "Rut Rektorsson" in page.text
    assert "Berätta för dem som berörs" in page.text


async def test_a_team_lead_reads_and_takes_no_step(client: httpx.AsyncClient, sign: Sign, open_case: Open) -> None:
    case, lead = await open_case(), sign("team_lead")
    page = ok(await client.get(f"/utredning/{case}", headers=lead))
    assert "Kim Testsson" in page.text
    assert "/steg/" not in page.text
    assert (await client.get(f"/utredning/{case}/steg/contacts", headers=lead)).status_code == 403


async def test_a_form_becomes_an_entry_of_the_timeline(browser: httpx.AsyncClient, open_case: Open) -> None:
    case = await open_case()
    sent = await _send(browser, case, "contacts", contact="school", words="Ofta borta på måndagar.")
    assert (sent.status_code, sent.headers["location"]) == (303, f"/utredning/{case}")
    page = ok(await browser.get(f"/utredning/{case}"))
    assert "Ofta borta på måndagar." in page.text
    assert "officer-7" in page.text


async def test_a_form_keeps_what_was_typed_and_says_what_to_mend(browser: httpx.AsyncClient, open_case: Open) -> None:
    case = await open_case()
    sent = await _send(browser, case, "contacts", words="Ofta borta på måndagar.")
    assert sent.status_code == 422
    assert "Ofta borta på måndagar." in sent.text
    assert "Välj det som stämmer." in sent.text


async def test_a_refusal_says_what_to_do_instead_first_and_the_paragraph_last(
    browser: httpx.AsyncClient, open_case: Open
) -> None:
    case = await open_case()
    sent = await _send(browser, case, "closing", reason="no-need", words="Inget behov.")
    assert sent.status_code == 409
    told, instead, rule = (sent.text.index(each) for each in ("Låt barnet komma till tals", "Skriv varför", "SoL 3:2"))
    assert told < instead < rule
    assert "Inget behov." in sent.text


async def test_a_form_sent_twice_has_one_effect(browser: httpx.AsyncClient, running: Running, open_case: Open) -> None:
    case, path = await open_case(), "contacts"
    page = ok(await browser.get(f"/utredning/{case}/steg/{path}"))
    typed = {"form_id": _form_id(page), "step": "send", "contact": "school", "words": "En gång."}
    for _ in range(2):
        assert (await browser.post(f"/utredning/{case}/steg/{path}", data=typed)).status_code == 303
    async with on_board(running.desk.store.pool, running.desk.municipality.boards[0].id) as connection:
        query = "select count(*) from events where stream_id = $1 and type = 'contact-made'"
        assert await connection.fetchval(query, case) == 1


async def test_a_step_that_cannot_be_taken_now_has_no_form(browser: httpx.AsyncClient, open_case: Open) -> None:
    case = await open_case()
    assert (await browser.get(f"/utredning/{case}/steg/follow-up")).status_code == 404
    assert (await browser.get(f"/utredning/{case}/steg/no-such-step")).status_code == 404
    assert (await browser.post(f"/utredning/{case}/steg/no-such-step", data={})).status_code == 404


async def test_every_step_has_a_form_that_asks_for_each_of_its_fields(
    browser: httpx.AsyncClient, open_case: Open
) -> None:
    case = await open_case()
    for step, model in STEPS.items():
        if not model.model_fields:
            continue
        page = await browser.post(f"/utredning/{case}/steg/{step}", data={"step": "send"})
        assert page.status_code == 422, step
        for name in model.model_fields:
            assert f'name="{name}"' in page.text or f'name="{name}-day"' in page.text, (step, name)


async def test_a_proposal_names_a_support_that_the_board_gives_and_keeps_what_was_typed(
    browser: httpx.AsyncClient, take: Take, open_case: Open
) -> None:
    case = await open_case()
    ok(await take(case, "needs", need="–", goal="–"))
    typed = {name: str(value) for name, value in GROUNDS.items()} | {"kind": "open", "support": "kim-testsson"}
    page = await _send(browser, case, "proposal", **typed)
    assert page.status_code == 422
    assert "Det stödet finns inte just nu" in page.text
    assert "kim-testsson" not in page.text
    assert str(GROUNDS["research"]) in page.text
    assert '<option value="familjebehandling-hemma">Familjebehandling hemma</option>' in page.text
    assert (await _send(browser, case, "proposal", **typed | {"support": "familjebehandling-hemma"})).status_code == 303


async def test_the_birth_date_that_intake_knew_is_filled_in_to_be_checked(
    browser: httpx.AsyncClient, take: Take, open_case: Open
) -> None:
    case = await open_case()
    ok(await take(case, "needs", need="–", goal="–"))
    ok(await take(case, "proposal", support="familjebehandling-hemma", **GROUNDS))
    ok(await take(case, "offer"))
    page = ok(await browser.get(f"/utredning/{case}/steg/offer-accepted"))
    assert 'name="birth_date-year" value="2016"' in page.text
    fields = {"birth_date-day": "4", "birth_date-month": "3", "birth_date-year": "2016"}
    answers = {"guardians": "2", "guardians_agreeing": "2", "suitability": "not-assessed"}
    assert (await _send(browser, case, "offer-accepted", **fields, **answers)).status_code == 303


async def _refuse(take: Take, case: UUID, **fields: object) -> None:
    today = str(stockholm_day(now()))
    ok(await take(case, "communication", answer_by=today, told_of_speaking=True))
    ok(await take(case, "answer", words="Inget att tillägga."))
    ok(
        await take(
            case,
            "decision",
            outcome="refused",
            content="Du får inte kontaktfamilj.",
            reasons="Behovet är tillgodosett.",
            decided_by="Bo Beslut, enhetschef",
            **fields,
        )
    )


async def test_the_letter_says_what_why_by_whom_and_how_to_appeal(
    browser: httpx.AsyncClient, take: Take, open_case: Open
) -> None:
    case = await open_case(**adult())
    assert (await browser.get(f"/utredning/{case}/beslut")).status_code == 404
    await _refuse(take, case)
    letter = ok(await browser.get(f"/utredning/{case}/beslut")).text
    for part in (
        "Du får inte kontaktfamilj.",
        "Behovet är tillgodosett.",
        "11 kap. 1 § socialtjänstlagen",
        "Bo Beslut, enhetschef",
        "Ingen har föredragit ärendet",
        "Socialnämnden Norr",
        "inom tre veckor",
    ):
        assert part in letter
    ok(await take(case, "decision-received", received_on=str(stockholm_day(now()))))
    assert "senast den" in ok(await browser.get(f"/utredning/{case}/beslut")).text


async def test_names_can_be_left_out_of_the_letter(browser: httpx.AsyncClient, take: Take, open_case: Open) -> None:
    case = await open_case(**adult())
    await _refuse(take, case, names_left_out=True)
    letter = ok(await browser.get(f"/utredning/{case}/beslut")).text
    assert "Bo Beslut" not in letter
    assert "33 § förvaltningslagen" in letter


async def test_what_is_erased_is_said_to_be_erased(
    browser: httpx.AsyncClient, running: Running, take: Take, open_case: Open
) -> None:
    case = await open_case()
    ok(await take(case, "contacts", contact="school", words="Ofta borta på måndagar."))
    async with on_board(running.desk.store.pool, running.desk.municipality.boards[0].id) as connection:
        keys = [row["key_id"] for row in await connection.fetch("select key_id from keys where case_id = $1", case)]
    assert keys
    await running.desk.keyring.destroy(keys, "retention")
    page = ok(await browser.get(f"/utredning/{case}"))
    assert "Ofta borta på måndagar." not in page.text
    assert "Uppgifterna är gallrade." in page.text
    read = await work.read_case(running.desk, running.desk.municipality.boards[0].id, case)
    assert read.subject()["name"] == "Kim Testsson"
    again = await take(case, "contacts", key=secrets.token_urlsafe(16), contact="school", words="–")
    assert again.json()["code"] == "person-erased"
