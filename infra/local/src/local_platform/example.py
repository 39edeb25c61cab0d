"""Loads the example municipality's catalogue through the gateway, as a catalogue editor would."""

import tomllib
from typing import Any
from uuid import UUID, uuid5

import httpx

from local_platform.checkout import CHECKOUT
from local_platform.platform import Platform, Report

_CATALOGUE = CHECKOUT / "infra" / "example" / "catalogue.toml"
_VALID_FROM = "2025-07-01"


async def load(platform: Platform, report: Report) -> None:
    """Bring in each board's decisions. Doing it again changes nothing.

    Raises:
        AssertionError: a decision was not taken in; the text says which, and what the service answered.
    """
    supports = tomllib.loads(_CATALOGUE.read_text())["supports"]
    async with httpx.AsyncClient(base_url=platform.gateway.url, timeout=30) as client:
        for number, board in enumerate(platform.settings.boards):
            token = platform.tokens.issue("catalogue_editor", [board], "development-catalogue-editor")
            decided = [
                _decision(support, board) for support in supports if ("norr", "syd")[number] in support["boards"]
            ]
            for decision in decided:
                answer = await client.post(
                    "/api/direct-access/v1/catalogue",
                    json=decision,
                    headers={
                        "Authorization": f"Bearer {token}",
                        "Idempotency-Key": str(uuid5(board, str(decision["support"]))),
                    },
                )
                if answer.status_code not in {200, 201}:
                    raise AssertionError(f"{decision['support']}: {answer.status_code} {answer.text}")
            report(f"Example municipality: {len(decided)} forms of support, board {number + 1}")


def _decision(support: dict[str, Any], board: UUID) -> dict[str, Any]:
    told = {name: value for name, value in support.items() if name != "boards"}
    return {
        **told,
        "valid_from": _VALID_FROM,
        "decision": f"SN 2025-05-20 § {uuid5(board, support['support']).int % 80 + 1}",
    }
