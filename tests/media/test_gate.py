"""The gate of several calls: as if each were judged alone, and one that breaks breaks alone."""

from __future__ import annotations

from collections.abc import Sequence

import anyio
import numpy as np
import pytest
from numpy.typing import NDArray

from media.audio import Frame, Track
from media.gate import ROUNDS, Gate
from media.heard import Heard, SpeechStart, SpeechStop
from media.listener import Listener, Question
from media.vad import CHUNK, Row
from tests.media.test_listener import Loud, line


class Counted(Loud):
    """Remembers how many rows each call had."""

    def __init__(self) -> None:
        self.rows: list[int] = []

    def judge(self, rows: Sequence[Row], chunks: NDArray[np.float32]) -> NDArray[np.float32]:
        self.rows.append(len(rows))
        return super().judge(rows, chunks)


def call(gate: Gate) -> tuple[Listener, list[Heard | Exception]]:
    return Listener(gate.judge), []


def collect(told: list[Heard | Exception]):  # type: ignore[no-untyped-def]
    return lambda tick: told.append(tick) if isinstance(tick, Exception) else told.extend(tick)


def push(listener: Listener, until: float, *spans: tuple[float, float]) -> None:
    for track, pcm in ((Track.REP, line(until, *spans)), (Track.PROSPECT, line(until))):
        listener.push(Frame(track, 0, pcm))


def test_many_calls_are_judged_in_one_go_a_tick() -> None:
    judge = Counted()
    gate = Gate(judge)  # type: ignore[arg-type]
    calls = [call(gate) for _ in range(5)]
    for listener, _ in calls:
        push(listener, 2.0, (0.5, 1.0))
    with _attended(gate, calls):
        while gate.catch_up():
            pass
    assert max(judge.rows) == 5
    assert len(judge.rows) <= 2.0 * 8000 / CHUNK
    for _, told in calls:
        assert [type(one) for one in told if isinstance(one, SpeechStart | SpeechStop)] == [
            SpeechStart,
            SpeechStop,
        ]


def test_calls_hear_what_they_would_hear_alone() -> None:
    gate = Gate(Loud())  # type: ignore[arg-type]
    calls = [call(gate) for _ in range(3)]
    spans = [((0.5, 1.0),), ((0.2, 0.9), (1.4, 1.8)), ()]
    for (listener, _), mine in zip(calls, spans, strict=True):
        push(listener, 3.0, *mine)
    with _attended(gate, calls):
        while gate.catch_up():
            pass
    for (_, told), mine in zip(calls, spans, strict=True):
        alone = Listener(Loud())  # type: ignore[arg-type]
        expected = []
        for track, pcm in ((Track.REP, line(3.0, *mine)), (Track.PROSPECT, line(3.0))):
            expected += alone.hear(Frame(track, 0, pcm))
        speech = SpeechStart | SpeechStop
        assert [o for o in told if isinstance(o, speech)] == [o for o in expected if isinstance(o, speech)]


def test_one_that_breaks_is_told_and_ends_no_other() -> None:
    class Broken(Listener):
        def question(self) -> Question | None:
            raise ZeroDivisionError("a fault of ours")

    gate = Gate(Loud())  # type: ignore[arg-type]
    broken, told = Broken(gate.judge), []
    well = call(gate)
    push(well[0], 2.0, (0.5, 1.0))
    with gate.attend(broken, told.append), _attended(gate, [well]):
        while gate.catch_up():
            pass
    assert [type(one) for one in told] == [ZeroDivisionError]
    assert any(isinstance(one, SpeechStop) for one in well[1])


def test_a_backlog_is_worked_off_in_pieces() -> None:
    judge = Counted()
    gate = Gate(judge)  # type: ignore[arg-type]
    one = call(gate)
    push(one[0], 4.0, (0.0, 4.0))
    with _attended(gate, [one]):
        assert gate.catch_up()
        assert len(judge.rows) == ROUNDS


@pytest.mark.anyio
async def test_it_runs_by_itself() -> None:
    gate = Gate(Loud())  # type: ignore[arg-type]
    listener, told = call(gate)
    started = anyio.Event()

    def tell(tick: list[Heard] | Exception) -> None:
        collect(told)(tick)
        if any(isinstance(one, SpeechStart) for one in told):
            started.set()

    with anyio.fail_after(5), gate.attend(listener, tell):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(gate.run)
            push(listener, 1.0, (0.2, 0.8))
            await started.wait()
            tasks.cancel_scope.cancel()


def _attended(gate: Gate, calls):  # type: ignore[no-untyped-def]
    from contextlib import ExitStack

    stack = ExitStack()
    for listener, told in calls:
        stack.enter_context(gate.attend(listener, collect(told)))
    return stack
