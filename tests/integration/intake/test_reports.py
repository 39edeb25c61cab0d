"""A report of concern over the API, from the first word to the reporter's answer."""

from datetime import timedelta
from uuid import uuid4

from tests.integration.direct_events import from_direct_access
from tests.integration.intake.conftest import CONCERN, FROM_SCHOOL, Client, Published
from tests.integration.opened import NORTH, SOUTH, Running

from chassis.clock import now
from chassis.reference import reference_of
from chassis.subscriptions import take_one
from chassis.timers import Timers
from contracts.direct_access import ConcernRaised
from contracts.intake import Subject
from contracts.vocabulary import AgeBand, Gender
from intake.consumer import CONCERNS
from intake.main import SERVICE, on_timer
from keyring import seal

QUALIFIED = "qualified_caseworker"
PROTECTED = {"immediate_protection": False, "assessment": "Barnet är tryggt i dag."}
OPENED = {"open": True, "reasons": "Uppgifterna behöver utredas."}


async def reported(client: Client, **changes: object) -> str:
    """The case of a new report from a school."""
    taken = await client.send("/reports", {**FROM_SCHOOL, **changes})
    assert taken.status_code == 201, taken.text
    case_id: str = taken.json()["case_id"]
    return case_id


async def test_a_schools_report_leads_to_protection_an_investigation_and_an_answer_to_the_school(
    client: Client, published: Published
) -> None:
    case_id = await reported(client)
    waiting = await client.waiting(case_id)
    assert waiting is not None
    assert (waiting["step"], waiting["due_clock"], waiting["late"]) == ("assess-protection", "protection", False)

    for step, body in (
        ("protection-assessment", PROTECTED),
        ("preliminary-assessment", OPENED),
        ("reporter-information", {"answer": "opened"}),
    ):
        assert (await client.read(f"/cases/{case_id}")).json()["steps"][0] == step
        taken = await client.send(f"/reports/{case_id}/{step}", body, role=QUALIFIED)
        assert (taken.status_code, taken.json()) == (200, {"case_id": case_id})

    assert await client.waiting(case_id) is None
    assert await published(case_id) == [
        "report-received",
        "protection-assessed",
        "preliminary-assessment-decided",
        "investigation-requested",
        "reporter-informed",
    ]


async def test_a_report_that_is_not_opened_can_name_who_helps_instead(client: Client, published: Published) -> None:
    case_id = await reported(client)
    closing = {"open": False, "reasons": "Skolan hjälper redan.", "other_actor": "Elevhälsan"}
    early = await client.send(f"/reports/{case_id}/preliminary-assessment", closing, role=QUALIFIED)
    assert (early.status_code, early.json()["code"], early.json()["rule"]) == (
        422,
        "protection-not-assessed",
        "SoL 20:1",
    )
    assert [each["code"] for each in early.json()["instead"]] == ["assess-protection"]

    both = await client.send(f"/reports/{case_id}/preliminary-assessment", {**closing, "open": True}, role=QUALIFIED)
    assert [each["code"] for each in both.json()["errors"]] == ["other-actor-and-opened"]

    await client.send(f"/reports/{case_id}/protection-assessment", PROTECTED, role=QUALIFIED)
    closed = await client.send(f"/reports/{case_id}/preliminary-assessment", closing, role=QUALIFIED)
    assert closed.status_code == 200
    assert "investigation-requested" not in await published(case_id)


async def test_an_extension_moves_the_last_day(client: Client) -> None:
    case_id = await reported(client)
    await client.send(f"/reports/{case_id}/protection-assessment", PROTECTED, role=QUALIFIED)
    until = (now() + timedelta(days=20)).date().isoformat()
    more = {"until": until, "reasons": "Familjen är på sjukhus."}
    assert (await client.send(f"/reports/{case_id}/extension", more, role=QUALIFIED)).status_code == 200
    waiting = await client.waiting(case_id)
    assert waiting is not None
    assert waiting["due_on"] == until
    again = await client.send(f"/reports/{case_id}/extension", more, role=QUALIFIED)
    assert (again.status_code, again.json()["code"]) == (422, "extension-not-later")


