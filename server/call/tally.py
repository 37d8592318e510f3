"""Counts, their sums and how sure they are: the arithmetic of scores."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Z = 1.959964
"""Standard deviations on each side that hold 95 % of a normal distribution."""

DRAWS, SEED = 1000, 7
"""Samples of calls that an interval is drawn from, always the same ones."""

Key = tuple[str, str]
"""What is counted, and which kind of it: ("cue", "book_it"); the kind is empty where there is only one."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Count:
    """Things found rightly, things found that are none, and things not found."""

    right: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.right + other.right, self.false + other.false, self.missed + other.missed)

    @property
    def found(self) -> Share:
        """Precision: of what was found, what is right."""
        return Share(self.right, self.right + self.false)

    @property
    def wanted(self) -> Share:
        """Recall: of what there is, what was found."""
        return Share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of both; None when there was nothing to find and nothing found."""
        whole = 2 * self.right + self.false + self.missed
        return 2 * self.right / whole if whole else None


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    good: int = 0
    of: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.good + other.good, self.of + other.of)

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.good / self.of if self.of else None

    @property
    def interval(self) -> Interval | None:
        """Wilson's 95 % interval (Wilson 1927), which stays honest near 0 and 1 and for few cases."""
        if not self.of:
            return None
        p, n = self.good / self.of, self.of
        middle = p + Z * Z / (2 * n)
        reach = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        low, high = (middle - reach) / (1 + Z * Z / n), (middle + reach) / (1 + Z * Z / n)
        return max(0.0, low), min(1.0, high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that went wrong, as a person who tunes the rules wants to see it."""

    call: str
    at: float
    """Media second."""
    what: str
    """What was scored, and its kind: `cue book_it`."""
    fault: str
    """`missed`, `false`, `trap`, `early 1.2 s`, `late 0.7 s`, `wrong`."""
    words: str = ""
    """What was said there."""
    why: str = ""
    """What the rules gave as their reason, or what was wanted against what was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What one call gives to the score."""

    call: str
    counts: Mapping[Key, Count] = field(default_factory=dict)
    shares: Mapping[Key, Share] = field(default_factory=dict)
    times: Mapping[Key, tuple[float, ...]] = field(default_factory=dict)
    """Delays and errors in seconds."""
    outcome: tuple[str, str] | None = None
    """The outcome wanted and the one found."""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """The tallies of some calls, and sums over them."""

    tallies: tuple[Tally, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """Everything that was counted, in alphabetical order."""
        return tuple(sorted({key for tally in self.tallies for key in (*tally.counts, *tally.shares)}))

    def count(self, what: str, kind: str | None = None) -> Count:
        """Sum a count over the calls: of one kind, or of all kinds."""
        return sum(
            (count for tally in self.tallies for count in _of(tally.counts, what, kind)), start=Count()
        )

    def share(self, what: str, kind: str | None = None) -> Share:
        """Sum a share over the calls: of one kind, or of all kinds."""
        return sum(
            (share for tally in self.tallies for share in _of(tally.shares, what, kind)), start=Share()
        )

    def times(self, what: str, kind: str | None = None) -> tuple[float, ...]:
        """All delays or errors (seconds), smallest first."""
        found = (times for tally in self.tallies for times in _of(tally.times, what, kind))
        return tuple(sorted(time for times in found for time in times))

    def f1_interval(self, what: str, kind: str | None = None) -> Interval | None:
        """95 % of the F1s that other draws of as many calls give; calls are drawn whole: one talks like itself."""
        if not self.tallies:
            return None
        counts = [sum(_of(tally.counts, what, kind), start=Count()) for tally in self.tallies]
        sums = _drawn([(one.right, one.false, one.missed) for one in counts])
        whole = 2 * sums[:, 0] + sums[:, 1] + sums[:, 2]
        if not whole.any():
            return None
        f1 = 2 * sums[whole > 0, 0] / whole[whole > 0]
        return _middle(f1)

    def false_interval(self) -> Interval | None:
        """95 % of the false cues a call that other draws of as many calls give."""
        if not self.tallies:
            return None
        false = [(sum((c.false for c in _of(t.counts, "cue", None)), start=0),) for t in self.tallies]
        return _middle(_drawn(false)[:, 0] / len(false))

    @property
    def confusion(self) -> dict[tuple[str, str], int]:
        """How often each outcome was taken for each."""
        found: dict[tuple[str, str], int] = {}
        for tally in self.tallies:
            if tally.outcome:
                found[tally.outcome] = found.get(tally.outcome, 0) + 1
        return found

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Everything that went wrong, call by call."""
        return tuple(remark for tally in self.tallies for remark in tally.remarks)


def percentile(times: Sequence[float], share: float) -> float | None:
    """The time that a share of them does not exceed, between two neighbours by a straight line; None of nothing."""
    return float(np.quantile(times, share)) if times else None


def spread_of(times: Sequence[float], edges: Sequence[float]) -> tuple[int, ...]:
    """How many lie below the first edge, between each two, and from the last on."""
    places = np.searchsorted(edges, times, side="right")
    return tuple(int(n) for n in np.bincount(places, minlength=len(edges) + 1))


_Value = TypeVar("_Value")


def _of(counted: Mapping[Key, _Value], what: str, kind: str | None) -> Iterable[_Value]:
    return (value for key, value in counted.items() if key[0] == what and kind in (None, key[1]))


def _drawn(rows: Sequence[tuple[int, ...]]) -> NDArray[np.float64]:
    """Sums of the rows of as many calls, drawn with replacement, `DRAWS` times: (draws, columns)."""
    calls = len(rows)
    times = np.random.default_rng(SEED).multinomial(calls, np.full(calls, 1 / calls), DRAWS)
    return times.astype(np.float64) @ np.array(rows, np.float64)


def _middle(values: NDArray[np.float64]) -> Interval:
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)
