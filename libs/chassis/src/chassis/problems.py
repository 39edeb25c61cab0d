"""Problem details (RFC 9457): what an answer says when a request cannot be served.

Nothing that was sent is ever echoed: a field is named by its place in our own schema, what is wrong with it by a code.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import takewhile
from typing import Any

from pydantic import BaseModel, Field

from chassis.decider import Refused
from chassis.languages import Language, Wording
from chassis.messages import field_code, field_limits


class FieldProblem(BaseModel):
    """One field to mend: `pointer` into the body (RFC 6901, as a fragment) or the name of a `parameter`."""

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None


class Alternative(BaseModel):
    """What the person can do instead of what was refused."""

    code: str
    text: str


class ProblemDocument(BaseModel):
    """The body of every answer with a status of 400 or more, as `application/problem+json`."""

    type: str = Field(examples=["urn:stodvag:problem:invalid-request"])
    title: str = Field(description="What is wrong, in the language of Accept-Language.")
    status: int
    code: str
    rule: str | None = Field(default=None, description="The paragraph that a refusal rests on.", examples=["SoL 21:2"])
    instead: list[Alternative] | None = Field(default=None, description="What the person can do instead.")
    errors: list[FieldProblem] | None = Field(default=None, description="Each field to mend.")
    trace_id: str | None = Field(default=None, description="Give it to support, who can then follow the request.")


class Problem(Exception):
    """Raise to answer with a problem: `status`, and a `code` that the messages have a sentence for."""

    def __init__(
        self, status: int, code: str, *, headers: Mapping[str, str] | None = None, **values: str | int
    ) -> None:
        """`values` fill the sentence in and must never hold what was sent."""
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = headers or {}
        self.values = values
        self.refusal: Refused | None = None
        self.fields: list[FieldError] = []


class FieldError(BaseModel):
    """What is wrong with one field, before it is put into words. `place` starts with body, query, path or header."""

    place: tuple[int | str, ...]
    code: str
    values: dict[str, Any] = {}


def problem_of_refusal(refusal: Refused) -> Problem:
    """A refusal by a paragraph is about what was asked (422); one without, about how things stand (409)."""
    problem = Problem(422 if refusal.rule else 409, refusal.code)
    problem.refusal = refusal
    return problem


def problem_of_fields(errors: Iterable[FieldError]) -> Problem:
    """A request whose fields need mending (422)."""
    problem = Problem(422, "invalid-request")
    problem.fields = list(errors)
    return problem


def problem_of_field(name: str, code: str) -> Problem:
    """A request with one field of its body to mend (422), which only the service could tell."""
    return problem_of_fields([FieldError(place=("body", name), code=code)])


def read_validation(errors: Iterable[Mapping[str, Any]], body: object) -> list[FieldError]:
    """Pydantic's errors as ours, without what was sent. `body` is what was validated, to tell a step from a label."""
    return [
        FieldError(
            place=_follow(_named(error), body),
            code=field_code(error["type"]),
            values=field_limits(error.get("ctx") or {}),
        )
        for error in errors
    ]


def _named(error: Mapping[str, Any]) -> tuple[int | str, ...]:
    """Where an error is. One that a whole model found names the field that it is about (`forms.wrong`)."""
    place: tuple[int | str, ...] = error["loc"]
    field = (error.get("ctx") or {}).get("field")
    return (*place, field) if isinstance(field, str) and field and place == ("body",) else place


def _follow(place: tuple[int | str, ...], body: object) -> tuple[int | str, ...]:
    """The steps of a place that lead through `body`: pydantic also names the members of unions, which are no steps."""
    if not place or place[0] != "body":
        return place[:2]
    here: Any = body
    steps: list[int | str] = ["body"]
    for index, step in enumerate(place[1:], start=2):
        if isinstance(here, list) and isinstance(step, int) and step < len(here):
            here = here[step]
        elif isinstance(here, dict) and isinstance(step, str) and (step in here or index == len(place)):
            here = here.get(step)
        else:
            continue
        steps.append(step)
    return tuple(steps)


def describe(
    problem: Problem, wording: Wording, language: Language, *, names: Collection[str], trace_id: str | None
) -> ProblemDocument:
    """Put a problem into words.

    `names` are those of the schema's fields: a key that only the sender knows is never told back.
    """
    refusal = problem.refusal
    return ProblemDocument(
        type=f"urn:stodvag:{'refusal' if refusal else 'problem'}:{problem.code}",
        title=wording.message(language, problem.code, **problem.values),
        status=problem.status,
        code=problem.code,
        rule=refusal.rule if refusal else None,
        instead=[Alternative(code=code, text=wording.message(language, code)) for code in refusal.instead]
        if refusal
        else None,
        errors=[_describe_field(field, wording, language, names) for field in problem.fields] or None,
        trace_id=trace_id,
    )


def _describe_field(error: FieldError, wording: Wording, language: Language, names: Collection[str]) -> FieldProblem:
    kind, *place = error.place or ("body",)
    if kind != "body":
        detail = wording.message(language, error.code, **error.values)
        return FieldProblem(code=error.code, detail=detail, parameter=str(place[0] if place else kind))
    steps = list(takewhile(lambda step: isinstance(step, int) or step in names, place))
    own = f"{steps[-1]}.{error.code}" if steps else ""
    detail = wording.message(language, own if wording.knows(own) else error.code, **error.values)
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in steps)
    return FieldProblem(code=error.code, detail=detail, pointer="#" + "".join(f"/{step}" for step in escaped))
