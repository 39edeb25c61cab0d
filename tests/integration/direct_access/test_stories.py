"""Six people and what each of them sees, and what nobody else learns."""

import re
from datetime import UTC, date, datetime, timedelta
from html import unescape
from unittest.mock import patch
from uuid import UUID

import asyncpg
from tests.integration.direct_access.clients import BOARD, Person
from tests.integration.published import published_types

from chassis.clock import now
from chassis.commands import Desk
from direct_access.decide.consent import may_message
from direct_access.pages import staff as staff_pages
from direct_access.pages import steps
from direct_access.work import records
from local_platform.postgres import Database

YOUTH = f"/stod/{BOARD}/ungdomssamtal"
FAMILY = f"/stod/{BOARD}/foraldraradgivning"
CODE = re.compile(r"[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}")
REFERENCE = re.compile(r"[0-9A-F]{4}-[0-9A-F]{4}")


def years_ago(years: int) -> dict[str, str]:
    born = date(datetime.now(UTC).year - years, 1, 1)
    return {"birth_date__day": "1", "birth_date__month": "1", "birth_date__year": str(born.year)}


async def ask(citizen: Person, page: str, first: dict[str, str], rest: dict[str, str]) -> str:
    """Fill in the first questions, the rest, and send; the receipt."""
    begun = await citizen.send(page, await citizen.open(page), step="check", district="centrum", **first)
    assert begun.status_code == 200, begun.text
    check = await citizen.send(page, begun, step="check", **rest)
    assert check.status_code == 200, check.text
    receipt = await citizen.send(page, check, step="send")
    assert receipt.status_code == 200, receipt.text
    return receipt.text


async def find(staff: Person, receipt: str) -> str:
    start = REFERENCE.findall(CODE.sub("", receipt))[0].replace("-", "").lower()
    for page in ("1", "2", "3", "4"):
        for row in (await staff.get("/supports", page=page)).json():
            if row["support_id"].startswith(start):
                return str(row["support_id"])
    raise AssertionError(start)


async def take(staff: Person, support: str, step: str, **answers: str) -> str:
    path = f"/personal/stod/{support}/{step}"
    done = await staff.send(path, await staff.open(path), **answers)
    assert done.status_code in {200, 303}, done.text
    return done.text


async def offer(staff: Person) -> str:
    starts_at = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    time = {"support": "foraldraradgivning", "starts_at": starts_at, "district": "centrum", "place": "Hamngatan 3"}
    return str((await staff.post("/times", time)).json()["time_id"])


async def guardians_of(staff: Person, support: str) -> list[str]:
    return [each["id"] for each in (await staff.get(f"/supports/{support}")).json()["guardians"]]


async def stored(database: Database) -> str:
    """Everything that the service keeps and has sent, as text."""
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        tables = [
            row["tablename"] for row in await owner.fetch("select tablename from pg_tables where schemaname = 'public'")
        ]
        kept = [str(row) for table in tables for row in await owner.fetch(f'select * from "{table}"')]
    finally:
        await owner.close()
    return "\n".join(kept)


def in_order(page: str, *words: str) -> None:
    places = [page.index(word) for word in words]
    assert places == sorted(places)


async def test_a_fourteen_year_old_alone(citizen: Person, staff: Person) -> None:
    first = await citizen.open(YOUTH)
    young = {**years_ago(14), "safe": "false", "asked_by": "self", "district": "centrum"}
    led = await citizen.send(YOUTH, first, step="check", **young)
    assert (led.status_code, led.headers["location"]) == (303, f"{YOUTH}/prata")
    page = (await citizen.open(f"{YOUTH}/prata")).text
    in_order(page, "116 111", "Prata med oss ändå</h2>", "/ansok", "SoL 21:2")
    assert "skickas inte till dina vårdnadshavare" in page
    before = len((await staff.get("/supports")).json())
    reach = {"contact_way": "sms", "contact": "070-174 06 05", "safe_contact": "Bara sms."}
    talk = {**reach, "district": "centrum", "age": "14"}
    check = await citizen.send(f"{YOUTH}/prata", await citizen.open(f"{YOUTH}/prata"), step="check", **talk)
    assert "hör av sig i dag" in (await citizen.send(f"{YOUTH}/prata", check, step="send")).text
    assert len((await staff.get("/supports")).json()) == before, "no support was begun without the guardians"


