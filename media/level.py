"""Levels: a slow gain that makes quiet callers audible to the gate, and what one track leaks into the other.

A neural speech gate loses a quarter of the frames of a caller 20 dB below its usual level, and calls a leak
of −30 dB speech in nine frames of ten; so levels are evened out, and a leak is measured, not assumed.
"""

from __future__ import annotations

from collections import deque
from math import log10, sqrt

import numpy as np
from numpy.typing import NDArray

from media.audio import FRAME, Pcm

SILENCE = -90.0
"""Level given to digital silence (dBFS, root mean square)."""

_TARGET = -20.0
"""Active level wanted by the gate and the speech model (dBFS)."""

_MOST, _LEAST = 30.0, -12.0
"""Bounds of the gain (dB): more would turn line noise into speech."""

_ACTIVE = 12.0
"""A frame this far above the noise floor counts as active (dB)."""

_FAINTEST = -62.0
"""Nothing below this is speech on a telephone line (dBFS)."""

_LOUD = 0.8
"""Part of the active frames that stay below the level that steers the gain."""

_CREST = 2.0
"""That level of speech is above its mean active level by about this (dB)."""

_FIRST_STEP, _STEP = 2.0, 0.3
"""Movement a frame (dB) at first and after two seconds of speech: then 12 dB a second up, 3 down."""

_RAMP = np.linspace(0.0, 1.0, FRAME, dtype=np.float32)
"""How the gain moves within a frame."""

_RISE = 0.02
"""Noise floor's creep upwards (dB a frame, 1 dB a second); downwards it follows at once."""


def level(pcm: Pcm) -> float:
    """Level of a stretch of sound (dBFS, root mean square)."""
    if not len(pcm):
        return SILENCE
    exact = pcm.astype(np.float32)
    power = float(np.dot(exact, exact)) / len(exact) / 32_768.0**2
    return max(SILENCE, 10.0 * log10(power)) if power else SILENCE


class Floor:
    """Running noise floor of one track (dBFS), from levels of 20 ms frames."""

    def __init__(self) -> None:
        self.db = -55.0

    def feed(self, db: float) -> float:
        """Take a frame's level, return the floor. Digital silence is a gap, not a floor."""
        if db > SILENCE:
            self.db = db if db < self.db else self.db + _RISE
        return self.db


class Gain:
    """Slow gain to about −20 dBFS of active speech, for the gate and the model, never for a recording.

    What it steers by is the level that four active frames in five stay below: a click or a beep before the
    speech moves that hardly, where a mean of powers would need half a minute to forget it.
    """

    def __init__(self) -> None:
        self._floor = Floor()
        self._loud = _TARGET + _CREST
        self._seen = 0
        self._factor = 1.0

    @property
    def db(self) -> float:
        """The gain in force (dB)."""
        return 20.0 * log10(self._factor)

    def feed(self, pcm: Pcm) -> Pcm:
        """Return the samples at the evened level; as many as went in."""
        if not len(pcm):
            return pcm
        return np.concatenate([self._frame(pcm[at : at + FRAME]) for at in range(0, len(pcm), FRAME)])

    def _frame(self, pcm: Pcm) -> Pcm:
        db = level(pcm)
        floor = self._floor.feed(db)
        if db > max(floor + _ACTIVE, _FAINTEST):
            self._seen += 1
            step = max(_STEP, _FIRST_STEP - self._seen / 50)
            self._loud += step * (_LOUD if db > self._loud else _LOUD - 1.0)
        wanted = 10.0 ** (min(_MOST, max(_LEAST, _TARGET + _CREST - self._loud)) / 20.0)
        before, self._factor = self._factor, self._factor + 0.1 * (wanted - self._factor)
        if abs(self._factor - 1.0) < 0.01 and abs(before - 1.0) < 0.01:
            return pcm
        ramp = np.float32(before) + np.float32(self._factor - before) * _RAMP[: len(pcm)]
        louder: Pcm = np.clip(np.rint(pcm * ramp), -32_768, 32_767).astype(np.int16)
        return louder


_HISTORY = 500
"""Frames from which a leak is measured: ten seconds."""

