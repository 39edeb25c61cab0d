"""Staff's page of the day: long lists page by page and narrowed, and what is said of who gets in touch themself."""

import re

import pytest
from tests.integration.direct_access.clients import ASK, Person

from direct_access.pages import staff as pages

ROW = re.compile(r'/personal/stod/([0-9a-f-]{36})"')


@pytest.fixture
async def asked(citizen: Person, support: str) -> list[str]:
    """Seven who have asked for a support of the test's own, the fourth where contact is not safe; by age of asking."""
    known = []
    for number in range(7):
        district = "norrhamn" if number == 2 else "centrum"
        body = {**ASK, "support": support, "district": district, "safe": number != 3}
        answer = await citizen.post("/supports", body)
        assert answer.status_code == 201, answer.text
        known.append(answer.json()["support_id"])
    return known


def listed(page: str) -> list[str]:
    return ROW.findall(page[page.index('id="sida-lista"') :])


async def test_a_long_list_is_read_page_by_page_with_the_unsafe_first_and_told_how_many_there_are(
    staff: Person, support: str, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_A_PAGE", 3)
    in_order = [asked[3], *asked[:3], *asked[4:]]
    first = (await staff.open(f"/personal?stod={support}")).text
    assert listed(first) == in_order[:3]
    assert "1–3 av 7" in first
    assert f"/personal?stod={support}&amp;sida=2#sida-lista" in first
    assert 'rel="prev" href="/personal?stod=' not in first
    second = (await staff.open(f"/personal?stod={support}&sida=2")).text
    assert listed(second) == in_order[3:6]
    last = (await staff.open(f"/personal?stod={support}&sida=99")).text
    assert listed(last) == in_order[6:], "the last page, where the address names one that is gone"
    assert "7–7 av 7" in last


async def test_the_list_is_narrowed_by_support_and_district_in_an_address_that_can_be_shared(
    staff: Person, other_staff: Person, support: str, asked: list[str]
) -> None:
    page = (await staff.open(f"/personal?stod={support}&stadsdel=norrhamn")).text
    assert listed(page) == [asked[2]]
    assert f'<option value="{support}" selected>' in page
    assert '<option value="norrhamn" selected>' in page
    assert "1 i allt" in page
    assert listed((await staff.open(f"/personal?stod={support}&stadsdel=")).text) == [asked[3], *asked[:3], *asked[4:]]
    assert listed((await other_staff.open(f"/personal?stod={support}")).text) == []
    wrong = await staff.open("/personal?sida=tv%C3%A5")
    assert wrong.status_code == 422
    assert "Öppna ärenden" in wrong.text


async def test_programs_read_the_list_page_by_page(staff: Person, asked: list[str]) -> None:
    rows = (await staff.get("/supports", page="1")).json()
    assert set(asked) <= {row["support_id"] for row in rows} or len(rows) == 200
    assert (await staff.get("/supports", page="9999")).json() == []
    assert (await staff.get("/talks", page="9999")).json() == []
    assert (await staff.get("/supports", page="0")).status_code == 422


async def test_who_gets_in_touch_themself_is_promised_no_call(
    citizen: Person, staff: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_A_PAGE", 1000)
    talk = {"district": "centrum", "words": "Jag kommer förbi."}
    silent = (await citizen.post("/talks", {**talk, "contact_way": "none"})).json()["talk_id"]
    called = {**talk, "contact_way": "phone", "contact": "070-174 06 05"}
    waiting = (await citizen.post("/talks", called)).json()["talk_id"]
    page = (await staff.open("/personal")).text
    rows = dict(
        re.findall(r'/personal/prata/([0-9a-f-]{36})".*?data-heading="Svara senast"><div>(.*?)</div>', page, re.DOTALL)
    )
    assert rows[silent] == "Hör av sig själv"
    assert rows[waiting] == "i dag"
    assert list(rows).index(waiting) < list(rows).index(silent), "who waits for us stands first"
