"""The API's description: it has the shape of OpenAPI 3.1, names every route, and points nowhere empty."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from server.web import api
from server.web.openapi import document

BARE = {"/api/v1/calls/{id}/cues/{n}/wrong", "/api/v1/muted/{kind}"}
"""What is put here is said whole by its address."""


@pytest.fixture
def said() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(document(api.ENDPOINTS, "1.2.3")))
    return made


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "$ref":
                yield value
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


def test_shape(said: dict[str, Any]) -> None:
    assert re.fullmatch(r"3\.1\.\d+", said["openapi"])
    assert said["info"]["title"] == "Beatline"
    assert said["info"]["version"] == "1.2.3"
    seen = set()
    for path, operations in said["paths"].items():
        assert path.startswith("/")
        for method, operation in operations.items():
            assert method in {"get", "post", "put", "patch", "delete"}
            assert operation["operationId"] not in seen
            seen.add(operation["operationId"])
            named = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))
            assert any(status.startswith("2") for status in operation["responses"])
            for status, answer in operation["responses"].items():
                assert re.fullmatch(r"[1-5]\d\d", status)
                assert answer["description"]
            bare = method in ("get", "delete") or path in BARE
            assert ("requestBody" in operation) != bare


def test_every_api_route_is_in_it(said: dict[str, Any]) -> None:
    routed = {
        (route.path, method.lower())
        for route in api.routes
        if route.path.startswith("/api/v1/")  # type: ignore[attr-defined]
        for method in route.methods - {"HEAD"}  # type: ignore[attr-defined]
    }
    described = {(path, method) for path, operations in said["paths"].items() for method in operations}
    assert described == routed
    assert ("/api/v1/calls", "post") in routed


def test_references_lead_somewhere(said: dict[str, Any]) -> None:
    found = set(_references(said))
    assert "#/components/schemas/NewCall" in found
    for reference in found:
        place: Any = said
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
        assert place


def test_problems_are_described_as_problems(said: dict[str, Any]) -> None:
    answers = said["paths"]["/api/v1/calls"]["post"]["responses"]
    assert set(answers) == {"201", "401", "403", "413", "415", "422"}
    assert list(answers["422"]["content"]) == ["application/problem+json"]


def test_it_is_served_to_those_who_may(world: Any) -> None:
    assert world.client().get("/api/openapi.json").status_code == 401
    assert world.machine().get("/api/openapi.json").json()["openapi"].startswith("3.1")
