"""How right the rules are on the development calls: written ones, and the same kind spoken and heard.

The floors are below what is reached, so that a change which loses something is seen; raise them when more is reached.
`beatline score tests/calls --misses` shows what goes wrong. docs/score.md defines every figure.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from server.call.tally import Score, percentile
from server.score import score_paths

CALLS = Path(__file__).resolve().parent / "calls"
SETS = ("tune", "held", "held-2", "heard/tune", "heard/held")

AT_LEAST: dict[str, tuple[float, float, float, float, float]] = {
    # figure               tune  held  held-2  heard/tune  heard/held
    "cue precision":       (0.78, 0.70, 0.60, 0.50, 0.52),
    "cue recall":          (0.72, 0.55, 0.52, 0.42, 0.42),
    "ask precision":       (0.85, 0.85, 0.85, 0.55, 0.70),
    "ask recall":          (0.82, 0.62, 0.60, 0.45, 0.55),
    "boundary F1":         (0.72, 0.60, 0.66, 0.47, 0.55),
    "objection F1":        (0.75, 0.60, 0.47, 0.40, 0.30),
    "do-not-call recall":  (0.80, 0.60, 0.40, 0.50, 0.40),
    "opener accuracy":     (0.85, 0.82, 0.75, 0.80, 0.80),
    "outcome accuracy":    (0.85, 0.80, 0.72, 0.70, 0.75),
}  # fmt: skip
AT_MOST: dict[str, tuple[float, float, float, float, float]] = {
    "false cues a call":   (0.75, 0.75, 1.35, 1.50, 1.00),
    "ask end p95 s":       (0.70, 0.70, 0.70, 0.70, 0.70),
    "time to cue p50 s":   (0.80, 0.80, 0.80, 1.00, 1.00),
}  # fmt: skip

FIGURES: dict[str, Callable[[Score], float | None]] = {
    "cue precision": lambda score: score.count("cue").found.value,
    "cue recall": lambda score: score.count("cue").wanted.value,
    "ask precision": lambda score: score.count("ask").found.value,
    "ask recall": lambda score: score.count("ask").wanted.value,
    "boundary F1": lambda score: score.count("beat").f1,
    "objection F1": lambda score: score.count("objection").f1,
    "do-not-call recall": lambda score: score.count("do not call").wanted.value,
    "opener accuracy": lambda score: score.share("opener").value,
    "outcome accuracy": lambda score: score.share("outcome").value,
    "false cues a call": lambda score: score.count("cue").false / len(score.tallies),
    "ask end p95 s": lambda score: percentile(score.times("ask"), 0.95),
    "time to cue p50 s": lambda score: percentile(score.times("cue"), 0.5),
}


@pytest.mark.parametrize("name", SETS)
def test_every_figure_of_the_set_is_where_it_must_be(name: str) -> None:
    """One test a set: scoring it is most of the work."""
    folder = CALLS / name
    if not folder.is_dir():
        pytest.skip(f"no tests/calls/{name}: this set of calls is not there")
    scored, place = score_paths([folder]), SETS.index(name)
    assert scored.refused == ()
    found = {figure: FIGURES[figure](scored.score) for figure in FIGURES}
    low = {figure: found[figure] for figure in AT_LEAST if (found[figure] or 0.0) < AT_LEAST[figure][place]}
    high = {
        figure: value
        for figure in AT_MOST
        if (value := found[figure]) is None or value > AT_MOST[figure][place]
    }
    assert (low, high) == ({}, {})
