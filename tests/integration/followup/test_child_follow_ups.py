"""A child's follow-up from the board's decision to its last day, over HTTP and by the clock (SoL 23 kap.)."""

import re
import secrets
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.integration.followup.conftest import Hear, SignIn
from tests.integration.followup.test_projection import on
from tests.integration.opened import Running
from tests.integration.published import published_types
from tests.unit.followup.an_event import Stream

from chassis.beside import digest, open_owner
from chassis.clock import now
from chassis.timers import Timers
from chassis.upkeep import keep_up
from contracts import assessment
from contracts.followup import ChildFollowUpEnded, ChildFollowUpStarted
from followup import main
from statute.clocks import add_months, stockholm_day

FOLLOW_UPS = "/api/followup/v1/child-follow-ups"


@pytest.fixture
async def case(board: UUID, hear: Hear) -> UUID:
    """A case where follow-up was decided today, eight days after the investigation ended."""
    case_id = uuid4()
    decided = Stream("assessment", case_id).says(
        assessment.FollowUpDecided, decided_at=now(), investigation_closed_on=closed_on(), person_id=uuid4()
    )
    await hear(on(board, [decided]))
    return case_id


def closed_on() -> date:
    return stockholm_day(now()) - timedelta(days=8)


def last_day() -> date:
    return add_months(closed_on(), 6)


async def ring(running: Running, day: date) -> None:
    """Carry out the timers that are due at noon of a day."""
    assert main.SERVICE.on_timer is not None
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    await Timers(running.desk.store, main.SERVICE.deciders, main.SERVICE.on_timer, clock=lambda: at).run_due()


async def read(client: httpx.AsyncClient, headers: dict[str, str], case: UUID) -> dict[str, Any]:
    answer = await client.get(f"{FOLLOW_UPS}/{case}", headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def end(client: httpx.AsyncClient, headers: dict[str, str], case: UUID, key: str, **body: str) -> httpx.Response:
    return await client.post(f"{FOLLOW_UPS}/{case}/end", headers=headers | {"Idempotency-Key": key}, json=body)


async def test_the_boards_decision_starts_a_follow_up_with_a_last_day(
    running: Running, client: httpx.AsyncClient, case: UUID, signed_in: SignIn
) -> None:
    assert await read(client, signed_in(), case) == {
        "case_id": str(case),
        "started_on": stockholm_day(now()).isoformat(),
        "last_day": last_day().isoformat(),
        "warned": False,
        "ended_on": None,
        "reason": None,
    }
    assert await published_types(running.database, case) == [ChildFollowUpStarted.type]


async def test_a_caseworker_ends_it_once_however_often_it_is_sent(
    running: Running, client: httpx.AsyncClient, case: UUID, signed_in: SignIn
) -> None:
    key = secrets.token_urlsafe(16)
    first = await end(client, signed_in(), case, key, reason="done")
    again = await end(client, signed_in(), case, key, reason="done")
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json() == {"case_id": str(case)}
    assert (await read(client, signed_in(), case))["reason"] == "done"
    assert await published_types(running.database, case) == [ChildFollowUpStarted.type, ChildFollowUpEnded.type]
    other = await end(client, signed_in(), case, key, reason="new-investigation")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")
    late = await end(client, signed_in(), case, secrets.token_urlsafe(16), reason="done")
    assert (late.status_code, late.json()["code"]) == (409, "follow-up-is-over")


async def test_only_a_caseworker_ends_it_and_only_for_a_reason_of_theirs(
    client: httpx.AsyncClient, case: UUID, signed_in: SignIn
) -> None:
    key = secrets.token_urlsafe(16)
    assert (await end(client, signed_in("team_lead"), case, key, reason="done")).status_code == 403
    assert (await end(client, signed_in(), case, key, reason="time-ran-out")).status_code == 422
    nothing = await end(client, signed_in(), uuid4(), key, reason="done")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "no-such-follow-up")
    elsewhere = await end(client, signed_in(on=uuid4()), case, key, reason="done")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "no-such-follow-up")


async def test_it_warns_thirty_days_before_and_ends_by_itself_after_the_last_day(
    running: Running, client: httpx.AsyncClient, case: UUID, signed_in: SignIn
) -> None:
    await ring(running, last_day() - timedelta(days=31))
    assert not (await read(client, signed_in(), case))["warned"]
    await ring(running, last_day() - timedelta(days=30))
    assert (await read(client, signed_in(), case))["warned"]
    page = await client.get("/uppfoljning/barn", headers=signed_in())
    assert "Snart slut" in page.text
    await ring(running, last_day())
    assert (await read(client, signed_in(), case))["ended_on"] is None
    await ring(running, last_day() + timedelta(days=1))
    ended = await read(client, signed_in(), case)
    assert (ended["ended_on"], ended["reason"]) == (last_day().isoformat(), "time-ran-out")
    assert await published_types(running.database, case) == [ChildFollowUpStarted.type, ChildFollowUpEnded.type]


async def test_the_list_has_the_boards_own_and_the_page_too(
    client: httpx.AsyncClient, case: UUID, signed_in: SignIn
) -> None:
    assert [each["case_id"] for each in (await client.get(FOLLOW_UPS, headers=signed_in())).json()] == [str(case)]
    assert (await client.get(FOLLOW_UPS, headers=signed_in(on=uuid4()))).json() == []
    assert (await client.get(FOLLOW_UPS, headers=signed_in("analyst"))).status_code == 403
    assert str(case) in (await client.get("/uppfoljning/barn", headers=signed_in())).text


async def test_a_caseworker_ends_it_on_the_page(client: httpx.AsyncClient, case: UUID, signed_in: SignIn) -> None:
    address = f"/uppfoljning/barn/{case}"
    page = (await client.get(address, headers=signed_in())).text
    form_id = unescape(re.findall(r'name="form_id" value="([^"]+)"', page)[0])
    unanswered = await client.post(address, headers=signed_in(), data={"form_id": form_id, "step": "send"})
    assert unanswered.status_code == 422
    assert "Välj det som stämmer." in unanswered.text
    sent = {"form_id": form_id, "step": "send", "reason": "new-investigation"}
    done = await client.post(address, headers=signed_in(), data=sent)
    assert done.status_code == 303
    ended = (await client.get(address, headers=signed_in())).text
    assert "en ny utredning har inletts" in ended
    assert "Avsluta uppföljningen" not in ended
    again = await client.post(address, headers=signed_in(), data=sent | {"form_id": secrets.token_urlsafe(24)})
    assert again.status_code == 422
    assert "Uppföljningen är redan avslutad." in again.text


async def test_a_case_without_follow_up_has_no_page(client: httpx.AsyncClient, signed_in: SignIn) -> None:
    assert (await client.get(f"/uppfoljning/barn/{uuid4()}", headers=signed_in())).status_code == 404
    assert (await client.get(f"{FOLLOW_UPS}/{uuid4()}", headers=signed_in())).status_code == 404


@pytest.mark.usefixtures("case")
async def test_the_list_is_made_again_from_the_events(running: Running) -> None:
    async with open_owner(running.database.owner_dsn) as owner:
        right = await digest(owner, "child_follow_ups")
        await owner.execute("update child_follow_ups set last_day = last_day + 1")
    await keep_up(main.SERVICE, ["rebuild", "views"], running.database.owner_dsn)
    async with open_owner(running.database.owner_dsn) as owner:
        assert await digest(owner, "child_follow_ups") == right
