"""The catalogues are whole, and the check that says so can see what is not."""

from pathlib import Path

import pytest

from chassis.catalogues import UNREAD, find_faults, main, read_marked, write_catalogue
from chassis.languages import LANGUAGES, Wording, choose_language
from chassis.messages import SHARED_MESSAGES, field_code


def test_every_sentence_of_chassis_is_there_in_every_language() -> None:
    assert main(["--check", "chassis"]) == 0


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "messages.py").write_text('N_("Hej."), N_("Skriv %(limit)s.")')
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "page.html").write_text("{% trans n=1 %}En sak{% pluralize %}{{ n }} saker{% endtrans %}")
    return tmp_path


def test_marked_sentences_are_found_in_code_and_templates(package: Path) -> None:
    found = {message.id for message in read_marked(package) if message.id}
    assert found == {"Hej.", "Skriv %(limit)s.", ("En sak", "%(n)s saker")}


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ('msgid "Hej."\nmsgstr ""', "no translation of 'Hej.'"),
        ('#, fuzzy\nmsgid "Hej."\nmsgstr "Hello."', "fuzzy translation of 'Hej.'"),
        ('msgid "Hejdå."\nmsgstr "Bye."', "unused translation of 'Hejdå.'"),
        ('#, python-format\nmsgid "Skriv %(limit)s."\nmsgstr "Write %(number)s."', "in 'Skriv %(limit)s.'"),
    ],
)
def test_the_check_sees_each_kind_of_fault(package: Path, entry: str, fault: str) -> None:
    file = package / "en.po"
    file.write_text(f'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n{entry}\n')
    assert any(fault in found for found in find_faults(read_marked(package), file, "en"))


def test_an_update_keeps_translations_and_marks_new_ones_as_unread(package: Path) -> None:
    file = package / "ar.po"
    file.write_text('msgid "Hej."\nmsgstr "مرحبا."\n\nmsgid "Gammalt."\nmsgstr "قديم"\n')
    updated = write_catalogue(read_marked(package), file, "ar")
    assert 'msgid "Hej."\nmsgstr "مرحبا."' in updated
    assert "Gammalt" not in updated
    assert updated.count(UNREAD) == 2
    file.write_text(updated)
    assert write_catalogue(read_marked(package), file, "ar") == updated


def test_a_code_that_nobody_put_into_words_gets_a_general_sentence() -> None:
    wording = Wording(["chassis"], SHARED_MESSAGES)
    assert wording.message(LANGUAGES["en"], "never-heard-of") == "This cannot be done right now."


def test_easy_swedish_is_chosen_and_never_guessed() -> None:
    assert choose_language("sv-lattlast", "ar").code == "sv-lattlast"
    assert choose_language(None, "sv-lattlast").code == "sv"
    assert choose_language("klingon", "en;q=0.1").code == "en"


@pytest.mark.parametrize(
    ("pydantic_type", "code"),
    [
        ("int_parsing", "not-a-number"),
        ("date_from_datetime_parsing", "not-a-date"),
        ("list_type", "wrong-form"),
        ("own:no-such-number", "no-such-number"),
        ("something_new", "invalid"),
    ],
)
def test_every_kind_of_error_has_a_code(pydantic_type: str, code: str) -> None:
    assert field_code(pydantic_type) == code


def test_every_code_of_a_field_has_a_sentence() -> None:
    types = ["missing", "string_too_long", "too_short", "greater_than", "enum", "bool_parsing", "uuid_parsing", "x"]
    assert {field_code(one) for one in types} <= SHARED_MESSAGES.keys()
