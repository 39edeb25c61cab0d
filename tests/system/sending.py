"""Sending anything to an operation, and what its answer must be like."""

from uuid import uuid4

import httpx
from tests.system.cases import nowhere
from tests.system.documents import Operation
from tests.system.routes import Route

from local_platform.platform import Platform

ECHO = "ekande-åkerbär-7305"
"""Stands in what is sent, and may stand in no answer."""


class Sender:
    """Sends to an operation as somebody who may use it."""

    def __init__(self, platform: Platform, client: httpx.AsyncClient) -> None:
        self._platform = platform
        self._client = client

    async def send(
        self,
        route: Route,
        content: bytes | None,
        path: str | None = None,
        *,
        method: str | None = None,
        without: str = "",
        **headers: str,
    ) -> httpx.Response:
        """The answer to these bytes. `headers` stand instead of the fit ones, of which `without` is left out."""
        fit = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        if route.roles:
            token = self._platform.tokens.issue(max(route.roles), self._platform.settings.boards[:1], "bad-input")
            fit["Authorization"] = f"Bearer {token}"
        sent = {name.encode(): value.encode() for name, value in {**fit, **headers}.items() if name != without}
        return await self._client.request(method or route.method, path or nowhere(route), content=content, headers=sent)


def require_answered(answer: httpx.Response, operation: Operation) -> None:
    """It was done, or the answer is a problem that says what to mend."""
    if answer.status_code >= 300:
        require_problem(answer, operation)


def require_problem(
    answer: httpx.Response,
    operation: Operation,
    *,
    statuses: set[int] | None = None,
    code: str | None = None,
    pointer: str | None = None,
) -> None:
    """The answer is a problem document that says what to mend, and repeats nothing of what was sent."""
    where = f"{operation}: {answer.status_code} {answer.text[:300]}"
    assert 400 <= answer.status_code < 500, where
    assert statuses is None or answer.status_code in statuses, where
    assert answer.headers["content-type"].startswith("application/problem+json"), where
    problem = answer.json()
    assert (problem["status"], problem["type"].rpartition(":")[2]) == (answer.status_code, problem["code"]), where
    assert problem["title"].strip(), where
    assert code is None or problem["code"] == code, where
    if problem["code"] == "invalid-request":
        assert problem["errors"], where
        assert all(error["detail"] and (error.get("pointer") or error.get("parameter")) for error in problem["errors"])
    if pointer is not None:
        told = [error["pointer"] for error in problem["errors"]]
        assert any(each == pointer or each.startswith(f"{pointer}/") for each in told), f"{where}, expected {pointer}"
    assert ECHO not in answer.text, where
