"""Whatever keyboard wrote a figure, it is read: in numbers, days, codes and telephone numbers alike."""

from datetime import date, timedelta

from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chassis.figures import in_figures
from chassis.forms import ReceiptCode
from chassis.persons import Contact, PersonNumber
from chassis.receipt_code import COUNT, code_of, read_code

KEYBOARDS = ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]
NUMBERS = ["19090527-1474", "19821105-9954", "8211059954", "640823-3234", "19730674-9982"]
TELEPHONES = ["070-174 06 05", "+46 70 174 06 12", "0701740699"]


@st.composite
def by_any_keyboard(draw: st.DrawFn, plain: st.SearchStrategy[str]) -> tuple[str, str]:
    """A text, and the same with each of its figures from any keyboard."""
    text = draw(plain)
    typed = "".join(draw(st.sampled_from(KEYBOARDS))[int(each)] if each in KEYBOARDS[0] else each for each in text)
    return text, typed


@for_all(by_any_keyboard(st.text("0123456789-+ .abcåäöÅÄÖ½²", max_size=30)))
def test_only_figures_change(both: tuple[str, str]) -> None:
    plain, typed = both
    assert in_figures(typed) == plain


@for_all(by_any_keyboard(st.sampled_from(NUMBERS)))
def test_a_personal_number_is_read(both: tuple[str, str]) -> None:
    plain, typed = both
    read = TypeAdapter(PersonNumber).validate_python
    assert read(typed) == read(plain)


@for_all(by_any_keyboard(st.integers(0, COUNT - 1).map(code_of)))
def test_the_code_on_a_receipt_is_read(both: tuple[str, str]) -> None:
    plain, typed = both
    assert read_code(typed) == plain
    assert TypeAdapter(ReceiptCode).validate_python(typed) == plain


@for_all(by_any_keyboard(st.sampled_from(TELEPHONES)))
def test_a_telephone_number_is_kept_so_that_whoever_is_to_call_can_read_it(both: tuple[str, str]) -> None:
    plain, typed = both
    assert TypeAdapter(Contact).validate_python(typed) == plain


def test_a_day_in_any_figures_is_the_day() -> None:
    for days in range(0, 4000, 37):
        day = date(2015, 1, 1) + timedelta(days=days)
        for keyboard in KEYBOARDS:
            typed = "".join(keyboard[int(each)] if each.isdigit() else each for each in day.isoformat())
            assert date.fromisoformat(in_figures(typed)) == day
