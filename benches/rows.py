"""The rows of `scripts/bench speech`: each program's figures, and what ours must reach beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from benches.crowd import PATIENCE, Step, delays, most
from benches.judged import Verdict
from benches.report import percentile

MORE = 0.5
"""Seconds by which waiting for the core may raise the 95th percentile, whatever a program's own delay is."""


@dataclass(frozen=True, slots=True)
class Row:
    """One program at one pace."""

    name: str
    kind: str
    how: str
    cost: float
    """Processor seconds for a minute of one track."""
    verdict: Verdict
    lost: int | None = None
    """Sentences of which no word came out under overload, beyond those lost without any."""
    memory: float | None = None
    """MB of one more call (two tracks)."""
    calls: int | None = None
    more_calls: int | None = None
    offline: float | None = None
    """Word errors, as a ratio to decoding the same utterances whole."""
    timed: bool = True
    """It says where its words were."""
    details: dict[str, float] = field(default_factory=dict)

    @property
    def wer(self) -> float:
        """Word errors in percent of what was said."""
        return 100 * self.verdict.errors / self.verdict.said

    def figures(self) -> dict[str, float]:
        """Its numbers by name."""
        v = self.verdict
        found = {"CPU-seconds per audio minute": self.cost, "word errors %": self.wer, **self.details}
        for name, values in (
            ("word, audio time", v.audio),
            ("word, wall time", v.wall),
            ("last word of a sentence", v.sentences),
            ("final", v.finals),
        ):
            if values:
                found |= {
                    f"{name} p50 s": percentile(list(values), 0.5),
                    f"{name} p95 s": percentile(list(values), 0.95),
                }
        optional = {
            "words outside voiced sound": v.unspoken if self.timed else None,
            "sentences lost under overload": self.lost,
            "calls per core at p95 of 2 s": self.calls,
            "calls per core at 0.5 s of waiting": self.more_calls,
            "MB per call": self.memory,
            "errors against offline": self.offline,
        }
        return found | {name: float(value) for name, value in optional.items() if value is not None}


def carried(tracks: list[list[Step]], length: float, share: float = 0.0) -> tuple[int, int]:
    """Calls per core at p95 ≤ 2 s, and at a p95 that waiting raises by no more than half a second."""
    call = [step for track in tracks for step in track]
    alone = percentile(delays(call, length, 1, share), 0.95)
    return most(call, length, lambda p: p <= PATIENCE, share), most(
        call, length, lambda p: p <= alone + MORE, share
    )


@dataclass(frozen=True, slots=True)
class Goal:
    """What our figure must be beside a peer's: at most, or at least, so many times of it."""

    figure: str
    against: Callable[[Row], bool]
    ratio: float
    least: bool = False


def _named(*names: str) -> Callable[[Row], bool]:
    return lambda row: row.name.startswith(names)


COST, P50, CALLS = "CPU-seconds per audio minute", "word, audio time p50 s", "calls per core at p95 of 2 s"

GOALS = (
    Goal(COST, _named("whisper_streaming"), 1 / 20),
    Goal(COST, _named("WhisperLive", "WhisperLiveKit"), 1 / 10),
    Goal(COST, _named("faster-whisper"), 0.7),
    Goal(P50, lambda row: row.kind == "agreement" and row.name.endswith((" 1 s)", "(1 s)")), 0.5),
    Goal(CALLS, lambda _: True, 8, least=True),
    Goal("calls per core at 0.5 s of waiting", lambda row: row.kind in ("agreement", "batch"), 8, least=True),
)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours over a peer's, and whether it is what it must be."""

    figure: str
    peer: str
    value: float
    wanted: str
    holds: bool


def ratios(ours: Row, peers: list[Row]) -> list[Ratio]:
    """Hold ours against every peer that a goal names, or the best of them where ours must be more."""
    found, mine = [], ours.figures()
    for goal in GOALS:
        named = [(peer.name, peer.figures()[goal.figure]) for peer in peers
                 if goal.against(peer) and goal.figure in peer.figures()]  # fmt: skip
        if goal.least and named:
            named = [max(named, key=lambda pair: pair[1])]  # the best peer
        for name, theirs in named:
            value = mine[goal.figure] / theirs if theirs else float("inf") if mine[goal.figure] else 0.0
            holds = value >= goal.ratio if goal.least else value <= goal.ratio
            wanted = f"≥ {goal.ratio:g}" if goal.least else f"≤ {goal.ratio:.3g}"
            found.append(Ratio(goal.figure, name, value, wanted, holds))
    return found
