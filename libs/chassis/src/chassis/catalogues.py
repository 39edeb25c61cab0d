"""Keep the translation catalogues in step with the sentences marked in code and templates.

    python -m chassis.languages [PACKAGE ...]           writes new sentences into locales/*.po, drops unused ones
    python -m chassis.languages --check [PACKAGE ...]   fails where one is missing, fuzzy or unused

Without a package: every installed package of Stödväg. A translation that no speaker has read carries the
comment `UNREAD`; a speaker who has read it takes the comment away.
"""

import io
import textwrap
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from chassis.languages import LANGUAGES, package_folder, read_catalogue

UNREAD = "Not yet read by a speaker of the language."
_SOURCES = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
_OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
_KEYWORDS = {"N_": None, "_": None, "gettext": None, "ngettext": (1, 2)}


def main(arguments: list[str]) -> int:
    """Update or check the catalogues of the named packages; 1 where a check found something."""
    checking = "--check" in arguments
    packages = [argument for argument in arguments if not argument.startswith("-")] or sorted(_installed_packages())
    faults: list[str] = []
    for package in packages:
        folder = package_folder(package)
        marked = read_marked(folder)
        for code in (code for code in LANGUAGES if code != "sv"):
            file = folder / "locales" / f"{code}.po"
            if checking:
                faults += find_faults(marked, file, code)
            elif len(marked):
                file.parent.mkdir(exist_ok=True)
                file.write_text(write_catalogue(marked, file, code), encoding="utf-8")
        if len(marked):
            unread = ", ".join(f"{code} {count}" for code, count in _count_unread(folder).items())
            print(f"{package}: {len(marked)} sentences; not read by a speaker: {unread}")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def read_marked(folder: Path) -> Catalog:
    """Every sentence marked for translation in the Python files and templates of one package."""
    marked = Catalog()
    for name, _, message, _, context in extract_from_dir(folder, _SOURCES, _OPTIONS, _KEYWORDS):
        marked.add(message, locations=[(Path(name).as_posix(), 0)], context=context)
    return marked


def find_faults(marked: Catalog, file: Path, code: str) -> Iterator[str]:
    """What keeps one catalogue from being whole: sentences missing, fuzzy, unused, or with other placeholders."""
    translated = read_catalogue(file, code)
    where = "/".join(file.parts[-3:])
    for message in marked:
        if not message.id:
            continue
        found = translated.get(message.id, message.context)
        said = found.string if found else ""
        if not found or not (all(said) if isinstance(said, tuple) else said):
            yield f"{where}: no translation of {_shorten(message.id)}"
        elif found.fuzzy:
            yield f"{where}: fuzzy translation of {_shorten(message.id)}"
        else:
            yield from (f"{where}: {error} in {_shorten(message.id)}" for error in found.check(translated))
    for message in translated:
        if message.id and marked.get(message.id, message.context) is None:
            yield f"{where}: unused translation of {_shorten(message.id)}"


def write_catalogue(marked: Catalog, file: Path, code: str) -> str:
    """The text of a catalogue that holds just what is marked, with the translations that exist."""
    before = read_catalogue(file, code)
    after = Catalog(locale=LANGUAGES[code].locale)
    for message in marked:
        if message.id:
            known = before.get(message.id, message.context)
            after.add(
                message.id,
                known.string if known else "",
                locations=message.locations,
                user_comments=known.user_comments if known else [UNREAD],
                context=message.context,
            )
    text = io.BytesIO()
    write_po(text, after, width=110, omit_header=True, include_lineno=False, sort_by_file=True)
    header = f"""\
        msgid ""
        msgstr ""
        "Language: {code}\\n"
        "Content-Type: text/plain; charset=utf-8\\n"
        "Plural-Forms: {after.plural_forms}\\n"

        """
    return textwrap.dedent(header) + text.getvalue().decode().rstrip() + "\n"


def _installed_packages() -> Iterator[str]:
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name.startswith("stodvag-"):
            yield name.removeprefix("stodvag-").replace("-", "_")


def _count_unread(folder: Path) -> dict[str, int]:
    """By language, how many translations no speaker has read yet."""
    catalogues = {file.stem: read_catalogue(file, file.stem) for file in sorted(folder.glob("locales/*.po"))}
    return {
        code: sum(UNREAD in message.user_comments for message in catalogue if message.id)
        for code, catalogue in catalogues.items()
    }


def _shorten(sentence: object) -> str:
    return textwrap.shorten(repr(sentence), 90)
