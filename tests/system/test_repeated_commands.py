"""A command that comes more than once has one effect and one answer."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.system.digest import read_digest, require_equal
from tests.system.disturb import ask, play_journeys, settle

from local_platform.journeys import JOURNEYS
from local_platform.platform import Platform
from local_platform.player import Player, reference_in

pytestmark = pytest.mark.xdist_group("own-platform")


class Thrice(httpx.AsyncBaseTransport):
    """Sends each command twice at once, and once more when it has been answered; all three answers must be one."""

    def __init__(self) -> None:
        self._network = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send what only asks once, and a command three times."""
        if request.method != "POST":
            return await ask(self._network, request)
        first, second = await asyncio.gather(ask(self._network, request), ask(self._network, request))
        third = await ask(self._network, request)
        assert _said(first) == _said(second) == _said(third), f"three answers to one POST {request.url.path}"
        return first

    async def aclose(self) -> None:
        """Close its connections."""
        await self._network.aclose()


def _said(answer: httpx.Response) -> tuple[int, Any]:
    """What an answer says: JSON but for its trace, of a page the reference on it."""
    if "json" in answer.headers["content-type"]:
        body = answer.json()
        return answer.status_code, {name: value for name, value in body.items() if name != "trace_id"}
    return answer.status_code, reference_in(answer.text) if 'class="reference"' in answer.text else None


async def test_every_command_of_the_journeys_sent_twice_at_once_and_again_later_has_one_effect_and_one_answer(
    own_platform: Platform,
) -> None:
    await settle(own_platform)
    before = await read_digest(own_platform)
    await play_journeys(own_platform)
    await settle(own_platform)
    between = await read_digest(own_platform)
    async with httpx.AsyncClient(base_url=own_platform.gateway.url, timeout=30, transport=Thrice()) as client:
        player = Player(own_platform, client, lambda _: None)
        for journey in JOURNEYS:
            await journey(player)
    await settle(own_platform)
    require_equal(await read_digest(own_platform), between + (between - before))


async def test_the_same_key_with_another_body_is_refused_in_plain_words_and_changes_nothing(
    own_platform: Platform,
) -> None:
    key = str(uuid4())
    path = "/api/intake/v1/applications"
    async with httpx.AsyncClient(base_url=own_platform.gateway.url, timeout=30) as client:
        player = Player(own_platform, client, lambda _: None)
        await player.done(path, {"district": "centrum", "what": "Vi behöver hjälp hemma."}, key=key)
        await settle(own_platform)
        before = await read_digest(own_platform)
        refused = await player.send(path, {"district": "centrum", "what": "Något annat."}, key=key)
    await settle(own_platform)
    assert (refused.status, refused.code) == (409, "idempotency-key-reused")
    assert "annat" not in str(refused.body).replace(refused.body["title"], "")
    assert refused.body["title"]
    require_equal(await read_digest(own_platform), before)
