"""What every answer carries and every unsafe request must show, as plain ASGI around the whole app.

The check against forged requests needs no token in forms: browsers say with `Sec-Fetch-Site` (Fetch Metadata
Request Headers, W3C) or with `Origin` (RFC 6454) where a request comes from, and a page cannot change either.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.web.problems import problem

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "object-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""Content-Security-Policy: our own files only, no inline script or style, and no frame around a page."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def forged(method: str, headers: Headers, hosts: frozenset[str]) -> bool:
    """Tell whether a browser sends an unsafe request on behalf of another site.

    `hosts` are ours, as they stand in URLs: "name" or "name:port". A request that shows neither header
    comes from no browser of this decade; it may pass unless it carries a cookie.
    """
    if method in SAFE:
        return False
    origin = headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc.lower() not in hosts
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    return "cookie" in headers


class Guard:
    """Refuse forged requests; put the security headers on every answer."""

    def __init__(self, app: ASGIApp, public_url: str = "") -> None:
        self.app = app
        self._host = urlsplit(public_url).netloc.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; websockets pass untouched (they show a stream token instead)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        headers = Headers(scope=scope)
        hosts = frozenset({headers.get("host", "").lower(), self._host} - {""})
        if forged(scope["method"], headers, hosts):
            refusal = problem(403, "This request came from another site. Open Beatline itself and try again.")
            await refusal(scope, receive, dressed)
            return
        await self.app(scope, receive, dressed)
