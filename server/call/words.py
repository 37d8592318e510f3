"""What words, runs of words and parts of words say of an act: a table of weights beside the encoder's reading.

The encoder knows what words mean together; the table knows the very phrases that were learnt from. Each finds what the
other misses. `training.word_table` learns the weights.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

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


_KEY_BITS = 36
"""Of 20,000 known features, one never seen is taken for one of them three times in ten million."""


@lru_cache(maxsize=1 << 14)  # partial text is read again and again as it grows
def key_of(name: str) -> int:
    """The number under which the weights of a feature are kept."""
    return int.from_bytes(blake2b(name.encode(), digest_size=5).digest(), "big") >> (40 - _KEY_BITS)


def features(words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Give a stretch's features, each with the words [first, last) that it stands on.

    Words, pairs, triples and pairs with one between, in their own spelling and by class; letters of longer words, which
    a recogniser often gets nearly right.
    """
    row = ["<", *words, ">"]
    kinds = [class_of(word) for word in row]
    for first in range(len(row)):
        for size in (1, 2, 3):
            if first + size > len(row) or (size == 1 and row[first] in "<>"):
                break
            span = max(0, first - 1), min(len(words), first + size - 1)
            for name in {" ".join(names[first : first + size]) for names in (row, kinds)}:
                yield name, *span
        if first + 3 <= len(row):
            yield f"{kinds[first]} * {kinds[first + 2]}", max(0, first - 1), min(len(words), first + 2)
    for place, word in enumerate(words):
        if len(word) >= 5:
            for start in range(len(word) - 3):
                yield "#" + word[start : start + 4], place, place + 1


@dataclass(frozen=True, slots=True)
class Table:
    """One side's weights."""

    keys: NDArray[np.int64]
    """(features,), ascending: names as `key_of` makes them. Spelt out they would be ten times as large in memory."""
    rows: NDArray[np.int8]
    """(features, acts), in units of `scale`."""
    scale: NDArray[np.float32]
    """(acts,)."""

    def shares(self, words: Sequence[str]) -> NDArray[np.float32]:
        """What each word adds to the log-odds of each act (words, acts); a feature counts once."""
        shares = np.zeros((len(words), self.rows.shape[1]), np.float32)
        offset = max(0, len(words) - LONGEST)
        spans: dict[int, tuple[int, int]] = {}
        for name, first, last in features(words[offset:]):
            spans.setdefault(key_of(name), (offset + first, offset + last))
        if spans:
            keys = np.array(sorted(spans), np.int64)
            found = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
            for place in found[self.keys[found] == keys].tolist():
                first, last = spans[int(self.keys[place])]
                shares[first:last] += self.rows[place] / np.float32(last - first)
        return shares * self.scale / np.float32(math.sqrt(max(1, len(words) - offset)))


def table_of(table: Mapping[str, NDArray[np.generic]], side: str) -> Table:
    """Read one side's weights as `training.word_table` writes them."""
    return Table(
        keys=np.cumsum(table[f"{side}.steps"], dtype=np.int64),
        rows=table[f"{side}.rows"].astype(np.int8),
        scale=table[f"{side}.scale"].astype(np.float32),
    )
