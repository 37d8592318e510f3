"""Turns as text: sentences with their places in time, and phrases found in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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


Breaks = Callable[[Sequence[str]], Sequence[float]]
"""Gives, for each plain word but the last, how likely a sentence ends after it."""

UNMARKED = 14
"""So many words without a full stop: the recogniser writes none, so sentences are cut where they likely end."""

LIKELY, MARKED = 0.5, 0.85
"""How likely an end must be where nobody writes full stops, and where the recogniser does."""


def sentences(track: TrackName, words: Sequence[Word], breaks: Breaks | None = None) -> list[Sentence]:
    """Cut a turn's words into sentences, at their punctuation, at pauses, and where `breaks` finds likely ends."""
    found: list[Sentence] = []
    first = 0
    least = MARKED if any(word.text.endswith(_END) for word in words) else LIKELY
    for place, word in enumerate(words):
        last = place == len(words) - 1
        if last or word.text.endswith(_END) or words[place + 1].start - word.end > PAUSE:
            part = words[first : place + 1]
            for piece in _pieces(part, breaks, least):
                text = " ".join(one.text for one in piece)
                found.append(Sentence(track, piece[0].start, piece[-1].end, text, plain(text)))
            first = place + 1
    return found


def _pieces(words: Sequence[Word], breaks: Breaks | None, least: float) -> list[Sequence[Word]]:
    if breaks is None or len(words) < UNMARKED:
        return [words]
    spelt = [plain(word.text) or "," for word in words]
    pieces, first = [], 0
    for place, p in enumerate(breaks(spelt), 1):
        if p >= least and place - first >= 3 and len(words) - place >= 3:
            pieces.append(words[first:place])
            first = place
    return [*pieces, words[first:]]


def behind(words: Sequence[Word], at: float) -> Sequence[Word]:
    """The words whose middle lies behind a moment (media seconds).

    A last hearing may have other words than those before it, fewer or more: their places in time stay, not their count.
    """
    return [word for word in words if (word.start + word.end) / 2 > at]


def any_of(*phrases: str) -> re.Pattern[str]:
    """A pattern for plain text in which any of some phrases (regular expressions) stands as whole words."""
    return re.compile(r"(?<![a-z0-9'])(?:" + "|".join(phrases) + r")(?![a-z0-9'])")


def phrases(said: Sequence[str]) -> re.Pattern[str]:
    """A pattern for plain text in which any of some phrases stands as whole words; of no phrases: finds nothing."""
    return (
        any_of(*(re.escape(plain(one)).replace("\\ ", " ") for one in said)) if said else re.compile(r"(?!)")
    )
