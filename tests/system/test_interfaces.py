"""What the catalogue of interfaces says of the services is what they serve."""

import re
from html import unescape

import httpx
import pytest
from tests.system.routes import SERVICES, every_route

from chassis.service import describe
from local_platform.platform import Platform

pytestmark = pytest.mark.xdist_group("shared-platform")


async def test_the_services_serve_the_documents_that_the_catalogue_is_made_of(running: Platform) -> None:
    async with httpx.AsyncClient(base_url=running.gateway.url, trust_env=False) as client:
        for service in SERVICES:
            served = await client.get(f"/api/{service.name}/v1/openapi.json")
            assert served.json() == describe(service), service.name


async def test_every_operation_of_every_service_stands_on_its_page(running: Platform) -> None:
    shown = set()
    async with httpx.AsyncClient(base_url=running.gateway.url, trust_env=False) as client:
        for service in SERVICES:
            page = (await client.get(f"/api/{service.name}/")).text
            for method, path in re.findall(r'data-method="(\w+)">\w+</span> <code>([^<]+)</code>', page):
                shown.add(f"{method} /api/{service.name}/v1{unescape(path)}")
    assert shown == {str(route) for route in every_route() if route.for_programs}
