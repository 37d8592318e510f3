"""Two people's sentences on one line: laid out in turn, sent through mu-law, written with the times of their words."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from media import g711

RATE = 8_000
PAIRS = (("slt", "awb"), ("espeak", "kal16"), ("kal", "rms"), ("awb", "espeak"))
"""Who talks with whom, in this order (rep, prospect)."""
LEVEL, NOISE = -23.0, -66.0
"""Level of speech and of comfort noise (dBFS, RMS)."""


def evened(sound: np.ndarray) -> np.ndarray:
    """Bring speech to the common level."""
    return sound * (10 ** (LEVEL / 20) / max(1e-6, float(np.sqrt(np.mean(sound**2)))))


@dataclass
class Laid:
    """Sentences with their places; `now` is where the next one goes (samples)."""

    now: int
    sounds: list[tuple[int, int, np.ndarray]] = field(default_factory=list)
    rows: list[dict[str, object]] = field(default_factory=list)

    def say(
        self, side: int, voice: str, sound: np.ndarray, text: str, words: list[tuple[str, float, float]]
    ) -> dict[str, object]:
        """Lay a sentence (`side` 0 is the rep) whose words have times of its own (seconds); give its row."""
        begin = self.now / RATE
        self.sounds.append((self.now, side, evened(sound)))
        self.rows.append({
            "track": ("rep", "prospect")[side], "voice": voice, "start": round(begin, 3),
            "end": round(begin + len(sound) / RATE, 3), "text": text,
            "words": [[w, round(begin + a, 3), round(begin + b, 3)] for w, a, b in words],
        })  # fmt: skip
        self.now += len(sound)
        return self.rows[-1]

    def write(self, to: Path, both: np.ndarray) -> None:
        """Add the sentences to a line's noise (samples × 2, full scale is 1) and write sound and words."""
        for start, side, sound in self.sounds:
            both[start : start + len(sound), side] += sound
        pcm = np.clip(np.rint(both * 32_768), -32_768, 32_767).astype(np.int16)
        pcm = np.stack([g711.decode(g711.encode(pcm[:, side], "mulaw"), "mulaw") for side in (0, 1)], axis=1)
        to.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(to.with_suffix(".flac"), pcm, RATE, subtype="PCM_16", compression_level=1.0)
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in self.rows)
        to.with_suffix(".words.jsonl").write_text(text, encoding="utf-8")
        said = sum(len(row["words"]) for row in self.rows)  # type: ignore[arg-type]
        print(f"{to}.flac  {len(pcm) / RATE:.0f} s, {said} words")
