"""An application that somebody goes on with later."""

import re

from tests.integration.intake.conftest import APPLICATION, Client, field

HTML = {"Accept": "text/html", "Accept-Language": "sv"}
CODE = re.compile(r"[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}")


async def test_an_application_is_gone_on_with_by_its_code_and_the_draft_goes_when_it_is_sent(client: Client) -> None:
    half = {"what": APPLICATION["what"], "number": "fel nummer", "birth_date-day": "31", "talk_first": "true"}
    saved = await client.http.post("/ansok", data={**half, "step": "save"}, headers=HTML)
    assert saved.status_code == 200, "nothing has to be right yet"
    (code,) = set(CODE.findall(saved.text))

    typed = {"draft": code, "step": "resume"}
    led = await client.http.post("/ansok/fortsatt?sprak=sv-lattlast", data=typed, headers=HTML)
    assert led.status_code == 307
    assert led.headers["location"].startswith("/ansok?sprak=sv-lattlast&lov=")
    assert code not in led.headers["location"]
    back = await client.http.post("/ansok?sprak=sv-lattlast", data=typed, headers=HTML)
    assert (back.status_code, back.headers["location"]) == (307, "/ansok/fortsatt?sprak=sv-lattlast")
    opened = await client.http.post(led.headers["location"], data=typed, headers=HTML)
    assert opened.status_code == 200
    assert half["what"] in opened.text
    assert field(opened.text, "number") == "fel nummer"
    assert field(opened.text, "birth_date-day") == "31"
    assert "error-summary" not in opened.text

    whole = {**APPLICATION, "form_id": field(opened.text, "form_id"), "draft": field(opened.text, "draft")}
    receipt = await client.http.post(led.headers["location"], data={**whole, "step": "send"}, headers=HTML)
    assert "Vi har fått din ansökan" in receipt.text
    gone = await client.http.post("/ansok/fortsatt", data=typed, headers=HTML)
    assert gone.status_code == 422
    assert "Vi har inget sparat med den koden" in gone.text


async def test_a_concern_and_a_completion_keep_no_draft(client: Client) -> None:
    for path in ("/oro", "/ansok/komplettera"):
        assert "Fortsätt senare" not in (await client.http.get(path, headers=HTML)).text
