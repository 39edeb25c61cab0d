"""The ways that a message leaves by: e-mail by SMTP, SMS through a port, a folder while developing.

What is not configured sends nothing, and says so. An address is seen here alone, and stands in no error and no log.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from functools import cache
from pathlib import Path
from typing import Literal, Protocol, Self
from uuid import UUID

import aiosmtplib
from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from direct_access.model.message import Why
from direct_access.model.support import ContactWay

_SECONDS = 20
_TELEPHONE = re.compile(r"\+?\d{6,15}")


class PostSettings(BaseSettings):
    """How messages are sent, from the environment (`STODVAG_MESSAGES_…`)."""

    model_config = SettingsConfigDict(env_prefix="STODVAG_MESSAGES_")

    address: str = ""
    """Where people find the pages, which a message leads to."""
    sender: str = ""
    """Who e-mail is from. Nothing in it should tell what the messages are about."""
    smtp_host: str = ""
    """The server that takes e-mail. Empty: no e-mail is sent."""
    smtp_port: int = 587
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    smtp_user: str | None = None
    smtp_password_file: Path | None = None
    spool: Path | None = None
    """Folder for what nothing else sends, while developing. Never in production."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.smtp_host and not (self.sender and self.address):
            raise ValueError("e-mail needs STODVAG_MESSAGES_SENDER and STODVAG_MESSAGES_ADDRESS")
        return self


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
    """Whoever carries it is away or busy."""


class Carrier(Protocol):
    """One way to send: an SMS gateway is another of these."""

    async def carry(self, letter: Letter) -> None:
        """Hand it over.

        Raises:
            Undeliverable: nobody takes it for this address.
            Later: it is to be tried again.
        """
        ...


class Smtp:
    """E-mail, by the municipality's own server."""

    def __init__(self, settings: PostSettings) -> None:
        self._settings = settings
        self._domain = parseaddr(settings.sender)[1].rpartition("@")[2]

    async def carry(self, letter: Letter) -> None:
        """Hand it over to the server."""
        settings = self._settings
        password = settings.smtp_password_file
        try:
            await aiosmtplib.send(
                self._write(letter),
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                use_tls=settings.smtp_tls == "tls",
                start_tls=settings.smtp_tls == "starttls",
                username=settings.smtp_user,
                password=password.read_text().strip() if password else None,
                local_hostname=self._domain,
                timeout=_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            if all(500 <= each.code < 600 for each in refused.recipients):
                raise Undeliverable(Why.REFUSED) from None
            raise Later from None
        except aiosmtplib.SMTPDataError as refused:
            raise (Undeliverable(Why.REFUSED) if 500 <= refused.code < 600 else Later()) from None
        except (aiosmtplib.SMTPNotSupported, ValueError):
            # No server would take it so written.
            raise Undeliverable(Why.REFUSED) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            # Its text may quote the address.
            raise Later(type(error).__name__) from None

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
    if way is ContactWay.SMS:
        dialled = re.sub(r"\(0\)|[\s()./-]", "", written)
        if _TELEPHONE.fullmatch(dialled):
            return dialled
        raise Undeliverable(Why.REFUSED)
    try:
        found = Address(addr_spec=written.strip())
    except (ValueError, IndexError, MessageError):
        raise Undeliverable(Why.REFUSED) from None
    if not found.username or "." not in found.domain or not found.addr_spec.isascii():
        raise Undeliverable(Why.REFUSED)
    return found.addr_spec


def open_post(settings: PostSettings) -> Post:
    """The ways that are configured."""
    carriers: dict[ContactWay, Carrier] = {}
    if settings.spool is not None:
        carriers = dict.fromkeys((ContactWay.EMAIL, ContactWay.SMS), Spool(settings.spool))
    if settings.smtp_host:
        carriers[ContactWay.EMAIL] = Smtp(settings)
    return Post(carriers, settings.address)


@cache
def post() -> Post:
    """Those of this process."""
    return open_post(PostSettings())
