"""What every page has: its language, a way out, no cookies, nothing from elsewhere."""

import gzip
import re
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
from jinja2 import UndefinedError
from tests.unit.chassis_pages.conftest import BOARD, OTHER_BOARD, SignToken
from tests.unit.chassis_pages.sample.app import MESSAGES, open_sample

from chassis.auth import Realm
from chassis.http import create_app
from chassis.languages import LANGUAGES, SWEDISH
from chassis.pages import Site, format_day, format_moment, open_pages

PAGES = ["/prata", "/allt", "/hamnen/klart", "/finns-inte", "/fel/paragraph", "/fel/bug"]
BROWSER = {"Accept": "text/html"}


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize("path", PAGES)
async def test_every_citizen_page_in_every_language(client: httpx.AsyncClient, path: str, language: str) -> None:
    answer = await client.get(f"{path}?sprak={language}", headers=BROWSER)
    chosen = LANGUAGES[language]
    assert f'<html lang="{chosen.tag}" dir="{chosen.direction}"' in answer.text
    assert answer.headers["content-language"] == chosen.tag
    assert "set-cookie" not in answer.headers
    leave = re.search(r'<a class="leave-button"[^>]*href="([^"]*)"[^>]*rel="([^"]*)"', answer.text)
    assert leave
    assert leave[1] == "https://www.smhi.se/"
    assert "noreferrer" in leave[2]
    assert 'href="#main"' in answer.text
    assert len(re.findall(r"<h1", answer.text)) == 1
    assert len(answer.content) < 20_000
    for other in LANGUAGES.values():
        assert other is chosen or f"sprak={other.code}" in answer.text


async def test_nothing_comes_from_elsewhere_and_nothing_is_inline(client: httpx.AsyncClient) -> None:
    for path in PAGES:
        page = (await client.get(path, headers=BROWSER)).text
        assert not re.search(r'(?:src|action)="(?:https?:)?//', page)
        assert not re.search(r'<link[^>]*href="(?:https?:)?//', page)
        assert not re.search(r"<style|<script>| style=| on[a-z]+=", page)


async def test_a_link_keeps_the_language_that_was_chosen(client: httpx.AsyncClient) -> None:
    assert 'href="/prata?sprak=ar"' in (await client.get("/allt?sprak=ar")).text
    assert 'href="/prata"' in (await client.get("/allt")).text


async def test_a_page_of_staff_is_swedish_whatever_the_browser_says(client: httpx.AsyncClient, sign: SignToken) -> None:
    headers = {**BROWSER, "Authorization": f"Bearer {sign()}", "Accept-Language": "ar"}
    page = (await client.get("/arbete", headers=headers)).text
    assert '<html lang="sv"' in page
    assert "leave-button" not in page
    assert "3 november 2025 10:12" in page, "times are those of Stockholm"


async def test_the_menu_holds_what_ones_roles_open_and_the_boards_to_choose_from(
    client: httpx.AsyncClient, sign: SignToken
) -> None:
    token = sign(roles=["caseworker"], boards=[BOARD, OTHER_BOARD])
    page = (await client.get(f"/arbete?namnd={BOARD}", headers={"Authorization": f"Bearer {token}"})).text
    menu = re.findall(r'<a href="(/[a-z/]+)\?namnd=([^"]+)"', page)
    assert (("/utredning", BOARD) in menu, ("/personal", BOARD) in menu) == (True, False)
    assert '<span aria-current="true">Nämnden Norr</span>' in page
    assert f'namnd={OTHER_BOARD}">Nämnden Syd</a>' in page
    lead = await client.get("/arbete", headers={"Authorization": f"Bearer {sign(roles=['caseworker'])}"})
    assert "Nämnden Syd" not in lead.text, "a board is offered only to whom it is open"


async def test_who_has_several_boards_is_asked_which(client: httpx.AsyncClient, sign: SignToken) -> None:
    token = sign(boards=[BOARD, OTHER_BOARD])
    answer = await client.get("/arbete", headers={**BROWSER, "Authorization": f"Bearer {token}"})
    assert answer.status_code == 400
    assert f'href="/arbete?namnd={OTHER_BOARD}"' in answer.text
    assert "leave-button" not in answer.text


