"""Feeds a peer the tracks of a call and notes what came out when, and what it cost.

Runs in the peer's own environment: `python drive.py PEER REQUEST.json ANSWER.json`. Needs numpy and the peer alone.

Two clocks. *Audio*: how much sound had been fed when a word came out. *Wall*: the same with the time that computing
took, as one core would have taken it: sound arrives in real time, a step begins when its sound is there and the step
before is done, and lasts as long as the processor worked for it. No sleeping, and no noise from other work.
"""

from __future__ import annotations

import ctypes
import gc
import json
import multiprocessing
import os
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np

RATE = 16_000


class Peer(Protocol):
    """One stream of a peer: sound in, words out."""

    def feed(self, sound: np.ndarray) -> Iterator[dict[str, Any]]:
        """Take float32 sound at 16 kHz, in order; give what is confirmed or final now."""
        ...

    def end(self) -> Iterator[dict[str, Any]]:
        """There is no more sound."""
        ...


def spent() -> float:
    """Processor seconds of this process and of every process below it that lives or was waited for."""
    ticks = os.sysconf("SC_CLK_TCK")
    own, gone = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    total = own.ru_utime + own.ru_stime + gone.ru_utime + gone.ru_stime
    waiting = _children(os.getpid())
    while waiting:
        pid = waiting.pop()
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(field) for field in fields[11:15]) / ticks  # proc(5): own and waited-for time
        waiting += _children(pid)
    return total


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread that has just ended
            found += map(int, file.read_text().split())
    return found


def resident() -> float:
    """Resident size now, in MB, without what was freed already (Linux, proc(5))."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@dataclass
class Pace:
    """How sound reaches a peer."""

    chunk: float
    """Seconds of sound between two updates."""
    behind: bool = False
    """A peer that is late gets all that has come in the meantime at once, as its own loop would take it."""
    slow: float = 1.0
    """How many times slower than this processor the one is that it is given."""
    budget: float = 1e9
    """Processor seconds after which the sound is cut off."""


def play(peer: Peer, sound: np.ndarray, pace: Pace) -> dict[str, Any]:
    """Feed one track; give what came out with both clocks, every step, and how much of the sound was heard."""
    out: list[dict[str, Any]] = []
    steps: list[tuple[float, float]] = []
    wall = cost = 0.0

    def take(work: Callable[[], Iterator[dict[str, Any]]], heard: float) -> None:
        nonlocal wall, cost
        began, first = spent(), len(out)
        out.extend(work())
        took = spent() - began
        cost, wall = cost + took, max(wall, heard) + took * pace.slow
        for event in out[first:]:
            event.update(audio=round(heard, 3), wall=round(wall, 3), step=len(steps))
        steps.append((round(heard, 3), took))

    at, step = 0, round(pace.chunk * RATE)
    while at < len(sound) and cost < pace.budget:
        end = max(at + step, round(wall * RATE) if pace.behind else 0)
        part = sound[at:end]
        at += len(part)
        take(lambda part=part: peer.feed(part), at / RATE)
    take(peer.end, at / RATE)
    return {"out": out, "cpu": cost, "steps": steps, "heard": at / RATE}


def growth(loaded: Any, sound: np.ndarray, streams: int) -> float:
    """MB that a further stream costs which has heard 20 s."""
    kept: list[Any] = []
    for number in range(streams + 1):
        if number == 1:
            before = resident()  # what the first one loads is not what one more costs
        stream = loaded.stream()
        for at in range(0, min(len(sound), 20 * RATE), 5 * RATE):
            list(stream.feed(sound[at : at + 5 * RATE]))
        kept.append(stream)
    return (resident() - before) / streams


def main() -> int:
    """Read the request, play every track to a fresh stream of the peer, write the answer."""
    name, request_file, answer_file = sys.argv[1:4]
    request = json.loads(Path(request_file).read_text())
    sys.path.insert(0, str(Path(__file__).parent))
    module = import_module(name)
    loaded = module.load(request)
    answer: dict[str, Any] = {
        "version": loaded.version,
        "how": loaded.how,
        "timed": getattr(loaded, "timed", True),
    }
    sounds = [np.load(file) for file in request["tracks"]]
    if hasattr(module, "live"):  # it has a clock of its own
        answer["tracks"] = [module.live(loaded, sound, request) for sound in sounds]
    else:
        pace = Pace(request["chunk"], request["behind"], budget=request["budget"])
        # One short run first: what is loaded on first use is not what a minute costs.
        play(loaded.stream(), sounds[0][: 6 * RATE], pace)
        answer["memory"] = growth(loaded, sounds[0], request["streams"])
        answer["tracks"] = [play(loaded.stream(), sound, pace) for sound in sounds]
        cost = sum(track["cpu"] for track in answer["tracks"]) / sum(t["heard"] for t in answer["tracks"])
        slowed = Pace(request["chunk"], True, request["overload"] / cost, request["budget"] / 2)
        answer["overload"] = [play(loaded.stream(), sound, slowed) for sound in sounds]
    Path(answer_file).write_text(json.dumps(answer))
    for child in multiprocessing.active_children():
        child.terminate()
    sys.stdout.flush()
    os._exit(0)  # a peer's threads may go on for ever


if __name__ == "__main__":
    raise SystemExit(main())
