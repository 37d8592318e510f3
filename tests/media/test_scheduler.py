"""The scheduler with an engine that the test holds in its hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from threading import Event

import anyio
import numpy as np
import pytest

from media.audio import Hypothesis, Track, Window, Word
from media.scheduler import BATCH, STOPPED, Scheduler

pytestmark = pytest.mark.anyio


def window(turn: int = 1, number: int = 1, *, final: bool = False, track: Track = Track.REP) -> Window:
    return Window(track, turn, number, 0, np.zeros(1600, np.int16), final)


class Held:
    """Answers when the gate is open; remembers its batches; breaks on the turns it is told to."""

    def __init__(self, *, open_: bool = True) -> None:
        self.batches: list[list[Window]] = []
        self.gate = Event()
        self.broken: set[int] = set()
        if open_:
            self.gate.set()

    def transcribe(self, windows: Sequence[Window]) -> list[Hypothesis]:
        self.batches.append(list(windows))
        assert self.gate.wait(10)
        if any(one.turn in self.broken for one in windows):
            raise RuntimeError("the engine broke")
        return [Hypothesis(one, (Word(f"t{one.turn}n{one.number}", 0.0, 0.1),)) for one in windows]


@asynccontextmanager
async def serving(engine: Held) -> AsyncIterator[Scheduler]:
    scheduler = Scheduler(engine)
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            await tasks.start(scheduler.run)
            yield scheduler
            tasks.cancel_scope.cancel()


async def ask_all(scheduler: Scheduler, windows: Sequence[Window], engine: Held) -> list[Hypothesis | None]:
    """Ask for a window that keeps the engine busy, then for all the others; open the gate."""
    answers: list[Hypothesis | None] = [None] * len(windows)

    async def ask(place: int) -> None:
        answers[place] = await scheduler.transcribe(windows[place], f"call{windows[place].turn % 3}")

    async with anyio.create_task_group() as asking:
        asking.start_soon(scheduler.transcribe, window(99, final=True), "busy")
        while not engine.batches:  # noqa: ASYNC110  the engine's thread says so, not the loop
            await anyio.sleep(0.005)
        for place in range(len(windows)):
            asking.start_soon(ask, place)
        await anyio.wait_all_tasks_blocked()
        engine.gate.set()
    return answers


async def test_an_answer_comes_back() -> None:
    async with serving(Held()) as scheduler:
        answer = await scheduler.transcribe(window(3, 2), "c")
    assert answer is not None
    assert answer.words[0].text == "t3n2"


async def test_a_newer_partial_takes_the_place_of_an_older_one() -> None:
    engine = Held(open_=False)
    async with serving(engine) as scheduler:
        older, newer, other = await ask_all(
            scheduler, [window(1, 1), window(1, 2), window(1, 1, track=Track.PROSPECT)], engine
        )
    assert older is None
    assert newer is not None
    assert newer.window.number == 2
    assert other is not None


async def test_a_final_takes_the_place_of_its_turns_partial() -> None:
    engine = Held(open_=False)
    async with serving(engine) as scheduler:
        partial, final = await ask_all(scheduler, [window(1, 1), window(1, 2, final=True)], engine)
    assert partial is None
    assert final is not None


async def test_what_waits_is_answered_together_finals_first() -> None:
    engine = Held(open_=False)
    asked = [window(turn) for turn in range(1, 5)] + [
        window(turn, final=True) for turn in range(11, 11 + BATCH + 2)
    ]
    async with serving(engine) as scheduler:
        answers = await ask_all(scheduler, asked, engine)
    assert all(answers)
    assert [len(batch) for batch in engine.batches] == [1, BATCH, 2 + 4]
    assert all(one.final for one in engine.batches[1])


async def test_what_breaks_a_batch_is_asked_again_alone() -> None:
    engine = Held(open_=False)
    engine.broken = {2}
    async with serving(engine) as scheduler:
        first, broken, third = await ask_all(
            scheduler, [window(1, final=True), window(2, final=True), window(3, final=True)], engine
        )
        assert scheduler.failures == 1
    assert first is not None
    assert third is not None
    assert first.words
    assert third.words
    assert broken is not None
    assert broken.words == ()


async def test_under_load_partials_are_refused_and_finals_never() -> None:
    async with serving(Held()) as scheduler:
        scheduler.wait = STOPPED + 2
        assert scheduler.level == 2
        assert await scheduler.transcribe(window(1), "c") is None
        final = await scheduler.transcribe(window(1, 2, final=True), "c")
        assert final is not None
        for number in range(20):
            await scheduler.transcribe(window(2, number), "c")
        assert scheduler.level < 2
        assert await scheduler.transcribe(window(3), "c") is not None


async def test_one_who_gives_up_holds_nobody_up() -> None:
    engine = Held(open_=False)
    async with serving(engine) as scheduler:
        with anyio.move_on_after(0.02):
            await scheduler.transcribe(window(1, final=True), "gone")
        engine.gate.set()
        assert await scheduler.transcribe(window(2, final=True), "c") is not None
