"""Reading what was sent: with a limit, and into a model or a number."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request

from server.errors import Malformed

LARGEST = 64 * 1024
"""Bytes of a body at most; nothing that people send here comes near."""

M = TypeVar("M", bound=BaseModel)


async def bytes_of(request: Request, limit: int = LARGEST) -> bytes:
    """Read the body, stopping as soon as it is too long, whatever its announced length.

    Raises:
        HTTPException: 413.
    """
    got = bytearray()
    async for part in request.stream():
        got += part
        if len(got) > limit:
            raise HTTPException(413, f"The body is longer than {limit} bytes.")
    return bytes(got)


async def model_of(request: Request, model: type[M], limit: int = LARGEST) -> M:
    """Read a JSON body into a model.

    Raises:
        HTTPException: 413, or 415 when it is not announced as JSON.
        ValidationError: it does not fit (answered as 422).
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "Send JSON with `Content-Type: application/json`.")
    return model.model_validate_json(await bytes_of(request, limit))


async def form_of(request: Request) -> dict[str, str]:
    """Read a plain HTML form; of a name that comes twice the last counts.

    Raises:
        HTTPException: 413 for a long one, 422 for one with many fields.
    """
    text = (await bytes_of(request)).decode("utf-8", "replace")
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=50))
    except ValueError as error:
        raise HTTPException(422, "The form has too many fields.") from error


def number(text: str | None, default: int, name: str) -> int:
    """Read a whole number from an address.

    Raises:
        Malformed: it is none, or has more than nine digits.
    """
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Malformed(f"`{name}` is a whole number, not {text[:20]!r}.")
    return int(text)
