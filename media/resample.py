"""Change of sample rate: a windowed-sinc polyphase filter that keeps its state between calls.

Prototype: a sinc cut a little below the lower of the two Nyquist rates under a Kaiser window (Kaiser 1974;
Oppenheim & Schafer, Discrete-Time Signal Processing, section 7.5.3). The output is aligned with the input
in time: sample n of the output stands at n / target seconds.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, gcd

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from media.audio import Pcm

_CROSSINGS = 16
"""Zero crossings of the sinc on each side, at the lower rate."""

_BETA = 8.0
"""Kaiser shape: about 80 dB of stop band."""

_CUTOFF = 0.94
"""Pass band as a part of the lower Nyquist rate, which leaves room for the filter's slope."""

_BLOCK = 8_192
"""Output samples computed at once, so that a whole recording needs no gigabyte."""


@lru_cache(maxsize=16)
def _bank(up: int, down: int) -> NDArray[np.float64]:
    """Filter taps by phase: row p weighs the inputs, oldest first, around an output p/up after its input."""
    stretch = max(1.0, down / up)
    half = ceil(_CROSSINGS * stretch)
    offset = np.arange(-half + 1, half + 1)[None, :] - np.arange(up)[:, None] / up
    scaled = offset / stretch
    taps = np.sinc(scaled * _CUTOFF) * np.i0(_BETA * np.sqrt(np.clip(1 - (scaled / _CROSSINGS) ** 2, 0, 1)))
    bank: NDArray[np.float64] = taps / taps.sum(axis=1, keepdims=True)
    return bank


class Resampler:
    """One stream's change of rate (Hz). Feeding in pieces gives the same samples as feeding at once."""

    def __init__(self, source: int, target: int) -> None:
        if source <= 0 or target <= 0:
            raise ValueError(f"cannot resample from {source} Hz to {target} Hz")
        common = gcd(source, target)
        self._up, self._down = target // common, source // common
        self._bank = _bank(self._up, self._down) if source != target else None
        self._restart()

    def _restart(self) -> None:
        width = 0 if self._bank is None else self._bank.shape[1]
        self._past = width // 2 - 1 if width else 0
        self._buffer = np.zeros(self._past, np.float64)
        self._base = -self._past
        self._taken = 0
        self._made = 0

    def feed(self, pcm: Pcm) -> Pcm:
        """Take samples at the source rate; return all target samples that they settle."""
        if self._bank is None:
            return pcm
        self._taken += len(pcm)
        self._buffer = np.concatenate((self._buffer, pcm.astype(np.float64)))
        ahead = self._bank.shape[1] // 2
        settled = (self._taken - ahead - 1) * self._up // self._down + 1 if self._taken > ahead else 0
        return self._make(settled)

    def flush(self) -> Pcm:
        """Return the tail, as if silence followed, and start afresh."""
        if self._bank is None:
            return np.zeros(0, np.int16)
        self._buffer = np.concatenate((self._buffer, np.zeros(self._bank.shape[1], np.float64)))
        tail = self._make(ceil(self._taken * self._up / self._down))
        self._restart()
        return tail

    def _make(self, until: int) -> Pcm:
        assert self._bank is not None
        blocks = []
        windows = sliding_window_view(self._buffer, self._bank.shape[1]) if until > self._made else None
        for first in range(self._made, until, _BLOCK):
            assert windows is not None
            place = np.arange(first, min(first + _BLOCK, until)) * self._down
            rows = windows[place // self._up - self._past - self._base]
            blocks.append((rows * self._bank[place % self._up]).sum(axis=1))
        self._made = max(self._made, until)
        oldest = self._made * self._down // self._up - self._past
        if oldest > self._base:
            self._buffer, self._base = self._buffer[oldest - self._base :], oldest
        if not blocks:
            return np.zeros(0, np.int16)
        made: Pcm = np.clip(np.rint(np.concatenate(blocks)), -32_768, 32_767).astype(np.int16)
        return made


@lru_cache(maxsize=1)
def _half_band() -> NDArray[np.float32]:
    """Weights of the samples that lie between two others; those on the grid stay as they are."""
    offset = np.arange(-_CROSSINGS + 0.5, _CROSSINGS)
    taps = np.sinc(offset) * np.i0(_BETA * np.sqrt(1 - (offset / _CROSSINGS) ** 2))
    weights: NDArray[np.float32] = (taps / taps.sum()).astype(np.float32)
    return weights


def upsample(pcm: Pcm) -> NDArray[np.float32]:
    """Bring a window from 8 kHz to the speech model's 16 kHz, floats in [-1, 1]; twice as many samples."""
    exact = pcm.astype(np.float32) / np.float32(32_768)
    if not len(exact):
        return exact
    doubled = np.empty(2 * len(exact), np.float32)
    doubled[0::2] = exact
    padded = np.pad(exact, (_CROSSINGS - 1, _CROSSINGS))
    doubled[1::2] = np.convolve(padded, _half_band(), "valid")
    return np.clip(doubled, -1.0, 1.0, out=doubled)
