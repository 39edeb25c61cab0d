"""The code on a receipt: not to be guessed, hard to miswrite, easy to read aloud. It is stored as a keyed digest only.

Fifteen characters in groups of five. Fourteen are drawn (63 bits), the last is their checksum: weights 1 to 14 modulo
the prime 23 catch every single wrong character and every swap of two. Neither vowels, so that no word appears by
chance, nor characters that look like another one that is in use.
"""

import secrets

from chassis.figures import in_figures

ALPHABET = "BCDFGHJKMNPRSTVWXYZ3479"
LOOK_ALIKES = str.maketrans("8526U", "BSZGV")
"""What a reader may have taken for a character of ours."""
DRAWN = 14
COUNT = len(ALPHABET) ** DRAWN
"""How many codes there are; whoever draws one draws a number below this."""


def draw_code() -> str:
    """A new code, which nobody can guess."""
    return code_of(secrets.randbelow(COUNT))


def code_of(number: int) -> str:
    """The code of a number from 0 up to `COUNT`, in groups of five with hyphens.

    Raises:
        ValueError: no code has this number.
    """
    if not 0 <= number < COUNT:
        raise ValueError("no code has this number")
    places = []
    for _ in range(DRAWN):
        number, place = divmod(number, len(ALPHABET))
        places.append(place)
    characters = "".join(ALPHABET[place] for place in (*places, _checksum(places)))
    return "-".join(characters[start : start + 5] for start in (0, 5, 10))


def read_code(typed: str) -> str | None:
    """The code that a person typed, as `code_of` writes it; None where it is miswritten.

    Small letters, spaces and hyphens do not matter, nor which keyboard wrote the figures; look-alikes are read as what
    they look like.
    """
    characters = "".join(in_figures(typed).upper().split()).replace("-", "").translate(LOOK_ALIKES)
    if len(characters) != DRAWN + 1 or not set(characters) <= set(ALPHABET):
        return None
    places = [ALPHABET.index(character) for character in characters]
    if _checksum(places[:DRAWN]) != places[DRAWN]:
        return None
    return "-".join(characters[start : start + 5] for start in (0, 5, 10))


def _checksum(places: list[int]) -> int:
    return sum(weight * place for weight, place in enumerate(places, start=1)) % len(ALPHABET)
