"""Names that a call's people may say: which doubtful words may be one of them, and whether the sound says so.

A model that never met a name writes words that sound like it. Where it was unsure, each name that is spelt a little
like what it wrote is tried in place. What speaks for a name is how much the sound raises its probability: the decoder
alone, without sound, tells how odd it finds the name here, and most of that is taken off (the internal language model
of shallow fusion, Variani et al. 2020, arXiv 2003.07705). So a name is not punished for being rare, and one that was
not said has nothing that speaks for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, get_close_matches
from math import log

from media.audio import Word

UNSURE = 0.55
"""A stretch of words is doubted when its least likely token is less likely than this."""

LONGEST = 3
"""Words that one name may have been heard as."""

LEAST_LETTERS = 3
"""Shorter names are like too much."""

ALIKE = 0.5
"""Likeness of spelling (0 to 1) from which a name is tried."""

A_STRETCH, A_WINDOW = 2, 8
"""Names tried for a stretch of words, and in a window: what the search may cost."""

ODD, SPELT, CROWD, ENOUGH = 0.75, 20.0, 1.5, 19.0
"""Share of a name's own improbability that is taken off, worth of its likeness, what each e-fold of names costs (one of
many fits by chance), and the sum from which a name is written. Natural logarithms; set on the `tune` half of
training/names.py: the first name that was not said was written at an `ENOUGH` of 17."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name in the place of words `first` up to, not with, `last`."""

    text: str
    """The name, with the punctuation that closed the words."""
    first: int
    last: int
    likeness: float
    """Of the spelling, 0 to 1."""


def letters(text: str) -> str:
    """What of a text is compared: letters and digits, lower case."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def candidates(words: Sequence[Word], names: Sequence[str]) -> list[Candidate]:
    """Find the names worth trying in a window's words; those most alike, in the order of their places."""
    if not names or all(word.p >= UNSURE for word in words):
        return []
    known = {letters(name): name for name in reversed(names)}
    known = {spelt: name for spelt, name in known.items() if len(spelt) >= LEAST_LETTERS}
    stretches = [
        (first, last) for first in range(len(words)) for last in range(first + 1, min(len(words), first + LONGEST) + 1)
    ]  # fmt: skip
    spelt = {(a, b): letters("".join(word.text for word in words[a:b])) for a, b in stretches}
    right = {place for (a, b), text in spelt.items() if text in known for place in range(a, b)}
    found = []
    for (a, b), text in spelt.items():
        if all(word.p >= UNSURE for word in words[a:b]) or not right.isdisjoint(range(a, b)):
            continue
        heard = words[b - 1].text
        close = heard[len(heard.rstrip(",.?!")) :]
        for name in get_close_matches(text, known, n=A_STRETCH, cutoff=ALIKE):
            likeness = SequenceMatcher(None, name, text).ratio()
            found.append(Candidate(known[name] + close, a, b, likeness))
    best = sorted(found, key=lambda one: -one.likeness)[:A_WINDOW]
    return sorted(best, key=lambda one: (one.first, one.last))


def evidence(candidate: Candidate, sound: float, alone: float, heard: float, among: int) -> float:
    """What speaks for a name.

    Args:
        candidate: the name in its place.
        sound: log probability of its tokens after the words before it, with the sound.
        alone: the same without sound.
        heard: log probability of the words that it would replace, with the sound.
        among: how many names might have been said.
    """
    return sound - ODD * alone - heard + SPELT * candidate.likeness - CROWD * log(among)


def written(words: Sequence[Word], judged: Sequence[tuple[Candidate, float]]) -> tuple[Word, ...]:
    """Put the names in for which enough speaks; where two want one word, the stronger.

    A name takes the time of what it replaces, and no more certainty than that had.
    """
    out = list[Word | None](words)
    names: dict[int, list[Word]] = {}
    for candidate, weight in sorted(judged, key=lambda one: -one[1]):
        places = range(candidate.first, candidate.last)
        if weight < ENOUGH or any(out[place] is None for place in places):
            continue
        names[candidate.first] = _spread(candidate.text.split(), words[candidate.first : candidate.last])
        for place in places:
            out[place] = None
    return tuple(
        word for place, kept in enumerate(out) for word in (names.get(place, []) if kept is None else [kept])
    )


def _spread(parts: Sequence[str], heard: Sequence[Word]) -> list[Word]:
    """Share the time of what was heard among a name's parts by their length."""
    start, end = heard[0].start, heard[-1].end
    least = replace(heard[0], p=min(word.p for word in heard))
    total, at, out = sum(map(len, parts)), 0, []
    for part in parts:
        a, b = (start + (end - start) * place / total for place in (at, at + len(part)))
        out.append(replace(least, text=part, start=round(a, 3), end=round(b, 3)))
        at += len(part)
    return out
