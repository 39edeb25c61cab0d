"""People and programs in front of the service, and the small catalogue that they meet."""

import re
import secrets
from collections.abc import Mapping
from html import unescape
from itertools import count
from typing import Any
from uuid import UUID

import httpx

BOARD = UUID("0b5f7a52-6a9e-4c1e-9d57-2f0c7f0a1a01")
API = "/api/direct-access/v1"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
_NUMBERS = count(1)
BROWSER = {"accept": "text/html", "accept-language": "sv"}


class Person:
    """Somebody with a browser or a program."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def post(self, path: str, body: Mapping[str, Any], key: str | None = None) -> httpx.Response:
        """Give a command by the API, with a new key unless one is given."""
        headers = {"Idempotency-Key": key or secrets.token_hex(16)}
        return await self.http.post(f"{API}{path}", json=body, headers=headers)

    async def get(self, path: str, **query: str) -> httpx.Response:
        """Read from the API."""
        return await self.http.get(f"{API}{path}", params=query)

    async def open(self, path: str) -> httpx.Response:
        """Open a page."""
        return await self.http.get(path, headers=BROWSER)

    async def send(self, path: str, page: httpx.Response | None = None, **typed: str) -> httpx.Response:
        """Send a page's form, with its hidden fields as they came and the others as typed."""
        fields = {
            **(hidden_fields(page.text) if page else {}),
            **{name.replace("__", "-"): v for name, v in typed.items()},
        }
        return await self.http.post(path, data=fields, headers=BROWSER)


def hidden_fields(page: str) -> dict[str, str]:
    """What a page's form carries along unseen."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}


async def list_support(editor: Person, capacity: str = "bookable") -> str:
    """Have a board decide on a support with times, for a test alone; its code."""
    code = f"samtal-{next(_NUMBERS)}"
    entry = {
        "support": code,
        "name": "Samtal",
        "what": "Du träffar en av oss och pratar om det du vill.",
        "basis": "direct",
        "documentation": "documented",
        "valid_from": "2026-01-01",
        "capacity": [capacity],
        "age_from": 15,
        "decision": "SN 2025-11-20 § 120",
    }
    answer = await editor.post("/catalogue", entry)
    assert answer.status_code == 201, answer.text
    return code


def catalogue() -> list[dict[str, Any]]:
    """What the northern board has decided."""
    usual = {"basis": "direct", "documentation": "documented", "valid_from": "2026-01-01", "capacity": ["bookable"]}
    return [
        {
            **usual,
            "support": "ungdomssamtal",
            "name": "Ungdomssamtal",
            "what": "Du träffar en av oss och pratar om det du vill.",
            "age_from": 15,
            "age_to": 20,
            "decision": "SN 2025-11-20 § 112",
        },
        {
            **usual,
            "support": "hamnen",
            "name": "Droppin Hamnen",
            "what": "Ett ställe för dig som är 15–25 år. Kom in, värm dig, prata om du vill.",
            "documentation": "no-identity",
            "capacity": ["drop-in"],
            "age_from": 15,
            "age_to": 25,
            "districts": ["centrum"],
            "decision": "SN 2025-11-20 § 113",
            "special_reasons": "Unga kommer bara om de slipper säga vilka de är.",
        },
        {
            **usual,
            "support": "foraldraradgivning",
            "name": "Föräldrarådgivning",
            "what": "Du pratar med oss om livet med barn, ensam eller tillsammans med ditt barn.",
            "decision": "SN 2025-11-20 § 115",
        },
        {
            **usual,
            "support": "familjebehandling",
            "name": "Familjebehandling hemma",
            "what": "Vi kommer hem till er och hjälps åt i vardagen.",
            "basis": "assessed",
            "capacity": ["waiting-list"],
            "age_to": 17,
            "decision": "SN 2025-11-20 § 114",
        },
    ]


ASK: dict[str, Any] = {
    "support": "ungdomssamtal",
    "birth_date": "2009-02-01",
    "district": "centrum",
    "safe": True,
    "name": "Alva Testsson",
    "contact_way": "phone",
    "contact": "070-174 06 05",
    "safe_contact": "Ring efter klockan 15.",
    "words": "Jag sover dåligt.",
    "gender": "woman",
    "informed_of_application": True,
}
