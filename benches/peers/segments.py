"""Plain faster-whisper, final only: its own VAD cuts, each segment is transcribed when it has ended."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.vad import VadOptions, get_speech_timestamps

RATE = 16_000

QUIET = 500
"""Milliseconds of silence that end a segment (its own default of 2 s would double its latency)."""


class Loaded:
    """The model, shared by the streams."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.model = WhisperModel(request["model"], device="cpu", compute_type="int8", cpu_threads=1)
        self.version = version("faster-whisper")
        self.how = f"final only, beam 5, word times, its VAD, {QUIET} ms of silence end a segment"

    def stream(self) -> Stream:
        """One track."""
        return Stream(self)


class Stream:
    """One track. Its VAD reads whole files; the sound of a segment and its silence are read once a second."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.sound, self.base = np.zeros(0, np.float32), 0

    def feed(self, sound: np.ndarray) -> Iterator[dict[str, Any]]:
        self.sound = np.concatenate((self.sound, sound))
        yield from self._ended(len(self.sound) - QUIET * RATE // 1000)

    def _ended(self, until: int) -> Iterator[dict[str, Any]]:
        options = VadOptions(min_silence_duration_ms=QUIET, speech_pad_ms=200)
        spans = get_speech_timestamps(self.sound, options)
        done = [span for span in spans if span["end"] - 200 * RATE // 1000 <= until]
        for span in done:
            start = (self.base + span["start"]) / RATE
            found, _ = self.loaded.model.transcribe(
                self.sound[span["start"] : span["end"]], language="en", beam_size=5, word_timestamps=True
            )
            for segment in found:
                for word in segment.words or []:
                    yield {
                        "text": word.word,
                        "start": start + word.start,
                        "end": start + word.end,
                        "final": True,
                    }
        keep = done[-1]["end"] if done else (spans[0]["start"] if spans else max(0, len(self.sound) - RATE))
        keep = max(0, min(keep, len(self.sound)))
        self.sound, self.base = self.sound[keep:], self.base + keep

    def end(self) -> Iterator[dict[str, Any]]:
        yield from self._ended(len(self.sound) + RATE)


def load(request: dict[str, Any]) -> Loaded:
    """Load the model."""
    return Loaded(request)
