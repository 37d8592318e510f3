"""RealtimeSTT: utterances by its VAD, text while one goes on, a final one after 0.6 s of silence.

It runs on the wall clock in threads and processes of its own, so it cannot be stepped: sound is fed in real time, and
what it computes is computed on this machine's cores as they are. Its processor time is that of all its processes.
Confirmed words are those of its own stabilised text, and those of its finals. PyAudio, which it imports for a
microphone that is not used here, is an empty module.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

_STUB = tempfile.mkdtemp()
Path(_STUB, "pyaudio.py").write_text("class PyAudio: ...\npaInt16 = 8\n")
sys.path.insert(0, _STUB)  # its processes inherit the path

from RealtimeSTT import AudioToTextRecorder  # noqa: E402

RATE = 16_000
FRAME = RATE // 50
AFTER = 20.0
"""Seconds that it is given to finish when the sound has ended."""


class Loaded:
    """What a recorder is made of; each has models of its own."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.model, self.pause = request["model"], request["chunk"]
        self.version, self.timed = version("realtimestt"), False  # it tells no times of words
        self.how = (
            f"beam 5, realtime beam 3 every {self.pause} s, final after 0.6 s of silence; on the wall clock"
        )

    def recorder(self, heard: Any) -> Any:
        return AudioToTextRecorder(
            use_microphone=False, spinner=False, model=self.model, realtime_model_type=self.model, language="en",
            device="cpu", compute_type="int8", beam_size=5, enable_realtime_transcription=True,
            realtime_processing_pause=self.pause, on_realtime_text_stabilization_update=heard, no_log_file=True,
            silero_backend="auto", silero_onnx_threads=1,
        )  # fmt: skip


class Session:
    """One track's words as they come."""

    def __init__(self) -> None:
        self.out: list[dict[str, Any]] = []
        self.began, self.shown, self.spoken_from = time.monotonic(), 0, 0.0
        self._lock = threading.Lock()

    @property
    def now(self) -> float:
        return time.monotonic() - self.began

    def stable(self, event: Any) -> None:
        """Text that it will not change any more."""
        self._tell(event.stable_text, final=False)

    def final(self, text: str) -> None:
        """An utterance is done."""
        self._tell(text, final=True)

    def _tell(self, text: str, *, final: bool) -> None:
        with self._lock:
            words = text.split()
            fresh, at = words[self.shown :], self.now
            if fresh:
                self.out.append({"text": " ".join(fresh), "start": self.spoken_from, "end": at, "final": final,
                                 "audio": round(at, 3), "wall": round(at, 3), "step": 0})  # fmt: skip
                self.spoken_from = at
            self.shown = 0 if final else max(self.shown, len(words))


def live(loaded: Loaded, sound: np.ndarray, request: dict[str, Any]) -> dict[str, Any]:
    """Feed one track in real time, at most `live` seconds of it."""
    from drive import resident, spent

    session, before = Session(), resident()
    recorder = loaded.recorder(lambda event: session.stable(event))
    pcm = (sound[: round(request["live"] * RATE)] * 32_767).astype(np.int16)

    def finals() -> Iterator[None]:
        while True:
            text = recorder.text()
            if text:
                session.final(text)
            yield None

    threading.Thread(target=lambda: [None for _ in finals()], daemon=True).start()
    cost, session.began = spent(), time.monotonic()
    for at in range(0, len(pcm), FRAME):
        recorder.feed_audio(pcm[at : at + FRAME].tobytes(), RATE)
        time.sleep(max(0.0, (at + FRAME) / RATE - session.now))
    _quiet(recorder, session)
    cost = spent() - cost
    grown = resident() - before + sum(_sizes())
    threading.Thread(target=recorder.shutdown, daemon=True).start()
    time.sleep(3.0)
    return {"out": session.out, "cpu": cost, "steps": [], "heard": len(pcm) / RATE, "memory": grown}


def _quiet(recorder: Any, session: Session) -> None:
    """Silence until nothing has come for three seconds."""
    until, silence = session.now + AFTER, bytes(2 * FRAME)
    while session.now < until and session.now - (session.out[-1]["wall"] if session.out else 0.0) < 3.0:
        recorder.feed_audio(silence, RATE)
        time.sleep(FRAME / RATE)


def _sizes() -> Iterator[float]:
    """Resident MB of the processes below this one."""
    for file in Path("/proc/self/task").glob("*/children"):
        for pid in file.read_text().split():
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            yield pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def load(request: dict[str, Any]) -> Loaded:
    """Nothing is loaded yet."""
    return Loaded(request)
