"""Fetching a model, against a stand-in of the hub: size and licence first, checksums, resume, clear errors."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMIT = "a" * 40
FILES = {"config.json": b"{}", "tokenizer.json": b"{}", "vocabulary.txt": b"a\nb\n", "model.bin": os.urandom(24 << 20),
         "README.md": b"# not needed"}  # fmt: skip


@dataclass
class Hub:
    """What the stand-in does next, and what it was asked for."""

    url: str = ""
    break_after: int | None = None
    """Cut the connection once after so many bytes of model.bin."""
    damage: bool = False
    ranges: list[str] = field(default_factory=list)
    downloads: list[str] = field(default_factory=list)


class Door(BaseHTTPRequestHandler):
    """The hub over HTTP, with ranges."""

    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def do_GET(self) -> None:
        self.answer(body=True)

    def answer(self, *, body: bool) -> None:
        path = self.path.split("?")[0]
        repository = "/Systran/faster-whisper-tiny.en"
        if path in (f"/api/models{repository}", f"/api/models{repository}/revision/main"):
            self.give(json.dumps(about()).encode(), body=body, kind="application/json")
        elif path.startswith(f"{repository}/resolve/{COMMIT}/") and path.rsplit("/", 1)[1] in FILES:
            self.file(path.rsplit("/", 1)[1], body=body)
        else:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def give(self, data: bytes, *, body: bool, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)

    def file(self, name: str, *, body: bool) -> None:
        whole = FILES[name]
        data = bytes(len(whole)) if self.hub.damage and name == "model.bin" else whole
        first = 0
        asked = self.headers.get("Range")
        if asked and body:
            self.hub.ranges.append(asked)
            first = int(asked.removeprefix("bytes=").split("-")[0])
        if body:
            self.hub.downloads.append(name)
        self.send_response(206 if first else 200)
        self.send_header("ETag", f'"{hashlib.sha256(whole).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Accept-Ranges", "bytes")
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - first))
        self.end_headers()
        if not body:
            return
        if self.hub.break_after is not None and name == "model.bin":
            self.wfile.write(data[first : self.hub.break_after])
            self.close_connection, self.hub.break_after = True, None
            self.connection.close()
        else:
            self.wfile.write(data[first:])


@pytest.fixture
def hub() -> Iterator[Hub]:
    made = Hub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OneDoor", (Door,), {"hub": made}))
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def about() -> dict[str, object]:
    """A model's page as the hub's API gives it (`/api/models/{repo}?blobs=true`)."""

    def sibling(name: str, content: bytes) -> dict[str, object]:
        lfs = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}
        return {"rfilename": name, "size": len(content), **({"lfs": lfs} if name == "model.bin" else {})}

    return {
        "id": "Systran/faster-whisper-tiny.en",
        "modelId": "Systran/faster-whisper-tiny.en",
        "sha": COMMIT,
        "tags": [],
        "downloads": 1,
        "private": False,
        "cardData": {"license": "mit"},
        "siblings": [sibling(name, content) for name, content in FILES.items()],
    }


def fetch(hub: Hub, folder: Path, name: str = "tiny.en") -> subprocess.CompletedProcess[str]:
    """Fetch in a process of its own: the hub's address is read when its library is imported."""
    environment = {"BEATLINE_DATA_DIR": str(folder), "HF_ENDPOINT": hub.url, "HF_HOME": str(folder / "hf"),
                   "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}  # fmt: skip
    command = [sys.executable, "-m", "server", "model", "fetch", name]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def held(folder: Path) -> dict[str, bytes]:
    kept = folder / "models/tiny.en"
    return {name: (kept / name).read_bytes() for name in FILES if (kept / name).is_file()}


def test_size_and_licence_are_said_and_only_what_is_needed_comes(hub: Hub, tmp_path: Path) -> None:
    ran = fetch(hub, tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "tiny.en: 25 MB from Systran/faster-whisper-tiny.en, licence mit" in ran.stderr.replace("\n", " ")
    assert held(tmp_path) == {name: content for name, content in FILES.items() if name != "README.md"}


def test_it_is_fetched_once(hub: Hub, tmp_path: Path) -> None:
    fetch(hub, tmp_path)
    hub.downloads.clear()
    assert fetch(hub, tmp_path).returncode == 0
    assert hub.downloads == []


def test_a_broken_download_goes_on_where_it_stopped(hub: Hub, tmp_path: Path) -> None:
    hub.break_after = 15 << 20  # the library keeps what it has in steps of 10 MB
    ran = fetch(hub, tmp_path)
    if ran.returncode:
        ran = fetch(hub, tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert held(tmp_path)["model.bin"] == FILES["model.bin"]
    assert any(int(asked.removeprefix("bytes=").split("-")[0]) > 0 for asked in hub.ranges)


def test_damage_is_found_and_not_kept(hub: Hub, tmp_path: Path) -> None:
    hub.damage = True
    ran = fetch(hub, tmp_path)
    assert ran.returncode == 2
    assert "beatline: model.bin arrived damaged: try again" in ran.stderr
    assert "model.bin" not in held(tmp_path)
    hub.damage = False
    assert fetch(hub, tmp_path).returncode == 0
    assert held(tmp_path)["model.bin"] == FILES["model.bin"]


def test_no_network_says_what_to_set(tmp_path: Path) -> None:
    ran = fetch(Hub(url="http://127.0.0.1:9"), tmp_path)
    assert ran.returncode == 2
    assert ran.stderr.strip().splitlines()[-1].startswith("beatline: tiny.en cannot be downloaded")
    assert "BEATLINE_SPEECH_MODEL" in ran.stderr
    assert not (tmp_path / "models/tiny.en").exists(), "nothing that looks like a model stays behind"


def test_a_network_that_swallows_everything_is_not_waited_for(tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from media import models; models.ANSWER = 0.2\n"
    script += "models.find('tiny.en', Path(sys.argv[1]))"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environment = {**os.environ, "HF_ENDPOINT": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        command = [sys.executable, "-c", script, str(tmp_path)]
        ran = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    assert "tiny.en cannot be downloaded (ReadTimeout)" in ran.stderr


def test_an_unknown_name_lists_the_known(hub: Hub, tmp_path: Path) -> None:
    ran = fetch(hub, tmp_path, "huge.fr")
    assert ran.returncode == 2
    assert "base.en" in ran.stderr
    assert hub.downloads == []
