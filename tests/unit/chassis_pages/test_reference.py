"""The number on a receipt leads back to the case."""

from uuid import UUID, uuid4

import pytest

from chassis.reference import read_reference, reference_of

CASE = UUID("7cd7d6d8-c819-4853-a6f4-7ce2952f3bff")


def test_a_reference_is_short_enough_to_read_aloud() -> None:
    assert reference_of(CASE) == "7CD7-D6D8"


@pytest.mark.parametrize("written", ["7CD7-D6D8", " 7cd7 d6d8 ", str(CASE), CASE.hex])
def test_what_people_write_leads_to_the_case(written: str) -> None:
    first, last = read_reference(written)
    assert first <= CASE <= last


def test_a_whole_number_leads_to_one_case_only() -> None:
    assert read_reference(str(CASE)) == (CASE, CASE)
    first, last = read_reference(reference_of(uuid4()))
    assert first < last


@pytest.mark.parametrize("written", ["", "7CD7", "7CD7-D6D8-1", "Kim Testsson", "7CD7-D6DX", "é" * 8])
def test_anything_else_is_no_reference(written: str) -> None:
    with pytest.raises(ValueError, match="not a reference"):
        read_reference(written)
