"""One track's turns of speech: when they begin and end, which windows of sound deserve words, and what comes of them.

A window begins just before the last committed word, so that it is short however long the turn is. Words are asked for
at dips of the sound, at the latest after a second of it; once more when the speaker pauses, which is where most words
are committed for good; and then, in idle time and with a wider search, only if one of them was unsure. A turn that ends
after such a pause needs nothing more: its words are there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from media.audio import RATE, Hypothesis, Pcm, Track, Window, Word, samples
from media.commit import Commit, overlap, unlooped
from media.vad import CHUNK, Hysteresis

PRE_ROLL = samples(0.4)
"""Sound before the first voiced chunk that belongs to a window: soft onsets are not voiced yet."""

POST_ROLL = samples(0.2)
"""Sound after the last voiced chunk that belongs to a final window."""

SOON, UPDATE = samples(0.4), samples(0.96)
"""New sound after which a dip is worth another look, and after which anything is: within a second, in chunks."""

DIP = 0.2
"""Share of the newest peak below which the sound dips: between words, mostly."""

DECAY = 0.93
"""What is left of a peak after a chunk: half of it after 0.3 s."""

PAST = samples(0.05)
"""Sound after a phrase that belongs to it: the next window begins there, in the pause."""

LONG = samples(8)
"""A turn as long as this ends at its next dip, which keeps captions readable."""

LONGEST = samples(12)
"""And as long as this, at once."""

VOICED_SLACK = samples(0.12)
"""A word may lie this far from voiced sound: the model's word times are no better (its card says how good)."""

CONTEXT = 60
"""Characters of committed text that a window is given as its context, at most."""

FORGET = samples(2.0)
"""Silence after which what was said before is no context any more: it leads astray more than it helps."""


@dataclass(frozen=True, slots=True)
class SpeechStart:
    """A track began to speak at `start`; known at `at` (samples)."""

    track: Track
    turn: int
    at: int
    start: int


@dataclass(frozen=True, slots=True)
class SpeechStop:
    """A track stopped speaking at `end`; known at `at` (samples)."""

    track: Track
    turn: int
    at: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a turn, so far or for good. `start` and `end` in samples, the words' own times in media seconds."""

    track: Track
    turn: int
    start: int
    end: int
    words: tuple[Word, ...]
    agreed: int
    final: bool


Heard = SpeechStart | SpeechStop | Words | Window


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

    def settle(self, words: tuple[Word, ...], begin: int, end: int) -> None:
        """End a phrase: its words are these of a window that begins at `begin`, but for what is committed."""
        self.settled += self.commit.close(words, begin / RATE)
        self.commit, self.known, self.begin = Commit(), end, max(self.begin, end + PAST)

    def voice(self, at: int, end: int) -> None:
        """Note voiced sound."""
        self.paused = False
        if self.voiced and self.voiced[-1][1] == at:
            self.voiced[-1] = (self.voiced[-1][0], end)
        else:
            self.voiced.append((at, end))


class Sound:
    """The levelled sound of a track that a window may still want."""

    def __init__(self) -> None:
        self._pcm: Pcm = np.zeros(0, np.int16)
        self._base = 0
        self.end = 0
        """Place after the last sample."""

    def add(self, pcm: Pcm) -> None:
        """Take sound in order."""
        self._pcm = np.concatenate((self._pcm, pcm))
        self.end += len(pcm)

    def between(self, start: int, end: int) -> Pcm:
        """Give the sound between two places."""
        return self._pcm[max(0, start - self._base) : max(0, end - self._base)]

    def forget(self, before: int) -> None:
        """Drop what lies before a place, a second at a time."""
        if before - self._base > RATE:
            self._pcm, self._base = self._pcm[before - self._base :].copy(), before


