"""Turns as text: sentences with their places in time, and phrases found in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from media.audio import Word
from server.events import Evidence, TrackName

PAUSE = 0.9
"""A gap between words (seconds) that ends a sentence even where the recogniser wrote no full stop."""

_KEEP = re.compile(r"[^a-z0-9' ]+")
_END = (".", "?", "!", "…")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What somebody said up to a full stop."""

    track: TrackName
    start: float
    end: float
    text: str
    """As written."""
    plain: str
    """Lower case, no punctuation: what rules look at."""

    @property
    def asks(self) -> bool:
        """Tell whether it is written as a question."""
        return self.text.rstrip().endswith("?")

    @property
    def evidence(self) -> Evidence:
        """The sentence as a proof."""
        return Evidence(track=self.track, start=self.start, end=self.end, text=self.text)


def plain(text: str) -> str:
    """Lower case, straight apostrophes, no punctuation, single spaces."""
    return " ".join(_KEEP.sub(" ", text.lower().replace("’", "'")).split())


def sentences(track: TrackName, words: Sequence[Word]) -> list[Sentence]:
    """Cut a turn's words into sentences, at their punctuation and at pauses."""
    found: list[Sentence] = []
    first = 0
    for place, word in enumerate(words):
        last = place == len(words) - 1
        if last or word.text.endswith(_END) or words[place + 1].start - word.end > PAUSE:
            part = words[first : place + 1]
            text = " ".join(one.text for one in part)
            found.append(Sentence(track, part[0].start, part[-1].end, text, plain(text)))
            first = place + 1
    return found


def any_of(*phrases: str) -> re.Pattern[str]:
    """A pattern for plain text in which any of some phrases (regular expressions) stands as whole words."""
    return re.compile(r"(?<![a-z0-9'])(?:" + "|".join(phrases) + r")(?![a-z0-9'])")
