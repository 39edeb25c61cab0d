"""The visitor's code: hard to guess, hard to miswrite."""

import math

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from chassis.receipt_code import ALPHABET, COUNT, code_of, read_code

numbers = st.integers(0, COUNT - 1)


@for_all(number=numbers)
def test_a_code_is_read_however_it_is_typed(number: int) -> None:
    code = code_of(number)
    assert read_code(code) == code
    assert read_code(f"  {code.lower().replace('-', ' ')} ") == code
    assert read_code(code.replace("B", "8").replace("S", "5").replace("Z", "2").replace("G", "6")) == code


@for_all(number=numbers, place=st.integers(0, 14), wrong=st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(number: int, place: int, wrong: str) -> None:
    characters = code_of(number).replace("-", "")
    typed = characters[:place] + wrong + characters[place + 1 :]
    assert (read_code(typed) is None) is (typed != characters)


@for_all(number=numbers, first=st.integers(0, 13), second=st.integers(0, 13))
def test_two_characters_that_changed_places_are_always_noticed(number: int, first: int, second: int) -> None:
    characters = list(code_of(number).replace("-", ""))
    swapped = list(characters)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    assert (read_code("".join(swapped)) is None) is (swapped != characters)


@pytest.mark.parametrize("typed", ["", "BCDFG", "0" * 15, "BCDFG-HJKMN-PRSTV-WXYZ3", "å" * 15])
def test_what_is_no_code_is_not_read(typed: str) -> None:
    assert read_code(typed) is None


@for_all(one=numbers, other=numbers)
def test_every_number_has_a_code_of_its_own(one: int, other: int) -> None:
    assert (code_of(one) == code_of(other)) is (one == other)


def test_there_are_too_many_codes_to_guess_one() -> None:
    assert math.log2(COUNT) > 60


@pytest.mark.parametrize("number", [-1, COUNT])
def test_no_code_stands_outside_the_numbers(number: int) -> None:
    with pytest.raises(ValueError, match="no code"):
        code_of(number)
