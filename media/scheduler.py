"""Who is transcribed next: finals first and never lost, the newest partial of a turn in place of older ones.

As many windows are under way as the engine has workers. A worker that is free takes the window whose turn it is, and
with it whatever waits that can be decoded together: no timer, so batches form by themselves as load grows. This file
and `gate.py` are the only ones of the sound floor that wait for anything.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Protocol

import anyio
import anyio.to_thread
import structlog
from anyio.abc import TaskStatus

from media.audio import RATE, Hypothesis, Look, Track, Window
from media.ladder import Level, Load, refused
from media.merge import joined, packed

log = structlog.get_logger("beatline.scheduler")

BATCH = 8
"""Windows taken at once."""

LONG = round(28.0 * RATE)
"""Samples of finals joined to one window, at most: Whisper's thirty seconds, with room at the end."""


class Engine(Protocol):
    """Something that writes down windows, in as many threads as it has workers."""

    @property
    def shortest(self) -> float:
        """Seconds that the model wants to hear at once, at least."""
        ...

    @property
    def longest(self) -> float:
        """Seconds of speech that the model follows in one window."""
        ...

    @property
    def workers(self) -> int:
        """Batches that it works on at a time."""
        ...

    def bucket(self, window: Window) -> Hashable:
        """Say with which others a window can be decoded: those of an equal bucket."""
        ...

    def transcribe(self, windows: Sequence[Window]) -> list[Hypothesis]:
        """Answer every window, in order."""
        ...


@dataclass(eq=False)
class _Waiting:
    """A window that waits for its words."""

    call_id: str
    window: Window
    bucket: Hashable
    since: float
    done: anyio.Event = field(default_factory=anyio.Event)
    answer: Hypothesis | None = None

    @property
    def slot(self) -> Hashable:
        """What has room for one window: a turn while it goes on. Finals and faint sound have one each."""
        window = self.window
        if window.owed or window.look is Look.FAINT:
            return (self.call_id, window.track, window.turn, window.number, window.look)
        return (self.call_id, window.track, window.turn)

    def settle(self, answer: Hypothesis | None) -> None:
        self.answer = answer
        self.done.set()


