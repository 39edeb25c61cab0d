"""Signing in, through the gateway at the identity provider: who comes in, and every way by which nobody does."""

import asyncio
import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.system.routes import every_route
from tests.system.visitor import Visitor

from local_platform.identity import IdentityProvider
from local_platform.platform import Platform
from local_platform.tokens import TokenIssuer

pytestmark = pytest.mark.xdist_group("shared-platform")

PAGE, CALLBACK, SIGN_OUT = "/utredning?sprak=sv", "/inloggning/tillbaka", "/inloggning/ut"
READ = "/api/assessment/v1/cases"
EVIL = "https://evil.example"
_HIDDEN = re.compile(r'name="(\w+)" value="([^"]+)"')


@pytest.fixture(scope="module")
def identity(running: Platform) -> IdentityProvider:
    """The provider for development."""
    if running.identity is None:
        pytest.skip("no Node on this machine, so nobody can sign in")
    return running.identity


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Speaks HTTP to whichever host it is told to."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as opened:
        yield opened


@pytest.fixture
def visitor(running: Platform, identity: IdentityProvider, client: httpx.AsyncClient) -> Visitor:
    """Somebody without a cookie."""
    del identity  # is there
    return Visitor(client, running.gateway.address)


@pytest.fixture
def other(running: Platform, client: httpx.AsyncClient) -> Visitor:
    """Somebody else."""
    return Visitor(client, running.gateway.address)


class Forger:
    """Makes tokens like a realm's provider, with its own key or another."""

    def __init__(self, running: Platform, identity: IdentityProvider, realm: str) -> None:
        self.realm = running.realms[realm]
        self.key = identity.key_file(realm).read_bytes()
        self.board = str(running.settings.boards[0])
        public = serialization.load_pem_private_key(self.key, None).public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        self.public = public
        jwk = jwt.algorithms.ECAlgorithm.to_jwk(public, as_dict=True)
        self.kid = hashlib.sha256(f"{jwk['x']}.{jwk['y']}".encode()).hexdigest()[:16]

    def claims(self, **changed: object) -> dict[str, Any]:
        """What the provider would say of a caseworker, but for what is changed."""
        now = int(time.time())
        whole = {
            "iss": self.realm.issuer,
            "aud": self.realm.audience,
            "sub": "p-5c1d90",
            "iat": now,
            "exp": now + 300,
            "roles": ["caseworker"],
            "boards": [self.board],
        }
        return {name: value for name, value in (whole | changed).items() if value is not None}

    def sign(self, key: bytes | None = None, **changed: object) -> str:
        """A token signed with the provider's own key, or with this one."""
        return jwt.encode(self.claims(**changed), key or self.key, "ES256", headers={"kid": self.kid})


@pytest.fixture
def staff(running: Platform, identity: IdentityProvider) -> Forger:
    return Forger(running, identity, "staff")


@pytest.fixture
def citizens(running: Platform, identity: IdentityProvider) -> Forger:
    return Forger(running, identity, "citizens")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def signed_in(visitor: Visitor, realm: str = "staff") -> bool:
    return any(name == f"__Host-{realm}-access" for _, name in visitor.cookies)


# Who comes in


@pytest.mark.parametrize(
    ("path", "person"),
    [
        ("/utredning", "Maja Lind"),
        ("/handlaggare/intake?sprak=sv", "Karim Haddad"),
        ("/uppfoljning/barn", "Maja Lind"),
        ("/personal/oro", "Jonas Ek"),
        ("/drift/followup", "Nils Sand"),
        ("/inloggning", "Lars Öhman"),
        ("/inloggning", "Amina Yusuf"),
        ("/mitt?sprak=en", "Leila Holm"),
        ("/mitt", "Peter Holm"),
    ],
)
async def test_who_signs_in_comes_to_the_page_that_was_asked_for(visitor: Visitor, path: str, person: str) -> None:
    page = await visitor.sign_in(path, person)
    assert (page.status_code, str(page.url)) == (200, visitor.address + path)


