"""Pages: rendered on the server, whole without JavaScript, in one look for all services.

    pages = open_pages("intake", MESSAGES, Site(municipality="Exempelkommun", assets=settings.assets))
    return pages.citizen(request, "apply.html", form=form)              # five languages, "leave quickly" always there
    return pages.staff(request, "case.html", principal, case=case)      # Swedish only

How to write a template and a form: `libs/chassis/PAGES.md`.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_datetime_format
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.auth import Principal
from chassis.edge import is_unlinked
from chassis.interpreters import SPOKEN
from chassis.languages import LANGUAGES, SWEDISH, Language, Wording, choose_language, name_language, package_folder
from chassis.messages import SHARED_MESSAGES
from chassis.municipality import NumberToCall, TelephoneNumber
from chassis.problems import FieldError, ProblemDocument
from chassis.reference import reference_of
from chassis.telemetry import current_trace_id

STOCKHOLM = ZoneInfo("Europe/Stockholm")
Audience = Literal["citizen", "staff"]
OFFERED: Mapping[Audience, tuple[Language, ...]] = MappingProxyType(
    {"citizen": tuple(LANGUAGES.values()), "staff": (SWEDISH,)}
)
"""The languages that each audience's pages are in."""
_OWN = package_folder("chassis")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the pages of one municipality share.

    `boards` are named by their ids; `leave_to` is the neutral page that "Lämna sidan snabbt" leads to; `assets` the
    folder with the built stylesheet, without which the small one of our own is used; `development` lets a development
    token be pasted where no identity provider runs.
    """

    municipality: str
    boards: Mapping[UUID, str] = field(default_factory=dict)
    numbers_to_call: tuple[NumberToCall, ...] = ()
    telephone: TelephoneNumber | None = None
    leave_to: str = "https://www.smhi.se/"
    assets: Path | None = None
    development: bool = False


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file sent as it is. `version` changes with its content and stands in its address."""

    content: bytes
    compressed: bytes
    media_type: str
    version: str


@dataclass(frozen=True, slots=True)
class Here:
    """Where a page stands, for its layout and links."""

    audience: Audience
    path: str
    language: Language
    languages: tuple[Language, ...]
    kept: Mapping[str, str]
    """What every link keeps: the language and the board, where the address names them."""
    asked: Mapping[str, str]
    """All that the address asks for, which stays when the language is changed."""
    trace_id: str | None

    def link(self, path: str, **query: str) -> str:
        """An address of ours with the chosen language and board kept."""
        kept = {**self.kept, **query}
        return f"{path}?{urlencode(kept)}" if kept else path

    def in_language(self, language: Language) -> str:
        """The address of this page in another language."""
        return self.link(self.path, **{**self.asked, "sprak": language.code})


