"""`scripts/bench density`: how many calls of two tracks two cores carry, and what a call costs as they become more.

Calls are played in real time; their number doubles until the overload ladder's first step is taken or words come late,
then the number between is looked for. Each model has a process of its own. Where too many calls cost less each, windows
were overtaken before anybody had time for them.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import anyio
import structlog
from rich.console import Console
from rich.table import Table

from benches.callers import LATE, SETTLE, Step, step
from benches.report import Figure, machine, percentile, report
from benches.shapes import SHAPES, made
from media.audio import FRAME, Pcm
from media.models import SHIPPED, shipped
from media.vad import Judge
from media.wav import read_call
from media.whisper import Whisper

SPEECH = Path("samples/labelled/speech.flac")

CORES = 2

FINE = 8
"""The number of calls is known to one in so many."""

MOST = 512


def next_count(tried: Mapping[int, bool], most: int = MOST) -> int | None:
    """Say how many calls to try next, given which numbers were carried; None when it is known well enough."""
    low = max((calls for calls, held in tried.items() if held), default=0)
    high = min((calls for calls, held in tried.items() if not held and calls > low), default=None)
    if high is None:
        return min(most, max(1, 2 * low)) if low < most else None
    return None if high - low <= max(1, low // FINE) else (low + high) // 2


def whole_frames(tracks: tuple[Pcm, Pcm]) -> tuple[Pcm, Pcm]:
    """Cut what is no whole frame."""
    length = len(tracks[0]) // FRAME * FRAME
    return tracks[0][:length], tracks[1][:length]


def climb(model: str, seconds: float, most: int) -> list[Step]:
    """Try numbers of calls with one model, on two cores."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    # The scheduler tells each change of its level, which the table does too.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    engine, judge = Whisper(shipped() if model == SHIPPED else made(model), workers=CORES), Judge()
    sound, steps, tried = whole_frames(read_call(SPEECH)), list[Step](), dict[int, bool]()
    while calls := next_count(tried, most):
        steps.append(anyio.run(step, engine, judge, sound, calls, seconds))
        tried[calls] = steps[-1].held
        print(
            f"{model}: {calls} calls {'held' if steps[-1].held else 'too many'}", file=sys.stderr, flush=True
        )
    return sorted(steps, key=lambda one: one.calls)


def _seconds(values: tuple[float, ...], share: float) -> str:
    return f"{percentile(list(values), share):.2f}" if values else "–"


def show(found: Mapping[str, list[Step]]) -> None:
    """Print every step."""
    table = Table(title="density, step by step", caption=machine())
    for column in ("model", "calls", "CPU ms/s a call", "in the loop", "partial p50 s", "p95", "final p50", "p95",
                   "level", "MB", "others, cores", ""):  # fmt: skip
        table.add_column(column, justify="right")
    for model, steps in found.items():
        for one in steps:
            table.add_row(model, str(one.calls), f"{1000 * one.cpu:.1f}", f"{1000 * one.loop:.1f}",
                          _seconds(one.partials, 0.5), _seconds(one.partials, 0.95), _seconds(one.finals, 0.5),
                          _seconds(one.finals, 0.95), str(one.level), f"{one.rss:.0f}", f"{one.others:.2f}",
                          "held" if one.held else "too many")  # fmt: skip
    Console(width=150).print(table)


def figures(model: str, steps: list[Step]) -> list[Figure]:
    """Sum up a model: how many calls, and cost and delays there; cost by number of calls."""
    held = [one for one in steps if one.held]
    out = [Figure(name=f"{model}: calls carried", value=held[-1].calls if held else 0)]
    if held:
        first, last = held[0], held[-1]
        out += [
            Figure(name=f"{model}: partial p50", value=percentile(list(last.partials), 0.5), unit="s"),
            Figure(
                name=f"{model}: partial p95", value=percentile(list(last.partials), 0.95), unit="s", most=LATE
            ),
        ]
        if last.calls > first.calls:
            rss = (last.rss - first.rss) / (last.calls - first.calls)
            out.append(Figure(name=f"{model}: memory a call", value=rss, unit="MB"))
    return out + [
        Figure(name=f"{model}, {one.calls} calls: CPU a call", value=1000 * one.cpu, unit="ms/s")
        for one in steps
    ]


def others(found: Mapping[str, list[Step]]) -> float:
    """Cores that the machine's other processes took on average: with any, fewer calls are carried than could be."""
    steps = [one.others for many in found.values() for one in many]
    return sum(steps) / len(steps)


def draw(found: Mapping[str, list[Step]], to: Path) -> None:
    """Draw cost a call and delay against the number of calls; what was too many is drawn hollow."""
    from matplotlib.figure import Figure as Sheet  # takes half a second, and is wanted seldom

    sheet = Sheet(figsize=(9, 4), layout="constrained")
    cost, delay = sheet.subplots(1, 2)
    for model, steps in found.items():
        calls = [one.calls for one in steps]
        late = [percentile(list(one.partials), 0.95) if one.partials else 0.0 for one in steps]
        for axes, values in ((cost, [1000 * one.cpu for one in steps]), (delay, late)):
            (line,) = axes.plot(calls, values, label=model)
            for one, value in zip(steps, values, strict=True):
                axes.plot(
                    one.calls, value, "o", color=line.get_color(), fillstyle="full" if one.held else "none"
                )
    delay.axhline(LATE, linestyle=":", color="gray")
    for axes, title in ((cost, "CPU ms a second of call"), (delay, "words while one speaks: p95 delay, s")):
        axes.set(xscale="log", yscale="log", xlabel="calls of two tracks on two cores", title=title)
        axes.grid(alpha=0.3)
    cost.legend()
    sheet.suptitle(f"{machine()}; other processes took {others(found):.1f} cores", fontsize=8)
    sheet.savefig(to, dpi=120)


def main() -> int:
    """Measure."""
    parser = argparse.ArgumentParser(prog="scripts/bench density", description=__doc__)
    parser.add_argument("--model", nargs="+", choices=(SHIPPED, *SHAPES), default=(SHIPPED, *SHAPES))
    parser.add_argument("--seconds", type=float, default=30.0, help="that each number of calls is played for")
    parser.add_argument("--most", type=int, default=MOST, help="calls at once")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--png", type=Path)
    given = parser.parse_args()
    found = dict[str, list[Step]]()
    for model in given.model:
        # A fresh process, so that memory is this model's alone.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            found[model] = alone.submit(climb, model, given.seconds, given.most).result()
    show(found)
    if given.png:
        draw(found, given.png)
    conditions = (
        f"{SPEECH.name} at staggered places, both tracks, {CORES} cores and engine threads, int8, {given.seconds:g} s "
        f"a step after {SETTLE:g}; up to level 1 of the ladder or a p95 of {LATE:g} s"
    )
    summed = [one for model, steps in found.items() for one in figures(model, steps)]
    summed.append(Figure(name="other processes", value=others(found), unit="cores"))
    return report("density", conditions, summed, given.json)


if __name__ == "__main__":
    sys.exit(main())
