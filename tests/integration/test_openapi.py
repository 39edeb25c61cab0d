"""Each service answers as its OpenAPI document says, whatever is sent (Schemathesis), on a real database.

What fits the document is taken or refused in words; what does not fit is answered with a problem; nothing is a 500.
"""

import asyncio
import secrets
from contextlib import suppress
from typing import Any, cast

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.integration.opened import Running, Server, served
from tests.system.routes import SERVICES, Route

from chassis.service import Service, describe

EXAMPLES = 6
"""For each operation, of what fits and of what does not."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
async def test_a_service_answers_as_its_document_says(
    service: Service, postgres: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with served(service, postgres, tmp_path_factory.mktemp(service.package)) as (running, address):
        tried = await asyncio.to_thread(try_every_operation, running, address)
    assert tried > 1


def try_every_operation(running: Running, address: str) -> int:
    """Send much of all kinds to each operation; how many there were."""
    name = running.service.name
    schema = schemathesis.openapi.from_dict(describe(running.service))
    operations = [cast("Ok[Any]", found).ok() for found in schema.get_all_operations()]
    with requests.Session() as session:
        for operation in operations:
            roles = Route(name, operation.method.upper(), operation.path).roles
            session.headers.clear()
            session.headers.update(running.signed_in(max(roles)) if roles else {})
            try_operation(operation, GenerationMode.POSITIVE, session, address)
            with suppress(Unsatisfiable):  # Where nothing is asked, nothing can be wrong.
                try_operation(operation, GenerationMode.NEGATIVE, session, address)
    return len(operations)


def try_operation(operation: Any, mode: GenerationMode, session: requests.Session, address: str) -> None:
    """Send examples of one kind to one operation."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def attempt(case: Case[Any]) -> None:
        # A key of its own for each, or the second body would rightly be refused.
        fresh = {"Idempotency-Key": secrets.token_hex(16)} if mode is GenerationMode.POSITIVE else {}
        answer = case.call(base_url=address, session=session, headers=fresh)
        unfit = [negative_data_rejection] if mode is GenerationMode.NEGATIVE else []
        case.validate_response(answer, checks=[*CHECKS, *unfit])
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == ["application/problem+json"], answer.text
            assert answer.json()["title"], answer.text

    attempt()