async def test_no_page_for_citizens_asks_for_it_or_sets_a_cookie(visitor: Visitor) -> None:
    public = [
        route.path
        for route in every_route()
        if route.roles is None and route.method == "GET" and not route.for_programs
    ]
    assert {"/", "/ansok", "/oro", "/stod", "/prata"} <= set(public)
    for path in (each for each in public if "{" not in each):
        answer = await visitor.ask(path)
        assert answer.status_code in {200, 303, 307}, path
        assert answer.headers.get("location", "/").startswith("/"), path
    assert visitor.cookies == {}


async def test_an_id_token_tells_nothing_but_a_pseudonym(visitor: Visitor) -> None:
    await visitor.sign_in(PAGE, "Maja Lind")
    led_to = (await visitor.ask(SIGN_OUT)).headers["location"]
    [hint] = parse_qs(urlsplit(led_to).query)["id_token_hint"]
    told = jwt.decode(hint, options={"verify_signature": False})
    assert told["sub"] == "p-5c1d90"
    assert set(told) <= {"sub", "aud", "exp", "iat", "iss", "nonce", "sid", "at_hash", "auth_time"}


async def test_a_printed_token_goes_on_working_for_programs(
    running: Platform, client: httpx.AsyncClient, identity: IdentityProvider
) -> None:
    del identity
    token = running.tokens.issue("caseworker", running.settings.boards[:1], "program")
    for path in (READ, PAGE):
        assert (await client.get(running.gateway.url + path, headers=bearer(token))).status_code == 200


# Tokens that do not hold, at the gateway and at the service behind it


def bad_tokens(staff: Forger, citizens: Forger, running: Platform, folder: Any) -> dict[str, str]:
    pem = staff.public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    head = {"alg": "HS256", "typ": "JWT", "kid": staff.kid}
    signing = b".".join(
        base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in (head, staff.claims())
    )
    mac = base64.urlsafe_b64encode(hmac.new(pem, signing, "sha256").digest()).rstrip(b"=")
    whole = staff.sign()
    first, _, last = whole.split(".")
    raised = base64.urlsafe_b64encode(json.dumps(staff.claims(roles=["operations"])).encode()).rstrip(b"=").decode()
    foreign = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return {
        "forged": staff.sign(foreign),
        "altered": f"{first}.{raised}.{last}",
        "signed with the public key": f"{signing.decode()}.{mac.decode()}",
        "unsigned": jwt.encode(staff.claims(), "", "none", headers={"kid": staff.kid}),
        "expired": staff.sign(exp=int(time.time()) - 60),
        "without an end": staff.sign(exp=None),
        "for another audience": staff.sign(aud="stodvag-citizens"),
        "without an audience": staff.sign(aud=None),
        "of another issuer": staff.sign(iss="https://issuer.example"),
        "of the other realm": citizens.sign(),
        "of the other realm, for this one": citizens.sign(aud=staff.realm.audience),
        "in the other realm's name": citizens.sign(iss=staff.realm.issuer, aud=staff.realm.audience),
        "of another platform": TokenIssuer(folder).issue("caseworker", running.settings.boards[:1], "stranger"),
        "no token": "x",
    }


async def test_a_token_that_does_not_hold_opens_nothing(
    running: Platform, client: httpx.AsyncClient, staff: Forger, citizens: Forger, tmp_path: Any
) -> None:
    doors = [running.gateway.url + READ, running.gateway.url + PAGE]
    behind = [running.services["assessment"].url + path for path in (READ, PAGE)]
    for door in doors + behind:
        assert (await client.get(door, headers=bearer(staff.sign()))).status_code == 200, f"{door} is shut for all"
    for what, token in bad_tokens(staff, citizens, running, tmp_path).items():
        for door in doors + behind:
            answer = await client.get(door, headers=bearer(token))
            # Envoy says 403 of another audience, the service 401.
            assert answer.status_code in {401, 403}, f"{what} at {door}: {answer.status_code}"
    for door in doors[:1]:
        answer = await client.get(door, params={"access_token": staff.sign()})
        assert answer.status_code == 401, "a token in an address counts for nothing"


