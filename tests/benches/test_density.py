"""How the number of calls is looked for, and what a played call's words took."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path

import anyio
import numpy as np
import pytest

from benches.callers import LATE, Caller, Delays, Step
from benches.density import figures, next_count, whole_frames
from media.audio import Hypothesis, Look, Track, Window
from media.gate import Gate
from media.scheduler import Scheduler
from media.vad import Judge
from media.wav import read_call

SPEECH = Path(__file__).resolve().parents[2] / "samples/labelled/speech.flac"


@pytest.mark.parametrize("carried", [0, 1, 3, 13, 64, 100, 512])
def test_the_number_is_found_to_an_eighth(carried: int) -> None:
    tried: dict[int, bool] = {}
    while calls := next_count(tried):
        assert calls not in tried
        tried[calls] = calls <= carried
    best = max((calls for calls, held in tried.items() if held), default=0)
    assert carried - max(1, carried // 8) < best <= carried
    assert len(tried) < 15


def test_a_small_step_that_failed_by_chance_is_outgrown() -> None:
    assert next_count({1: True, 2: False, 4: True}) == 8


def window(number: int = 1, look: Look = Look.PARTIAL) -> Window:
    return Window(Track.REP, 1, number, 0, np.zeros(80, np.int16), look)


TURN = ("call", Track.REP, 1)


def test_delays_count_from_the_sound_that_waits_longest() -> None:
    delays, first, second, final = Delays(10.0), window(1), window(2), window(3, Look.FINAL)
    delays.asked(first, TURN, 11.0)
    delays.asked(second, TURN, 12.0)
    delays.answered(first, 12.1, words=False)
    delays.answered(second, 13.0, words=True)
    delays.asked(final, TURN, 14.0)
    delays.answered(final, 14.5, words=True)
    assert (delays.partials, delays.finals) == ([2.0], [0.5])


def test_what_began_early_or_is_for_idle_time_does_not_count() -> None:
    delays, early, idle = Delays(10.0), window(1), window(2, Look.CAREFUL)
    delays.asked(early, TURN, 9.9)
    delays.asked(idle, TURN, 11.0)
    delays.answered(early, 12.0, words=True)
    delays.answered(idle, 19.0, words=True)
    assert (delays.partials, delays.finals) == ([], [])


def test_what_still_waits_counts_when_it_is_late() -> None:
    delays = Delays(0.0)
    delays.asked(window(1), TURN, 1.0)
    delays.asked(window(2), TURN, 4.5)
    delays.close(5.0)
    assert delays.partials == [4.0]


def test_what_took_the_place_of_late_sound_is_late() -> None:
    delays = Delays(0.0)
    delays.asked(window(1), TURN, 1.0)
    delays.asked(newer := window(2), TURN, 4.5)
    delays.answered(newer, 4.6, words=False)
    delays.close(5.0)
    assert delays.partials == [4.0]


class Deaf:
    """An engine that hears nothing, at once."""

    shortest, longest, workers = 1.0, 30.0, 1

    def bucket(self, window: Window) -> Hashable:
        return window.look

    def transcribe(self, windows: Sequence[Window]) -> list[Hypothesis]:
        return [Hypothesis(one, ()) for one in windows]


@pytest.mark.anyio
async def test_a_caller_hears_what_has_come_and_its_windows_are_answered() -> None:
    """One and a half second of a sentence that came at once: its words are late by what came after their window."""
    sound = whole_frames(read_call(SPEECH))
    delays = Delays(-100.0)
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            scheduler, gate = Scheduler(Deaf()), Gate(Judge())
            await tasks.start(scheduler.run)
            tasks.start_soon(gate.run)
            now = anyio.current_time()
            caller = Caller("call", now - 2.5, sound, 0, (gate, scheduler))
            caller.push(now)
            with caller.attend(tasks, delays):
                while not delays.partials:
                    await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
    assert len(delays.partials) == 1
    assert 0 <= delays.partials[0] < 2.5


def some(calls: int, *, delay: float = 0.5, level: int = 0, cpu: float = 0.02, rss: float = 100.0) -> Step:
    return Step(
        calls=calls,
        cpu=cpu,
        loop=cpu / 2,
        partials=(delay,) * 20,
        finals=(),
        level=level,
        rss=rss,
        others=0.0,
    )


def test_a_step_is_held_without_overload_and_in_time() -> None:
    assert some(4).held
    assert not some(4, level=1).held
    assert not some(4, delay=LATE + 0.1).held


def test_figures_speak_of_the_most_calls_that_were_held() -> None:
    steps = [some(1, rss=100), some(5, cpu=0.01, rss=102), some(6, level=1)]
    found = {figure.name: figure.value for figure in figures("tiny", steps)}
    assert found["tiny: calls carried"] == 5
    assert found["tiny: memory a call"] == pytest.approx(0.5)
    assert found["tiny, 5 calls: CPU a call"] == pytest.approx(10)
    assert figures("tiny", [some(1, level=2)])[0].value == 0
