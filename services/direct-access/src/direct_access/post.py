"""The ways that a message leaves by: e-mail by SMTP, SMS by a gateway over HTTP, a folder while developing.

What is not configured sends nothing, and says so. An address is seen here alone, and stands in no error and no log.
"""

import asyncio
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr, parsedate_to_datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, Protocol, Self
from urllib.parse import urlsplit
from uuid import UUID

import aiosmtplib
import httpx
import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType
from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.clock import now
from direct_access.decide.message import LONGEST_WAIT
from direct_access.model.message import Why
from direct_access.model.support import ContactWay

_SECONDS_TO_CONNECT, _SECONDS = 10, 30
"""Together less than the minute for which nobody else tries, whatever a server lets one wait between its words."""
_DIALLED = re.compile(r"[+\d\s()./‐-–-]+")
_TAKES_SMS = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
"""Some countries do not tell mobile telephones from others by their numbers."""
_RETURNS = re.compile(r"[A-Za-z0-9._-]{1,27}@[A-Za-z0-9.-]+")
"""A server need not take more than 64 characters before the @, and an id with its plus has 37."""
_SMS_SENDER = re.compile(r"\+\d{6,15}|[A-Za-z][A-Za-z0-9 ]{2,10}")
_REFUSED = frozenset({400, 422})
"""What a gateway answers where the message itself is wrong. Its other refusals are of us: of an account, say."""


class PostSettings(BaseSettings):
    """How messages are sent, from the environment (`STODVAG_MESSAGES_…`)."""

    model_config = SettingsConfigDict(env_prefix="STODVAG_MESSAGES_", hide_input_in_errors=True)

    address: str = ""
    """Where people find the pages, which a message leads to."""
    sender: str = ""
    """Who e-mail is from. Nothing in it should tell what the messages are about."""
    returns: str = ""
    """Where e-mail comes back to: with the message's id after a plus. Empty: to the sender, and nobody is told."""
    smtp_host: str = ""
    """The server that takes e-mail. Empty: no e-mail is sent."""
    smtp_port: int = 587
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password_file: Path | None = None
    sms_url: str = ""
    """Where the gateway takes an SMS, as a form: `from`, `to`, `message`. Empty: no SMS is sent."""
    sms_sender: str = ""
    """Who an SMS is from: a name of at most eleven letters and digits, or a number with its country's."""
    sms_user: str = ""
    sms_password_file: Path | None = None
    spool: Path | None = None
    """Folder for what nothing else sends, while developing. Never in production."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.smtp_host and not (self.sender and self.address):
            raise ValueError("e-mail needs STODVAG_MESSAGES_SENDER and STODVAG_MESSAGES_ADDRESS")
        if self.returns and not _RETURNS.fullmatch(self.returns):
            raise ValueError("STODVAG_MESSAGES_RETURNS is an address, of at most 27 characters before the @")
        if self.sms_url:
            self._check_gateway()
        return self

    def _check_gateway(self) -> None:
        if not (self.address and self.sms_user and self.sms_password_file):
            needed = "_ADDRESS, _SMS_USER and _SMS_PASSWORD_FILE".replace("_", "STODVAG_MESSAGES_", 1)
            raise ValueError(f"SMS needs {needed}")
        if not _SMS_SENDER.fullmatch(self.sms_sender):
            raise ValueError("STODVAG_MESSAGES_SMS_SENDER is a number, or a name of 3 to 11 letters and digits")
        url = urlsplit(self.sms_url)
        if not url.hostname or url.username or url.password:
            raise ValueError("STODVAG_MESSAGES_SMS_URL has a host, and no credentials in it")
        if url.scheme != "https" and not (url.scheme == "http" and is_loopback(url.hostname)):
            raise ValueError("STODVAG_MESSAGES_SMS_URL begins with https://, but on this machine itself")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message, ready to leave."""

    message: UUID
    """The same however often it leaves, so that whoever takes it twice can tell."""
    to: str
    subject: str
    """Of an e-mail."""
    body: str
    language: str
    """A language tag."""

    def __repr__(self) -> str:
        return f"Letter({self.message}, …)"


