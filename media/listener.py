"""One call's two tracks: from frames to turns of speech, and to the windows of sound that deserve words.

Both tracks are heard in step, in ticks of 32 ms, so that the same sound gives the same events however its frames were
cut and mixed. Nothing here waits for words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from media.audio import FRAME, RATE, TRACKS, Frame, Hypothesis, Pcm, Track, Window, Word, samples
from media.commit import Commit, unlooped
from media.level import Gain, Leak
from media.vad import CHUNK, Door, Hysteresis, Judge, Row

PRE_ROLL = samples(0.3)
"""Sound before the first voiced chunk that belongs to a window: soft onsets are not voiced yet."""

POST_ROLL = samples(0.2)
"""Sound after the last voiced chunk that belongs to a final window."""

UPDATE = samples(0.6)
"""New sound after which a turn is worth another look."""

LONG = samples(8)
"""A turn as long as this ends at its next dip, which keeps windows short."""

LONGEST = samples(12)
"""And as long as this, at once."""

VOICED_SLACK = samples(0.12)
"""A word may lie this far from voiced sound: the model's word times are no better (its card says how good)."""


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


Heard = SpeechStart | SpeechStop | Window


@dataclass(eq=False)
class _Turn:
    """A stretch of speech that goes on."""

    number: int
    start: int
    """First voiced sample."""
    begin: int
    """First sample of its windows."""
    voiced_end: int
    asked: int
    """Where the newest window ended."""
    updates: int = 0
    paused: bool = False


@dataclass(eq=False)
class _Spoken:
    """What is needed to judge a turn's words, until its final ones have come."""

    commit: Commit
    start: int
    voiced: list[tuple[int, int]]
    newest: int = 0


