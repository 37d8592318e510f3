"""pipecat's Whisper service: no partials, one transcription at the end of each stretch of speech by its own VAD.

What its `SegmentedSTTService` does with frames of a pipeline is done here by hand: a second of pre-roll, collect while
its VAD says speaking, transcribe when it stops.
"""

from __future__ import annotations

import asyncio  # noqa: TID251  pipecat asks for its own loop
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import numpy as np
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADState
from pipecat.services.whisper.stt import WhisperSTTService

PRE_ROLL = 16_000 * 2
"""Bytes of a second."""


class Loaded:
    """The service, and a loop to await it in."""

    def __init__(self, request: dict[str, Any]) -> None:
        settings = WhisperSTTService.Settings(model=request["model"], language="en")
        self.loop = asyncio.new_event_loop()
        self.service = WhisperSTTService(device="cpu", compute_type="int8", settings=settings)
        self.version, self.how = (
            version("pipecat-ai"),
            "final only, beam 5, Silero, stop after 0.2 s (its defaults)",
        )

    def stream(self) -> Stream:
        """One track."""
        return Stream(self)


class Stream:
    """One track through VAD and service."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded, self.vad = loaded, SileroVADAnalyzer(sample_rate=16_000)
        self.vad.set_sample_rate(16_000)
        self.sound, self.speaking, self.heard = b"", False, 0

    def feed(self, sound: np.ndarray) -> Iterator[dict[str, Any]]:
        pcm = (sound * 32_767).astype(np.int16).tobytes()
        for at in range(0, len(pcm), 640):
            part = pcm[at : at + 640]
            self.sound, self.heard = self.sound + part, self.heard + len(part)
            state = self.loaded.loop.run_until_complete(self.vad.analyze_audio(part))
            if state in (VADState.SPEAKING, VADState.STOPPING):
                self.speaking = True
            elif state == VADState.QUIET and self.speaking:
                yield from self._text()
            if not self.speaking:
                self.sound = self.sound[-PRE_ROLL:]

    def _text(self) -> Iterator[dict[str, Any]]:
        said, self.sound, self.speaking = self.sound, b"", False

        async def ask() -> list[str]:
            return [f.text async for f in self.loaded.service.run_stt(said) if getattr(f, "text", None)]

        end = self.heard / 32_000
        for text in self.loaded.loop.run_until_complete(ask()):
            yield {"text": text, "start": end - len(said) / 32_000, "end": end, "final": True}

    def end(self) -> Iterator[dict[str, Any]]:
        if self.speaking:
            yield from self._text()


def load(request: dict[str, Any]) -> Loaded:
    """Load the model."""
    return Loaded(request)
