"""Which windows a speech model bears: labelled speech filled up or cut to any length, and the choice among the results.

Rules only; `media/measure.py` hears the windows, `media/notes.py` keeps what was chosen.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np

from media.audio import Track
from media.wer import bare

LENGTHS = (1, 2, 3, 4, 6, 10, 15, 20, 30)
"""Seconds that are tried: of sound in a window, and that a phrase is filled up to."""

OWN = 0.0
"""Filled up to nothing: a phrase as long as it is."""

LEAST = 1.0
"""The least that is kept as a shortest window (seconds): no shorter one was ever weighed in a call."""

TURN = 12.0
"""Seconds from which what was said without a pause is parted: a turn is never longer (`media/turns.py`)."""

BEFORE, AFTER, PAUSE = 0.3, 0.2, 0.15
"""Seconds of silence that a word keeps before and after it, and between two words from which a phrase ends. A live
window keeps about as much (`media/turns.py`)."""

RELATIVE, MOST = 0.02, 0.01
"""Word error rate that another window may cost: this share of the best, or one standard error of the difference, but
never more than `MOST`, so that little speech does not excuse much."""

ENOUGH = 300
"""Words from which a result is worth keeping: with fewer, one word moves the rate by more than a third of `MOST`."""

_DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Spoken:
    """A labelled word: its place (media seconds) on a track, and the stretch of sound that belongs to it."""

    text: str
    start: float
    end: float

    def __post_init__(self) -> None:
        if not self.text.strip() or not 0 <= self.start < self.end < inf:
            raise ValueError(f"{self.text!r} from {self.start} to {self.end} is no word")


Phrase = tuple[Spoken, ...]
"""Words without a pause between them; each `start` and `end` takes in its share of the silence around."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """One voice on one track, as phrases in order of time; silence between them is cut to what the words keep."""

    track: Track
    phrases: tuple[Phrase, ...]

    def natural(self) -> list[Phrase]:
        """Cut what was said into windows at its pauses only, as a call does."""
        return [part for phrase in self.phrases for part in _halved(phrase, TURN)]

    def cut(self, seconds: float) -> list[Phrase]:
        """Cut what was said into windows of at most so many seconds, at pauses where there is one; no word is lost.

        A phrase that is too long is halved between words until its parts fit; a word that is too long stands alone.
        """
        windows: list[Phrase] = []
        now: Phrase = ()
        for part in (part for phrase in self.phrases for part in _halved(phrase, seconds)):
            if now and length(now) + length(part) > seconds + 1e-9:
                windows.append(now)
                now = ()
            now += part
        return [*windows, now] if now else windows


def length(words: Phrase) -> float:
    """Seconds of sound that belong to words."""
    return sum(word.end - word.start for word in words)


def _halved(phrase: Phrase, seconds: float) -> list[Phrase]:
    if length(phrase) <= seconds or len(phrase) == 1:
        return [phrase]
    half = length(phrase) / 2
    at = min(range(1, len(phrase)), key=lambda i: abs(length(phrase[:i]) - half))
    return _halved(phrase[:at], seconds) + _halved(phrase[at:], seconds)


def parse_words(text: str) -> list[Speaker]:
    """Read a words file: lines `{"track": "rep", "voice": "amy", "words": [["Hi", 1.04, 1.2], …]}` in order of time.

    `voice` may be left out; other fields are not looked at.

    Raises:
        ValueError: a line is none of these; the message names it.
    """
    said: dict[tuple[str, str], list[Spoken]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        try:
            row = json.loads(line)
            words = [
                Spoken(str(word), float(start), float(end))
                for word, start, end in row["words"]
                if bare(str(word))
            ]
            said.setdefault((Track(row["track"]).value, str(row.get("voice", ""))), []).extend(words)
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise ValueError(f"line {number} is no labelled phrase ({problem})") from problem
    speakers = [Speaker(Track(track), _phrases(words)) for (track, _), words in said.items() if words]
    if not speakers:
        raise ValueError("holds no words")
    return speakers


def _phrases(words: list[Spoken]) -> tuple[Phrase, ...]:
    if late := next((b for a, b in pairwise(words) if b.start < a.start), None):
        raise ValueError(f"{late.text!r} at {late.start} s comes after a later word of its track")
    gaps = [max(0.0, b.start - a.end) for a, b in pairwise(words)]
    phrases: list[list[Spoken]] = []
    for word, before, after in zip(words, [inf, *gaps], [*gaps, inf], strict=True):
        if before >= PAUSE:
            phrases.append([])
        begin = max(0.0, word.start - min(BEFORE, before / 2))
        phrases[-1].append(Spoken(word.text, begin, word.end + min(AFTER, after / 2)))
    return tuple(tuple(phrase) for phrase in phrases)


@dataclass(frozen=True, slots=True, order=True)
class Setting:
    """How windows are heard. `fill`: silence filled into the `sound`, or 0.0 into the `mel` as faster-whisper does."""

    compute: str
    beam: int
    fill: str

    def __str__(self) -> str:
        return f"{self.compute}, beam {self.beam}, {self.fill}"


@dataclass(frozen=True, slots=True)
class Point:
    """All words heard once, in windows filled up, or speech cut, to so many seconds."""

    seconds: float
    setting: Setting
    windows: int
    sound: float
    """Seconds of sound in all windows."""
    cpu: float
    """Processor seconds: encode, decode, align, each window alone."""
    wrong: tuple[int, ...]
    """Errors by said word, in one order at every length; words put in are blamed on their window's last."""

    @property
    def wer(self) -> float:
        """Word error rate, 0 to 1 and beyond."""
        return sum(self.wrong) / len(self.wrong)

    @property
    def update(self) -> float:
        """Processor seconds of one window."""
        return self.cpu / self.windows


