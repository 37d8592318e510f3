"""Order, gaps and duplicates: a carrier's frames in, one unbroken track out.

Places come from the carrier's timestamps, so the two tracks of a call stay in step. Whatever arrives,
the frames that leave start at the call's zero and each begins where the one before it ended.
"""

from __future__ import annotations

from bisect import insort
from collections import deque

import numpy as np

from media.audio import FRAME, Frame, Pcm, Track, samples

_SLACK = samples(0.01)
"""Timestamps that were rounded, or taken from a clock, may miss by this much without being a gap."""

_OLDEST = samples(1)
"""A frame further back than this is not late (a stream over TCP is never that late): its clock has jumped."""

_CONFIRM = samples(0.1)
"""Sound in a row that must agree on a jumped clock before it is believed."""

_REMEMBERED_GAPS = 64
"""Filled gaps kept to tell a late frame from a duplicate."""

Piece = tuple[int, Pcm]
"""Sound and the place of its first sample."""


class Jitter:
    """One track's line-up: `add` what arrives, get frames in order without holes.

    Args:
        track: whose frames these are.
        depth: how far the sound may run ahead of a hole before the hole is filled with zeros (samples).
        longest_gap: longest hole that is filled (samples); a jump beyond it is a clock that has jumped.
    """

    def __init__(self, track: Track, *, depth: int = samples(0.06), longest_gap: int = samples(30)) -> None:
        self.track = track
        self.end = 0
        """Place of the first sample not yet handed out."""
        self.lost = 0
        """Samples that never came and were filled with zeros."""
        self.late = 0
        """Frames that came after their place had been filled."""
        self.duplicate = 0
        """Frames that came twice."""
        self.ignored = 0
        """Frames with a timestamp that no neighbour confirmed."""
        self._depth = depth
        self._longest = longest_gap
        self._shift = 0
        self._waiting: list[Piece] = []
        self._strays: list[Piece] = []
        self._gaps: deque[tuple[int, int]] = deque(maxlen=_REMEMBERED_GAPS)

    def add(self, start: int, pcm: Pcm) -> list[Frame]:
        """Take a piece of sound that begins at `start` (samples); return what is now in order."""
        if not len(pcm):
            return []
        if not -_OLDEST <= start + self._shift - self.end <= self._longest:
            return self._stray(start, pcm)
        self._forget_strays()
        return self._place(start + self._shift, pcm)

    def flush(self) -> list[Frame]:
        """Hand out everything that waits, holes filled: the stream has ended."""
        self._forget_strays()
        return self._release(force=True)

    def catch_up(self, to: int) -> list[Frame]:
        """Fill this track with silence up to `to` (samples): it sends nothing while the other does."""
        ready = self._release(force=bool(self._waiting) and self._waiting[0][0] < to)
        return ready + self._silence(to)

    def _place(self, start: int, pcm: Pcm) -> list[Frame]:
        slack = min(_SLACK, len(pcm) // 2)
        if abs(start - self.end) <= slack:
            start = self.end
        if start + len(pcm) <= self.end:
            self._count_old(start, start + len(pcm))
            return []
        if any(first == start and len(other) >= len(pcm) for first, other in self._waiting):
            self.duplicate += 1
            return []
        insort(self._waiting, (start, pcm), key=lambda piece: piece[0])
        return self._release(force=False)

    def _count_old(self, start: int, end: int) -> None:
        if any(first < end and start < last for first, last in self._gaps):
            self.late += 1
        else:
            self.duplicate += 1

    def _release(self, *, force: bool) -> list[Frame]:
        ready: list[Frame] = []
        while self._waiting:
            start, pcm = self._waiting[0]
            if start > self.end + min(_SLACK, len(pcm) // 2):
                if not (force or self._overdue()):
                    break
                ready += self._silence(start)
            self._waiting.pop(0)
            ready += self._sound(start, pcm)
        return ready

    def _overdue(self) -> bool:
        """Tell whether the hole in front is old: two pieces wait behind it, one a `depth` further on."""
        return len(self._waiting) > 1 and self._waiting[-1][0] - self.end >= self._depth

    def _sound(self, start: int, pcm: Pcm) -> list[Frame]:
        overlap = self.end - start
        if overlap > min(_SLACK, len(pcm) // 2):
            pcm = pcm[overlap:]
        if not len(pcm):
            self.duplicate += 1
            return []
        frame = Frame(self.track, self.end, pcm)
        self.end = frame.end
        return [frame]

    def _silence(self, to: int) -> list[Frame]:
        if to <= self.end:
            return []
        self._gaps.append((self.end, to))
        self.lost += to - self.end
        places = range(self.end, to, FRAME)
        self.end = to
        return [Frame(self.track, at, np.zeros(min(FRAME, to - at), np.int16)) for at in places]

    def _stray(self, start: int, pcm: Pcm) -> list[Frame]:
        if self._strays:
            last, before = self._strays[-1]
            if abs(start - last - len(before)) > max(FRAME, len(pcm)):
                self._forget_strays()
        self._strays.append((start, pcm))
        if sum(len(piece) for _, piece in self._strays) < _CONFIRM or len(self._strays) < 2:
            return []
        return self._follow_strays()

    def _follow_strays(self) -> list[Frame]:
        """Believe the jumped clock.

        Backwards, the sound goes on where we are; forwards, the hole is cut to the longest gap.
        """
        ready = self._release(force=True)
        run, self._strays = self._strays, []
        first = run[0][0]
        forward = self.end > 0 and first + self._shift > self.end
        self._shift = self.end + (self._longest if forward else 0) - first
        for start, pcm in run:
            ready += self._place(start + self._shift, pcm)
        return ready

    def _forget_strays(self) -> None:
        self.ignored += len(self._strays)
        self._strays.clear()
