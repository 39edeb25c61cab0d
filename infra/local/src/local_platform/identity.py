"""Where people sign in: the identity provider for development, or one from elsewhere, for each of the two realms."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from local_platform.processes import Child, PartFailed, start_child, wait_until_ready
from local_platform.secret_files import read_or_make_key, read_or_make_secret
from local_platform.settings import REALMS, Provider, Settings
from local_platform.tools import IDENTITY, require_node

IDLE_SECONDS = 60 * 60
"""Whoever does nothing for so long signs in again."""
_LONGEST_SECONDS = 8 * 60 * 60
"""So does, at the provider for development, whoever signed in so long ago."""
_WAYS = {"staff": "/inloggning", "citizens": "/mitt"}
"""Below what the gateway takes people back from a provider; infra/gateway/envoy.yaml says the same."""


@dataclass(frozen=True, kw_only=True)
class Realm:
    """Where one realm's people sign in, and what the gateway needs for it."""

    issuer: str
    audience: str
    client_id: str
    client_secret_file: Path
    cookie_secret_file: Path
    """What the gateway seals its cookies with."""
    authorization_endpoint: str
    token_endpoint: str
    end_session_endpoint: str
    """Empty where the provider has none."""
    jwks: str


class IdentityProvider:
    """The provider for development: invented people, who sign in by being picked from a list."""

    def __init__(self, settings: Settings, realms: tuple[str, ...]) -> None:
        """`realms` are those that no other provider serves."""
        self.url = f"http://127.0.0.1:{settings.ports['identity']}"
        self._settings = settings
        self._folder = settings.home / "secrets" / "identity"
        self.providers = {realm: self._describe(realm) for realm in realms}
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """The running process."""
        if self._child is None:
            raise PartFailed("The identity provider has not been started")
        return self._child

    async def start(self) -> None:
        """Write its settings, start it and wait until it answers."""
        described = self._settings.home / "identity" / "settings.json"
        described.parent.mkdir(parents=True, exist_ok=True)
        described.write_text(json.dumps(self._settings_of_process(), indent=2))
        command = [require_node(), str(IDENTITY / "provider.mjs"), str(described)]
        self._child = start_child("The identity provider", command, self._settings.log("identity"))
        await wait_until_ready(self._child, self._answers, seconds=30)

    async def stop(self) -> None:
        """Stop it. Who is signed in there is forgotten."""
        if self._child is not None:
            await self._child.stop(grace=5)

    def key_file(self, realm: str) -> Path:
        """The private key that it signs a realm's tokens with."""
        return self._folder / f"{realm}-key.pem"

    def _describe(self, realm: str) -> Provider:
        secret = self._folder / f"{realm}-client"
        read_or_make_secret(secret)
        read_or_make_key(self.key_file(realm))
        return Provider(
            issuer=f"{self.url}/{realm}",
            audience=f"stodvag-{realm}",
            client_id="stodvag-gateway",
            client_secret_file=secret,
        )

    def _settings_of_process(self) -> dict[str, Any]:
        address = self._settings.address
        return {
            "port": self._settings.ports["identity"],
            "boards": [str(board) for board in self._settings.boards],
            "realms": {
                realm: {
                    "issuer": provider.issuer,
                    "audience": provider.audience,
                    "client_id": provider.client_id,
                    "secret_file": str(provider.client_secret_file),
                    "key_file": str(self.key_file(realm)),
                    "redirect_uri": f"{address}{_WAYS[realm]}/tillbaka",
                    "post_logout_redirect_uri": f"{address}/",
                    "idle_seconds": IDLE_SECONDS,
                    "longest_seconds": _LONGEST_SECONDS,
                }
                for realm, provider in self.providers.items()
            },
        }

    async def _answers(self) -> bool:
        try:
            for provider in self.providers.values():
                await _read_published(provider.issuer)
        except (httpx.HTTPError, ValueError):
            return False
        return True


async def find_realms(settings: Settings, started: IdentityProvider | None) -> dict[str, Realm]:
    """Every realm that somebody can sign in to, with what its provider publishes of itself.

    Raises PartFailed where a provider from elsewhere cannot be asked.
    """
    providers = {**(started.providers if started else {}), **settings.providers}
    found = await asyncio.gather(*(_find_realm(settings, realm, provider) for realm, provider in providers.items()))
    return dict(zip(providers, found, strict=True))


async def _find_realm(settings: Settings, realm: str, provider: Provider) -> Realm:
    try:
        published = await _read_published(provider.issuer)
        cookie_secret = settings.home / "secrets" / "identity" / f"{realm}-cookies"
        read_or_make_secret(cookie_secret)
        return Realm(
            issuer=provider.issuer,
            audience=provider.audience,
            client_id=provider.client_id,
            client_secret_file=provider.client_secret_file,
            cookie_secret_file=cookie_secret,
            authorization_endpoint=published["authorization_endpoint"],
            token_endpoint=published["token_endpoint"],
            end_session_endpoint=published.get("end_session_endpoint", ""),
            jwks=published["jwks_uri"],
        )
    except (httpx.HTTPError, ValueError, KeyError):
        raise PartFailed(
            f"The identity provider for {realm} does not describe itself at {provider.issuer}: correct the address, "
            f"or leave out STODVAG_{realm.upper()}_ISSUER"
        ) from None


async def _read_published(issuer: str) -> dict[str, Any]:
    """What a provider says of itself (OpenID Connect Discovery 1.0). Raises ValueError where it is another issuer."""
    ours = urlsplit(issuer).hostname == "127.0.0.1"
    async with httpx.AsyncClient(timeout=10, trust_env=not ours) as client:
        answer = await client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        answer.raise_for_status()
        published: dict[str, Any] = answer.json()
    if published.get("issuer") != issuer:
        raise ValueError("another issuer answers there")
    return published


def missing_realms(settings: Settings) -> tuple[str, ...]:
    """The realms that no provider from elsewhere serves."""
    return tuple(realm for realm in REALMS if realm not in settings.providers)
