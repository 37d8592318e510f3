"""How many calls one core carries: what one call asked for, and what it cost, played many times over on one clock.

Calls run in a ring as long as the recording, each begun at another place of it, so the load is the same throughout.
One core serves in order of arrival. A step's cost is the measured one: what a crowd saves by batching is not counted,
nor what it loses in caches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benches.report import percentile

PATIENCE = 2.0
"""Seconds at which the 95th percentile of a confirmed word must stay."""

MOST = 512


@dataclass(frozen=True, slots=True)
class Step:
    """One piece of work: when its sound was there, what it costs, and the ends of the words that come of it."""

    at: float
    cost: float
    words: tuple[float, ...] = ()


def delays(call: Sequence[Step], length: float, calls: int, share: float = 0.0) -> list[float]:
    """Seconds from the ends of words to their coming, of all calls (twice round the ring; the second counts).

    `share` of the core for each call goes to what is no step (level, gate); what is left works on steps.
    """
    speed = 1.0 - calls * share
    if speed <= 0:
        return [float("inf")]
    work = sorted(
        ((step.at + number * length / calls) % length, number, place)
        for number in range(calls)
        for place, step in enumerate(call)
    )
    free, found = 0.0, []
    for turn in (0, 1):
        for arrived, _, place in work:
            step, at = call[place], arrived + turn * length
            free = max(free, at) + step.cost / speed
            if turn:
                found += [free - at + step.at - end for end in step.words]
    return found


def most(call: Sequence[Step], length: float, good: Callable[[float], bool], share: float = 0.0) -> int:
    """The largest number of calls whose 95th percentile is good; 0 when one alone is not."""

    def holds(calls: int) -> bool:
        return good(percentile(delays(call, length, calls, share), 0.95))

    if not holds(1):
        return 0
    low, high = 1, 2
    while high <= MOST and holds(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
