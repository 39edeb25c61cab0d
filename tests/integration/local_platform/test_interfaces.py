"""The catalogue of interfaces: whole, of this commit, and led by links that lead somewhere."""

import re
import subprocess
from html import unescape

import httpx
import pytest
import yaml

from contracts.registry import EVENTS
from contracts.schemas import schema_of
from local_platform.interfaces import commit, interfaces
from local_platform.services import SERVICES

PAGES = ("/api/", "/api/events/", *(f"/api/{service}/" for service in SERVICES))


async def test_every_link_of_every_page_leads_somewhere(client: httpx.AsyncClient) -> None:
    pages = {path: await client.get(path) for path in PAGES}
    for path, page in pages.items():
        assert page.status_code == 200, path
        assert page.headers["content-type"] == "text/html; charset=utf-8", path
        assert "style-src 'self'" in page.headers["content-security-policy"], path
        assert len(page.headers.get_list("content-security-policy")) == 1, path
        ids = set(re.findall(r' id="([^"]+)"', page.text))
        for link in {unescape(link) for link in re.findall(r' (?:href|src)="([^"]+)"', page.text)}:
            if link.startswith("#"):
                assert link[1:] in ids, f"{path}: {link}"
            else:
                assert link.startswith("/"), f"{path} asks another host: {link}"
                assert (await client.get(link)).status_code == 200, f"{path}: {link}"


async def test_without_its_last_slash_the_address_still_leads_there(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api")
    assert (answer.status_code, httpx.URL(answer.headers["location"]).path) == (301, "/api/")
    assert answer.text == ""


async def test_asyncapi_is_whole_in_one_file(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/asyncapi.yaml")
    assert answer.headers["content-type"] == "application/yaml"
    assert answer.text.startswith(f"# Made from commit {commit()}.\n")
    messages = yaml.safe_load(answer.text)["components"]["messages"]
    assert {name: message["payload"]["schema"] for name, message in messages.items()} == {
        name: schema_of(event) for name, event in EVENTS.items()
    }


def test_every_page_names_the_commit_it_was_made_from() -> None:
    head = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    for name, text in interfaces().items():
        assert head in text or name.endswith(".css"), name


def test_a_commit_can_be_told_where_there_is_no_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STODVAG_COMMIT", "0123abc")
    assert commit() == "0123abc"
    monkeypatch.delenv("STODVAG_COMMIT")
    monkeypatch.setenv("PATH", "")
    assert commit() == "unknown"


def test_every_event_is_told_of() -> None:
    told = interfaces()["events.html"]
    assert set(re.findall(r'<details class="operation" id="([^"]+)"', told)) == set(EVENTS)
