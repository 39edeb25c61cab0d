"""Looking through the catalogue: what fits, and what people mean by the words they write."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.languages import LANGUAGES, Wording
from chassis.messages import SHARED_MESSAGES
from direct_access.messages import EMPTY_WORDS, EVERYDAY
from direct_access.model.catalogue import MeetingForm, Need
from direct_access.views.finding import Everyday, Wish, find, fits, split

WORDING = Wording(["chassis", "direct_access"], SHARED_MESSAGES)


def said(sentence: str) -> str:
    """A sentence in every language."""
    return " ".join(WORDING.sentence(language, sentence) for language in LANGUAGES.values())


WORDS = Everyday({need: said(words) for need, words in EVERYDAY.items()}, said(EMPTY_WORDS))


@dataclass
class Support:
    """A support as it is looked at."""

    support: str
    name: str
    what: str
    situation: str = ""
    needs: list[str] = field(default_factory=list)
    age_from: int | None = None
    age_to: int | None = None
    districts: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)


EXAMPLE = [
    Support(**{name: value for name, value in entry.items() if name in Support.__dataclass_fields__})
    for entry in tomllib.loads(Path("infra/example/catalogue.toml").read_text())["supports"]
]


@pytest.mark.parametrize(
    ("words", "support"),
    [
        ("min man slår mig", "stod-vid-vald"),
        ("vald i hemmet", "stod-vid-vald"),
        ("jag har slagit min sambo", "sluta-sla"),
        ("skuldr och inkaso", "budget-och-skuldradgivning"),
        ("Jag spelar bort alla pengar på kasino", "rad-alkohol-droger-spel"),
        ("alkhol", "rad-alkohol-droger-spel"),
        ("bråk med tonåringen", "foraldraradgivning"),
        ("känner mig ensam", "traffpunkten"),
        ("my husband hits me", "stod-vid-vald"),
        ("gambeling", "rad-alkohol-droger-spel"),
        ("velkaa ja laskuja", "budget-och-skuldradgivning"),
        ("mieheni lyö minua", "stod-vid-vald"),
        ("زوجي يضربني", "stod-vid-vald"),
        ("المخدرات", "rad-alkohol-droger-spel"),
        ("ديون", "budget-och-skuldradgivning"),
        ("hoppa av gänget", "avhopparstod"),
    ],
)
def test_everyday_words_in_any_language_and_spelling_find_the_support(words: str, support: str) -> None:
    found = [each.support for each in find(EXAMPLE, Wish(words=words), WORDS)]
    assert support in found[:4], found


@pytest.mark.parametrize("need", list(Need))
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_word_of_a_need_leads_to_its_supports(need: Need, language: str) -> None:
    for word in split(WORDING.sentence(LANGUAGES[language], EVERYDAY[need])):
        if word not in split(WORDS.empty):
            supports = [Support("it", "Nytt", "Nytt", needs=[need]), Support("other", "Annat", "Annat")]
            assert [each.support for each in find(supports, Wish(words=word), WORDS)] == ["it"], word


def test_what_is_called_so_comes_before_what_is_for_it_and_what_mentions_it() -> None:
    [debt, *_] = split(WORDING.sentence(LANGUAGES["sv"], EVERYDAY[Need.MONEY]))
    mentions, meant = Support("c", "Annat", f"Inte {debt}"), Support("b", "Annat", "Annat", needs=[Need.MONEY])
    called = Support("a", debt, "Annat")
    found = find([mentions, meant, called], Wish(words=debt), WORDS)
    assert [each.support for each in found][:2] == ["a", "b"]


def test_words_that_nothing_has_find_nothing() -> None:
    assert find(EXAMPLE, Wish(words="xyzzyq"), WORDS) == []


def test_words_that_say_nothing_leave_out_nothing_that_other_words_find() -> None:
    asked = find(EXAMPLE, Wish(words="jag vill ha hjälp med skulder"), WORDS)
    assert asked == find(EXAMPLE, Wish(words="skulder"), WORDS)


@given(st.text(max_size=100))
def test_whatever_is_written_only_what_is_offered_is_found(words: str) -> None:
    assert all(each in EXAMPLE for each in find(EXAMPLE, Wish(words=words), WORDS))


@given(st.integers(0, 120), st.none() | st.integers(0, 120), st.none() | st.integers(0, 120))
def test_nobody_is_shown_what_is_for_other_ages(age: int, youngest: int | None, oldest: int | None) -> None:
    support = Support("it", "Stöd", "Stöd", age_from=youngest, age_to=oldest)
    inside = (youngest is None or youngest <= age) and (oldest is None or age <= oldest)
    assert fits(support, Wish(age=age)) is inside


def test_each_part_of_a_wish_narrows() -> None:
    support = Support(
        "it", "Stöd", "Stöd", needs=["money"], districts=["centrum"], languages=["sv", "fi"], forms=["phone"]
    )
    assert fits(support, Wish(need=Need.MONEY, district="centrum", language="fi", form=MeetingForm.PHONE))
    for other in (Wish(need=Need.YOUNG), Wish(district="sodra"), Wish(language="ar"), Wish(form=MeetingForm.DIGITAL)):
        assert not fits(support, other)
