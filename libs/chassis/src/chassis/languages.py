"""Languages of pages and answers: Swedish is the source, the others are gettext catalogues (`locales/<code>.po`).

A sentence is written in Swedish where it is used: `{{ _("…") }}` or `{% trans %}` in a template, `N_("…")` in Python.
A package that marks one sentence owes it in every language below; text for staff alone stays unmarked and Swedish.
`python -m chassis.languages` keeps the catalogues in step with what is marked (see `chassis.catalogues`).
"""

import io
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations


@dataclass(frozen=True, slots=True)
class Language:
    """One language that a page can be read in.

    `code` stands in addresses (`?sprak=`) and names the catalogue; `tag` is the language tag for HTML and headers;
    `locale` shapes dates and numbers.
    """

    code: str
    name: str
    tag: str
    locale: Locale
    direction: str = "ltr"


SWEDISH = Language("sv", "Svenska", "sv", Locale("sv", "SE"))
LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {
        "sv": SWEDISH,
        "sv-lattlast": Language("sv-lattlast", "Lättläst svenska", "sv-simple", Locale("sv", "SE")),
        "en": Language("en", "English", "en", Locale("en", "GB")),
        "fi": Language("fi", "Suomi", "fi", Locale("fi", "FI")),
        "ar": Language("ar", "العربية", "ar", Locale("ar"), "rtl"),
    }
)

_UNNAMED: Mapping[str, str] = MappingProxyType(
    {
        "sv-lattlast": "lättläst svenska",
        "swl": "svenskt teckenspråk",
        "prs": "dari",
        "ps": "pashto",
        "kmr": "kurdiska (kurmanji)",
        "ckb": "kurdiska (sorani)",
    }
)
"""Names that the register (Unicode CLDR) lacks, or that nobody uses as it has them."""


def name_language(code: str) -> str:
    """The Swedish name of a language by its code (BCP 47, or one of the pages' own); the code where it has none."""
    return _UNNAMED.get(code) or str(SWEDISH.locale.languages.get(code, code))


_AFTER_Z = str.maketrans({"å": "z\x01", "ä": "z\x02", "ö": "z\x03"})


def swedish_order(name: str) -> str:
    """What to sort by, so that names come in Swedish order: PostgreSQL's wheel knows no language's."""
    return name.casefold().translate(_AFTER_Z)


def N_(sentence: str) -> str:  # noqa: N802 -- the name that gettext tools look for
    """Mark a Swedish sentence for translation; it is translated when it is said, not here."""
    return sentence


def choose_language(
    chosen: str | None, accept_language: str | None, offered: Sequence[Language] = tuple(LANGUAGES.values())
) -> Language:
    """The language chosen in the address, else the one the browser prefers most, else Swedish.

    `accept_language` is the header of that name (RFC 9110, 12.5.4); anything unreadable in it is passed over.
    """
    by_code = {language.code: language for language in offered}
    if chosen in by_code:
        return by_code[chosen]
    best, weight = SWEDISH, 0.0
    for part in (accept_language or "")[:1000].split(","):
        tag, _, quality = part.partition(";")
        language = by_code.get(tag.strip().lower().split("-")[0])
        if language is None:
            continue
        try:
            asked = float(quality.strip().removeprefix("q=")) if quality else 1.0
        except ValueError:
            continue
        if weight < asked <= 1:
            best, weight = language, asked
    return best


class Wording:
    """All that is said to people, in every language: sentences by themselves, and sentences by code.

    Codes are those of refusals, of their alternatives and of errors in a field; a refusal stays a word of the
    domain, and what it sounds like is decided here.
    """

    def __init__(self, packages: Sequence[str], messages: Mapping[str, str]) -> None:
        """Read the catalogues of `packages` in order; a later one fills in and never changes an earlier one's."""
        self._messages = messages
        self._translations = {code: _compile_catalogues(packages, code) for code in LANGUAGES}

    def translations(self, language: Language) -> Translations:
        """The gettext translations of one language, for Jinja."""
        return self._translations[language.code]

    def sentence(self, language: Language, swedish: str, **values: object) -> str:
        """A marked sentence in `language`, with `%(name)s` filled in; Swedish where no translation exists."""
        said = self.translations(language).gettext(swedish)
        return said % values if values else said

    def message(self, language: Language, code: str, **values: object) -> str:
        """The sentence that stands for `code`; a general one for a code that nobody has put into words."""
        return self.sentence(language, self._messages.get(code, self._messages["unspoken"]), **values)

    def knows(self, code: str) -> bool:
        """Whether a sentence is registered for `code`."""
        return code in self._messages


def package_folder(package: str) -> Path:
    """The folder of an installed package."""
    return Path(str(resources.files(package)))


def read_catalogue(file: Path, code: str) -> Catalog:
    """Read one `.po` file; an absent file is an empty catalogue."""
    locale = LANGUAGES[code].locale
    if not file.exists():
        return Catalog(locale=locale)
    with file.open("rb") as source:
        return read_po(source, locale=locale, abort_invalid=True)


def _compile_catalogues(packages: Sequence[str], code: str) -> Translations:
    """The catalogues of several packages as one, without a compiled file on disk."""
    merged = Catalog(locale=LANGUAGES[code].locale)
    for package in packages:
        for message in read_catalogue(package_folder(package) / "locales" / f"{code}.po", code):
            if message.id and not message.fuzzy and message.id not in merged:
                merged.add(message.id, message.string)
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(compiled)


if __name__ == "__main__":
    from chassis.catalogues import main

    sys.exit(main(sys.argv[1:]))
