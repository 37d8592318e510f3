"""The HTTP API's own description (OpenAPI 3.1), made from the same table that routes requests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.web.shapes import ProblemOut

Answer = Callable[[Request], Awaitable[Response]]

REF = "#/components/schemas/{model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A parameter behind the question mark."""

    name: str
    about: str
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One operation of the API: how it is routed and how it is described."""

    method: str
    path: str
    answer: Answer
    about: str
    takes: type[BaseModel] | None = None
    gives: type[BaseModel] | None = None
    media_type: str = "application/json"
    status: int = 200
    query: tuple[Query, ...] = ()
    problems: tuple[int, ...] = ()

    @property
    def route(self) -> Route:
        """The route that serves it."""
        return Route(self.path, self.answer, methods=[self.method])


def document(endpoints: Sequence[Endpoint], version: str) -> dict[str, Any]:
    """Describe the endpoints."""
    taken = [(e.takes, "validation") for e in endpoints if e.takes]
    given = [(e.gives, "serialization") for e in endpoints if e.gives]
    wanted: list[Any] = list(dict.fromkeys([*taken, *given, (ProblemOut, "serialization")]))
    names, schemas = models_json_schema(wanted, ref_template=REF)
    paths: dict[str, Any] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, {model: ref for (model, _), ref in names.items()})
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Beatline",
            "version": version,
            "description": "Times are seconds of sound since a call's first frame unless they are dates.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "beatline_session"},
            },
        },
    }


def _operation(endpoint: Endpoint, names: dict[Any, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "operationId": endpoint.answer.__name__,
        "summary": endpoint.about,
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint)],
        "responses": _responses(endpoint, names),
    }
    if endpoint.takes:
        content = {"application/json": {"schema": names[endpoint.takes]}}
        said["requestBody"] = {"required": True, "content": content}
    return said


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in endpoint.route.param_convertors
    ]


def _query_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": q.name, "in": "query", "description": q.about, "schema": q.schema} for q in endpoint.query
    ]


def _responses(endpoint: Endpoint, names: dict[Any, Any]) -> dict[str, Any]:
    schema = names[endpoint.gives] if endpoint.gives else {}
    content = {endpoint.media_type: {"schema": schema}}
    answers: dict[str, Any] = {
        str(endpoint.status): {"description": HTTPStatus(endpoint.status).phrase, "content": content}
    }
    for status in sorted({401, 403, *endpoint.problems}):
        answers[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": names[ProblemOut]}},
        }
    return answers
