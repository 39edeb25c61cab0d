"""The languages that one may wish an interpreter for (FL 13), as a closed list: any other is told in one's own words.

A wish is kept in the open, so it must be one of these and not what somebody wrote in its place. The list is kept here
rather than taken from a register: ISO 639-3 has thousands of codes, and among them Ada, Kim and Sam. It holds what is
interpreted most in Sweden, the national minorities' languages (lagen 2009:724) and Swedish sign language.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from chassis.forms import OneOf

SPOKEN: Mapping[str, str] = MappingProxyType(
    {
        "sq": "Shqip",
        "am": "አማርኛ",
        "ar": "العربية",
        "bs": "Bosanski",
        "prs": "دری",
        "en": "English",
        "fi": "Suomi",
        "fr": "Français",
        "yi": "ייִדיש",
        "zh": "中文",
        "hr": "Hrvatski",
        "kmr": "Kurdî (Kurmancî)",
        "ckb": "کوردیی ناوەندی",
        "fit": "Meänkieli",
        "se": "Davvisámegiella",
        "ps": "پښتو",
        "fa": "فارسی",
        "pl": "Polski",
        "rom": "Romani",
        "ro": "Română",
        "ru": "Русский",
        "so": "Soomaali",
        "es": "Español",
        "sr": "Српски",
        "th": "ไทย",
        "ti": "ትግርኛ",
        "tr": "Türkçe",
        "uk": "Українська",
        "vi": "Tiếng Việt",
    }
)
"""Each by its shortest code in ISO 639, in its own language for who does not read the page's, in Swedish order."""

SIGN_LANGUAGE = "swl"
"""Swedish sign language; what it is called stands in the pages' languages."""

Interpreter = Annotated[str, OneOf([*SPOKEN, SIGN_LANGUAGE])]
"""The code of the language that an interpreter is wished for."""