class Scheduler:
    """The queue in front of a speech model, for all calls of a process.

    Args:
        engine: writes down windows.
        watched: tells whether somebody has a call on the screen.
    """

    def __init__(self, engine: Engine, watched: Callable[[str], bool] = lambda _: True) -> None:
        self._engine, self._watched = engine, watched
        self._queue: dict[Hashable, _Waiting] = {}
        """By slot."""
        self._partials: dict[tuple[str, Track], int] = {}
        """Where the last partial ended that was let in."""
        self._bell = anyio.Event()
        self.load = Load()
        self.failures = 0
        """Windows that the engine could not write down."""

    @property
    def shortest(self) -> float:
        """Seconds that the engine wants to hear at once, at least."""
        return self._engine.shortest

    @property
    def level(self) -> Level:
        """Step of the overload ladder now."""
        now, before = anyio.current_time(), self.load.level
        waits = (now - one.since for one in self._queue.values() if one.window.look < Look.LATE)
        level = self.load.see(max(waits, default=None), now)
        if level != before:
            log.info("speech load", step=level.name.lower(), wait=round(self.load.wait, 2))
        return level

    @property
    def wait(self) -> float:
        """Moving average of the time that windows wait for the engine (seconds)."""
        return self.load.wait

    @property
    def admits(self) -> bool:
        """A call that begins now can have its words while it goes on."""
        return self.level < Level.FINALS

    async def transcribe(self, window: Window, call_id: str) -> Hypothesis | None:
        """Wait for a window's words; None for one that was refused under load, or replaced by a newer one."""
        if self._refuses(window, call_id):
            return None
        waiting = _Waiting(call_id, window, self._engine.bucket(window), anyio.current_time())
        if before := self._replaced(waiting):
            waiting.since = before.since
            before.settle(None)
        self._queue[waiting.slot] = waiting
        self._bell.set()
        try:
            await waiting.done.wait()
        finally:
            if self._queue.get(waiting.slot) is waiting:
                del self._queue[waiting.slot]  # whoever asked has gone
        return waiting.answer

    def _replaced(self, newer: _Waiting) -> _Waiting | None:
        """The window whose place a newer one takes: what is asked of a whole turn needs no look at a part of it."""
        return self._queue.pop((newer.call_id, newer.window.track, newer.window.turn), None)

    def forget(self, call_id: str) -> None:
        """A call has ended."""
        for track in Track:
            self._partials.pop((call_id, track), None)

    def _refuses(self, window: Window, call_id: str) -> bool:
        key = (call_id, window.track)
        new = window.end - self._partials.get(key, 0)
        if refused(window.look, self.level, watched=self._watched(call_id), new=new):
            return True
        if window.look is Look.PARTIAL:
            self._partials[key] = window.end
        return False

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Serve for as long as the process lives."""
        threads = anyio.CapacityLimiter(self._engine.workers)
        async with anyio.create_task_group() as workers:
            for _ in range(self._engine.workers):
                workers.start_soon(self._work, threads)
            task_status.started()

    async def _work(self, threads: anyio.CapacityLimiter) -> None:
        while True:
            groups = self._take()
            if not groups:
                if self._bell.is_set():
                    self._bell = anyio.Event()
                await self._bell.wait()
                continue
            answers = await anyio.to_thread.run_sync(self._answers, groups, limiter=threads)
            for waiting, answer in zip(chain(*groups), answers, strict=True):
                waiting.settle(answer)

    def _take(self) -> list[list[_Waiting]]:
        """Take the first by order of service, and all that can be decoded together with it; in groups to be joined."""
        order = sorted(self._queue.values(), key=lambda one: (one.window.look, one.since))
        if not order:
            return []
        groups = self._backlog(order) or [[one] for one in order if one.bucket == order[0].bucket][:BATCH]
        now = anyio.current_time()
        for waiting in chain(*groups):
            del self._queue[waiting.slot]
            if waiting.window.look < Look.LATE:
                self.load.served(now - waiting.since)
        return groups

    def _backlog(self, order: list[_Waiting]) -> list[list[_Waiting]]:
        """Finals of the first one's track in groups to be joined; none where that would gain nothing."""
        first = order[0]
        if not first.window.owed or (first.window.look is Look.FINAL and self.load.level < Level.MERGED):
            return []
        mine = [one for one in order if one.window.owed and one.call_id == first.call_id
                and one.window.track is first.window.track]  # fmt: skip
        most = min(self._engine.shortest, self._engine.longest)
        groups = packed([one.window for one in mine], min(LONG, round(most * RATE)))
        queue = iter(mine)
        found = [[next(queue) for _ in group] for group in islice(groups, BATCH)]
        return found if len(found[0]) > 1 else []

    def _answers(self, groups: list[list[_Waiting]]) -> list[Hypothesis | None]:
        """Ask the engine, in a thread; the answers in the order of the groups' members."""
        wholes = [joined([one.window for one in group]) if len(group) > 1 else None for group in groups]
        asked = [
            whole.window if whole else group[0].window for whole, group in zip(wholes, groups, strict=True)
        ]
        answers: list[Hypothesis | None] = []
        for whole, answer in zip(wholes, self._ask(asked), strict=True):
            if whole is None:
                answers.append(answer)
            else:
                answers += whole.answers(answer) if answer else [None] * len(whole.parts)
        return answers

    def _ask(self, windows: list[Window]) -> list[Hypothesis | None]:
        """Ask the engine; what breaks a batch is asked again one by one."""
        try:
            return list(self._engine.transcribe(windows))
        except Exception:
            # The engine is foreign code: whatever it raises must not end all calls.
            log.exception("speech engine failed on a batch", windows=len(windows))
        return [self._ask_one(window) for window in windows]

    def _ask_one(self, window: Window) -> Hypothesis | None:
        try:
            return self._engine.transcribe([window])[0]
        except Exception:
            self.failures += 1
            log.exception("speech engine failed on a window", look=window.look.name, samples=len(window.pcm))
        return Hypothesis(window, ()) if window.owed else None