async def test_the_same_report_sent_twice_is_one_report(client: Client, published: Published) -> None:
    first, second = [await client.send("/reports", CONCERN, key="a-key-of-one-report") for _ in range(2)]
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert await published(first.json()["case_id"]) == ["report-received"]
    other = await client.send("/reports", {**CONCERN, "told": "Något annat."}, key="a-key-of-one-report")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")


async def test_a_step_sent_twice_has_one_effect_and_the_same_answer(client: Client, published: Published) -> None:
    case_id = await reported(client)
    path, key = f"/reports/{case_id}/protection-assessment", "a-key-of-one-step"
    first, second = [await client.send(path, PROTECTED, role=QUALIFIED, key=key) for _ in range(2)]
    assert (first.status_code, first.json()) == (second.status_code, second.json()) == (200, {"case_id": case_id})
    assert await published(case_id) == ["report-received", "protection-assessed"]
    another = await client.send(path, PROTECTED, role=QUALIFIED)
    assert (another.status_code, another.json()["code"]) == (409, "protection-already-assessed")


async def test_only_somebody_qualified_assesses_a_childs_protection(client: Client) -> None:
    case_id = await reported(client)
    refused = await client.send(f"/reports/{case_id}/protection-assessment", PROTECTED, role="caseworker")
    assert (refused.status_code, refused.json()["code"], refused.json()["rule"]) == (422, "not-qualified", "SoL 25:1")
    for role in ("activity_staff", "team_lead", "analyst"):
        stopped = await client.send(f"/reports/{case_id}/protection-assessment", PROTECTED, role=role)
        assert stopped.status_code == 403
    assert (await client.send(f"/reports/{case_id}/protection-assessment", PROTECTED)).status_code == 401


async def test_another_board_neither_sees_nor_touches_a_report(client: Client) -> None:
    case_id = await reported(client)
    assert await client.waiting(case_id, board=SOUTH) is None
    assert (await client.read(f"/cases/{case_id}", board=SOUTH)).status_code == 404
    path = f"/reports/{case_id}/protection-assessment"
    assert (await client.send(path, PROTECTED, role=QUALIFIED, board=SOUTH)).status_code == 404
    south = await reported(client, district="soderang")
    assert await client.waiting(south) is None
    assert await client.waiting(south, board=SOUTH) is not None


async def test_a_clock_that_runs_out_is_shown_and_stands_in_the_history(client: Client, running: Running) -> None:
    case_id = await reported(client)
    later = Timers(running.desk.store, SERVICE.deciders, on_timer, clock=lambda: now() + timedelta(days=3))
    await later.run_due()
    waiting = await client.waiting(case_id)
    assert waiting is not None
    assert (waiting["due_clock"], waiting["near"], waiting["late"]) == ("protection", True, True)

    await client.send(f"/reports/{case_id}/protection-assessment", PROTECTED, role=QUALIFIED)
    waiting = await client.waiting(case_id)
    assert waiting is not None
    assert (waiting["due_clock"], waiting["near"], waiting["late"]) == ("preliminary", False, False)
    await later.run_due()
    events = [each["type"] for each in (await client.read(f"/cases/{case_id}")).json()["events"]]
    assert events == ["report-received", "clock-rang", "clock-rang", "protection-assessed"]


async def test_concern_from_a_direct_support_becomes_one_report_that_shows_where_it_came_from(
    client: Client, running: Running, published: Published
) -> None:
    case, support, child = uuid4(), uuid4(), uuid4()
    (key,) = await running.desk.keyring.fresh_keys(1)
    event = ConcernRaised(
        case_id=case,
        raised_at=now(),
        support="ungdomssamtal",
        child=Subject(
            person_id=child, age_band=AgeBand.FROM_15, gender=Gender.UNKNOWN, district="centrum", sealed=None
        ),
        concern=seal(key, uuid4(), "concern", {"told": "Berättade om slag hemma."}),
        origin_case_id=support,
    )
    for _ in range(2):
        await take_one(running.desk.store, CONCERNS, from_direct_access(NORTH, event, CONCERNS.handles))
    found = (await client.read(f"/cases/{case}")).json()
    assert [each["type"] for each in found["events"]] == ["report-received"]
    assert found["origin_case_id"] == str(support)
    assert await published(str(case)) == ["report-received"]

    page = await client.http.get(f"/handlaggare/intake/{case}", headers=client.signed_in(QUALIFIED))
    assert "Berättade om slag hemma." in page.text
    assert reference_of(support) in page.text
