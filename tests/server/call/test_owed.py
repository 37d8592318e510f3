"""What is owed: turns whose final words never came."""

from __future__ import annotations

import numpy as np

from media.audio import RATE, Hypothesis, Look, Track, Word
from server.call.owed import Owed, owed
from server.events import Final, Partial, SpeechStarted, SpeechStopped, TrackName


def started(start: float, turn: int, track: TrackName = "rep") -> SpeechStarted:
    return SpeechStarted(at=start, track=track, turn=turn, start=start)


def stopped(start: float, end: float, turn: int, track: TrackName = "rep") -> SpeechStopped:
    return SpeechStopped(at=end, track=track, turn=turn, start=start, end=end)


def final(start: float, end: float, turn: int, text: str) -> Final:
    words = tuple(Word(text=word, start=start, end=end, p=0.9) for word in text.split())
    return Final(at=end, track="rep", turn=turn, start=start, end=end, words=words)


def test_a_turn_with_its_final_is_owed_nothing() -> None:
    assert owed([started(1, 1), stopped(1, 2, 1), final(1, 2, 1, "hi")], 9) == []


def test_a_turn_that_stopped_is_owed_its_span() -> None:
    assert owed([started(1, 1), stopped(1, 2, 1)], 9) == [Owed("rep", 1, 1, 2)]


def test_a_turn_that_goes_on_is_owed_all_that_was_recorded() -> None:
    assert owed([started(1, 1, "prospect")], 9) == [Owed("prospect", 1, 1, 9)]


def test_a_partial_alone_tells_of_its_turn() -> None:
    partial = Partial(at=3, track="rep", turn=4, start=1, end=2.5, words=())
    assert owed([partial], 9) == [Owed("rep", 4, 1, 2.5)]


def test_the_earliest_comes_first() -> None:
    found = owed([started(5, 2), started(1, 1, "prospect"), stopped(1, 2, 1, "prospect")], 9)
    assert [one.start for one in found] == [1, 5]


def test_its_sound_is_in_the_recording_with_a_little_before_it() -> None:
    line = np.arange(5 * RATE, dtype=np.int16)
    window = Owed("prospect", 3, 2.0, 3.0).window({Track.REP: line[::-1], Track.PROSPECT: line}, Look.LATE)
    assert (window.track, window.turn, window.look) == (Track.PROSPECT, 3, Look.LATE)
    assert window.start < 2 * RATE < 3 * RATE < window.end
    assert list(window.pcm) == list(line[window.start : window.end])


def test_without_a_recording_there_is_no_sound() -> None:
    assert len(Owed("rep", 1, 2.0, 3.0).window(None).pcm) == 0


def test_words_outside_the_turn_are_none_of_its() -> None:
    turn = Owed("rep", 1, 2.0, 3.0)
    found = Hypothesis(turn.window(None), (Word("before", 1.0, 1.4), Word("said", 2.2, 2.5)))
    assert [word.text for word in turn.words(found).words] == ["said"]
