"""How right the rules are on the development calls: written ones, and the same kind spoken and heard.

The floors are below what is reached, so that a change which loses something is seen; raise them when more is reached.
`beatline score tests/calls --misses` shows what goes wrong. docs/score.md defines every figure.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from server.call.tally import Score, percentile
from server.score import Scored, score_paths

CALLS = Path(__file__).resolve().parent / "calls"
SETS = ("tune", "held", "heard/tune", "heard/held")

AT_LEAST: dict[str, tuple[float, float, float, float]] = {
    # figure               tune  held  heard/tune  heard/held
    "cue precision":       (0.50, 0.45, 0.20, 0.20),
    "cue recall":          (0.20, 0.20, 0.10, 0.10),
    "ask precision":       (0.85, 0.90, 0.40, 0.40),
    "ask recall":          (0.35, 0.40, 0.10, 0.10),
    "boundary F1":         (0.35, 0.35, 0.10, 0.10),
    "objection F1":        (0.10, 0.05, 0.00, 0.00),
    "do-not-call recall":  (0.00, 0.15, 0.00, 0.00),
    "opener accuracy":     (0.75, 0.75, 0.50, 0.50),
    "outcome accuracy":    (0.75, 0.75, 0.50, 0.50),
}  # fmt: skip
AT_MOST: dict[str, tuple[float, float, float, float]] = {
    "false cues a call":   (0.90, 0.90, 2.00, 2.00),
    "ask end p95 s":       (0.70, 0.70, 2.00, 2.00),
    "time to cue p50 s":   (0.80, 0.80, 2.00, 2.00),
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


@cache
def scored(name: str) -> Scored:
    folder = CALLS / name
    if not folder.is_dir():
        pytest.skip(f"no tests/calls/{name}: this set of calls is not there")
    return score_paths([folder])


each = pytest.mark.parametrize("name", SETS)


@each
def test_every_call_of_the_set_can_be_scored(name: str) -> None:
    assert scored(name).refused == ()


@each
@pytest.mark.parametrize("figure", AT_LEAST)
def test_at_least(name: str, figure: str) -> None:
    value = FIGURES[figure](scored(name).score)
    assert value is not None
    assert value >= AT_LEAST[figure][SETS.index(name)]


@each
@pytest.mark.parametrize("figure", AT_MOST)
def test_at_most(name: str, figure: str) -> None:
    value = FIGURES[figure](scored(name).score)
    assert value is not None
    assert value <= AT_MOST[figure][SETS.index(name)]
