"""Which words of successive hypotheses of one turn are safe: two in a row say the same (LocalAgreement-2).

Macháček, Dabre, Bojar: "Turning Whisper into Real-Time Transcription System" (IJCNLP-AACL 2023), section 3.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from media.audio import Word

EDGE = 0.3
"""Seconds before the window's end within which a word may still be half a word."""

_LOOP = 3
"""Times a phrase may follow itself; more is the decoder going round in circles."""

_BARE = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """A word without case and punctuation."""
    return _BARE.sub("", text.lower())


def common(before: Sequence[Word], now: Sequence[Word]) -> int:
    """Count the words at the start that both hypotheses have."""
    count = 0
    for a, b in zip(before, now, strict=False):
        if bare(a.text) != bare(b.text):
            break
        count += 1
    return count


def unlooped(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Cut a hypothesis where a phrase of one to four words begins to repeat itself over and over."""
    said = [bare(word.text) for word in words]
    for start in range(len(said)):
        for size in range(1, 5):
            phrase, times = said[start : start + size], 1
            while said[start + times * size : start + (times + 1) * size] == phrase:
                times += 1
            if times > _LOOP and len(phrase) == size:
                return words[: start + size]
    return words


class Agreement:
    """One turn's words as they settle."""

    def __init__(self) -> None:
        self._before: tuple[Word, ...] = ()
        self._agreed: tuple[Word, ...] = ()

    @property
    def agreed(self) -> int:
        """How many words will not change."""
        return len(self._agreed)

    def add(self, words: tuple[Word, ...], end: float) -> tuple[Word, ...]:
        """Take a hypothesis of sound up to `end` (media seconds); give the turn's words, the agreed ones unchanged."""
        words = self._kept(words)
        same = common(self._before, words)
        settled = next((i for i, word in enumerate(words) if word.end > end - EDGE), len(words))
        self._before, agreed = words, min(same, settled)
        if agreed > len(self._agreed):
            self._agreed = words[:agreed]
        return words

    def close(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        """Take the last hypothesis; give the turn's final words."""
        self._agreed = self._kept(words)
        return self._agreed

    def _kept(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        """Keep what was agreed: a hypothesis that says otherwise may only go on after it."""
        agreed = self._agreed
        if not agreed:
            return words
        if common(agreed, words) == len(agreed):
            return agreed + words[len(agreed) :]
        last = agreed[-1].end
        return agreed + tuple(word for word in words if (word.start + word.end) / 2 > last)
