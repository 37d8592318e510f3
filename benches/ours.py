"""Beatline's own ears for `scripts/bench speech`: both tracks of a call, listener, engine, commit, as in a call.

The clocks are those of `peers/drive.py`: sound arrives in real time, one core does all the work in the order in which
it comes up, and a step lasts as long as the processor worked for it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from media.audio import RATE, Track, Window
from media.heard import Heard, Words
from media.listener import Listener
from media.vad import Judge
from media.wav import frames_of, read_call
from media.whisper import Whisper

CHUNK = RATE // 50
"""Frames of 20 ms, as a carrier sends them."""


@dataclass
class Run:
    """What came out of a call by track, and what it cost."""

    out: dict[Track, list[dict[str, Any]]] = field(default_factory=lambda: {track: [] for track in Track})
    cpu: float = 0.0
    hearing: float = 0.0
    """Processor seconds before the engine: level, gate, turns."""
    windows: list[Window] = field(default_factory=list)


def play(file: Path, engine: Whisper, judge: Judge) -> Run:
    """Play a recording with both clocks."""
    rep, prospect = read_call(file)
    listener, run = Listener(judge, shortest=engine.shortest), Run()
    settled: dict[tuple[Track, int], int] = {}
    wall = 0.0

    def note(words: Words, at: float) -> None:
        first = settled.get((words.track, words.turn), 0)
        for word in words.words[first : words.agreed]:
            event = {"text": word.text, "start": word.start, "end": word.end, "final": words.final}
            run.out[words.track].append({**event, "audio": round(at, 3), "wall": round(wall, 3)})
        settled[words.track, words.turn] = words.agreed

    def spend(since: float) -> float:
        nonlocal wall
        took = time.process_time() - since
        wall, run.cpu = wall + took, run.cpu + took
        return took

    def answer(heard: Sequence[Heard], at: float) -> None:
        for one in heard:
            if isinstance(one, Words):
                note(one, at)
            elif isinstance(one, Window):
                began = time.process_time()
                (hypothesis,) = engine.transcribe([one])
                told = listener.accept(hypothesis)
                spend(began)
                run.windows.append(one)
                answer(told, at)

    for frame in frames_of(rep, prospect, CHUNK):
        wall = max(wall, frame.end / RATE)
        began = time.process_time()
        heard = listener.hear(frame)
        run.hearing += spend(began)
        answer(heard, listener.clock / RATE)
    began = time.process_time()
    heard = listener.close()
    run.hearing += spend(began)
    answer(heard, listener.clock / RATE)
    return run
