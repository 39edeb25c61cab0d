"""All support on one page, direct and applied for: by need, age, place, language and form, or by words of one's own."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from itertools import chain
from operator import attrgetter
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chassis.clock import now
from chassis.commands import AtDesk
from chassis.forms import read_query
from chassis.interpreters import SIGN_LANGUAGE, SPOKEN
from chassis.languages import LANGUAGES, SWEDISH, Wording, choose_language, name_language, swedish_order
from chassis.municipality import Board
from direct_access import store
from direct_access.messages import EMPTY_WORDS, EVERYDAY, FORMS, NEEDS
from direct_access.requests.citizen import Search
from direct_access.views.finding import Everyday, Wish, find
from statute.clocks import stockholm_day

router = APIRouter(include_in_schema=False)

_OWN_NAMES = {SWEDISH.code: SWEDISH.name, **SPOKEN, SIGN_LANGUAGE: name_language(SIGN_LANGUAGE)}
"""What each language is called by who speaks it."""

_NOT_TOLD = frozenset({"board_id", "entry_id", "version", "districts", "decision", "reason"})
_told = attrgetter(*(each.name for each in fields(store.Entry) if each.name not in _NOT_TOLD))
"""All that the page tells of an entry but where it stands."""


@dataclass(frozen=True, slots=True)
class Where:
    """A support's page at one board, and what the board's part of the municipality is called."""

    path: str
    names: str


@dataclass(frozen=True, slots=True)
class Offer:
    """A support, once, with each board that offers it on the same terms."""

    entry: store.Entry
    forms: str
    languages: str
    places: list[Where] = field(default_factory=list)


@router.get("/stod")
async def show_supports(request: Request, desk: AtDesk) -> Response:
    """Everything that the boards give. What one looks for stands in the address, so that it can be shared."""
    asked = request.query_params.multi_items()
    if any(not value.strip() for _, value in asked):
        kept = urlencode([(name, value) for name, value in asked if value.strip()])
        return RedirectResponse(f"/stod?{kept}" if kept else "/stod", 303)
    search = read_query(request, Search)
    wish = search.answers.to_wish() if search.answers else Wish()
    today = stockholm_day(now())
    boards = {board.id: board for board in desk.municipality.boards}
    lists = await asyncio.gather(*(store.list_catalogue(desk.store.pool, board, today) for board in boards))
    entries = list(chain.from_iterable(lists))
    language = choose_language(request.query_params.get("sprak"), request.headers.get("accept-language"))
    wording = desk.pages.wording
    forms = {form.value: wording.sentence(language, label) for form, label in FORMS.items()}
    found = find([each for each in entries if _serves(boards[each.board_id], wish.district)], wish, _everyday(wording))
    offers = _join(sorted(found, key=lambda each: swedish_order(each.name)) if not wish.words else found, boards, forms)
    return desk.pages.citizen(
        request,
        "supports.html",
        search=search,
        offers=offers,
        needs=[(need.value, wording.sentence(language, label)) for need, label in NEEDS.items()],
        forms=list(forms.items()),
        districts=[(each.code, each.name) for board in boards.values() for each in board.districts],
        languages=[
            (code, name) for code, name in _OWN_NAMES.items() if any(code in entry.languages for entry in entries)
        ],
        status=search.status,
    )


def _serves(board: Board, district: str | None) -> bool:
    return district is None or any(each.code == district for each in board.districts)


def _everyday(wording: Wording) -> Everyday:
    """The words of all languages: people write in theirs, whichever the page is in."""
    languages = LANGUAGES.values()

    def all_words(sentence: str) -> str:
        return " ".join(wording.sentence(language, sentence) for language in languages)

    return Everyday({need: all_words(words) for need, words in EVERYDAY.items()}, all_words(EMPTY_WORDS))


def _join(entries: Iterable[store.Entry], boards: Mapping[UUID, Board], forms: Mapping[str, str]) -> list[Offer]:
    """One offer of all entries that say the same, where the first of them stands."""
    offers: dict[str, Offer] = {}
    for entry in entries:
        board = boards[entry.board_id]
        given_in = [each.name for each in board.districts if not entry.districts or each.code in entry.districts]
        where = Where(f"/stod/{board.id}/{entry.code}", ", ".join(given_in))
        offer = Offer(
            entry,
            " · ".join(forms[form] for form in entry.forms),
            ", ".join(_OWN_NAMES.get(code, code) for code in entry.languages),
        )
        # Lists cannot be keys.
        offers.setdefault(repr(_told(entry)), offer).places.append(where)
    return list(offers.values())
