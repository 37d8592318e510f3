"""Calls that are played in real time through listener, gate, scheduler and engine, and how long their words took.

One process, as when it serves: the event loop hears all calls, the engine works in threads of its own. What a call
costs before and after (its socket, its recording, its page) is not in it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup

from benches.hours import resident
from benches.report import percentile
from media.audio import FRAME, RATE, TRACKS, Frame, Look, Pcm, Track, Window
from media.gate import Gate
from media.heard import Heard
from media.listener import Listener
from media.scheduler import Engine, Scheduler
from media.vad import Judge

LATE = 2.0
"""Seconds after its sound at which a word is of no use to a rep (p95 of what is said while a turn goes on)."""

SETTLE = 4.0
"""Seconds that calls go on before anything is counted: windows must have come up first."""

TICK = FRAME / RATE
GOLDEN = 0.618
"""Calls begin at places of the sound that are this share of it apart, so that none speaks as another does."""

Turn = tuple[str, Track, int]
"""Call, track and number of a turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What so many calls cost and how they fared. `cpu`, `loop`: processor seconds a second of one call."""

    calls: int
    cpu: float
    loop: float
    """Of that in the event loop: all but the engine."""
    partials: tuple[float, ...]
    """Seconds from the end of a window's sound to its words; those that still wait and are late count as they are."""
    finals: tuple[float, ...]
    """The same of windows that are asked in a pause or at the end, most of which are for good."""
    level: int
    """The highest step of the overload ladder."""
    rss: float
    """MB of the process."""
    others: float
    """Cores that other processes of the machine took."""

    @property
    def held(self) -> bool:
        """Tell whether so many calls were carried: no overload, and words, in time."""
        return not self.level and bool(self.partials) and percentile(list(self.partials), 0.95) <= LATE


@dataclass
class Delays:
    """Seconds that words took, of all calls, from when they count."""

    since: float
    partials: list[float] = field(default_factory=list)
    finals: list[float] = field(default_factory=list)
    _waiting: dict[Window, tuple[Turn, float]] = field(default_factory=dict)
    """Whose it is, and when its sound ended."""
    _overtaken: dict[Turn, float] = field(default_factory=dict)
    """When the sound ended that waits longest, of windows in whose place a newer one was asked."""

    def asked(self, window: Window, turn: Turn, ended: float) -> None:
        """A window waits for its words, but for those that are only worth the idle time."""
        if window.look <= Look.PARTIAL:
            self._waiting[window] = turn, ended

    def answered(self, window: Window, now: float, *, words: bool) -> None:
        """A window got its words, or another was asked in its place: then its sound waits for the words of that."""
        if window not in self._waiting:
            return
        turn, ended = self._waiting.pop(window)
        ended = min(ended, self._overtaken.pop(turn, ended))
        if not words:
            self._overtaken[turn] = ended
        elif ended >= self.since:
            (self.partials if window.look is Look.PARTIAL else self.finals).append(now - ended)

    def close(self, now: float) -> None:
        """Nobody waits any longer: what is late counts as late, at least."""
        for window, (turn, ended) in list(self._waiting.items()):
            if now - min(ended, self._overtaken.get(turn, ended)) > LATE:
                self.answered(window, now, words=True)


class Caller:
    """One call: the only place here that knows how sound is heard and words are asked for, as `server/live.py` does."""

    def __init__(
        self, name: str, begin: float, sound: Sequence[Pcm], first: int, ears: tuple[Gate, Scheduler]
    ) -> None:
        self.name, self.begin, self._sound, self._first = name, begin, sound, first
        self._gate, self._scheduler = ears
        self._listener = Listener(self._gate.judge, shortest=self._scheduler.shortest)
        self._heard = 0

    def attend(self, tasks: TaskGroup, delays: Delays) -> AbstractContextManager[None]:
        """Have what was pushed judged from now on, and its words asked for in tasks."""

        def tell(heard: list[Heard] | Exception) -> None:
            if isinstance(heard, Exception):
                raise heard
            self._take(heard, tasks, delays)

        return self._gate.attend(self._listener, tell)

    def push(self, now: float) -> None:
        """Take the frames that have come by now; the sound goes round."""
        while self.begin + (self._heard + FRAME) / RATE <= now:
            at = (self._first + self._heard) % len(self._sound[0])
            for track, pcm in zip(TRACKS, self._sound, strict=True):
                self._listener.push(Frame(track, self._heard, pcm[at : at + FRAME]))
            self._heard += FRAME

    def _take(self, heard: Sequence[Heard], tasks: TaskGroup, delays: Delays) -> None:
        for one in heard:
            if isinstance(one, Window):
                delays.asked(one, (self.name, one.track, one.turn), self.begin + one.end / RATE)
                tasks.start_soon(self._words, one, tasks, delays)

    async def _words(self, window: Window, tasks: TaskGroup, delays: Delays) -> None:
        hypothesis = await self._scheduler.transcribe(window, self.name)
        delays.answered(window, anyio.current_time(), words=hypothesis is not None)
        told = self._listener.accept(hypothesis) if hypothesis else self._listener.pass_over(window)
        self._take(told, tasks, delays)


async def step(engine: Engine, judge: Judge, sound: Sequence[Pcm], calls: int, seconds: float) -> Step:
    """Play so many calls at once for a while. The tracks of `sound` are whole frames."""
    length, level = len(sound[0]) // FRAME, 0
    async with anyio.create_task_group() as tasks:
        scheduler, gate = Scheduler(engine), Gate(judge)
        await tasks.start(scheduler.run)
        tasks.start_soon(gate.run)
        now = began = anyio.current_time()
        delays, before = Delays(began + SETTLE), None
        firsts = [int(i * GOLDEN * length) % length * FRAME for i in range(calls)]
        callers = [
            Caller(f"call{i}", began + i / calls, sound, first, (gate, scheduler))
            for i, first in enumerate(firsts)
        ]
        with ExitStack() as line:
            for caller in callers:
                line.enter_context(caller.attend(tasks, delays))
            while now < began + SETTLE + seconds:
                if before is None and now >= delays.since:
                    before = Usage.now()
                for caller in callers:
                    caller.push(anyio.current_time())
                    await (
                        anyio.lowlevel.checkpoint()
                    )  # each frame comes alone in a server: others get their turn
                level = max(level, scheduler.level if before else 0)
                await anyio.sleep_until(now + TICK)
                now = anyio.current_time()
            delays.close(now)
            spent = Usage.now() - (before or Usage.now())
            tasks.cancel_scope.cancel()
    return Step(
        calls=calls,
        cpu=spent.process / spent.wall / calls,
        loop=spent.thread / spent.wall / calls,
        partials=tuple(delays.partials),
        finals=tuple(delays.finals),
        level=level,
        rss=resident(),
        others=max(0.0, spent.machine - spent.process) / spent.wall,
    )


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds: by the clock, and of processors that this process, this thread and the machine used."""

    wall: float
    process: float
    thread: float
    machine: float

    @classmethod
    def now(cls) -> Usage:
        """Read the counters."""
        return cls(time.perf_counter(), time.process_time(), time.thread_time(), busy())

    def __sub__(self, before: Usage) -> Usage:
        return Usage(
            self.wall - before.wall,
            self.process - before.process,
            self.thread - before.thread,
            self.machine - before.machine,
        )


def busy() -> float:
    """Processor seconds that the whole machine has worked (Linux, proc(5)); 0 elsewhere."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return 0.0
    user, nice, system, _idle, _wait, irq, soft = (int(n) for n in stat.read_text().split()[1:8])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")
