"""A browser without a window: it keeps cookies, follows where it is led, and shows every step to a test.

httpx's own jar keeps no secure cookie for http://localhost, as browsers do.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx

_CHOICE = re.compile(r'name="sub" value="([^"]+)"><strong>([^<]+)')


@dataclass
class Visitor:
    """Somebody at the gateway and at the identity provider. `cookies` are by host and name."""

    client: httpx.AsyncClient
    address: str
    """Where the gateway is found."""
    cookies: dict[tuple[str, str], str] = field(default_factory=dict)

    async def ask(
        self,
        url: str,
        *,
        method: str = "GET",
        data: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """One request, with the cookies of its host; `url` may be a path at the gateway."""
        whole = urljoin(self.address, url)
        host = urlsplit(whole).hostname or ""
        cookie = "; ".join(f"{name}={value}" for (at, name), value in self.cookies.items() if at == host)
        sent = {"Accept": "text/html", **({"Cookie": cookie} if cookie else {}), **(headers or {})}
        answer = await self.client.request(method, whole, data=data, headers=sent)
        self.client.cookies.clear()  # Several visitors share it.
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            if "1970" in line or "max-age=0" in line.lower():
                self.cookies.pop((host, name), None)
            else:
                self.cookies[host, name] = value
        return answer

    async def follow(self, answer: httpx.Response, until: str = "") -> httpx.Response:
        """Where redirects lead, or the first one whose address begins with `until`."""
        while answer.is_redirect:
            led_to = urljoin(str(answer.url), answer.headers["location"])
            if until and led_to.startswith(until):
                break
            answer = await self.ask(led_to)
        return answer

    async def come_back_with_code(self, path: str, person: str) -> str:
        """Ask for a page, choose a person at the provider, and give the address that it sends one back to, unused."""
        choice = await self.follow(await self.ask(path), until=self.address)
        if choice.is_redirect:
            return str(choice.headers["location"])  # Still signed in at the provider.
        subject = next(sub for sub, name in _CHOICE.findall(choice.text) if name == person)
        chosen = await self.ask(str(choice.url), method="POST", data={"sub": subject})
        return str((await self.follow(chosen, until=self.address)).headers["location"])

    async def sign_in(self, path: str, person: str) -> httpx.Response:
        """Ask for a page and sign in on the way; gives the page."""
        return await self.follow(await self.ask(await self.come_back_with_code(path, person)))

    def copy(self) -> "Visitor":
        """A thief with all this visitor's cookies."""
        return Visitor(self.client, self.address, dict(self.cookies))
