"""Staff help somebody to apply with what is known: what the person lets go, and nothing else, reaches intake."""

import json
import re
from typing import Any
from uuid import uuid4

import asyncpg
from tests.integration.direct_access.clients import ASK, BOARD, Person

from chassis.commands import Desk
from direct_access.requests.application import NOT_SAFE
from keyring import Erased
from local_platform.postgres import Database

CODE = re.compile(r"[B-Z3479]{5}-[B-Z3479]{5}-[B-Z3479]{5}")
CHILD = {
    **ASK,
    "support": "foraldraradgivning",
    "birth_date": "2016-02-01",
    "asked_by": "guardian",
    "agrees": True,
    "name": "Bo Testsson",
    "helper_name": "Mia Testsson",
}


async def test_staff_help_to_apply_on_the_page_and_hand_over_a_code_once(
    citizen: Person, staff: Person, desk: Desk, database: Database
) -> None:
    support = await ask(citizen, informed_of_application=False)
    assert f"/personal/stod/{support}/ansokan" in (await staff.open(f"/personal/stod/{support}")).text
    path = f"/personal/stod/{support}/ansokan"
    page = await staff.open(path)
    for known in ("Alva Testsson", "2009-02-01", "070-174 06 05", "Ring efter klockan 15.", "Jag sover dåligt."):
        assert known in page.text, "what would be handed over is shown as it is"
    assert "checked" not in page.text, "nothing is chosen beforehand"

    person = (await staff.get(f"/supports/{support}")).json()["person_id"]
    unsaid = await staff.send(path, page, hand_over="name", how="visit", what="Någon att prata med.")
    assert unsaid.status_code == 422
    assert "Kryssa i vem som har sagt ja." in unsaid.text
    assert "Någon att prata med." in unsaid.text

    yes = {"agreed": person, "how": "visit"}
    done = [await staff.send(path, page, hand_over="name", what="Någon att prata med.", **yes) for _ in range(2)]
    codes = [set(CODE.findall(each.text)) for each in done]
    assert codes[0] == codes[1], "a double click starts one application"
    assert len(codes[0]) == 1
    assert "hur personen nås" in done[0].text

    (started,) = await applications(database, support)
    assert (started["tells"], started["agreed"]) == (["who", "what"], "person")
    assert await opened(desk, started) == {"name": "Alva Testsson", "what": "Någon att prata med."}
    (code,) = codes[0]
    assert started["code_hash"] == desk.store.answers.code_digest(code)
    assert code not in await everything(database)

    told = (await staff.get(f"/supports/{support}")).json()
    assert told["informed_of_application"] is True, "whoever is helped to apply has been told that one can"
    history = (await staff.open(f"/personal/stod/{support}")).text
    assert "Personen sade ja, i rummet" in history
    assert code not in history


async def test_a_number_is_told_for_the_application_alone(
    citizen: Person, staff: Person, desk: Desk, database: Database
) -> None:
    support = await ask(citizen)
    path = f"/personal/stod/{support}/ansokan"
    page = await staff.open(path)
    person = (await staff.get(f"/supports/{support}")).json()["person_id"]
    yes = {"agreed": person, "how": "visit", "what": "Någon att prata med."}
    wrong = await staff.send(path, page, number="821105-9955", **yes)
    assert wrong.status_code == 422
    assert "En siffra i numret är fel." in wrong.text
    assert 'value="821105-9955"' in wrong.text
    done = await staff.send(path, page, number="821105-9954", **yes)
    assert "Ansökan är startad" in done.text

    (started,) = await applications(database, support)
    assert (await opened(desk, started))["number"] == "198211059954"
    known = await desk.keyring.person(BOARD, "198211059954")
    assert started["applicant"]["person_id"] == str(known), "intake finds who it is as by a form of its own"
    assert "8211059954" not in await everything(database)
    assert "8211059954" not in (await staff.open(f"/personal/stod/{support}")).text


