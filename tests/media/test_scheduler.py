"""The scheduler with an engine that the test holds in its hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from threading import Event

import anyio
import numpy as np
import pytest

from media.audio import RATE, Hypothesis, Look, Track, Window, Word
from media.ladder import CLIMB, Level
from media.scheduler import BATCH, Scheduler

pytestmark = pytest.mark.anyio


def window(
    turn: int = 1, number: int = 1, look: Look = Look.PARTIAL, *, track: Track = Track.REP, start: float = 0.0
) -> Window:
    return Window(track, turn, number, round(start * RATE), np.zeros(1600, np.int16), look)


def final(turn: int = 1, number: int = 1) -> Window:
    return window(turn, number, Look.FINAL)


class Held:
    """Answers when the gate is open; remembers its batches; breaks on the turns it is told to."""

    def __init__(
        self, *, open_: bool = True, shortest: float = 1.0, longest: float = 30.0, workers: int = 1
    ) -> None:
        self.shortest, self.longest, self.workers = shortest, longest, workers
        self.batches: list[list[Window]] = []
        self.gate = Event()
        self.broken: set[int] = set()
        if open_:
            self.gate.set()

    def bucket(self, window: Window) -> object:
        return window.look is Look.FINAL

    def transcribe(self, windows: Sequence[Window]) -> list[Hypothesis]:
        self.batches.append(list(windows))
        assert self.gate.wait(10)
        if any(one.turn in self.broken for one in windows):
            raise RuntimeError("the engine broke")
        return [Hypothesis(one, (Word(f"t{one.turn}n{one.number}", 0.0, 0.1),)) for one in windows]


@asynccontextmanager
async def serving(engine: Held, watched: Callable[[str], bool] = lambda _: True) -> AsyncIterator[Scheduler]:
    scheduler = Scheduler(engine, watched)
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
        asking.start_soon(scheduler.transcribe, final(99), "busy")
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
        partial, whole = await ask_all(scheduler, [window(1, 1), final(1, 2)], engine)
    assert partial is None
    assert whole is not None


async def test_what_waits_is_answered_together_finals_first() -> None:
    engine = Held(open_=False)
    asked = [window(turn) for turn in range(1, 5)] + [final(turn) for turn in range(11, 11 + BATCH + 2)]
    async with serving(engine) as scheduler:
        answers = await ask_all(scheduler, asked, engine)
    assert all(answers)
    assert [len(batch) for batch in engine.batches] == [1, BATCH, 2, 4]
    assert all(one.look is Look.FINAL for batch in engine.batches[1:3] for one in batch)


async def test_what_breaks_a_batch_is_asked_again_alone() -> None:
    engine = Held(open_=False)
    engine.broken = {2}
    async with serving(engine) as scheduler:
        first, broken, third = await ask_all(scheduler, [final(1), final(2), final(3)], engine)
        assert scheduler.failures == 1
    assert first is not None
    assert third is not None
    assert first.words
    assert third.words
    assert broken is not None
    assert broken.words == ()


async def test_looks_are_served_in_their_order() -> None:
    engine = Held(open_=False)
    asked = [window(turn, look=look) for turn, look in enumerate(reversed(Look), 1)]
    async with serving(engine) as scheduler:
        assert all(await ask_all(scheduler, asked, engine))
    served = [one.look for batch in engine.batches[1:] for one in batch]
    assert served == sorted(Look)


async def test_an_engine_with_two_workers_gets_two_batches_at_a_time() -> None:
    engine = Held(open_=False, workers=2)
    async with serving(engine) as scheduler, anyio.create_task_group() as asking:
        for one in (final(1), window(2)):
            asking.start_soon(scheduler.transcribe, one, "c")
        while len(engine.batches) < 2:  # noqa: ASYNC110  the engine's threads say so, not the loop
            await anyio.sleep(0.005)
        engine.gate.set()


async def test_under_load_partials_are_refused_and_finals_never() -> None:
    async with serving(Held()) as scheduler:
        scheduler.load.wait = CLIMB[3] - 0.1
        assert await scheduler.transcribe(window(1, 1), "c") is None
        assert (scheduler.level, scheduler.admits) == (Level.FINALS, False)
        assert await scheduler.transcribe(final(1, 2), "c") is not None
        scheduler.load.wait = 0.0
        assert scheduler.admits
        assert await scheduler.transcribe(window(3), "c") is not None


async def test_with_some_load_only_calls_on_a_screen_get_partials() -> None:
    async with serving(Held(), lambda call_id: call_id == "seen") as scheduler:
        scheduler.load.wait = CLIMB[1] + 0.9
        assert await scheduler.transcribe(window(start=5.0), "unseen") is None
        scheduler.load.wait = CLIMB[1] + 0.9
        assert await scheduler.transcribe(window(start=5.0), "seen") is not None


async def test_with_little_load_partials_come_half_as_often() -> None:
    async with serving(Held()) as scheduler:
        answers = []
        for number in range(1, 9):
            scheduler.load.wait = CLIMB[0] + 0.3
            answers.append(await scheduler.transcribe(window(1, number, start=number * 1.0), "c"))
        assert [number for number, answer in enumerate(answers, 1) if answer] == [2, 4, 6, 8]


async def test_what_waits_long_counts_before_it_is_served() -> None:
    engine = Held(open_=False)
    async with serving(engine) as scheduler, anyio.create_task_group() as asking:
        asking.start_soon(scheduler.transcribe, final(1), "busy")
        while not engine.batches:  # noqa: ASYNC110  the engine's thread says so, not the loop
            await anyio.sleep(0.005)
        asking.start_soon(scheduler.transcribe, final(2), "c")
        await anyio.sleep(CLIMB[0] + 0.05)
        assert await scheduler.transcribe(window(3, look=Look.CAREFUL), "c") is None
        assert scheduler.level is Level.SLOWER
        engine.gate.set()


async def test_finals_far_behind_are_put_off_and_caught_up_later() -> None:
    async with serving(Held()) as scheduler:
        scheduler.load.wait = CLIMB[-1] + 5
        assert await scheduler.transcribe(final(1), "c") is None
        late = window(1, look=Look.LATE)
        assert await scheduler.transcribe(late, "c") is not None


async def test_a_backlog_of_a_padded_model_is_joined_track_by_track() -> None:
    engine = Held(open_=False, shortest=30.0)
    async with serving(engine) as scheduler:
        late = [
            window(turn, look=Look.LATE, track=track, start=turn) for turn in (1, 4, 7) for track in Track
        ]
        answers = await ask_all(scheduler, late, engine)
    assert [len(batch) for batch in engine.batches] == [1, 1, 1]
    assert [answer.window for answer in answers if answer] == late


async def test_no_more_is_joined_than_the_model_follows() -> None:
    """Finals of 0.2 s, with 0.4 s between them: two are 0.8 s, three would be 1.4 s."""
    engine = Held(open_=False, shortest=30.0, longest=1.0)
    async with serving(engine) as scheduler:
        late = [window(turn, look=Look.LATE, start=turn) for turn in (1, 4, 7, 10)]
        answers = await ask_all(scheduler, late, engine)
    _, *joined = engine.batches
    assert [len(one.pcm) / RATE for batch in joined for one in batch] == pytest.approx([0.8, 0.8])
    assert [answer.window for answer in answers if answer] == late


async def test_a_model_native_to_short_windows_joins_nothing() -> None:
    engine = Held(open_=False, shortest=0.5)
    async with serving(engine) as scheduler:
        await ask_all(scheduler, [window(turn, look=Look.LATE) for turn in (1, 4, 7)], engine)
    assert [len(batch) for batch in engine.batches] == [1, 3]


async def test_one_who_gives_up_holds_nobody_up() -> None:
    engine = Held(open_=False)
    async with serving(engine) as scheduler:
        with anyio.move_on_after(0.02):
            await scheduler.transcribe(final(1), "gone")
        engine.gate.set()
        assert await scheduler.transcribe(final(2), "c") is not None