async def test_a_parent_whose_former_partner_may_not_know(
    citizen: Person, staff: Person, desk: Desk, database: Database
) -> None:
    first = {**years_ago(8), "safe": "false", "asked_by": "guardian"}
    begun = await citizen.send(FAMILY, await citizen.open(FAMILY), step="check", district="centrum", **first)
    assert "Ingen hemma får veta något av oss" in begun.text
    assert 'name="other_guardian_name"' not in begun.text, "the other guardian is not even asked about"
    mother = {"helper_name": "Mia Testsson", "name": "Bo Testsson", "agrees": "true", "contact_way": "none"}
    receipt = await ask(citizen, FAMILY, first, mother)
    assert "Vi skickar ingen länk och inget meddelande till någon." in unescape(receipt)
    in_order(receipt, "020-50 50 50", "Prata med oss", "/ansok", "FB 6:13 a")

    support = await find(staff, receipt)
    today = (await staff.open("/personal")).text
    assert "Ta över, kontakta ingen hemma" in today
    assert "Kontakt är inte trygg" in (await staff.open(f"/personal/stod/{support}")).text
    await take(staff, support, "vardnadshavare", name="Per Exempel")
    mother_id, father_id = await guardians_of(staff, support)
    for who in (mother_id, father_id):
        refused = await staff.post(f"/supports/{support}/codes", {"who": who})
        assert (refused.status_code, refused.json()["code"], refused.json()["rule"]) == (
            422,
            "contact-not-safe",
            "OSL 26:1",
        )
        assert refused.json()["instead"][0]["code"] == "talk-with-us"
    assert not may_message(await records.find_record(desk, UUID(BOARD.hex), UUID(support)))
    kept = await stored(database)
    assert "Per Exempel" not in kept
    assert "Mia Testsson" not in kept
    assert await published_types(database, UUID(support)) == [
        "stodvag.direct-access.support-requested.v1",
        "stodvag.direct-access.informed-of-application.v1",
    ]


async def test_a_former_partners_code_shows_nothing_once_contact_is_not_safe(citizen: Person, staff: Person) -> None:
    async def with_code(code: str, **answers: str) -> str:
        page = await citizen.open("/stod/samtycke")
        shown = (await citizen.send("/stod/samtycke", page, code=code, step="check", **answers)).text
        return re.sub(r'name="form_id" value="[^"]*"', "", shown.replace(code, ""))

    first = {**years_ago(8), "safe": "true", "asked_by": "guardian"}
    mother = {
        "helper_name": "Mia Testsson",
        "name": "Bo Testsson",
        "agrees": "true",
        "other_guardian_name": "Per Exempel",
        "contact_way": "phone",
        "contact": "070-174 06 05",
    }
    receipt = await ask(citizen, FAMILY, first, mother)
    (mothers_code,) = set(CODE.findall(receipt))
    support = await find(staff, receipt)
    mother_id, father_id = await guardians_of(staff, support)
    fathers_code = (await staff.post(f"/supports/{support}/codes", {"who": father_id})).json()["code"]
    opened = await citizen.send("/stod/samtycke", await citizen.open("/stod/samtycke"), code=fathers_code, step="check")
    assert "Föräldrarådgivning" in opened.text
    await staff.post(f"/supports/{support}/custody", {"guardians": [mother_id, father_id]})
    await staff.post(f"/supports/{support}/consents", {"who": father_id, "agrees": True})
    time = await offer(staff)
    assert (await staff.post(f"/supports/{support}/bookings", {"time_id": time})).status_code == 200
    await take(staff, support, "trygghet", safe="false")

    unknown = "ZFMGR-H7MKB-9SBBG"
    assert await with_code(fathers_code) == await with_code(unknown), "the same answer as to a code of nobody's"
    assert await with_code(fathers_code, agrees="false") == await with_code(unknown, agrees="false")
    said = await citizen.send("/stod/samtycke", opened, agrees="false", step="send")
    assert said.status_code == 422
    assert "Föräldrarådgivning" not in said.text, "nor to who had the page open"
    seen = (await staff.get(f"/supports/{support}")).json()
    assert len(seen["bookings"]) == 1
    assert "Vi hittar inget stöd med den koden." not in await with_code(mothers_code)
    typed = await citizen.send("/stod/samtycke", await citizen.open("/stod/samtycke"), code=mothers_code, step="check")
    taken_back = await citizen.send("/stod/samtycke", typed, agrees="false", step="send")
    assert "Du har sagt nej" in taken_back.text
    assert (await staff.get(f"/supports/{support}")).json()["bookings"] == []


