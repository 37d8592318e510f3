"""Write the shipped speech with its words' times: `python -m training.speech FOLDER samples/labelled/speech`.

Two people talk in turns, in sentences of the test sets (never trained on) and the synthesisers' own word times, on
comfort noise and through mu-law. `beatline model check` and `scripts/bench speech` measure with it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile

from media import g711
from training import measure

RATE = 8_000
PAIRS = (("slt", "awb"), ("espeak", "kal16"), ("kal", "rms"), ("awb", "espeak"))
"""Who talks with whom, in this order (rep, prospect)."""
TURNS, LEVEL, NOISE = 12, -23.0, -66.0
"""Turns of each pair; level of speech and of comfort noise (dBFS, RMS)."""


def evened(sound: np.ndarray) -> np.ndarray:
    """Bring speech to the common level."""
    return sound * (10 ** (LEVEL / 20) / max(1e-6, float(np.sqrt(np.mean(sound**2)))))


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
    placed: list[tuple[int, int, np.ndarray]] = []
    rows, now = [], RATE
    for pair in PAIRS:
        for turn in range(TURNS):
            side = turn % 2
            for _ in range(int(rng.integers(1, 4))):
                kind = "freetest" if rng.random() < 0.5 else "test"
                sound, text, words = next(sets[(pair[side], kind)])
                placed.append((now, side, evened(sound)))
                begin = now / RATE
                rows.append({
                    "track": ("rep", "prospect")[side], "voice": pair[side], "start": round(begin, 3),
                    "end": round(begin + len(sound) / RATE, 3), "text": text.strip(),
                    "words": [[w, round(begin + a, 3), round(begin + b, 3)] for w, a, b in words],
                })  # fmt: skip
                now += len(sound) + int(rng.uniform(0.08, 0.45) * RATE)
            now += int(rng.uniform(0.3, 1.6) * RATE)
    both = rng.normal(0, 10 ** (NOISE / 20), (now + RATE, 2))
    for start, side, sound in placed:
        both[start : start + len(sound), side] += sound
    pcm = np.clip(np.rint(both * 32_768), -32_768, 32_767).astype(np.int16)
    pcm = np.stack([g711.decode(g711.encode(pcm[:, side], "mulaw"), "mulaw") for side in (0, 1)], axis=1)
    arguments.to.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(arguments.to.with_suffix(".flac"), pcm, RATE, subtype="PCM_16")
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    arguments.to.with_suffix(".words.jsonl").write_text(text, encoding="utf-8")
    print(f"{arguments.to}.flac  {len(pcm) / RATE:.0f} s, {sum(len(row['words']) for row in rows)} words")


if __name__ == "__main__":
    main()