async def test_who_lacks_the_role_can_sign_in_as_somebody_else_in_development(
    client: httpx.AsyncClient, sign: SignToken
) -> None:
    answer = await client.get("/arbete", headers={**BROWSER, "Authorization": f"Bearer {sign(roles=['analyst'])}"})
    assert answer.status_code == 403
    assert 'action="/utveckling/logga-in"' in answer.text


async def test_the_receipt_without_identity_shows_a_code_and_no_trace(client: httpx.AsyncClient) -> None:
    page = (await client.get("/hamnen/klart")).text
    assert "HAV-93K-7TQ" in page
    assert "Spårnummer" not in page


async def test_static_files_are_kept_for_a_year_by_their_version(client: httpx.AsyncClient) -> None:
    page = (await client.get("/prata")).text
    (style,) = re.findall(r'href="(/static/stodvag\.css\?v=\w+)"', page)
    answer = await client.get(style, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert ".leave-button" in answer.text
    assert (await client.get("/static/stodvag.css")).headers["cache-control"] == "no-cache"
    plain = await client.get("/static/stodvag.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert (await client.get("/static/..%2Fhttp.py")).status_code == 404


def test_a_built_stylesheet_takes_the_place_of_the_plain_one(tmp_path: Path) -> None:
    plain = open_sample().files["stodvag.css"]
    (tmp_path / "stodvag.css").write_text("body{color:red}")
    built = open_sample(Site(municipality="Exempelkommun", assets=tmp_path)).files["stodvag.css"]
    assert built.content == b"body{color:red}" == gzip.decompress(built.compressed)
    assert built.version != plain.version


def test_a_code_cannot_have_two_sentences() -> None:
    with pytest.raises(ValueError, match="not-found"):
        open_pages("tests.unit.chassis_pages.sample", {**MESSAGES, "not-found": "Nej."}, Site(municipality="X"))


def test_a_template_may_not_use_what_it_was_not_given() -> None:
    environment = open_sample()._environments["sv"]
    with pytest.raises(UndefinedError):
        environment.from_string("{{ nobody_gave_this }}").render()


def test_days_and_moments_in_words() -> None:
    midnight = datetime(2025, 11, 21, 23, 30, tzinfo=UTC)
    assert format_moment(midnight, SWEDISH) == "22 november 2025 00:30"
    assert format_moment(midnight, SWEDISH, "full") == "lördag 22 november 2025 00:30"
    assert format_day(midnight, SWEDISH) == "22 november 2025"
    assert format_day(date(2025, 11, 22), LANGUAGES["en"]) == "22 November 2025"
    assert "2025" in format_day(date(2025, 11, 22), LANGUAGES["ar"])


async def test_a_part_that_does_not_answer_makes_the_service_not_ready() -> None:
    async def up() -> None: ...

    async def down() -> None:
        raise ConnectionError

    checks = {"database": up, "keyring": down}
    app = create_app("sample", title="Prov", version="1", pages=open_sample(), staff=Realm(), ready=checks)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (
        503,
        {"status": "failing", "failing": ["keyring"], "degraded": []},
    )


async def test_a_part_that_can_be_done_without_is_told_of() -> None:
    async def down() -> None:
        raise ConnectionError

    app = create_app(
        "sample", title="Prov", version="1", pages=open_sample(), staff=Realm(), ready={}, wanted={"kafka": down}
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        answer = await client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "degraded", "failing": [], "degraded": ["kafka"]})


async def test_only_in_development_can_a_token_be_pasted() -> None:
    pages = open_sample(Site(municipality="Exempelkommun"))
    app = create_app("sample", title="Prov", version="1", pages=pages, staff=Realm(), ready={})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        assert (await client.post("/utveckling/logga-in", data={"token": "x"})).status_code == 404