async def test_a_school_nurse_with_a_pupil_beside_her(citizen: Person, staff: Person) -> None:
    first = {**years_ago(16), "safe": "true", "asked_by": "professional"}
    nurse = {"helper_name": "Nur Exempel", "name": "Alva Testsson", "contact_way": "sms", "contact": "070-174 06 05"}
    begun = await citizen.send(YOUTH, await citizen.open(YOUTH), step="check", district="centrum", **first)
    assert 'name="time_id"' not in begun.text, "nobody is given a time by somebody else"
    receipt = await ask(citizen, YOUTH, first, nurse)
    assert "Inget bokas före det." in receipt
    (code,) = set(CODE.findall(receipt))
    support = await find(staff, receipt)
    assert "Fråga personen" in (await staff.open("/personal?stod=ungdomssamtal&sida=9999")).text

    typed = await citizen.send("/stod/samtycke", await citizen.open("/stod/samtycke"), code=code, step="check")
    assert "Ungdomssamtal" in typed.text
    assert "Alva" not in typed.text, "the page names nobody"
    assert "Nur" not in typed.text
    said = await citizen.send("/stod/samtycke", typed, agrees="true", step="send")
    assert "Tack, du har sagt ja" in said.text
    assert code not in said.text
    seen = (await staff.get(f"/supports/{support}")).json()
    assert (seen["own_yes"], seen["asked_by"]) == (True, "professional")


async def test_a_guardian_who_takes_consent_back_after_the_booking(
    citizen: Person, staff: Person, database: Database
) -> None:
    first = {**years_ago(9), "safe": "true", "asked_by": "guardian"}
    mother = {
        "helper_name": "Mia Testsson",
        "name": "Bo Testsson",
        "agrees": "true",
        "other_guardian_name": "Per Exempel",
        "contact_way": "phone",
        "contact": "070-174 06 05",
    }
    receipt = await ask(citizen, FAMILY, first, mother)
    (mothers_code,) = set(CODE.findall(receipt))
    support = await find(staff, receipt)
    mother_id, father_id = await guardians_of(staff, support)
    time = await offer(staff)
    early = await staff.post(f"/supports/{support}/bookings", {"time_id": time})
    assert (early.json()["code"], early.json()["rule"]) == ("guardian-consent-required", "SoL 21:2")

    both = await staff.post(f"/supports/{support}/custody", {"guardians": [mother_id, father_id]})
    assert both.status_code == 200, both.text
    handed = await staff.send(
        f"/personal/stod/{support}/kod", await staff.open(f"/personal/stod/{support}/kod"), who=father_id
    )
    (fathers_code,) = set(CODE.findall(handed.text))
    typed = await citizen.send("/stod/samtycke", await citizen.open("/stod/samtycke"), code=fathers_code, step="check")
    await citizen.send("/stod/samtycke", typed, agrees="true", step="send")
    assert (await staff.post(f"/supports/{support}/bookings", {"time_id": time})).status_code == 200

    typed = await citizen.send(
        "/stod/samtycke", await citizen.open("/stod/samtycke"), code=mothers_code.lower(), step="check"
    )
    assert "Tar du tillbaka ditt ja avbokar vi tiden." in typed.text
    assert "Per" not in typed.text, "one guardian does not learn of the other here"
    said = await citizen.send("/stod/samtycke", typed, agrees="false", step="send")
    assert "Du har sagt nej" in said.text
    assert "Tiden är avbokad." in said.text
    again = await citizen.send("/stod/samtycke", typed, agrees="false", step="send")
    assert again.status_code == 200

    free = (await citizen.get("/times", board=str(BOARD), support="foraldraradgivning")).json()
    assert time in {each["time_id"] for each in free}, "the seat is free for others"
    started = await staff.post(f"/supports/{support}/meetings", {})
    assert (started.status_code, started.json()["code"]) == (422, "guardian-consent-required")
    page = (await staff.open(f"/personal/stod/{support}")).text
    assert "Mia Testsson sade ja" in page
    assert "Mia Testsson tog tillbaka sitt ja" in page
    kept = await stored(database)
    assert mothers_code not in kept
    assert fathers_code not in kept