_EVERY = 50
"""Frames between two measurements: a second."""

_ENOUGH = 75
"""Frames with the source active that a measurement needs: one and a half seconds."""

_DELAYS = 21
"""Delays tried: 0 to 400 ms in frames."""

_ALIKE = 0.6
"""Correlation of the two level curves from which the quieter is called an image of the louder."""

_DOUBTS = 10
"""Measurements in a row that may find no likeness (both speak at once) before a known leak is given up."""

_MARGIN = 6.0
"""A track this far above its leak is speaking itself (dB)."""

_HIGHEST = -6.0
"""A leak is quieter than its source by at least this (dB); louder sound is somebody speaking."""


class _Image:
    """How much of `source` is heard in `target`: delay (frames) and gain (dB), from levels alone."""

    def __init__(self) -> None:
        self._source: deque[float] = deque(maxlen=_HISTORY + _DELAYS)
        self._target: deque[float] = deque(maxlen=_HISTORY + _DELAYS)
        self._floor = Floor()
        self._count = 0
        self._doubts = 0
        self.delay = 0
        self.gain: float | None = None

    def feed(self, source: float, target: float) -> bool:
        """Take one frame's levels; tell whether the target's is explained by the source's leak."""
        floor = self._floor.feed(source)
        self._source.append(source)
        self._target.append(target)
        self._count += 1
        if self._count % _EVERY == 0:
            self._measure(floor + _ACTIVE)
        if self.gain is None or len(self._source) <= self.delay + 1:
            return False
        heard = max(self._source[-1 - d] for d in range(max(0, self.delay - 1), self.delay + 2))
        return heard > floor + _ACTIVE and target <= heard + self.gain + _MARGIN

    def _measure(self, active: float) -> None:
        source, target = np.array(self._source), np.array(self._target)
        if np.count_nonzero(source[:-_DELAYS] > active) < _ENOUGH:
            return
        best, self._doubts = _ALIKE, self._doubts + 1
        for delay in range(_DELAYS):
            alike, gain = _compare(source[: len(source) - delay], target[delay:], active)
            if alike > best and gain <= _HIGHEST:
                best, self._doubts, self.delay, self.gain = alike, 0, delay, gain
        if self._doubts > _DOUBTS:
            self.gain = None


def _compare(source: NDArray[np.float64], target: NDArray[np.float64], active: float) -> tuple[float, float]:
    """Correlation of the target's level with the active source's, and the gain between them (dB).

    The target's loudest frames are left out: there the other party speaks as well.
    """
    chosen = source > active
    heard, seen = source[chosen], target[chosen]
    quiet = seen <= _ranked(seen, 0.75)
    heard, seen = heard[quiet], seen[quiet]
    a, b = heard - heard.mean(), seen - seen.mean()
    spread, other = float(np.dot(a, a)) / len(a), float(np.dot(b, b)) / len(b)
    if spread < 1.0 or other < 1.0:
        return 0.0, 0.0
    alike = float(np.dot(a, b)) / len(a) / sqrt(spread * other)
    return alike, float(_ranked(seen - heard, 0.6))


def _ranked(values: NDArray[np.float64], share: float) -> float:
    """The value that `share` of the values do not exceed. (numpy.percentile takes six times as long.)"""
    place = int(share * (len(values) - 1))
    return float(np.partition(values, place)[place])


class Leak:
    """What each side of a call leaks into the other: line hybrids and loudspeakers, as far as levels show.

    Feed frames of 20 ms, both tracks of the same span of time.
    """

    def __init__(self) -> None:
        self._to_rep = _Image()
        self._to_prospect = _Image()

    def feed(self, rep: Pcm, prospect: Pcm) -> tuple[bool, bool]:
        """Tell for each side whether its sound is explained by the other's leak: (rep's, prospect's)."""
        rep_db, prospect_db = level(rep), level(prospect)
        return self._to_rep.feed(prospect_db, rep_db), self._to_prospect.feed(rep_db, prospect_db)

    @property
    def gains(self) -> tuple[float | None, float | None]:
        """Measured leak into the rep's and into the prospect's track (dB); None where there is none."""
        return self._to_rep.gain, self._to_prospect.gain
