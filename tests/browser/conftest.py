"""A headless Chromium, driven through its DevTools protocol: only what these tests need."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.request import urlopen

import pytest
from websockets.sync.client import ClientConnection, connect

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--mute-audio",
    "--remote-debugging-port=0",
)

PATIENCE = 15.0
"""Seconds for which an expectation may stay unmet."""


class Page:
    """The browser's one tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self.complaints: list[str] = []
        """What the page logged as errors: exceptions, refused loads, broken content policy."""

    @classmethod
    def opened(cls, socket: ClientConnection) -> Self:
        """Listen to the page's errors from the start."""
        page = cls(socket)
        for domain in ("Page", "Runtime", "Log"):
            page.tell(f"{domain}.enable")
        return page

    def tell(self, method: str, **parameters: Any) -> Any:
        """Send one command and wait for its result."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(timeout=PATIENCE))
            self._note(message)
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(message["params"]["exceptionDetails"]))
        entry = message.get("params", {}).get("entry", {})
        if message.get("method") == "Log.entryAdded" and entry.get("level") == "error":
            self.complaints.append(f"{entry.get('text')} {entry.get('url', '')}")

    def run(self, script: str) -> Any:
        """Evaluate an expression in the page; promises are awaited."""
        result = self.tell("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def open(self, address: str) -> None:
        """Go to an address; returns when its document is the page's."""
        self.run("window.left = true")
        self.tell("Page.navigate", url=address)
        self.until("!window.left && document.readyState === 'complete'")

    def until(self, condition: str) -> None:
        """Wait in the page until an expression is true."""
        script = f"""new Promise((met, unmet) => {{
            const end = performance.now() + {PATIENCE * 1000};
            (function look() {{
                if ({condition}) met(true);
                else if (performance.now() > end) unmet(new Error("still not: " + {json.dumps(condition)}));
                else setTimeout(look, 20);
            }})();
        }})"""
        for _ in range(20):  # a navigation drops the page in which we wait
            result = self.tell("Runtime.evaluate", expression=script, awaitPromise=True)
            if "exceptionDetails" not in result:
                return
            text = json.dumps(result["exceptionDetails"])
            assert "still not" not in text, text

    def text(self, id: str) -> str:
        """The visible words of an element."""
        return str(self.run(f"document.getElementById({json.dumps(id)}).innerText"))

    def press(self, key: str) -> None:
        """Press and release a key, as a keyboard does."""
        more = {"text": key} if len(key) == 1 else {}
        self.tell("Input.dispatchKeyEvent", type="keyDown", key=key, **more)
        self.tell("Input.dispatchKeyEvent", type="keyUp", key=key)

    def size(self, width: int, height: int, theme: str = "light") -> None:
        """Give the tab a size and the reader a taste."""
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.tell("Emulation.setDeviceMetricsOverride", **screen)
        taste = [{"name": "prefers-color-scheme", "value": theme}]
        self.tell("Emulation.setEmulatedMedia", features=taste)

    def shoot(self, file: Path) -> None:
        """Take a picture."""
        file.write_bytes(base64.b64decode(self.tell("Page.captureScreenshot", format="png")["data"]))


@contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """Start a browser with a profile of its own; skip where there is none."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("no Chromium on this machine: pages not tried in a browser")
    command = [program, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            address = next(line.split()[-1] for line in process.stderr if "DevTools listening" in line)
            host = address.split("/")[2]
            with urlopen(f"http://{host}/json", timeout=PATIENCE) as answer:
                tabs = json.load(answer)
            tab = next(tab for tab in tabs if tab["type"] == "page")
            with connect(tab["webSocketDebuggerUrl"], max_size=None) as socket:
                yield Page.opened(socket)
        finally:
            process.kill()
