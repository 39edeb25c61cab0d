"""Forms: one pydantic model each, read so that nothing typed is lost.

    class Application(BaseModel):
        name: Text
        birth_date: date | None = None      # three fields in the page: birth_date-day, -month, -year
        wishes: list[Wish] = []             # checkboxes with one name

    form = await read_form(request, Application)
    if form.answers is None:                # to be mended, or the person wants to change something
        return pages.citizen(request, "apply.html", form=form, status=form.status)
    if form.step != "send":
        return pages.citizen(request, "check.html", form=form)
    ...                                     # form.id is the idempotency key of the command

Forms are flat: one field, one name. A model's field may have a sentence of its own for an error (see `messages`).
"""

import re
import secrets
import types
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import EnumType
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, GetCoreSchemaHandler, StringConstraints, ValidationError
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from starlette.requests import Request

from chassis.decider import Refused
from chassis.edge import UNFIT_CHARACTERS
from chassis.figures import in_figures
from chassis.languages import LANGUAGES
from chassis.messages import OWN, field_code, field_limits
from chassis.problems import FieldError, Problem
from chassis.receipt_code import read_code

M = TypeVar("M", bound=BaseModel)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""One line that a person writes."""
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
"""What a person tells in words of their own."""

FIRST_YEAR, YEAR_AFTER_LAST = 1900, 2100


def within_reach(day: date) -> date:
    """The day, if it can lie in somebody's life or plans; else the error of a validator (see `wrong`)."""
    if not FIRST_YEAR <= day.year < YEAR_AFTER_LAST:
        raise wrong("not-a-date")
    return day


Day = Annotated[date, AfterValidator(within_reach)]
"""A day in somebody's life or plans. The calendar's ends would overflow where days are counted."""


class OneOf:
    """Says of a text that it is one of these words and no other: `Annotated[str, OneOf(LANGUAGES)]`."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = list(words)

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.literal_schema(self._words)


PageLanguage = Annotated[str, OneOf(LANGUAGES)]
"""The code of a language that the pages can be read in."""


def _read_receipt_code(typed: str) -> str:
    if (code := read_code(typed)) is None:
        raise wrong("code-miswritten")
    return code


ReceiptCode = Annotated[str, AfterValidator(_read_receipt_code)]
"""A code that we have handed out, as somebody typed it; kept as it was written to them."""

_STEPS = frozenset({"check", "change", "send", "save", "resume", "erase"})

IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{16,128}")
"""What a key that makes a command happen once looks like."""


@dataclass(slots=True)
class Form(Generic[M]):
    """A form as it stands: what was typed, what is wrong with it, and the answers once all is well."""

    fields: Sequence[str]
    """The names of the model's fields."""
    typed: Mapping[str, list[str]] = field(default_factory=dict)
    errors: dict[str, FieldError] = field(default_factory=dict)
    """The first error of each field; the key "" holds one that belongs to no single field."""
    answers: M | None = None
    step: str = ""
    """The button that was pressed: `check` (or nothing), `change` or `send`; of a draft `save`, `resume` or `erase`."""
    labels: dict[str, str] = field(default_factory=dict)
    """What the page calls each field, in the order of the page; the error summary says it again in that order."""
    enter: str = "check"
    """The step that is meant when somebody presses Enter."""
    draft: str = ""
    """The code of the draft that the form goes on with (see `drafts`)."""
    id: str = ""
    """Drawn once for each form shown; the idempotency key of what it sends."""
    sent_before: bool = False
    """Other answers were sent with the id that it came with (see `holds_back`)."""

    @property
    def status(self) -> int:
        """422 where something is to be mended, 409 where it waits for who sends it as a new one, else 200."""
        return 422 if self.errors else 409 if self.sent_before else 200

    def value(self, name: str) -> str:
        """What was typed in a field; empty where nothing was."""
        return next(iter(self.typed.get(name, ())), "")

    def chosen(self, name: str, value: object) -> bool:
        """Whether a radio button or checkbox with this value was chosen."""
        return str(value) in self.typed.get(name, ())

    def call(self, name: str, label: str) -> str:
        """The label of a field, remembered for the error summary."""
        self.labels[name] = label
        return label

    def add_error(self, name: str, code: str, **values: int | str) -> None:
        """Set an error that only the service could find, beside a field ("" for the whole form)."""
        self.answers = None
        self.errors[name] = FieldError(place=("body", name), code=code, values=values)

    def holds_back(self, refused: Refused) -> bool:
        """Whether it was refused since other answers had been sent with its id, by somebody who went back and changed.

        Then it has an id of its own from now on: what has changed is sent too, as something new, if they send it again.
        """
        if refused.code == "idempotency-key-reused":
            self.sent_before, self.id = True, _draw_id()
        return self.sent_before

    def keep_errors(self, names: Collection[str]) -> None:
        """Forget the errors of what has not been asked yet."""
        self.errors = {name: error for name, error in self.errors.items() if name in names}

    def add_problem(self, problem: Problem) -> None:
        """Set the errors of a problem beside their fields, so that what was typed can be mended where it stands.

        Raises:
            Problem: the same one, where it is about none of the form's fields.
        """
        found = {str(error.place[-1]): error.code for error in problem.fields}
        if not found or not found.keys() <= set(self.fields):
            raise problem
        for name, code in found.items():
            self.add_error(name, code)


