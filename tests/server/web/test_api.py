"""The HTTP API: calls announced, listed, shown, ordered about and wrapped up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from media.audio import Word
from server.errors import Refused
from server.events import CallEnded, Final
from server.records import Call

NEW = {"playbook": "post-demo", "contact": "Sarah Kim", "rep": "alex@x.example"}


def test_a_call_is_announced(world: Any) -> None:
    answer = world.machine().post("/api/v1/calls", json={**NEW, "tz": "Asia/Tokyo", "rep_track": "outbound"})
    assert answer.status_code == 201
    made = answer.json()
    stream = made["stream"]
    assert stream["url"] == "ws://desk.example/media/twilio"
    assert stream["parameters"]["call_id"] == made["id"]
    assert stream["parameters"]["rep_track"] == "outbound"
    kept = world.store.call(made["id"])
    assert (kept.state, kept.rep, kept.playbook_version) == (
        "waiting",
        "alex@x.example",
        world.app.state.playbooks["post-demo"].version,
    )
    assert kept.date == "2026-11-24", "three in the afternoon in London is tomorrow in Tokyo"
    assert answer.headers["location"] == f"/api/v1/calls/{made['id']}"


def test_the_token_opens_one_stream(world: Any) -> None:
    parameters = world.machine().post("/api/v1/calls", json=NEW).json()["stream"]["parameters"]
    call = world.store.take_stream_token(parameters["call_id"], parameters["token"], world.now)
    assert isinstance(call, Call)
    with pytest.raises(Refused):
        world.store.take_stream_token(parameters["call_id"], parameters["token"], world.now)


@pytest.mark.parametrize(
    ("public", "url"),
    [
        ("https://beatline.example", "wss://beatline.example/media/twilio"),
        ("https://example.org/beatline/", "wss://example.org/beatline/media/twilio"),
        ("http://localhost:8717", "ws://localhost:8717/media/twilio"),
    ],
)
def test_the_stream_goes_to_the_public_address(world: Any, public: str, url: str) -> None:
    world.app.state.settings.public_url = public
    assert world.machine().post("/api/v1/calls", json=NEW).json()["stream"]["url"] == url


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({**NEW, "playbook": "no-such"}, 422, "There is no playbook 'no-such'. There are: post-demo."),
        ({"contact": "Sarah"}, 422, "playbook"),
        ({**NEW, "contract": "typo"}, 422, "contract"),
        ({**NEW, "direction": "sideways"}, 422, "direction"),
        ({**NEW, "tz": "Mars/Olympus"}, 422, "no time zone"),
        ({**NEW, "tz": "../etc/passwd"}, 422, "no time zone"),
        ({**NEW, "date": "tomorrow"}, 422, "YYYY-MM-DD"),
        ({**NEW, "contact": "x" * 201}, 422, "contact"),
        ({**NEW, "contact": "two\nlines"}, 422, "contact"),
        ([], 422, ""),
        ({**NEW, "contact": "x" * 70_000}, 413, "65536"),
    ],
)
def test_a_wrong_body_is_refused_with_a_reason(world: Any, body: Any, status: int, said: str) -> None:
    answer = world.machine().post("/api/v1/calls", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert {"type", "title", "detail"} <= problem.keys()
    assert said in json.dumps(problem)
    assert world.store.calls(limit=5) == []


def test_what_is_not_json_is_refused(world: Any) -> None:
    client = world.machine()
    for content in (b"{", b"\xff\xfe", b""):
        answer = client.post("/api/v1/calls", content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422
    assert client.post("/api/v1/calls", data={"playbook": "post-demo"}).status_code == 415


def test_a_rep_announces_own_calls_only(world: Any) -> None:
    client = world.person("alex@x.example")
    assert client.post("/api/v1/calls", json={"playbook": "post-demo"}).status_code == 201
    assert world.store.calls(limit=1)[0].rep == "alex@x.example"
    refused = client.post("/api/v1/calls", json={**NEW, "rep": "bo@x.example"})
    assert refused.status_code == 403
    assert world.person("mo@x.example").post("/api/v1/calls", json=NEW).status_code == 201


def test_reps_see_their_own_calls_and_managers_all(world: Any) -> None:
    world.call("c1", rep="alex@x.example")
    world.call("c2", rep="bo@x.example")

    def seen(client: Any) -> list[str]:
        return [call["id"] for call in client.get("/api/v1/calls").json()["calls"]]

    alex = world.person("alex@x.example")
    assert seen(alex) == ["c1"]
    assert [call["id"] for call in alex.get("/api/v1/calls?rep=bo@x.example").json()["calls"]] == ["c1"]
    assert seen(world.person("mo@x.example")) == ["c2", "c1"]
    assert seen(world.machine()) == ["c2", "c1"]
    for path in ("", "/events", "/recording"):
        answer = alex.get(f"/api/v1/calls/c2{path}")
        assert answer.status_code == 404, path
        assert answer.json()["detail"] == "There is no such call."
    for path, body in (("orders", {"action": "flag"}), ("wrapup", {"outcome": "connect"})):
        assert alex.post(f"/api/v1/calls/c2/{path}", json=body).status_code == 404


def test_the_list_has_pages(world: Any) -> None:
    for number in range(5):
        world.call(f"c{number}")
    client, got, before = world.machine(), [], ""
    for _ in range(3):
        answer = client.get(f"/api/v1/calls?limit=2{before}").json()
        got.append([call["id"] for call in answer["calls"]])
        before = f"&before={answer['next']}"
    assert got == [["c4", "c3"], ["c2", "c1"], ["c0"]]
    assert answer["next"] is None
    for wrong in ("-1", "x", "1e9", "9" * 30, "²"):
        assert client.get(f"/api/v1/calls?limit={wrong}").status_code == 422


def test_the_list_is_searched(world: Any) -> None:
    world.call("c1", contact_company="Acme")
    world.call("c2", contact_company="Globex")
    found = world.machine().get("/api/v1/calls?q=glob").json()["calls"]
    assert [call["id"] for call in found] == ["c2"]


def test_the_current_call(world: Any) -> None:
    alex, mo = world.person("alex@x.example"), world.person("mo@x.example")
    world.call("c1", rep="alex@x.example")
    assert alex.get("/api/v1/calls/current").json() == {
        "call": None, "beats": [], "own": False,
    }, "it has no sound yet"  # fmt: skip
    world.begin("c1")
    current = alex.get("/api/v1/calls/current").json()
    assert current["call"]["id"] == "c1"
    assert [beat["beat"] for beat in current["beats"]][:2] == ["permission_context", "why_now"]
    assert current["own"] is True
    world.call("c2", rep="bo@x.example")
    world.begin("c2")
    assert alex.get("/api/v1/calls/current").json()["call"]["id"] == "c1"
    assert mo.get("/api/v1/calls/current").json()["call"]["id"] == "c2", "a manager follows the newest"
    assert mo.get("/api/v1/calls/current").json()["own"] is False, "and is not at its desk"
    world.call("c3", rep="mo@x.example")
    world.begin("c3")
    world.call("c4", rep="bo@x.example")
    world.begin("c4")
    assert mo.get("/api/v1/calls/current").json()["call"]["id"] == "c3", "or rather their own"
    world.end("c3")
    world.call("c5", rep="Someone Else")
    world.begin("c5")
    assert mo.get("/api/v1/calls/current").json()["own"] is True, "a rep who cannot sign in has no other desk"
    world.end("c1")
    assert alex.get("/api/v1/calls/current").json()["call"] is None


def test_one_call_with_its_summary(world: Any, summary: Any) -> None:
    world.call()
    client = world.machine()
    assert client.get("/api/v1/calls/c1").json()["summary"] is None
    world.begin(recording="c1.wav")
    world.end(summary=summary())
    shown = client.get("/api/v1/calls/c1").json()
    assert shown["state"] == "ended"
    assert shown["duration"] == 60.0
    assert shown["recording"] == "/api/v1/calls/c1/recording"
    made = shown["summary"]
    assert made["next_step"]["with"] == "Sarah"
    assert made["next_step"]["evidence"]["start"] == 50.0
    assert made["sentences"][0]["evidence"][0]["track"] == "prospect"
    assert client.get("/api/v1/calls/nope").status_code == 404


def test_events_one_a_line(world: Any) -> None:
    world.call()
    world.begin()
    words = (Word("Grüß", 1.0, 1.4, 0.9),)
    world.happen(
        "c1",
        Final(at=2.0, track="rep", turn=1, start=1.0, end=1.4, words=words),
        CallEnded(at=60.0, reason="hangup", duration=60.0),
    )
    answer = world.machine().get("/api/v1/calls/c1/events")
    assert answer.headers["content-type"].startswith("application/jsonl")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [(line["call"], line["n"], line["type"]) for line in lines] == [
        ("c1", 1, "final"),
        ("c1", 2, "call_ended"),
    ]
    assert lines[0]["words"][0]["text"] == "Grüß"
    assert len(world.machine().get("/api/v1/calls/c1/events?after=1").text.splitlines()) == 1


def test_orders_reach_the_live_call_only(world: Any) -> None:
    world.call()
    client = world.person("alex@x.example")
    order = {"action": "dismiss_cue", "target": "make_ask"}
    assert client.post("/api/v1/calls/c1/orders", json=order).status_code == 409
    world.begin()
    assert client.post("/api/v1/calls/c1/orders", json=order).status_code == 202
    [(call_id, taken)] = world.live.taken
    assert (call_id, taken.action, taken.target) == ("c1", "dismiss_cue", "make_ask")
    assert client.post("/api/v1/calls/c1/orders", json={"action": "explode"}).status_code == 422
    for action, target in (("see_cue", ""), ("mark_wrong", "ask"), ("mute_kind", "do_not_call")):
        answer = client.post("/api/v1/calls/c1/orders", json={"action": action, "target": target})
        assert answer.status_code == 422
    assert len(world.live.taken) == 1
    world.live.gone = True
    assert client.post("/api/v1/calls/c1/orders", json=order).status_code == 409


def test_the_wrap_up_is_kept_and_sent_on(world: Any, summary: Any) -> None:
    world.call()
    client = world.person("alex@x.example")
    body = {
        "outcome": "connect",
        "sentiment": "negative",
        "next_step": {"kind": "call", "date": "2026-12-01", "time": "09:30", "with": "Sarah"},
        "note": "  Prefers mornings.  ",
    }
    assert client.post("/api/v1/calls/c1/wrapup", json=body).status_code == 409
    world.begin()
    world.end(summary=summary())
    answer = client.post("/api/v1/calls/c1/wrapup", json=body)
    assert answer.status_code == 200
    assert answer.json()["next_step"]["with"] == "Sarah"
    kept = world.store.call("c1")
    assert (kept.outcome, kept.sentiment, kept.note) == ("connect", "negative", "Prefers mornings.")
    assert world.store.wrapup("c1").next_step.with_ == "Sarah"
    assert client.post("/api/v1/calls/c1/wrapup", json={**body, "outcome": "dnc"}).status_code == 200
    assert world.store.call("c1").outcome == "dnc"


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": "won"},
        {"sentiment": "happy"},
        {"next_step": {"kind": "party"}},
        {"next_step": {"date": "2026-13-01"}},
        {"next_step": {"time": "25:00"}},
        {"note": "x" * 4001},
        {"nothing": 1},
    ],
)
def test_a_wrong_wrap_up_is_refused(world: Any, wrong: dict[str, Any]) -> None:
    world.call()
    world.begin()
    world.end()
    client = world.person("alex@x.example")
    assert client.post("/api/v1/calls/c1/wrapup", json={"outcome": "connect", **wrong}).status_code == 422
    assert world.store.call("c1").outcome == ""


def test_addresses_that_are_none(world: Any) -> None:
    client = world.machine()
    assert client.get("/api/v1/nothing").json()["detail"] == "There is nothing at this address."
    assert client.put("/api/v1/calls", json={}).status_code == 405
    page = world.person("alex@x.example").get("/nothing")
    assert page.status_code == 404
    assert "There is nothing at this address." in page.text
