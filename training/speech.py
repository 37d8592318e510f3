"""Write the shipped speech with its words' times: `python -m training.speech FOLDER samples/labelled/speech`.

Two people talk in turns, in sentences of the test sets (never trained on) and the synthesisers' own word times, on
comfort noise and through mu-law. `beatline model check` and `scripts/bench speech` measure with it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from training import measure
from training.lines import NOISE, PAIRS, RATE, Laid

TURNS = 12
"""Turns of each pair."""


def main() -> None:
    """Lay the sentences out, one side after the other, with the pauses of a call."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("to", type=Path)
    arguments = parser.parse_args()
    rng = np.random.default_rng(3)
    corpus = arguments.folder / "corpus"
    voices = sorted({voice for pair in PAIRS for voice in pair})
    sets = {
        (voice, kind): iter(measure.items(corpus, f"{kind}-{voice}")[20:])
        for voice in voices
        for kind in ("test", "freetest")
    }
    laid = Laid(now=RATE)
    for pair in PAIRS:
        for turn in range(TURNS):
            side = turn % 2
            for _ in range(int(rng.integers(1, 4))):
                kind = "freetest" if rng.random() < 0.5 else "test"
                sound, text, words = next(sets[(pair[side], kind)])
                laid.say(side, pair[side], sound, text.strip(), words)
                laid.now += int(rng.uniform(0.08, 0.45) * RATE)
            laid.now += int(rng.uniform(0.3, 1.6) * RATE)
    laid.write(arguments.to, rng.normal(0, 10 ** (NOISE / 20), (laid.now + RATE, 2)))


if __name__ == "__main__":
    main()