async def test_the_gateway_alone_refuses_a_token_that_does_not_hold(
    running: Platform, client: httpx.AsyncClient, staff: Forger, citizens: Forger, tmp_path: Any
) -> None:
    """On a route that is anyone's no service looks at the token."""
    anyones = running.gateway.url + "/api/direct-access/v1/catalogue?board=" + staff.board
    assert (await client.get(anyones)).status_code == 200
    for what, token in bad_tokens(staff, citizens, running, tmp_path).items():
        answer = await client.get(anyones, headers=bearer(token))
        assert answer.status_code in {401, 403}, what
        assert answer.json()["code"] == "token-invalid", what


async def test_citizens_pages_are_shut_for_staff(
    running: Platform, client: httpx.AsyncClient, staff: Forger, citizens: Forger
) -> None:
    printed = running.tokens.issue("caseworker", running.settings.boards[:1], "program")
    for door in (running.gateway.url, running.services["direct-access"].url):
        assert (await client.get(f"{door}/mitt", headers=bearer(citizens.sign()))).status_code == 200
        for token in (staff.sign(), staff.sign(aud=citizens.realm.audience), printed):
            assert (await client.get(f"{door}/mitt", headers=bearer(token))).status_code == 401


async def test_cookies_of_one_realm_open_nothing_in_the_other(visitor: Visitor) -> None:
    await visitor.sign_in("/mitt", "Leila Holm")
    assert (await visitor.ask(PAGE)).status_code == 302
    for (host, name), value in list(visitor.cookies.items()):
        if name.startswith("__Host-citizens"):
            visitor.cookies[host, name.replace("citizens", "staff")] = value
    assert (await visitor.ask(PAGE)).status_code == 302


async def test_a_cookie_that_was_changed_is_none(visitor: Visitor) -> None:
    await visitor.sign_in(PAGE, "Maja Lind")
    host = urlsplit(visitor.address).hostname or ""
    for name in ("expires", "access", "proof"):
        changed = visitor.copy()
        del changed.cookies[host, "__Host-staff-renewal"]
        changed.cookies[host, f"__Host-staff-{name}"] += "0"
        assert (await changed.ask(PAGE)).status_code == 302, name


# Codes and states


async def test_a_stolen_code_is_worth_nothing_to_a_thief(visitor: Visitor, other: Visitor) -> None:
    stolen = await visitor.come_back_with_code(PAGE, "Eva Nyström")
    refused = await other.ask(stolen)
    assert (refused.status_code, signed_in(other)) == (401, False), "the thief never asked for it"

    own = await other.come_back_with_code(PAGE, "Maja Lind")
    mixed = parse_qs(urlsplit(own).query) | {"code": parse_qs(urlsplit(stolen).query)["code"]}
    refused = await other.ask(f"{CALLBACK}?{urlencode(mixed, doseq=True)}")
    assert (refused.status_code, signed_in(other)) == (401, False), "the code belongs to the owner's verifier"


async def test_a_code_is_used_once(visitor: Visitor) -> None:
    back = await visitor.come_back_with_code(PAGE, "Maja Lind")
    thief = visitor.copy()
    assert (await visitor.ask(back)).status_code == 302
    assert signed_in(visitor)
    replayed = await thief.ask(back)
    assert (replayed.status_code, signed_in(thief)) == (401, False)
    assert (await visitor.ask(back)).status_code == 401, "nor by its owner"


async def test_a_code_of_the_other_realm_is_none(visitor: Visitor) -> None:
    citizens = parse_qs(urlsplit(await visitor.come_back_with_code("/mitt", "Leila Holm")).query)
    staffs = parse_qs(urlsplit(await visitor.come_back_with_code(PAGE, "Maja Lind")).query)
    mixed = staffs | {"code": citizens["code"]}
    refused = await visitor.ask(f"{CALLBACK}?{urlencode(mixed, doseq=True)}")
    assert (refused.status_code, signed_in(visitor)) == (401, False)


