"""Sound too faint for a turn."""

from __future__ import annotations

import numpy as np
import pytest

from media.audio import Hypothesis, Look, Track, Window, Word, samples
from media.faint import GAP, LEAST, Faint, Stretch
from media.vad import CHUNK

CHUNKS_A_SECOND = 8000 / CHUNK


def stretches(likelihoods: list[float]) -> list[Stretch]:
    faint, found = Faint(), []
    for place, p in enumerate(likelihoods):
        if stretch := faint.step(place * CHUNK, p):
            found.append(stretch)
    return found


def test_a_stretch_of_likely_chunks_is_found_when_it_is_over() -> None:
    (stretch,) = stretches([0.0] * 10 + [0.3] * 20 + [0.0] * 20)
    assert (stretch.start, stretch.end) == (10 * CHUNK, 30 * CHUNK)


def test_a_few_likely_chunks_are_none() -> None:
    assert stretches(([0.3] * (LEAST - 1) + [0.0] * (GAP + 1)) * 3) == []


def test_now_and_then_is_none() -> None:
    assert stretches([0.3, 0.0, 0.0, 0.0] * 40 + [0.0] * 20) == []


def test_a_long_one_is_cut() -> None:
    found = stretches([0.3] * 600 + [0.0] * 20)
    assert len(found) >= 2
    assert all(stretch.end - stretch.start <= samples(8.2) for stretch in found)


def test_what_reaches_into_a_turn_belongs_to_the_turn() -> None:
    faint = Faint()
    for place in range(20):
        faint.step(place * CHUNK, 0.3)
    assert faint.close(before=10 * CHUNK) is None
    assert faint.start is None


@pytest.mark.parametrize(
    ("words", "no_speech", "kept"),
    [
        ((Word("call", 1.1, 1.3, 0.9), Word("me", 1.3, 1.5, 0.8)), 0.1, 2),
        ((Word("call", 1.1, 1.3, 0.9), Word("me", 1.3, 1.5, 0.3)), 0.1, 0),
        ((Word("call", 1.1, 1.3, 0.9),), 0.7, 0),
        ((Word("call", 1.1, 1.3, 0.9), Word("later", 4.0, 4.4, 0.9)), 0.1, 0),
    ],
)
def test_all_words_are_sure_or_there_are_none(words: tuple[Word, ...], no_speech: float, kept: int) -> None:
    stretch = Stretch(samples(1.0), samples(2.0))
    window = Window(Track.REP, 0, 1, samples(0.8), np.zeros(samples(1.4), np.int16), Look.FAINT)
    assert len(stretch.words(Hypothesis(window, words, no_speech))) == kept
