"""The record's view, from hand-made events."""

from __future__ import annotations

import pytest

from media.audio import Word
from server.call.metrics import Metrics, Visit
from server.envelope import Envelope
from server.events import Beat, CallEnded, Cue, Event, Evidence, Final, SpeechStopped
from server.web.review import Review, review_of

PROOF = Evidence(track="rep", start=8.0, end=10.0, text="Shall we?")


def _review(*events: Event, duration: float = 60.0) -> Review:
    return review_of([Envelope("c", number, event) for number, event in enumerate(events, 1)], duration)


def _final(track: str, turn: int, start: float, *texts: str) -> Final:
    words = tuple(Word(text, start + i, start + i + 0.5) for i, text in enumerate(texts))
    return Final(at=start + 5, track=track, turn=turn, start=start, end=start + 4, words=words)  # type: ignore[arg-type]


def _stop(track: str, start: float, end: float) -> SpeechStopped:
    return SpeechStopped(at=end + 0.3, track=track, turn=1, start=start, end=end)  # type: ignore[arg-type]


def _beat(beat: str, phase: str, at: float, since: float, budget: float = 15.0) -> Beat:
    return Beat(at=at, beat=beat, phase=phase, since=since, budget=budget)  # type: ignore[arg-type]


def _cue(kind: str, phase: str, at: float) -> Cue:
    return Cue(at=at, kind=kind, text="Make the ask", phase=phase, why="It is time.", since=at - 1)  # type: ignore[arg-type]


def test_nothing_happened() -> None:
    assert _review(duration=0.0) == Review(metrics=Metrics(duration=0.0))


def test_turns_are_in_the_order_of_speech_and_empty_ones_are_left_out() -> None:
    review = _review(
        _final("prospect", 1, 5.0, "Hello."),
        _final("rep", 1, 1.0, " Hi", "Sarah."),
        _final("rep", 2, 9.0),
        _final("prospect", 2, 12.0, "Yes."),
    )
    assert [(line.track, line.text, line.same) for line in review.said] == [
        ("rep", "Hi Sarah.", False),
        ("prospect", "Hello.", False),
        ("prospect", "Yes.", True),
    ]


def test_a_final_that_came_twice_counts_once() -> None:
    review = _review(_final("rep", 1, 1.0, "Hi."), _final("rep", 1, 1.0, "Hi", "there."))
    assert [line.text for line in review.said] == ["Hi there."]


def test_beats_end_where_the_next_begins_or_where_they_were_left() -> None:
    review = _review(
        _beat("permission_context", "entered", 1.2, 0.5),
        _beat("permission_context", "overrun", 16.0, 0.5),
        _beat("why_now", "entered", 21.0, 20.0),
        _beat("why_now", "left", 30.0, 20.0),
        _beat("listen", "entered", 41.0, 40.0, 30.0),
        CallEnded(at=60.0, reason="hangup", duration=60.0),
    )
    assert [(visit.beat, visit.start, visit.end) for visit in review.metrics.visits] == [
        ("permission_context", 0.5, 20.0),
        ("why_now", 20.0, 30.0),
        ("listen", 40.0, 60.0),
    ]
    assert [(visit.over, visit.short) for visit in review.metrics.visits] == [(4.5, 0), (0, 0), (0, 10.0)]


def test_leaving_a_beat_that_was_followed_by_another_changes_nothing() -> None:
    review = _review(
        _beat("why_now", "entered", 21.0, 20.0),
        _beat("ask", "entered", 31.0, 30.0),
        _beat("why_now", "left", 31.0, 20.0),
    )
    assert review.metrics.visits == (
        Visit(beat="why_now", start=20.0, end=30.0, budget=15.0),
        Visit(beat="ask", start=30.0, end=60.0, budget=15.0),
    )


def test_cues_are_those_of_the_log() -> None:
    review = _review(_cue("make_ask", "raised", 20.0), _cue("make_ask", "followed", 23.0))
    assert [(cue.number, cue.kind, cue.fate, cue.fate_at) for cue in review.cues] == [
        (1, "make_ask", "followed", 23.0)
    ]


def test_a_call_that_was_cut_is_as_long_as_its_last_event() -> None:
    assert _review(_stop("rep", 1.0, 70.0), duration=0.0).duration == pytest.approx(70.3)