class Undeliverable(Exception):
    """It cannot reach the person, however often it is tried."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


class Later(Exception):
    """Whoever carries it is away or busy, and asks for no more until it has rested, where it says so."""

    def __init__(self, error: str, *, rest: timedelta = timedelta()) -> None:
        super().__init__(error)
        self.rest = rest


class Unanswered(Later):
    """Whoever carries it fell silent once it had the message: it may have been taken or not."""


class Carrier(Protocol):
    """One way to send."""

    async def carry(self, letter: Letter) -> None:
        """Hand it over.

        Raises:
            Undeliverable: nobody takes it for this address.
            Later: it was not taken now, or (`Unanswered`) nobody knows.
        """
        ...


class Smtp:
    """E-mail, by the municipality's own server."""

    def __init__(self, settings: PostSettings) -> None:
        self._settings = settings
        self._domain = parseaddr(settings.sender)[1].rpartition("@")[2]

    async def carry(self, letter: Letter) -> None:
        """Hand it over to the server."""
        silence: type[Later] = Later
        try:
            server = self._server()
            async with asyncio.timeout(_SECONDS_TO_CONNECT):
                await server.connect()
            silence = Unanswered
            async with server, asyncio.timeout(_SECONDS):
                await server.send_message(self._write(letter), sender=self._returns_of(letter), timeout=_SECONDS)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            if all(500 <= each.code < 600 for each in refused.recipients):
                raise Undeliverable(Why.REFUSED) from None
            raise Later(type(refused).__name__) from None
        except aiosmtplib.SMTPDataError as refused:
            if 500 <= refused.code < 600:
                raise Undeliverable(Why.REFUSED) from None
            raise Later(type(refused).__name__) from None
        except (aiosmtplib.SMTPNotSupported, ValueError):
            # No server would take it so written.
            raise Undeliverable(Why.REFUSED) from None
        except (aiosmtplib.SMTPServerDisconnected, TimeoutError) as error:
            raise silence(type(error).__name__) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            # Its text may quote the address.
            raise Later(type(error).__name__) from None

    def _server(self) -> aiosmtplib.SMTP:
        settings = self._settings
        password = settings.smtp_password_file
        return aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            use_tls=settings.smtp_tls == "tls",
            start_tls=settings.smtp_tls == "starttls",
            username=settings.smtp_user,
            password=password.read_text().strip() if password else None,
            local_hostname=self._domain,
            timeout=_SECONDS_TO_CONNECT,
        )

    def _returns_of(self, letter: Letter) -> str | None:
        """Where this one comes back to, by which it is known; None where all do to the sender."""
        box, at, domain = self._settings.returns.partition("@")
        return f"{box}+{letter.message}@{domain}" if at else None

    def _write(self, letter: Letter) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._settings.sender
        mail["To"] = Address(addr_spec=letter.to)
        mail["Subject"] = letter.subject
        mail["Message-ID"] = f"<{letter.message}@{self._domain}>"
        mail["Content-Language"] = letter.language
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter.body)
        return mail


class SmsGateway:
    """SMS, by a gateway that takes a form over HTTP and answers by the status alone, as 46elks' `POST /a1/sms` does.

    What else it answers is not read: it may hold the number. Nor is another address followed that it points to.
    """

    def __init__(self, settings: PostSettings) -> None:
        self._settings = settings
        url = urlsplit(settings.sms_url)
        self._trusted = ssl.create_default_context() if url.scheme == "https" else False
        self._by_proxy = not is_loopback(url.hostname or "")

    async def carry(self, letter: Letter) -> None:
        """Hand it over to the gateway."""
        status, headers = await self._post(letter)
        if 200 <= status < 300:
            return
        if status in _REFUSED:
            raise Undeliverable(Why.REFUSED)
        raise Later(str(status), rest=read_rest(headers.get("retry-after", "")))

    async def _post(self, letter: Letter) -> tuple[int, httpx.Headers]:
        settings = self._settings
        form = {
            "from": settings.sms_sender,
            "to": letter.to,
            "message": letter.body,
            "dontlog": "message",  # 46elks then keeps the words in no log; others do not know the field
        }
        try:
            password = settings.sms_password_file.read_text().strip() if settings.sms_password_file else ""
            async with (
                asyncio.timeout(_SECONDS),
                httpx.AsyncClient(
                    auth=httpx.BasicAuth(settings.sms_user, password),
                    timeout=httpx.Timeout(_SECONDS, connect=_SECONDS_TO_CONNECT),
                    verify=self._trusted,
                    trust_env=self._by_proxy,
                ) as client,
                client.stream("POST", settings.sms_url, data=form) as answer,
            ):
                return answer.status_code, answer.headers
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise Later(type(error).__name__) from None
        except (httpx.TransportError, TimeoutError) as error:
            raise Unanswered(type(error).__name__) from None
        except OSError as error:
            raise Later(type(error).__name__) from None