def blank_form(model: type[M], **typed: str) -> Form[M]:
    """A form not yet filled in, but for what is known already (`typed`)."""
    return Form(list(model.model_fields), {name: [value] for name, value in typed.items()}, id=_draw_id())


def _draw_id() -> str:
    return secrets.token_urlsafe(24)


async def read_form(request: Request, model: type[M]) -> Form[M]:
    """Read and check a sent form. Fields that the model does not have are dropped."""
    await request.body()  # Kept by the request, since the command's fingerprint is made of it.
    async with request.form(max_files=0, max_fields=500) as sent:
        pairs = [(name, value) for name, value in sent.multi_items() if isinstance(value, str)]
    return _read_pairs(pairs, model)


def read_query(request: Request, model: type[M]) -> Form[M]:
    """The same of a form whose answers stand in the address: one that only looks for something, and can be shared."""
    return _read_pairs(request.query_params.multi_items(), model)


def _read_pairs(pairs: Sequence[tuple[str, str]], model: type[M]) -> Form[M]:
    form = blank_form(model)
    names = {*form.fields, *(f"{name}-{part}" for name in form.fields for part in ("day", "month", "year"))}
    typed: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in names:
            plain = value.replace("\r\n", "\n")
            if UNFIT_CHARACTERS.search(plain):
                form.add_error(_field_of(name, model), "characters")
                plain = UNFIT_CHARACTERS.sub("", plain)
            typed.setdefault(name, []).append(plain)
        elif name == "step":
            form.step = value if value in _STEPS else ""
        elif name == "draft":
            form.draft = read_code(value) or ""
        elif name == "form_id" and IDEMPOTENCY_KEY.fullmatch(value):
            form.id = value
    form.typed = typed
    _check(form, model)
    if form.step == "change":
        form.answers, form.errors = None, {}
    return form


def _check(form: Form[M], model: type[M]) -> None:
    """Make answers of what was typed, or say what is wrong with it."""
    choices = {name for name, info in model.model_fields.items() if _is_choice(info.annotation)}
    try:
        answers = model.model_validate(_gather(model, form.typed))
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False):
            context = found.get("ctx") or {}
            name = str(context.get("field") or next(iter(found["loc"]), ""))
            if name not in form.errors:
                code = field_code(found["type"])
                if code == "missing" and name in choices:
                    code = "not-chosen"
                form.errors[name] = FieldError(place=("body", name), code=code, values=field_limits(context))
    else:
        form.answers = None if form.errors else answers


def wrong(code: str, field: str = "") -> PydanticCustomError:
    """An error for a validator to raise: `raise wrong("no-such-number")`; in a model validator, name the `field`."""
    return PydanticCustomError(f"{OWN}{code}", "see the messages", {"field": field})


def _gather(model: type[BaseModel], typed: Mapping[str, list[str]]) -> dict[str, Any]:
    """What was typed, as the model takes it: empty fields left out, three fields made a date, lists kept as lists."""
    gathered: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        kinds = _kinds(info.annotation)
        values = [value for value in typed.get(name, ()) if value.strip()]
        if date in kinds and not values:
            parts = [in_figures(typed.get(f"{name}-{part}", [""])[0].strip()) for part in ("year", "month", "day")]
            if any(parts):
                year, month, day = parts
                gathered[name] = f"{year}-{month:0>2}-{day:0>2}"
        elif kinds & {list, set, frozenset, tuple}:
            gathered[name] = values
        elif values:
            gathered[name] = in_figures(values[0]) if int in kinds else values[0]
    return gathered


def _kinds(annotation: Any) -> set[Any]:
    """The types that an annotation is made of at its top: of `list[str] | None`, list and NoneType."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kinds(get_args(annotation)[0])
    if origin in {Union, types.UnionType}:
        return {kind for part in get_args(annotation) for kind in _kinds(part)}
    return {origin or annotation}


def _is_choice(annotation: Any) -> bool:
    return any(kind in {Literal, bool} or isinstance(kind, EnumType) for kind in _kinds(annotation))


def _field_of(name: str, model: type[BaseModel]) -> str:
    return name if name in model.model_fields else name.rpartition("-")[0]