async def test_a_missing_or_foreign_state_is_refused(visitor: Visitor, other: Visitor) -> None:
    theirs = parse_qs(urlsplit(await other.come_back_with_code(PAGE, "Maja Lind")).query)["state"]
    for what, state in {"missing": [], "empty": [""], "another's": theirs, "nonsense": ["x"]}.items():
        query = parse_qs(urlsplit(await visitor.come_back_with_code(PAGE, "Maja Lind")).query) | {"state": state}
        refused = await visitor.ask(f"{CALLBACK}?{urlencode(query, doseq=True)}")
        assert (refused.status_code, signed_in(visitor)) == (401, False), what
        assert "Du behöver logga in" in refused.text


# Ways to another site


def led_elsewhere(answer: httpx.Response, visitor: Visitor, identity: IdentityProvider) -> bool:
    location = answer.headers.get("location", "")
    return bool(location) and not location.startswith(("/", visitor.address + "/", identity.url + "/"))


async def test_a_state_that_names_another_site_leads_nowhere(visitor: Visitor) -> None:
    for place in (f"{EVIL}/", "//evil.example/", f"{visitor.address}@evil.example/", "javascript:alert(1)"):
        query = parse_qs(urlsplit(await visitor.come_back_with_code(PAGE, "Maja Lind")).query)
        [state] = query["state"]
        told = json.loads(base64.urlsafe_b64decode(state + "=" * (-len(state) % 4)))
        told["url"] = place
        query["state"] = [base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()]
        answer = await visitor.ask(f"{CALLBACK}?{urlencode(query, doseq=True)}")
        assert (answer.status_code, "location" in answer.headers) == (401, False), place


async def test_another_host_in_a_request_leads_nowhere(visitor: Visitor, identity: IdentityProvider) -> None:
    for path in (PAGE, "/mitt"):
        answer = await visitor.ask(path, headers={"Host": "evil.example"})
        assert "evil" not in answer.headers.get("location", "")
    await visitor.sign_in(PAGE, "Maja Lind")
    led = await visitor.follow(await visitor.ask(SIGN_OUT, headers={"Host": "evil.example"}))
    assert str(led.url).startswith(identity.url)
    assert led.status_code == 400, "the provider knows where our people may be sent"


async def test_nothing_that_is_asked_for_changes_the_way(visitor: Visitor, identity: IdentityProvider) -> None:
    asked = dict.fromkeys(("redirect_uri", "redirect", "back", "url", "next", "post_logout_redirect_uri"), EVIL)
    answer = await visitor.ask(f"{PAGE}&{urlencode(asked)}")
    assert not led_elsewhere(answer, visitor, identity)
    assert parse_qs(urlsplit(answer.headers["location"]).query)["redirect_uri"] == [visitor.address + CALLBACK]
    await visitor.sign_in(PAGE, "Maja Lind")
    out = await visitor.ask(f"{SIGN_OUT}?{urlencode(asked)}")
    assert not led_elsewhere(out, visitor, identity)
    back = parse_qs(urlsplit(out.headers["location"]).query)["post_logout_redirect_uri"]
    assert back == [visitor.address + "/"]
    pasted = await visitor.ask("/utveckling/logga-in", method="POST", data={"token": "x", "back": EVIL})
    assert (pasted.status_code, "location" in pasted.headers) == (404, False), "no token is pasted where people sign in"


async def test_the_provider_sends_nobody_to_an_address_it_does_not_know(
    visitor: Visitor, identity: IdentityProvider
) -> None:
    begun = urlsplit((await visitor.ask(PAGE)).headers["location"])
    query = parse_qs(begun.query) | {"redirect_uri": [f"{EVIL}/"]}
    asked = await visitor.ask(f"{identity.url}{begun.path}?{urlencode(query, doseq=True)}")
    assert (asked.status_code, "location" in asked.headers) == (400, False)
    without = {name: values for name, values in parse_qs(begun.query).items() if "challenge" not in name}
    led = await visitor.ask(f"{identity.url}{begun.path}?{urlencode(without, doseq=True)}")
    assert "code=" not in led.headers.get("location", ""), "no code without PKCE"
    await visitor.sign_in(PAGE, "Maja Lind")
    out = urlsplit((await visitor.ask(SIGN_OUT)).headers["location"])
    query = parse_qs(out.query) | {"post_logout_redirect_uri": [f"{EVIL}/"]}
    ended = await visitor.ask(f"{identity.url}{out.path}?{urlencode(query, doseq=True)}")
    assert (ended.status_code, "location" in ended.headers) == (400, False)