class Spool:
    """A folder with a file for each message. To whom, it does not say: it lies in the open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def carry(self, letter: Letter) -> None:
        """Write it down, over what was written of the same one before."""
        self._folder.mkdir(parents=True, exist_ok=True)
        text = f"{letter.subject}\n\n{letter.body}\n"
        (self._folder / f"{letter.message}.txt").write_text(text, encoding="utf-8")


class Post:
    """All the ways together."""

    def __init__(self, carriers: Mapping[ContactWay, Carrier], address: str) -> None:
        self._carriers = carriers
        self.address = address
        self._resting: dict[ContactWay, datetime] = {}

    def rest(self, way: ContactWay, until: datetime) -> None:
        """Leave a way alone until then."""
        self._resting[way] = until

    def resting(self, at: datetime) -> set[ContactWay]:
        """The ways to be left alone."""
        return {way for way, until in self._resting.items() if at < until}

    async def send(self, way: ContactWay, letter: Letter) -> None:
        """Send it.

        Raises:
            Undeliverable: the address is none, or nothing here sends that way.
            Later: it is to be tried again.
        """
        carrier = self._carriers.get(way)
        if carrier is None:
            raise Undeliverable(Why.NO_WAY)
        await carrier.carry(letter)


def read_address(way: ContactWay, written: str) -> str:
    """An address as it was written, in the form that it is sent to.

    Raises:
        Undeliverable: it is none of this way's.
    """
    return _read_number(written) if way is ContactWay.SMS else _read_mail_address(written)


def _read_number(written: str) -> str:
    """A number that an SMS can reach, with its country's: a Swedish one where none is written."""
    try:
        number = phonenumbers.parse(written, "SE") if _DIALLED.fullmatch(written) else None
    except NumberParseException:
        number = None
    # Of what is no number in use, the type is unknown.
    if number is None or phonenumbers.number_type(number) not in _TAKES_SMS:
        raise Undeliverable(Why.REFUSED)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _read_mail_address(written: str) -> str:
    try:
        found = Address(addr_spec=written.strip())
    except (ValueError, IndexError, MessageError):
        raise Undeliverable(Why.REFUSED) from None
    if not found.username or "." not in found.domain or not found.addr_spec.isascii():
        raise Undeliverable(Why.REFUSED)
    return found.addr_spec


def read_rest(retry_after: str) -> timedelta:
    """How long a server asks to be left alone, in seconds or until a moment: half an hour at most, and then we ask."""
    if retry_after.isascii() and retry_after.isdigit():
        return min(timedelta(seconds=int(retry_after[:6])), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(retry_after)
        return min(max(until - now(), timedelta()), LONGEST_WAIT)
    except (ValueError, TypeError):
        return timedelta()


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def open_post(settings: PostSettings) -> Post:
    """The ways that are configured."""
    carriers: dict[ContactWay, Carrier] = {}
    if settings.spool is not None:
        carriers = dict.fromkeys((ContactWay.EMAIL, ContactWay.SMS), Spool(settings.spool))
    if settings.smtp_host:
        carriers[ContactWay.EMAIL] = Smtp(settings)
    if settings.sms_url:
        carriers[ContactWay.SMS] = SmsGateway(settings)
    return Post(carriers, settings.address)


@cache
def post() -> Post:
    """Those of this process."""
    return open_post(PostSettings())
