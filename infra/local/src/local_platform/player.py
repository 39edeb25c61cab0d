"""How a journey is played: as people and programs do it, through the gateway, seeing only what they would see."""

import asyncio
import html
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx

from local_platform.platform import Platform, Report

T = TypeVar("T")

PATIENCE_SECONDS = 30.0
"""How long something may take to cross services before the journey fails, unless the player is told otherwise."""

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_REFERENCE = re.compile(r'<p class="reference"><bdi[^>]*>([^<]+)</bdi>')


@dataclass(frozen=True)
class Answered:
    """What a request was answered."""

    status: int
    body: Any

    @property
    def code(self) -> str | None:
        """The code of a problem."""
        return self.body.get("code") if isinstance(self.body, dict) else None


class Player:
    """Plays a journey's steps, and tells of each."""

    def __init__(
        self, platform: Platform, client: httpx.AsyncClient, report: Report, *, patience: float = PATIENCE_SECONDS
    ) -> None:
        """`patience` is how many seconds something may take to cross services."""
        self._platform = platform
        self._client = client
        self._report = report
        self._patience = patience

    @property
    def north(self) -> UUID:
        """The example municipality's first board."""
        return self._platform.settings.boards[0]

    def tell(self, line: str) -> None:
        """A line for whoever watches."""
        self._report(f"  {line}")

    async def send(
        self, path: str, body: dict[str, Any] | None = None, *, role: str | None = None, key: str | None = None
    ) -> Answered:
        """A command by a program, in a role or as anybody."""
        headers = {"Idempotency-Key": key or str(uuid4()), **self._signed(role)}
        answer = await self._client.post(path, json=body, headers=headers)
        return Answered(answer.status_code, answer.json())

    async def done(
        self, path: str, body: dict[str, Any] | None = None, *, role: str | None = None, key: str | None = None
    ) -> Any:
        """A command that must succeed; its answer."""
        answer = await self.send(path, body, role=role, key=key)
        assert answer.status in {200, 201}, f"POST {path}: {answer.status} {answer.body}"  # noqa: S101  # a journey's check
        return answer.body

    async def read(self, path: str, *, role: str | None = None) -> Any:
        """A question by a program; its answer."""
        answer = await self._client.get(path, headers=self._signed(role))
        assert answer.status_code == 200, f"GET {path}: {answer.status_code} {answer.text}"  # noqa: S101
        return answer.json()

    async def page(self, path: str, *, role: str | None = None) -> str:
        """A page as a person gets it, as text."""
        answer = await self._client.get(path, headers={"Accept": "text/html", **self._signed(role)})
        assert answer.status_code == 200, f"GET {path}: {answer.status_code}"  # noqa: S101
        return html.unescape(answer.text)

    async def fill_in(self, path: str, fields: dict[str, str], *, steps: tuple[str, ...] = ("check", "send")) -> str:
        """A form, filled in and sent page by page as a browser does it; the last page as text."""
        shown = (await self._client.get(path, headers={"Accept": "text/html"})).text
        for step in steps:
            typed = {**dict(_HIDDEN.findall(shown)), **fields, "step": step}
            answer = await self._client.post(path, data=typed, headers={"Accept": "text/html"})
            assert answer.status_code == 200, f"{path}, {step}: {answer.status_code} {_errors(answer.text)}"  # noqa: S101
            shown = answer.text
        return html.unescape(shown)

    async def until(self, what: str, look: Callable[[], Awaitable[T | None]]) -> T:
        """Wait until something has come across; what was found."""
        end = time.monotonic() + self._patience
        while time.monotonic() < end:
            found = await look()
            if found is not None:
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(f"not within {self._patience:.0f} s: {what}")

    async def arrives(self, path: str, *, role: str) -> Any:
        """Wait until there is something at an address; what is there."""

        async def look() -> Any:
            answer = await self._client.get(path, headers=self._signed(role))
            return answer.json() if answer.status_code == 200 else None

        return await self.until(path, look)

    async def follow_up_knows(self, case_id: str, *, path: str, end_reason: str, measures: int) -> None:
        """Wait until follow-up knows a case as ended: the way, why it ended, and how many measures were answered."""

        async def look() -> bool | None:
            answer = await self._client.get(f"/api/followup/v1/cases/{case_id}", headers=self._signed("caseworker"))
            if answer.status_code != 200:
                return None
            known = answer.json()
            ended = [each["end_reason"] for each in known["supports"]]
            whole = known["path"] == path and ended == [end_reason] and len(known["measures"]) == measures
            return whole or None

        await self.until(f"follow-up knows the case as ended, {path}, {measures} measures", look)

    def _signed(self, role: str | None) -> dict[str, str]:
        if role is None:
            return {}
        return {"Authorization": f"Bearer {self._platform.tokens.issue(role, [self.north], f'journey-{role}')}"}


def reference_in(page: str) -> str:
    """The reference on a receipt, or the code where it stands alone.

    Raises:
        AssertionError: there is none.
    """
    found = _REFERENCE.findall(page)
    assert found, "the page shows no reference"  # noqa: S101
    return str(found[0])


def _errors(page: str) -> list[str]:
    return [html.unescape(text) for text in re.findall(r'data-field="validation">.*?</span>([^<]+)', page)]