# Other sites' forms and links


async def test_another_site_sends_no_form_in_the_name_of_who_signed_in(visitor: Visitor) -> None:
    await visitor.sign_in("/personal/oro", "Jonas Ek")
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": EVIL}):
        answer = await visitor.ask("/personal/oro", method="POST", data={"step": "check"}, headers=headers)
        assert answer.status_code == 403, str(headers)
    own = await visitor.ask("/personal/oro", method="POST", data={"step": "check"}, headers={"Origin": visitor.address})
    assert own.status_code == 422, "its own form comes to the fields that are missing"


async def test_another_site_signs_nobody_out(visitor: Visitor) -> None:
    await visitor.sign_in(PAGE, "Maja Lind")
    for path in (SIGN_OUT, "/mitt/ut"):
        for site in ("cross-site", "same-site"):
            answer = await visitor.ask(path, headers={"Sec-Fetch-Site": site})
            assert (answer.status_code, answer.headers.get_list("set-cookie")) == (404, [])
    assert (await visitor.ask(PAGE)).status_code == 200


# The end of a session


async def test_after_signing_out_a_stolen_renewal_is_worth_nothing(visitor: Visitor) -> None:
    await visitor.sign_in(PAGE, "Maja Lind")
    host = urlsplit(visitor.address).hostname or ""
    name = (host, "__Host-staff-renewal")
    thief = Visitor(visitor.client, visitor.address, {name: visitor.cookies[name]})
    assert (await thief.ask(PAGE)).status_code == 200, "it would have renewed"
    thief = Visitor(visitor.client, visitor.address, {name: visitor.cookies[name]})
    page = await visitor.follow(await visitor.ask(SIGN_OUT))
    fields = dict(_HIDDEN.findall(page.text))
    ended = await visitor.follow(
        await visitor.ask(f"{page.url.copy_with(query=None)}/confirm", method="POST", data=fields)
    )
    assert str(ended.url) == f"{visitor.address}/"
    assert not [name for _, name in visitor.cookies if name.startswith("__Host-staff")]
    assert (await thief.ask(PAGE)).status_code == 302


async def test_a_form_sent_after_the_end_is_refused_and_says_how_to_save_it(visitor: Visitor) -> None:
    answer = await visitor.ask("/personal/oro", method="POST", data={"step": "check"})
    assert answer.status_code == 401
    assert "så skickas det du skrev" in answer.text


async def test_no_code_token_or_state_comes_into_a_log(visitor: Visitor, running: Platform) -> None:
    back = await visitor.come_back_with_code(PAGE, "Maja Lind")
    thief = Visitor(visitor.client, visitor.address)
    await thief.ask(back)
    await visitor.ask(back)
    await visitor.ask(back)
    changed = visitor.copy()
    host = urlsplit(visitor.address).hostname or ""
    changed.cookies[host, "__Host-staff-access"] = "not-sealed-by-this-gateway"
    await changed.ask(PAGE)
    query = parse_qs(urlsplit(back).query)
    secret = [query["code"][0], query["state"][0], "not-sealed-by-this-gateway"]
    secret += [value for (_, name), value in visitor.cookies.items() if name.startswith("__Host-")]
    # The gateway writes its log every few seconds, and tells nobody; whoever comes last stands last.
    log, route = running.settings.log("gateway"), '"sign-in-staff"'
    written = log.read_text().count(route)
    await visitor.ask(f"/inloggning/{uuid4()}")
    async with asyncio.timeout(30):
        while log.read_text().count(route) <= written:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    logs = {log.name: log.read_text() for log in running.settings.home.joinpath("logs").iterdir()}
    assert route in logs["gateway.log"]
    assert [(name, each) for name, text in logs.items() for each in secret if each in text] == []
