"""A call's figures at the doors, from events whose answer can be counted on paper."""

from __future__ import annotations

from typing import Any

import pytest

from media.audio import Word
from server.events import Ask, Beat, CallEnded, Cue, Evidence, Final, Question, SpeechStopped

PROOF = Evidence(track="rep", start=20.0, end=24.0, text="Shall we look at it?")


@pytest.fixture
def told(world: Any) -> Any:
    """A call of a minute: the rep speaks for 18 s, with two fillers, the prospect for 6 s."""
    world.call()
    world.begin()
    words = tuple(Word(text, 2.0 + i, 2.5 + i) for i, text in enumerate(["Um,", "hi.", "Um,", "Sarah."]))
    world.happen(
        "c1",
        Beat(at=2.1, beat="permission_context", phase="entered", since=2.0, budget=15.0),
        SpeechStopped(at=14.4, track="rep", turn=1, start=2.0, end=14.0),
        Final(at=14.5, track="rep", turn=1, start=2.0, end=14.0, words=words),
        SpeechStopped(at=17.4, track="prospect", turn=1, start=15.0, end=17.0),
        SpeechStopped(at=24.4, track="rep", turn=2, start=18.0, end=24.0),
        Ask(at=24.5, end=24.0, evidence=PROOF),
        Question(at=24.5, track="rep", start=20.0, end=24.0, text="Shall we?"),
        Beat(at=24.5, beat="permission_context", phase="left", since=2.0, budget=15.0),
        Beat(at=24.5, beat="listen", phase="entered", since=24.0, budget=30.0),
        Cue(at=25.0, kind="slow_down", text="Slow down", since=25.0),
        Cue(at=26.0, kind="slow_down", text="Slow down", phase="wrong", since=25.0),
        SpeechStopped(at=37.4, track="prospect", turn=2, start=33.0, end=37.0),
        CallEnded(at=60.0, reason="hangup", duration=60.0),
    )
    return world


def test_in_the_api(told: Any) -> None:
    answer = told.person("alex@x.example").get("/api/v1/calls/c1/metrics")
    assert answer.status_code == 200
    body = answer.json()
    assert (body["talk_share"], body["air_share"], body["fillers_per_min"]) == (0.75, 0.3, 6.67)
    assert body["fillers"] == [{"text": "um", "at": 2.0}, {"text": "um", "at": 4.0}]
    assert body["silences"] == [{"start": 24.0, "seconds": 9.0, "by": "prospect"}]
    opening, listening = body["beats"]
    assert (opening["beat"], opening["start"], opening["end"]) == ("permission_context", 2.0, 24.0)
    assert (opening["rep_s"], opening["prospect_s"], opening["talk_share"]) == (18.0, 2.0, 0.9)
    assert (listening["budget"], listening["talk_share"]) == (30.0, 0.0)
    assert (body["rep"]["patience_s"], body["prospect"]["patience_s"]) == (1.0, 5.0)
    assert (body["rep"]["questions"], body["prospect"]["questions"]) == (1, 0)


def test_of_a_call_without_sound(world: Any) -> None:
    world.call()
    body = world.person("alex@x.example").get("/api/v1/calls/c1/metrics").json()
    assert (body["talk_share"], body["rep"]["pace_wpm"], body["beats"]) == (None, None, [])


def test_of_another_reps_call(told: Any) -> None:
    assert told.person("bo@x.example").get("/api/v1/calls/c1/metrics").status_code == 404


def test_on_the_record(told: Any) -> None:
    text = told.person("alex@x.example").get("/calls/c1").text
    for words in ("18 s", "75 %", "25 %", "Fillers: um 2", "+7<", "ended by Sarah", "marked wrong"):
        assert words in text, words
