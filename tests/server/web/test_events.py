"""Server-sent events: what a page gets when it comes late, comes again, or comes after the end."""

from __future__ import annotations

import json
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from server.envelope import Envelope
from server.events import CallEnded, CallStarted, SpeechStarted
from server.outside.bus import Bus
from server.web import events, once
from server.web.events import frame_of, resume_from
from server.web.once import LIFE, Tickets

MADE = [
    CallStarted(at=0.0, playbook="post-demo"),
    SpeechStarted(at=1.0, track="rep", turn=1, start=1.0),
    CallEnded(at=2.0, reason="hangup", duration=2.0),
]


@pytest.fixture
def house(world: Any) -> Any:
    """The world with the doors of this file."""
    world.app.router.routes += [*events.routes, *once.routes]
    world.app.state.bus = Bus()
    world.app.state.tickets = Tickets()
    return world


def seen(text: str) -> list[tuple[int, str]]:
    """Read a stream as a browser does: id and type of each event."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if "data" in fields:
            body = json.loads(fields["data"])
            assert body["n"] == int(fields["id"])
            found.append((int(fields["id"]), fields["event"]))
    return found


def ended(house: Any) -> None:
    house.call("c1", contact="Sarah")
    house.begin("c1")
    house.happen("c1", *MADE)
    house.end("c1")


def test_an_ended_call_gives_what_is_stored_and_then_204(house: Any) -> None:
    ended(house)
    page = house.person("alex@x.example")
    first = page.get("/live/c1/events")
    assert first.headers["content-type"].startswith("text/event-stream")
    assert first.headers["cache-control"] == "no-store"
    assert seen(first.text) == [(1, "call_started"), (2, "speech_started"), (3, "call_ended")]
    assert page.get("/live/c1/events", headers={"Last-Event-ID": "3"}).status_code == 204


def test_a_page_resumes_after_the_last_it_saw(house: Any) -> None:
    ended(house)
    page = house.person("alex@x.example")
    assert seen(page.get("/live/c1/events", headers={"Last-Event-ID": "2"}).text) == [(3, "call_ended")]
    assert seen(page.get("/live/c1/events?after=1").text) == [(2, "speech_started"), (3, "call_ended")]


def test_a_live_call_gives_what_was_missed_until_it_closes(house: Any) -> None:
    house.call("c1")
    house.begin("c1")
    bus: Bus = house.app.state.bus
    for number, event in enumerate(MADE, 1):
        bus.publish(Envelope("c1", number, event))
    page: TestClient = house.person("alex@x.example")
    with page:  # one event loop for the request and the closing

        async def close_soon() -> None:
            await anyio.sleep(0.05)
            bus.close("c1")

        assert page.portal is not None
        page.portal.start_task_soon(close_soon)
        answer = page.get("/live/c1/events", headers={"Last-Event-ID": "1"})
    assert answer.text.startswith("retry: ")
    assert seen(answer.text) == [(2, "speech_started"), (3, "call_ended")]


def test_another_reps_call_is_not_told(house: Any) -> None:
    ended(house)
    assert house.person("bo@x.example").get("/live/c1/events").status_code == 404
    stranger = house.client(headers={"Accept": "text/event-stream"})
    assert stranger.get("/live/c1/events").status_code == 401
    assert house.person("mo@x.example").get("/live/c1/events").status_code == 200


@given(st.text(max_size=20))
def test_any_last_event_id_is_read_or_means_the_start(text: str) -> None:
    assert 0 <= resume_from(text) < 10**12


def test_a_frame_is_one_event_whatever_is_said_in_it() -> None:
    frame = frame_of(Envelope("c1", 7, CallStarted(at=0.0, playbook="x", contact="a\n\nid: 9\r\u2028b")))
    assert frame.count("\n\n") == 1
    assert seen(frame) == [(7, "call_started")]
    assert "\r" not in frame


def test_a_ticket_signs_in_once(house: Any) -> None:
    user = house.store.user_by_email("alex@x.example")
    ticket = house.app.state.tickets.issue(user.id, house.now)
    page = house.client()
    first = page.get(f"/login/once/{ticket}")
    assert (first.status_code, first.headers["location"]) == (303, "/desk")
    assert page.get("/desk").status_code == 200
    again = house.client().get(f"/login/once/{ticket}")
    assert again.headers["location"] == "/login"
    assert "set-cookie" not in again.headers


def test_a_ticket_grows_old_and_a_guess_is_none(house: Any) -> None:
    tickets = house.app.state.tickets
    ticket = tickets.issue(1, house.now)
    assert tickets.take("guess", house.now) is None
    assert tickets.take(ticket, house.now + LIFE) is None
