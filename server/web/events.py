"""Server-sent events of a call (WHATWG HTML, section 9.2), with resume by `Last-Event-ID`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from server.envelope import Envelope
from server.outside.bus import Bus
from server.web.sight import ask, seen_call, store_of

PING = 15.0
"""Seconds of quiet after which a comment keeps proxies from closing the connection."""

RETRY_MS = 500
"""How soon a browser comes again after a break."""


def frame_of(envelope: Envelope) -> str:
    """Write an envelope as one server-sent event; its number is the id to resume from."""
    return f"id: {envelope.number}\nevent: {envelope.event.type}\ndata: {envelope.to_line()}\n\n"


def resume_from(text: str | None) -> int:
    """Read `Last-Event-ID`; whatever is no number of ours means "from the start"."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 12 else 0


async def live_events(request: Request) -> Response:
    """Follow a call. One that has ended gives what is stored and then, asked again, 204: browsers stop there."""
    call = await seen_call(request)
    after = resume_from(request.headers.get("last-event-id") or request.query_params.get("after"))
    bus: Bus = request.app.state.bus
    if call.state == "ended" and not bus.knows(call.id):
        stored = await ask(store_of(request).events, call.id, after)
        if not stored:
            return Response(status_code=204)
        return _stream(_all(stored))
    return _stream(_follow(bus, call.id, after))


def _stream(body: AsyncIterator[str]) -> Response:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(body, media_type="text/event-stream", headers=headers)


async def _all(envelopes: list[Envelope]) -> AsyncIterator[str]:
    for envelope in envelopes:
        yield frame_of(envelope)


async def _follow(bus: Bus, call_id: str, after: int) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    async with bus.follow(call_id, after) as envelopes:
        while True:
            envelope = None
            with anyio.move_on_after(PING) as patience:
                envelope = await anext(envelopes, None)
            if patience.cancelled_caught:
                yield ": still here\n\n"
            elif envelope is None:
                return
            else:
                yield frame_of(envelope)


routes: list[BaseRoute] = [Route("/live/{id}/events", live_events)]
