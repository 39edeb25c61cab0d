"""The short way of a command: from what a program sent to the route's function and back, as laid out once.

Routes are declared to FastAPI, which describes them and can serve each of them. For every request it looks for the
route twice and solves its parameters anew, in a dozen layers; that takes longer than many a command. Nearly all
commands are one JSON body, sent to a route that asks for nothing unusual, and fit. These are read and answered here.
Whatever does not fit, a wrong body first of all, goes the whole way, where it is found out again and told.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from inspect import iscoroutinefunction
from re import Pattern
from typing import Any, TypeAlias

from fastapi import FastAPI
from fastapi._compat import ModelField
from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.params import Body, Form
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope


class _Unfit(Exception):
    """A route that asks for something unusual, or a request that does not fit its route."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, as far as it has been read."""

    request: Request
    parameters: Mapping[str, str]
    """What stands in its address."""
    body: BaseModel | None


_Read: TypeAlias = Callable[[_Asked], Awaitable[Any]]
"""Gets one argument of a function."""


@dataclass(frozen=True, slots=True)
class _Laid:
    """A route laid out."""

    route: APIRoute
    body: TypeAdapter[BaseModel] | None
    call: _Read
    """The route's own function, with all that it asks for."""
    answer: TypeAdapter[Any]


class ShortWay:
    """Serves the commands of an application that need not go the whole way."""

    def __init__(self, app: FastAPI) -> None:
        """Routes may be added to `app` until the first request."""
        self._app = app

    async def answer(self, scope: Scope, body: bytes, receive: Receive) -> Response | None:
        """The answer to a request whose body has been read; None where it has to go the whole way.

        Raises what its route's function raises.
        """
        for pattern, laid in self._routes if scope["method"] == "POST" else ():
            if found := pattern.match(scope["path"]):
                return None if laid is None else await _serve(laid, scope, found.groupdict(), body, receive)
        return None

    @cached_property
    def _routes(self) -> list[tuple[Pattern[str], _Laid | None]]:
        """All that can be posted to, in the order in which FastAPI looks, since the first that matches is meant."""
        return [
            (each.path_regex, _lay_out(route))
            for each in iter_route_contexts(self._app.routes)
            if isinstance(route := each.original_route, APIRoute) and "POST" in (route.methods or ())
        ]


def hand_out(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands out, once, a body that has been read."""
    handed_out = False

    async def receive_body() -> Message:
        nonlocal handed_out
        if handed_out:
            return await receive()
        handed_out = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_body


async def _serve(
    laid: _Laid, scope: Scope, parameters: Mapping[str, str], body: bytes, receive: Receive
) -> Response | None:
    try:
        # First, as on the whole way: a body that cannot be read is told of before anything is asked of who sends it.
        sent = None if laid.body is None else laid.body.validate_json(body)
    except ValidationError:
        return None
    scope["route"] = laid.route
    asked = _Asked(Request(scope, hand_out(body, receive)), parameters, sent)
    try:
        answer = await laid.call(asked)
    except _Unfit:
        return None
    answered = laid.answer.validate_python(answer, from_attributes=True)
    return Response(laid.answer.dump_json(answered), laid.route.status_code or 200, media_type="application/json")


def _lay_out(route: APIRoute) -> _Laid | None:
    """None where the route asks for something unusual, or answers otherwise than by its type and status."""
    usual = (None, None, False, False, False, True)
    says = ("include", "exclude", "exclude_unset", "exclude_defaults", "exclude_none", "by_alias")
    if tuple(getattr(route, f"response_model_{name}") for name in says) != usual:
        return None
    if route.response_model is None or not isinstance(route.response_class, DefaultPlaceholder):
        return None
    try:
        body = _read_body_type(route)
        return _Laid(route, body, _lay_out_call(route.dependant), TypeAdapter(route.response_model))
    except _Unfit:
        return None


def _read_body_type(route: APIRoute) -> TypeAdapter[BaseModel] | None:
    if route.body_field is None:
        return None
    told = route.body_field.field_info
    if not isinstance(told, Body) or isinstance(told, Form) or told.embed or not told.is_required():
        raise _Unfit
    if not isinstance(told.annotation, type) or not issubclass(told.annotation, BaseModel):
        raise _Unfit
    return TypeAdapter(told.annotation)


def _lay_out_call(of: Dependant) -> _Read:
    """Calls a function with what it asks for, as FastAPI has read it from its signature.

    Raises:
        _Unfit: it asks for what only the whole way gives, or has to run in a thread.
    """
    function, reads = of.call, dict[str, _Read]()
    others = (of.http_connection_param_name, of.response_param_name, of.background_tasks_param_name)
    if not iscoroutinefunction(function) or of.query_params or of.cookie_params or of.security_scopes_param_name:
        raise _Unfit
    if any(others) or len(of.body_params) > 1:
        raise _Unfit
    before = [_lay_out_call(each) for each in of.dependencies if each.name is None]
    reads |= {each.name: _lay_out_call(each) for each in of.dependencies if each.name is not None}
    reads |= {field.name: _read_path(field) for field in of.path_params}
    reads |= {field.name: _read_header(field) for field in of.header_params}
    reads |= {field.name: _the_body for field in of.body_params}
    if of.request_param_name is not None:
        reads[of.request_param_name] = _the_request

    async def call(asked: _Asked) -> Any:
        for each in before:
            await each(asked)
        return await function(**{name: await read(asked) for name, read in reads.items()})

    return call


def _read_path(field: ModelField) -> _Read:
    async def read(asked: _Asked) -> Any:
        return _fitting(field, asked.parameters[field.alias])

    return read


def _read_header(field: ModelField) -> _Read:
    async def read(asked: _Asked) -> Any:
        return _fitting(field, asked.request.headers.get(field.alias))

    return read


def _fitting(field: ModelField, value: str | None) -> Any:
    """What was sent, as the type says. One that may be left out is too unusual for here."""
    fit, errors = (None, [_Unfit]) if value is None else field.validate(value)
    if errors:
        raise _Unfit
    return fit


async def _the_request(asked: _Asked) -> Request:
    return asked.request


async def _the_body(asked: _Asked) -> BaseModel | None:
    return asked.body
