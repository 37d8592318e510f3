"""What the gate costs: 64 tracks in one call of Silero's ONNX, against one call a track at 8 and at 16 kHz."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from media.audio import Pcm
from media.vad import CHUNK, Door, Judge, Row

TRACKS = 64
TICKS = 100
"""Chunks of 32 ms of each track; the least of three runs counts."""


def costs(sound: Pcm) -> dict[str, float]:
    """Microseconds of processor time for 32 ms of one track."""
    judge = Judge()
    places = np.linspace(0, len(sound) - CHUNK * (TICKS + 1), TRACKS).astype(int)
    chunks = np.stack([sound[at : at + CHUNK * TICKS].reshape(TICKS, CHUNK) for at in places])
    floats = chunks.astype(np.float32) / np.float32(32_768)

    def together() -> int:
        rows = [Row() for _ in range(TRACKS)]
        for tick in range(TICKS):
            judge.judge(rows, floats[:, tick])
        return TRACKS * TICKS

    def behind_door() -> int:
        rows, doors = [Row() for _ in range(TRACKS)], [Door() for _ in range(TRACKS)]
        for tick in range(TICKS):
            opened = [i for i, door in enumerate(doors) if door.open(chunks[i, tick])]
            judge.judge([rows[i] for i in opened], floats[opened, tick])
        return TRACKS * TICKS

    def alone() -> int:
        row = Row()
        for tick in range(TICKS):
            judge.judge([row], floats[:1, tick])
        return TICKS

    return {
        "64 tracks in one call": _least(together),
        "64 tracks in one call, behind the door": _least(behind_door),
        "alone at 8 kHz": _least(alone),
        "alone at 16 kHz": _least(lambda: _wide(judge, floats[0])),
    }


def _wide(judge: Judge, chunks: NDArray[np.float32]) -> int:
    """Silero as its users run it: 512 samples after 64 of context."""
    state, context = np.zeros((2, 1, 128), np.float32), np.zeros((1, 64), np.float32)
    for chunk in np.repeat(chunks, 2, axis=1):
        sound = np.concatenate((context, chunk[None]), axis=1)
        _, state = judge._session.run(
            None, {"input": sound, "state": state, "sr": np.array(16_000, np.int64)}
        )
        context = chunk[None, -64:]
    return len(chunks)


def _least(work: Callable[[], int]) -> float:
    found = []
    for _ in range(3):
        began = time.process_time()
        done = work()
        found.append((time.process_time() - began) / done * 1e6)
    return min(found)
