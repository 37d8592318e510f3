"""ufal/whisper_streaming: LocalAgreement-2 over a growing buffer, at its defaults but for the device.

Its own file `whisper_online.py` is imported from the path that the user gives; it names CUDA in its `load_model`, which
is the one method replaced here, and imports librosa and soundfile, which it needs only to read files.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from typing import Any

import faster_whisper
import numpy as np


class Loaded:
    """The model, shared by the streams."""

    def __init__(self, request: dict[str, Any]) -> None:
        for reader in ("librosa", "soundfile"):
            sys.modules.setdefault(reader, types.ModuleType(reader))
        sys.path.insert(0, request["path"])
        import whisper_online

        class OnProcessor(whisper_online.FasterWhisperASR):
            def load_model(
                self, modelsize: Any = None, cache_dir: Any = None, model_dir: Any = None
            ) -> faster_whisper.WhisperModel:
                return faster_whisper.WhisperModel(
                    model_dir, device="cpu", compute_type="int8", cpu_threads=1
                )

        self.online = whisper_online.OnlineASRProcessor
        self.asr = OnProcessor("en", model_dir=request["model"])
        self.version, self.how = "source", "beam 5, buffer trimmed at segments above 15 s (its defaults)"

    def stream(self) -> Stream:
        """One track."""
        return Stream(self.online(self.asr, buffer_trimming=("segment", 15)))


class Stream:
    """Feeds one of its processors, one iteration a chunk, as its server does."""

    def __init__(self, online: Any) -> None:
        self.online = online

    def feed(self, sound: np.ndarray) -> Iterator[dict[str, Any]]:
        self.online.insert_audio_chunk(sound)
        start, end, text = self.online.process_iter()
        if text:
            yield {"text": text, "start": start, "end": end, "final": False}

    def end(self) -> Iterator[dict[str, Any]]:
        start, end, text = self.online.finish()
        if text:
            yield {"text": text, "start": start, "end": end, "final": True}


def load(request: dict[str, Any]) -> Loaded:
    """Load the model."""
    return Loaded(request)
