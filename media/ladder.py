"""What is given up under load, and in which order, by how long windows wait for the engine and by nothing else.

Steps are climbed one by one as the wait grows and come down later than they went up, so that a load at the edge of a
step does not flicker. What was said is never given up: a final that is put off is caught up after the call.
"""

from __future__ import annotations

from enum import IntEnum

from media.audio import Look, samples


class Level(IntEnum):
    """A step of the ladder; each includes those before it."""

    FULL = 0
    SLOWER = 1
    """Half as many partials, no careful looks."""
    WATCHED = 2
    """Partials only of calls that somebody has on the screen."""
    FINALS = 3
    """Finals only. Calls that begin now get their words after they end."""
    MERGED = 4
    """Finals that wait are joined to long windows, where the model pads windows anyway."""
    SPOOLED = 5
    """Finals wait until their call has ended."""


CLIMB = (0.4, 1.0, 2.0, 4.0, 10.0)
"""Seconds of waiting from which each step is taken. A rep uses captions that are two seconds old, not four."""

DESCEND = 0.5
"""Part of that below which the step is left again."""

APART = samples(2.0)
"""New sound between two partials of a turn from `SLOWER` on: twice what the listener asks for by itself."""


WEIGHT = 0.3
"""Share of the newest wait in the moving average."""

HALF = 1.0
"""Seconds in which the average halves while nobody waits."""


class Load:
    """How long windows wait for the engine, as a moving average (seconds), and the step that follows from it."""

    def __init__(self, wait: float = 0.0, level: Level = Level.FULL) -> None:
        self.wait, self.level = wait, level
        self._seen: float | None = None

    def served(self, waited: float) -> None:
        """A window was taken that had waited so long."""
        self.wait += WEIGHT * (waited - self.wait)

    def see(self, oldest: float | None, now: float) -> Level:
        """Look at the queue, whose oldest window has waited so long; None when it is empty, and load fades."""
        if oldest is None and self._seen is not None:
            self.wait *= 0.5 ** ((now - self._seen) / HALF)
        self._seen = now
        self.level = level_of(max(self.wait, oldest or 0.0), self.level)
        return self.level


def level_of(wait: float, before: Level) -> Level:
    """Say on which step we are with this wait (seconds), having been on `before`."""
    up = sum(wait > limit for limit in CLIMB)
    down = sum(wait > DESCEND * limit for limit in CLIMB)
    return Level(max(up, min(before, down)))


def refused(look: Look, level: Level, *, watched: bool, new: int) -> bool:
    """Decide whether a window is turned away now.

    Args:
        look: why it wants words.
        level: how much load there is.
        watched: somebody has its call on the screen.
        new: samples since the last partial of its turn that was let in.
    """
    if look in (Look.CAREFUL, Look.FAINT):
        return level >= Level.SLOWER
    if look in (Look.PARTIAL, Look.PAUSE):
        unseen = level >= Level.FINALS or (level >= Level.WATCHED and not watched)
        return unseen or (look is Look.PARTIAL and level >= Level.SLOWER and new < APART)
    return look is Look.FINAL and level is Level.SPOOLED