FILLS = ("sound", "mel")


def served(fill: str, *, compute: str = "int8", beam: int = 5) -> Setting:
    """How finals are heard by default."""
    return Setting(compute, beam, fill)


def fill_settings(quick: bool) -> list[Setting]:
    """How natural phrases are heard: as finals are served, with either fill."""
    return [served(fill) for fill in FILLS[: 1 if quick else 2]]


def cut_settings(fill: str, quick: bool) -> list[Setting]:
    """How cut speech is heard, with the fill that was chosen: as finals are served, then what does not decide."""
    return [
        served(fill, compute=compute, beam=beam)
        for compute in ("int8", "float32")[: 1 if quick else 2]
        for beam in (5, 1)
    ]


@dataclass(frozen=True, slots=True)
class Filling:
    """The shortest safe window (seconds), how it is filled, the best rate, and how far above it one counts as equal."""

    shortest: float
    fill: str
    best: float
    allowance: float


def shortest(filled: Sequence[Point]) -> Filling:
    """Take the least that natural phrases need to be filled up to, of what is as good as the best.

    Of two fills at one length, silence in the sound, as ever, unless only the other is as good.

    Raises:
        ValueError: there is nothing to choose from.
    """
    best = _best(filled)
    equal = [p for p in filled if p.wer <= best.wer + allowance(p, best)]
    first = min(equal, key=lambda p: (p.seconds, FILLS.index(p.setting.fill)))
    return Filling(max(LEAST, first.seconds), first.setting.fill, best.wer, allowance(first, best))


def longest(cut: Sequence[Point]) -> float:
    """Give the most seconds of speech in one window (cut speech, heard in one setting) that cost no more than `MOST`.

    Not a standard error, as above: finals are joined only where they wait and each would be filled up, and that saves
    most of their cost.

    Raises:
        ValueError: there is nothing to choose from.
    """
    best = _best(cut)
    return float(max(p.seconds for p in cut if p.wer <= best.wer + MOST))


def _best(points: Sequence[Point]) -> Point:
    if not points:
        raise ValueError("nothing was measured")
    return min(points, key=lambda p: p.wer)


def allowance(point: Point, best: Point) -> float:
    """How much higher a rate may be than the best and still count as equal (0 to `MOST`).

    A fiftieth of the best, or one standard error of the difference: Breiman's rule (Classification and Regression
    Trees, 1984, section 3.4.3) for the simplest choice that cannot be told from the best. Both heard the same words,
    so the difference is drawn again in pairs, tens of words together because errors come in company.
    """
    return min(MOST, max(RELATIVE * best.wer, standard_error(point, best)))


def standard_error(point: Point, other: Point) -> float:
    """Standard error of the difference of two rates over the same words: a bootstrap, always with the same draws."""
    more = np.asarray(point.wrong) - np.asarray(other.wrong)
    blocks = np.array_split(more, max(1, len(more) // 10))
    sums, sizes = np.array([block.sum() for block in blocks]), np.array([len(block) for block in blocks])
    drawn = np.random.default_rng(1).integers(0, len(blocks), (_DRAWS, len(blocks)))
    return float(np.std(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)))


def blamed(said: Sequence[str], right: Sequence[tuple[int, int]], errors: int) -> tuple[int, ...]:
    """Spread a window's errors over its words: one on each that is not right, the rest on its last."""
    known = {i for i, _ in right}
    wrong = [int(i not in known) for i in range(len(said))]
    wrong[-1] += errors - sum(wrong)
    return tuple(wrong)


def noted(
    filling: Filling, filled: Sequence[Point], cut: Sequence[Point], measured: dict[str, object]
) -> dict[str, object]:
    """What is kept beside a model: what the engine reads, and `checked`, the curves with their conditions."""

    def final(points: Sequence[Point], beam: int = 5) -> list[Point]:
        return heard_as(points, served(filling.fill, beam=beam))

    return {
        "shortest_window": filling.shortest,
        "longest_window": longest(final(cut)),
        "padding": filling.fill,
        "checked": {
            **measured,
            "wer_filled": {name(p): round(p.wer, 4) for p in final(filled)},
            "cpu_s_filled": {name(p): round(p.update, 4) for p in final(filled)},
            "wer": {name(p): round(p.wer, 4) for p in final(cut)},
            "cpu_s_per_update": {name(p): round(p.update, 4) for p in final(cut, 1)},
            "cpu_s_per_sound_s": {name(p): round(p.cpu / p.sound, 4) for p in final(cut, 1)},
        },
    }


def heard_as(points: Sequence[Point], setting: Setting) -> list[Point]:
    """Those of one setting."""
    return [p for p in points if p.setting == setting]


def name(point: Point) -> str:
    """A point's length in tables: `own`, or seconds."""
    return f"{point.seconds:g}" if point.seconds else "own"
