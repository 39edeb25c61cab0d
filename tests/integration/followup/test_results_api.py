"""Both ways side by side, over HTTP: for programs and on the page."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.integration.followup.conftest import Hear, SignIn
from tests.integration.followup.test_projection import on
from tests.integration.opened import SOUTH
from tests.unit.followup.an_event import (
    BOARD,
    HARBOUR,
    TALKS,
    TREATMENT,
    applied,
    direct,
    listed,
    opened_and_closed,
    reported,
    visit,
)

from chassis.clock import now
from chassis.received import Received
from contracts.direct_access import Documentation, LegalBasis
from contracts.vocabulary import AgeBand, EndReason, Gender
from statute.clocks import stockholm_day

RESULTS = "/api/followup/v1/results"


def year(board: UUID) -> Iterable[Received]:
    """A year on a board: enough people on both ways to be counted, and a few too few."""
    stories = [[listed(uuid4(), TALKS, "Ungdomssamtal")], [listed(uuid4(), TREATMENT, "Familjebehandling hemma")]]
    stories += [direct(uuid4(), scores=(10, 16), gender=Gender.WOMAN, district="centrum") for _ in range(12)]
    stories += [direct(uuid4(), scores=(10, 10), gender=Gender.MAN, district="norrhamn") for _ in range(9)]
    stories += [direct(uuid4(), ended=EndReason.LOST_CONTACT, gender=Gender.MAN) for _ in range(6)]
    stories += [direct(uuid4(), ended=None, gender=Gender.WOMAN) for _ in range(5)]
    stories += [direct(uuid4(), ended=None, gender=Gender.OTHER) for _ in range(2)]
    for _ in range(8):
        stories += applied(uuid4(), scores=(8, 15), age_band=AgeBand.FROM_21)
    for _ in range(7):
        stories += reported(uuid4(), age_band=AgeBand.UNDER_12)
    stories += [visit(uuid4(), scores=(9, 12)) for _ in range(6)]
    return [each for story in stories for each in on(board, story)]


@pytest.fixture
async def told(board: UUID, hear: Hear) -> UUID:
    """A board on which a year has gone."""
    await hear(year(board))
    return board


async def read(client: httpx.AsyncClient, headers: dict[str, str], **query: str) -> dict[str, Any]:
    """The results as a program reads them."""
    answer = await client.get(RESULTS, headers=headers, params=query)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


@pytest.mark.usefixtures("told")
async def test_both_ways_are_counted_in_the_same_words(client: httpx.AsyncClient, signed_in: SignIn) -> None:
    found = await read(client, signed_in("analyst"))
    ours, theirs = found["direct"]["total"], found["assessed"]["total"]
    assert ours["numbers"].keys() == theirs["numbers"].keys()
    numbers = ours["numbers"]
    assert (numbers["reached"], numbers["started"], numbers["ended"], numbers["ongoing"]) == (34, 34, 27, 7)
    assert (numbers["completed"], numbers["lost_contact"], numbers["ended_otherwise"]) == (21, 6, 0)
    assert (numbers["measured"], numbers["not_measured"]) == (21, 6)
    assert (numbers["improved"], numbers["unchanged"], numbers["worse"]) == (12, 9, 0)
    assert ours["median_change"] == 6
    assert ours["shares"]["completed"] == pytest.approx(21 / 27)
    assert (theirs["numbers"]["reached"], theirs["numbers"]["declined"], theirs["numbers"]["started"]) == (15, 7, 8)
    assert found["assessed"]["decline_reasons"] == {"no-trust": 7}
    assert theirs["median_change"] == 7


@pytest.mark.usefixtures("told")
async def test_the_numbers_come_with_how_they_may_be_read(client: httpx.AsyncClient, signed_in: SignIn) -> None:
    found = await read(client, signed_in())
    assert any("inte att stödet var orsaken" in sentence for sentence in found["reading"])
    assert any("går inte att jämföra som grupper" in sentence for sentence in found["reading"])
    assert found["smallest_shown"] == 5


@pytest.mark.usefixtures("told")
async def test_supports_have_their_names_and_visits_are_counted_beside(
    client: httpx.AsyncClient, signed_in: SignIn
) -> None:
    found = await read(client, signed_in("team_lead"))
    [talks] = found["direct"]["supports"]
    assert (talks["support"], talks["name"], talks["groups"]) == (TALKS, "Ungdomssamtal", None)
    [harbour] = found["visits_without_identity"]["supports"]
    assert (harbour["support"], harbour["numbers"]["reached"], harbour["median_change"]) == (HARBOUR, 6, 3)
    assert "ended" not in harbour["numbers"]


@pytest.mark.usefixtures("told")
async def test_small_groups_hide_and_take_another_with_them(client: httpx.AsyncClient, signed_in: SignIn) -> None:
    found = await read(client, signed_in(), by="gender")
    [talks] = found["direct"]["supports"]
    assert talks["numbers"]["reached"] == 34
    assert {group["group"]: group["numbers"]["reached"] for group in talks["groups"]} == {
        "woman": 17,
        "man": "protects",
        "other": "few",
    }


@pytest.mark.usefixtures("told")
async def test_districts_come_with_their_names_and_ages_in_order(client: httpx.AsyncClient, signed_in: SignIn) -> None:
    [talks] = (await read(client, signed_in(), by="district"))["direct"]["supports"]
    assert {group["group"] for group in talks["groups"]} == {"centrum", "norrhamn"}
    [ages] = (await read(client, signed_in(), by="age"))["assessed"]["supports"]
    assert [group["group"] for group in ages["groups"]] == [AgeBand.UNDER_12, AgeBand.FROM_21]


@pytest.mark.usefixtures("told")
async def test_another_board_has_numbers_of_its_own(client: httpx.AsyncClient, signed_in: SignIn) -> None:
    found = await read(client, signed_in("analyst", uuid4()))
    assert found["direct"]["total"]["numbers"]["reached"] == 0


@pytest.mark.parametrize("path", [RESULTS, "/uppfoljning"])
async def test_who_has_no_business_there_is_refused(path: str, client: httpx.AsyncClient, signed_in: SignIn) -> None:
    assert (await client.get(path)).status_code == 401
    assert (await client.get(path, headers=signed_in("activity_staff"))).status_code == 403


@pytest.mark.parametrize("path", [RESULTS, "/uppfoljning"])
async def test_what_cannot_be_broken_down_by_is_said(path: str, client: httpx.AsyncClient, signed_in: SignIn) -> None:
    answer = await client.get(path, headers=signed_in(), params={"by": "name"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "not-a-choice"


async def test_a_case_is_known_by_days_and_group_facts(
    client: httpx.AsyncClient, board: UUID, hear: Hear, signed_in: SignIn
) -> None:
    case = uuid4()
    asked, story = reported(case, age_band=AgeBand.UNDER_12)
    await hear(on(board, [*asked, *story]))
    path = f"/api/followup/v1/cases/{case}"
    known = (await client.get(path, headers=signed_in())).json()
    assert (known["path"], known["came"], known["age_band"], known["closed_on"]) == (
        "assessed",
        "report",
        "0-11",
        "2026-04-21",
    )
    [support] = known["supports"]
    assert (support["support"], support["decline_reason"]) == (TREATMENT, "no-trust")
    assert (await client.get(path, headers=signed_in("analyst"))).status_code == 403
    assert (await client.get(path, headers=signed_in(on=uuid4()))).status_code == 404
    assert (await client.get(f"/api/followup/v1/cases/{uuid4()}", headers=signed_in())).status_code == 404


@pytest.mark.usefixtures("told")
async def test_the_page_shows_both_ways_and_says_what_is_not_shown(
    client: httpx.AsyncClient, signed_in: SignIn
) -> None:
    page = (await client.get("/uppfoljning", headers=signed_in(), params={"by": "gender"})).text
    for words in (
        "Direkt stöd",
        "Bedömt stöd",
        "Ungdomssamtal",
        "Familjebehandling hemma",
        "Besök utan identitet",
        "Trodde inte att det skulle hjälpa",
        "inte att stödet var orsaken",
        "färre än 5",
        "visas inte",
        "+6&nbsp;poäng",
    ):
        assert words in page, words
    assert "few" not in page
    assert "protects" not in page


async def test_an_empty_board_has_a_page_too(client: httpx.AsyncClient, signed_in: SignIn) -> None:
    page = await client.get("/uppfoljning", headers=signed_in())
    assert page.status_code == 200
    assert "Ingen ännu" in page.text


async def test_a_board_with_fewer_than_five_shows_no_number_of_them(
    client: httpx.AsyncClient, board: UUID, hear: Hear, signed_in: SignIn
) -> None:
    await hear(on(board, [*direct(uuid4()), *direct(uuid4())]))
    found = await read(client, signed_in())
    assert set(found["direct"]["total"]["numbers"].values()) == {"few"}
    assert found["direct"]["supports"] is None
    page = (await client.get("/uppfoljning", headers=signed_in())).text
    assert "färre än 5" in page


async def test_boards_are_compared_by_what_they_give(client: httpx.AsyncClient, signed_in: SignIn, hear: Hear) -> None:
    first, second = BOARD, SOUTH
    harbour, treatment = uuid4(), uuid4()
    today = stockholm_day(now())
    terms: dict[str, Any] = {"needs": ("young",), "complete": True, "with_conditions": True}
    await hear(
        on(
            first,
            [
                listed(harbour, HARBOUR, "Hamnen", documentation=Documentation.NO_IDENTITY, **terms),
                *opened_and_closed(harbour, HARBOUR, (today, False)),
                listed(treatment, TREATMENT, "Familjebehandling", basis=LegalBasis.ASSESSED, complete=False),
            ],
        )
    )
    await hear(on(second, [listed(uuid4(), TALKS, "Samtal", valid_to=today - timedelta(days=1), valid_from=today)]))
    answer = await client.get("/api/followup/v1/catalogue", headers=signed_in("analyst", first))
    assert answer.status_code == 200, answer.text
    north, south = answer.json()
    assert north["supports"] == 2
    assert north["by_basis"] == {"direct": 1, "chapter-13": 0, "assessed": 1, "link": 0}
    assert north["by_need"] == {"young": 1}
    assert (north["without_identity"], north["with_conditions"], north["open_now"]) == (1, 1, 1)
    assert north["complete_share"] == 0.5
    assert (south["supports"], south["complete_share"]) == (0, None)
    page = await client.get("/uppfoljning", headers={**signed_in("analyst", first), "accept": "text/html"})
    assert "Utbudet, nämnd för nämnd" in page.text
    assert "50 %" in page.text
