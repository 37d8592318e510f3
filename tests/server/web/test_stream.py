"""Who may bring sound: a stream with a call's one-time token, and where a signature comes along, a right one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from twilio.request_validator import RequestValidator

from server.carriers.wire import Started, Wire
from server.records import Call
from server.web import stream

SECRET = "twilio-secret"
CONNECTED = json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})


class Live:
    """Takes calls, and writes down which."""

    def __init__(self) -> None:
        self.carried: list[tuple[str, str]] = []

    async def carry(self, call: Call, started: Started, carrier: str, wires: AsyncIterator[Wire]) -> None:
        self.carried.append((call.id, started.stream_id))
        async for _ in wires:
            pass


@pytest.fixture
def line(world: Any) -> Iterator[TestClient]:
    """A client of the media websocket, over the world's store."""
    app = Starlette(routes=stream.routes)
    app.state.store, app.state.clock = world.store, lambda: world.now
    app.state.settings = world.app.state.settings
    app.state.settings.public_url = "https://beatline.example"
    app.state.settings.twilio_auth_token = None
    app.state.live = Live()
    with TestClient(app) as client:
        yield client


def start(**parameters: str) -> str:
    form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    body = {"accountSid": "AC1", "callSid": "CA1", "tracks": ["inbound", "outbound"], "mediaFormat": form}
    start = {**body, "customParameters": parameters}
    return json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": start})


def announced(world: Any) -> dict[str, str]:
    world.call("c1")
    return {"call_id": "c1", "token": world.store.new_stream_token("c1", world.now)}


def carried(line: TestClient) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = line.app.state.live.carried  # type: ignore[attr-defined]
    return found


def refusal(line: TestClient, *messages: str) -> WebSocketDisconnect:
    """Send some messages; give the close that comes back."""
    with line.websocket_connect("/media/twilio") as socket:
        for message in messages:
            socket.send_text(message)
        answer = socket.receive()
    return WebSocketDisconnect(answer["code"], answer["reason"])


def test_the_token_opens_its_call(world: Any, line: TestClient) -> None:
    with line.websocket_connect("/media/twilio") as socket:
        socket.send_text(CONNECTED)
        socket.send_text(start(**announced(world)))
    assert carried(line) == [("c1", "MZ1")]


def test_a_token_is_good_for_one_stream(world: Any, line: TestClient) -> None:
    parameters = announced(world)
    with line.websocket_connect("/media/twilio") as socket:
        socket.send_text(start(**parameters))
    assert refusal(line, start(**parameters)).code == 1008
    assert carried(line) == [("c1", "MZ1")]


def test_a_stream_without_proof_is_closed(world: Any, line: TestClient) -> None:
    good = announced(world)
    world.call("c2")
    wrong = [
        {},
        {"call_id": "c1"},
        {"token": good["token"]},
        {"call_id": "c1", "token": "guess"},
        {"call_id": "c2", "token": good["token"]},
        {"call_id": "c9", "token": good["token"]},
    ]
    for parameters in wrong:
        closed = refusal(line, CONNECTED, start(**parameters))
        assert closed.code == 1008
        assert good["token"] not in closed.reason
    assert carried(line) == []


def test_a_stream_that_never_starts_is_closed(line: TestClient) -> None:
    closed = refusal(line, *[CONNECTED] * (stream.MOST_BEFORE_START + 1))
    assert closed.code == 1008
    assert "start" in closed.reason


def signed(url: str) -> dict[str, dict[str, str]]:
    return {"headers": {"X-Twilio-Signature": RequestValidator(SECRET).compute_signature(url, {})}}


def test_a_right_signature_is_let_in(world: Any, line: TestClient) -> None:
    world.app.state.settings.twilio_auth_token = SecretStr(SECRET)
    with line.websocket_connect("/media/twilio", **signed("wss://beatline.example/media/twilio")) as socket:
        socket.send_text(start(**announced(world)))
    assert carried(line) == [("c1", "MZ1")]


@pytest.mark.parametrize(
    "headers",
    [
        signed("wss://evil.example/media/twilio"),
        signed("wss://beatline.example/media/other"),
        {"headers": {"X-Twilio-Signature": ""}},
        {"headers": {"X-Twilio-Signature": "AAAA"}},
    ],
)
def test_a_wrong_signature_is_turned_away_before_a_word(
    world: Any, line: TestClient, headers: dict[str, Any]
) -> None:
    world.app.state.settings.twilio_auth_token = SecretStr(SECRET)
    with pytest.raises(WebSocketDisconnect) as closed:
        line.websocket_connect("/media/twilio", **headers).__enter__()
    assert closed.value.code == 1008
    assert carried(line) == []
