"""The parts of journeys 3 and 4 that are assessment's, over its API, on real PostgreSQL."""

from datetime import date, timedelta
from uuid import uuid4

import asyncpg
import httpx
import pytest
from tests.integration.assessment.conftest import BOARD, OTHER_BOARD, Open, Sign, Take, adult
from tests.integration.opened import Running

from chassis.clock import now
from chassis.database import on_board
from local_platform.postgres import Database
from statute.clocks import stockholm_day

GROUNDS = {
    "research_weight": 1,
    "research": "Visst stöd.",
    "wish_weight": 3,
    "wish": "Det hon bad om.",
    "situation_weight": 2,
    "situation": "Ensam med tre barn.",
    "profession_weight": 0,
    "profession": "Ingen egen erfarenhet.",
}
CANARY = "Kanariefågeln sjunger om måndagarna"


def ok(response: httpx.Response) -> httpx.Response:
    """The response, which must have succeeded."""
    assert response.status_code == 200, response.text
    return response


async def test_an_adult_is_granted_a_part_and_the_support_is_measured(
    client: httpx.AsyncClient, sign: Sign, take: Take, open_case: Open
) -> None:
    case, today = await open_case(**adult()), stockholm_day(now())
    ok(await take(case, "needs", "caseworker", need=CANARY, goal="Sova hela natten."))
    ok(await take(case, "wishes", "caseworker", words=CANARY, motivation=8))
    ok(await take(case, "proposal", "caseworker", support="familjebehandling-hemma", **GROUNDS))
    decision = {
        "outcome": "partially-granted",
        "content": "Du får familjebehandling hemma.",
        "refused": "Kontaktfamilj.",
        "reasons": "Behovet kan mötas hemma.",
        "decided_by": "Bo Beslut, enhetschef",
        "presented_by": "Hanna Handläggare",
    }
    too_soon = await take(case, "decision", "caseworker", **decision)
    assert (too_soon.status_code, too_soon.json()["code"], too_soon.json()["rule"]) == (
        422,
        "not-communicated",
        "FL 25",
    )
    assert too_soon.json()["instead"] == [{"code": "communicate-first", "text": "Kommunicera materialet."}]
    answer_by = str(today + timedelta(days=14))
    ok(await take(case, "communication", "caseworker", answer_by=answer_by, told_of_speaking=True))
    ok(await take(case, "answer", "caseworker", words=CANARY))
    ok(await take(case, "decision", "caseworker", **decision))
    ok(await take(case, "decision-received", "caseworker", received_on=str(today)))
    ok(await take(case, "support-started", "caseworker"))
    for point, score in (("start", 9), ("during", 14), ("end", 22)):
        ok(await take(case, "measures", "caseworker", point=point, score=score))
    ok(await take(case, "support-ended", "caseworker", reason="completed"))

    document = ok(await client.get(f"/api/assessment/v1/cases/{case}", headers=sign("team_lead"))).json()
    assert document["stage"] == "settled"
    assert not document["child"]
    assert [each["type"] for each in document["events"]][-2:] == ["measure-taken", "support-ended"]
    letter = ok(await client.get(f"/api/assessment/v1/cases/{case}/decision", headers=sign("team_lead"))).json()
    assert letter["refused"] == "Kontaktfamilj."
    assert letter["presented_by"] == "Hanna Handläggare"
    assert letter["appealable"]
    assert date.fromisoformat(letter["appeal_by"]) >= today + timedelta(days=21)


async def test_a_child_is_heard_an_offer_is_declined_and_the_child_is_followed_up(take: Take, open_case: Open) -> None:
    case = await open_case()
    early = await take(case, "closing", reason="no-need", words="–")
    assert (early.status_code, early.json()["code"]) == (422, "child-not-heard")
    ok(await take(case, "concerned-informed"))
    ok(await take(case, "child-heard", words=CANARY, information="Bilder."))
    ok(await take(case, "needs", need=CANARY, goal="Lugn."))
    ok(await take(case, "proposal", support="familjebehandling-hemma", **GROUNDS))
    ok(await take(case, "offer"))
    ok(await take(case, "offer-declined", reason="no-trust", words=CANARY))
    closed = ok(await take(case, "closing", reason="declined", words="Familjen vill inte.")).json()
    assert closed == {"case_id": str(case), "advice": ["contact-those-who-know", "ask-for-the-wish"]}
    ok(
        await take(
            case, "follow-up", birth_date="2016-03-04", guardians=2, special_need=True, words="Skolan är orolig."
        )
    )


async def test_contact_with_the_school_is_no_longer_advised_once_it_is_made(take: Take, open_case: Open) -> None:
    case = await open_case()
    ok(await take(case, "contacts", contact="school", words=CANARY))
    ok(await take(case, "child-not-heard", reason="not-reached", words="–"))
    closed = ok(await take(case, "closing", reason="no-need", words="–")).json()
    assert "contact-those-who-know" not in closed["advice"]


