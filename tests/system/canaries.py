"""Somebody who does not exist, told of in every field of free text, so that what is kept in the open can be found."""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from tests.system.documents import Operation, is_free_text, is_word
from tests.system.forms import Field, fit, read_page
from tests.system.routes import Route

from local_platform.journeys import years_ago
from local_platform.platform import Platform
from local_platform.player import Answered, Player

WORD = "qvxkanarie"
"""Stands in every text that is planted, also as Qvxkanarie."""
NUMBER = "19821105-9954"
"""A number that is given to nobody."""
BROWSER, ADDRESS = f"{WORD}/7.3", "203.0.113.77"
"""What a browser tells of itself without being asked."""
HEADERS = {"User-Agent": BROWSER, "X-Forwarded-For": ADDRESS, "Referer": f"https://{WORD}.example/"}
OF_THE_BOARD = {"/api/direct-access/v1/catalogue", "/api/direct-access/v1/catalogue/{code}/openings"}
"""What a board decides and tells everyone, and may stand in the open: nothing of a person is written there."""
CLOSED = {"code", "place"}
"""Texts that are taken only where they are known: a code on a receipt, one of the board's places."""
INCOMPLETE = frozenset({"/api/intake/v1/applications", "/api/direct-access/v1/supports/{support_id}/application"})
"""An application may leave out what others fill in, to be helped with it."""


def told_in(field: str) -> str:
    """What is written in a field of free text: a name, an address, a number to call and a sentence, and which field."""
    return f"Qvxkanarie i {field}, Qvxgränden 7, ring 070-174 06 99. Något som bara får läsas av den som får."


def secrets() -> Mapping[str, tuple[str, ...]]:
    """What may be found nowhere in the open, each as it may be written."""
    born = [str(years_ago(years)) for years in (10, 14, 16, 17)] + ["1982-11-05"]
    return {
        "a text": (WORD, "Qvxkanarie"),
        "a telephone number": ("070-174 06 99", "0701740699", "+46701740699"),
        "a person number": ("19821105-9954", "198211059954", "821105-9954", "8211059954"),
        "a birth date": tuple(written for day in born for written in (day, day.replace("-", ""))),
        "a client's address": (ADDRESS,),
    }


class Finder:
    """Finds secrets in bytes: as they are, in capitals, in UTF-16, in hex and in base64."""

    def __init__(self, named: Mapping[str, tuple[str, ...]]) -> None:
        forms = [(name, form) for name, written in named.items() for text in written for form in _forms(text)]
        self._any_case = {form.lower(): name for name, (form, exact) in forms if not exact}
        self._exact = {form: name for name, (form, exact) in forms if exact}

    def find(self, haystack: bytes) -> list[str]:
        """Each secret that stands there, with what stands around the first of its places."""
        lowered = haystack.lower()
        found = [(name, lowered.find(form)) for form, name in self._any_case.items()]
        found += [(name, haystack.find(form)) for form, name in self._exact.items()]
        return [f"{name}: …{haystack[max(0, at - 60) : at + 60]!r}…" for name, at in found if at >= 0]


def _forms(text: str) -> Iterator[tuple[bytes, bool]]:
    """How a text may stand in bytes, and whether letters tell small from capital there."""
    plain = text.encode()
    yield plain, False
    yield text.encode("utf-16-le"), False
    yield plain.hex().encode(), False
    for before in range(3):
        # The characters of base64 that depend on these bytes alone, wherever among others they stand.
        yield base64.b64encode(b"\0" * before + plain)[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6], True


class CanaryPlayer(Player):
    """Plays journeys with every text replaced by a canary, and the texts that a journey leaves out filled in."""

    def __init__(self, platform: Platform, client: httpx.AsyncClient, operations: list[Operation]) -> None:
        super().__init__(platform, client, lambda _: None)
        self._http = client
        self._operations = operations
        self._texts = {name for operation in operations for name in canary_fields(operation)}
        self.taken = set[Route]()
        """The operations that took what was sent."""

    async def send(
        self, path: str, body: dict[str, Any] | None = None, *, role: str | None = None, key: str | None = None
    ) -> Answered:
        """A command, with canaries."""
        operation = self.operation(path)
        answered = await super().send(path, _planted(operation, body), role=role, key=key)
        if answered.status < 300:
            self.taken.add(operation.route)
        return answered

    async def fill_in(self, path: str, fields: dict[str, str], *, steps: tuple[str, ...] = ("check", "send")) -> str:
        """A form, with canaries in what the journey writes and in every other text that the form asks for."""
        written = {name: told_in(name) if name in self._texts else value for name, value in fields.items()}
        page = read_page((await self._http.get(path, headers={"Accept": "text/html"})).text)
        for step in steps:
            typed = page.fill(write_canary, step) | {name: [value] for name, value in written.items()}
            answer = await self._http.post(path, data=typed, headers={"Accept": "text/html"})
            assert answer.status_code == 200, (
                f"{path}, {step}: {answer.status_code} {read_page(answer.text).errors_beside}"
            )
            page = read_page(answer.text)
        return page.text

    def operation(self, path: str) -> Operation:
        """The operation that an address belongs to."""
        [found] = [each for each in self._operations if each.route.method == "POST" and _leads_to(each.route, path)]
        return found


def canary_fields(operation: Operation) -> list[str]:
    """The fields of an operation in which anything about anybody can be written."""
    if operation.route.path in OF_THE_BOARD:
        return []
    return [name for name, schema in operation.fields().items() if is_free_text(schema) and name not in CLOSED]


def word_fields(operation: Operation) -> list[str]:
    """The fields of an operation that take words of a closed list, which its document does not show."""
    if operation.route.path in OF_THE_BOARD:
        return []
    return [name for name, schema in operation.fields().items() if is_word(schema) or name == "place"]


def canary_body(operation: Operation, values: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """A body with every field filled in, each text with a canary."""
    known = {
        "number": NUMBER,
        "child_number": NUMBER,
        "birth_date": str(years_ago(16)),
        "child_birth_date": str(years_ago(10)),
        "district": "centrum",
    }
    of_the_board = operation.route.path in OF_THE_BOARD
    return operation.fit_body((lambda _: "Exempel") if of_the_board else told_in, {**known, **(values or {})})


def write_canary(name: str, field: Field) -> list[str]:
    """What is written in a field of a form."""
    return fit(name, field, born=years_ago(16), number=NUMBER, text=told_in(name))


def _planted(operation: Operation, body: dict[str, Any] | None) -> dict[str, Any] | None:
    if body is None:
        return None
    added = () if operation.route.path in INCOMPLETE else canary_fields(operation)
    texts = {name for name in canary_fields(operation) if name in body or name in added}
    if body.get("open"):
        texts.discard("other_actor")  # Nobody else helps where an investigation is opened.
    return {**body, **{name: NUMBER if "number" in name else told_in(name) for name in texts}}


def _leads_to(route: Route, path: str) -> bool:
    return re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route.path)), path) is not None
