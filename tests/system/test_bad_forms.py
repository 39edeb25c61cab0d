"""Forms filled in wrongly: everything typed is kept, and each error stands beside its field and in the summary.

Forms are found on the pages: those of citizens, and those of staff for cases at every stage.
"""

import httpx
import pytest
from tests.system.cases import Addresses, Door
from tests.system.forms import Field, Page, fit, read_page
from tests.system.routes import Route, every_route

from local_platform.journeys import years_ago

pytestmark = pytest.mark.xdist_group("shared-platform")

TYPED = "Åsa \"Bo\" <b>& 'Cid'</b> {{ 7*7 }} \u202eשלום\u202c  👩🏽\u200d🚒"
"""Fits any field of free text; nothing of it may be lost or come to life."""

PAGES = {route.path: route for route in every_route() if route.method == "POST" and not route.for_programs}
"""Every address to which a form is sent."""


@pytest.fixture(scope="module")
def addresses(door: Door, cases: Addresses) -> Addresses:
    """Where every form is found."""
    direct = [f"/stod/{door.north}/{code}" for code in ("ungdomssamtal", "droppin-hamnen")]
    known = {
        "/stod/{board_id}/{code}": direct,
        "/stod/{board_id}/{code}/prata": [f"{direct[0]}/prata"],
        **{each: [each.format(code="ungdomssamtal")] for each in PAGES if each.startswith("/personal/utbud/stod/")},
    }
    return {route: cases.get(route) or known.get(path) or [path] for path, route in PAGES.items()}


@pytest.mark.parametrize("path", PAGES)
async def test_what_was_typed_is_kept_and_each_error_is_told_twice(path: str, door: Door, addresses: Addresses) -> None:
    route, tried = PAGES[path], 0
    for address in addresses[route]:
        for page in await _pages_of_form(door, route, address):
            if page.shown:
                await _send_unfit_characters(door, route, address, page)
                await _send_what_is_not_offered(door, route, address, page)
                await _send_numbers_out_of_range(door, route, address, page)
                await _send_blank(door, route, address, page)
                tried += 1
    assert tried or path in WITHOUT_FIELDS, "no form was found there"


@pytest.mark.parametrize("path", [path for path, route in PAGES.items() if route.roles is None])
async def test_whoever_changes_an_answer_before_sending_finds_all_of_them(
    path: str, door: Door, addresses: Addresses
) -> None:
    route = PAGES[path]
    for address in addresses[route]:
        for page in await _pages_of_form(door, route, address):
            if not page.shown or "check" not in page.steps:
                continue
            typed = page.fill(_fit)
            check = read_page((await _send(door, route, address, typed)).text)
            if "change" in check.steps:
                again = read_page((await _send(door, route, address, {**check.carried, "step": ["change"]})).text)
                _require_kept(again, typed, page)


WITHOUT_FIELDS = {
    f"/drift/{service}{action}"
    for service in ("intake", "assessment", "direct-access", "followup")
    for action in ("", "/kassera")
} | {"/personal/kom-forbi", "/personal/stod/{support_id}/tider/{time_id}/{came}", "/personal/utbud/fil"}
"""Forms that appear only where something is parked, that are a button on another page, or that take a file."""


async def _pages_of_form(door: Door, route: Route, address: str) -> list[Page]:
    """A form's first page, and the one that follows it where the rest is asked on another."""
    asked = Route(route.service, "GET", route.path)
    shown = await door.ask(asked, address, role=_role(route))
    if shown.status_code in {404, 405}:
        return []  # The step was taken meanwhile, by another form of the case; or it is a button on another page.
    assert shown.status_code == 200, f"{address}: {shown.status_code}"
    pages = [read_page(shown.text)]
    if "birth_date-year" in pages[0].shown and "name" not in pages[0].shown:
        following = await _send(door, route, address, pages[0].fill(_fit))
        assert following.status_code == 200, following.text
        pages.append(read_page(following.text))
    return pages


