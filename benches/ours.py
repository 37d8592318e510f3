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

import numpy as np

from media.audio import FRAME, RATE, Look, Pcm, Track, Window
from media.heard import Heard, SpeechStop, Words
from media.level import Gain
from media.listener import Listener
from media.turns import POST_ROLL, PRE_ROLL
from media.vad import Judge
from media.wav import frames_of, read_call
from media.whisper import Whisper


class Told:
    """What a call's words tell: every word once, when it settles, and when its turn was final."""

    def __init__(self) -> None:
        self.out: dict[Track, list[dict[str, Any]]] = {track: [] for track in Track}
        self._turns: dict[tuple[Track, int], list[dict[str, Any]]] = {}

    def note(self, words: Words, audio: float, wall: float, step: int) -> None:
        """Take words at a time by both clocks (seconds)."""
        told = self._turns.setdefault((words.track, words.turn), [])
        for word in words.words[len(told) : words.agreed]:
            event = {"text": word.text, "start": word.start, "end": word.end, "step": step}
            told.append({**event, "audio": round(audio, 3), "wall": round(wall, 3)})
            self.out[words.track].append(told[-1])
        if words.final:
            for event in told:
                event["closed"] = round(wall, 3)


@dataclass
class Run:
    """What came out of a call, and what it cost."""

    told: Told = field(default_factory=Told)
    steps: list[tuple[float, float]] = field(default_factory=list)
    """Media time and processor seconds of every window."""
    cpu: float = 0.0
    hearing: float = 0.0
    """Processor seconds before the engine: level, gate, turns."""
    turns: list[SpeechStop] = field(default_factory=list)


def play(file: Path, engine: Whisper, judge: Judge, names: tuple[str, ...] = ()) -> Run:
    """Play a recording with both clocks; `names` may be said in it."""
    rep, prospect = read_call(file)
    listener, run = Listener(judge, shortest=engine.shortest, names=names), Run()
    wall = 0.0

    def spend(since: float) -> float:
        nonlocal wall
        took = time.process_time() - since
        wall, run.cpu = wall + took, run.cpu + took
        return took

    def answer(heard: Sequence[Heard], at: float) -> None:
        for one in heard:
            if isinstance(one, Words):
                run.told.note(one, at, wall, len(run.steps) - 1)
            elif isinstance(one, SpeechStop):
                run.turns.append(one)
            elif isinstance(one, Window):
                began = time.process_time()
                (hypothesis,) = engine.transcribe([one])
                told = listener.accept(hypothesis)
                run.steps.append((at, spend(began)))
                answer(told, at)

    for frame in frames_of(rep, prospect, FRAME):
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


def levelled(sound: Pcm) -> Pcm:
    """A track as the listener hears it."""
    gain = Gain()
    return np.concatenate(
        [gain.feed(sound[at : at + FRAME]) for at in range(0, len(sound) - FRAME + 1, FRAME)]
    )


def utterances(sound: Pcm, run: Run, track: Track) -> list[Pcm]:
    """The sound of a track's turns, each whole."""
    heard = levelled(sound)
    return [heard[max(0, t.start - PRE_ROLL) : t.end + POST_ROLL] for t in run.turns if t.track == track]


def offline(engine: Whisper, sounds: Sequence[Pcm]) -> list[str]:
    """Decode whole utterances, each alone and with the wide search of finals; give their words."""
    words: list[str] = []
    for number, sound in enumerate(sounds, 1):
        (found,) = engine.transcribe([Window(Track.REP, number, 1, 0, sound, Look.FINAL)])
        words += [word.text for word in found.words]
    return words
