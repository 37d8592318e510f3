"""Turns whose final words never came: the process was killed, or there was more to hear than it could.

A turn that has stopped is a record of what is owed (track, start, end); only its final closes it. The sound of it is in
the recording.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from media.audio import Hypothesis, Look, Pcm, Track, Window, samples
from media.heard import Words
from media.turn import overlaps
from media.turns import PRE_ROLL
from server.events import Event, Final, Partial, SpeechStarted, SpeechStopped, TrackName

LONGEST = samples(30)
"""A window is never longer, whatever a log says."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A turn without final words (media seconds)."""

    track: TrackName
    turn: int
    start: float
    end: float

    def window(self, heard: Mapping[Track, Pcm] | None, look: Look = Look.FINAL) -> Window:
        """Its sound, from the recording; without one there is no sound, and nothing will be owed any more."""
        track, begin = Track(self.track), max(0, samples(self.start) - PRE_ROLL)
        end = min(samples(self.end) + PRE_ROLL, begin + LONGEST)
        pcm = heard[track][begin:end] if heard else np.zeros(0, np.int16)
        return Window(track, self.turn, 1, begin, pcm, look)

    def words(self, found: Hypothesis) -> Words:
        """Its final words: those that overlap it."""
        start, end = samples(self.start), samples(self.end)
        words = tuple(word for word in found.words if overlaps(word, [(start, end)]))
        return Words(Track(self.track), self.turn, start, end, words, len(words), final=True)


def owed(inputs: Iterable[Event], duration: float) -> list[Owed]:
    """Find the turns without a final: of a turn that goes on, all that was recorded counts."""
    turns: dict[tuple[TrackName, int], tuple[float, float]] = {}
    for event in inputs:
        if isinstance(event, SpeechStarted):
            turns[event.track, event.turn] = (event.start, duration)
        elif isinstance(event, SpeechStopped) or (
            isinstance(event, Partial) and (event.track, event.turn) not in turns
        ):
            turns[event.track, event.turn] = (event.start, event.end)
        elif isinstance(event, Final):
            turns.pop((event.track, event.turn), None)
    found = [Owed(*turn, *span) for turn, span in turns.items() if span[1] > span[0]]
    return sorted(found, key=lambda one: (one.start, one.track))
