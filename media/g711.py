"""Telephone companding by table: mu-law and A-law, 8 bits a sample (ITU-T G.711, 1988, tables 1a to 2b)."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from media.audio import Pcm

Law = Literal["mulaw", "alaw"]

_BIAS = 0x84
"""Added before the logarithm of mu-law, so that every segment begins at a power of two (16-bit scale)."""

_CLIP = 32_635
"""Largest magnitude that still fits once `_BIAS` is added."""


def _mulaw_values() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + _BIAS) << ((code & 0x70) >> 4)) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_values() -> NDArray[np.int16]:
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment = (code & 0x70) >> 4
    step = ((code & 0x0F) << 4) + 8
    magnitude = np.where(segment == 0, step, (step + 0x100) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _mulaw_codes() -> NDArray[np.uint8]:
    pcm = np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs(pcm), _CLIP) + _BIAS
    segment = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    code = np.where(pcm < 0, 0x80, 0) | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0F)
    codes: NDArray[np.uint8] = (~code & 0xFF).astype(np.uint8)
    return codes


def _alaw_codes() -> NDArray[np.uint8]:
    pcm = np.arange(65_536, dtype=np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.where(pcm < 0, -pcm - 1, pcm) >> 3
    segment = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 0)
    code = (segment << 4) | ((magnitude >> np.maximum(segment, 1)) & 0x0F)
    codes: NDArray[np.uint8] = (code ^ np.where(pcm < 0, 0x55, 0xD5)).astype(np.uint8)
    return codes


_VALUES = {"mulaw": _mulaw_values(), "alaw": _alaw_values()}
_CODES = {"mulaw": _mulaw_codes(), "alaw": _alaw_codes()}


def decode(payload: bytes, law: Law) -> Pcm:
    """Expand a payload to linear samples, one a byte."""
    return _VALUES[law][np.frombuffer(payload, dtype=np.uint8)]


def encode(pcm: Pcm, law: Law) -> bytes:
    """Compress linear samples, one byte each."""
    return _CODES[law][np.ascontiguousarray(pcm, dtype=np.int16).view(np.uint16)].tobytes()
