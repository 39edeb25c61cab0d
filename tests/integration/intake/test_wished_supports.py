"""What an application may wish for by name: what boards have decided on, as intake has heard of it."""

import re
from datetime import date
from uuid import uuid4, uuid5

from tests.integration.direct_events import from_direct_access, list_support
from tests.integration.intake.conftest import APPLICATION, Client, field
from tests.integration.opened import NORTH, SOUTH, Running

from chassis.clock import now
from chassis.database import on_board
from chassis.inbox import Standing
from chassis.listed_supports import LISTED_SUPPORTS, TABLES
from chassis.rebuild import rebuild_projection
from chassis.subscriptions import take_one
from contracts.direct_access import LegalBasis, SupportEnded, SupportListed
from contracts.vocabulary import EndReason


async def wishable(client: Client) -> dict[str, str]:
    """What anyone may read of it."""
    answer = await client.http.get("/api/intake/v1/supports")
    return {each["support"]: each["name"] for each in answer.json()}


async def test_what_any_board_gives_today_after_a_decision_can_be_wished_for(client: Client, running: Running) -> None:
    store = running.desk.store
    await list_support(store, SOUTH, "avlastning", "Avlastning")
    await list_support(store, SOUTH, "oppen-dorr", "Öppen dörr", LegalBasis.DIRECT)
    await list_support(store, SOUTH, "forr", "Förr", valid_to=date(2025, 8, 1))
    await list_support(store, SOUTH, "senare", "Senare", valid_from=date(2999, 1, 1))
    found = await wishable(client)
    assert found.items() >= {"avlastning": "Avlastning", "kontaktfamilj": "Kontaktfamilj"}.items()
    assert not found.keys() & {"oppen-dorr", "forr", "senare"}
    taken = await client.send("/applications", {**APPLICATION, "wished_support": "avlastning"})
    assert taken.status_code == 201, "who applies need not know which board decides"


async def test_the_newest_decision_holds_and_comes_back_in_a_rebuild(client: Client, running: Running) -> None:
    store, code = running.desk.store, f"stod-{uuid4().hex[:8]}"
    await list_support(store, NORTH, code, "Första namnet")
    await list_support(store, NORTH, code, "Andra namnet", catalogue_version=2)
    await rebuild_projection(running.database.owner_dsn, LISTED_SUPPORTS, TABLES, must_equal=True)
    assert (await wishable(client))[code] == "Andra namnet"


async def test_a_name_in_place_of_a_support_is_told_beside_its_field_and_nothing_typed_is_lost(client: Client) -> None:
    shown = await client.http.get("/ansok", headers={"Accept": "text/html"})
    typed = {**APPLICATION, "form_id": field(shown.text, "form_id"), "wished_support": "ali-testberg", "step": "send"}
    page = await client.http.post("/ansok?sprak=en", data=typed, headers={"Accept": "text/html"})
    assert page.status_code == 422
    error = re.search(r'<[^>]*id="wished_support-error"[^>]*>(.*?)</p>', page.text, re.DOTALL)
    assert error
    assert "You cannot apply for that support now." in error[1]
    assert "ali-testberg" not in page.text
    for kept in (APPLICATION["what"], APPLICATION["why"], APPLICATION["name"]):
        assert kept in page.text


async def test_nothing_of_direct_access_but_its_catalogue_is_kept(running: Running) -> None:
    ended = SupportEnded(case_id=uuid4(), ended_at=now(), support="oppen-dorr", reason=EndReason.COMPLETED)
    arrival = from_direct_access(NORTH, ended, LISTED_SUPPORTS.handles)
    assert await take_one(running.desk.store, LISTED_SUPPORTS, arrival) is Standing.NEXT
    async with on_board(running.desk.store.pool, NORTH) as connection:
        kept = await connection.fetch(
            "select type, outcome, data is null as bare from inbox where subscription = $1 and stream_id in ($2, $3)",
            LISTED_SUPPORTS.name,
            ended.case_id,
            uuid5(NORTH, "kontaktfamilj"),
        )
    assert {tuple(row) for row in kept} == {
        (SupportEnded.type, "unhandled", True),
        (SupportListed.type, "applied", False),
    }
