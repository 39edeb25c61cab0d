"""Going on later with a form: kept only when asked for, opened by its code alone, and gone in time."""

import asyncio
import re
from datetime import timedelta

import asyncpg
import httpx
import pytest
from cryptography.exceptions import InvalidTag
from tests.integration.direct_access.clients import BOARD, Person, hidden_fields

from chassis.clock import now
from chassis.commands import Desk
from chassis.drafts import Draft
from chassis.receipt_code import code_of
from chassis.rounds import Rounds, erase_drafts
from local_platform.postgres import Database

ASK, VISIT = f"/stod/{BOARD}/ungdomssamtal", f"/stod/{BOARD}/hamnen"
BORN = {
    "birth_date__day": "1",
    "birth_date__month": "2",
    "birth_date__year": "2009",
    "district": "centrum",
    "safe": "true",
}
TOLD = {"contact_way": "phone", "contact": "070-174 06 05", "words": "Qvxutkast: jag sover dåligt."}
CODE = re.compile(r"[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}")


async def kept(database: Database) -> list[asyncpg.Record]:
    """Every draft, as the owner of the database sees them."""
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        return list(await owner.fetch("select * from drafts"))
    finally:
        await owner.close()


async def save_asking(citizen: Person) -> str:
    """Write half of the form that asks for a support, and keep it; the code."""
    begun = await citizen.send(ASK, await citizen.open(ASK), step="check", **BORN)
    saved = await citizen.send(ASK, begun, step="save", name="", **TOLD)
    assert saved.status_code == 200
    assert "Det du skrev är sparat" in saved.text
    assert "Qvxutkast" not in saved.text
    (code,) = set(CODE.findall(saved.text))
    return str(code)


async def go_on(citizen: Person, code: str) -> httpx.Response:
    """Type the code, and follow as a browser does to the form."""
    asked = await citizen.open("/fortsatt")
    led = await citizen.send("/fortsatt", asked, draft=code, step="resume")
    assert led.status_code == 307
    assert code not in led.headers["location"]
    return await citizen.http.post(
        led.headers["location"], content=led.request.content, headers=dict(led.request.headers)
    )


def address_of(page: httpx.Response) -> str:
    """Where the form of a page is sent: to the page's own address."""
    return page.url.raw_path.decode()


async def test_a_form_is_gone_on_with_by_its_code_and_the_draft_goes_when_it_is_sent(
    citizen: Person, database: Database
) -> None:
    code = await save_asking(citizen)
    opened = await go_on(citizen, code.lower().replace("-", " "))
    assert opened.status_code == 200
    assert TOLD["words"] in opened.text
    assert f'value="{TOLD["contact"]}"' in opened.text
    assert "error-summary" not in opened.text
    before = len(await kept(database))

    here = address_of(opened)
    checked = await citizen.send(here, opened, step="check", name="Alva Testsson", **TOLD)
    assert "Stämmer det här?" in checked.text
    assert hidden_fields(checked.text)["draft"] == code
    sent = await citizen.send(here, checked, step="send")
    assert "Ditt ärendenummer" in sent.text, sent.text
    assert len(await kept(database)) == before - 1
    assert (await citizen.send(here, checked, step="send")).text == sent.text


async def test_kept_again_it_has_a_new_code_and_the_old_one_opens_nothing(citizen: Person) -> None:
    code = await save_asking(citizen)
    opened = await go_on(citizen, code)
    again = await citizen.send(address_of(opened), opened, step="save", name="Alva", **TOLD)
    (newer,) = set(CODE.findall(again.text))
    assert newer != code
    gone = await citizen.send("/fortsatt", await citizen.open("/fortsatt"), draft=code, step="resume")
    assert (gone.status_code, "Vi har inget sparat med den koden" in gone.text) == (422, True)
    assert 'value="Alva"' in (await go_on(citizen, newer)).text


@pytest.mark.parametrize("path", ["/prata", f"{ASK}/prata"])
async def test_a_talk_can_wait_too(citizen: Person, database: Database, path: str) -> None:
    saved = await citizen.send(path, await citizen.open(path), step="save", **TOLD)
    (code,) = set(CODE.findall(saved.text))
    opened = await go_on(citizen, code)
    assert TOLD["words"] in opened.text
    assert opened.url.path == path
    before = len(await kept(database))
    check = await citizen.send(address_of(opened), opened, step="check", district="centrum", **TOLD)
    sent = await citizen.send(address_of(opened), check, step="send")
    assert "hör av sig i dag" in sent.text, sent.text
    assert len(await kept(database)) == before - 1, "sent, it is kept no longer"


@pytest.mark.parametrize("path", [ASK, "/prata", f"{ASK}/prata"])
@pytest.mark.parametrize("tried", ["", "?lov=", "?lov=0000", "?lov=å"])
async def test_no_code_is_tried_but_where_the_gateway_counts(
    citizen: Person, database: Database, path: str, tried: str
) -> None:
    code = await save_asking(citizen)
    before = len(await kept(database))
    led = await citizen.send(f"{path}{tried}", draft=code, step="resume")
    assert (led.status_code, led.headers["location"].partition("?")[0]) == (307, "/fortsatt")
    assert "Qvxutkast" not in led.text
    typed = {**{name.replace("__", "-"): each for name, each in BORN.items()}, **TOLD, "name": "Alva"}
    for step in ("check", "send"):
        sent = await citizen.send(f"{path}{tried}", None, draft=code, step=step, **typed)
        assert sent.status_code == 200
        assert len(await kept(database)) == before, "who guesses a code erases nothing"
    again = await citizen.send(f"{path}{tried}", None, draft=code, step="save", **typed)
    assert "Det du skrev är sparat" in again.text
    assert len(await kept(database)) == before + 1


