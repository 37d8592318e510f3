"""Which of what was found is what was wanted: the rules by which scores are counted. Times in media seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from server.call.labels import RightCue, Trap
from server.events import Cue

EARLY = 0.5
"""A cue may come so much before its window: a label's time is that of a word's end as somebody heard it."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A cue that was raised, and what it is worth. The one after a hit in the same window is `again`: neither."""

    cue: Cue
    worth: Literal["hit", "again", "trap", "false"]
    window: RightCue | None = None
    trap: Trap | None = None


def judged(cues: Sequence[Cue], windows: Sequence[RightCue], traps: Sequence[Trap]) -> list[Judged]:
    """Judge cues in the order in which they were raised.

    Labels that overlap: the narrower one speaks, because it was set for this very moment; of two that are equally
    narrow, the trap. A cue that lies in several windows takes the one that closes first and is still open.
    """
    hit: set[int] = set()
    found: list[Judged] = []
    for cue in sorted(cues, key=lambda cue: cue.at):
        right = [(i, one) for i, one in enumerate(windows) if _in(cue, one, EARLY)]
        wrong = min((one for one in traps if _in(cue, one, 0.0)), key=_width, default=None)
        narrowest = min((_width(one) for _, one in right), default=None)
        if wrong and (narrowest is None or _width(wrong) <= narrowest):
            found.append(Judged(cue, "trap", trap=wrong))
            continue
        still = sorted((entry for entry in right if entry[0] not in hit), key=lambda entry: entry[1].to)
        if still:
            place, window = still[0]
            hit.add(place)
            found.append(Judged(cue, "hit", window))
        else:
            found.append(Judged(cue, "again", right[0][1]) if right else Judged(cue, "false"))
    return found


def _in(cue: Cue, label: RightCue | Trap, early: float) -> bool:
    fits = cue.kind == label.kind and label.objection in (None, cue.objection)
    return fits and label.from_ - early <= cue.at <= label.to


def _width(label: RightCue | Trap) -> float:
    return label.to - label.from_


def off(cue: Cue, windows: Sequence[RightCue]) -> str:
    """Say by how much a false cue missed the nearest window of its kind, if one is within ten seconds."""
    alike = [one for one in windows if one.kind == cue.kind and one.objection == cue.objection]
    away = [(one.from_ - cue.at, "early") for one in alike if cue.at < one.from_]
    away += [(cue.at - one.to, "late") for one in alike if cue.at > one.to]
    gap, which = min(away, default=(99.0, ""))
    return f"{which} {gap:.1f} s" if gap <= 10 else "false"


def paired(wanted: Sequence[float], found: Sequence[float], tolerance: float) -> list[tuple[int, int]]:
    """Places of times that belong together, each used once, as many pairs as there can be.

    Taking the earliest that fits is best when all have the same tolerance.
    """
    ours = sorted(range(len(wanted)), key=wanted.__getitem__)
    theirs = sorted(range(len(found)), key=found.__getitem__)
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(ours) and j < len(theirs):
        gap = found[theirs[j]] - wanted[ours[i]]
        if abs(gap) <= tolerance + 1e-9:
            pairs.append((ours[i], theirs[j]))
            i, j = i + 1, j + 1
        elif gap > 0:
            i += 1
        else:
            j += 1
    return pairs


Span = tuple[float, float]


def touching(wanted: Sequence[Span], found: Sequence[Span], slack: float) -> tuple[set[int], set[int]]:
    """Which wanted spans a found one touches, within `slack`, and which found ones touch none.

    Several found ones may lie in one wanted span: an objection of two sentences is one objection.
    """
    met: set[int] = set()
    lost: set[int] = set()
    for place, (start, end) in enumerate(found):
        near = [i for i, (a, b) in enumerate(wanted) if start <= b + slack and end >= a - slack]
        met.update([next((i for i in near if i not in met), near[0])] if near else [])
        lost.update([] if near else [place])
    return met, lost
