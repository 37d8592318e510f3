"""One track's turns of speech: when they begin and end, which windows of sound deserve words, and what comes of them.

A window begins just before the last committed word, so that it is short however long the turn is. Words are asked for
at dips of the sound, at the latest after a second of it; once more when the speaker pauses, which is where most words
are committed for good; and then, in idle time and with a wider search, only if one of them was unsure, as also when an
unsure word holds others back for long. A turn that ends after such a pause needs nothing more: its words are there, or
on their way.
"""

from __future__ import annotations

import numpy as np

from media.audio import RATE, Hypothesis, Look, Pcm, Track, Window, Word, samples
from media.commit import overlap
from media.faint import Faint, Stretch
from media.heard import Heard, SpeechStart, SpeechStop, Words
from media.turn import Turn
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

LONG = samples(8)
"""A turn as long as this ends at its next dip, which keeps captions readable."""

LONGEST = samples(12)
"""And as long as this, at once."""

CONTEXT = 60
"""Characters of committed text that a window is given as its context, at most."""

FORGET = samples(2.0)
"""Silence after which what was said before is no context any more: it leads astray more than it helps."""


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
        self._faint = Faint()
        self._stretches: dict[int, Stretch] = {}
        """Faint sound, by the number of its window."""

    def wanted(self, at: int) -> int:
        """The first sample that a window may still want, with chunks up to `at` judged."""
        onset = at - PRE_ROLL - self._rule.onset * CHUNK
        faint = [self._faint.start - POST_ROLL] if self._faint.start is not None else []
        closed = (turn.begin for turn in self._owed.values() if turn.closed)
        return min([self.turn.begin if self.turn else onset, *closed, *faint])

    def step(self, at: int, p: float) -> list[Heard]:
        """Take the judgement of the chunk that begins at `at`."""
        end = at + CHUNK
        if self.turn is None:
            self._run = self._run + 1 if p >= self._rule.on else 0
            if self._run >= self._rule.onset:
                return self._begin(end)
            return self._suspect(self._faint.step(at, p))
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
        begin = max(0, self._free, start - PRE_ROLL)
        before = self._suspect(self._faint.close(before=begin))
        said = self._open(start, begin, end)
        assert self.turn
        self.turn.voice(start, end)
        return [*before, said]

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
            return [self._pause_window(turn, end, Look.PAUSE)]
        new = end - turn.asked
        if not self._quiet and (new >= UPDATE or (new >= SOON and dip)):
            stuck = turn.commit.stuck(end / RATE)
            return [self._window(turn, end, Look.CAREFUL if stuck else Look.PARTIAL)]
        return []

    def _window(self, turn: Turn, end: int, look: Look) -> Window:
        turn.windows, turn.asked = turn.windows + 1, max(turn.asked, end)
        begin = turn.begin
        known = overlap(turn.commit.committed)
        if known is not None and look is not Look.CAREFUL:
            begin = max(begin, min(samples(known), end - self._shortest))
        pcm = self._sound.between(begin, end).copy()
        context = self._context(turn, begin)
        return Window(self.track, turn.number, turn.windows, begin, pcm, look, context, self._names)

    def _pause_window(self, turn: Turn, end: int, look: Look, voiced_end: int | None = None) -> Window:
        window = self._window(turn, end, look)
        turn.pauses[window.number] = turn.voiced_end if voiced_end is None else voiced_end
        return window

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
        if turn.voiced_end in turn.pauses.values():
            turn.closed = True
            return [stopped]
        return [stopped, self._last_window(turn, at)]

    def _last_window(self, turn: Turn, at: int) -> Window:
        return self._window(turn, min(at, turn.voiced_end + POST_ROLL), Look.FINAL)

    def _split(self, turn: Turn, at: int) -> list[Heard]:
        """End a long turn here and begin the next one at once."""
        window = self._window(turn, at, Look.FINAL)
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
        return self._stop(self.turn, at) if self.turn else self._suspect(self._faint.close())

    def _suspect(self, stretch: Stretch | None) -> list[Heard]:
        """Ask for a look at sound that may be faint speech."""
        if stretch is None:
            return []
        number = max(self._stretches, default=0) + 1
        self._stretches[number] = stretch
        begin = max(0, self._free, stretch.start - POST_ROLL)
        pcm = self._sound.between(begin, stretch.end + POST_ROLL).copy()
        return [Window(self.track, 0, number, begin, pcm, Look.FAINT)]

    def accept(self, hypothesis: Hypothesis) -> list[Words | Window]:
        """Take what the model heard; give the turn's words, or nothing when it comes too late, or a careful look."""
        window = hypothesis.window
        if window.look is Look.FAINT:
            return self._faint_words(hypothesis)
        turn = self._owed.get(window.turn)
        last = turn is not None and turn.pauses.get(window.number) == turn.voiced_end
        if turn is None or (window.number <= turn.newest and not last):
            return []
        turn.newest = max(turn.newest, window.number)
        words = turn.spoken(hypothesis)
        if window.owed:
            turn.settle(words, window.start, window.end)
            return [self._final(turn, window.end)]
        careful: list[Words | Window] = []
        if window.number in turn.pauses:
            careful = self._pause(turn, window, words)
            if turn.closed and last and not careful:
                return [self._final(turn, turn.voiced_end)]
        else:
            careful_look = window.look is Look.CAREFUL
            turn.commit.add(words, window.start / RATE, window.end / RATE, careful=careful_look)
        return [self._words(turn, window.end, final=False), *careful] if turn.shown else careful

    def _pause(self, turn: Turn, window: Window, words: tuple[Word, ...]) -> list[Words | Window]:
        """Commit what was said before a pause, after a careful look if it is unsure."""
        voiced_end = turn.pauses.pop(window.number)
        if window.look is Look.CAREFUL or turn.commit.sure(words, window.start / RATE):
            turn.settle(words, window.start, voiced_end)
            return []
        turn.commit.add(words, window.start / RATE, voiced_end / RATE)
        return [self._pause_window(turn, window.end, Look.CAREFUL, voiced_end)]

    def pass_over(self, window: Window) -> list[Words | Window]:
        """Take note that a window gets no answer, under load or because a newer one took its place."""
        if window.look is Look.FAINT:
            self._stretches.pop(window.number, None)
            return []
        turn = self._owed.get(window.turn)
        if turn is None:
            return []
        if window.look is Look.CAREFUL and window.number not in turn.pauses:
            newest = turn is self.turn and window.number == turn.windows
            return [self._window(turn, window.end, Look.PARTIAL)] if newest else []
        return self._pass_over_pause(turn, window)

    def _pass_over_pause(self, turn: Turn, window: Window) -> list[Words | Window]:
        voiced_end = turn.pauses.pop(window.number, -1)
        if voiced_end < turn.voiced_end:
            return []
        if window.look is Look.CAREFUL:
            turn.let_stand(voiced_end)
            return [self._final(turn, voiced_end)] if turn.closed else []
        return [self._last_window(turn, window.end)] if turn.closed else []

    def _faint_words(self, hypothesis: Hypothesis) -> list[Words | Window]:
        stretch = self._stretches.pop(hypothesis.window.number, None)
        words = stretch.words(hypothesis) if stretch else ()
        if not stretch or not words:
            return []
        self._count += 1
        return [Words(self.track, self._count, stretch.start, stretch.end, words, len(words), final=True)]

    def _final(self, turn: Turn, end: int) -> Words:
        del self._owed[turn.number]
        # A window that held no words tells nothing of what comes next; what was said before it may lead astray.
        self._said = " ".join(word.text for word in turn.words)[-CONTEXT:]
        self._said_end = turn.voiced_end
        return self._words(turn, end, final=True)

    def _words(self, turn: Turn, end: int, *, final: bool) -> Words:
        agreed = len(turn.committed)
        words = turn.words if final else turn.shown
        return Words(self.track, turn.number, turn.start, end, words, agreed, final)
