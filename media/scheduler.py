"""Who is transcribed next: finals first and never refused, the newest partial of a turn in place of older ones.

One engine, one thread, batches of whatever waits when the engine is free: no timer. This file and `models.py` are the
only ones of the sound floor that wait for anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import anyio
import anyio.to_thread
import structlog
from anyio.abc import TaskStatus

from media.audio import Hypothesis, Track, Window

log = structlog.get_logger("beatline.scheduler")

BATCH = 8
"""Windows taken at once."""

SLOW, STOPPED = 1.0, 3.0
"""Seconds of waiting from which partials wait for all finals, and from which there are none."""

_WEIGHT = 0.3
"""Share of the newest wait in the moving average."""

Turn = tuple[str, Track, int]


class Engine(Protocol):
    """Something that writes down windows, in a thread."""

    @property
    def shortest(self) -> float:
        """Seconds that the model wants to hear at once, at least."""
        ...

    def transcribe(self, windows: Sequence[Window]) -> list[Hypothesis]:
        """Answer every window, in order."""
        ...


@dataclass(eq=False)
class _Waiting:
    """A window that waits for its words."""

    window: Window
    turn: Turn
    since: float
    done: anyio.Event = field(default_factory=anyio.Event)
    answer: Hypothesis | None = None

    def settle(self, answer: Hypothesis | None) -> None:
        self.answer = answer
        self.done.set()


class Scheduler:
    """The queue in front of a speech model, for all calls of a process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._finals: deque[_Waiting] = deque()
        self._partials: dict[Turn, _Waiting] = {}
        self._bell = anyio.Event()
        self.wait = 0.0
        """Moving average of the time that windows wait for the engine (seconds)."""
        self.failures = 0
        """Windows that the engine could not write down."""

    @property
    def shortest(self) -> float:
        """Seconds that the engine wants to hear at once, at least."""
        return self._engine.shortest

    @property
    def level(self) -> int:
        """Step of the overload ladder: 0 none, 1 partials behind all finals, 2 finals only."""
        return 2 if self.wait > STOPPED else 1 if self.wait > SLOW else 0

    async def transcribe(self, window: Window, call_id: str) -> Hypothesis | None:
        """Wait for a window's words; None for a partial that was overtaken, or refused under load."""
        waiting = _Waiting(window, (call_id, window.track, window.turn), anyio.current_time())
        overtaken = self._partials.pop(waiting.turn, None)
        if overtaken:
            overtaken.settle(None)
        if window.final:
            self._finals.append(waiting)
        elif self.level < (1 if window.careful else 2):
            self._partials[waiting.turn] = waiting
        else:
            if not self._finals:
                self.wait *= 1 - _WEIGHT  # nobody waits: the load is gone, although nothing measures it
            return None
        self._bell.set()
        await waiting.done.wait()
        return waiting.answer

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Serve for as long as the process lives."""
        one_thread = anyio.CapacityLimiter(1)
        task_status.started()
        while True:
            await self._bell.wait()
            self._bell = anyio.Event()
            while batch := self._take():
                answers = await anyio.to_thread.run_sync(self._answer, batch, limiter=one_thread)
                for waiting, answer in zip(batch, answers, strict=True):
                    waiting.settle(answer)

    def _take(self) -> list[_Waiting]:
        batch = [self._finals.popleft() for _ in range(min(BATCH, len(self._finals)))]
        if len(batch) < BATCH and not (batch and self.level):
            for turn in list(self._partials)[: BATCH - len(batch)]:
                batch.append(self._partials.pop(turn))
        now = anyio.current_time()
        for waiting in batch:
            self.wait += _WEIGHT * (now - waiting.since - self.wait)
        return batch

    def _answer(self, batch: list[_Waiting]) -> list[Hypothesis | None]:
        """Ask the engine, in its thread; what breaks a batch is asked again one by one."""
        try:
            return list(self._engine.transcribe([waiting.window for waiting in batch]))
        except Exception:
            # The engine is foreign code: whatever it raises must not end all calls.
            log.exception("speech engine failed on a batch", windows=len(batch))
        return [self._answer_one(waiting.window) for waiting in batch]

    def _answer_one(self, window: Window) -> Hypothesis | None:
        try:
            return self._engine.transcribe([window])[0]
        except Exception:
            self.failures += 1
            log.exception("speech engine failed on a window", final=window.final, samples=len(window.pcm))
        return Hypothesis(window, ()) if window.final else None
