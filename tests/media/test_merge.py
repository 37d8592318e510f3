"""Finals joined to long windows, and their words given back."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from media.audio import RATE, Hypothesis, Look, Track, Window, Word
from media.merge import GAP, joined, packed


def final(turn: int, start: float, length: float) -> Window:
    pcm = np.full(round(length * RATE), turn, np.int16)
    return Window(Track.REP, turn, 1, round(start * RATE), pcm, Look.FINAL)


@given(st.lists(st.floats(0.1, 12.0), min_size=1, max_size=12), st.integers(1, 28))
def test_groups_keep_order_lose_nothing_and_fit(lengths: list[float], most: int) -> None:
    windows = [final(turn, 20.0 * turn, length) for turn, length in enumerate(lengths, 1)]
    groups = list(packed(windows, most * RATE))
    assert [one for group in groups for one in group] == windows
    for group in groups:
        assert len(group) == 1 or len(joined(group).window.pcm) <= most * RATE


def test_each_sound_is_whole_and_apart_from_the_next() -> None:
    whole = joined([final(1, 5.0, 1.0), final(2, 9.0, 2.0)])
    assert list(whole.window.pcm[:RATE]) == [1] * RATE
    assert not whole.window.pcm[RATE : RATE + GAP].any()
    assert list(whole.window.pcm[RATE + GAP :]) == [2] * 2 * RATE


def test_words_come_back_to_their_turn_at_their_place_in_the_call() -> None:
    whole = joined([final(1, 5.0, 1.0), final(2, 9.0, 2.0), final(3, 30.0, 1.0)])
    second = 1.0 + GAP / RATE
    heard = Hypothesis(whole.window, (Word("yes", 0.2, 0.5), Word("no", second + 1.0, second + 1.5)))
    one, two, three = whole.answers(heard)
    assert one.words == (Word("yes", 5.2, 5.5),)
    assert two.words == (Word("no", 10.0, 10.5),)
    assert (three.words, three.window.turn) == ((), 3)


def test_a_word_at_a_seam_is_given_to_one_of_both() -> None:
    whole = joined([final(1, 5.0, 1.0), final(2, 9.0, 2.0)])
    at = 1.0 + GAP / RATE / 2
    answers = whole.answers(Hypothesis(whole.window, (Word("uh", at - 0.1, at + 0.1),)))
    assert sum(len(answer.words) for answer in answers) == 1
