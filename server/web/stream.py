"""The media websocket: a carrier brings a call's sound.

Who may: the first message that carries a call's one-time token binds the stream to that call, and nothing else does.
When Twilio's auth token is set, a signature that comes along must be right too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import anyio
import structlog
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.carriers.twilio import TwilioStream, signature_ok, signed_urls
from server.carriers.wire import Odd, Started, Stopped, Wire
from server.errors import Refused
from server.records import Call
from server.web.sight import ask

log = structlog.get_logger("beatline.stream")

POLICY_VIOLATION = 1008
"""RFC 6455, section 7.4.1."""

INTRODUCTION = 10.0
"""Seconds a stream gets to say which call it brings."""

MOST_BEFORE_START = 100
"""Messages it may send until then."""

SILENCE = 60.0
"""Seconds without any message after which a stream counts as gone; carriers send frames in silence too."""


async def twilio(socket: WebSocket) -> None:
    """Take one Twilio stream from its upgrade to its end."""
    if not _signed(socket):
        log.warning("stream with a wrong signature", path=socket.url.path)
        await socket.close(POLICY_VIOLATION, "the signature is wrong")
        return
    await socket.accept()
    protocol = TwilioStream()
    introduction: list[Wire] = []
    try:
        started = await _introduced(socket, protocol, introduction)
        call = await _bound(socket, started)
    except Refused as refusal:
        log.warning("stream refused", reason=str(refusal))
        await _close(socket, POLICY_VIOLATION, str(refusal))
        return
    except WebSocketDisconnect:
        return
    await socket.app.state.live.carry(call, started, "twilio", _wires(socket, protocol, introduction))
    await _close(socket, 1000, "")


def _signed(socket: WebSocket) -> bool:
    signature = socket.headers.get("x-twilio-signature")
    settings = socket.app.state.settings
    if signature is None or settings.twilio_auth_token is None:
        return True
    secret = settings.twilio_auth_token.get_secret_value()
    urls = signed_urls(settings.public_url or str(socket.base_url), socket.url.path)
    return any(signature_ok(url, None, signature, secret) for url in urls)


async def _introduced(socket: WebSocket, protocol: TwilioStream, said: list[Wire]) -> Started:
    with anyio.move_on_after(INTRODUCTION):
        for _ in range(MOST_BEFORE_START):
            for wire in protocol.receive(await _message(socket)):
                if isinstance(wire, Started):
                    return wire
                said.append(wire)
    raise Refused("the stream did not start: send Twilio's `start` message first")


async def _bound(socket: WebSocket, started: Started) -> Call:
    """Trade the one-time token for its call.

    Raises:
        Refused: the token is missing, wrong, used or too old; why exactly is not told to strangers.
    """
    state, parameters = socket.app.state, started.parameters
    call_id, token = parameters.get("call_id", ""), parameters.get("token", "")
    if not call_id or not token:
        raise Refused("no token: ask POST /api/v1/calls for one and hand it over as the stream's parameters")
    call: Call = await ask(state.store.take_stream_token, call_id, token, state.clock())
    return call


async def _message(socket: WebSocket) -> str | bytes:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text = message.get("text")
    return text if text is not None else message.get("bytes") or b""


async def _wires(socket: WebSocket, protocol: TwilioStream, introduction: list[Wire]) -> AsyncIterator[Wire]:
    for wire in introduction:
        if isinstance(wire, Odd):
            yield wire
    while True:
        message: str | bytes | None = None
        try:
            with anyio.move_on_after(SILENCE):
                message = await _message(socket)
        except WebSocketDisconnect:
            return
        if message is None:
            yield Stopped("silent_stream")
            return
        for wire in protocol.receive(message):
            yield wire


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    try:
        await socket.close(code, reason[:120])
    except (RuntimeError, WebSocketDisconnect):
        return  # the other side was faster


routes: list[BaseRoute] = [WebSocketRoute("/media/twilio", twilio)]
