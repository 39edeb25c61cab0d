"""Loads the example municipality's catalogue through the gateway, as a catalogue editor would."""

import asyncio
import json
import time
import tomllib
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

import httpx

from local_platform.checkout import CHECKOUT
from local_platform.platform import Platform, Report

_CATALOGUE = CHECKOUT / "infra" / "example" / "catalogue.toml"
_VALID_FROM = "2025-07-01"
_PATIENCE_SECONDS = 30.0


async def load(platform: Platform, report: Report) -> None:
    """Bring in each board's decisions, and wait until all services know of them. Doing it again changes nothing.

    Raises:
        AssertionError: a decision was not taken in, and the text says which, or has not come across in time.
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
                        "Idempotency-Key": str(uuid5(board, json.dumps(decision, sort_keys=True))),
                    },
                )
                if answer.status_code not in {200, 201}:
                    raise AssertionError(f"{decision['support']}: {answer.status_code} {answer.text}")
            caseworker = platform.tokens.issue("caseworker", [board], "development-caseworker")
            await _arrive(client, caseworker, {decision["support"]: decision["basis"] for decision in decided})
            report(f"Example municipality: {len(decided)} forms of support, board {number + 1}")


async def _arrive(client: httpx.AsyncClient, token: str, basis_of: Mapping[str, str]) -> None:
    """Wait until the services that listen to the catalogue know of it: an application may name what is listed only."""
    to_propose = {code for code, basis in basis_of.items() if basis != "link"}
    to_wish_for = {code for code, basis in basis_of.items() if basis == "assessed"}
    end = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < end:
        proposable = await client.get("/api/assessment/v1/supports", headers={"Authorization": f"Bearer {token}"})
        wishable = await client.get("/api/intake/v1/supports")
        if to_propose <= _codes(proposable) and to_wish_for <= _codes(wishable):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"the catalogue has not reached intake and assessment within {_PATIENCE_SECONDS:.0f} s")


def _codes(answer: httpx.Response) -> set[str]:
    return {each["support"] for each in answer.json()} if answer.status_code == 200 else set()


def _decision(support: dict[str, Any], board: UUID) -> dict[str, Any]:
    told = {name: value for name, value in support.items() if name != "boards"}
    return {
        **told,
        "valid_from": _VALID_FROM,
        "reason": "Nämndens årliga genomgång av utbudet.",
        "decision": f"SN 2025-05-20 § {uuid5(board, support['support']).int % 80 + 1}",
    }
