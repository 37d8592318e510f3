"""One call's two tracks: from frames to turns of speech, and to the windows of sound that deserve words.

Both tracks are heard in step, in ticks of 32 ms, so that the same sound gives the same events however its frames were
cut and mixed. Nothing here waits for words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from media.audio import FRAME, TRACKS, Frame, Hypothesis, Pcm, Track, Window
from media.level import Gain, Leak
from media.turns import Heard, Sound, Turns, Words
from media.vad import CHUNK, Door, Hysteresis, Judge, Row


class _Side:
    """One track."""

    def __init__(self, track: Track, rule: Hysteresis, shortest: float, names: tuple[str, ...]) -> None:
        self.track = track
        self._raw: Pcm = np.zeros(0, np.int16)
        self._gain, self.door, self.row = Gain(), Door(), Row()
        self.sound = Sound()
        self.turns = Turns(track, self.sound, rule, shortest, names)
        self.leaks: list[bool] = []

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

    def leaked(self, at: int) -> bool:
        """Tell whether the chunk at a place is the other side's leak, by the frames that lie within it."""
        inside = self.leaks[-(-at // FRAME) : (at + CHUNK) // FRAME]
        return bool(inside) and all(inside)


class Listener:
    """Hears one call. Pure but for the judge it is given.

    Args:
        judge: says how likely a chunk is speech.
        rule: when that becomes a turn.
        shortest: seconds that the speech model wants to hear at once, at least.
        names: what may be named in the call (`Window.names`).
    """

    def __init__(
        self,
        judge: Judge,
        *,
        rule: Hysteresis | None = None,
        shortest: float = 1.0,
        names: tuple[str, ...] = (),
    ) -> None:
        self._judge = judge
        self._sides = {track: _Side(track, rule or Hysteresis(), shortest, names) for track in TRACKS}
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
        while min(rep.sound.end, prospect.sound.end) - self.clock >= CHUNK:
            heard += self._tick((rep, prospect))
        return heard

    def _tick(self, sides: Sequence[_Side]) -> list[Heard]:
        at = self.clock
        chunks = [side.sound.between(at, at + CHUNK) for side in sides]
        # A turn that goes on is judged to its end; nothing else is, unless the door is open.
        doors = [side.door.open(chunk) for side, chunk in zip(sides, chunks, strict=True)]
        judged = [
            i for i, side in enumerate(sides) if doors[i] or (side.turns.turn is not None and chunks[i].any())
        ]
        said = [0.0, 0.0]
        if judged:
            sound = np.stack([chunks[i] for i in judged]).astype(np.float32) / np.float32(32_768)
            for i, p in zip(judged, self._judge.judge([sides[i].row for i in judged], sound), strict=True):
                said[i] = 0.0 if sides[i].leaked(at) else float(p)
        self.clock = at + CHUNK
        heard: list[Heard] = []
        for side, p in zip(sides, said, strict=True):
            heard += side.turns.step(at, p)
            side.sound.forget(side.turns.wanted(self.clock))
        return heard

    def close(self) -> list[Heard]:
        """The call has ended: hear what is left, and end the turns that go on."""
        longest = max(side.sound.end + side.waiting for side in self._sides.values())
        target = -(-longest // CHUNK) * CHUNK + FRAME
        for side in self._sides.values():
            side.push(np.zeros(max(0, target - side.sound.end - side.waiting), np.int16))
        heard = self._advance()
        for side in self._sides.values():
            heard += side.turns.close(self.clock)
        return heard

    def accept(self, hypothesis: Hypothesis) -> list[Words | Window]:
        """Take what the model heard in a window; give the turn's words, or nothing when it comes too late.

        A window among them is a careful look at words that were unsure.
        """
        return self._sides[hypothesis.window.track].turns.accept(hypothesis)
