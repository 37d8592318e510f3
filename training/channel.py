"""What a telephone line does to a voice: speed, level, noise, leak, band, clipping, companding, up-sampling.

Everything works on 8 kHz floats in [-1, 1] and is cheap enough to be done anew for each training step.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.float32]
RATE = 8000


def stretch(sound: Sound, factor: float) -> Sound:
    """Play faster (above 1) or slower, pitch along with it."""
    place = np.arange(int(len(sound) / factor), dtype=np.float32) * factor
    return np.interp(place, np.arange(len(sound)), sound).astype(np.float32)


def coloured(rng: np.random.Generator, count: int, tilt: float) -> Sound:
    """Make noise of unit power whose spectrum falls by f^-tilt (0 is white, 1 is pink in power)."""
    spectrum = np.fft.rfft(rng.standard_normal(count).astype(np.float32))
    spectrum /= np.maximum(1.0, np.arange(len(spectrum))) ** (tilt / 2)
    noise = np.fft.irfft(spectrum, count)
    return (noise / (noise.std() + 1e-9)).astype(np.float32)


def tone(rng: np.random.Generator, count: int) -> Sound:
    """Make line tones: a beep, ring-back, busy, or two-frequency digits, on and off in time."""
    at = np.arange(count, dtype=np.float32) / RATE
    pair = [
        (440, 480),
        (480, 620),
        (350, 440),
        (697, 1209),
        (852, 1336),
        (941, 1477),
        (1000, 1000),
        (1400, 1400),
        (425, 425),
    ]
    first, second = pair[rng.integers(len(pair))]
    on, off = rng.uniform(0.1, 2.0), rng.uniform(0.05, 3.0)
    gate = ((at + rng.uniform(0, on)) % (on + off)) < on
    if rng.random() < 0.3:
        gate = np.ones_like(gate)
    waves = np.sin(2 * np.pi * first * at) + np.sin(2 * np.pi * second * at)
    return (0.5 * gate * waves).astype(np.float32)


def music(rng: np.random.Generator, count: int) -> Sound:
    """Make simple hold music: notes of a scale with harmonics and decay, sometimes a bass and a chord."""
    out = np.zeros(count, np.float32)
    scale = 220 * 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16]) / 12) * rng.uniform(0.7, 1.6)
    beat = int(RATE * rng.uniform(0.15, 0.6))
    for voice in range(int(rng.integers(1, 4))):
        step = beat * (1, 2, 4)[voice]
        for start in range(0, count, step):
            length = min(count - start, int(step * rng.uniform(0.8, 1.6)))
            at = np.arange(length, dtype=np.float32) / RATE
            pitch = scale[rng.integers(len(scale))] / (1, 2, 1)[voice]
            wave = sum(np.sin(2 * np.pi * pitch * k * at) / k ** rng.uniform(0.8, 2) for k in range(1, 5))
            out[start : start + length] += (wave * np.exp(-at * rng.uniform(0.5, 6))).astype(np.float32)
    return out / (np.abs(out).max() + 1e-6)


def non_speech(rng: np.random.Generator, count: int) -> Sound:
    """Make sound without words: digital silence, room noise, tones, music, clicks."""
    kind = rng.random()
    if kind < 0.2:
        return np.zeros(count, np.float32)
    level = 10 ** (rng.uniform(-60, -10) / 20)
    if kind < 0.5:
        return level * coloured(rng, count, rng.uniform(0, 2))
    if kind < 0.7:
        return level * 2 * tone(rng, count)
    if kind < 0.9:
        return level * 2 * music(rng, count)
    clicks = np.zeros(count, np.float32)
    clicks[rng.integers(0, count, max(1, count // 4000))] = rng.uniform(-1, 1)
    return level * clicks + 10 ** (rng.uniform(-80, -45) / 20) * coloured(rng, count, 1.0)


def companded(sound: Sound, rng: np.random.Generator | None = None, law: str = "mulaw") -> Sound:
    """Send through mu-law or A-law (ITU-T G.711, by formula) with 8 bits; with `rng`, a law drawn at random."""
    if rng is not None:
        law = "alaw" if rng.random() < 0.25 else "mulaw"
    size = np.abs(np.clip(sound, -1, 1))
    if law == "mulaw":
        coded = np.round(127 * np.log1p(255 * size) / np.log(256)) / 127
        size = (256**coded - 1) / 255
    else:
        root = 1 + np.log(87.6)
        coded = np.where(
            size < 1 / 87.6, 87.6 * size / root, (1 + np.log(np.maximum(size, 1e-9) * 87.6)) / root
        )
        coded = np.round(coded * 127) / 127
        size = np.where(coded < 1 / root, coded * root / 87.6, np.exp(coded * root - 1) / 87.6)
    return (np.sign(sound) * size).astype(np.float32)


def band(sound: Sound, low: float, high: float) -> Sound:
    """Keep the band between two frequencies (Hz) with soft edges."""
    spectrum = np.fft.rfft(sound)
    at = np.fft.rfftfreq(len(sound), 1 / RATE)
    gain = 1 / (1 + (low / np.maximum(at, 1)) ** 6) / (1 + (at / high) ** 12)
    return np.fft.irfft(spectrum * gain, len(sound)).astype(np.float32)


def line(sound: Sound, rng: np.random.Generator, hard: float) -> Sound:
    """Pass a window through a line drawn at random; `hard` from 0 (clean) to 1 scales how often it is bad."""
    if rng.random() < 0.35 * hard:
        sound = band(sound, rng.uniform(60, 320), rng.uniform(2600, 3800))
    if rng.random() < 0.15 * hard:
        echo, delay = rng.uniform(0.02, 0.25), int(rng.uniform(0.004, 0.12) * RATE)
        sound = sound.copy()
        sound[delay:] += echo * sound[:-delay]
    peak = np.abs(sound).max() + 1e-6
    sound = sound * (10 ** (rng.uniform(-24, -1) / 20) / peak)
    if rng.random() < 0.6 * hard:
        power = np.sqrt(np.mean(sound**2)) + 1e-6
        sound = sound + power * 10 ** (-rng.uniform(8, 40) / 20) * coloured(
            rng, len(sound), rng.uniform(0, 1.6)
        )
    if rng.random() < 0.05 * hard:
        sound = np.clip(sound * rng.uniform(1, 3), -0.7, 0.7)
    return companded(sound, rng) if rng.random() < 0.85 else sound.astype(np.float32)


def _half_band(crossings: int, beta: float) -> NDArray[np.float32]:
    offset = np.arange(-crossings + 0.5, crossings)
    taps = np.sinc(offset) * np.i0(beta * np.sqrt(1 - (offset / crossings) ** 2))
    return (taps / taps.sum()).astype(np.float32)


_UPSAMPLERS = tuple(
    _half_band(crossings, beta) for crossings, beta in ((16, 8.0), (8, 6.0), (32, 9.0), (3, 4.0))
)


def upsample(sound: Sound, which: int = 0) -> Sound:
    """Bring 8 kHz to 16 kHz by one of four half-band filters."""
    taps = _UPSAMPLERS[which]
    doubled = np.empty(2 * len(sound), np.float32)
    doubled[0::2] = sound
    doubled[1::2] = np.convolve(np.pad(sound, (len(taps) // 2 - 1, len(taps) // 2)), taps, "valid")
    return np.clip(doubled, -1.0, 1.0)
