"""Feeds a peer the tracks of a call and notes what came out when, and what it cost.

Runs in the peer's own environment: `python drive.py PEER REQUEST.json ANSWER.json`. Needs numpy and the peer alone.

Two clocks. *Audio*: how much sound had been fed when a word came out. *Wall*: the same with the time that computing
took, as one core would have taken it: sound arrives in real time, a step begins when its sound is there and the step
before is done, and lasts as long as the processor worked for it. No sleeping, and no noise from other work.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
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
    """Processor seconds of this process and its children."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def memory() -> float:
    """Largest resident size so far, in MB."""
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def play(peer: Peer, sound: np.ndarray, chunk: float) -> tuple[list[dict[str, Any]], float]:
    """Feed one track in chunks (seconds); give what came out with both clocks, and the processor seconds."""
    out: list[dict[str, Any]] = []
    step, wall, cost = round(chunk * RATE), 0.0, 0.0

    def take(work: Callable[[], Iterator[dict[str, Any]]], heard: float) -> None:
        nonlocal wall, cost
        began, first = spent(), len(out)
        out.extend(work())
        took = spent() - began
        cost, wall = cost + took, max(wall, heard) + took
        for event in out[first:]:
            event.update(audio=round(heard, 3), wall=round(wall, 3))

    for at in range(0, len(sound), step):
        part = sound[at : at + step]
        take(lambda part=part: peer.feed(part), (at + len(part)) / RATE)
    take(peer.end, len(sound) / RATE)
    return out, cost


def main() -> int:
    """Read the request, play every track to a fresh stream of the peer, write the answer."""
    name, request_file, answer_file = sys.argv[1:4]
    request = json.loads(Path(request_file).read_text())
    sys.path.insert(0, str(Path(__file__).parent))
    module = import_module(name)
    before = memory()
    loaded = module.load(request)
    answer: dict[str, Any] = {"tracks": [], "version": loaded.version, "how": loaded.how}
    # One short run first: what is loaded on first use is not what a minute costs.
    play(loaded.stream(), np.load(request["tracks"][0])[: 6 * RATE], request["chunk"])
    for file in request["tracks"]:
        began = time.perf_counter()
        out, cost = play(loaded.stream(), np.load(file), request["chunk"])
        answer["tracks"].append({"out": out, "cpu": cost, "took": time.perf_counter() - began})
        print(f"{name}: {file} {cost:.1f} s", file=sys.stderr, flush=True)
    answer["memory"] = {"before": before, "after": memory()}
    Path(answer_file).write_text(json.dumps(answer))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
