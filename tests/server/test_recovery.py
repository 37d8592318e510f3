"""Calls of a killed process: closed as far as they were heard, from log and recording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from media.audio import RATE, Frame, Hypothesis, Look, Track, Window, Word
from media.wav import Recorder
from server.envelope import Envelope
from server.events import CallStarted, Event, Final, SpeechStarted, SpeechStopped, TrackName
from server.outside.playbooks import load_playbooks
from server.outside.store import Store
from server.records import Call
from server.recovery import close_interrupted

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)


def started(start: float, turn: int, track: TrackName = "rep") -> SpeechStarted:
    return SpeechStarted(at=start, track=track, turn=turn, start=start)


def stopped(start: float, end: float, turn: int, track: TrackName = "rep") -> SpeechStopped:
    return SpeechStopped(at=end, track=track, turn=turn, start=start, end=end)


def final(start: float, end: float, turn: int, text: str, track: TrackName = "rep") -> Final:
    words = tuple(Word(text=word, start=start, end=end, p=0.9) for word in text.split())
    return Final(at=end, track=track, turn=turn, start=start, end=end, words=words)


class Engine:
    """Answers every window with one word, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Window] = []

    def transcribe(self, windows: Sequence[Window]) -> list[Hypothesis]:
        self.asked += windows
        return [
            Hypothesis(one, (Word("recovered", one.start / RATE + 0.3, one.start / RATE + 0.6, 0.9),))
            for one in windows
        ]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path / 'b.db'}")
    made.migrate()
    yield made
    made.close()


def left_live(store: Store, tmp_path: Path, events: Sequence[Event], sound: bool = True) -> None:
    """A call as a killed process leaves it: started, some events kept, its recording without a right header."""
    store.add_call(
        Call(id="c1", rep="alex@x.example", contact="Sarah Kim", playbook="post-demo", created_at=NOW)
    )
    store.start_call("c1", NOW, "twilio", "CA1", "c1.wav")
    store.append("c1", [Envelope("c1", number, event) for number, event in enumerate(events, 1)])
    if sound:
        recorder = Recorder(tmp_path / "c1.wav")
        recorder.write(Frame(Track.REP, 0, np.full(4 * RATE, 500, np.int16)))
        recorder.write(Frame(Track.PROSPECT, 0, np.zeros(4 * RATE, np.int16)))
        recorder.close()


def close(store: Store, tmp_path: Path, engine: Engine) -> int:
    return close_interrupted(store.live_calls(), store, tmp_path, engine, load_playbooks(), NOW)


HEARD = [
    CallStarted(at=0.0, playbook="post-demo"),
    started(0.5, 1),
    stopped(0.5, 1.5, 1),
    final(0.5, 1.5, 1, "Hi Sarah."),
    started(2.0, 2),
]


def test_the_call_ends_with_the_words_it_was_owed(store: Store, tmp_path: Path) -> None:
    left_live(store, tmp_path, HEARD)
    engine = Engine()
    assert close(store, tmp_path, engine) == 1
    events = [envelope.event for envelope in store.events("c1")]
    (late,) = [event for event in events if isinstance(event, Final) and event.turn == 2]
    assert [word.text for word in late.words] == ["recovered"]
    assert [window.look for window in engine.asked] == [Look.FINAL]
    types = [event.type for event in events]
    assert types.count("call_ended") == 1
    assert types[-1] == "summary"
    call = store.call("c1")
    assert call is not None
    assert (call.state, call.end_reason, call.duration) == ("ended", "interrupted", 4.0)
    assert store.live_calls() == []


def test_numbers_go_on_where_the_log_ended(store: Store, tmp_path: Path) -> None:
    left_live(store, tmp_path, HEARD)
    close(store, tmp_path, Engine())
    numbers = [envelope.number for envelope in store.events("c1")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_its_chores_wait_for_the_outbox(store: Store, tmp_path: Path) -> None:
    left_live(store, tmp_path, HEARD)
    close(store, tmp_path, Engine())
    assert {chore.kind for chore in store.chores("c1")} == {"summarise", "push_to_crm"}


def test_without_a_recording_the_log_alone_closes_it(store: Store, tmp_path: Path) -> None:
    left_live(store, tmp_path, HEARD, sound=False)
    engine = Engine()
    assert close(store, tmp_path, engine) == 1
    assert engine.asked == []
    call = store.call("c1")
    assert call is not None
    assert (call.state, call.duration) == ("ended", 2.0)


def test_a_call_that_begins_meanwhile_goes_on(store: Store, tmp_path: Path) -> None:
    left_live(store, tmp_path, HEARD)
    interrupted = store.live_calls()
    store.add_call(Call(id="c2", rep="a@x.example", playbook="post-demo", created_at=NOW))
    store.start_call("c2", NOW, "twilio", "CA2", "c2.wav")
    assert close_interrupted(interrupted, store, tmp_path, Engine(), load_playbooks(), NOW) == 1
    assert [call.id for call in store.live_calls()] == ["c2"]


class Broken(Engine):
    """An engine that fails in its own way."""

    def transcribe(self, windows: Sequence[Window]) -> list[Hypothesis]:
        raise RuntimeError("out of memory")


def test_a_call_that_cannot_be_closed_stops_no_server(store: Store, tmp_path: Path) -> None:
    left_live(store, tmp_path, HEARD)
    assert close(store, tmp_path, Broken()) == 0
    assert [call.id for call in store.live_calls()] == ["c1"]


def test_a_call_whose_playbook_is_gone_stays_open_and_stops_no_other(store: Store, tmp_path: Path) -> None:
    left_live(store, tmp_path, HEARD)
    store.add_call(Call(id="c2", rep="a@x.example", playbook="gone", created_at=NOW))
    store.start_call("c2", NOW, "twilio", "CA2", "c2.wav")
    assert close(store, tmp_path, Engine()) == 1
    assert [call.id for call in store.live_calls()] == ["c2"]
