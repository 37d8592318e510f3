"""What went wrong, as an answer: a problem document (RFC 9457) for the API, a calm page for people."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ExceptionHandler

from server.errors import BeatlineError, Malformed, Misconfigured, Refused, Rejected, Unreachable
from server.web.look import page


class NotSignedIn(Refused):
    """Nobody is signed in, or the token is wrong."""


STATUS: tuple[tuple[type[BeatlineError], int], ...] = (
    (NotSignedIn, 401),
    (Refused, 403),
    (Malformed, 422),
    (Rejected, 502),
    (Unreachable, 503),
    (Misconfigured, 500),
)


class Problem(JSONResponse):
    """A problem document."""

    media_type = "application/problem+json"


def problem(status: int, detail: str, **more: Any) -> Problem:
    """Describe what went wrong and what to do about it."""
    headers = {"WWW-Authenticate": 'Bearer realm="beatline"'} if status == 401 else None
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return Problem(body, status_code=status, headers=headers)


def _reads_pages(request: Request) -> bool:
    """Tell whether a person would see the answer; metrics, event streams and recordings are asked for by machines."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def explain(request: Request, status: int, detail: str, **more: Any) -> Response:
    """Answer in the caller's language: a page for people, JSON for the API's callers and other machines."""
    if not _reads_pages(request):
        return problem(status, detail, **more)
    title = HTTPStatus(status).phrase
    return page(request, "problem.html", {"title": title, "status": status, "detail": detail}, status)


def where(error: ValidationError) -> list[dict[str, str]]:
    """List the fields that are wrong, without what was sent in them."""
    return [
        {"field": ".".join(str(part) for part in item["loc"]), "message": item["msg"]}
        for item in error.errors(include_input=False, include_url=False, include_context=False)
    ]


def on_error(request: Request, error: Exception) -> Response:
    """Answer one of our own errors."""
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    if status == 401 and _reads_pages(request):
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?next={quote(here, safe='/')}", status_code=303)
    return explain(request, status, str(error))


def on_invalid(request: Request, error: Exception) -> Response:
    """Answer input that does not fit its model, naming the fields."""
    assert isinstance(error, ValidationError)
    fields = where(error)
    detail = "; ".join(f"{item['field'] or 'body'}: {item['message']}" for item in fields)
    return explain(request, 422, detail, errors=fields)


def on_http(request: Request, error: Exception) -> Response:
    """Answer what the router or a page refused (404, 405, 413 …)."""
    assert isinstance(error, HTTPException)
    generic = error.detail == HTTPStatus(error.status_code).phrase
    detail = "There is nothing at this address." if error.status_code == 404 and generic else error.detail
    answer = explain(request, error.status_code, detail)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


def on_bug(request: Request, error: Exception) -> Response:
    """Answer when we failed; the server's log has the rest."""
    return explain(request, 500, "Something broke on our side. It was written to the server's log.")


exception_handlers: dict[int | type[Exception], ExceptionHandler] = {
    BeatlineError: on_error,
    ValidationError: on_invalid,
    HTTPException: on_http,
    Exception: on_bug,
}
"""For `Starlette(exception_handlers=…)`."""
