"""Where words and labels of a scripted call are once it is spoken; the voice here is a tone with known word times."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from media.audio import RATE
from training.spoken_call import Line, SpokenCall, moved_label, spoken_call, tracks_of
from training.voices import Spoken

WORD = 0.4
"""Seconds that the voice takes for a word."""


def say(text: str, track: str, stretch: float) -> Spoken:
    words = text.split()
    pcm = (8000 * np.sin(np.arange(round(len(words) * WORD * stretch * RATE)))).astype(np.int16)
    times = [(word, n * WORD * stretch, (n + 1) * WORD * stretch) for n, word in enumerate(words)]
    return Spoken(pcm, tuple(times))


def call(*lines: Line) -> SpokenCall:
    return spoken_call(lines, say)


def starts(spoken: SpokenCall) -> list[float]:
    return [round(one.start, 2) for one in spoken.placed]


def test_a_voice_keeps_a_line_s_length_where_it_can() -> None:
    (placed,) = call(Line("rep", 1.0, 3.0, "aa bb cc dd")).placed  # 1.6 s unstretched
    assert placed.end == pytest.approx(3.0, abs=0.01)
    assert placed.faithful


def test_a_voice_is_not_stretched_out_of_shape() -> None:
    (placed,) = call(Line("rep", 1.0, 9.0, "aa bb cc dd")).placed
    assert placed.end == pytest.approx(1.0 + 1.35 * 1.6, abs=0.01)
    assert not placed.faithful


def test_pauses_are_the_script_s() -> None:
    spoken = call(Line("rep", 1.0, 9.0, "aa bb cc dd"), Line("prospect", 9.5, 11.5, "aa bb cc dd"))
    assert starts(spoken) == [1.0, 3.66]


def test_who_breaks_in_does_so_at_the_same_word() -> None:
    spoken = call(
        Line(
            "rep", 1.0, 9.0, "aa bb cc dd"
        ),  # words end at 3, 5, 7, 9; spoken they end at 1.54, 2.08, 2.62, 3.16
        Line("prospect", 5.0, 5.4, "hm"),
        Line("rep", 9.2, 10.8, "aa bb cc dd"),
    )
    assert starts(spoken) == [1.0, 2.08, 3.36]


def test_one_track_never_talks_over_itself() -> None:
    spoken = call(
        Line("rep", 1.0, 1.4, "aa bb cc dd"),  # cannot be said in time: it takes 0.99 s
        Line("prospect", 1.3, 8.0, "aa bb"),
        Line("rep", 1.4, 3.0, "aa bb cc dd"),
    )
    first, _, second = spoken.placed
    assert second.start >= first.end


def test_moments_move_with_their_words() -> None:
    spoken = call(Line("rep", 1.0, 9.0, "aa bb cc dd"), Line("prospect", 10.0, 18.0, "aa bb cc dd"))
    assert spoken.moved(0.4) == 0.4
    assert spoken.moved(5.0) == pytest.approx(2.08, abs=0.01)
    assert spoken.moved(9.0) == pytest.approx(3.16, abs=0.01)
    assert spoken.moved(9.6) == pytest.approx(3.76, abs=0.01)
    assert spoken.moved(12.0) == pytest.approx(4.16 + 0.54, abs=0.01)
    assert spoken.moved(20.0) == pytest.approx(6.32 + 2.0, abs=0.01)


def test_a_moment_of_both_goes_with_the_track_that_is_meant() -> None:
    spoken = call(Line("rep", 1.0, 9.0, "aa bb cc dd"), Line("prospect", 6.0, 7.6, "aa bb cc dd"))
    assert spoken.moved(7.6, "prospect") == pytest.approx(spoken.placed[1].end, abs=0.01)
    assert spoken.moved(7.6, "rep") == pytest.approx(spoken.placed[0].moved(7.6), abs=0.01)


SLOW = call(Line("rep", 0.0, 50.0, " ".join(["aa"] * 92)))
"""A line of fifty seconds, spoken in 49.7."""


def label(**fields: Any) -> dict[str, Any]:
    return {"label": "cue", **fields}


def test_a_cue_that_waits_for_seconds_keeps_them() -> None:
    moved = moved_label(label(kind="stop_talking", **{"from": 40.0, "to": 50.0}), SLOW, voicemail=False)
    assert moved is not None
    assert moved["from"] == 40.0
    assert moved["to"] == pytest.approx(SLOW.placed[0].end, abs=0.02)


def test_a_cue_whose_time_never_comes_is_left_out() -> None:
    short = call(Line("rep", 0.0, 45.0, "aa bb cc dd"))
    gone = label(kind="stop_talking", **{"from": 40.0, "to": 45.0})
    assert moved_label(gone, short, voicemail=False) is None
    assert moved_label(label(kind="slow_down", **{"from": 10.0, "to": 14.0}), short, voicemail=False) is None


def test_a_window_is_never_turned_round() -> None:
    spoken = call(Line("rep", 1.0, 9.0, "aa bb cc dd"), Line("prospect", 8.9, 9.0, "aa bb cc dd"))
    moved = moved_label(label(kind="book_it", **{"from": 9.0, "to": 9.001}), spoken, voicemail=False)
    assert moved is not None
    assert moved["to"] > moved["from"]


def test_labels_without_times_stay_as_they_are() -> None:
    fact = {"label": "false_fact", "text": "they use HubSpot"}
    assert moved_label(fact, SLOW, voicemail=False) == fact


def test_both_tracks_are_on_a_line_with_noise() -> None:
    spoken = call(Line("rep", 1.0, 2.6, "aa bb cc dd"), Line("prospect", 3.0, 4.6, "aa bb cc dd"))
    rep, prospect = tracks_of(spoken, seed=3)
    assert len(rep) == len(prospect) == pytest.approx(5.6 * RATE, abs=100)

    def power(pcm: Any, start: float, end: float) -> float:
        part = pcm[round(start * RATE) : round(end * RATE)].astype(float)
        return float(10 * np.log10((part**2).mean() / 32_768**2))

    assert power(rep, 1.1, 2.5) == pytest.approx(-19.0, abs=1.0)
    assert power(prospect, 3.1, 4.5) == pytest.approx(-22.0, abs=1.0)
    assert -60 < power(rep, 3.0, 4.6) < -45
    assert len(np.unique(rep)) <= 255
    again, _ = tracks_of(spoken, seed=3)
    assert (again == rep).all()
