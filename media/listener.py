"""One call's two tracks: from frames to turns of speech, and to the windows of sound that deserve words.

Both tracks are heard in step, in ticks of 32 ms, so that the same sound gives the same events however its frames were
cut and mixed. A tick is a question (how likely is this speech?) and its answer, so that one judge may answer those of
many calls at once (`media/gate.py`). Nothing here waits for words.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from media.audio import FRAME, TRACKS, Frame, Hypothesis, Pcm, Track, Window
from media.heard import Heard, Words
from media.level import Gain, Leak
from media.turns import Sound, Turns
from media.vad import CHUNK, Door, Hysteresis, Judge, Row


@dataclass(frozen=True, slots=True)
class Question:
    """How likely are these chunks speech? `rows` and `chunks` (256 floats each, in [-1, 1]) belong together."""

    rows: tuple[Row, ...]
    chunks: NDArray[np.float32]


class _Side:
    """One track."""

    def __init__(self, track: Track, rule: Hysteresis, shortest: float) -> None:
        self.track = track
        self._raw: Pcm = np.zeros(0, np.int16)
        self._gain, self.door, self.row = Gain(), Door(), Row()
        self.sound = Sound()
        self.turns = Turns(track, self.sound, rule, shortest)
        self._leaks: deque[bool] = deque()
        self._judged = 0
        """Frames whose leak nobody asks for any more."""

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
        self.sound.add(self._gain.feed(frame))
        return frame

    def leak(self, leaked: bool) -> None:
        """Note whether a frame is the other side's leak."""
        self._leaks.append(leaked)

    def leaked(self, at: int) -> bool:
        """Tell whether the chunk at a place is the other side's leak, by the frames that lie within it.

        Chunks are asked for in order.
        """
        while self._judged < -(-at // FRAME):
            self._leaks.popleft()
            self._judged += 1
        inside = list(islice(self._leaks, (at + CHUNK) // FRAME - self._judged))
        return bool(inside) and all(inside)


class Listener:
    """Hears one call. Pure but for the judge it is given.

    Args:
        judge: says how likely a chunk is speech.
        rule: when that becomes a turn.
        shortest: seconds that the speech model wants to hear at once, at least.
    """

    def __init__(self, judge: Judge, *, rule: Hysteresis | None = None, shortest: float = 1.0) -> None:
        self._judge = judge
        self._sides = {track: _Side(track, rule or Hysteresis(), shortest) for track in TRACKS}
        self._leak = Leak()
        self._asked: tuple[_Side, ...] | None = None
        """Whose chunks of the tick at hand are being judged."""
        self.clock = 0
        """Samples heard of both tracks."""

    def hear(self, frame: Frame) -> list[Heard]:
        """Take a frame and tell what is known now: `push`, and every tick that it completes."""
        self.push(frame)
        return self._advance()

    def push(self, frame: Frame) -> None:
        """Take a frame, in order and without holes on its track."""
        self._sides[frame.track].push(frame.pcm)
        rep, prospect = (self._sides[track] for track in TRACKS)
        while min(rep.waiting, prospect.waiting) >= FRAME:
            leaks = self._leak.feed(rep.next_frame(), prospect.next_frame())
            for side, leaked in zip((rep, prospect), leaks, strict=True):
                side.leak(leaked)

    def question(self) -> Question | None:
        """Ask about the next tick; None while its sound is not there. A silent tick asks about no chunk."""
        at, sides = self.clock, tuple(self._sides.values())
        if min(side.sound.end for side in sides) - at < CHUNK:
            return None
        chunks = [side.sound.between(at, at + CHUNK) for side in sides]
        # A turn that goes on is judged to its end; nothing else is, unless the door is open.
        doors = [side.door.open(chunk) for side, chunk in zip(sides, chunks, strict=True)]
        judged = [
            i for i, side in enumerate(sides) if doors[i] or (side.turns.turn is not None and chunks[i].any())
        ]
        self._asked = tuple(sides[i] for i in judged)
        sound = np.array([chunks[i] for i in judged], np.float32).reshape(-1, CHUNK) / np.float32(32_768)
        return Question(tuple(side.row for side in self._asked), sound)

    def answer(self, said: Sequence[float] | NDArray[np.float32]) -> list[Heard]:
        """Take the probabilities that were asked for; tell what is known now."""
        assert self._asked is not None
        at, found = self.clock, dict(zip((side.track for side in self._asked), said, strict=True))
        self._asked, self.clock = None, at + CHUNK
        heard: list[Heard] = []
        for track, side in self._sides.items():
            p = 0.0 if side.leaked(at) else float(found.get(track, 0.0))
            heard += side.turns.step(at, p)
            side.sound.forget(side.turns.wanted(self.clock))
        return heard

    def _advance(self) -> list[Heard]:
        heard: list[Heard] = []
        while question := self.question():
            heard += self.answer(self._judge.judge(question.rows, question.chunks))
        return heard

    def close(self) -> list[Heard]:
        """The call has ended: hear what is left, and end the turns that go on."""
        longest = max(side.sound.end + side.waiting for side in self._sides.values())
        target = -(-longest // CHUNK) * CHUNK + FRAME
        for track, side in self._sides.items():
            missing = max(0, target - side.sound.end - side.waiting)
            self.push(Frame(track, side.sound.end + side.waiting, np.zeros(missing, np.int16)))
        heard = self._advance()
        for side in self._sides.values():
            heard += side.turns.close(self.clock)
        return heard

    def accept(self, hypothesis: Hypothesis) -> list[Words | Window]:
        """Take what the model heard in a window; give the turn's words, or nothing when it comes too late.

        A window among them is a careful look at words that were unsure.
        """
        return self._sides[hypothesis.window.track].turns.accept(hypothesis)

    def pass_over(self, window: Window) -> list[Words | Window]:
        """Take note that a window gets no answer; a window among what comes of it is owed one."""
        return self._sides[window.track].turns.pass_over(window)
