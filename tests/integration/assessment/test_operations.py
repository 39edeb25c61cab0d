"""What operations do about a record that nobody can read, on the page and over the API."""

import re
from uuid import UUID

import httpx
from tests.integration.assessment.conftest import OTHER_BOARD, Sign, requested
from tests.integration.opened import Running

from assessment.consumer import OPENING
from chassis.database import on_board
from chassis.inbox import read_record
from chassis.parking import settle
from contracts.published import write

API = "/api/assessment/v1/operations"
TOPIC = "t.intake.v1"


async def unreadable(running: Running, *, then: bool = False) -> tuple[UUID, UUID]:
    """A record arrives that claims to ask for an investigation, and then a true one: the case and the board."""
    envelope, event = await requested(running)
    key, headers = str(event.case_id), envelope.to_headers()
    for payload in (b'{"case_id": "Kim Testsson"}', *([write(event)] if then else ())):
        arrival = read_record(TOPIC, key, headers, payload, OPENING.handles)
        assert await settle(running.desk.store, OPENING, arrival) == "parked"
    return event.case_id, envelope.board


async def parked(client: httpx.AsyncClient, headers: dict[str, str], case: UUID) -> list[dict[str, str]]:
    """What stands still in a case."""
    answer = await client.get(f"{API}/parked", headers=headers)
    return [each for each in answer.json() if each["key"] == str(case)]


async def test_a_record_is_discarded_on_the_page_and_what_waited_goes_on(
    client: httpx.AsyncClient, sign: Sign, running: Running
) -> None:
    case, board = await unreadable(running, then=True)
    operator = {**sign("operations"), "Accept": "text/html"}
    page = (await client.get("/drift/assessment", headers=operator)).text
    forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
    (form,) = [each for each in forms if str(case) in each and 'name="reason"' in each]
    action = re.search(r'action="([^"]+)"', form)
    assert action is not None
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))

    without_reason = await client.post(action[1], data=fields, headers=operator)
    assert without_reason.status_code == 422
    assert "Välj varför händelsen kasseras." in without_reason.text
    done = await client.post(action[1], data={**fields, "reason": "not-ours"}, headers=operator)
    assert (done.status_code, done.headers["location"]) == (303, "/drift/assessment")
    assert await parked(client, operator, case) == []
    async with on_board(running.desk.store.pool, board) as connection:
        recorded = await connection.fetchrow("select * from discarded where key = $1", str(case))
    assert recorded is not None
    assert (recorded["reason"], recorded["actor"]) == ("not-ours", "officer-7")
    opened = await client.get(f"/api/assessment/v1/cases/{case}", headers=sign("caseworker"))
    assert opened.status_code == 200


async def test_only_operations_of_the_board_discard_and_only_for_a_known_reason(
    client: httpx.AsyncClient, sign: Sign, running: Running
) -> None:
    case, _ = await unreadable(running)
    (found,) = await parked(client, sign("operations"), case)
    body = {name: found[name] for name in ("subscription", "topic", "key", "event_id")} | {"reason": "lost"}

    async def ask(headers: dict[str, str], **changes: str) -> httpx.Response:
        return await client.post(f"{API}/discard", json={**body, **changes}, headers=headers)

    assert (await ask(sign("qualified_caseworker"))).status_code == 403
    assert (await ask(sign("operations", OTHER_BOARD))).status_code == 404
    refused = await ask(sign("operations"), reason="Kim Testsson")
    assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [("#/reason", "not-a-choice")]
    other = await ask(sign("operations"), event_id=str(UUID(int=7)))
    assert (other.status_code, other.json()["code"]) == (409, "cannot-discard-not-the-first")
    assert len(await parked(client, sign("operations"), case)) == 1
    assert (await ask(sign("operations"))).json() == {"done": 0, "reason": None}
