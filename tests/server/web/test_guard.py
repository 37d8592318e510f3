"""Forged requests are refused, ours and machines' pass, and every answer wears its headers."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from server.web.guard import HEADERS, Guard, forged

OURS = frozenset({"desk.example", "desk.example:8717"})


@pytest.mark.parametrize(
    ("method", "headers", "refused"),
    [
        ("GET", {"origin": "https://evil.example"}, False),
        ("POST", {"origin": "https://desk.example"}, False),
        ("POST", {"origin": "http://desk.example:8717"}, False),
        ("POST", {"origin": "https://DESK.example"}, False),
        ("POST", {"origin": "https://evil.example"}, True),
        ("POST", {"origin": "https://desk.example.evil.example"}, True),
        ("POST", {"origin": "null"}, True),
        ("POST", {"origin": ""}, True),
        ("POST", {"origin": "https://evil.example", "sec-fetch-site": "same-origin"}, True),
        ("POST", {"sec-fetch-site": "same-origin", "cookie": "a=b"}, False),
        ("POST", {"sec-fetch-site": "none", "cookie": "a=b"}, False),
        ("POST", {"sec-fetch-site": "same-site"}, True),
        ("POST", {"sec-fetch-site": "cross-site"}, True),
        ("DELETE", {"sec-fetch-site": "cross-site"}, True),
        ("POST", {}, False),
        ("POST", {"cookie": "a=b"}, True),
    ],
)
def test_forged(method: str, headers: dict[str, str], refused: bool) -> None:
    assert forged(method, Headers(headers), OURS) is refused


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(request.method)


def _client(public_url: str = "") -> TestClient:
    app = Starlette(routes=[Route("/", _echo, methods=["GET", "POST"])])
    return TestClient(Guard(app, public_url), base_url="http://inside:8717")


def test_every_answer_wears_the_headers() -> None:
    for answer in (
        _client().get("/"),
        _client().get("/nowhere"),
        _client().post("/", headers={"origin": "x://y"}),
    ):
        for name, value in HEADERS.items():
            assert answer.headers[name] == value
        assert answer.headers["cache-control"] == "no-store"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


def test_behind_a_proxy_the_public_name_is_ours_too() -> None:
    headers = {"origin": "https://beatline.example"}
    assert _client().post("/", headers=headers).status_code == 403
    assert _client("https://beatline.example").post("/", headers=headers).text == "POST"
    refusal = _client().post("/", headers=headers)
    assert refusal.headers["content-type"] == "application/problem+json"
    assert refusal.json()["status"] == 403
