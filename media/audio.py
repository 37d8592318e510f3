"""The nouns of sound: tracks, frames, words, windows.

Telephone sound is 8 kHz mono, so all of `media/` counts in samples at 8 kHz and in **media seconds**,
the seconds of sound since the call's first frame. No clock is read anywhere in this package.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

RATE = 8_000
"""Samples a second of everything between the carrier and the speech model."""

FRAME = 160
"""Samples in 20 ms, the usual packet of a carrier (none promises it; any length is taken)."""

Pcm = NDArray[np.int16]
"""Linear 16-bit mono samples at `RATE`."""


class Track(StrEnum):
    """One side of a call. The value is also its name in events and on the page."""

    REP = "rep"
    PROSPECT = "prospect"

    @property
    def other(self) -> Track:
        """The other side of the line."""
        return Track.PROSPECT if self is Track.REP else Track.REP


TRACKS = (Track.REP, Track.PROSPECT)
"""In the order of a recording's channels: rep is channel 1, prospect channel 2."""


def seconds(samples: int) -> float:
    """Media seconds of a count of samples, rounded to the microsecond so that equal counts print equally."""
    return round(samples / RATE, 6)


def samples(at: float) -> int:
    """Samples in a span of media seconds."""
    return round(at * RATE)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A stretch of one track's sound, in order and without gaps to the frame before it."""

    track: Track
    start: int
    """First sample's place in the call (samples)."""
    pcm: Pcm

    @property
    def end(self) -> int:
        """Place of the first sample after this frame."""
        return self.start + len(self.pcm)


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word with its place (media seconds) and `p`, the probability of its least likely token."""

    text: str
    start: float
    end: float
    p: float = 1.0

    def __post_init__(self) -> None:
        if not self.text or self.end < self.start or not 0.0 <= self.p <= 1.0:
            raise ValueError(f"not a word: {self!r}")


class Look(IntEnum):
    """Why a window deserves words; in the order in which windows are served."""

    FINAL = 0
    """The turn has ended: it is owed an answer, and is never refused or replaced."""
    PAUSE = 1
    """The speaker pauses, or has stopped: mostly this becomes the final."""
    PARTIAL = 2
    """The speaker goes on; a newer one replaces it."""
    LATE = 3
    """A final that was put off under load: it waits, but is never refused."""
    CAREFUL = 4
    """Words of a phrase were unsure: worth a wider search, when there is time."""
    FAINT = 5
    """Sound that the gate held for too faint to be speech."""


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Sound that deserves words: one update of one utterance ("turn") of one track."""

    track: Track
    turn: int
    """Number of the utterance on its track: 1, 2, 3 …"""
    number: int
    """Number of the update within its utterance: 1, 2, 3 …"""
    start: int
    """First sample's place in the call."""
    pcm: Pcm
    look: Look
    context: str = ""
    """Text already committed just before this sound, for the model's previous-text context."""

    @property
    def end(self) -> int:
        """Place of the first sample after this window."""
        return self.start + len(self.pcm)

    @property
    def owed(self) -> bool:
        """An answer is owed, however late."""
        return self.look in (Look.FINAL, Look.LATE)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a speech model heard in one window."""

    window: Window
    words: tuple[Word, ...]
    no_speech: float = 0.0
    """Probability that nothing was said."""
    took: float = field(default=0.0, compare=False)
    """Seconds the engine worked on it; for health figures only, never for a rule."""
