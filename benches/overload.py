"""Beatline under more sound than its engine can serve: the real scheduler, calls in step, an engine that is too slow.

Calls are fed `SPEED` times faster than real time, and the engine is slowed until what they ask for is `times` what it
can do. Queue, ladder and threads are those of a served process.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import anyio

from benches.ours import Told
from media.audio import FRAME, RATE, Hypothesis, Look, Track, Window
from media.heard import Heard, SpeechStop, Words
from media.listener import Listener
from media.scheduler import Scheduler
from media.vad import Judge
from media.wav import frames_of, read_call
from media.whisper import Whisper

SPEED = 8.0
CALLS = 2


def slowness(cost: float, times: float, calls: int = CALLS, speed: float = SPEED) -> float:
    """How many times slower an engine must be made that takes `cost` seconds for a second of one call."""
    return max(1.0, times / (cost * calls * speed))


class Slowed:
    """An engine on a slower processor."""

    def __init__(self, engine: Whisper, slow: float) -> None:
        self._engine, self._slow = engine, slow
        self.shortest, self.longest = engine.shortest, engine.longest
        self.workers, self.bucket = engine.workers, engine.bucket

    def transcribe(self, windows: Sequence[Window]) -> list[Hypothesis]:
        """Answer, later."""
        began = time.perf_counter()
        answers = self._engine.transcribe(windows)
        time.sleep((time.perf_counter() - began) * (self._slow - 1))
        return answers


@dataclass
class Outcome:
    """What came of it."""

    told: list[Told] = field(default_factory=list)
    turns: int = 0
    finals: int = 0
    worst: int = 0
    """Highest step of the ladder."""
    refused: int = 0
    """Windows without an answer: partials that were overtaken or not taken."""
    put_off: int = 0
    """Finals that were caught up after the call."""
    asked: int = 0
    waited: float = 0.0
    """Seconds from the end of the sound to the last words."""


class _Call:
    """One call in it."""

    def __init__(self, number: int, judge: Judge, scheduler: Scheduler, outcome: Outcome) -> None:
        self._name, self._scheduler, self._outcome, self._told = str(number), scheduler, outcome, Told()
        self.listener = Listener(judge, shortest=scheduler.shortest)
        self.put_off: list[Window] = []
        """Finals that wait until the call has ended."""
        outcome.told.append(self._told)

    async def ask(self, window: Window, tasks: anyio.abc.TaskGroup) -> None:
        self._outcome.asked += 1
        hypothesis = await self._scheduler.transcribe(window, self._name)
        self._outcome.worst = max(self._outcome.worst, self._scheduler.level)
        if hypothesis is not None:
            self.take(self.listener.accept(hypothesis), tasks)
        elif window.owed:
            self.put_off.append(window)
        else:
            self._outcome.refused += 1
            self.take(self.listener.pass_over(window), tasks)

    def catch_up(self, tasks: anyio.abc.TaskGroup) -> None:
        """The call has ended: ask again for what was put off, as its chore does from the recording."""
        waiting, self.put_off = self.put_off, []
        self._outcome.put_off += len(waiting)
        for window in waiting:
            tasks.start_soon(self.ask, replace(window, look=Look.LATE), tasks)

    def take(self, heard: Sequence[Heard], tasks: anyio.abc.TaskGroup) -> None:
        for one in heard:
            if isinstance(one, Window):
                tasks.start_soon(self.ask, one, tasks)
            elif isinstance(one, SpeechStop):
                self._outcome.turns += 1
            elif isinstance(one, Words):
                self._outcome.finals += one.final
                at = self.listener.clock / RATE
                self._told.note(one, at, at, 0)


async def overloaded(file: Path, engine: Whisper, judge: Judge, slow: float) -> Outcome:
    """Play a recording as several calls at once."""
    outcome, scheduler = Outcome(), Scheduler(Slowed(engine, slow))
    frames = list(frames_of(*read_call(file), FRAME))
    async with anyio.create_task_group() as serving:
        await serving.start(scheduler.run)
        async with anyio.create_task_group() as tasks:
            calls = [_Call(number, judge, scheduler, outcome) for number in range(CALLS)]
            began = anyio.current_time()
            for frame in frames:
                for call in calls:
                    call.take(call.listener.hear(frame), tasks)
                if frame.track is Track.PROSPECT:
                    await anyio.sleep(max(0.0, began + frame.end / RATE / SPEED - anyio.current_time()))
            for call in calls:
                call.take(call.listener.close(), tasks)
            ended = anyio.current_time()
        async with anyio.create_task_group() as tasks:
            for call in calls:
                call.catch_up(tasks)
        outcome.waited = anyio.current_time() - ended
        serving.cancel_scope.cancel()
    return outcome
