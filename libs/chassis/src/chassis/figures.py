"""Figures as they are typed: an Arabic or Persian keyboard writes others than 0–9, and they are as good."""

import unicodedata


def in_figures(typed: str) -> str:
    """The same with the figures 0–9, whatever keyboard wrote them."""
    return "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in typed)
