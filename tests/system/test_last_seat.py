"""A hundred press at once for the last seat while the service is killed in the middle of it, and started again."""

import asyncio
import json
from uuid import UUID

import asyncpg
import pytest
from tests.system.disturb import Persistent, patient_player

from local_platform.journeys import offer_time
from local_platform.platform import Platform

pytestmark = [pytest.mark.xdist_group("own-platform"), pytest.mark.slow]

_ASK = {
    "district": "centrum",
    "name": "Alva Testsson",
    "safe": True,
    "contact_way": "phone",
    "contact": "070-174 06 05",
    "queue": True,
}


@pytest.mark.parametrize(
    ("support", "born", "killed_at"),
    [
        ("ungdomssamtal", "2009-02-01", 2),
        ("sluta-sla", "1990-05-05", 30),
        ("foraldraradgivning", "1990-05-05", 70),
    ],
)
async def test_one_is_booked_and_all_others_wait_although_the_service_is_killed_midway(
    own_platform: Platform, support: str, born: str, killed_at: int
) -> None:
    service = own_platform.services["direct-access"]

    async def strike(command: int) -> None:
        if command == killed_at:
            await asyncio.sleep(0.2)
            service.kill9()
            await service.restart()

    async with patient_player(own_platform, Persistent()) as player:
        time_id = await offer_time(player, support)
    body = {**_ASK, "support": support, "birth_date": born, "time_id": time_id}
    async with patient_player(own_platform, Persistent(strike)) as player:
        pressed = [("/api/direct-access/v1/supports", f"{support}-pressed-{number:03}") for number in range(100)]
        answers = await asyncio.gather(*(player.done(path, body, key=key) for path, key in pressed))
        again = await asyncio.gather(*(player.done(path, body, key=key) for path, key in pressed))
    assert again == answers, "whoever heard nothing and presses again is told the same"
    booked = [each["support_id"] for each in answers if "starts_at" in each]
    queued = [each["support_id"] for each in answers if "queued" in each]
    assert (len(booked), len(queued)) == (1, 99)
    assert await _taken(own_platform, time_id) == booked
    line = await _line(own_platform, support)
    assert sorted(line) == sorted(queued), "nobody is lost or stands twice, nor stands there without knowing it"
    async with patient_player(own_platform, Persistent()) as player:
        more = await offer_time(player, support)
        offered = await player.until("a seat is offered", lambda: _offered(own_platform, more))
    assert offered == line[0], "the next seat is for who came first"


async def _line(platform: Platform, support: str) -> list[str]:
    """Who has joined the queue, in that order."""
    rows = await _fetch(
        platform, "select data from events where kind = 'queue' and type = 'place-taken' order by stream_id, version"
    )
    joined = [json.loads(row["data"]) for row in rows]
    return [each["support_id"] for each in joined if each["support"] == support]


async def _offered(platform: Platform, time_id: str) -> str | None:
    """Whom a seat of this time is kept for, once it is."""
    rows = await _fetch(platform, "select data from events where stream_id = $1 and type = 'seat-held'", UUID(time_id))
    return next((str(json.loads(row["data"])["support_id"]) for row in rows), None)


async def _taken(platform: Platform, time_id: str) -> list[str]:
    rows = await _fetch(platform, "select data from events where stream_id = $1 and type = 'seat-taken'", UUID(time_id))
    return [json.loads(row["data"])["support_id"] for row in rows]


async def _fetch(platform: Platform, query: str, *arguments: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(platform.databases["direct-access"].owner_dsn)
    try:
        found: list[asyncpg.Record] = await connection.fetch(query, *arguments)
        return found
    finally:
        await connection.close()
