"""Who is asking: signed tokens, the roles and boards in them, and the dependency that a route asks for them with.

A token comes as `Authorization: Bearer`. The gateway takes it from the cookies of whoever signed in, checks it, and
lets no cookie through; it is checked again here. Where no identity provider runs, a development token may lie in the
cookie `stodvag_token`. Citizens need none of it, but for their own pages.
"""

import asyncio
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import jwt
from starlette.requests import Request

from chassis.problems import Problem

TOKEN_COOKIE = "stodvag_token"  # noqa: S105 -- the name of a cookie
DEVELOPMENT_ISSUER = "urn:stodvag:development"
DEVELOPMENT_AUDIENCE = "stodvag"
"""Of the tokens that the local platform prints."""
ALGORITHMS = ["ES256", "RS256"]
ROLES = frozenset(
    {
        "caseworker",
        "qualified_caseworker",
        "team_lead",
        "activity_staff",
        "analyst",
        "archivist",
        "catalogue_editor",
        "operations",
    }
)
_FRESH_SECONDS = 300.0
_SHORTEST_BETWEEN_READS_SECONDS = 10.0
_LEEWAY_SECONDS = 30
_log = logging.getLogger("chassis.auth")
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is signed in. `subject` is a pseudonym; `board` is the one board that this request is about."""

    subject: str
    roles: frozenset[str]
    boards: tuple[UUID, ...]
    board: UUID


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says. `expires` is in seconds since 1970 (UTC)."""

    subject: str
    roles: frozenset[str]
    boards: tuple[UUID, ...]
    expires: int


class Issuer:
    """Verifies one issuer's tokens against its published keys, which it keeps for five minutes.

    A token signed by a key not yet known makes it read the keys again, at most every ten seconds. A token that held is
    remembered, by its digest alone, until it expires or the keys are read again.
    """

    def __init__(self, jwks: str, issuer: str, audience: str) -> None:
        """`jwks` is the address (https) or the file path of the issuer's JSON Web Key Set."""
        self.name = issuer
        self._jwks = jwks
        self._audience = audience
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()
        self._remembered: OrderedDict[bytes, Claims] = OrderedDict()
        self._most_remembered = 2_000

    def recall(self, token: str) -> Claims | None:
        """What a token says that held before and still does; None where it has to be verified."""
        if time.monotonic() - self._read_at > _FRESH_SECONDS:
            return None
        claims = self._remembered.get(_digest(token))
        return claims if claims is not None and claims.expires > time.time() - _LEEWAY_SECONDS else None

    async def verify(self, token: str) -> Claims:
        """What a token says, once its signature, issuer, audience and times hold.

        Raises:
            Problem: 401 where the token does not hold, 503 where the issuer's keys cannot be read.
        """
        claims = await self._verify(token)
        self._remembered[_digest(token)] = claims
        if len(self._remembered) > self._most_remembered:
            self._remembered.popitem(last=False)
        return claims

    async def _verify(self, token: str) -> Claims:
        try:
            key = await self._find_key(jwt.get_unverified_header(token).get("kid"))
            if key is None:
                raise Problem(401, "token-invalid", headers=_CHALLENGE)
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                issuer=self.name,
                audience=self._audience,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
            return _read_claims(claims)
        except jwt.ExpiredSignatureError:
            raise Problem(401, "token-expired", headers=_CHALLENGE) from None
        except (jwt.PyJWTError, ValueError, TypeError):
            raise Problem(401, "token-invalid", headers=_CHALLENGE) from None

    async def _find_key(self, key_id: str | None) -> jwt.PyJWK | None:
        age = time.monotonic() - self._read_at
        if age > _FRESH_SECONDS or (key_id not in self._keys and age > _SHORTEST_BETWEEN_READS_SECONDS):
            async with self._reading:
                if time.monotonic() - self._read_at > _SHORTEST_BETWEEN_READS_SECONDS:
                    await self._read_keys()
        if not self._keys:
            raise Problem(503, "away", headers={"Retry-After": "5"})
        return self._keys.get(key_id)

    async def _read_keys(self) -> None:
        """Read the key set. An issuer that is away changes nothing, and is asked again at the next turn only."""
        try:
            found = await asyncio.to_thread(_fetch_key_set, self._jwks)
            keys = jwt.PyJWKSet.from_dict(found).keys
        except (jwt.PyJWTError, OSError, ValueError) as error:
            _log.warning("issuer-keys-not-read", extra={"error": type(error).__name__})
        else:
            self._keys = {key.key_id: key for key in keys if key.algorithm_name in ALGORITHMS}
            self._remembered.clear()
        self._read_at = time.monotonic()


