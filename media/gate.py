"""The speech gate of all calls of a process: one call of Silero's network a tick, however many tracks it judges.

A row of a large batch costs a third of a row alone (`scripts/bench speech` measures it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import accumulate

import anyio
import numpy as np

from media.audio import RATE
from media.heard import Heard
from media.listener import Listener, Question
from media.vad import CHUNK, Judge

TICK = CHUNK / RATE
"""Seconds between two looks at who has sound."""

ROUNDS = 32
"""Ticks of backlog that are judged at once (a second of sound); then others may run."""

Tell = Callable[[list[Heard] | Exception], None]
"""Gets what comes of each tick of a call, or the fault that ended its hearing."""


class Gate:
    """Judges what all listeners ask, together."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self._listeners: dict[Listener, Tell] = {}

    @contextmanager
    def attend(self, listener: Listener, tell: Tell) -> Iterator[None]:
        """Answer a listener's questions from now on."""
        self._listeners[listener] = tell
        try:
            yield
        finally:
            self._listeners.pop(listener, None)

    async def run(self) -> None:
        """Judge for as long as the process lives."""
        due = anyio.current_time()
        while True:
            behind = self.catch_up()
            now = anyio.current_time()
            due = max(due + TICK, now)
            await anyio.sleep(0 if behind else due - now)

    def catch_up(self) -> bool:
        """Judge what is there; tell whether there is more."""
        return all(self._tick() for _ in range(ROUNDS))

    def _tick(self) -> bool:
        asked: list[tuple[Listener, Tell, Question]] = []
        for listener, tell in tuple(self._listeners.items()):
            with self._guarded(listener, tell):
                if question := listener.question():
                    asked.append((listener, tell, question))
        if asked:
            rows = [row for *_, question in asked for row in question.rows]
            said = self.judge.judge(rows, np.concatenate([question.chunks for *_, question in asked]))
            ends = list(accumulate(len(question.rows) for *_, question in asked))
            for (listener, tell, _), mine in zip(asked, np.split(said, ends[:-1]), strict=True):
                with self._guarded(listener, tell):
                    tell(listener.answer(mine))
        return bool(asked)

    @contextmanager
    def _guarded(self, listener: Listener, tell: Tell) -> Iterator[None]:
        """The boundary between calls: what breaks one call's hearing is told to that call, and ends no other."""
        try:
            yield
        except Exception as problem:
            self._listeners.pop(listener, None)
            with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                tell(problem)