async def test_for_a_child_a_guardian_says_yes_and_that_contact_is_not_safe_goes_along(
    citizen: Person, staff: Person, desk: Desk, database: Database
) -> None:
    support = (await citizen.post("/supports", {**CHILD, "safe": False})).json()["support_id"]
    read = (await staff.get(f"/supports/{support}")).json()
    (mother,) = [each["id"] for each in read["guardians"]]
    body = {"agreed": [mother], "how": "phone", "hand_over": ["born"]}
    refused = (await staff.post(f"/supports/{support}/application", body)).json()
    assert (refused["code"], refused["rule"]) == ("guardian-not-checked", "FB 6:13")
    child_alone = (await staff.post(f"/supports/{support}/application", {**body, "agreed": [read["person_id"]]})).json()
    assert (child_alone["code"], len(child_alone["instead"])) == ("no-yes-for-the-child", 2)
    assert await applications(database, support) == [], "a refusal leaves nothing behind"

    await staff.post(f"/supports/{support}/custody", {"guardians": [mother]})
    page = (await staff.open(f"/personal/stod/{support}/ansokan")).text
    assert "Kontakt är inte trygg" in page
    assert "Följer med: Mia Testsson, 070-174 06 05" in page
    answer = await staff.post(f"/supports/{support}/application", body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["missing"] == ["who", "contact", "what", "why"]
    (started,) = await applications(database, support)
    assert (started["agreed"], started["applicant"]["age_band"]) == ("guardian", "0-11")
    mother_told = {"name": "Mia Testsson", "contact": "070-174 06 05"}
    assert await opened(desk, started) == {"born": "2016-02-01", "not_safe": NOT_SAFE, **mother_told}


async def test_what_cannot_be_is_told_and_where_nobody_is_known_nothing_is_offered(
    citizen: Person, staff: Person, other_staff: Person
) -> None:
    support = await ask(citizen)
    person = (await staff.get(f"/supports/{support}")).json()["person_id"]
    body = {"agreed": [person], "how": "visit", "wished_support": "familjebehandling"}
    unknown = await staff.post(f"/supports/{support}/application", {**body, "wished_support": "alva-testsson"})
    assert [each["pointer"] for each in unknown.json()["errors"]] == ["#/wished_support"]
    assert (await other_staff.post(f"/supports/{support}/application", body)).status_code == 404
    came = await citizen.post("/visits", {"support": "hamnen", "district": "centrum"})
    for nobody in (uuid4(), came.json()["support_id"]):
        missing = await staff.post(f"/supports/{nobody}/application", body)
        assert missing.status_code in {404, 422}, "a visit without identity is no support that staff can open"
    await staff.post(f"/supports/{support}/end", {"reason": "completed"})
    after = await staff.post(f"/supports/{support}/application", body)
    assert (after.status_code, after.json()["missing"]) == (201, ["who", "contact", "why"])


async def ask(citizen: Person, **changes: object) -> str:
    """A support that somebody has asked for."""
    support: str = (await citizen.post("/supports", {**ASK, **changes})).json()["support_id"]
    return support


async def applications(database: Database, support: str) -> list[dict[str, Any]]:
    """The applications that are on their way to intake from a support."""
    owner = await asyncpg.connect(database.owner_dsn)
    rows = await owner.fetch("select value from outbox where type like '%.application-started.%' order by position")
    await owner.close()
    events: list[dict[str, Any]] = [json.loads(row["value"]) for row in rows]
    return [each for each in events if each["origin_case_id"] == support]


async def opened(desk: Desk, started: dict[str, Any]) -> dict[str, str]:
    """What intake can read in one."""
    parts = await desk.keyring.open_many([started["applicant"]["sealed"], started["told"], *started["guardians"]])
    return {name: text for part in parts if not isinstance(part, Erased) for name, text in part.items()}


async def everything(database: Database) -> str:
    """What the service keeps and publishes, as text."""
    owner = await asyncpg.connect(database.owner_dsn)
    rows = await owner.fetch("select data::text as row from events union all select value from outbox")
    await owner.close()
    return " ".join(row["row"] for row in rows)
