"""The sound that programs are played by `scripts/bench speech`, and what is said in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from benches.judged import Said, spoken, until
from media.audio import RATE, TRACKS, Pcm
from media.wav import read_call

SPEECH = Path("samples/labelled/speech.flac")


@dataclass(frozen=True, slots=True)
class Sound:
    """What is played: a recording, its tracks, and what was said."""

    file: Path
    tracks: list[Pcm]
    length: float
    said: list[list[list[Said]]]
    """Sentences of each track."""


def cut(seconds: float | None, folder: Path) -> Sound:
    """The shipped speech, or its first seconds."""
    tracks, file = list(read_call(SPEECH)), SPEECH
    length = len(tracks[0]) / RATE
    if seconds is not None and seconds < length:
        length, file = seconds, folder / "speech.flac"
        tracks = [track[: round(seconds * RATE)] for track in tracks]
        soundfile.write(file, np.stack(tracks, axis=1), RATE, subtype="PCM_16")
    words = SPEECH.with_suffix(".words.jsonl")
    return Sound(file, tracks, length, [until(spoken(words, track), length) for track in TRACKS])