class Turns:
    """The turns of one track. `shortest` is what the model wants to hear at once, at least (seconds)."""

    def __init__(
        self,
        track: Track,
        sound: Sound,
        rule: Hysteresis,
        shortest: float,
        names: tuple[str, ...] = (),
    ) -> None:
        self._names = names
        self.track, self._sound, self._rule, self._shortest = track, sound, rule, samples(shortest)
        self.turn: Turn | None = None
        self._owed: dict[int, Turn] = {}
        """Turns whose final words have not come."""
        self._run = self._quiet = self._count = 0
        self._free = 0
        """Where the turn before ended; no window of the next reaches behind it."""
        self._peak = 0.0
        self._said, self._said_end = "", 0
        """What was said last on this track, and where it ended."""

    def wanted(self, at: int) -> int:
        """The first sample that a window may still want, with chunks up to `at` judged."""
        return self.turn.begin if self.turn else at - PRE_ROLL - self._rule.onset * CHUNK

    def step(self, at: int, p: float) -> list[Heard]:
        """Take the judgement of the chunk that begins at `at`."""
        end = at + CHUNK
        if self.turn is None:
            self._run = self._run + 1 if p >= self._rule.on else 0
            return self._begin(end) if self._run >= self._rule.onset else []
        dip = self._dips(self._sound.between(at, end))
        if p >= self._rule.off:
            self._quiet = 0
            self.turn.voice(at, end)
        else:
            self._quiet += 1
        return self._go_on(self.turn, end, dip)

    def _dips(self, chunk: Pcm) -> bool:
        level = float(np.abs(chunk.astype(np.float32)).mean()) if len(chunk) else 0.0
        self._peak = max(level, self._peak * DECAY)
        return level < DIP * self._peak

    def _begin(self, end: int) -> list[Heard]:
        start = end - self._run * CHUNK
        said = self._open(start, max(0, self._free, start - PRE_ROLL), end)
        assert self.turn
        self.turn.voice(start, end)
        return [said]

    def _open(self, start: int, begin: int, at: int) -> SpeechStart:
        self._count += 1
        self.turn = self._owed[self._count] = Turn(self._count, start, begin, asked=start)
        self._quiet = 0
        return SpeechStart(self.track, self._count, at, start)

    def _go_on(self, turn: Turn, end: int, dip: bool) -> list[Heard]:
        if self._quiet >= self._rule.hang_over:
            return self._stop(turn, end)
        length = end - turn.start
        if length >= LONGEST or (length >= LONG and self._quiet >= 2):
            return self._split(turn, end)
        if self._quiet >= self._rule.pause:
            if turn.paused or turn.known >= turn.voiced_end:
                return []
            turn.paused = True
            window = self._window(turn, end)
            turn.pauses[window.number] = turn.voiced_end
            return [window]
        new = end - turn.asked
        if not self._quiet and (new >= UPDATE or (new >= SOON and dip)):
            return [self._window(turn, end)]
        return []

    def _window(self, turn: Turn, end: int, *, final: bool = False, careful: bool = False) -> Window:
        turn.windows, turn.asked = turn.windows + 1, max(turn.asked, end)
        begin = turn.begin
        known = overlap(turn.commit.committed)
        if known is not None and not careful:
            begin = max(begin, min(samples(known), end - self._shortest))
        pcm = self._sound.between(begin, end).copy()
        context = self._context(turn, begin)
        return Window(self.track, turn.number, turn.windows, begin, pcm, final, context, careful, self._names)

    def _context(self, turn: Turn, begin: int) -> str:
        """What was said just before a window."""
        recent = (word for word in turn.commit.committed if word.end * RATE <= begin)
        before = " ".join(word.text for word in (*turn.settled, *recent))
        if self._said and turn.start - self._said_end < FORGET:
            before = f"{self._said} {before}"
        return before.strip()[-CONTEXT:].partition(" ")[2] if len(before) > CONTEXT else before.strip()

    def _stop(self, turn: Turn, at: int) -> list[Heard]:
        self.turn, self._run, self._free = None, 0, turn.voiced_end
        stopped = SpeechStop(self.track, turn.number, at, turn.start, turn.voiced_end)
        if turn.known >= turn.voiced_end:
            return [stopped, self._final(turn, turn.voiced_end)]
        return [stopped, self._window(turn, min(at, turn.voiced_end + POST_ROLL), final=True)]

    def _split(self, turn: Turn, at: int) -> list[Heard]:
        """End a long turn here and begin the next one at once."""
        window = self._window(turn, at, final=True)
        voiced_end = max(turn.voiced_end, at - CHUNK) if not self._quiet else turn.voiced_end
        stopped = SpeechStop(self.track, turn.number, at, turn.start, voiced_end)
        self._free = at
        if self._quiet:
            self.turn, self._run = None, 0
            return [stopped, window]
        opened = self._open(at, at, at)
        assert self.turn
        self.turn.voice(at, at)
        return [stopped, window, opened]

    def close(self, at: int) -> list[Heard]:
        """End what goes on."""
        return self._stop(self.turn, at) if self.turn else []

    def accept(self, hypothesis: Hypothesis) -> list[Words | Window]:
        """Take what the model heard; give the turn's words, or nothing when it comes too late, or a careful look."""
        window = hypothesis.window
        turn = self._owed.get(window.turn)
        if turn is None or window.number <= turn.newest:
            return []
        turn.newest = window.number
        words = unlooped(
            tuple(_within(w, turn.start) for w in hypothesis.words if _voiced(w, turn.voiced, turn.known))
        )
        if window.final:
            turn.settle(words, window.start, window.end)
            return [self._final(turn, window.end)]
        out: list[Words | Window] = []
        if window.number in turn.pauses:
            out = self._pause(turn, window, words)
        else:
            turn.commit.add(words, window.start / RATE, window.end / RATE)
        if turn.words:
            out.insert(0, self._words(turn, window.end, final=False))
        return out

    def _pause(self, turn: Turn, window: Window, words: tuple[Word, ...]) -> list[Words | Window]:
        """Commit what was said before a pause, after a careful look if it is unsure."""
        voiced_end = turn.pauses.pop(window.number)
        if window.careful or turn.commit.sure(words, window.start / RATE):
            turn.settle(words, window.start, voiced_end)
            return []
        turn.commit.add(words, window.start / RATE, voiced_end / RATE)
        if turn is not self.turn:
            return []  # the turn has ended: its final is under way
        careful = self._window(turn, window.end, careful=True)
        turn.pauses[careful.number] = voiced_end
        return [careful]

    def _final(self, turn: Turn, end: int) -> Words:
        del self._owed[turn.number]
        self._said = " ".join(word.text for word in turn.words)[-CONTEXT:]
        self._said_end = turn.voiced_end
        return self._words(turn, end, final=True)

    def _words(self, turn: Turn, end: int, *, final: bool) -> Words:
        agreed = len(turn.committed)
        return Words(self.track, turn.number, turn.start, end, turn.words, agreed, final)


def _within(word: Word, start: int) -> Word:
    """Let a word begin no earlier than its turn: alignment gives the first one all of the pre-roll."""
    return replace(word, start=min(word.end, max(word.start, round(start / RATE, 3))))


def _voiced(word: Word, voiced: list[tuple[int, int]], known: int) -> bool:
    """Tell whether a word overlaps new sound that was voiced: Whisper invents words in silence, never in speech."""
    start, end = samples(word.start) - VOICED_SLACK, samples(word.end) + VOICED_SLACK
    return any(a < end and b > start for a, b in voiced if b > known)