async def _send_unfit_characters(door: Door, route: Route, address: str, page: Page) -> None:
    """A control character in every text: each is told, the rest of the text is kept."""
    texts = [name for name, field in page.shown.items() if field.kind == "text"]
    if not texts:
        return
    typed = page.fill(lambda name, field: [f"{TYPED}\x00\x1b"] if field.kind == "text" else _fit(name, field))
    answer = await _send(door, route, address, typed)
    assert answer.status_code == 422, f"{address}: {answer.status_code}"
    told = read_page(answer.text)
    assert set(texts) <= told.errors_beside, f"{address}: {set(texts) - told.errors_beside} not told beside"
    _require_told_twice(told, address)
    _require_kept(told, {**typed, **{name: [TYPED] for name in texts}}, page)


async def _send_what_is_not_offered(door: Door, route: Route, address: str, page: Page) -> None:
    """A choice that the page does not offer, and a date that no calendar has."""
    if not any(field.kind == "choice" or name.endswith("-year") for name, field in page.shown.items()):
        return
    typed = page.fill(lambda name, field: ["finns-inte"] if field.options else _no_such_day(name) or _fit(name, field))
    answer = await _send(door, route, address, typed)
    assert answer.status_code in {409, 422}, f"{address}: {answer.status_code}"
    told = read_page(answer.text)
    _require_told_twice(told, address)
    kept = {name: values for name, values in typed.items() if not page.fields.get(name, Field("hidden")).options}
    _require_kept(told, kept, page)


async def _send_numbers_out_of_range(door: Door, route: Route, address: str, page: Page) -> None:
    """Numbers far too large, and years of the calendar's ends."""
    numbers = [name for name, field in page.shown.items() if field.kind == "number"]
    if not numbers:
        return
    for number in ("99999999999999999999", "-1", "1e999", "1", "9999"):
        typed = {**page.fill(_fit), **{name: [number] for name in numbers}}
        answer = await _send(door, route, address, typed)
        assert answer.status_code < 500, f"{address}: {answer.status_code}"
        if answer.status_code == 422:
            _require_kept(read_page(answer.text), typed, page)


async def _send_blank(door: Door, route: Route, address: str, page: Page) -> None:
    """Nothing at all: what is needed is told."""
    if any(field.options or field.kind == "text" for field in page.shown.values()):
        answer = await _send(door, route, address, page.fill(lambda _name, _field: [""]))
        assert answer.status_code in {200, 303, 409, 422}, f"{address}: {answer.status_code}"
        if answer.status_code == 422:
            _require_told_twice(read_page(answer.text), address)


async def _send(door: Door, route: Route, address: str, typed: dict[str, list[str]]) -> httpx.Response:
    return await door.ask(route, address, role=_role(route), form=typed)


def _role(route: Route) -> str | None:
    return max(route.roles) if route.roles else None


def _fit(name: str, field: Field) -> list[str]:
    return fit(name, field, born=years_ago(17), number="19901211-9948", text=TYPED)


def _no_such_day(name: str) -> list[str]:
    return {"day": ["31"], "month": ["2"], "year": ["tvåtusen"]}.get(name.rpartition("-")[2], [])


def _require_told_twice(page: Page, address: str) -> None:
    """Each error stands beside its field and in the summary, which leads to the field."""
    assert page.errors_beside, f"{address}: no error beside a field"
    assert page.errors_beside == page.errors_in_summary, f"{address}: {page.errors_beside} {page.errors_in_summary}"
    assert all(f'id="{name}"' in page.text for name in page.errors_in_summary), address


def _require_kept(page: Page, typed: dict[str, list[str]], asked: Page) -> None:
    """Everything that was typed in the fields that were shown stands in them again."""
    lost = {
        name: (values, page.fields[name].values if name in page.fields else None)
        for name, values in typed.items()
        if name in asked.shown and (name not in page.fields or page.fields[name].values != values)
    }
    assert not lost
