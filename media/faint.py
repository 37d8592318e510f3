"""Sound that the gate holds for too little to be speech, and that may be some: far from the telephone, or muttered.

A gate that lets it in lets in noise as well. So it opens no turn and moves no gauge; it only gets a look of the lowest
rank, and only words of which the model is sure come of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from media.audio import Hypothesis, Word, samples
from media.turn import overlaps
from media.vad import CHUNK

LIKELY = 0.15
"""Probability from which a chunk may be faint speech; Silero gives line noise, tones and most music less."""

LEAST, SHARE = 8, 0.4
"""Likely chunks that a stretch needs (256 ms), and their share of it."""

GAP = 10
"""Chunks without a likely one that end a stretch (320 ms)."""

LONGEST = samples(8)
"""A stretch as long as this ends."""

SURE, NO_SPEECH = 0.6, 0.4
"""Least probability of every word, and what the model's own probability of no speech must stay below."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sound that may be faint speech (samples)."""

    start: int
    end: int

    def words(self, hypothesis: Hypothesis) -> tuple[Word, ...]:
        """All words of a hypothesis, or none: one doubtful word makes the others doubtful."""
        words = hypothesis.words
        sure = hypothesis.no_speech < NO_SPEECH and all(word.p >= SURE for word in words)
        return words if sure and all(overlaps(word, [(self.start, self.end)]) for word in words) else ()


class Faint:
    """Finds such stretches on one track, from the chunks outside its turns."""

    def __init__(self) -> None:
        self.start: int | None = None
        self._last = self._likely = 0

    def step(self, at: int, p: float) -> Stretch | None:
        """Take the judgement of a chunk that begins at `at`; give a stretch that it ends."""
        if p >= LIKELY:
            if self.start is None:
                self.start, self._likely = at, 0
            self._last, self._likely = at + CHUNK, self._likely + 1
        if self.start is None or (at - self._last < GAP * CHUNK and at - self.start < LONGEST):
            return None
        return self.close()

    def close(self, before: int | None = None) -> Stretch | None:
        """End the stretch that goes on; what reaches beyond `before` belongs to a turn that begins."""
        start, self.start = self.start, None
        if start is None or self._likely < LEAST or (before is not None and self._last > before):
            return None
        chunks = (self._last - start) / CHUNK
        return Stretch(start, self._last) if self._likely >= SHARE * chunks else None
