"""What a stretch of talk does, with probabilities: one logistic regression an act, over words and their neighbours.

`scripts/train_acts` learns the weights from the sentences in `prompts/acts`. They ship as a table beside this file and
are part of the rules like a pattern is: read once, never changed. Words come in as plain text (lower case, no
punctuation, see `text.plain`), so that a recogniser's spelling of pauses plays no part.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from server.events import TrackName

LONGEST = 80
"""Words looked at: the last ones of a longer stretch."""

_CLASSES = {
    "<day>": "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays "
             "tomorrow today tonight",
    "<month>": "january february march april june july august september october november december jan feb aug sept "
               "oct nov dec",
    "<number>": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
                "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand "
                "million half quarter couple",
    "<unit>": "second seconds minute minutes hour hours day days week weeks month months year years quarter quarters",
    "<person>": "boss manager director cfo ceo coo cto vp owner partner wife husband team colleague supervisor "
                "controller president",
}  # fmt: skip
_CLASS = {word: name for name, words in _CLASSES.items() for word in words.split()}


def class_of(word: str) -> str:
    """The class a word stands in (days, months, numbers, units, people), or the word."""
    return "<number>" if word[:1].isdigit() else _CLASS.get(word, word)


Senses = Mapping[str, tuple[str, str]]
"""For a known word the names of the two groups of like words that it stands in, a wide and a narrow one."""


def features(words: Sequence[str], senses: Senses) -> Iterator[tuple[str, int, int]]:
    """Give a stretch's features, each with the words [first, last) that it stands on.

    Words, pairs, triples and pairs with one between: in their own spelling, by class, and by the groups of like words;
    letters of longer words, which a recogniser often gets nearly right.
    """
    row = ["<", *words, ">"]
    kinds = [class_of(word) for word in row]
    wide, narrow = ([senses[word][size] if word in senses else word for word in row] for size in (0, 1))
    for first in range(len(row)):
        for size in (1, 2, 3):
            if first + size > len(row) or (size == 1 and row[first] in "<>"):
                break
            span = max(0, first - 1), min(len(words), first + size - 1)
            for name in {" ".join(names[first : first + size]) for names in (row, kinds, wide, narrow)}:
                yield name, *span
        if first + 3 <= len(row):
            span = max(0, first - 1), min(len(words), first + 2)
            for names in (kinds, wide, narrow):
                yield f"{names[first]} * {names[first + 2]}", *span
    for place, word in enumerate(words):
        if len(word) >= 5:
            for start in range(len(word) - 3):
                yield "#" + word[start : start + 4], place, place + 1


_KEY_BITS = 36
"""A word never seen is taken for a known one three times in a million; the file stays small."""


@lru_cache(maxsize=1 << 14)  # partial text is read again and again as it grows
def key_of(name: str) -> int:
    """The number under which the weights of a feature are kept."""
    return int.from_bytes(blake2b(name.encode(), digest_size=5).digest(), "big") >> (40 - _KEY_BITS)


def around(words: Sequence[str], place: int) -> Iterator[str]:
    """Give the features of the gap after a word: what stands before it and after it."""
    row = ["<", "<", *words, ">", ">", ">"]
    at = place + 2
    kinds = [class_of(word) for word in row[at - 1 : at + 4]]
    before2, before, after, after2, after3 = row[at - 1 : at + 4]
    yield from (
        f"{before}|",
        f"{before2} {before}|",
        f"|{after}",
        f"|{after} {after2}",
        f"|{after} {after2} {after3}",
    )
    yield from (f"{before}|{after}", f"{kinds[1]}|{after} {after2}", f"{before2} {before}|{after}")


@dataclass(frozen=True, slots=True)
class Weights:
    """One side's acts: a row of weights a feature, and a bias an act; calibration is folded in."""

    acts: tuple[str, ...]
    keys: NDArray[np.int64]
    """(features,), ascending: names as `key_of` makes them. Spelt out they would be ten times as large in memory."""
    rows: NDArray[np.int8]
    """(features, acts), in units of `scale`."""
    scale: NDArray[np.float32]
    """(acts,)."""
    bias: NDArray[np.float32]
    """(acts,)."""
    senses: Senses

    def known(self, names: Iterable[str]) -> NDArray[np.intp]:
        """The places of those features that have weights, each once."""
        keys = np.array(sorted({key_of(name) for name in names}), np.int64)
        found: NDArray[np.intp] = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        known: NDArray[np.intp] = found[self.keys[found] == keys]
        return known

    def logits(self, names: Iterable[str], scale: float = 1.0) -> NDArray[np.float32]:
        """The log-odds of each act (acts,)."""
        total: NDArray[np.float32] = self.rows[self.known(names)].sum(axis=0, dtype=np.float32)
        return (self.bias + np.float32(scale) * self.scale * total).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a stretch of talk does."""

    words: tuple[str, ...]
    p: Mapping[str, float]
    """Probability of each act, 0 to 1; several may be likely."""
    _weights: Weights

    def __getitem__(self, act: str) -> float:
        return self.p.get(act, 0.0)

    def best(self, *acts: str) -> tuple[str, float]:
        """The likeliest of some acts (of all, if none is named)."""
        return max(((act, self[act]) for act in acts or tuple(self.p)), key=lambda pair: pair[1])

    def evidence(self, act: str, most: int = 4) -> tuple[str, ...]:
        """The words that speak for an act most, in the order in which they were said; none for an act unknown here."""
        if act not in self._weights.acts:
            return ()
        column = self._weights.acts.index(act)
        share = np.zeros(len(self.words))
        for name, first, last in features(self.words, self._weights.senses):
            for place in self._weights.known((name,)):
                share[first:last] += float(self._weights.rows[place, column]) / max(1, last - first)
        chosen = [place for place in np.argsort(-share, kind="stable")[:most] if share[place] > 0]
        return tuple(self.words[place] for place in sorted(chosen))


class Classifier:
    """The acts of both sides."""

    def __init__(self, sides: Mapping[TrackName, Weights], gaps: Weights) -> None:
        self._sides, self._gaps = sides, gaps

    def breaks(self, words: Sequence[str]) -> list[float]:
        """Probability, after each plain word but the last, that a sentence ends there."""
        found = []
        for place in range(len(words) - 1):
            logit = float(self._gaps.logits(around(words, place))[0])
            found.append(round(1 / (1 + math.exp(-logit)), 4))
        return found

    def read(self, track: TrackName, plain: str) -> Reading:
        """Read a stretch of plain text (see `text.plain`)."""
        weights, words = self._sides[track], tuple(plain.split()[-LONGEST:])
        names = (name for name, _, _ in features(words, weights.senses))
        logits = weights.logits(names, 1 / math.sqrt(max(1, len(words))))
        p = 1 / (1 + np.exp(-logits.astype(np.float64)))
        return Reading(words, dict(zip(weights.acts, (round(float(x), 4) for x in p), strict=True)), weights)


def senses_of(table: Mapping[str, NDArray[np.generic]]) -> Senses:
    """Read the groups of like words."""
    words = bytes(table["senses.words"]).decode().split("\n")
    pairs = zip(table["senses.wide"].tolist(), table["senses.narrow"].tolist(), strict=True)
    return {word: (f"@{wide}", f"@@{narrow}") for word, (wide, narrow) in zip(words, pairs, strict=True)}


def weights_of(table: Mapping[str, NDArray[np.generic]], side: str, senses: Senses) -> Weights:
    """Read one table of weights as `scripts/train_acts` writes it."""
    keys = np.cumsum(table[f"{side}.steps"], dtype=np.int64)
    acts = tuple(bytes(table[f"{side}.acts"]).decode().split("\n"))
    rows, scale = table[f"{side}.rows"].astype(np.int8), table[f"{side}.scale"].astype(np.float32)
    return Weights(acts, keys, rows, scale, table[f"{side}.bias"].astype(np.float32), senses)


@lru_cache(maxsize=1)
def shipped() -> Classifier:
    """The classifier that ships."""
    with np.load(Path(__file__).with_name("acts.npz")) as file:
        table = dict(file)
    senses = senses_of(table)
    sides: dict[TrackName, Weights] = {
        "rep": weights_of(table, "rep", senses),
        "prospect": weights_of(table, "prospect", senses),
    }
    return Classifier(sides, weights_of(table, "gaps", {}))
