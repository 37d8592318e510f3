"""Asking a running server for a call and its stream token, as any machine may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from server.errors import Misconfigured, Refused, Rejected, Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A call that waits for its stream."""

    id: str
    url: str
    parameters: dict[str, str]


def origin_of(url: str) -> str:
    """The server's own address, from that of its media websocket.

    Raises:
        Misconfigured: it is no address.
    """
    parts = urlsplit(url)
    scheme = {"ws": "http", "wss": "https", "http": "http", "https": "https"}.get(parts.scheme)
    if scheme is None or not parts.netloc:
        raise Misconfigured(f"{url} is no address: write ws://host:port/media/twilio")
    return f"{scheme}://{parts.netloc}"


async def announce(origin: str, api_token: str, call: Mapping[str, str]) -> Announced:
    """Announce a call (`POST /api/v1/calls`).

    Raises:
        Refused: the API token is not known there.
        Rejected: the server does not want this call; it says why.
        Unreachable: nobody answers.
    """
    headers = {"Authorization": f"Bearer {api_token}"}
    try:
        async with httpx2.AsyncClient(
            base_url=origin, headers=headers, timeout=10, trust_env=False
        ) as client:
            answer = await client.post("/api/v1/calls", json=dict(call))
    except httpx2.TransportError as problem:
        raise Unreachable(f"nobody answers at {origin}: is `beatline serve` running there?") from problem
    if answer.status_code == 401:
        raise Refused(
            f"{origin} does not know this token: set BEATLINE_API_TOKEN to the same value on both sides"
        )
    body = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    if answer.status_code != 201:
        raise Rejected(f"{origin} did not take the call: {body.get('detail') or answer.status_code}")
    stream = body["stream"]
    return Announced(id=body["id"], url=stream["url"], parameters=stream["parameters"])
