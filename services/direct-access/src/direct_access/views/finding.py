"""The catalogue as people look through it: what fits a wish, and what they may mean by the words they write.

Nobody has to spell, or to know what a board calls its support. A word is compared with a support's own words and with
the everyday words of the needs that it is for, in every language of the pages; its beginning or end is enough, and a
slip or two in a longer word does no harm (rapidfuzz).
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeVar

from rapidfuzz.distance import DamerauLevenshtein

from direct_access.model.catalogue import MeetingForm, Need


class Findable(Protocol):
    """What is looked at of a support."""

    @property
    def name(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def situation(self) -> str: ...
    @property
    def needs(self) -> Sequence[str]: ...
    @property
    def age_from(self) -> int | None: ...
    @property
    def age_to(self) -> int | None: ...
    @property
    def districts(self) -> Sequence[str]: ...
    @property
    def languages(self) -> Sequence[str]: ...
    @property
    def forms(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody looks for. None of it says who they are, and each part may be left open."""

    words: str | None = None
    need: Need | None = None
    age: int | None = None
    district: str | None = None
    language: str | None = None
    form: MeetingForm | None = None


@dataclass(frozen=True, slots=True)
class Everyday:
    """How people talk: the words of each need, and the words that say nothing of what is needed."""

    of_needs: Mapping[Need, str]
    empty: str


F = TypeVar("F", bound=Findable)

_WORD = re.compile(r"[^\W_]+")
_ARABIC = str.maketrans({"ة": "ه", "ى": "ي", "ـ": None, "ٱ": "ا"})
_ARTICLES = ("وال", "بال", "لل", "ال")
_OWN, _NEED, _TOLD = 4.0, 3.0, 1.0
"""What a word counts that stands in the name, among the words of a need, in the text."""
_MOST_WORDS = 12
_NEAR_THE_BEST = 0.5
"""What has less than this share of the best has only the commonest words in common."""


def fits(support: Findable, wish: Wish) -> bool:
    """Whether a support is for somebody with this need and age, here, in this language and form.

    What the board has not said of a support rules nothing out, except of needs and languages: there a person would
    be led astray.
    """
    return (
        (wish.need is None or wish.need in support.needs)
        and (wish.age is None or _is_for(support, wish.age))
        and (wish.district is None or not support.districts or wish.district in support.districts)
        and (wish.language is None or wish.language in support.languages)
        and (wish.form is None or not support.forms or wish.form in support.forms)
    )


def _is_for(support: Findable, age: int) -> bool:
    return (support.age_from or 0) <= age and (support.age_to is None or age <= support.age_to)


def find(supports: Iterable[F], wish: Wish, everyday: Everyday) -> list[F]:
    """What fits a wish. With words: what they come nearest to, first; without: in the order given."""
    fitting = [each for each in supports if fits(each, wish)]
    said = split(wish.words or "")[:_MOST_WORDS]
    words = [word for word in said if word not in _known(everyday.empty)] or said
    if not words:
        return fitting
    of_needs = [{need: _likeness(word, _known(each)) for need, each in everyday.of_needs.items()} for word in words]
    found = [[_nearness(word, each, needs) for word, needs in zip(words, of_needs, strict=True)] for each in fitting]
    rarity = [_rarity(sum(1 for row in found if row[column]), len(found)) for column in range(len(words))]
    scored = [
        (sum(near * rare for near, rare in zip(row, rarity, strict=True)), each)
        for row, each in zip(found, fitting, strict=True)
    ]
    best = max((score for score, _ in scored), default=0.0)
    scored = [(score, each) for score, each in scored if score > 0 and score >= best * _NEAR_THE_BEST]
    return [each for _, each in sorted(scored, key=lambda pair: -pair[0])]


def split(text: str) -> tuple[str, ...]:
    """A text's words, as they are compared: without accents, capitals and Arabic articles."""
    return tuple(dict.fromkeys(_plain(word) for word in _WORD.findall(unicodedata.normalize("NFC", text).casefold())))


@lru_cache(maxsize=2048)
def _known(text: str) -> tuple[str, ...]:
    """The words of a text of ours or a board's, remembered. What somebody looks for is never kept."""
    return split(text)


def _plain(word: str) -> str:
    parts = unicodedata.normalize("NFKD", word)
    bare = "".join(part for part in parts if not unicodedata.combining(part)).translate(_ARABIC)
    article = next((each for each in _ARTICLES if bare.startswith(each) and len(bare) > len(each) + 2), "")
    return bare.removeprefix(article)


def _nearness(word: str, support: Findable, of_needs: Mapping[Need, float]) -> float:
    """How near a word comes to what a support is; `of_needs`, how near it comes to each need."""
    return max(
        _OWN * _likeness(word, _known(support.name)),
        _NEED * max((of_needs[Need(need)] for need in support.needs), default=0.0),
        _TOLD * _likeness(word, (*_known(support.what), *_known(support.situation))),
    )


def _likeness(word: str, others: Iterable[str]) -> float:
    return max((_alike(word, other) for other in others), default=0.0)


def _alike(word: str, other: str) -> float:
    """From 0 (another word) to 1 (the same)."""
    if word == other:
        return 1.0
    shorter, longer = (word, other) if len(word) <= len(other) else (other, word)
    if len(shorter) >= 4 and longer.startswith(shorter):
        return 0.9
    if len(shorter) >= 4 and longer.endswith(shorter):
        return 0.7
    slips = 0 if len(shorter) < 5 else 1 if len(shorter) < 8 else 2
    if len(longer) - len(shorter) > slips:
        return 0.0
    if slips and DamerauLevenshtein.distance(word, other, score_cutoff=slips) <= slips:
        return 0.6
    return 0.0


def _rarity(having: int, of: int) -> float:
    """A word that everything has tells nothing apart."""
    return math.log(1 + of / having) if having else 0.0