class _Side:
    """One track."""

    def __init__(self, track: Track, rule: Hysteresis) -> None:
        self.track, self._rule = track, rule
        self._raw = np.zeros(0, np.int16)
        self._gain, self.door, self.row = Gain(), Door(), Row()
        self._sound = np.zeros(0, np.int16)
        self._base = 0
        """Place of the first sample of `_sound`."""
        self.levelled = 0
        """Place after the last levelled sample."""
        self.leaks: list[bool] = []
        self._run = self._quiet = 0
        self._turns = 0
        self._free = 0
        """Where the turn before ended; no window of the next reaches behind it."""
        self.turn: _Turn | None = None
        self.spoken: dict[int, _Spoken] = {}

    def push(self, pcm: Pcm) -> None:
        """Take sound in order."""
        self._raw = np.concatenate((self._raw, pcm))

    @property
    def waiting(self) -> int:
        """Samples that are not levelled yet."""
        return len(self._raw)

    def next_frame(self) -> Pcm:
        """Take 20 ms of the sound as it came, and level it."""
        frame, self._raw = self._raw[:FRAME], self._raw[FRAME:]
        self._sound = np.concatenate((self._sound, self._gain.feed(frame)))
        self.levelled += len(frame)
        return frame

    def between(self, start: int, end: int) -> Pcm:
        """Give levelled sound between two places."""
        return self._sound[max(0, start - self._base) : max(0, end - self._base)]

    def leaked(self, at: int) -> bool:
        """Tell whether the chunk at a place is the other side's leak, by the frames that lie within it."""
        inside = self.leaks[-(-at // FRAME) : (at + CHUNK) // FRAME]
        return bool(inside) and all(inside)

    def forget(self, at: int) -> None:
        """Drop sound that no window can want any more."""
        wanted = self.turn.begin if self.turn else at - PRE_ROLL - self._rule.onset * CHUNK
        if wanted - self._base > RATE:
            self._sound, self._base = self._sound[wanted - self._base :].copy(), wanted

    def step(self, at: int, p: float) -> list[Heard]:
        """Take the judgement of the chunk that begins at `at`."""
        end = at + CHUNK
        if self.turn is None:
            self._run = self._run + 1 if p >= self._rule.on else 0
            return self._begin(end) if self._run >= self._rule.onset else []
        if p >= self._rule.off:
            self._voice(at, end)
        else:
            self._quiet += 1
        return self._go_on(self.turn, end)

    def _begin(self, end: int) -> list[Heard]:
        start = end - self._run * CHUNK
        said = self._open(start, max(0, self._free, start - PRE_ROLL), end)
        self._voice(start, end)
        return [said]

    def _open(self, start: int, begin: int, at: int) -> SpeechStart:
        self._turns += 1
        self.turn = _Turn(self._turns, start, begin, at, start)
        self.spoken[self._turns] = _Spoken(Commit(), start, [])
        self._quiet = 0
        return SpeechStart(self.track, self._turns, at, start)

    def _voice(self, at: int, end: int) -> None:
        assert self.turn
        self._quiet, self.turn.paused, self.turn.voiced_end = 0, False, end
        voiced = self.spoken[self.turn.number].voiced
        if voiced and voiced[-1][1] == at:
            voiced[-1] = (voiced[-1][0], end)
        else:
            voiced.append((at, end))

    def _go_on(self, turn: _Turn, end: int) -> list[Heard]:
        if self._quiet >= self._rule.hang_over:
            return self._stop(turn, end)
        length = end - turn.start
        if length >= LONGEST or (length >= LONG and self._quiet >= 2):
            return self._split(turn, end)
        if self._quiet >= self._rule.pause and not turn.paused:
            turn.paused = True
            return [self._window(turn, end, final=False)]
        return (
            [self._window(turn, end, final=False)] if end - turn.asked >= UPDATE and not self._quiet else []
        )

    def _window(self, turn: _Turn, end: int, *, final: bool) -> Window:
        turn.updates, turn.asked = turn.updates + 1, end
        pcm = self.between(turn.begin, end).copy()
        return Window(self.track, turn.number, turn.updates, turn.begin, pcm, final)

    def _stop(self, turn: _Turn, at: int) -> list[Heard]:
        window = self._window(turn, min(at, turn.voiced_end + POST_ROLL), final=True)
        self.turn, self._run, self._free = None, 0, turn.voiced_end
        return [SpeechStop(self.track, turn.number, at, turn.start, turn.voiced_end), window]

    def _split(self, turn: _Turn, at: int) -> list[Heard]:
        """End a long turn here and begin the next one at once."""
        window = self._window(turn, at, final=True)
        turn.voiced_end = max(turn.voiced_end, at - CHUNK) if not self._quiet else turn.voiced_end
        stopped = SpeechStop(self.track, turn.number, at, turn.start, turn.voiced_end)
        self._free = at
        if self._quiet:
            self.turn, self._run = None, 0
            return [stopped, window]
        return [stopped, window, self._open(at, at, at)]

    def close(self, at: int) -> list[Heard]:
        """End what goes on."""
        return self._stop(self.turn, at) if self.turn else []


class Listener:
    """Hears one call. Pure but for the judge it is given."""

    def __init__(self, judge: Judge, *, rule: Hysteresis | None = None) -> None:
        self._judge = judge
        self._sides = {track: _Side(track, rule or Hysteresis()) for track in TRACKS}
        self._leak = Leak()
        self.clock = 0
        """Samples heard of both tracks."""

    def hear(self, frame: Frame) -> list[Heard]:
        """Take a frame, in order and without holes on its track; tell what is known now."""
        self._sides[frame.track].push(frame.pcm)
        return self._advance()

    def _advance(self) -> list[Heard]:
        rep, prospect = (self._sides[track] for track in TRACKS)
        while min(rep.waiting, prospect.waiting) >= FRAME:
            for side, leaked in zip(
                (rep, prospect), self._leak.feed(rep.next_frame(), prospect.next_frame()), strict=True
            ):
                side.leaks.append(leaked)
        heard: list[Heard] = []
        while min(rep.levelled, prospect.levelled) - self.clock >= CHUNK:
            heard += self._tick((rep, prospect))
        return heard

    def _tick(self, sides: Sequence[_Side]) -> list[Heard]:
        at = self.clock
        chunks = [side.between(at, at + CHUNK) for side in sides]
        # A turn that goes on is judged to its end; nothing else is, unless the door is open.
        doors = [side.door.open(chunk) for side, chunk in zip(sides, chunks, strict=True)]
        judged = [
            i for i, side in enumerate(sides) if doors[i] or (side.turn is not None and chunks[i].any())
        ]
        said = [0.0, 0.0]
        if judged:
            sound = np.stack([chunks[i] for i in judged]).astype(np.float32) / np.float32(32_768)
            for i, p in zip(judged, self._judge.judge([sides[i].row for i in judged], sound), strict=True):
                said[i] = 0.0 if sides[i].leaked(at) else float(p)
        self.clock = at + CHUNK
        heard: list[Heard] = []
        for side, p in zip(sides, said, strict=True):
            heard += side.step(at, p)
            side.forget(self.clock)
        return heard

    def close(self) -> list[Heard]:
        """The call has ended: hear what is left, and end the turns that go on."""
        longest = max(side.levelled + side.waiting for side in self._sides.values())
        target = -(-longest // CHUNK) * CHUNK + FRAME
        for side in self._sides.values():
            side.push(np.zeros(max(0, target - side.levelled - side.waiting), np.int16))
        heard = self._advance()
        for side in self._sides.values():
            heard += side.close(self.clock)
        return heard

    def accept(self, hypothesis: Hypothesis) -> list[Words]:
        """Take what the model heard in a window; give the turn's words, or nothing when it comes too late."""
        window = hypothesis.window
        side = self._sides[window.track]
        spoken = side.spoken.get(window.turn)
        if spoken is None or window.number <= spoken.newest:
            return []
        spoken.newest = window.number
        words = unlooped(
            tuple(_within(w, spoken.start) for w in hypothesis.words if _voiced(w, spoken.voiced))
        )
        commit = spoken.commit
        if window.final:
            commit.close(words)
            del side.spoken[window.turn]
        else:
            commit.add(words, window.end / RATE)
            if not commit.words:
                return []
        agreed = len(commit.committed)
        return [
            Words(window.track, window.turn, spoken.start, window.end, commit.words, agreed, window.final)
        ]


def _within(word: Word, start: int) -> Word:
    """Let a word begin no earlier than its turn: alignment gives the first one all of the pre-roll."""
    return replace(word, start=min(word.end, max(word.start, round(start / RATE, 3))))


def _voiced(word: Word, voiced: list[tuple[int, int]]) -> bool:
    """Tell whether a word overlaps sound that was voiced: Whisper invents words in silence, never in speech."""
    start, end = samples(word.start) - VOICED_SLACK, samples(word.end) + VOICED_SLACK
    return any(a < end and b > start for a, b in voiced)
