"""Whether memory stays flat: one call of eight hours, and eight hours of short calls, as fast as they can be heard.

Resident memory is read every simulated half hour; what counts is its growth after the first hour, when all that is
loaded on first use is there.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from rich.progress import Progress

from benches.report import Figure, report
from media.audio import RATE, Frame, Pcm, Track, Window
from media.heard import Words
from media.listener import Listener
from media.models import shipped
from media.vad import Judge
from media.wav import frames_of, read_call
from media.whisper import Whisper

SPEECH = Path("samples/labelled/speech.flac")
CHUNK = RATE // 5
EVERY = 0.5
"""Hours between two readings."""


def resident() -> float:
    """Resident memory of this process (MB); its peak so far where proc(5) is not to be had."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def hear(listener: Listener, engine: Whisper, frame: Frame) -> int:
    """Hear a frame and answer every window; count the words of finals."""
    count, todo = 0, listener.hear(frame)
    while todo:
        one = todo.pop(0)
        if isinstance(one, Window):
            todo += listener.accept(engine.transcribe([one])[0])
        elif isinstance(one, Words) and one.final:
            count += len(one.words)
    return count


def looped(tracks: tuple[Pcm, Pcm], hours: float) -> Iterator[Frame]:
    """The shipped speech over and over, as one call."""
    place, length = 0, len(tracks[0])
    while place < hours * 3600 * RATE:
        for frame in frames_of(*tracks, CHUNK):
            yield Frame(Track(frame.track), place + frame.start, frame.pcm)
        place += length


def run(
    hours: float, calls: bool, engine: Whisper, judge: Judge, progress: Progress
) -> tuple[list[float], int]:
    """Hear so many hours; memory at every half hour, and the words."""
    task = progress.add_task("short calls" if calls else "one long call", total=hours)
    listener, readings, words, due, begun = Listener(judge), [resident()], 0, EVERY, 0
    for frame in looped(read_call(SPEECH), hours):
        at = frame.end / RATE / 3600
        if calls and frame.track is Track.REP and (frame.start - begun) / RATE > 300:
            listener.close()
            listener, begun = Listener(judge), frame.start
        words += hear(listener, engine, Frame(frame.track, frame.start - begun, frame.pcm))
        if at >= due:
            readings.append(resident())
            due += EVERY
            progress.update(task, completed=at)
    return readings, words


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(prog="scripts/bench hours", description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    engine, judge, figures = Whisper(shipped()), Judge(), list[Figure]()
    with Progress() as progress:
        for name, calls in (("one call", False), ("short calls", True)):
            readings, words = run(args.hours, calls, engine, judge, progress)
            settled = readings[min(2, len(readings) - 1) :]
            slope = (
                float(np.polyfit(np.arange(len(settled)) * EVERY, settled, 1)[0]) if len(settled) > 1 else 0.0
            )
            figures += [
                Figure(name=f"{name}: memory after an hour", value=settled[0], unit="MB"),
                Figure(
                    name=f"{name}: growth from then on", value=settled[-1] - settled[0], unit="MB", most=8
                ),
                Figure(name=f"{name}: slope", value=slope, unit="MB an hour", most=1),
                Figure(name=f"{name}: words", value=words),
            ]
    return report("hours", f"{args.hours:g} simulated hours, two tracks, shipped model", figures, args.json)


if __name__ == "__main__":
    sys.exit(main())