async def test_a_parent_without_custody_neither_sees_nor_stops_anything(citizen: Person, staff: Person) -> None:
    first = {**years_ago(9), "safe": "true", "asked_by": "guardian"}
    father = {
        "helper_name": "Per Exempel",
        "name": "Bo Testsson",
        "agrees": "true",
        "other_guardian_name": "Mia Testsson",
        "contact_way": "phone",
        "contact": "070-174 06 05",
    }
    receipt = await ask(citizen, FAMILY, first, father)
    (fathers_code,) = set(CODE.findall(receipt))
    support = await find(staff, receipt)
    father_id, mother_id = await guardians_of(staff, support)
    typed = await citizen.send("/stod/samtycke", await citizen.open("/stod/samtycke"), code=fathers_code, step="check")
    assert "Föräldrarådgivning" in typed.text
    assert (await staff.post(f"/supports/{support}/custody", {"guardians": [mother_id]})).status_code == 200
    told = await staff.post(f"/supports/{support}/consents", {"who": mother_id, "agrees": True})
    assert told.status_code == 200, told.text
    time = await offer(staff)
    assert (await staff.post(f"/supports/{support}/bookings", {"time_id": time})).status_code == 200

    said = await citizen.send("/stod/samtycke", typed, agrees="false", step="send")
    assert said.status_code == 422
    assert "Föräldrarådgivning" not in said.text
    assert "avbokar" not in said.text
    assert len((await staff.get(f"/supports/{support}")).json()["bookings"]) == 1
    handed = await staff.post(f"/supports/{support}/codes", {"who": father_id})
    assert (handed.status_code, handed.json()["code"]) == (422, "without-custody")


BOTH_NAMED = {
    "helper_name": "Mia Testsson",
    "name": "Bo Testsson",
    "agrees": "true",
    "other_guardian_name": "Per Exempel",
    "contact_way": "phone",
    "contact": "070-174 06 05",
}


async def test_a_time_rests_on_a_yes_that_is_missing_once_custody_is_wider(citizen: Person, staff: Person) -> None:
    resting = "Tiden vilar på ett ja som saknas"
    first = {**years_ago(9), "safe": "true", "asked_by": "guardian"}
    support = await find(staff, await ask(citizen, FAMILY, first, BOTH_NAMED))
    mother_id, father_id = await guardians_of(staff, support)
    await staff.post(f"/supports/{support}/custody", {"guardians": [mother_id]})
    time = await offer(staff)
    assert (await staff.post(f"/supports/{support}/bookings", {"time_id": time})).status_code == 200
    page = f"/personal/stod/{support}"
    assert resting not in (await staff.open(page)).text

    await staff.post(f"/supports/{support}/custody", {"guardians": [mother_id, father_id]})
    shown = (await staff.open(page)).text
    assert resting in shown
    assert "Den avbokas inte av sig själv." in shown
    today = (await staff.open("/personal")).text
    section = today[today.index(f">{resting}<") : today.index("Tider i dag")]
    assert support[:8].upper().replace("-", "")[:4] in section
    assert "Samtycke saknas" in section
    with patch.object(staff_pages, "now", lambda: now() + timedelta(days=2)):
        that_day = (await staff.open("/personal")).text
    coming = that_day[that_day.index(">Kommer i dag<") : that_day.index(">Kom förbi i dag<")]
    assert f'/personal/stod/{support}"' in coming
    assert "Samtycke saknas" in coming
    assert len((await staff.get(f"/supports/{support}")).json()["bookings"]) == 1, "a person decides"
    assert (await staff.post(f"/supports/{support}/meetings", {})).json()["code"] == "guardian-consent-required"

    await staff.post(f"/supports/{support}/consents", {"who": father_id, "agrees": True})
    assert resting not in (await staff.open(page)).text
    assert resting not in (await staff.open("/personal")).text


