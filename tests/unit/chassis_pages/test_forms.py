"""A form never loses what was typed, and says what is wrong with each field."""

import re
from collections.abc import Mapping
from datetime import date
from html import unescape
from typing import Any

import httpx
import pytest
from tests.unit.chassis_pages.sample.app import Talk

FIT = {
    "name": "Ali Åberg",
    "birth_date-day": "17",
    "birth_date-month": "3",
    "birth_date-year": "2008",
    "way": "phone",
    "days": ["monday", "wednesday"],
    "story": "Jag sover dåligt.\r\nSedan i höstas.",
}


async def send(client: httpx.AsyncClient, fields: Mapping[str, Any], address: str = "/prata") -> httpx.Response:
    return await client.post(address, data={**FIT, **fields}, headers={"Accept": "text/html"})


def input_values(page: str) -> dict[str, list[str]]:
    """Every input of a page: what it would send, were the form sent again."""
    values: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        attributes = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if attributes.get("type") not in {"radio", "checkbox"} or " checked" in tag:
            values.setdefault(attributes["name"], []).append(attributes.get("value", ""))
    for name, value in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL):
        values.setdefault(name, []).append(unescape(value))
    return values


async def test_a_fit_form_leads_to_the_page_where_answers_are_checked(client: httpx.AsyncClient) -> None:
    answer = await send(client, {})
    assert answer.status_code == 200
    assert "Stämmer det här?" in answer.text
    assert "17 mars 2008" in answer.text
    assert "Inget svar" in answer.text


async def test_figures_from_an_arabic_or_a_persian_keyboard_are_read(client: httpx.AsyncClient) -> None:
    day = {"birth_date-day": "٢١", "birth_date-month": "۴", "birth_date-year": "٢٠٠٧"}
    answer = await send(client, {**day, "start": "٩"})
    assert answer.status_code == 200
    assert "21 april 2007" in answer.text


async def test_the_checked_answers_and_the_forms_id_travel_to_the_receipt(client: httpx.AsyncClient) -> None:
    first = await client.get("/prata")
    form_id = input_values(first.text)["form_id"][0]
    assert re.fullmatch(r"[\x21-\x7e]{16,128}", form_id)
    check = input_values((await send(client, {"form_id": form_id})).text)
    assert check["form_id"] == [form_id]
    assert check["days"] == ["monday", "wednesday"]
    sent = await client.post("/prata", data={**check, "step": "send"})
    assert "IN-2025-4711" in sent.text
    assert f'data-key="{form_id}"' in sent.text


async def test_nothing_typed_is_lost_when_something_is_to_be_mended(client: httpx.AsyncClient) -> None:
    typed = {
        "name": '<b>"Ali" & Co</b>',
        "birth_date-day": "31",
        "birth_date-month": "februari",
        "birth_date-year": "08",
        "telephone": "x" * 300,
        "start": "snart",
        "district": "west",
    }
    answer = await send(client, typed)
    assert answer.status_code == 422
    kept = input_values(answer.text)
    for name, value in typed.items():
        if name != "district":
            assert kept[name] == [value]
    assert kept["days"] == ["monday", "wednesday"]
    assert kept["story"] == ["Jag sover dåligt.\nSedan i höstas."]
    assert "<b>" not in answer.text


async def test_each_error_stands_beside_its_field_and_in_the_summary_that_takes_focus(
    client: httpx.AsyncClient,
) -> None:
    page = (await send(client, {"name": "  ", "birth_date-day": "32", "way": "", "start": "7"})).text
    assert "<title>Fel: " in page
    assert re.search(r'class="ds-error-summary[^>]* tabindex="-1" autofocus', page)
    assert "4 saker behöver rättas" in page
    for name, sentence in {
        "name": "Skriv vad du heter.",
        "birth_date": "Skriv ett datum som finns: dag, månad och år, året med fyra siffror.",
        "way": "Välj det som stämmer.",
        "start": "Skriv ett tal som är 8 eller större.",
    }.items():
        assert re.search(rf'href="#{name}"><bdi>[^<]*</bdi> – {re.escape(sentence)}</a>', page)
        assert re.search(rf'id="{name}-error"[^>]*>.*{re.escape(sentence)}', page)
        assert re.search(rf'aria-describedby="[^"]*{name}-error"', page)
        assert re.search(rf'id="{name}"', page), "the summary's link leads to a field"


async def test_a_rule_over_two_fields_names_the_one_to_mend(client: httpx.AsyncClient) -> None:
    page = (await send(client, {"start": "12", "end": "9"})).text
    assert 'href="#end"><bdi>Till klockan</bdi> – Slutet måste komma efter början.</a>' in page


async def test_characters_that_cannot_be_kept_are_an_error_of_their_field(client: httpx.AsyncClient) -> None:
    answer = await send(client, {"story": "före\x00efter", "step": "send"})
    assert answer.status_code == 422
    assert "Svaret har tecken som inte går att spara" in answer.text
    assert input_values(answer.text)["story"] == ["föreefter"]


async def test_going_back_to_change_shows_all_and_blames_nothing(client: httpx.AsyncClient) -> None:
    answer = await send(client, {"name": "", "step": "change"})
    assert answer.status_code == 200
    assert "error-summary" not in answer.text
    assert input_values(answer.text)["birth_date-year"] == ["2008"]


async def test_changing_language_in_the_middle_of_a_form_keeps_it(client: httpx.AsyncClient) -> None:
    first = (await client.get("/prata")).text
    button = re.search(r'<button form="answers"[^>]*value="change" formaction="([^"]*sprak=ar)"', first)
    assert button
    answer = await send(client, {"name": "Ali", "way": "", "step": "change"}, unescape(button[1]))
    assert 'lang="ar" dir="rtl"' in answer.text
    assert input_values(answer.text)["name"] == ["Ali"]
    assert "error-summary" not in answer.text


async def test_enter_presses_the_forms_own_button_and_not_a_language(client: httpx.AsyncClient) -> None:
    page = (await client.get("/prata")).text
    first = re.search(r'<button[^>]*form="answers"[^>]*>', page)
    assert first
    assert 'value="check"' in first[0]
    assert "formaction" not in first[0]


@pytest.mark.parametrize("form_id", ["", "short", "x" * 200, "spaces in this one", "å" * 20])
async def test_an_unfit_form_id_is_replaced(client: httpx.AsyncClient, form_id: str) -> None:
    (drawn,) = input_values((await send(client, {"form_id": form_id})).text)["form_id"]
    assert drawn != form_id
    assert re.fullmatch(r"[\x21-\x7e]{16,128}", drawn)


async def test_a_form_is_not_a_place_for_files_or_json(client: httpx.AsyncClient) -> None:
    page = {"Accept": "text/html"}
    assert (await client.post("/prata", files={"story": b"x"}, headers=page)).status_code == 400
    assert (await client.post("/prata", json=FIT, headers=page)).status_code == 415


def test_the_sample_has_every_kind_of_field() -> None:
    assert Talk.model_fields["birth_date"].annotation is date
    assert set(FIT) > {"name", "way", "days", "story"}
