"""Development tokens: the services believe them, and only them."""

import stat
from pathlib import Path
from uuid import UUID

import pytest

from chassis.auth import DEVELOPMENT_AUDIENCE, DEVELOPMENT_ISSUER, Issuer
from chassis.auth import ROLES as KNOWN_TO_SERVICES
from chassis.problems import Problem
from local_platform.tokens import ROLES, TokenIssuer

BOARD = UUID("0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a01")


def verifier(issuer: TokenIssuer) -> Issuer:
    return Issuer(str(issuer.jwks_file), DEVELOPMENT_ISSUER, DEVELOPMENT_AUDIENCE)


async def test_a_service_reads_from_a_token_what_was_put_in(tmp_path: Path) -> None:
    issuer = TokenIssuer(tmp_path)
    claims = await verifier(issuer).verify(issuer.issue("caseworker", [BOARD], "worker-1"))
    assert (claims.subject, claims.roles, claims.boards) == ("worker-1", frozenset({"caseworker"}), (BOARD,))


async def test_a_token_issued_before_a_restart_still_holds(tmp_path: Path) -> None:
    token = TokenIssuer(tmp_path).issue("analyst", [BOARD], "analyst-1")
    assert (await verifier(TokenIssuer(tmp_path)).verify(token)).subject == "analyst-1"


async def test_another_platforms_token_is_refused(tmp_path: Path) -> None:
    token = TokenIssuer(tmp_path / "other").issue("caseworker", [BOARD], "worker-1")
    with pytest.raises(Problem, match="token-invalid"):
        await verifier(TokenIssuer(tmp_path / "own")).verify(token)


async def test_a_token_ends_when_its_minutes_are_over(tmp_path: Path) -> None:
    issuer = TokenIssuer(tmp_path)
    token = issuer.issue("caseworker", [BOARD], "worker-1", minutes=-5)
    with pytest.raises(Problem, match="token-expired"):
        await verifier(issuer).verify(token)


def test_the_private_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    issuer = TokenIssuer(tmp_path)
    assert stat.S_IMODE((tmp_path / "private.pem").stat().st_mode) == 0o600
    assert '"d"' not in issuer.jwks_file.read_text()


def test_there_is_a_token_for_each_role_that_services_know() -> None:
    assert set(ROLES) == KNOWN_TO_SERVICES
