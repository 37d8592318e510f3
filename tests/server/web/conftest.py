"""A small app with our doors only, a real store, people of every role, and a clock that a test sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from argon2 import PasswordHasher
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.testclient import TestClient

from server.envelope import Envelope
from server.events import Event, Evidence, NextStep, Order, Sentence, Summary
from server.outside.playbooks import load_playbooks
from server.outside.store import Store
from server.records import Call, Role, User
from server.web.pages import Guard, exception_handlers, routes

TOKEN = "machine-token-for-tests"
PASSWORD = "correct horse battery staple"
HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
SITE = "http://desk.example"
PEOPLE: dict[str, Role] = {"alex@x.example": "rep", "bo@x.example": "rep", "mo@x.example": "manager"}


@dataclass
class Live:
    """The live calls, as far as these doors know them: something that takes orders."""

    taken: list[tuple[str, Order]] = field(default_factory=list)
    gone: bool = False

    async def order(self, call_id: str, order: Order) -> bool:
        if not self.gone:
            self.taken.append((call_id, order))
        return not self.gone


@dataclass
class World:
    """Everything a test reaches for."""

    app: Starlette
    store: Store
    live: Live
    folder: Path
    now: datetime = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)

    def client(self, **more: Any) -> TestClient:
        """A browser that shows where it comes from, and follows nothing by itself."""
        headers = {"Origin": SITE, "Accept": "text/html,*/*;q=0.8", **more.pop("headers", {})}
        return TestClient(Guard(self.app), base_url=SITE, headers=headers, follow_redirects=False, **more)

    def machine(self) -> TestClient:
        """A program with the token of the settings."""
        return self.client(headers={"Authorization": f"Bearer {TOKEN}"})

    def person(self, email: str) -> TestClient:
        """A browser in which somebody has signed in."""
        client = self.client()
        answer = client.post("/login", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return client

    def call(self, id: str = "c1", rep: str = "alex@x.example", **more: Any) -> Call:
        """A waiting call."""
        self.now += timedelta(seconds=1)
        given = {"contact": "Sarah Kim", "playbook": "post-demo", **more}
        call = Call(id=id, rep=rep, created_at=self.now, **given)
        self.store.add_call(call)
        return call

    def begin(self, id: str = "c1", recording: str = "") -> None:
        """Its first sound."""
        self.store.start_call(id, self.now, "twilio", "CA1", recording)

    def happen(self, id: str, *events: Event) -> None:
        """Store events."""
        self.store.append(id, [Envelope(id, number, event) for number, event in enumerate(events, 1)])

    def end(self, id: str = "c1", *, summary: Summary | None = None) -> None:
        """Its end, with a summary."""
        made = summary or Summary(at=60.0, outcome="connect", sentiment="positive")
        self.store.finish(id, self.now, "hangup", 60.0, made, [])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A store with four people and no calls."""
    store = Store(f"sqlite:///{tmp_path / 'beatline.db'}")
    store.migrate()
    app = Starlette(routes=routes, exception_handlers=exception_handlers)
    made = World(app=app, store=store, live=Live(), folder=tmp_path / "recordings")
    for email, role in PEOPLE.items():
        store.add_user(User(email=email, name=email.split("@")[0], role=role, password_hash=HASH), made.now)
    app.state.store = store
    app.state.live = made.live
    app.state.clock = lambda: made.now
    app.state.settings = SimpleNamespace(api_token=SecretStr(TOKEN), public_url="", data_dir=tmp_path)
    app.state.playbooks = {"post-demo": load_playbooks()["post-demo"]}
    yield made
    store.close()


@pytest.fixture
def summary() -> Callable[[], Summary]:
    """A summary with every part filled."""
    proof = Evidence(track="prospect", start=50.0, end=52.0, text="Thursday at two works.")

    def make() -> Summary:
        return Summary(
            at=60.0,
            outcome="connect",
            sentiment="positive",
            meeting=True,
            next_step=NextStep(
                kind="meeting", date="2026-11-26", time="14:00", with_="Sarah", evidence=proof
            ),
            facts=(proof,),
            sentences=(Sentence(text="They meet on Thursday.", evidence=(proof,)),),
        )

    return make
