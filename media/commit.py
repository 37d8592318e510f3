"""Which words of a turn are safe to show for good, by risk.

Three rules that others use alone are joined. A word is committed when the sound goes on for `REACH` after it (AlignAtt,
Papi et al. 2023, read off the alignment afterwards) and the model was sure of its least likely token; or when two
hypotheses in a row say it (LocalAgreement-2, Macháček et al. 2023) and it was not outright doubtful; or at the end of
the turn. Only a start of a turn is ever committed, and what is committed never changes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from media.audio import Word

REACH = 0.3
"""Seconds of sound after a word without which it may be half a word."""

SURE, DOUBTFUL = 0.99, 0.5
"""Probability from which a word needs no second hypothesis, and below which it waits for the end of its turn."""

OVERLAP = 0.4
"""Seconds of committed sound that the next window hears again, so that its first word is whole."""

_SEAM = 4
"""Committed words that a window which overlaps them may say again."""

_LOOP = 3
"""Times a phrase may follow itself; more is the decoder going round in circles."""

_BARE = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """A word without case and punctuation."""
    return _BARE.sub("", text.lower())


def same(a: Word, b: Word) -> bool:
    """Tell whether two words are the same but for case and punctuation."""
    return bare(a.text) == bare(b.text)


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


def after(committed: Sequence[Word], words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Drop from a hypothesis what its window heard again: by the words themselves, else by their places."""
    if not committed:
        return words
    cut = committed[-1].end
    for repeated in range(min(_SEAM, len(committed), len(words)), 0, -1):
        tail = committed[-repeated:]
        # The window may begin in mid-word: one word before the repeated ones is not looked at.
        for first in (0, 1):
            again = words[first : first + repeated]
            heard_again = len(again) == repeated and all(same(a, b) for a, b in zip(tail, again, strict=True))
            if heard_again and again[-1].start < cut + REACH / 2:
                return words[first + repeated :]
    return tuple(word for word in words if (word.start + word.end) / 2 > cut)


class Commit:
    """One turn's words as they settle."""

    def __init__(self) -> None:
        self.committed: tuple[Word, ...] = ()
        self._rest: tuple[Word, ...] = ()

    @property
    def cut(self) -> float | None:
        """Where the committed words end (media seconds)."""
        return self.committed[-1].end if self.committed else None

    @property
    def words(self) -> tuple[Word, ...]:
        """The turn's words so far."""
        return self.committed + self._rest

    @property
    def unsure(self) -> bool:
        """Tell whether a word that is not committed yet deserves a second look."""
        return any(word.p < SURE for word in self._rest)

    def add(self, words: tuple[Word, ...], end: float) -> None:
        """Take what was heard in a window whose sound ends at `end` (media seconds)."""
        before, rest = self._rest, after(self.committed, words)
        safe = 0
        for place, word in enumerate(rest):
            again = place < len(before) and same(word, before[place])
            if word.end > end - REACH or not (word.p >= SURE or (again and word.p >= DOUBTFUL)):
                break
            safe = place + 1
        self.committed += rest[:safe]
        self._rest = rest[safe:]

    def close(self, words: tuple[Word, ...] | None = None) -> tuple[Word, ...]:
        """End the turn, with a last hypothesis if there is one; give its final words."""
        if words is not None:
            self._rest = after(self.committed, words)
        self.committed, self._rest = self.words, ()
        return self.committed
