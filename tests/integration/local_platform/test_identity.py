"""Identity providers: the one for development, and one from elsewhere."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from local_platform.gateway import Gateway
from local_platform.identity import IdentityProvider, Realm, find_realms
from local_platform.processes import PartFailed
from local_platform.settings import REALMS, Settings
from local_platform.tools import install_identity


@pytest.fixture
async def provider(settings: Settings) -> AsyncIterator[IdentityProvider]:
    """The provider for development, with both realms."""
    try:
        await install_identity(settings.log("install"))
    except PartFailed as missing:
        pytest.skip(str(missing))
    started = IdentityProvider(settings, REALMS)
    await started.start()
    yield started
    await started.stop()


async def test_each_realm_has_an_issuer_and_keys_of_its_own_that_outlive_a_restart(
    settings: Settings, provider: IdentityProvider
) -> None:
    realms = await find_realms(settings, provider)
    async with httpx.AsyncClient(trust_env=False) as client:
        keys = {name: (await client.get(realm.jwks)).json() for name, realm in realms.items()}
        await provider.stop()
        await provider.start()
        assert keys == {name: (await client.get(realm.jwks)).json() for name, realm in realms.items()}
    assert keys["staff"] != keys["citizens"]
    assert '"d"' not in json.dumps(keys), "the private half stays at home"
    assert realms["staff"].issuer != realms["citizens"].issuer
    assert realms["staff"].audience != realms["citizens"].audience


async def test_no_secret_is_readable_for_others_or_shared_by_the_realms(
    settings: Settings, provider: IdentityProvider
) -> None:
    await find_realms(settings, provider)
    files = list((settings.home / "secrets" / "identity").iterdir())
    assert len(files) == 6
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert len({file.read_bytes() for file in files}) == 6


async def test_who_took_too_long_to_sign_in_is_told_and_can_begin_again(
    settings: Settings, provider: IdentityProvider
) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for realm, begins in (("staff", "inloggning"), ("citizens", "mitt")):
            address = f"{provider.url}/{realm}/interaction/that-has-ended"
            for answer in (await client.get(address), await client.post(address, data={"sub": "p-5c1d90"})):
                assert answer.status_code == 400
                assert f'href="{settings.address}/{begins}"' in answer.text


async def test_a_provider_from_elsewhere_is_described_by_itself(settings: Settings, provider: IdentityProvider) -> None:
    elsewhere = replace(settings, providers=provider.providers, identity=False)
    found = await find_realms(elsewhere, None)
    assert found["staff"].token_endpoint == f"{provider.url}/staff/token"
    wrong = replace(provider.providers["citizens"], issuer=f"{provider.url}/citizens/")
    with pytest.raises(PartFailed, match="leave out STODVAG_CITIZENS_ISSUER"):
        await find_realms(replace(elsewhere, providers={"citizens": wrong}), None)


async def test_the_gateway_takes_a_provider_that_is_reached_by_tls(settings: Settings, realm: Realm) -> None:
    public = replace(settings, public_address="https://stod.example.invalid")
    gateway = Gateway(public, otlp=None, realms={"staff": realm})
    await gateway.start()
    try:
        async with httpx.AsyncClient(base_url=gateway.url, trust_env=False) as client:
            for host in ("stod.example.invalid", "localhost", "evil.example"):
                answer = await client.get("/utredning", headers={"Host": host})
                asked = httpx.URL(answer.headers["location"])
                assert str(asked.copy_with(query=None)) == realm.authorization_endpoint
                assert asked.params["redirect_uri"] == "https://stod.example.invalid/inloggning/tillbaka"
                assert asked.params["code_challenge_method"] == "S256"
            assert (await client.get("/mitt")).status_code == 401, "no provider for citizens, so nobody comes in"
    finally:
        await gateway.stop()
