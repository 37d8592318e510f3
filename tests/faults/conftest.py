"""A served Beatline in a process of its own, and the few things that tests do to it from outside."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from websockets.sync.client import ClientConnection, connect

from media import g711
from media.wav import read_call

TOKEN = "token-of-the-fault-tests"
ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "good.flac"
PATIENCE = 40.0


@dataclass
class Served:
    """One server process over one data folder; it can be killed and started again."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    http: httpx2.Client = field(init=False)
    lines: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        origin = f"http://127.0.0.1:{self.port}"
        self.http = httpx2.Client(base_url=origin, headers=headers, trust_env=False, timeout=10)

    def start(self) -> None:
        """Start serving; returns when it answers."""
        env = {**os.environ, "BEATLINE_DATA_DIR": str(self.folder), "BEATLINE_API_TOKEN": TOKEN}
        command = [sys.executable, "-m", "server", "serve", "--port", str(self.port)]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log)
        self.until(self.ready, "the server did not start")

    def ready(self) -> bool:
        """Tell whether it answers."""
        assert self.process
        assert self.process.poll() is None, self.log()
        try:
            return self.http.get("/readyz").status_code == 200
        except httpx2.TransportError:
            return False

    def kill(self) -> None:
        """End it as `kill -9` does."""
        assert self.process
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """End it as a service manager does."""
        assert self.process
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)
        self.lines.close()
        self.http.close()

    def log(self) -> str:
        """All that it logged."""
        return (self.folder / "server.log").read_text(errors="replace")

    def until(self, condition: Any, complaint: str) -> Any:
        """Wait for something outside this process to come true."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := condition():
                return found
            time.sleep(0.05)
        raise AssertionError(f"{complaint}\n{self.log()[-2000:]}")

    def announce(self) -> tuple[str, dict[str, str]]:
        """Announce a call: its id, and the parameters of its stream."""
        answer = self.http.post(
            "/api/v1/calls", json={"playbook": "post-demo", "contact": "Sarah Kim", "rep": "Alex"}
        )
        assert answer.status_code == 201, answer.text
        body = answer.json()
        return body["id"], body["stream"]["parameters"]

    def open(self) -> ClientConnection:
        """Open the media websocket."""
        address = f"ws://127.0.0.1:{self.port}/media/twilio"
        return self.lines.enter_context(connect(address, compression=None, proxy=None))

    def begin(self) -> tuple[str, ClientConnection]:
        """Announce a call and start its stream."""
        call_id, parameters = self.announce()
        line = self.open()
        line.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        line.send(start(parameters))
        return call_id, line

    def ended(self, call_id: str) -> dict[str, Any]:
        """Wait for a call's end; give its row."""

        def row() -> dict[str, Any] | None:
            found = self.http.get(f"/api/v1/calls/{call_id}").json()
            return found if found["state"] == "ended" else None

        return dict(self.until(row, f"call {call_id} did not end"))

    def events(self, call_id: str) -> list[dict[str, Any]]:
        """A call's stored events."""
        return [
            json.loads(line) for line in self.http.get(f"/api/v1/calls/{call_id}/events").text.splitlines()
        ]

    def words(self, call_id: str) -> list[str]:
        """The words of an ended call's finals, when every turn has its own: on a busy machine they come late."""

        def finals() -> list[dict[str, Any]] | None:
            events = self.events(call_id)
            turns = {(e["track"], e["turn"]) for e in events if e["type"] == "speech_stopped"}
            found = [e for e in events if e["type"] == "final"]
            return found if turns <= {(e["track"], e["turn"]) for e in found} else None

        found = self.until(lambda: (told := finals()) is not None and [told], f"call {call_id} lacks words")
        return [w["text"] for e in found[0] for w in e["words"]]

    def recording(self, call_id: str) -> tuple[Any, Any]:
        """A call's recording, through the API: rep and prospect at 8 kHz."""
        answer = self.http.get(f"/api/v1/calls/{call_id}/recording")
        assert answer.status_code == 200, answer.text
        file = self.folder / "fetched.wav"
        file.write_bytes(answer.content)
        return read_call(file)


def start(parameters: dict[str, str], **media_format: Any) -> str:
    """Twilio's start message."""
    what = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1, **media_format}
    body = {"accountSid": "AC1", "callSid": "CA1", "tracks": ["inbound", "outbound"], "mediaFormat": what}
    body["customParameters"] = parameters
    return json.dumps({"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": body})


def media(track: str, at_ms: int, sound: bytes, **more: Any) -> str:
    """One media message."""
    body = {
        "track": track,
        "chunk": "1",
        "timestamp": str(at_ms),
        "payload": base64.b64encode(sound).decode(),
    }
    return json.dumps(
        {"event": "media", "sequenceNumber": "2", "streamSid": "MZ1", "media": {**body, **more}}
    )


def frames(first: float, last: float) -> list[str]:
    """The sample call's sound between two media seconds, as media messages."""
    out = []
    for name, pcm in zip(("inbound", "outbound"), read_call(SAMPLE), strict=True):
        for place in range(int(first * 50), int(last * 50)):
            piece = np.ascontiguousarray(pcm[place * 160 : (place + 1) * 160])
            out.append((place, media(name, place * 20, g711.encode(piece, "mulaw"))))
    return [message for _, message in sorted(out, key=lambda pair: pair[0])]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests that leave it alive."""
    server = Served(tmp_path_factory.mktemp("served"), free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Served]:
    """A server that a test may kill."""
    server = Served(tmp_path, free_port())
    server.start()
    yield server
    server.stop()