async def test_what_one_is_let_in_with_opens_no_other_draft(citizen: Person) -> None:
    own = await go_on(citizen, await save_asking(citizen))
    led = await citizen.send(address_of(own), draft=await save_asking(citizen), step="resume")
    assert (led.status_code, led.headers["location"].partition("?")[0]) == (307, "/fortsatt")


async def test_whoever_has_the_database_and_our_secrets_cannot_read_a_draft(
    citizen: Person, desk: Desk, database: Database
) -> None:
    code = await save_asking(citizen)
    rows = await kept(database)
    stored = b" ".join(bytes(row["draft_id"]) + bytes(row["sealed"]) for row in rows)
    for secret in (TOLD["words"], TOLD["contact"], code, code.replace("-", "")):
        assert secret.encode() not in stored
    assert await desk.drafts.open(code_of(7), now()) is None
    for row in rows:
        with pytest.raises(InvalidTag):
            desk.drafts._cipher(code_of(7)).decrypt(row["sealed"][:12], row["sealed"][12:], row["draft_id"])
    # The runtime role sees no row that it cannot name, so nobody can go through them.
    assert await desk.store.pool.fetch("select * from drafts") == []
    assert set(rows[0].keys()) == {"draft_id", "sealed", "erase_at"}


async def test_a_draft_moved_to_another_ones_place_does_not_open(desk: Desk, database: Database) -> None:
    first, _ = await desk.drafts.keep(Draft("/prata", {"words": ["ett"]}), now())
    second, _ = await desk.drafts.keep(Draft("/prata", {"words": ["två"]}), now())
    assert (await desk.drafts.open(second, now())) == Draft("/prata", {"words": ["två"]})
    owner = await asyncpg.connect(database.owner_dsn)
    await owner.execute("update drafts set sealed = (select sealed from drafts order by erase_at desc limit 1)")
    await owner.close()
    with pytest.raises(InvalidTag):
        await desk.drafts.open(first, now())
    await desk.drafts.erase_due(now() + timedelta(days=30))


async def test_after_two_weeks_nothing_opens_and_the_row_is_erased(desk: Desk, database: Database) -> None:
    at = now()
    code, erase_at = await desk.drafts.keep(Draft("/prata", {}), at)
    assert erase_at - at == timedelta(days=14)
    assert await desk.drafts.open(code, erase_at - timedelta(seconds=1)) is not None
    assert await desk.drafts.open(code, erase_at) is None
    await desk.drafts.erase_due(erase_at - timedelta(seconds=1))
    assert erase_at in {row["erase_at"] for row in await kept(database)}
    await desk.drafts.erase_due(erase_at)
    assert erase_at not in {row["erase_at"] for row in await kept(database)}


async def test_the_service_erases_by_itself(desk: Desk, database: Database) -> None:
    _, erase_at = await desk.drafts.keep(Draft("/prata", {}), now() - timedelta(days=14))
    stop = asyncio.Event()
    running = asyncio.create_task(Rounds(desk, erase_drafts).run(stop))
    async with asyncio.timeout(10):
        while erase_at in {row["erase_at"] for row in await kept(database)}:  # noqa: ASYNC110 -- the database tells nobody that it has erased
            await asyncio.sleep(0.02)
    stop.set()
    await running


async def test_its_writer_can_have_it_erased_at_once(citizen: Person) -> None:
    code = await save_asking(citizen)
    erased = await citizen.send("/fortsatt", await citizen.open("/fortsatt"), draft=code, step="erase")
    assert "Det är borttaget" in erased.text
    again = await citizen.send("/fortsatt", await citizen.open("/fortsatt"), draft=code, step="erase")
    assert again.status_code == 422


@pytest.mark.parametrize("typed", ["", "FEL", "BCDFG-HJKMN-PRSTW", "<script>", "x" * 100])
async def test_a_code_that_does_not_hold_is_said_beside_it(citizen: Person, typed: str) -> None:
    page = await citizen.send("/fortsatt", await citizen.open("/fortsatt"), draft=typed, step="resume")
    assert page.status_code == 422
    assert 'id="draft-error"' in page.text
    assert "<script>" not in page.text


async def test_without_identity_no_draft_is_kept(citizen: Person, database: Database) -> None:
    before = len(await kept(database))
    for path in (VISIT, "/stod/kvitto"):
        page = await citizen.open(path)
        assert "Fortsätt senare" not in page.text
        await citizen.send(path, page, step="save", words="Qvxutkast")
    assert len(await kept(database)) == before


async def test_nothing_is_kept_of_who_does_not_ask_for_it(citizen: Person, database: Database) -> None:
    before = len(await kept(database))
    begun = await citizen.send(ASK, await citizen.open(ASK), step="check", **BORN)
    await citizen.send(ASK, begun, step="check", name="", **TOLD)
    assert len(await kept(database)) == before


@pytest.mark.parametrize("path", ["/fortsatt", "/stod/kvitto", "/stod/tid", "/stod/samtycke"])
async def test_what_is_too_long_for_a_code_is_told_what_a_code_looks_like(citizen: Person, path: str) -> None:
    field = "draft" if path == "/fortsatt" else "code"
    page = await citizen.send(path, await citizen.open(path), step="check", **{field: "BCDFG-HJKMN-" * 20})
    assert page.status_code == 422
    assert "Koden har 15 tecken, till exempel BCDFG-HJKMN-PRSTV." in page.text
    assert "högst" not in page.text