class Pages:
    """A service's pages: its templates over the shared ones, one Jinja environment for each language."""

    def __init__(self, package: str, wording: Wording, site: Site) -> None:
        self.wording = wording
        self.site = site
        self.files = _read_static_files(site.assets)
        folders = [package_folder(package) / "templates", _OWN / "templates"]
        self._environments = {
            language.code: self._open_environment(folders, language) for language in LANGUAGES.values()
        }

    def citizen(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page for anyone, in the language of the address or the browser."""
        return self._render(request, template, "citizen", status, values)

    def staff(
        self, request: Request, template: str, principal: Principal, *, status: int = 200, **values: Any
    ) -> Response:
        """A page for staff, in Swedish."""
        return self._render(request, template, "staff", status, {**values, "principal": principal})

    def own(self, request: Request, template: str, **values: Any) -> Response:
        """A page for a citizen who signed in, in the language of the address or the browser."""
        return self._render(request, template, "citizen", 200, {**values, "signed_in": True})

    def problem(self, request: Request, document: ProblemDocument, audience: Audience) -> Response:
        """The page for what could not be served; one that asks for sign-in leads back to where it was asked for."""
        asked_for = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
        back = getattr(request.state, "back", asked_for)
        return self._render(request, "problem.html", audience, document.status, {"problem": document, "back": back})

    def _render(
        self, request: Request, template: str, audience: Audience, status: int, values: Mapping[str, Any]
    ) -> Response:
        languages = OFFERED[audience]
        query = request.query_params
        language = choose_language(query.get("sprak"), request.headers.get("accept-language"), languages)
        kept = _kept(request)
        trace_id = None if is_unlinked(request) else current_trace_id()
        here = Here(audience, request.url.path, language, languages, kept, dict(query), trace_id)
        page = (
            self._environments[language.code]
            .get_template(template)
            .render({"form": None, "signed_in": False, **values, "here": here})
        )
        headers = {"Content-Language": language.tag, "Vary": "Accept-Language, Cookie"}
        return HTMLResponse(page, status, headers)

    def _open_environment(self, folders: list[Path], language: Language) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(folders),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        environment.policies["ext.i18n.trimmed"] = True
        environment.install_gettext_translations(  # type: ignore[attr-defined]
            self.wording.translations(language), newstyle=True
        )

        def say(code: str, **numbers: object) -> str:
            return self.wording.message(language, code, **numbers)

        def say_error(error: FieldError) -> str:
            own = f"{error.place[-1]}.{error.code}"
            return say(own if self.wording.knows(own) else error.code, **error.values)

        environment.globals.update(
            site=self.site,
            spoken=list(SPOKEN.items()),
            say=say,
            say_error=say_error,
            static={name: f"/static/{name}?v={file.version}" for name, file in self.files.items()},
        )
        environment.filters.update(
            day=lambda value: format_day(value, language),
            short_day=lambda value: format_day(value, language, "medium"),
            moment=lambda value: format_moment(value, language),
            appointment=lambda value: format_moment(value, language, "full"),
            number=lambda value: format_decimal(value, locale=language.locale),
            language_name=name_language,
            reference=lambda case_id: reference_of(UUID(str(case_id))),
        )
        return environment


def open_pages(package: str, messages: Mapping[str, str], site: Site) -> Pages:
    """The pages of the service in `package`, with its sentences by code beside those that all share.

    Raises:
        ValueError: a code has a sentence in both tables.
    """
    doubled = messages.keys() & SHARED_MESSAGES.keys()
    if doubled:
        raise ValueError(f"these codes are taken: {', '.join(sorted(doubled))}")
    packages = ["chassis"] if package == "chassis" else ["chassis", package]
    return Pages(package, Wording(packages, {**SHARED_MESSAGES, **messages}), site)


def go_to(request: Request, path: str) -> Response:
    """Lead on to another page of ours (303), with the chosen language and board kept."""
    kept = _kept(request)
    return RedirectResponse(f"{path}?{urlencode(kept)}" if kept else path, 303)


def _kept(request: Request) -> dict[str, str]:
    """What every link on a page keeps of its address."""
    return {name: request.query_params[name] for name in ("sprak", "namnd") if name in request.query_params}


def format_day(value: date, language: Language, length: Literal["full", "long", "medium"] = "long") -> str:
    """A day in words, such as 22 november 2025 (medium: 22 nov. 2025; full: with the day of the week).

    A moment counts as its day in Stockholm.
    """
    day = value.astimezone(STOCKHOLM).date() if isinstance(value, datetime) else value
    return format_date(day, length, locale=language.locale)


def format_moment(value: datetime, language: Language, length: Literal["full", "long"] = "long") -> str:
    """A moment in words, in Stockholm's time, such as 22 november 2025 14:03 (full: with the day of the week)."""
    local = value.astimezone(STOCKHOLM)
    clock = format_time(local, "short", tzinfo=STOCKHOLM, locale=language.locale)
    pattern = str(get_datetime_format("long", locale=language.locale)).replace("'", "")
    return pattern.replace("{0}", clock).replace("{1}", format_day(local, language, length))


def send_file(request: Request, file: StaticFile) -> Response:
    """A static file, to be kept for a year where its version was asked for."""
    kept = request.query_params.get("v") == file.version
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if kept else "no-cache",
        "Vary": "Accept-Encoding",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.compressed, headers={**headers, "Content-Encoding": "gzip"}, media_type=file.media_type)
    return Response(file.content, headers=headers, media_type=file.media_type)


def _read_static_files(assets: Path | None) -> Mapping[str, StaticFile]:
    folder = _OWN / "static"
    built = assets / "stodvag.css" if assets else None
    if built and built.is_file():
        style = built.read_bytes()
    else:
        style = b"".join((folder / name).read_bytes() for name in ("theme.css", "plain.css", "stodvag.css"))
    contents = {
        "stodvag.css": (style, "text/css"),
        "stodvag.js": ((folder / "stodvag.js").read_bytes(), "text/javascript"),
        "stodvag.svg": ((folder / "stodvag.svg").read_bytes(), "image/svg+xml"),
    }
    return MappingProxyType(
        {
            name: StaticFile(content, gzip.compress(content, mtime=0), kind, hashlib.sha256(content).hexdigest()[:12])
            for name, (content, kind) in contents.items()
        }
    )
