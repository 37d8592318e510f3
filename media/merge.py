"""Several finals of one track as one long window, and its words given back to each of them.

A model that pads every window to thirty seconds takes as long for two seconds as for twenty-eight: a backlog of finals
costs it a tenth when they are joined. A model that is native to short windows gains nothing, and joins nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from media.audio import RATE, Hypothesis, Look, Pcm, Window, samples

GAP = samples(0.4)
"""Silence between two finals."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Windows of one track in one, each from its own place in it (samples)."""

    window: Window
    parts: tuple[tuple[int, Window], ...]

    def answers(self, hypothesis: Hypothesis) -> list[Hypothesis]:
        """Give each part the words whose middle lies in its sound, with their times in the call."""
        return [self._answer(place, part, hypothesis) for place, part in self.parts]

    def _answer(self, place: int, part: Window, hypothesis: Hypothesis) -> Hypothesis:
        begin, end = place / RATE, (place + len(part.pcm)) / RATE
        moved = (part.start - place) / RATE
        words = tuple(
            replace(word, start=round(word.start + moved, 3), end=round(word.end + moved, 3))
            for word in hypothesis.words
            if begin - GAP / RATE / 2 <= (word.start + word.end) / 2 < end + GAP / RATE / 2
        )
        return replace(hypothesis, window=part, words=words)


def joined(windows: Sequence[Window]) -> Joined:
    """Join windows of one track."""
    parts, sound, place = list[tuple[int, Window]](), list[Pcm](), 0
    for window in windows:
        parts.append((place, window))
        sound += [window.pcm, np.zeros(GAP, np.int16)]
        place += len(window.pcm) + GAP
    first = windows[0]
    pcm = np.concatenate(sound[:-1])
    whole = Window(first.track, first.turn, first.number, 0, pcm, Look.LATE, names=first.names)
    return Joined(whole, tuple(parts))


def packed(windows: Sequence[Window], most: int) -> Iterator[list[Window]]:
    """Group windows, in order, so that each group fits into `most` samples when joined; one that does not is alone."""
    group, length = list[Window](), 0
    for window in windows:
        if group and length + GAP + len(window.pcm) > most:
            yield group
            group, length = [], 0
        length += len(window.pcm) + (GAP if group else 0)
        group.append(window)
    if group:
        yield group
