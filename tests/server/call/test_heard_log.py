"""Heard calls: what is written is read back, and what breaks the format is refused with its line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from media.audio import Word
from server.call.heard_log import delayed, parse_heard, slim, to_heard
from server.envelope import event_to_json
from server.errors import Malformed
from server.events import CallEnded, CallStarted, Event, Final, Partial, SpeechStarted, SpeechStopped

HEADER = '{"call": {"id": "x", "playbook": "post-demo", "contact": "Sarah", "recogniser": "tiny", "delay": "0.22 s"}}'
EVENTS: tuple[Event, ...] = (
    SpeechStarted(at=0.5, track="rep", turn=1, start=0.4),
    SpeechStopped(at=1.9, track="rep", turn=1, start=0.4, end=1.4),
    Final(at=2.2, track="rep", turn=1, start=0.4, end=1.4, words=(Word("Hi.", 0.4, 1.4, 0.97),)),
    CallEnded(at=2.2, reason="end_of_recording", duration=2.0),
)
LABEL = '{"label": "ask_end", "at": 1.4}'


def lines(*events: dict[str, Any]) -> list[str]:
    return [HEADER, *map(json.dumps, events)]


def test_what_is_written_is_read_back() -> None:
    call = parse_heard([*lines(*map(event_to_json, EVENTS)), LABEL])
    assert (call.id, call.start.playbook, call.start.contact) == ("x", "post-demo", "Sarah")
    assert call.events == EVENTS


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([HEADER], "no event in it"),
        (lines({"type": "moo", "at": 1.0}), "line 2: unknown event type"),
        (lines({"type": "final", "at": 1.0}), "line 2: final event is not well formed"),
        (lines({"type": "synced", "at": 1.0, "crm": "log", "id": "7"}), "line 2: synced is no event"),
        (lines({"type": "call_started", "at": 0.0, "playbook": "post-demo"}), "line 2: call_started is no event"),
        (lines(*map(event_to_json, reversed(EVENTS))), "not in the order"),
        (['{"call": {"direction": "sideways"}}'], "line 1: direction"),
    ],
)  # fmt: skip
def test_what_breaks_the_format_is_refused(rows: list[str], says: str) -> None:
    with pytest.raises(Malformed) as refused:
        parse_heard(rows)
    assert says in str(refused.value)


def partial(at: float, agreed: int) -> Partial:
    return Partial(at=at, track="rep", turn=1, start=0.4, end=at, words=EVENTS[2].words, agreed=agreed)  # type: ignore[attr-defined]


def test_what_is_logged_folds_as_it_was() -> None:
    rows = to_heard({"id": "x", "playbook": "post-demo"}, EVENTS, [{"label": "ask_end", "at": 1.4}])
    assert parse_heard(rows).events == EVENTS


def test_partials_that_commit_nothing_are_left_out() -> None:
    events = [
        CallStarted(at=0.0, playbook="post-demo"),
        partial(0.6, 0),
        partial(0.8, 1),
        partial(1.0, 1),
        EVENTS[2],
    ]
    assert list(slim(events)) == [events[2], events[4]]


def test_words_come_later_and_the_call_ends_when_they_are_there() -> None:
    spoken = SpeechStarted(at=2.3, track="prospect", turn=1, start=2.2)
    start, stop, final, end = EVENTS
    late = delayed([start, stop, final, end, spoken], 0.3)
    assert [(event.type, event.at) for event in late] == [
        ("speech_started", 0.5), ("speech_stopped", 1.9), ("speech_started", 2.3), ("final", 2.5), ("call_ended", 2.5),
    ]  # fmt: skip