async def test_what_staff_see_follows_the_age_of_the_day(citizen: Person, staff: Person) -> None:
    first = {**years_ago(14), "safe": "true", "asked_by": "guardian"}
    support = await find(staff, await ask(citizen, FAMILY, first, BOTH_NAMED))
    page = f"/personal/stod/{support}"
    assert "Kontrollera vilka som har vårdnaden" in (await staff.open(page)).text
    assert f"{page}/lamplighet" not in (await staff.open(page)).text

    async def after(years: int) -> str:
        with (
            patch.object(steps, "now", lambda: now() + timedelta(days=366 * years)),
            patch.object(staff_pages, "now", lambda: now() + timedelta(days=366 * years)),
        ):
            return (await staff.open("/personal")).text + (await staff.open(page)).text

    at_15 = await after(1)
    assert "Kontrollera åldern" in at_15, "the list cannot tell, and says so"
    assert "Personen har inte själv sagt ja än" in at_15
    assert "Kontrollera vilka som har vårdnaden" not in at_15
    assert f"{page}/lamplighet" in at_15
    assert f"{page}/vardnad" in at_15, "the guardians' yes still counts as one way"
    at_18 = await after(4)
    assert f"{page}/lamplighet" not in at_18
    assert f"{page}/vardnad" not in at_18


async def test_a_visitor_with_little_swedish(citizen: Person, staff: Person) -> None:
    arabic = f"{FAMILY}?sprak=ar"
    page = await citizen.open(arabic)
    assert 'dir="rtl"' in page.text
    for swedish in ("Är det tryggt", "Vem ska få stödet", "Mitt barn"):
        assert swedish not in page.text
    first = {**years_ago(30), "safe": "true", "asked_by": "self"}
    begun = await citizen.send(arabic, page, step="check", district="centrum", **first)
    assert '<option value="ar" selected>' in begun.text, "the page's language is what we write in"
    rest = {"name": "Samir Testsson", "contact_way": "sms", "contact": "070-174 06 05", "interpreter": "ar"}
    wrong = await citizen.send(arabic, begun, step="check", **{**rest, "contact_way": ""})
    assert wrong.status_code == 422
    assert "اختر كيف نتواصل معك" in wrong.text
    assert 'value="Samir Testsson"' in wrong.text
    receipt = await ask(citizen, arabic, first, rest)
    assert "Vi " not in receipt
    shown = (await staff.open(f"/personal/stod/{await find(staff, receipt)}")).text
    assert "arabiska" in shown


async def test_a_victim_on_a_shared_phone(citizen: Person, staff: Person, desk: Desk) -> None:
    first = {**years_ago(34), "safe": "false", "asked_by": "self"}
    victim = {"name": "Lo Testsson", "contact_way": "none", "words": "Jag kommer på tisdag."}
    receipt = await ask(citizen, FAMILY, first, victim)
    assert "Vi hör inte av oss. Ring eller kom till oss när det passar dig" in receipt
    in_order(receipt, "Vi hör inte av oss", "112", "SoL 21:1")
    assert "Lo Testsson" not in receipt, "what is left on the screen names nobody"
    assert "tisdag" not in receipt
    support = await find(staff, receipt)
    record = await records.find_record(desk, UUID(BOARD.hex), UUID(support))
    assert not may_message(record)
    shown = (await staff.open(f"/personal/stod/{support}")).text
    assert "Hör inte av dig. Personen hör av sig själv." in shown
    left = await citizen.open(FAMILY)
    assert "no-store" in left.headers["cache-control"]
    assert "set-cookie" not in left.headers


async def test_a_call_is_written_down_with_the_same_questions(citizen: Person, staff: Person) -> None:
    page = await staff.open("/personal/registrera")
    unasked = await staff.send("/personal/registrera", page, channel="phone", name="Lo Testsson")
    assert unasked.status_code == 422
    assert "Svara ja eller nej. Vet du inte, så svara nej." in unasked.text
    done = await staff.send(
        "/personal/registrera",
        page,
        channel="phone",
        support="foraldraradgivning",
        district="centrum",
        safe="true",
        asked_by="self",
        name="Lo Testsson",
        contact_way="phone",
        contact="070-174 06 05",
        informed_of_application="true",
        **years_ago(34),
    )
    assert done.status_code == 303, done.text
    shown = (await staff.open(done.headers["location"])).text
    assert "Personen själv · I telefon" in shown
    assert f"<bdi>1 januari {years_ago(34)['birth_date__year']}</bdi>" in shown, "a day as it is written elsewhere"
    assert (await citizen.open("/personal/registrera")).status_code == 401
