"""WhisperLive's faster-whisper client with its batch worker.

Its thread transcribes back to back on the wall clock. Here each chunk of sound gets one of its iterations, in its own
order (chunk, transcribe, handle), so that it is driven as rarely as the others; by itself it would do more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from whisper_live.__version__ import __version__
from whisper_live.backend import faster_whisper_backend as backend
from whisper_live.batch_inference import BatchInferenceWorker


class Line:
    """What it believes to be a websocket."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    def send(self, text: str) -> None:
        self.said.append(json.loads(text))

    def close(self) -> None:
        """Nothing to close."""


class Client(backend.ServeClientFasterWhisper):
    """Its client without its loop, which the stream below turns by hand."""

    def speech_to_text(self) -> None:
        return None


class Loaded:
    """The model, shared by the streams as its `single_model` does, and the batch worker."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.model = request["model"]
        first = self._client()
        backend.ServeClientFasterWhisper.BATCH_WORKER = BatchInferenceWorker(first.transcriber)
        backend.ServeClientFasterWhisper.BATCH_WORKER.start()
        self.version, self.how = __version__, "batch worker, beam 1, VAD on (its defaults)"

    def _client(self) -> Client:
        return Client(Line(), model=self.model, language="en", single_model=True)

    def stream(self) -> Stream:
        """One track."""
        return Stream(self._client())


class Stream:
    """Turns the client's loop once a chunk."""

    def __init__(self, client: Client) -> None:
        self.client, self.told = client, 0

    def feed(self, sound: np.ndarray) -> Iterator[dict[str, Any]]:
        self.client.add_frames(sound)
        self._turn()
        yield from self._completed()

    def _turn(self) -> None:
        part, duration = self.client.get_audio_chunk_for_processing()
        if duration < 1.0:
            return
        result = self.client.transcribe_audio(part.copy())
        if result is None:
            self.client.timestamp_offset += duration
            return
        self.client.handle_transcription_output(result, duration)

    def _completed(self) -> Iterator[dict[str, Any]]:
        fresh = self.client.transcript[self.told :]
        self.told = len(self.client.transcript)
        for segment in fresh:
            yield self._event(segment, False)

    def _event(self, segment: dict[str, Any], final: bool) -> dict[str, Any]:
        start, end = float(segment["start"]), float(segment["end"])
        return {"text": segment["text"], "start": start, "end": end, "final": final}

    def end(self) -> Iterator[dict[str, Any]]:
        # What was never completed is what its page showed last: counted in its favour.
        shown = [m["segments"][-1] for m in self.client.websocket.said if m.get("segments")]
        if shown and not shown[-1].get("completed"):
            yield self._event(shown[-1], True)


def load(request: dict[str, Any]) -> Loaded:
    """Load the model."""
    return Loaded(request)
