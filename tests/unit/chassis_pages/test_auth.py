"""Who may come in: only with a token that the issuer signed, for us, in time, with the role and the board."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import jwt
import pytest
from tests.unit.chassis_pages.conftest import AUDIENCE, BOARD, ISSUER, OTHER_BOARD, SYMMETRIC, SignToken

from chassis.auth import _LEEWAY_SECONDS, Issuer, Realm, require
from chassis.problems import Problem
from chassis.sign_in import safe_path

CASES = "/api/sample/v1/cases"


Publish = Callable[..., str]


@pytest.fixture
def publish(tmp_path: Path, jwks: Path) -> Publish:
    """Publish the keys with these ids, in a file whose path it returns; with none, the file is gone."""
    file = tmp_path / "jwks.json"

    def publish_keys(*ids: str) -> str:
        file.unlink(missing_ok=True)
        if ids:
            published = json.loads(jwks.read_text())["keys"]
            file.write_text(json.dumps({"keys": [key for key in published if key["kid"] in ids]}))
        return str(file)

    return publish_keys


async def ask(client: httpx.AsyncClient, token: str, **headers: str) -> httpx.Response:
    return await client.get(CASES, headers={"Authorization": f"Bearer {token}", **headers})


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("key", ["ec", "rsa"])
async def test_a_token_that_holds_lets_in(client: httpx.AsyncClient, sign: SignToken, key: str) -> None:
    answer = await ask(client, sign(key))
    assert answer.json() == {"subject": "caseworker-1", "board": BOARD}


async def test_no_token(client: httpx.AsyncClient) -> None:
    answer = await client.get(CASES)
    assert code_of(answer) == (401, "not-signed-in")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_expired_token(client: httpx.AsyncClient, sign: SignToken) -> None:
    assert code_of(await ask(client, sign(exp=int(time.time()) - 60))) == (401, "token-expired")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another"},
        {"iss": "https://elsewhere.test"},
        {"exp": None},
        {"sub": None},
        {"aud": None},
        {"iss": None},
        {"nbf": int(time.time()) + 600},
        {"roles": "caseworker"},
        {"boards": ["not-a-board"]},
        {"boards": [7]},
    ],
)
async def test_a_token_with_a_wrong_or_missing_claim(
    client: httpx.AsyncClient, sign: SignToken, claims: dict[str, Any]
) -> None:
    assert code_of(await ask(client, sign(**claims))) == (401, "token-invalid")


async def test_a_signature_by_another_key(client: httpx.AsyncClient, sign: SignToken) -> None:
    assert code_of(await ask(client, sign("foreign", kid="ec"))) == (401, "token-invalid")
    assert code_of(await ask(client, sign("foreign", kid="unknown"))) == (401, "token-invalid")


async def test_a_token_without_a_signature(client: httpx.AsyncClient, sign: SignToken) -> None:
    claims = jwt.decode(sign(), options={"verify_signature": False})
    for kid in ("ec", "oct"):
        token = jwt.encode(claims, "", "none", headers={"kid": kid})
        assert code_of(await ask(client, token)) == (401, "token-invalid")


async def test_a_symmetric_key_is_never_used(client: httpx.AsyncClient, sign: SignToken) -> None:
    claims = jwt.decode(sign(), options={"verify_signature": False})
    for kid in ("oct", "ec"):
        token = jwt.encode(claims, "secret-secret-secret-secret-1234", "HS256", headers={"kid": kid})
        assert code_of(await ask(client, token)) == (401, "token-invalid")


async def test_a_symmetric_key_is_not_used_either_under_the_name_of_another_algorithm(
    client: httpx.AsyncClient, sign: SignToken
) -> None:
    claims = jwt.decode(sign(), options={"verify_signature": False})
    secret = base64.urlsafe_b64decode(SYMMETRIC + "==")
    head = base64.urlsafe_b64encode(b'{"alg":"ES256","kid":"oct","typ":"JWT"}').rstrip(b"=")
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
    mac = hmac.digest(secret, head + b"." + payload, "sha256")
    token = b".".join([head, payload, base64.urlsafe_b64encode(mac).rstrip(b"=")]).decode()
    assert code_of(await ask(client, token)) == (401, "token-invalid")


async def test_a_token_that_was_altered(client: httpx.AsyncClient, sign: SignToken) -> None:
    head, _, signature = sign().split(".")
    _, other, _ = sign(roles=["team_lead"]).split(".")
    assert code_of(await ask(client, f"{head}.{other}.{signature}")) == (401, "token-invalid")


async def test_another_role(client: httpx.AsyncClient, sign: SignToken) -> None:
    assert code_of(await ask(client, sign(roles=["analyst"]))) == (403, "not-allowed")
    assert code_of(await ask(client, sign(roles=[]))) == (403, "not-allowed")
    assert code_of(await ask(client, sign(roles=["Caseworker", "superuser"]))) == (403, "not-allowed")


async def test_the_board_must_be_one_of_the_tokens(client: httpx.AsyncClient, sign: SignToken) -> None:
    both = sign(boards=[BOARD, OTHER_BOARD])
    chosen = {"Stodvag-Board": OTHER_BOARD}
    assert (await ask(client, both, **chosen)).json()["board"] == OTHER_BOARD
    assert (await client.get(f"{CASES}?namnd={BOARD}", headers={"Authorization": f"Bearer {both}"})).status_code == 200
    assert code_of(await ask(client, both)) == (400, "board-not-chosen")
    assert code_of(await ask(client, sign(boards=[]))) == (400, "board-not-chosen")
    assert code_of(await ask(client, sign(), **chosen)) == (403, "board-not-yours")
    assert code_of(await ask(client, both, **{"Stodvag-Board": "x"})) == (400, "board-not-chosen")


async def test_a_realm_believes_its_own_issuers_and_nobody_elses(publish: Publish, sign: SignToken) -> None:
    printed = Issuer(publish("rsa"), "urn:printed", AUDIENCE)
    await printed.verify(sign("rsa", iss="urn:printed"))
    both = Realm(Issuer(publish("ec"), ISSUER, AUDIENCE), printed)
    assert (await both.verify(sign())).subject == "caseworker-1"
    for realm, token in [
        (Realm(), sign()),
        (Realm(printed), sign()),
        (both, sign(iss="urn:printed")),
        (both, sign(iss=None)),
        (both, "x"),
    ]:
        with pytest.raises(Problem) as refused:
            await realm.verify(token)
        assert refused.value.status == 401


async def test_a_form_of_another_site_is_stopped_however_the_token_came(
    client: httpx.AsyncClient, sign: SignToken
) -> None:
    signed_in = {"Authorization": f"Bearer {sign()}"}
    for foreign in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.test"}):
        assert code_of(await client.post("/arbete", data={}, headers=signed_in | foreign)) == (403, "from-elsewhere")
    for own in ({}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://stodvag.test"}):
        assert (await client.post("/arbete", data={}, headers=signed_in | own)).status_code == 200


def test_a_role_that_does_not_exist_cannot_be_required() -> None:
    with pytest.raises(ValueError, match="mayor"):
        require("caseworker", "mayor")


async def test_a_key_published_later_is_found(publish: Publish, sign: SignToken) -> None:
    tokens = Issuer(publish("ec"), ISSUER, AUDIENCE)
    assert (await tokens.verify(sign("ec"))).subject == "caseworker-1"
    publish("ec", "rsa")
    with pytest.raises(Problem) as refused:
        await tokens.verify(sign("rsa"))
    assert refused.value.status == 401, "the keys are not read again for every unknown key id"
    tokens._read_at -= 11
    assert (await tokens.verify(sign("rsa"))).subject == "caseworker-1"


async def test_a_token_that_held_is_remembered_while_its_key_is_published(publish: Publish, sign: SignToken) -> None:
    issuer = Issuer(publish("ec", "rsa"), ISSUER, AUDIENCE)
    realm, token = Realm(issuer), sign("ec")
    said = await realm.verify(token)
    assert await realm.verify(token) is said, "it is not taken apart a second time"
    publish("rsa")
    assert await realm.verify(token) is said, "known keys are kept for five minutes"
    issuer._read_at -= 301
    await realm.verify(sign("rsa"))
    with pytest.raises(Problem, match="token-invalid"):
        await realm.verify(token)


async def test_a_remembered_token_expires_like_any_other(publish: Publish, sign: SignToken) -> None:
    realm = Realm(Issuer(publish("ec"), ISSUER, AUDIENCE))
    token = sign("ec", exp=int(time.time()) - _LEEWAY_SECONDS + 2)
    said = await realm.verify(token)
    assert await realm.verify(token) is said
    await asyncio.sleep(said.expires + _LEEWAY_SECONDS - time.time())
    with pytest.raises(Problem, match="token-expired"):
        await realm.verify(token)


async def test_only_so_many_tokens_are_remembered(publish: Publish, sign: SignToken) -> None:
    issuer = Issuer(publish("ec"), ISSUER, AUDIENCE)
    first, *others = (sign("ec", sub=f"caseworker-{number}") for number in range(4))
    issuer._most_remembered = 3
    for token in (first, *others):
        await issuer.verify(token)
    assert [issuer.recall(token) is None for token in (first, *others)] == [True, False, False, False]


async def test_an_issuer_away_is_503_at_first_and_unnoticed_once_its_keys_are_known(
    publish: Publish, sign: SignToken
) -> None:
    tokens = Issuer(publish(), ISSUER, AUDIENCE)
    with pytest.raises(Problem) as away:
        await tokens.verify(sign())
    assert (away.value.status, away.value.headers) == (503, {"Retry-After": "5"})
    publish("ec")
    tokens._read_at -= 11
    await tokens.verify(sign())
    publish()
    tokens._read_at -= 1000
    assert (await tokens.verify(sign())).subject == "caseworker-1"


async def test_keys_are_fetched_from_an_address(jwks: Path, sign: SignToken) -> None:
    fetched = []

    class KeysAddress(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fetched.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(jwks.read_bytes())

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), KeysAddress) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        tokens = Issuer(f"http://127.0.0.1:{server.server_port}/jwks", ISSUER, AUDIENCE)
        for _ in range(3):
            await tokens.verify(sign())
        tokens._read_at -= 200
        await tokens.verify(sign())
        assert fetched == ["/jwks"], "known keys are kept for five minutes"
        tokens._read_at -= 200
        await tokens.verify(sign())
        assert fetched == ["/jwks", "/jwks"], "and then read again"
        server.shutdown()


PAGE = {"Accept": "text/html"}


async def test_a_page_for_staff_asks_for_a_token_and_leads_back(client: httpx.AsyncClient, sign: SignToken) -> None:
    asked = await client.get("/arbete?namnd=" + BOARD, headers=PAGE)
    assert asked.status_code == 401
    assert f'name="back" value="/arbete?namnd={BOARD}"' in asked.text
    form = {"token": sign(), "back": "/arbete"}
    signed_in = await client.post("/utveckling/logga-in", data=form, headers=PAGE)
    cookie = signed_in.headers["set-cookie"]
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/arbete")
    assert all(part in cookie for part in ("stodvag_token=", "HttpOnly", "SameSite=strict", "Max-Age="))
    page = await client.get("/arbete", headers={**PAGE, "Cookie": cookie.partition(";")[0]})
    assert page.status_code == 200
    assert "Att göra" in page.text
    client.cookies.clear()


async def test_a_token_that_does_not_hold_is_asked_for_again(client: httpx.AsyncClient, sign: SignToken) -> None:
    for token in ("", "x", sign(aud="another")):
        answer = await client.post("/utveckling/logga-in", data={"token": token, "back": "/arbete"}, headers=PAGE)
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
        assert 'value="/arbete"' in answer.text


@pytest.mark.parametrize(
    "asked", ["//evil.test", "https://evil.test", r"/\evil.test", "/\t/evil.test", "javascript:alert(1)", "", "arbete"]
)
def test_sign_in_leads_to_our_own_pages_only(asked: str) -> None:
    assert safe_path(asked) == "/"
    assert safe_path("/arbete?namnd=1&sprak=sv") == "/arbete?namnd=1&sprak=sv"


async def test_a_form_sent_by_another_site_is_stopped(client: httpx.AsyncClient, sign: SignToken) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.test"}):
        answer = await client.post("/utveckling/logga-in", data={"token": sign()}, headers=headers)
        assert code_of(answer) == (403, "from-elsewhere")
    with_cookie = {"Cookie": f"stodvag_token={sign()}"}
    foreign = await client.post("/arbete", data={}, headers={**with_cookie, "Sec-Fetch-Site": "same-site"})
    assert code_of(foreign) == (403, "from-elsewhere")
    own = await client.post("/arbete", data={}, headers={**with_cookie, "Sec-Fetch-Site": "same-origin"})
    assert own.status_code == 200
    same = {"Origin": "http://stodvag.test"}
    assert (await client.post("/utveckling/logga-in", data={"token": sign()}, headers=same)).status_code == 303
    client.cookies.clear()
