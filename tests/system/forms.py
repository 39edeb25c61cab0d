"""Forms as a browser has them: the fields that a page shows, what stands in them, and what the page says is wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser

FORM = "answers"
"""The id of the form that a page is about."""


@dataclass
class Field:
    """A field of a form. `kind`: text (of one line or several), number, choice, yes, or hidden for what is carried."""

    kind: str
    options: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    """What stands in it, or is chosen."""


@dataclass
class Page:
    """A page, as far as its form goes."""

    fields: dict[str, Field] = field(default_factory=dict)
    """By name."""
    steps: list[str] = field(default_factory=list)
    """What its buttons send as `step`."""
    errors_beside: set[str] = field(default_factory=set)
    """The fields that have an error beside them, by their part before a hyphen for the parts of a date."""
    errors_in_summary: set[str] = field(default_factory=set)
    """The fields that the summary of errors leads to."""
    text: str = ""

    @property
    def shown(self) -> Mapping[str, Field]:
        """The fields that a person can fill in."""
        return {name: each for name, each in self.fields.items() if each.kind != "hidden"}

    @property
    def carried(self) -> dict[str, list[str]]:
        """What the page carries along unseen."""
        return {name: each.values for name, each in self.fields.items() if each.kind == "hidden"}

    def fill(self, write: Callable[[str, Field], list[str]], step: str | None = None) -> dict[str, list[str]]:
        """What the form sends when each field that is shown is filled in so, and a button is pressed: the first one."""
        pressed = step or next(iter(self.steps), "")
        return {**self.carried, **{name: write(name, each) for name, each in self.shown.items()}, "step": [pressed]}


def fit(name: str, field: Field, *, born: date, number: str, text: str) -> list[str]:
    """What fits a field, as far as its name and kind tell; `text` where anything may be written."""
    match name.rpartition("-")[2], field.kind:
        case "day" | "month" | "year" as part, _:
            return [str(getattr(born, part))]
        case _, "choice" | "yes":
            return field.options[:1]
        case _, "number":
            return ["7"]
        case _ if "number" in name:
            return [number]
        case _:
            return [text]


def read_page(text: str) -> Page:
    """Read a page."""
    reader = _Reader()
    reader.feed(text)
    reader.page.text = text
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._within = False
        self._textarea: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._within = given.get("id") == FORM
        elif given.get("data-field") == "validation":
            self.page.errors_beside.add(given["id"].removesuffix("-error"))
        elif self._within:
            self._handle_control(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._within = False
        elif tag == "textarea":
            self._textarea = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            # A browser drops the line end that follows the tag.
            self._field(self._textarea, "text").values = [data.removeprefix("\n")]

    def _handle_control(self, tag: str, given: Mapping[str, str]) -> None:
        name = given.get("name", "")
        match tag:
            case "a" if given.get("href", "").startswith("#"):
                self.page.errors_in_summary.add(given["href"][1:])
            case "button" if name == "step":
                self.page.steps.append(given["value"])
            case "textarea":
                self._textarea = name
                self._field(name, "text").values = [""]
            case "select":
                self._select = name
                self._field(name, "choice").values = [""]
            case "option" if self._select is not None:
                self._choose(self._field(self._select, "choice"), given["value"], chosen="selected" in given)
            case "input":
                self._handle_input(name, given)
            case _:
                pass

    def _handle_input(self, name: str, given: Mapping[str, str]) -> None:
        value = given.get("value", "")
        match given.get("type", "text"):
            case "hidden":
                self._field(name, "hidden").values.append(value)
            case "radio":
                self._choose(self._field(name, "choice"), value, chosen="checked" in given)
            case "checkbox":
                self._choose(self._field(name, "yes"), value, chosen="checked" in given)
            case _:
                kind = "number" if given.get("inputmode") == "numeric" else "text"
                self._field(name, kind).values = [value]

    def _choose(self, choice: Field, value: str, *, chosen: bool) -> None:
        if value:
            choice.options.append(value)
        if chosen:
            choice.values = [value]

    def _field(self, name: str, kind: str) -> Field:
        return self.page.fields.setdefault(name, Field(kind))
