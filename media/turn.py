"""A stretch of one track's speech, from its first sound to its final words."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from media.audio import RATE, Hypothesis, Word, samples
from media.commit import Commit, unlooped

PAST = samples(0.05)
"""Sound after a phrase that belongs to it: the next window begins there, in the pause."""

VOICED_SLACK = samples(0.12)
"""A word may lie this far from voiced sound: the model's word times are no better (its card says how good)."""


@dataclass(eq=False)
class Turn:
    """A stretch of speech, until its final words have come."""

    number: int
    start: int
    """First voiced sample."""
    begin: int
    """First sample of its windows."""
    voiced: list[tuple[int, int]] = field(default_factory=list)
    settled: tuple[Word, ...] = ()
    """Words of the phrases that ended in a pause."""
    commit: Commit = field(default_factory=Commit)
    """Words of the phrase that goes on."""
    asked: int = 0
    """Where the newest window ended."""
    windows: int = 0
    newest: int = 0
    """Number of the newest window that was answered."""
    paused: bool = False
    pauses: dict[int, int] = field(default_factory=dict)
    """Windows asked in a pause, with the end of the voiced sound before it."""
    known: int = -1
    """Voiced sound up to here has all its words, committed."""
    closed: bool = False
    """The speaker has stopped, and the words of the last pause are on their way: they are the final ones."""

    @property
    def voiced_end(self) -> int:
        """Place after the last voiced sample."""
        return self.voiced[-1][1]

    @property
    def words(self) -> tuple[Word, ...]:
        """All words so far."""
        return self.settled + self.commit.words

    @property
    def committed(self) -> tuple[Word, ...]:
        """Those that will not change."""
        return self.settled + self.commit.committed

    def voice(self, at: int, end: int) -> None:
        """Note voiced sound."""
        self.paused = False
        if self.voiced and self.voiced[-1][1] == at:
            self.voiced[-1] = (self.voiced[-1][0], end)
        else:
            self.voiced.append((at, end))

    def settle(self, words: tuple[Word, ...], begin: int, end: int) -> None:
        """End a phrase: its words are these of a window that begins at `begin`, but for what is committed."""
        self.settled += self.commit.close(words, begin / RATE)
        self._go_on_behind(end)

    def let_stand(self, end: int) -> None:
        """End a phrase with the words that it has."""
        self.settled += self.commit.words
        self._go_on_behind(end)

    def _go_on_behind(self, end: int) -> None:
        self.commit, self.known, self.begin = Commit(), end, max(self.begin, end + PAST)

    def spoken(self, hypothesis: Hypothesis) -> tuple[Word, ...]:
        """The words of a hypothesis that may have been said: in voiced sound, and not in circles."""
        new = [span for span in self.voiced if span[1] > self.known]
        kept = (_within(word, self.start) for word in hypothesis.words if overlaps(word, new))
        return unlooped(tuple(kept))


def _within(word: Word, start: int) -> Word:
    """Let a word begin no earlier than its turn: alignment gives the first one all of the pre-roll."""
    return replace(word, start=min(word.end, max(word.start, round(start / RATE, 3))))


def overlaps(word: Word, voiced: list[tuple[int, int]]) -> bool:
    """Tell whether a word overlaps sound that was voiced: Whisper invents words in silence, never in speech."""
    start, end = samples(word.start) - VOICED_SLACK, samples(word.end) + VOICED_SLACK
    return any(a < end and b > start for a, b in voiced)
