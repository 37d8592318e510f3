"""Training windows: as full of talk as their length allows, and of more than the longest utterances."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from training.windows import Corpus, Plan, compose

LENGTHS = tuple(8000 + 400 * i for i in range(20))
"""Samples: utterances of 1 to 1.95 s."""

FULL = Plan((30,), (1,), {"train": 1.0})


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    for voice in ("espeak", "flite-slt"):
        starts = np.cumsum([0, *LENGTHS])
        items = [
            {"text": f"word{i}", "start": int(start), "length": length, "times": [[0.0, length / 8000]]}
            for i, (start, length) in enumerate(zip(starts, LENGTHS, strict=False))
        ]
        np.full(sum(LENGTHS), 1000, np.int16).tofile(tmp_path / f"train-{voice}-0.pcm")
        (tmp_path / f"train-{voice}-0.json").write_text(json.dumps({"kind": "train", "items": items}))
    return Corpus(tmp_path, ("train",))


def test_a_long_window_is_filled_to_its_end(corpus: Corpus) -> None:
    for seed in range(20):
        window = compose(corpus, np.random.default_rng(seed), FULL, 30.0)
        words = [word for segment in window.segments for word in segment]
        assert 27.0 < words[-1][2] <= 30.0
        assert max(b[1] - a[2] for a, b in pairwise(words)) < 1.0


def test_a_long_room_does_not_call_for_the_same_utterance_again_and_again(corpus: Corpus) -> None:
    rng = np.random.default_rng(1)
    drawn = [corpus.draw(rng, "train", "espeak", 30.0) for _ in range(200)]
    said = {words[0][0] for _, words in filter(None, drawn)}
    assert said == {f"word{i}" for i in range(20)}


def test_a_room_is_never_overfilled(corpus: Corpus) -> None:
    rng = np.random.default_rng(2)
    assert corpus.draw(rng, "train", "espeak", 0.9) is None
    for sound, _ in filter(None, (corpus.draw(rng, "train", "espeak", 1.5) for _ in range(100))):
        assert len(sound) <= 1.5 * 8000
