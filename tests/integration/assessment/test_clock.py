"""The four months of a child's investigation, by the timers that run in the service."""

from datetime import datetime, timedelta

import httpx
from tests.integration.assessment.conftest import Open, Sign, Take
from tests.integration.assessment.test_journeys import ok
from tests.integration.opened import Running

from assessment.main import SERVICE
from chassis.clock import now
from chassis.timers import Timers


async def _ring(running: Running, at: datetime) -> None:
    assert SERVICE.on_timer is not None
    await Timers(running.desk.store, SERVICE.deciders, SERVICE.on_timer, clock=lambda: at).run_due()


async def test_the_clock_warns_and_then_passes_and_the_work_list_shows_it(
    running: Running, client: httpx.AsyncClient, sign: Sign, open_case: Open
) -> None:
    case = await open_case()

    async def clock() -> str:
        listed = ok(await client.get("/api/assessment/v1/cases", headers=sign("team_lead"))).json()
        (row,) = [each for each in listed if each["case_id"] == str(case)]
        return str(row["clock"])

    await _ring(running, now() + timedelta(days=30))
    assert await clock() == "running"
    await _ring(running, now() + timedelta(days=115))
    assert await clock() == "warned"
    await _ring(running, now() + timedelta(days=130))
    assert await clock() == "passed"


async def test_a_closed_case_has_no_timers(running: Running, take: Take, open_case: Open) -> None:
    case = await open_case()
    ok(await take(case, "child-not-heard", reason="too-young", words="–"))
    ok(await take(case, "closing", reason="no-need", words="–"))
    due = await running.desk.store.pool.fetch("select stream_id from timers_due($1, 1000)", now() + timedelta(days=999))
    assert case not in {row["stream_id"] for row in due}
