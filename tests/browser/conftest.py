"""A headless Chromium, driven through its DevTools protocol, and a site for it to look at."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from socket import socket
from threading import Thread
from types import SimpleNamespace
from typing import Any, Self
from urllib.request import urlopen

import anyio
import pytest
import uvicorn
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route
from websockets.sync.client import ClientConnection, connect

from server.envelope import Envelope
from server.events import Event, Order
from server.outside.store import Store
from server.records import Call, User
from server.web.pages import Guard, exception_handlers, routes

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

HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("secret")

PATIENCE = 15.0
"""Seconds for which an expectation may stay unmet."""


class Navigated(Exception):
    """The page in which we waited gave way to the next one."""


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
            message = json.loads(self._socket.recv(timeout=2 * PATIENCE))
            self._note(message)
            if message.get("id") == self._number:
                if "error" in message:
                    raise Navigated(message["error"]["message"])
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
        gone = self.tell("Page.navigate", url=address)
        assert "errorText" not in gone, gone
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
        for _ in range(5):
            with suppress(Navigated):
                self.run(script)
                return
        raise AssertionError(f"the page went on and on: {condition}")

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


@pytest.fixture(scope="session")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """One browser for all tests; every test has a site of its own, and so its own storage."""
    with browser(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def page(tab: Page) -> Page:
    """The tab, signed out, of desk size, with nothing to complain about."""
    tab.tell("Network.clearBrowserCookies")
    tab.open("about:blank")
    tab.size(1280, 860)
    tab.complaints.clear()
    return tab


@dataclass
class Site:
    """Our doors on a real socket, a real store, and a stream of events that the test tells."""

    store: Store
    address: str = ""
    told: list[str] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    now: datetime = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    cuts: int = 0
    resumed: list[str] = field(default_factory=list)
    """The `Last-Event-ID` that each stream began with."""

    async def order(self, call_id: str, order: Order) -> bool:
        """Take an order, as the live call does."""
        self.orders.append(order)
        return True

    def ordered(self, page: Page, least: int) -> list[tuple[str, str]]:
        """What the page has ordered, once it has ordered so much."""
        for _ in range(100):
            if len(self.orders) >= least:
                break
            page.run("new Promise(done => setTimeout(done, 20))")
        return [(order.action, order.target) for order in self.orders]

    def ring(self, id: str = "c1", **more: Any) -> None:
        """A call begins."""
        given = {"contact": "Sarah Kim", "contact_company": "Acme", "rep": "alex@x.example", **more}
        self.store.add_call(Call(id=id, playbook="post-demo", created_at=self.now, **given))
        self.store.start_call(id, self.now, "twilio", "CA1", "c1.wav")
        self.told.clear()

    def tell(self, *events: Event, id: str = "c1") -> None:
        """Publish and store events."""
        envelopes = [Envelope(id, len(self.told) + place, event) for place, event in enumerate(events, 1)]
        self.store.append(id, [one for one in envelopes if one.event.type != "talk"])
        for one in envelopes:
            self.told.append(f"id: {one.number}\nevent: {one.event.type}\ndata: {one.to_line()}\n\n")

    async def follow(self, request: Request) -> StreamingResponse:
        """Stream what was told after `Last-Event-ID`, until the test cuts the line."""
        sent = int(request.headers.get("last-event-id", 0))
        self.resumed.append(str(sent))
        line = self.cuts

        async def stream() -> AsyncIterator[str]:
            nonlocal sent
            yield "retry: 100\n\n"
            while self.cuts == line:
                for one in self.told[sent:]:
                    sent += 1
                    yield one
                await anyio.sleep(0.01)

        return StreamingResponse(stream(), media_type="text/event-stream")


def _app(site: Site, folder: Path) -> Guard:
    follow = Route("/live/{id}/events", site.follow)
    app = Starlette(routes=[*routes, follow], exception_handlers=exception_handlers)
    app.state.store, app.state.live, app.state.clock = site.store, site, lambda: site.now
    app.state.settings = SimpleNamespace(api_token=None, public_url="", data_dir=folder)
    app.state.playbooks = {}
    return Guard(app)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Serve a site with one rep, alex@x.example."""
    store = Store(f"sqlite:///{tmp_path / 'beatline.db'}")
    store.migrate()
    made = Site(store)
    alex = User(email="alex@x.example", name="Alex", password_hash=HASH)
    store.add_user(alex, made.now)
    config = uvicorn.Config(_app(made, tmp_path), log_level="error", ws="none", lifespan="off")
    server = uvicorn.Server(config)
    with socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()  # the first visitor waits in the queue until the server has started
        made.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield made
        made.cuts += 1
        server.should_exit = server.force_exit = True
        thread.join()
    store.close()


@pytest.fixture
def signed_in(page: Page, site: Site) -> Page:
    """The tab, at the desk of Alex."""
    page.open(f"{site.address}/desk")
    page.run("document.querySelector('[name=email]').value = 'alex@x.example'")
    page.run("document.querySelector('[name=password]').value = 'secret'")
    page.run("document.querySelector('.sign-in').submit()")
    page.until("location.pathname === '/desk' && document.readyState === 'complete'")
    return page


@pytest.fixture
def on_call(site: Site, request: pytest.FixtureRequest) -> Page:
    """The tab, at Alex's desk during a call: a desk looks for one when it opens, and then every two seconds only."""
    site.ring()
    page: Page = request.getfixturevalue("signed_in")
    return page