class Realm:
    """Whose tokens let people in: staff's issuer or citizens', and beside staff's in development the one of `make run`.

    One without issuers lets nobody in.
    """

    def __init__(self, *issuers: Issuer) -> None:
        self._issuers = {issuer.name: issuer for issuer in issuers}

    async def verify(self, token: str) -> Claims:
        """What a token says, once one of the realm's issuers has signed it for us. Raises as `Issuer` does."""
        for known in self._issuers.values():
            if (claims := known.recall(token)) is not None:
                return claims
        try:
            named = jwt.decode(token, options={"verify_signature": False}).get("iss")
        except (jwt.PyJWTError, ValueError, TypeError):
            named = None
        issuer = self._issuers.get(named) if isinstance(named, str) else None
        if issuer is None:
            raise Problem(401, "token-invalid", headers=_CHALLENGE)
        return await issuer.verify(token)


def require(*roles: str) -> Callable[[Request], Awaitable[Principal]]:
    """The dependency of a route for people with one of `roles` (with none named: for anyone signed in).

    Use: `principal: Annotated[Principal, Depends(require("caseworker"))]`.
    The board is the header `Stodvag-Board`, else `?namnd=` in the address, else the only board in the token.
    """
    unknown = set(roles) - ROLES
    if unknown:
        raise ValueError(f"no such role: {', '.join(sorted(unknown))}")

    async def find_principal(request: Request) -> Principal:
        claims = await read_staff_token(request)
        if roles and claims.roles.isdisjoint(roles):
            raise Problem(403, "not-allowed")
        board = _choose_board(request.headers.get("stodvag-board") or request.query_params.get("namnd"), claims.boards)
        return Principal(claims.subject, claims.roles, claims.boards, board)

    return find_principal


async def read_staff_token(request: Request) -> Claims:
    """The verified claims of a member of staff. Raises as `read_citizen_token` does."""
    realm: Realm = request.app.state.staff
    return await _read_token(request, realm, cookie=request.cookies.get(TOKEN_COOKIE, ""))


async def read_citizen_token(request: Request) -> Claims:
    """The verified claims of a citizen who signed in.

    Raises:
        Problem: 401 without a token that holds, 403 where a form was sent by another site's page.
    """
    realm: Realm = request.app.state.citizens
    return await _read_token(request, realm)


async def _read_token(request: Request, realm: Realm, cookie: str = "") -> Claims:
    if request.method not in {"GET", "HEAD"}:
        refuse_other_sites(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    sent = token.strip() if scheme.lower() == "bearer" else cookie
    if not sent:
        raise Problem(401, "not-signed-in", headers=_CHALLENGE)
    return await realm.verify(sent)


def refuse_other_sites(request: Request) -> None:
    """Stop a form that another site's page sends in this person's name (browsers tell where a form came from).

    Raises:
        Problem: 403.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        foreign = site not in {"same-origin", "none"}
    else:
        foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host")
    if foreign:
        raise Problem(403, "from-elsewhere")


def _choose_board(asked: str | None, boards: tuple[UUID, ...]) -> UUID:
    if asked is None:
        if len(boards) != 1:
            raise Problem(400, "board-not-chosen")
        return boards[0]
    try:
        board = UUID(asked)
    except ValueError:
        raise Problem(400, "board-not-chosen") from None
    if board not in boards:
        raise Problem(403, "board-not-yours")
    return board


def _read_claims(claims: dict[str, Any]) -> Claims:
    roles, boards = claims.get("roles", []), claims.get("boards", [])
    if not isinstance(roles, list) or not isinstance(boards, list):
        raise TypeError("roles and boards are lists")
    return Claims(
        subject=str(claims["sub"]),
        roles=ROLES.intersection(role for role in roles if isinstance(role, str)),
        boards=tuple(UUID(str(board)) for board in boards),
        expires=int(claims["exp"]),
    )


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _fetch_key_set(jwks: str) -> dict[str, Any]:
    if urlsplit(jwks).scheme in {"http", "https"}:
        fetched: dict[str, Any] = jwt.PyJWKClient(jwks, cache_jwk_set=False, timeout=5).fetch_data()
        return fetched
    read: dict[str, Any] = json.loads(Path(jwks).read_text(encoding="utf-8"))
    return read
