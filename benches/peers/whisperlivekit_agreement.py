"""WhisperLiveKit's LocalAgreement back end on faster-whisper, with its VAD around it as its server has it."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from whisperlivekit.local_agreement import backends
from whisperlivekit.local_agreement.online_asr import OnlineASRProcessor
from whisperlivekit.silero_vad_iterator import FixedVADIterator, OnnxWrapper, load_onnx_session

RATE = 16_000


class OnOneThread(backends.FasterWhisperASR):
    """Its back end with the threads and the precision that all peers get."""

    def load_model(
        self, model_size: Any = None, cache_dir: Any = None, model_dir: Any = None
    ) -> WhisperModel:
        return WhisperModel(model_dir, device="cpu", compute_type="int8", cpu_threads=1)


class Loaded:
    """The model, shared by the streams."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.asr = OnOneThread("en", model_dir=request["model"])
        self.asr.tokenizer, self.asr.confidence_validation = None, False
        self.asr.buffer_trimming, self.asr.buffer_trimming_sec = "segment", 15
        self.vad = load_onnx_session()
        self.version, self.how = version("whisperlivekit"), "LocalAgreement, beam 5, segments, 15 s, its VAD"

    def stream(self) -> Stream:
        """One track."""
        return Stream(OnlineASRProcessor(self.asr), FixedVADIterator(OnnxWrapper(session=self.vad)))


class Stream:
    """Feeds one of its processors as its server does: VAD events cut the sound; silence is told, not heard."""

    def __init__(self, online: Any, vad: Any) -> None:
        self.online, self.vad = online, vad
        self.heard, self.quiet_since = 0, 0.0
        self.quiet = True

    def feed(self, sound: np.ndarray) -> Iterator[dict[str, Any]]:
        at, last = self.heard, 0
        for event in self.vad(sound) or []:
            kind = "start" if "start" in event else "end"
            place = min(len(sound), max(0, int(event[kind]) - at))
            if kind == "start" and self.quiet:
                self._speaks((at + place) / RATE)
                last = place
            elif kind == "end" and not self.quiet:
                self.online.insert_audio_chunk(sound[last:place])
                yield from self._told(self.online.start_silence()[0], False)
                self.quiet, self.quiet_since, last = True, (at + place) / RATE, place
        self.heard += len(sound)
        if not self.quiet and last < len(sound):
            self.online.insert_audio_chunk(sound[last:])
            yield from self._told(self.online.process_iter()[0], False)

    def _speaks(self, at: float) -> None:
        committed = self.online.committed
        self.online.end_silence(at - self.quiet_since, committed[-1].end if committed else 0)
        self.quiet = False

    def end(self) -> Iterator[dict[str, Any]]:
        rest = self.online.finish()[0]
        if hasattr(rest, "text"):
            if rest.text:
                yield {"text": rest.text, "start": rest.start, "end": rest.end, "final": True}
            return
        yield from self._told(rest, True)

    def _told(self, tokens: list[Any], final: bool) -> Iterator[dict[str, Any]]:
        for token in tokens:
            yield {"text": token.text, "start": token.start, "end": token.end, "final": final}


def load(request: dict[str, Any]) -> Loaded:
    """Load the model."""
    return Loaded(request)