async def test_a_case_about_a_child_is_for_qualified_officers_and_nobody_else(
    client: httpx.AsyncClient, sign: Sign, take: Take, open_case: Open
) -> None:
    case = await open_case()
    unqualified = await take(case, "contacts", "caseworker", contact="school", words="–")
    assert (unqualified.status_code, unqualified.json()["rule"]) == (422, "SoL 25:1")
    for role in ("team_lead", "activity_staff", "analyst"):
        assert (await take(case, "contacts", role, contact="school", words="–")).status_code == 403
    assert (await client.get(f"/api/assessment/v1/cases/{case}")).status_code == 401
    assert (await client.get(f"/api/assessment/v1/cases/{case}", headers=sign("analyst"))).status_code == 403


async def test_the_same_step_sent_twice_has_one_effect_and_one_answer(
    client: httpx.AsyncClient, sign: Sign, take: Take, open_case: Open
) -> None:
    case, key = await open_case(), "a-key-that-is-long-enough"
    first = ok(await take(case, "contacts", key=key, contact="school", words="En gång."))
    assert ok(await take(case, "contacts", key=key, contact="school", words="En gång.")).json() == first.json()
    other = await take(case, "contacts", key=key, contact="school", words="Något annat.")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")
    document = ok(await client.get(f"/api/assessment/v1/cases/{case}", headers=sign("caseworker"))).json()
    assert [each["type"] for each in document["events"]] == ["investigation-opened", "contact-made"]


async def test_closing_twice_with_one_key_gives_the_same_advice(take: Take, open_case: Open) -> None:
    case, key = await open_case(), "a-key-that-is-long-enough"
    ok(await take(case, "child-not-heard", reason="too-young", words="–"))
    first = ok(await take(case, "closing", key=key, reason="no-need", words="–"))
    assert first.json()["advice"]
    assert ok(await take(case, "closing", key=key, reason="no-need", words="–")).json() == first.json()


async def test_another_boards_case_is_not_there(client: httpx.AsyncClient, sign: Sign, open_case: Open) -> None:
    case = await open_case()
    headers = sign("qualified_caseworker", OTHER_BOARD)
    assert (await client.get(f"/api/assessment/v1/cases/{case}", headers=headers)).status_code == 404
    listed = ok(await client.get("/api/assessment/v1/cases", headers=headers)).json()
    assert str(case) not in {each["case_id"] for each in listed}


@pytest.mark.parametrize("step", ["contacts", "closing", "offer"])
async def test_a_step_in_a_case_that_does_not_exist_is_answered_with_404(take: Take, step: str) -> None:
    fields = {"contacts": {"contact": "school", "words": "–"}, "closing": {"reason": "no-need", "words": "–"}}
    assert (await take(uuid4(), step, **fields.get(step, {}))).status_code == 404


async def test_a_request_to_open_a_case_again_changes_nothing(running: Running, open_case: Open) -> None:
    case = await open_case()
    await open_case(case_id=case)
    async with on_board(running.desk.store.pool, BOARD) as connection:
        assert await connection.fetchval("select count(*) from events where stream_id = $1", case) == 1


async def test_the_work_list_tells_of_time_and_nothing_of_the_person(
    client: httpx.AsyncClient, sign: Sign, take: Take, open_case: Open
) -> None:
    case = await open_case()
    ok(await take(case, "contacts", contact="police", words=CANARY))
    listed = ok(await client.get("/api/assessment/v1/cases", headers=sign("team_lead"))).json()
    (row,) = [each for each in listed if each["case_id"] == str(case)]
    assert row["clock"] == "running"
    assert row["last_day"]
    assert "police" not in str(row)


async def test_what_is_said_of_a_person_stands_nowhere_in_clear(running: Running, take: Take, open_case: Open) -> None:
    case = await open_case()
    ok(await take(case, "contacts", contact="school", words=CANARY))
    refused = await take(case, "offer-declined", reason="no-trust", words=CANARY)
    assert CANARY not in refused.text
    assert sorted(await _found(running.database, "contact-made")) == ["events", "outbox"]
    assert not await _found(running.database, CANARY)
    assert not await _found(running.database, "Kim Testsson")


async def _found(database: Database, text: str) -> list[str]:
    """The tables in which a text stands, seen with the owner's eyes."""
    connection = await asyncpg.connect(database.owner_dsn)
    try:
        tables = [
            row["tablename"]
            for row in await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        ]
        await connection.execute("set row_security = off")
        query = "select count(*) from {} t where t::text like $1"
        return [table for table in tables if await connection.fetchval(query.format(table), f"%{text}%")]
    finally:
        await connection.close()
