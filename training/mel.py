"""The log-mel spectrogram of faster-whisper 1.2 (feature_extractor.py), whole windows at a time."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

HOP, WIDTH, BINS = 160, 400, 80
Floats = NDArray[np.float32]


@lru_cache(maxsize=16)
def filters(warp: float = 1.0) -> Floats:
    """Slaney's mel triangles, 80 rows over 201 frequencies.

    `warp` scales the frequencies, which makes a longer or shorter throat of a voice (VTLP, Jaitly and Hinton 2013).
    """
    mels = np.linspace(0.0, 45.245640471924965, BINS + 2)
    edges = np.where(mels >= 15.0, 1000.0 * np.exp(np.log(6.4) / 27.0 * (mels - 15.0)), 200.0 / 3 * mels)
    ramps = edges[:, None] - warp * np.fft.rfftfreq(WIDTH, 1 / 16000)[None, :]
    width = np.diff(edges)[:, None]
    weights = np.maximum(0, np.minimum(-ramps[:-2] / width[:-1], ramps[2:] / width[1:]))
    return (weights * (2.0 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


@lru_cache(maxsize=1)
def _window() -> Floats:
    return np.hanning(WIDTH + 1)[:-1].astype(np.float32)


def log_mel(sound: Floats, warp: float = 1.0, tilt: Floats | None = None) -> Floats:
    """Turn 16 kHz sound into 80 rows of one column per 10 ms, normalised by the loudest as Whisper does.

    `tilt` (80 numbers, factors of ten of power) colours it, as other microphones and lines do.
    """
    padded = np.pad(np.pad(sound, (0, HOP)), WIDTH // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, WIDTH)[::HOP][: len(sound) // HOP + 1]
    power = np.abs(np.fft.rfft(frames * _window(), axis=1).astype(np.complex64)) ** 2
    mels = np.log10(np.maximum(filters(warp) @ power.T, 1e-10))
    if tilt is not None:
        mels = mels + tilt[:, None]
    return ((np.maximum(mels, mels.max() - 8.0) + 4.0) / 4.0).astype(np.float32)
